"""The boxes of quoted words on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ingest.printed.align import LONGEST, align
from ingest.printed.glyphs import Glyphs, folded_with_offsets

if TYPE_CHECKING:
    import numpy as np

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 with the origin at the top left."""
CONTEXT = 200
"""Compared characters before and behind the words that say which of several places is meant."""
LEAST = 0.6
"""Share of the words' characters that must be found; with fewer, what was found is chance."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Where words stand on a page.

    Attributes:
        boxes: One for each line of them, or part of a line, in reading order.
        lit: "all" of the words were found, "part" of them, or "none".
    """

    boxes: tuple[Box, ...] = ()
    lit: Literal["all", "part", "none"] = "none"


def marks_of(glyphs: Glyphs, text: str, start: int, end: int) -> Marks:
    """Return the boxes of `text[start:end]` on the page, in the unit of the glyphs' boxes.

    Args:
        glyphs: Of the page.
        text: The stored text of this page.
        start, end: Offsets into it.
    """
    owners, wanted = owners_of(glyphs, text, start, end)
    if not wanted or len(owners) < LEAST * wanted:
        return Marks()
    once = list(dict.fromkeys(owners))
    boxes = lines_of_boxes(tuple(box) for box in glyphs.boxes[once].tolist())
    return Marks(tuple(boxes), "all" if len(owners) == wanted else "part") if boxes else Marks()


def owners_of(glyphs: Glyphs, text: str, start: int, end: int) -> tuple[list[int], int]:
    """Return the page's characters that the compared ones of `text[start:end]` are, and how many were looked for."""
    import numpy as np

    codes, offsets = folded_with_offsets(text)
    first, last = (int(i) for i in np.searchsorted(offsets, (start, end)))
    if (at := _only_place(codes[first:last], glyphs.codes)) >= 0:
        return glyphs.owners[at : at + last - first].tolist(), last - first
    owners: list[int] = []
    step = LONGEST - 2 * CONTEXT
    for begin in range(first, last, step):
        stop = min(begin + step, last)
        low, high = max(0, begin - CONTEXT), stop + CONTEXT
        found = align(codes[low:high], glyphs.codes, glyphs.begins)[begin - low : stop - low]
        owners += glyphs.owners[_without_chance(found)].tolist()
    return owners, last - first


def _only_place(words: np.ndarray, page: np.ndarray) -> int:
    """Return where words stand on the page if they stand there once, character by character; else -1."""
    looked_for, whole = words.astype("<i4").tobytes(), page.astype("<i4").tobytes()
    at = whole.find(looked_for) if looked_for else -1
    # A whole number of characters in: bytes of two neighbours could look like one between them.
    return at // 4 if at >= 0 and at % 4 == 0 and whole.find(looked_for, at + 1) < 0 else -1


def _without_chance(found: np.ndarray) -> np.ndarray:
    """Return the matched ones, without single characters far from the ones before and behind."""
    import numpy as np

    found = found[found >= 0]
    apart = np.abs(np.diff(found)) > 50
    alone = np.concatenate(([False], apart)) & np.concatenate((apart, [False]))
    kept: np.ndarray = found[~alone] if len(found) > 1 else found
    return kept


def lines_of_boxes(boxes: Iterable[Box]) -> list[Box]:
    """Join the boxes of characters that follow one another on a line, or down a column of vertical writing."""
    found: list[Box] = []
    down: bool | None = None  # which way the last of `found` runs; None while it is one character
    for box in boxes:
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        last = found[-1] if found else None
        if last is not None and down is not True and _beside(last, box):
            down = False
        elif last is not None and down is not False and _beside(_swapped(last), _swapped(box)):
            down = True
        else:
            found.append(box)
            down = None
            continue
        found[-1] = min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])
    return found


def _beside(last: Box, box: Box) -> bool:
    """Tell whether a character stands in the line of those before it, without a gap as between cells."""
    height = min(last[3] - last[1], box[3] - box[1])
    shared = min(last[3], box[3]) - max(last[1], box[1])
    return shared > 0.5 * height and max(box[0] - last[2], last[0] - box[2]) < 1.2 * (box[3] - box[1])


def _swapped(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]
