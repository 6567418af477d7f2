"""How many sentences of a PDF are lit exactly: the characters under the boxes are those of the sentence, no other."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pypdfium2 import PdfDocument

from ingest.document import Loaded, LoadOptions
from ingest.printed.glyphs import Glyphs, folded, glyphs_of
from ingest.printed.marks import Box, marks_of
from ingest.reading.load import load
from ingest.splitting.split import sentences


@dataclass
class Share:
    """Sentences that were looked at, those that were not lit exactly, and the pages they stand on."""

    all: int = 0
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    pages: set[int] = field(default_factory=set)

    @property
    def exact(self) -> float:
        """The share of sentences lit exactly."""
        return 1 - len(self.wrong) / self.all if self.all else 1.0


def under(glyphs: Glyphs, boxes: tuple[Box, ...]) -> str:
    """Return the compared characters whose middle lies in one of the boxes, box by box, in the order of the file."""
    parts: dict[int, str] = {}
    for code, owner in zip(glyphs.codes.tolist(), glyphs.owners.tolist(), strict=True):
        parts[owner] = parts.get(owner, "") + chr(code)
    x, y = glyphs.boxes[:, [0, 2]].mean(axis=1), glyphs.boxes[:, [1, 3]].mean(axis=1)
    seen: dict[int, None] = {}
    for x0, y0, x1, y1 in boxes:
        inside = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
        seen.update(dict.fromkeys(inside.tolist()))
    return "".join(parts.get(index, "") for index in seen)


def letters(text: str) -> str:
    """Return letters and digits: hyphens at line ends and leaders of dots are on the page or in the text alone."""
    return "".join(sign for sign in folded(text) if sign.isalnum())


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of all lines of a text that say anything."""
    at = 0
    for line in text.split("\n"):
        yield from ((a, b) for a, b in sentences(text, at, at + len(line)) if letters(text[a:b]))
        at += len(line) + 1


def share_of(path: Path, *, options: LoadOptions | None = None, every: int = 1) -> Share:
    """Return how many sentences of a PDF are lit exactly, of each page that one stands on.

    Args:
        path: The file.
        options: It is read with.
        every: Of so many sentences one is looked at.
    """
    loaded = load(path, options)
    ends = [place.start for place in loaded.places[1:]] + [len(loaded.text)]
    pages = [(place.number, place.start, end) for place, end in zip(loaded.places, ends, strict=True)]
    known: dict[int, Glyphs] = {}
    share = Share()
    password = options.passwords[-1] if options and options.passwords else None
    document = PdfDocument(path, password=password)
    for start, end in list(spans(loaded.text))[::every]:
        share.all += 1
        for number, begin, stop in pages:
            first, last = max(start, begin), min(end, stop)
            wanted = letters(loaded.text[first:last]) if first < last else ""
            if not wanted:
                continue
            share.pages.add(number)
            if number not in known:
                known[number] = glyphs_of(document[number - 1])
            marks = marks_of(known[number], loaded.text[begin:stop], first - begin, last - begin)
            if (found := letters(under(known[number], marks.boxes))) != wanted:
                share.wrong.append((number, wanted, found))
                break
    document.close()
    return share


def files_of_tests(module: ModuleType, folder: Path, patch: pytest.MonkeyPatch) -> list[tuple[str, Path, Any]]:
    """Return the PDFs that the tests of a module make and read: name of the test, path, options of reading."""
    made: list[tuple[str, Path, Any]] = []
    name = ""

    def noted(path: Path, options: LoadOptions | None = None, **more: Any) -> Loaded:
        loaded = load(path, options, **more)  # what cannot be read is raised, and not noted
        kept = folder / f"{len(made)}.pdf"
        kept.write_bytes(path.read_bytes())
        made.append((name, kept, options))
        return loaded

    patch.setattr(module, "load", noted)
    for name, test in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("test_") and list(inspect.signature(test).parameters) == ["tmp_path"]:
            place = folder / name
            place.mkdir(parents=True)
            test(place)
    return made
