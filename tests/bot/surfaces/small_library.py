"""A real library of three short documents, made once a run and copied for each test."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from ingest.splitting.split import split
from vectorstore.document import Document, Heading, Place
from vectorstore.library import Library

LEASE = (
    "Lease\n\nThe lease begins on 1 March 2026. Either party may end it with a notice period of 30 days. "
    "The rent is 4,200 EUR a month.\n\n"
    "Repairs\n\nThe landlord repairs the roof. The tenant repairs the kitchen."
)
BRIEF = "Investment\n\nThe deal is worth 550 billion dollars. It was signed in Tokyo on 28 October 2025."
HOSTILE = "Plain words \x1b[31mred\x1b[0m and \u202eback. 東京 👩‍👩‍👧 end."


def documents() -> list[Document]:
    """Return the documents of the library."""

    def document(name: str, text: str, collection: str, **more: object) -> Document:
        return Document(
            id=hashlib.sha256(name.encode()).hexdigest()[:16],
            source=f"/papers/{name}",
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            collection=collection,
            size=len(text.encode()),
            **more,  # type: ignore[arg-type]
        )

    repairs = LEASE.index("Repairs")
    return [
        document(
            "lease.pdf",
            LEASE,
            "default",
            title="Lease of the house",
            media_type="application/pdf",
            places=(Place(0, "page", 1), Place(repairs, "page", 2)),
            headings=(Heading(0, 5, 1), Heading(repairs, repairs + 7, 2)),
            modified="2026-03-01T00:00:00Z",
        ),
        document(
            "brief.md",
            BRIEF,
            "deals",
            title="Brief",
            media_type="text/markdown",
            headings=(Heading(0, 10, 1),),
            modified="2025-11-01T00:00:00Z",
        ),
        document("odd\x1b[2J.txt", HOSTILE, "default", title="Odd \x1b]0;x\x07 title", media_type="text/plain"),
    ]


@cache
def _template() -> tuple[TemporaryDirectory[str], Path]:
    kept = TemporaryDirectory(prefix="footnote-small-")
    folder = Path(kept.name) / "library"
    with Library.open(folder, create=True) as library:
        library.add([(d, split(d.text, headings=d.headings)) for d in documents()])
    return kept, folder


@cache
def _template_at(server: str) -> str:
    """Make a database with the library on a server, from which others are copied; return its name."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE small_library")
    with Library.open(f"{server.rpartition('/')[0]}/small_library", create=True) as library:
        library.add([(d, split(d.text, headings=d.headings)) for d in documents()])
        library.close(update_index=False)
    return "small_library"


def small_library_at(address: str) -> str:
    """Make the library in a database of its own on the server of an address, and return the address of that."""
    import psycopg

    server, name = address.partition("?")[0], f"copy_{token_hex(6)}"
    template = _template_at(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server.rpartition('/')[0]}/{name}"


def small_library(folder: Path) -> Path:
    """Copy the library into `folder` and return where it is."""
    target = folder / ".footnote"
    shutil.copytree(_template()[1], target)
    return target
