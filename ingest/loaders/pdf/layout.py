"""Layout of PDF pages: columns, reading order, and the heads and feet that every page repeats."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.backward import BACKWARD
from ingest.loaders.pdf.gutters import ENTRY
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.margin import without_margin
from ingest.loaders.pdf.reading_order import PROSE, Box, reading_order
from ingest.loaders.pdf.rows import with_empty_cells

_NUMBER = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"^(?:[-–—|\[(\s]*(?:page|seite|página|pagina|стр\.?|p\.|第)?\s*)(\d{1,5})"
    r"(?:\s*(?:of|/|von|de|sur|из|di)\s*\d{1,5})?\s*(?:ページ|頁|页)?[-–—|\])\s]*$",
    re.IGNORECASE,
)
LEFTWARD = 3
"""Cells drawn before those at their left from which the order of the file is not believed."""
COLUMN_GAP = 0.8
"""Width of an empty strip between columns, as a multiple of the font's size."""
EDGE_LINES = 3
"""How many lines from the top and the bottom of a page may be a running head or foot."""


def ordered(lines: list[Line]) -> list[Line]:
    """Return the lines of a page in reading order.

    Files mostly keep that order themselves, and know more of it than boxes do; it is only made anew
    where the file's order goes back up the page without going on to another column.
    """
    lines, stamps = without_margin(lines)
    return [*with_empty_cells(_in_order(lines)), *stamps]


def _in_order(lines: list[Line]) -> list[Line]:
    trusted = _disorders(lines) == 0 and _across(lines) < 5 and _leftward(lines) < LEFTWARD
    if trusted and not any(line.parted for line in lines):
        return lines
    size = median(line.size for line in lines)
    boxes = [_inner(line) for line in lines]
    for index, (a, b) in enumerate(pairwise(lines)):
        if a.parted and b.parted and a.y0 == b.y0 and 0 < b.x0 - a.x1 < COLUMN_GAP * size:
            # A line as wide as its column, and a little more: it was cut there, so there is a gap.
            boxes[index] = boxes[index]._replace(x1=b.x0 - COLUMN_GAP * size)
    weights = [max(len(line.text), PROSE if ENTRY.search(line.text) else 0) for line in lines]
    rows = frozenset(index for index, line in enumerate(lines) if line.is_row)
    order = reading_order(boxes, row_gap=0.25 * size, column_gap=COLUMN_GAP * size, weights=weights, rows=rows)
    return [lines[index] for index in order]


def _inner(line: Line) -> Box:
    """Return a line's box without the room that fonts leave above and below, which overlaps others."""
    margin = 0.15 * (line.y1 - line.y0)
    return Box(line.x0, line.y0 + margin, max(line.x1, line.x0), line.y1 - margin)


def _disorders(lines: list[Line]) -> int:
    """Count how often the file's order goes back up the page without going on to another column."""
    count = 0
    top = lines[0].y0 if lines else 0.0  # where the column being read begins
    for a, b in pairwise(lines):
        size = max(a.size, b.size)
        if b.y0 >= a.y0 - 0.6 * size:
            continue
        to_the_right = b.x0 > a.x0 + 2 * a.size and b.x0 > a.x1 - 0.5 * (a.x1 - a.x0)
        count += not to_the_right or b.y0 < top - 4 * size
        top = b.y0
    return count


def _leftward(lines: list[Line]) -> int:
    """Count cells that stand at the left of the one before in the same row, but not of writing that runs so."""
    return sum(
        abs(a.y0 - b.y0) < 0.3 * a.size and b.x1 <= a.x0 and not BACKWARD.search(a.text + b.text)
        for a, b in pairwise(lines)
    )


def _across(lines: list[Line]) -> int:
    """Count lines of prose that stand beside the one before, as when two columns are drawn by turns."""
    return sum(
        abs(a.y0 - b.y0) < 0.3 * a.size and b.x0 > a.x1 and min(len(a.text), len(b.text)) >= PROSE
        for a, b in pairwise(lines)
    )


def without_running_heads(pages: list[list[Line]]) -> tuple[list[list[Line]], int]:
    """Return pages without the heads and feet that they repeat, and how many lines were dropped.

    The first appearance of each stays, so that nothing is lost that stands nowhere else.
    """
    if len(pages) < 3:
        return pages, 0
    edges = [_edges(lines) for lines in pages]
    counts: Counter[tuple[str, int]] = Counter()
    for page in edges:
        counts.update({key for _, key in page})
    need = max(3, min(6, round(0.3 * len(pages))))
    repeated = {key for key, count in counts.items() if count >= need}
    numbers = _numbered(edges)
    seen: set[tuple[str, int]] = set()
    dropped = 0
    for index, page in enumerate(edges):
        out: set[int] = set()
        for line, key in page:
            if (index, id(line)) in numbers:
                out.add(id(line))
            elif key in repeated:
                if key in seen:
                    out.add(id(line))
                seen.add(key)
        if out and len(out) < len(pages[index]):
            pages[index] = [line for line in pages[index] if id(line) not in out]
            dropped += len(out)
    return pages, dropped


def _edges(lines: list[Line]) -> list[tuple[Line, tuple[str, int]]]:
    """Return the outermost lines of a page with what they look like: words without numbers, and where.

    Heads and feet are parted from the text by room: the lines up to the first wide gap, or the
    outermost one where there is none.
    """
    if not lines:
        return []
    by_height = sorted(lines, key=lambda line: line.y0)
    found: list[tuple[Line, tuple[str, int]]] = []
    for side, group in ((0, by_height), (1, by_height[::-1])):
        rows: list[list[Line]] = []
        parted = False
        for line in group[:24]:
            step = abs(line.y0 - rows[-1][0].y0) if rows else 0.0
            if rows and step <= 0.5 * line.size:
                rows[-1].append(line)
                continue
            if rows and (step > 1.9 * max(line.size, rows[-1][0].size) or len(rows) == EDGE_LINES):
                parted = step > 1.9 * max(line.size, rows[-1][0].size)
                break
            rows.append([line])
        for line in (line for row in (rows if parted else rows[:1]) for line in row):
            if len(line.text) <= 160:
                found.append((line, (_NUMBER.sub("#", line.text.lower()).replace("\t", " "), side)))
    return found


def _numbered(edges: list[list[tuple[Line, tuple[str, int]]]]) -> set[tuple[int, int]]:
    """Return the lines that are page numbers: numbers alone that count on with the pages."""
    offsets: Counter[int] = Counter()
    found: list[tuple[int, int, int]] = []
    for index, page in enumerate(edges):
        for line, _ in page:
            match = PAGE_NUMBER.match(line.text)
            if match:
                offsets[int(match[1]) - index] += 1
                found.append((index, id(line), int(match[1]) - index))
    usual = {offset for offset, count in offsets.items() if count >= 3}
    return {(index, line) for index, line, offset in found if offset in usual}
