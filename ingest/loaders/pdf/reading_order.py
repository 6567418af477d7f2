"""Reading order of boxes on a page or slide: cut along empty bands, columns before lines.

A recursive cut: where an empty strip runs down the whole area and both sides hold running text, what is
left of it comes first; otherwise the area is cut into the bands that empty rows leave, top to bottom.
Boxes side by side with a few words each are cells of a table and are read row by row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
WORDS = 10
"""Characters that a line of a block of words has at least; columns of numbers have fewer."""


def reading_order(
    boxes: Sequence[Box],
    *,
    row_gap: float,
    column_gap: float,
    weights: Sequence[int] | None = None,
    rows: Collection[int] = (),
) -> list[int]:
    """Return the indexes of `boxes` as a person reads them, left to right and top to bottom.

    Args:
        boxes: The rectangles, in any unit.
        row_gap: Height of an empty band from which it parts what is above from what is below.
        column_gap: Width of an empty strip from which it parts columns.
        weights: Characters in each box; without them every box counts as prose.
        rows: Indexes of the boxes that are rows of several cells.
    """
    cutter = _Cutter(boxes, row_gap, column_gap, weights, rows)
    cutter.cut(list(range(len(boxes))), 0)
    return cutter.order


class _Cutter:
    """Cuts an area and notes the order of its boxes."""

    def __init__(
        self,
        boxes: Sequence[Box],
        row_gap: float,
        column_gap: float,
        weights: Sequence[int] | None,
        rows: Collection[int],
    ) -> None:
        self.boxes, self.row_gap, self.column_gap, self.weights = boxes, row_gap, column_gap, weights
        self.rows = rows
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
        elif len(strips) > 1 and (self._columns(strips) or self._blocks(strips)):
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
        return self._weight(strip) >= PROSE

    def _text_columns(self, strips: list[list[int]]) -> bool:
        """Tell whether strips are columns of running text for certain."""
        long = [strip for strip in strips if len(strip) > 2]
        return len(long) > 1 and all(map(self._is_prose, long))

    def _blocks(self, strips: list[list[int]]) -> bool:
        """Tell whether strips are blocks of short lines, as the addresses of a letter are, that share no rows."""
        if self.weights is None or len(strips) < 2:
            return False
        if any(2 * sum(i in self.rows for i in strip) > len(strip) for strip in strips):
            return False  # a table, with a column beside it that belongs to it
        return self._drawn_apart(strips) or all(self._apart(a, b) for a, b in pairwise(strips))

    def _drawn_apart(self, strips: list[list[int]]) -> bool:
        """Tell whether two blocks of words were drawn one after the other: the file gives its lines in that order."""
        left, right = strips[0], strips[-1]
        whole = len(strips) == 2 and max(left) < min(right) and max(right) - min(left) < len(left) + len(right)
        return whole and all(len(self._steps(strip)) > 2 and self._weight(strip) >= WORDS for strip in strips)

    def _weight(self, strip: list[int]) -> float:
        return median(self.weights[i] for i in strip) if self.weights is not None else PROSE

    def _apart(self, left: list[int], right: list[int]) -> bool:
        """Tell whether lines side by side stand on other rows: not level, and not half a row off as centred cells are.

        Some must stand beside none at all: numbers may stand a little higher than the words of their row.
        """
        level = between = alone = 0
        beside = self._steps(right)
        for top, step in self._steps(left):
            off = min((abs(top - other) / step for other, _ in beside), default=1.0)
            level += off < 0.1
            between += 0.1 <= off < 0.4
            alone += off > 0.6
        alone += sum(all(abs(top - other) > 0.6 * step for other, _ in self._steps(left)) for top, step in beside)
        return between > max(1, level) and alone > 1

    def _steps(self, strip: list[int]) -> list[tuple[float, float]]:
        """Return where each line of a strip stands that has another right above or below, and how far that is."""
        boxes = sorted((self.boxes[i] for i in strip), key=lambda box: box.y0)
        found: list[tuple[float, float]] = []
        for index, box in enumerate(boxes):
            near = [abs(other.y0 - box.y0) for other in boxes[max(0, index - 1) : index + 2] if other is not box]
            step = min(near, default=0.0)
            if 0.5 * (box.y1 - box.y0) < step < 2.5 * (box.y1 - box.y0):
                found.append((box.y0, step))
        return found

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
            strips = self._strips(whole)
            if self._text_columns(strips):
                merged.append(whole)
            elif self._blocks(strips):
                while merged and self._begins(merged[-1], whole, len(strips)):
                    whole = merged.pop() + whole
                merged.append(whole)
            else:
                merged.extend(self._heads(zone))
        return merged

    def _begins(self, above: list[int], blocks: list[int], count: int) -> bool:
        """Tell whether what stands above so many blocks is the beginning of one of them."""
        room = min(self.boxes[i].y0 for i in blocks) - max(self.boxes[i].y1 for i in above)
        return room < 6 * self.row_gap and len(self._strips(above)) == 1 and len(self._strips(above + blocks)) == count

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
