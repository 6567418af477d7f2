"""Cells of a line of a PDF page: the wide gaps in it, each of which becomes a tab."""

from __future__ import annotations

import re
from statistics import median

from ingest.loaders.pdf.boxes import Boxes
from ingest.loaders.pdf.line import Line

_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u3000]+")
BULLETS = frozenset("•◦▪‣·●○■□➢✓")
FULL = 40
"""Characters of a line that shows how far the lines of its column reach."""
WIDE_CELL = 1.1
"""Width of a cell by characters and the font's size from which it may be two that pdfium took for one."""
MANY, LABEL = 4, 24
"""A row with so many wide gaps has short cells: a first one of at most so many characters may be two as well, and so
may one with a number."""
_DIGIT = re.compile(r"\d")
_STOPS = frozenset(".,;:!?)")
DRAWN_OUT = 3.0
"""How many times as wide as others a blank behind a stop is, at most, in a line of prose."""


def mark_cells(lines: list[Line], starts: list[int], boxes: Boxes) -> None:
    """Write a tab for each wide gap inside lines that are wider than their characters need."""
    densities = [(line.x1 - line.x0) / (len(line.text) * line.size) for line in lines if len(line.text) > 12]
    if not densities:
        return
    # Few long lines among many rows must not make the rows look normal: no prose is wider than 0.5.
    usual = min(median(densities), 0.5)
    long = [line for line in lines if len(line.text) >= FULL]
    for line, start in zip(lines, starts, strict=True):
        words = line.text
        if " " not in words or (line.x1 - line.x0) / (len(words) * line.size) < 1.15 * usual:
            continue
        marked = _with_tabs(line, start, 0.9 * usual, boxes)
        if "\t" in marked and _is_justified(line, start, long, boxes):
            line.gaps = ()
        else:
            line.text = marked


def _is_justified(line: Line, start: int, long: list[Line], boxes: Boxes) -> bool:
    """Tell whether a wide line is prose drawn out to the edges of its column: all its blanks but those behind stops are
    as wide.

    Args:
        line, start: The line, and where it begins in the page's text.
        long: The page's lines of FULL characters, one of which must have the same edges.
        boxes: Of the page's characters.
    """
    if sum(map(str.isalpha, line.text)) <= 0.6 * len(line.text):
        return False
    reach = 0.5 * line.size
    x0, x1 = line.x0, line.x1
    if not any(
        -reach < x0 - other.x0 < reach and -reach < x1 - other.x1 < reach and other is not line and not other.gaps
        for other in long
    ):
        return False
    rooms: list[float] = []
    stops: list[float] = []  # typesetting programs draw the blanks behind stops out further
    for match in _BLANKS.finditer(line.text):
        _, a1, b0, _ = boxes.ends(start + match.start() - 1, start + match.end())
        (stops if line.text[match.start() - 1] in _STOPS else rooms).append(b0 - a1)
    if len(rooms) < 2:
        return False
    least, most = min(rooms), max(rooms)
    return most - least < 0.35 * line.size and all(least - 0.1 * line.size <= room < DRAWN_OUT * most for room in stops)


def _with_tabs(line: Line, start: int, usual: float, boxes: Boxes) -> str:
    """Return a line's words with a tab for each wide gap, looked for from the right.

    The search ends when the gaps found explain why the line is as wide as it is: the label of a row,
    which stands at the left and has the most words, is seldom looked at.
    """
    words = line.text
    pieces: list[str] = []
    gaps: list[tuple[float, float]] = []
    end = len(words)
    slack = (line.x1 - line.x0) - len(words) * line.size * usual
    least = 0.95 * line.size
    for match in reversed(list(_BLANKS.finditer(words))):
        left, right = match.span()
        if left == 1 and words[0] in BULLETS:
            break
        a0, a1, b0, b1 = boxes.ends(start + left - 1, start + right)
        gap = max(b0 - a1, a0 - b1)
        if gap > least:
            glued = gaps and gaps[0][0] - max(b0, b1) > WIDE_CELL * line.size * (end - right)
            pieces.append(_unglued(words[right:end], start + right, line.size, boxes) if glued else words[right:end])
            gaps.insert(0, (min(a1, b1), max(a0, b0)))
            end = left
            slack -= gap
            if slack < least and not (end <= LABEL and (len(gaps) >= MANY or _DIGIT.search(words, 0, end))):
                break
    line.gaps = tuple(gaps)
    return "\t".join([words[:end], *reversed(pieces)]) if pieces else words


def _unglued(cell: str, start: int, size: float, boxes: Boxes) -> str:
    """Return a cell that is wider than its characters as the cells that it is: 3 and 0 beside it are not 30."""
    pieces = [cell[:1]]
    for at in range(1, len(cell)):
        _, a1, b0, _ = boxes.ends(start + at - 1, start + at)
        pieces.append(f"\t{cell[at]}" if b0 - a1 > 0.95 * size and " " not in cell[at - 1 : at + 1] else cell[at])
    return "".join(pieces)
