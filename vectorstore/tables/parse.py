"""The tables in a text: runs of lines with cells, the first of which is the heading; and records under one another.

A record is a name and, below it, values with labels ("Status: on hold."). Where several have the same labels they are
rows as well: the labels are the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vectorstore.tables.cells import moment, number

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


_EMPTY = re.compile(r"^\s*\|\s|\s\|\s+\||\s\|\s*$")
"""What a line has where its first cell, its last or one between is empty."""
_BETWEEN = re.compile(r"(?:^|(?<=\s))\|(?=\s|$)")
FEWEST_RECORDS = 3
"""Records with the same labels that are rows of a table."""
LONGEST_RECORD = 2000
_LABEL = r"[A-Z][^\W\d_][\w ()/-]{0,28}"
_LABELLED = re.compile(rf"(?P<label>{_LABEL}): (?P<value>\S.*?)(?=[.;,]?\s+{_LABEL}: |[.;]?\s*$)")
_RECORD = re.compile(
    rf"^(?P<name>[^\n|]{{2,80}})\n+(?P<lines>{_LABEL}: [^\n|]+(?:\n{{1,2}}{_LABEL}: [^\n|]+)*)$", re.MULTILINE
)


def cells_of(line: str, width: int) -> tuple[str, ...]:
    """Return the cells of a row; of a record its name and values, which stand on several lines."""
    name, broken, lines = line.partition("\n")
    cells = (name.strip(), *_values(lines).values()) if broken else _cut(line)
    return (cells + ("",) * width)[:width]


def _cut(line: str) -> tuple[str, ...]:
    """Return the cells of a line, of which one may be empty: "| 4 | | 5" has four."""
    cells = _BETWEEN.split(line) if _EMPTY.search(line) else line.split(SEPARATOR)
    return tuple(cell.strip() for cell in cells)


def _values(lines: str) -> dict[str, str]:
    """Return the labelled values of a record, in their order."""
    return {match["label"]: match["value"] for line in lines.split("\n") for match in _LABELLED.finditer(line.strip())}


def tables(text: str) -> list[Found]:
    """Return the tables of a text that have a row.

    A long table repeats its heading now and then, and is one table all the same. A line of one cell within a table is
    a label between its rows, where the row after it has a number or a date, as headings have none.
    """
    found: list[Found] = []
    inside, labelled, start = False, False, 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text.find(SEPARATOR, start, end) < 0 and not text.startswith("| ", start, end):
            labelled = inside and start < end
            inside = labelled
        elif inside and not (labelled and _names(text[start:end])):
            found[-1].lines.append((start, end))
            labelled = False
        else:
            columns = _cut(text[start:end])
            if not (found and found[-1].columns == columns):
                found.append(Found(columns, (start, end)))
            inside, labelled = True, False
        start = end + 1
    return [table for table in found if table.lines] + _records(text)


def _names(line: str) -> bool:
    """Tell whether a line may be a heading: none of its cells is a number or a date."""
    return not any(number(cell) is not None or moment(cell) is not None for cell in _cut(line))


def _records(text: str) -> list[Found]:
    """Return the tables that records under one another are."""
    if text.count(": ") < FEWEST_RECORDS:
        return []
    found: dict[tuple[str, ...], list[re.Match[str]]] = {}
    for match in _RECORD.finditer(text):
        labels = tuple(_values(match["lines"]))
        if labels and not _LABELLED.match(match["name"]) and match.end() - match.start() <= LONGEST_RECORD:
            found.setdefault(labels, []).append(match)
    return [
        Found(
            (_noun([match["name"] for match in matches]), *labels), matches[0].span("name"), [m.span() for m in matches]
        )
        for labels, matches in found.items()
        if len(matches) >= FEWEST_RECORDS
    ]


def _noun(names: list[str]) -> str:
    """Return what records are called: the word that all of their names begin with."""
    first = {name.split()[0] for name in names}
    return first.pop() if len(first) == 1 and all(len(name.split()) > 1 for name in names) else "Name"
