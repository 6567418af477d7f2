"""The tables in a text: runs of lines with cells, the first of which is the heading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Span = tuple[int, int]

SEPARATOR = " | "
"""What stands between cells in the text of a table (see `ingest/loaders/builder.py`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: text[start:end] of the document, cut into cells."""

    start: int
    end: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Found:
    """A table in a text: its heading, and where its rows stand, which are cut into cells as they are read.

    Attributes:
        columns: Names, as they are written; as many as the heading has cells.
        heading: Where the heading stands.
        lines: Where the rows stand, in the order of the text.
    """

    columns: tuple[str, ...]
    heading: Span
    lines: list[Span] = field(default_factory=list)

    def rows(self, text: str) -> Iterator[Row]:
        """Yield the rows, each with as many cells as there are columns."""
        for start, end in self.lines:
            yield Row(start, end, cells_of(text[start:end], len(self.columns)))


def cells_of(line: str, width: int) -> tuple[str, ...]:
    """Return the cells of a row."""
    cells = tuple(cell.strip() for cell in line.split(SEPARATOR))
    return (cells + ("",) * width)[:width]


def tables(text: str) -> list[Found]:
    """Return the tables of a text that have a row.

    A long table repeats its heading now and then, and is one table all the same.
    """
    found: list[Found] = []
    inside, start = False, 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text.find(SEPARATOR, start, end) < 0:
            inside = False
        elif inside:
            found[-1].lines.append((start, end))
        else:
            columns = tuple(cell.strip() for cell in text[start:end].split(SEPARATOR))
            if not (found and found[-1].columns == columns):
                found.append(Found(columns, (start, end)))
            inside = True
        start = end + 1
    return [table for table in found if table.lines]
