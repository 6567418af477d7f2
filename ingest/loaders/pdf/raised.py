"""Raised numbers on PDF pages: of footnotes and of powers. Read as plain digits, 2⁶⁴ would be 264."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from ingest.loaders.builder import RAISED, raised

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes
    from ingest.loaders.pdf.line import Line

# A digit comes first, so that the search is fast; what stands before it is looked at then.
_MAY_BE_RAISED = re.compile(
    r"[0-9](?:(?<=[^\W\d_][0-9])|(?<=[^\W\d_)”’\"»][.,;:!?)\]”’\"»][0-9]))[0-9]?(?!\w)(?![.,][0-9])"
)
_FRACTION = "\u2044"
_NUMBER_FIRST = re.compile(r"\d{1,3}(?=\s)")


def mark_raised(text: str, lines: list[Line], starts: list[int], bottoms: list[float], boxes: Boxes) -> None:
    """Write numbers behind a word or stop that are small and stand high as raised ones, character by character.

    Args:
        text: Of the page.
        lines: As they were cut from it, none changed yet.
        starts: Where each begins in `text`.
        bottoms: Of each line's box, y upward.
        boxes: Of the page's characters.
    """
    for match in _MAY_BE_RAISED.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        line, at = lines[index], match.start() - starts[index]
        _, top, _, low = boxes.font(match.start())
        if top - low < 0.8 * line.size and low > bottoms[index] + 0.2 * line.size:
            line.text = line.text[:at] + raised(match[0]) + line.text[at + len(match[0]) :]


def drop_in(lines: list[Line], starts: list[int], text: str, boxes: Boxes) -> list[Line]:
    """Put raised numbers that pdfium gives behind the line in whose middle they stand into their place there.

    Args:
        lines: Upright, their cells marked.
        starts: Where each begins in `text`.
        text: Of the page.
        boxes: Of the page's characters.
    """
    kept: list[Line] = []
    start = 0  # of the last one kept
    for line, begin in zip(lines, starts, strict=True):
        last = kept[-1] if kept else None
        if last is not None and len(line.text) <= 3 and line.text.isdigit() and _is_inside(last, line):
            place = _blank_at(last, start, text, boxes, 0.5 * (line.x0 + line.x1))
            if place:
                last.text = last.text[:place] + raised(line.text) + last.text[place:]
                continue
        kept.append(line)
        start = begin
    return kept


def _blank_at(line: Line, start: int, text: str, boxes: Boxes, x: float) -> int:
    """Return the offset of the blank of a line at a place, 0 where there is none."""
    if line.text.replace("\t", " ") != text[start : start + len(line.text)]:
        return 0  # something was put into it already: where its characters stand is not known any more
    for blank in re.finditer(r"\s", line.text):
        _, left, right, _ = boxes.ends(start + blank.start() - 1, start + blank.end())
        if left - 1 <= x <= right + 1:
            return blank.start()
    return 0


def _is_inside(last: Line, line: Line) -> bool:
    return (
        line.size < 0.8 * last.size
        and last.x0 < line.x0
        and line.x1 < last.x1
        and last.y0 - 0.3 * last.size < line.y0 < last.y0 + 0.3 * last.size
    )


def with_raised(lines: list[Line]) -> list[Line]:
    """Put raised numbers (of footnotes, of powers, of fractions) back into the line they stand in.

    pdfium gives them as lines, or begins a line behind them.
    """
    kept: list[Line] = []
    row: Line | None = None  # the last of `kept`, while what follows may stand in the same row
    for line in lines:
        last = kept[-1] if kept else None
        number = _NUMBER_FIRST.match(line.text)
        if last is not None and len(line.text) <= 5 and _is_raised(last, line):
            last.text, last.x1, row = last.text + raised(line.text), line.x1, last
            continue
        if last is not None and _is_below(last, line):
            row = last
        elif last is not None and number and _is_beside(last, line, within=0.15):
            row, line.text = last, raised(number[0]) + line.text[number.end() :]
        elif last is not None and last.text[-1] in RAISED and _is_beside(last, line, within=1.0):
            row = last
        elif row is None or not _is_beside(row, line, within=1.0):
            kept.append(line)
            row = None
            continue
        blank = " " if line.x0 - row.x1 > 0.12 * row.size else ""
        row.text, row.x1, row.broken = f"{row.text}{blank}{line.text}", line.x1, line.broken
        row.gaps += line.gaps
    return kept


def _is_raised(last: Line, line: Line) -> bool:
    size = last.size
    return (
        line.text[0].isdigit()
        and line.size < 0.8 * size
        and -0.2 * size < line.x0 - last.x1 < 0.25 * size
        and -0.5 * size < line.y0 - last.y0 < 0.3 * size
        and line.y1 < last.y1 - 0.2 * size
        and raised(line.text) != line.text
    )


def _is_below(last: Line, line: Line) -> bool:
    """Tell whether a line begins with the stroke and the lower number of a fraction whose upper one ends another."""
    return line.text[0] == _FRACTION and last.text[-1].isdigit() and _is_beside(last, line, within=0.0)


def _is_beside(last: Line, line: Line, *, within: float) -> bool:
    """Tell whether a line goes on with the row of another, at most so many times its size to the right."""
    return (
        abs(line.y0 - last.y0) < 0.2 * last.size
        and abs(line.size - last.size) < 0.1 * last.size
        and -0.2 * last.size < line.x0 - last.x1 < within * last.size
    )
