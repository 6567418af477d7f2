"""A table in the text of a document: its columns, its rows, and the numbers and dates in their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from bot.text.dates import dates

Span = tuple[int, int]

SEPARATOR = " | "
"""What stands between cells in the text of a table (see `ingest/loaders/builder.py`)."""
FEWEST_ROWS = 2
"""A heading and one row, at least."""
NUMERIC = 0.6
"""A column is of numbers, or of dates, if so large a share of its filled cells is."""
EMPTY = frozenset({"", "-", "–", "—", "n/a", "na", "none", "?", "…", "..."})

_NUMBER = re.compile(
    r"\s*(?:[A-Z]{2,3}\s|[A-Z]{0,3}[$€£¥]|[^\w\s–−-]{0,2})\s*(?P<sign>[-−–]?)"
    r"(?P<number>\d{1,3}(?:[,\u202f ]\d{3})+(?:\.\d+)?|\d*\.?\d+)"
    r"\s*(?:%|[^\W\d_]{1,12}\.?(?:[ /][^\W\d_]{1,12})?|[€£¥$°\"'’”]{0,2})"
    r"\s*\.?(?:[\[(].*[\])])?\s*[*†‡]*\s*"
)
"""A currency or a sign, the number, a unit or two words of one, notes."""
_SUMS = re.compile(r"\W*(?:grand |sub)?-?totals?\W*$|\W*(?:sum|average|mean)\W*$", re.IGNORECASE)
_ORDINAL = re.compile(r"\s*(\d+)(?:st|nd|rd|th)\.?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: text[start:end] of the document, cut into cells."""

    start: int
    end: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A heading and rows.

    Attributes:
        columns: Names, as they are written; as many as the heading has cells.
        heading: Where the heading stands.
        rows: In the order of the text; each has as many cells as there are columns.
    """

    columns: tuple[str, ...]
    heading: Span
    rows: tuple[Row, ...]

    @cached_property
    def numbers(self) -> tuple[tuple[float | None, ...], ...]:
        """The number in each cell, by column; None where a cell is no number."""
        return tuple(tuple(number(row.cells[i]) for row in self.rows) for i in range(len(self.columns)))

    @cached_property
    def moments(self) -> tuple[tuple[tuple[int, int, int] | None, ...], ...]:
        """The date in each cell, by column: year, month, day, 0 where not said; None where a cell is no date."""
        return tuple(tuple(moment(row.cells[i]) for row in self.rows) for i in range(len(self.columns)))

    @cached_property
    def entries(self) -> tuple[int, ...]:
        """The rows that are no sum of others."""
        return tuple(i for i, row in enumerate(self.rows) if not _SUMS.match(next(filter(None, row.cells), "")))

    def filled(self, column: int) -> int:
        """Return how many cells of a column are not empty."""
        return sum(row.cells[column].casefold() not in EMPTY for row in self.rows)

    def is_numeric(self, column: int) -> bool:
        """Tell whether a column holds numbers."""
        count = sum(value is not None for value in self.numbers[column])
        return count > 0 and count >= NUMERIC * self.filled(column)

    def is_dated(self, column: int) -> bool:
        """Tell whether a column holds dates or years."""
        count = sum(value is not None for value in self.moments[column])
        return count > 0 and count >= NUMERIC * self.filled(column)


def number(cell: str) -> float | None:
    """Return the number that a cell is: "33,119", "49.90 %", "$1,200", "9 years", "1st"; None where it is none."""
    if match := _ORDINAL.fullmatch(cell):
        return float(match[1])
    match = _NUMBER.fullmatch(cell)
    if match is None:
        return None
    value = float(re.sub(r"[,\u202f ]", "", match["number"]))
    return -value if match["sign"] else value


def moment(cell: str) -> tuple[int, int, int] | None:
    """Return the date that a cell is, or begins with."""
    found = dates(cell)
    if not found or found[0].start > 2:
        return None
    year, month, day = found[0].year, found[0].month, found[0].day
    return (year, month or 0, day or 0) if year else None


def tables(text: str) -> list[Table]:
    """Return the tables of a text: runs of lines with cells, the first of which is the heading.

    A long table repeats its heading now and then, and is one table all the same.
    """
    found: list[Table] = []
    run: list[Row] = []
    start = 0
    for line in [*text.split("\n"), ""]:
        if SEPARATOR in line:
            run.append(Row(start, start + len(line), tuple(cell.strip() for cell in line.split(SEPARATOR))))
        elif run:
            made = _table(run)
            if found and found[-1].columns == made.columns:
                found[-1] = Table(made.columns, found[-1].heading, found[-1].rows + made.rows)
            else:
                found.append(made)
            run = []
        start += len(line) + 1
    return [table for table in found if len(table.rows) + 1 >= FEWEST_ROWS]


def _table(run: list[Row]) -> Table:
    heading, *rows = run
    width = len(heading.cells)
    kept = tuple(Row(row.start, row.end, (row.cells + ("",) * width)[:width]) for row in rows)
    return Table(heading.cells, (heading.start, heading.end), kept)
