"""Document: a source as it is kept. Its `text` is what every offset points into."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a numbered part of the source begins in the text.

    Attributes:
        start: Offset into the text.
        kind: What is numbered: "page", "slide", "row", "cue" …
        number: The number that a person knows it by, from 1.
        by_ocr: Whether its words were read off a picture, so that they may differ from what is printed.
    """

    start: int
    kind: str
    number: int
    by_ocr: bool = False

    @property
    def page(self) -> int | None:
        """Page or slide number, or None where something else is numbered."""
        return self.number if self.kind in ("page", "slide") else None

    @property
    def label(self) -> str:
        """What a person reads: "p. 14", "slide 3", "row 12", "p. 3, read by OCR"."""
        words = f"p. {self.number}" if self.kind == "page" else f"{self.kind} {self.number}"
        return f"{words}, read by OCR" if self.by_ocr else words

    @property
    def record(self) -> tuple[int | str, ...]:
        """The fields as they are stored, so that `Place(*record)` is the place again."""
        return (self.start, self.kind, self.number, *([True] if self.by_ocr else []))


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands in the text: `text[start:end]`, level 1 (top) to 6."""

    start: int
    end: int
    level: int


SCAN_UNIT = 10_000
"""Parts of a page's width and height in which the boxes of words on a scan are kept."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the words of a page stand that OCR read.

    Attributes:
        page: Its number, from 1.
        words: Each word with x0, y0, x1, y1 in SCAN_UNIT parts of the page's width and height as it is shown,
            from its top left corner.
    """

    page: int
    words: tuple[tuple[str, int, int, int, int], ...]


SIDECAR = "sidecar"
"""The name, among what is said of a document, under which its sidecar's digest is kept for a sync, and after a blank
the names of what that says, parted by commas."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source, loaded.

    Offsets everywhere are Python string offsets into `text`, end exclusive. `text` never changes
    once stored; a changed source becomes a new text under the same id.

    Attributes:
        id: Stable name inside the library, 16 hexadecimal digits.
        source: Absolute path, or address, that it was read from.
        title: What a person calls it.
        media_type: For example "text/markdown", "application/pdf".
        text: The text that is searched and quoted.
        sha256: Digest of the source's bytes.
        collection: The collection it belongs to.
        places: Pages, slides or rows, by ascending start; empty where the source has none.
        headings: Headings by ascending start.
        size: Bytes of the source.
        modified: Time of the source's last change, ISO 8601 in UTC ("2026-11-25T09:30:00Z"), or "".
        notes: Sentences about what of the source is not in the text, or may be wrong; empty where it was read whole.
        said: What the source, or the sidecar beside it, says of it, by name: "author", "created", "changed by",
            "subject", "tags", and the sidecar's digest.
        scans: Where the words stand on pages that OCR read.
        name: What people call the file, where it lies under another name as an upload does; "" for the name that its
            source ends in.
    """

    id: str
    source: str
    title: str
    media_type: str
    text: str
    sha256: str
    collection: str = "default"
    places: tuple[Place, ...] = ()
    headings: tuple[Heading, ...] = ()
    size: int = 0
    modified: str = ""
    notes: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    scans: tuple[Scan, ...] = ()
    name: str = ""

    def place_at(self, offset: int) -> Place | None:
        """Return the last place that begins at or before `offset`, or None."""
        index = bisect_right(self.places, offset, key=lambda place: place.start)
        return self.places[index - 1] if index else None

    def heading_path(self, offset: int) -> tuple[str, ...]:
        """Return the titles of the headings that `offset` stands under, outermost first."""
        path: list[Heading] = []
        for heading in self.headings[: bisect_right(self.headings, offset, key=lambda h: h.start)]:
            while path and path[-1].level >= heading.level:
                path.pop()
            path.append(heading)
        return tuple(self.text[h.start : h.end] for h in path)


def file_name(source: str) -> str:
    """Return the last part of a path or address."""
    return source.rstrip("/").replace("\\", "/").rsplit("/", 1)[-1] or source


def given_name(source: str, name: str) -> str:
    """Return the name that people gave a file which lies at `source` under another; "" where it lies under its own."""
    return "" if name == file_name(source) else name
