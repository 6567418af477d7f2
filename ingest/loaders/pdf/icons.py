"""Icons on PDF pages that are written, not drawn: a large sign at the head of a paragraph that flows around it, and the
word in capitals below it, which would stand inside a sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from ingest.loaders.pdf.gutters import Cut
from ingest.loaders.pdf.line import Line

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes

SIGNS = frozenset("!⚠☞ℹ")
LARGE = 1.3
"""Size of such a sign at least, as a multiple of the usual line's."""
SMALL = 0.85
"""Size of the word below it at most, as a multiple of the line's that it stands in."""
NEAR = 3.0
"""Lines from the sign, up and down, that flow around it; and their distance from it, in sizes."""
_LABEL = re.compile(r"([A-Z]{3,16})(?: (?=\S)|$)")


def lift_icons(lines: list[Line], starts: list[int], boxes: Boxes, cut: Cut) -> tuple[list[Line], list[int]]:
    """Return lines with each icon before the paragraph that flows around it, and where each begins in the page's text.

    Args:
        lines: Upright, as they stand in the file.
        starts: Where each begins in the page's text.
        boxes: Of the page's characters.
        cut: Measures a part of a line as a line of its own; its second argument is where the line begins.
    """
    if not any(_is_sign(line) for line in lines):
        return lines, starts
    usual = median(line.size for line in lines)
    found = list(zip(lines, starts, strict=True))
    for sign in [line for line in lines if _is_sign(line) and line.size > LARGE * usual]:
        found = _lifted(found, sign, boxes, cut)
    return [line for line, _ in found], [start for _, start in found]


def _is_sign(line: Line) -> bool:
    return line.text in SIGNS


def _lifted(found: list[tuple[Line, int]], sign: Line, boxes: Boxes, cut: Cut) -> list[tuple[Line, int]]:
    """Return lines with one icon and its word before the paragraph that flows around it."""
    given = found
    label: tuple[Line, int] | None = None
    for at, (line, start) in enumerate(found):
        below = line.x0 < sign.x0 < line.x1 and 0 < line.y0 - sign.y0 < NEAR * line.size
        match = _LABEL.match(line.text) if below else None
        if match and _is_small(start, match.end(1), len(line.text), boxes):
            label = cut(line, start, 0, match.end(1)), start
            rest = [(cut(line, start, match.end(), len(line.text)), start + match.end())]
            found = [*found[:at], *(rest if line.text[match.end() :] else []), *found[at + 1 :]]
            break
    right = max(sign.x1, label[0].x1 if label else 0)
    beside = [line for line, _ in found if _flows(line, sign, right)]
    if not beside or min(line.y0 for line in beside) > sign.y0:
        return given
    first = min(beside, key=lambda line: line.y0)
    # Above the first, as a row of its own, for what orders lines by their boxes.
    y0, y1 = first.y0 - 0.5 * first.size, first.y0 - 0.4 * first.size
    start = next(start for line, start in found if line is sign)
    icon = [(replace(sign, y0=y0, y1=y1, parted=first.parted), start)]
    if label:
        x0 = sign.x1 + 1
        icon.append((replace(label[0], x0=x0, x1=max(right, x0 + 1), y0=y0, y1=y1, parted=first.parted), label[1]))
    rest = [(line, start) for line, start in found if line is not sign]
    at = next(number for number, (line, _) in enumerate(rest) if line is first)
    return [*rest[:at], *icon, *rest[at:]]


def _is_small(start: int, end: int, length: int, boxes: Boxes) -> bool:
    """Tell whether the first word of a line is printed smaller than its last one; so is one that is the whole line."""
    _, top, _, bottom = boxes.font(start)
    _, other_top, _, other_bottom = boxes.font(start + length - 1)
    return end == length or top - bottom < SMALL * (other_top - other_bottom)


def _flows(line: Line, sign: Line, right: float) -> bool:
    return right - 1 < line.x0 < right + NEAR * line.size and abs(line.y0 - sign.y0) < NEAR * line.size
