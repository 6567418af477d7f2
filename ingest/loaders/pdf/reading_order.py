"""Reading order of boxes on a page or slide: cut along empty bands, columns before lines.

A recursive cut: where an empty strip runs down the whole area and both sides hold running text, what is
left of it comes first; otherwise the area is cut into the bands that empty rows leave, top to bottom.
Boxes side by side with a few words each are cells of a table and are read row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle with its origin at the top left: x to the right, y down."""

    x0: float
    y0: float
    x1: float
    y1: float


MAX_DEPTH = 40
PROSE = 22
"""Characters that a line of a column of prose has at least; shorter ones are cells."""


def reading_order(
    boxes: Sequence[Box], *, row_gap: float, column_gap: float, weights: Sequence[int] | None = None
) -> list[int]:
    """Return the indexes of `boxes` as a person reads them, left to right and top to bottom.

    Args:
        boxes: The rectangles, in any unit.
        row_gap: Height of an empty band from which it parts what is above from what is below.
        column_gap: Width of an empty strip from which it parts columns.
        weights: Characters in each box; without them every box counts as prose.
    """
    cutter = _Cutter(boxes, row_gap, column_gap, weights)
    cutter.cut(list(range(len(boxes))), 0)
    return cutter.order


class _Cutter:
    """Cuts an area and notes the order of its boxes."""

    def __init__(self, boxes: Sequence[Box], row_gap: float, column_gap: float, weights: Sequence[int] | None) -> None:
        self.boxes, self.row_gap, self.column_gap, self.weights = boxes, row_gap, column_gap, weights
        self.order: list[int] = []

    def cut(self, members: list[int], depth: int) -> None:
        """Order `members`."""
        if len(members) < 2 or depth > MAX_DEPTH:
            self._rows(members)
            return
        boxes = self.boxes
        down = sorted(members, key=lambda i: boxes[i].y0)
        if all(boxes[b].y0 >= boxes[a].y1 for a, b in pairwise(down)):
            self.order.extend(down)  # one under the other: nothing to choose
            return
        strips = self._strips(members)
        rows = self._table_rows(members) if len(strips) > 1 and self.weights is not None else []
        if len(rows) > 1:
            parts = rows
        elif len(strips) > 1 and self._columns(strips):
            parts = strips
        else:
            parts = _runs([(boxes[i].y0, boxes[i].y1, i) for i in members], self.row_gap)
            if len(parts) > 1 and self.weights is not None:
                parts = self._merged(parts) if len(strips) == 1 or self._text_columns(strips) else parts
        if len(parts) < 2:
            self._rows(members)
            return
        for part in parts:
            self.cut(part, depth + 1)

    def _strips(self, members: list[int]) -> list[list[int]]:
        return _runs([(self.boxes[i].x0, self.boxes[i].x1, i) for i in members], self.column_gap)

    def _table_rows(self, members: list[int]) -> list[list[int]]:
        """Return the rows of a table whose cells have several lines: all its cells begin at the top of their row."""
        rows = _runs([(self.boxes[i].y0, self.boxes[i].y1, i) for i in members], 3.2 * self.row_gap)
        if len(rows) < 3 or len(members) > 12 * len(rows):
            return []
        for row in rows:
            tops = [min(self.boxes[i].y0 for i in strip) for strip in self._strips(row)]
            if len(tops) < 2 or max(tops) - min(tops) > 2 * self.row_gap:
                return []
        return rows

    def _columns(self, strips: list[list[int]]) -> bool:
        """Tell whether strips are columns of running text, or heads of a table's columns, rather than cells."""
        if self.weights is None:
            return all(len(strip) > 1 for strip in strips)
        # More than two of one or two lines each are heads of columns, each to be read as a whole.
        long = [strip for strip in strips if len(strip) > 2 or len(strips) == 2]
        return all(len(strip) > 1 and self._is_prose(strip) for strip in long)

    def _is_prose(self, strip: list[int]) -> bool:
        return self.weights is None or median(self.weights[i] for i in strip) >= PROSE

    def _text_columns(self, strips: list[list[int]]) -> bool:
        """Tell whether strips are columns of running text for certain."""
        long = [strip for strip in strips if len(strip) > 2]
        return len(long) > 1 and all(map(self._is_prose, long))

    def _merged(self, bands: list[list[int]]) -> list[list[int]]:
        """Join neighbouring bands that are the same columns, cut apart by an empty row in all of them.

        What runs across the columns ends them, and so does a wide room, beyond which a few lines are a head or foot.
        """
        zones: list[list[list[int]]] = []
        for band in bands:
            if zones and self._goes_on(list(chain.from_iterable(zones[-1])), band):
                zones[-1].append(band)
            else:
                zones.append([band])
        merged: list[list[int]] = []
        for zone in zones:
            whole = list(chain.from_iterable(zone))
            merged.extend([whole] if self._text_columns(self._strips(whole)) else self._heads(zone))
        return merged

    def _goes_on(self, above: list[int], band: list[int]) -> bool:
        """Tell whether the next band may be columns that go on."""
        if len(self._strips(above + band)) < 2:
            return False
        parts = [self._strips(part) for part in (above, band)]
        boxes = self.boxes
        if min(boxes[i].y0 for i in band) - max(boxes[i].y1 for i in above) < 6 * self.row_gap:
            return max(map(len, parts)) > 1
        return all(map(self._text_columns, parts))

    def _heads(self, bands: list[list[int]]) -> list[list[int]]:
        """Join the rows of heads of a table's columns."""
        joined: list[list[int]] = []
        for band in bands:
            if joined and len(self._strips(band)) > 1:
                strips = self._strips(joined[-1] + band)
                if len(strips) > 1 and self._columns(strips):
                    joined[-1] = joined[-1] + band
                    continue
            joined.append(band)
        return joined

    def _rows(self, members: list[int]) -> None:
        """Order boxes by rows: those whose heights overlap are read from the left."""
        boxes = self.boxes
        row: list[int] = []
        middle = 0.0
        for i in sorted(members, key=lambda i: (boxes[i].y0, boxes[i].x0)):
            if row and boxes[i].y0 > middle:
                self.order.extend(sorted(row, key=lambda j: boxes[j].x0))
                row = []
            if not row:
                middle = (boxes[i].y0 + boxes[i].y1) / 2
            row.append(i)
        self.order.extend(sorted(row, key=lambda j: boxes[j].x0))


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
