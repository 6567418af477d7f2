"""Loaded: what a loader makes of a file. `sync.py` turns it into a stored Document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vectorstore.document import Heading, Place, Scan


@dataclass(frozen=True, slots=True)
class Loaded:
    """The text of a file with its structure.

    A loader may normalise (line ends, hyphenation, Unicode NFC); from here on the text never changes.

    Attributes:
        text: What will be searched and quoted: plain text without markup.
        media_type: For example "text/markdown".
        title: The title that the file gives itself, or "" (the file's name is used then).
        places: Pages, slides or rows, by ascending start.
        headings: Headings by ascending start; `text[h.start:h.end]` is the heading's words.
        notes: What of the file is not in the text, or may be wrong, a sentence each ("3 pages have no text layer.").
            They are reported and kept with the document; without one, the text is all that the file says.
        said: What the file says of itself, by name: "author", "created" (see `reading/said.py`).
        scans: Where the words stand on pages that OCR read, so that a footnote can light them.
    """

    text: str
    media_type: str
    title: str = ""
    places: tuple[Place, ...] = ()
    headings: tuple[Heading, ...] = ()
    notes: tuple[str, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a person may set for all loaders.

    Attributes:
        passwords: Tried in turn on encrypted files.
        comments: Whether review comments are read.
        ocr_languages: Tesseract language codes; empty uses English.
        extra: Settings of loaders that others add.
        more_time: Called by a loader that is about to do what takes long, with the seconds that it needs; they
            are granted beside the file's limit, since the loader bounds the step itself.
    """

    passwords: tuple[str, ...] = ()
    comments: bool = False
    ocr_languages: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    more_time: Callable[[float], None] = field(default=lambda _: None, compare=False, repr=False)


class Loader(Protocol):
    """One file format. Raises `LoadError` with reason and remedy when the file cannot be read."""

    def __call__(self, path: Path, options: LoadOptions) -> Loaded:
        """Read `path` and return its text and structure."""
        ...
