"""Plain text in any encoding: kept as it is; form feeds become pages."""

from __future__ import annotations

from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.reading.decode import decode
from ingest.splitting.structure import kind_of
from vectorstore.document import Place


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a text file."""
    decoded = decode(path.read_bytes())
    text, places = pages(decoded.text)
    return Loaded(text=text, media_type="text/plain", title=first_heading(text), places=places, notes=decoded.notes)


def first_heading(text: str) -> str:
    """Return the first line where it looks like a heading over what follows, else ""."""
    line, _, rest = text.lstrip("\ufeff \t\r\n").partition("\n")
    return line.strip() if rest.strip() and kind_of(line) == "heading" else ""


def pages(text: str) -> tuple[str, tuple[Place, ...]]:
    """Turn form feeds into line ends and the places of pages; no pages where there is only one."""
    if "\f" not in text:
        return text, ()
    starts = [0, *(offset + 1 for offset, character in enumerate(text) if character == "\f")]
    if starts[-1] >= len(text.rstrip()):
        starts.pop()
    if len(starts) < 2:
        return text.replace("\f", "\n"), ()
    return text.replace("\f", "\n"), tuple(Place(s, "page", n) for n, s in enumerate(starts, 1))
