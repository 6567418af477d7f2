"""Rows of tables on PDF pages: cells that a file draws in another order than they stand in, cells that are empty."""

from __future__ import annotations

from itertools import groupby, pairwise

from ingest.loaders.pdf.line import Line

SIGNS = frozenset("$€£¥%)")
"""Cells of one sign, which stand before numbers in some rows only: no column is theirs."""
FEWEST = 3
"""Rows under one another that show where a table's columns stand."""
COLUMNS = 3
"""Columns of a table whose empty cells are marked."""


def woven(lines: list[Line]) -> list[Line]:
    """Return lines with those made one that are cells of a row in turn: a name, its number, then what is between.

    Args:
        lines: Of an upright page, their cells marked.
    """
    kept: list[Line] = []
    for line in lines:
        last = kept[-1] if kept else None
        if last is not None and line.x0 < last.x1 and last.gaps and _in_one_row(last, line):
            first, second = _cells(last), _cells(line)
            cells = sorted([*first, *second])
            if first and second and all(b[0] > a[1] for a, b in pairwise(cells)):
                last.text = "\t".join(words for *_, words in cells)
                last.gaps = tuple((a[1], b[0]) for a, b in pairwise(cells))
                last.x0, last.x1 = cells[0][0], cells[-1][1]
                continue
        kept.append(line)
    return kept


def with_empty_cells(lines: list[Line]) -> list[Line]:
    """Return lines with tabs for the empty cells of tables whose columns are known: one row at least has them all.

    Args:
        lines: Of a page, in reading order.
    """
    for is_table, rows in groupby(lines, key=lambda line: bool(line.gaps)):
        table = [(line, _cells(line)) for line in rows] if is_table else []
        if len(table) >= FEWEST:
            _fill(table)
    return lines


def _fill(table: list[tuple[Line, list[tuple[float, float, str]]]]) -> None:
    """Write the rows of a table anew that have an empty cell, where each of their cells has a column of its own."""
    if not all(cells for _, cells in table) or any(words in SIGNS for _, cells in table for *_, words in cells):
        return
    columns: list[tuple[float, float]] = []
    for left, right, _ in sorted(cell for _, cells in table for cell in cells):
        if columns and left < columns[-1][1]:
            columns[-1] = columns[-1][0], max(right, columns[-1][1])
        else:
            columns.append((left, right))
    if len(columns) < COLUMNS or max(len(cells) for _, cells in table) != len(columns):
        return
    for line, cells in table:
        places = [
            next((i for i, (a, b) in enumerate(columns) if left < b and right > a), -1) for left, right, _ in cells
        ]
        if len(cells) < len(columns) and -1 not in places and len(set(places)) == len(places):
            words = dict(zip(places, (cell[2] for cell in cells), strict=True))
            line.text = "\t".join(words.get(place, "") for place in range(places[-1] + 1))


def _in_one_row(last: Line, line: Line) -> bool:
    return abs(last.y0 - line.y0) < 0.2 * last.size and abs(last.size - line.size) < 0.1 * last.size


def _cells(line: Line) -> list[tuple[float, float, str]]:
    """Return left, right and words of each cell; none where it is not known how wide they are."""
    words = line.text.split("\t")
    if len(words) != len(line.gaps) + 1:
        return []
    begins = [line.x0, *(right for _, right in line.gaps)]
    ends = [*(left for left, _ in line.gaps), line.x1]
    return list(zip(begins, ends, words, strict=True))
