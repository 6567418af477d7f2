"""Reading order of boxes on a page or slide: cut along empty bands, columns before lines.

A recursive cut: where an empty band runs across the whole area, what is above comes first; where an
empty strip runs down it, what is left of it comes first. The wider gap, measured against the size of
the text, decides which cut is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle with its origin at the top left: x to the right, y down."""

    x0: float
    y0: float
    x1: float
    y1: float


MAX_DEPTH = 40


def reading_order(boxes: Sequence[Box], *, row_gap: float, column_gap: float) -> list[int]:
    """Return the indexes of `boxes` as a person reads them, left to right and top to bottom.

    Args:
        boxes: The rectangles, in any unit.
        row_gap: Height of an empty band from which it parts what is above from what is below.
        column_gap: Width of an empty strip from which it parts columns.
    """
    order: list[int] = []
    _cut(boxes, list(range(len(boxes))), row_gap, column_gap, order, 0)
    return order


def _cut(
    boxes: Sequence[Box], members: list[int], row_gap: float, column_gap: float, order: list[int], depth: int
) -> None:
    if len(members) < 2 or depth > MAX_DEPTH:
        order.extend(sorted(members, key=lambda i: (boxes[i].y0, boxes[i].x0)))
        return
    bands = _runs([(boxes[i].y0, boxes[i].y1, i) for i in members], row_gap)
    strips = _runs([(boxes[i].x0, boxes[i].x1, i) for i in members], column_gap)
    # A strip that runs down everything is a column border, unless the bands part it more clearly
    # into rows that belong together (a table, cards in a row): then each band is cut by itself.
    if len(strips) > 1 and all(len(strip) > 1 for strip in strips):
        parts = strips
    elif len(bands) > 1:
        parts = bands
    elif len(strips) > 1:
        parts = strips
    else:
        order.extend(sorted(members, key=lambda i: (boxes[i].y0, boxes[i].x0)))
        return
    for part in parts:
        _cut(boxes, part, row_gap, column_gap, order, depth + 1)


def _runs(spans: list[tuple[float, float, int]], gap: float) -> list[list[int]]:
    """Return groups of members between which no span lies for at least `gap`."""
    spans.sort()
    groups: list[list[int]] = [[]]
    reach = spans[0][1]
    for start, end, member in spans:
        if start - reach >= gap:
            groups.append([])
        groups[-1].append(member)
        reach = max(reach, end)
    return groups
