"""Gutters: empty strips between columns that a file draws row by row, so that each line runs across all of them."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes
    from ingest.loaders.pdf.line import Line

_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u3000]+")
_SAMPLE = 5
_LEAST_LINES = 8
_LEAST_WORDS = 5

Gap = tuple[int, int, float, float]
"""Where the blank begins and ends in the line's words, and left and right of its room."""


def crossed_gutters(lines: list[Line], starts: list[int], boxes: Boxes) -> list[tuple[float, float]]:
    """Return (left, right) of the strips that the widest lines of a page leave free at the same place.

    Justified prose has wide blanks too, but not one under the other. A few lines are looked at, and the
    search ends at the first that has no room in common with those before it.
    """
    widest = sorted(range(len(lines)), key=lambda i: lines[i].x0 - lines[i].x1)[:_LEAST_LINES]
    if len(widest) < _LEAST_LINES:
        return []
    first, last = lines[widest[0]], lines[widest[-1]]
    if last.x1 - last.x0 < 0.8 * (first.x1 - first.x0) or len(first.text.split()) < 2 * _LEAST_WORDS:
        return []
    common: list[tuple[float, float]] | None = None
    for i in widest[-_SAMPLE:]:
        size = lines[i].size
        gaps = _gaps(lines[i], starts[i], boxes)
        usual = median([right - left for _, _, left, right in gaps] or [0.0])
        wide = [(left, right) for _, _, left, right in gaps if right - left > max(0.55 * size, 1.6 * usual)]
        if common is None:
            common = wide
        else:
            shared = [(max(a, c), min(b, d)) for a, b in common for c, d in wide]
            common = [(left, right) for left, right in shared if right - left > 0.5 * size]
        if not common:
            return []
    found = common or []
    edges = [first.x0, *(x for gap in found for x in gap), first.x1]
    widths = [edges[i + 1] - edges[i] for i in range(0, len(edges), 2)]
    # Columns of prose are about as wide as each other; cells of a table are not, or are narrow.
    prose = min(widths) > 0.6 * max(widths) and min(widths) > 10 * first.size
    return sorted(found) if prose and len(found) <= 4 else []


def mark_gutters(line: Line, start: int, gutters: list[tuple[float, float]], boxes: Boxes) -> None:
    """Write a tab where a line runs across a gutter."""
    crossed = [gutter for gutter in gutters if line.x0 < gutter[0] and line.x1 > gutter[1]]
    if not crossed:
        return
    pieces: list[str] = []
    gaps: list[tuple[float, float]] = []
    begin = 0
    for at, end, left, right in _gaps(line, start, boxes):
        if any(left < b and right > a and right - left > 0.5 * line.size for a, b in crossed):
            pieces.append(line.text[begin:at])
            gaps.append((left, right))
            begin = end
    if gaps:
        line.text, line.gaps = "\t".join([*pieces, line.text[begin:]]), tuple(gaps)


def is_justified(line: Line, start: int, edges: list[tuple[float, float]], boxes: Boxes) -> bool:
    """Tell whether a wide line is prose drawn out to the edges of its column: all its blanks are as wide.

    Args:
        line: The line.
        start: Where it begins in the page's text.
        edges: (left, right) of lines of prose on the page.
        boxes: Of the page's characters.
    """
    reach = 0.4 * line.size
    if not any(abs(line.x0 - left) < reach and abs(line.x1 - right) < reach for left, right in edges):
        return False
    rooms = [right - left for _, _, left, right in _gaps(line, start, boxes)]
    return len(rooms) > 1 and min(rooms) > 0.6 * max(rooms)


def _gaps(line: Line, start: int, boxes: Boxes) -> list[Gap]:
    found: list[Gap] = []
    for match in _BLANKS.finditer(line.text):
        at, end = match.span()
        if at > 0 and end < len(line.text):
            _, left, right, _ = boxes.ends(start + at - 1, start + end)
            found.append((at, end, left, right))
    return found
