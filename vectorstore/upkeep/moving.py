"""Copies the documents of a library into an empty one, in whichever home: as they are, and compared afterwards.

One transaction a document. A move that was cut off is marked in the new library, and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog.layout import Vectors
from vectorstore.catalog.reading import read_chunks, read_document
from vectorstore.document import Document
from vectorstore.errors import LibraryDamaged, LibraryError
from vectorstore.passage import Chunk

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Connection
    from vectorstore.upkeep.parts import Parts

MARK = "moving"
"""Name, among what a catalog says of itself, under which an unfinished move keeps the id of the library it copies."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a document that is stored and not worked out of the rest.

    Attributes:
        document, chunks: As `Library.add` takes them.
        vectors: Of the chunks and of the sections, float16.
        added: When it came into the library.
    """

    document: Document
    chunks: list[Chunk]
    vectors: tuple[bytes, bytes]
    added: str


def begin(source: Parts, target: Parts) -> None:
    """Mark a library as the copy of another one. The lock of the target must be held.

    Raises:
        LibraryError: It is no empty library, nor one that an earlier move of the same library began.
    """
    mine = str(source.catalog.meta("library_id"))
    if mine == str(target.catalog.meta("library_id")):
        raise LibraryError("Both names are those of one library.", remedy="Name an empty folder or database.")
    begun = str(target.catalog.meta(MARK) or "")
    kept = target.catalog.count_documents() or target.catalog.bin().documents
    if begun != mine and (begun or kept):
        raise LibraryError(
            f"The library in {target.catalog.home.place} is not empty, and nothing was moved.",
            remedy="Name an empty folder or database; or ingest your folders there too.",
        )
    target.writer.set_meta({MARK: mine})
    if model := source.catalog.model():
        target.writer.set_model(model)


def copy(source: Parts, target: Parts, *, place: Callable[[str], str]) -> int:
    """Copy what is not there yet, then compare all; return how many documents there are. Both locks must be held.

    Args:
        source: The library.
        target: One that `begin` has marked.
        place: Returns where a file lies from now on, which now lies elsewhere.

    Raises:
        TextDamaged: A document is not what was stored once.
        LibraryDamaged: What was copied is not the same.
    """
    with source.catalog.snapshot() as connection:
        there = {info.id for info in target.catalog.documents()}
        for whole in _all(connection, place):
            if whole.document.id not in there:
                target.writer.put(whole.document, whole.chunks, _matrices(source, whole), added=whole.added)
        with target.catalog.snapshot() as copied:
            for old, new in zip(_all(connection, place), _all(copied, str), strict=True):
                if old != new:
                    raise LibraryDamaged(
                        f"{old.document.title} is not the same in {target.catalog.home.place} as it was.",
                        remedy="Nothing is lost: the library that was copied is as it was. Move it to another place.",
                    )
    return target.catalog.count_documents()


def end(target: Parts) -> None:
    """Take the mark away."""
    target.writer.set_meta({MARK: ""})


def _all(connection: Connection, place: Callable[[str], str]) -> Iterator[Whole]:
    rows = connection.execute(
        "SELECT row, first_chunk, last_chunk, first_section, last_section, added FROM documents ORDER BY id"
    )
    for row, first_chunk, last_chunk, first_section, last_section, added in rows.fetchall():
        document = read_document(connection, row)
        vectors = (
            _vectors(connection, "chunk", first_chunk, last_chunk),
            _vectors(connection, "section", first_section, last_section),
        )
        moved = replace(document, source=place(document.source))
        yield Whole(moved, read_chunks(connection, row), vectors, added)


def _vectors(connection: Connection, kind: str, first: int, last: int) -> bytes:
    query = f"SELECT vector FROM {kind}_vectors WHERE {kind} BETWEEN ? AND ? ORDER BY {kind}"
    return b"".join(bytes(row[0]) for row in connection.execute(query, (first, last)))


def _matrices(source: Parts, whole: Whole) -> tuple[Vectors, Vectors]:
    model = source.catalog.model()
    width = model.dimension if model else 1
    chunks, sections = (
        np.frombuffer(raw, dtype=np.float16).astype(np.float32).reshape(-1, width) for raw in whole.vectors
    )
    return chunks, sections
