"""Gutters: empty strips between columns that a file draws row by row, so that its lines run across all of them.

A few long lines of a page are looked at first; only where two of them leave room at the same place is every blank of
the page measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.loaders.pdf.line import Line

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes

_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u3000]+")
_ENTRY = re.compile(r"(?:\.{3,}|…|\s)\s*(?:\d{1,4}|[ivxlc]{1,6})$")
SAMPLE = 6
"""Lines of a page that are looked at first."""
LONG = 30
"""Characters of a line that may run across columns."""
SIDE = 10
"""Characters that it has at least on either side of a gutter."""
ROOM = 0.6
"""Width of a gutter at least, as a multiple of the font's size."""


@dataclass(slots=True)
class _Gap:
    """A wide blank: where it begins and ends in the words of a line, and left and right of its room."""

    line: int
    at: int
    end: int
    left: float
    right: float


@dataclass(slots=True)
class _Strip:
    """An empty strip that runs down through several lines."""

    left: float
    right: float
    gaps: list[_Gap] = field(default_factory=list)


def part_columns(
    lines: list[Line], starts: list[int], boxes: Boxes, cut: Callable[[Line, int, int, int], Line]
) -> tuple[list[Line], list[int]]:
    """Return lines that run across columns as a line for each column, and where each begins in the page's text.

    Args:
        lines: As pdfium gives them, in the order of the file; their boxes upright.
        starts: Where each begins in the page's text.
        boxes: Of the page's characters.
        cut: Measures a part of a line, from one of its characters to another, as a line of its own; the third
            argument is where the line begins in the page's text.
    """
    if not _may_cross(lines, starts, boxes):
        return lines, starts
    gaps = [_gaps(line, index, start, boxes, SIDE // 2) for index, (line, start) in enumerate(zip(lines, starts, strict=True))]
    strips = _gutters(lines, gaps)
    if not strips:
        return lines, starts
    cuts: dict[int, list[_Gap]] = {}
    for gap in (gap for strip in strips for gap in strip.gaps):
        cuts.setdefault(gap.line, []).append(gap)
    parted: list[Line] = []
    begins: list[int] = []
    for index, (line, start) in enumerate(zip(lines, starts, strict=True)):
        at = 0
        for gap in sorted(cuts.get(index, ()), key=lambda gap: gap.at):
            parted.append(cut(line, start, at, gap.at))
            begins.append(start + at)
            at = gap.end
        parted.append(cut(line, start, at, len(line.text)) if at else line)
        begins.append(start + at)
    return parted, begins


def _may_cross(lines: list[Line], starts: list[int], boxes: Boxes) -> bool:
    """Tell whether two of a few long lines leave room at the same place."""
    long = [index for index, line in enumerate(lines) if len(line.text) >= LONG]
    if len(long) < 3:
        return False
    widest = max(lines[index].x1 - lines[index].x0 for index in long)
    wide = [index for index in long if lines[index].x1 - lines[index].x0 > 0.55 * widest]
    step = max(1, len(wide) // SAMPLE)
    seen: list[_Gap] = []
    for number, index in enumerate(wide[step // 2 :: step]):
        if number >= 3 and not seen:
            return False
        size = lines[index].size
        found = _wide(_gaps(lines[index], index, starts[index], boxes, SIDE), size)
        if any(min(a.right, b.right) - max(a.left, b.left) > 0.5 * size for a in found for b in seen):
            return True
        seen += found
    return False


def _gaps(line: Line, index: int, start: int, boxes: Boxes, side: int) -> list[_Gap]:
    """Return all blanks of a line that have so many characters on either side."""
    words = line.text
    found: list[_Gap] = []
    for match in _BLANKS.finditer(words, side, max(side, len(words) - side)):
        at, end = match.span()
        _, left, right, _ = boxes.ends(start + at - 1, start + end)
        found.append(_Gap(index, at, end, left, right))
    return found


def _wide(gaps: list[_Gap], size: float) -> list[_Gap]:
    """Return the gaps that are wider than the blanks of their line."""
    usual = median(gap.right - gap.left for gap in gaps) if gaps else 0.0
    if usual > 0.6 * size:
        usual = min(gap.right - gap.left for gap in gaps)
    return [gap for gap in gaps if gap.right - gap.left > max(ROOM * size, 1.6 * usual)]


def _gutters(lines: list[Line], gaps: list[list[_Gap]]) -> list[_Strip]:
    """Return the strips between columns of prose or of entries; the rooms between cells of a table are none."""
    wide = [gap for line, found in zip(lines, gaps, strict=True) for gap in _wide(found, line.size)]
    strips = [strip for strip in _strips(lines, wide) if _is_long(strip, lines)]
    while strips:
        spans = _spans(lines, strips)
        kept = [strip for strip in strips if _parts_columns(*spans[id(strip)])]
        if len(kept) == len(strips):
            break
        strips = kept
    return strips


def _strips(lines: list[Line], gaps: list[_Gap]) -> list[_Strip]:
    """Return the empty strips that gaps make which stand one under the other."""
    inked = [(line.y0 + 0.5 * (line.y1 - line.y0), index) for index, line in enumerate(lines)]
    inked.sort()
    by_line: dict[int, list[_Gap]] = {}
    for gap in gaps:
        by_line.setdefault(gap.line, []).append(gap)
    done: list[_Strip] = []
    open_strips: list[_Strip] = []
    for _, index in inked:
        line = lines[index]
        here = by_line.get(index, [])
        used: set[int] = set()
        still: list[_Strip] = []
        for strip in open_strips:
            found = next((gap for gap in here if min(gap.right, strip.right) - max(gap.left, strip.left) > 0), None)
            if found is not None:
                left, right = max(found.left, strip.left), min(found.right, strip.right)
                if right - left > 0.5 * line.size and id(found) not in used:
                    strip.left, strip.right = left, right
                    strip.gaps.append(found)
                    used.add(id(found))
                    still.append(strip)
                    continue
                done.append(strip)
                continue
            if line.x1 <= strip.left + 0.3 * line.size or line.x0 >= strip.right - 0.3 * line.size:
                still.append(strip)
            else:
                done.append(strip)
        open_strips = still + [_Strip(gap.left, gap.right, [gap]) for gap in here if id(gap) not in used]
    return done + open_strips


def _is_long(strip: _Strip, lines: list[Line]) -> bool:
    size = lines[strip.gaps[0].line].size
    return len(strip.gaps) >= (3 if strip.right - strip.left > 1.1 * size else 4)


def _spans(lines: list[Line], strips: list[_Strip]) -> dict[int, tuple[list[str], list[str]]]:
    """Return for each strip the words at its left and at its right, up to the next strips."""
    cuts: dict[int, list[tuple[int, int, _Strip]]] = {}
    for strip in strips:
        for gap in strip.gaps:
            cuts.setdefault(gap.line, []).append((gap.at, gap.end, strip))
    spans: dict[int, tuple[list[str], list[str]]] = {id(strip): ([], []) for strip in strips}
    for index, found in cuts.items():
        found.sort(key=lambda item: item[0])
        edges = [(0, 0), *((at, end) for at, end, _ in found), (len(lines[index].text), 0)]
        words = [lines[index].text[end:at] for (_, end), (at, _) in pairwise(edges)]
        for number, (_, _, strip) in enumerate(found):
            spans[id(strip)][0].append(words[number])
            spans[id(strip)][1].append(words[number + 1])
    return spans


def _parts_columns(left: list[str], right: list[str]) -> bool:
    """Tell whether what stands at both sides is running text, or entries with numbers of pages."""
    return all(_is_column(side) for side in (left, right))


def _is_column(words: list[str]) -> bool:
    if sum(map(len, words)) < 12 * len(words):
        return False
    if sum(map(str.isalpha, "".join(words))) < 0.55 * sum(map(len, words)):
        return sum(bool(_ENTRY.search(line)) for line in words) > 0.7 * len(words)
    goes_on = sum(line[:1].isalpha() and not line[:1].isupper() for line in words)
    return goes_on >= 0.3 * len(words) or median(map(len, words)) >= 40
