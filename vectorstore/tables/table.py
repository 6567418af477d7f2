"""A table that is asked: what its columns are, which cells a question names, and rows, selected by SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from vectorstore.tables import keep
from vectorstore.tables.parse import Found, Row, Span, cells_of, tables

Values = tuple[float | int | str | None, ...]


class Asked(Protocol):
    """A connection that tables are asked through; it speaks SQLite's SQL."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Any:
        """Run one statement."""


Connected = Callable[[], AbstractContextManager[Asked]]
"""Gives the connection, for as long as it is used."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name as it is written, how many cells are filled, numbers, dates, and different."""

    name: str
    filled: int
    numbers: int
    dates: int
    distinct: int

    @property
    def is_numeric(self) -> bool:
        """Whether it holds numbers."""
        return keep.is_of(self.numbers, self.filled)

    @property
    def is_dated(self) -> bool:
        """Whether it holds dates or years."""
        return keep.is_of(self.dates, self.filled)

    @property
    def kind(self) -> str:
        """In which type its cells are stored."""
        return "number" if self.is_numeric else "date" if self.is_dated else "words"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one document holds of a table.

    Attributes:
        id: Of the table in SQLite.
        document: Its id, or "" where the text is of none.
        heading: Where the heading stands.
        read: Returns text[start:end] of it.
    """

    id: int
    document: str
    heading: Span
    read: Callable[[int, int], str] = field(compare=False)


@dataclass(frozen=True, slots=True)
class At:
    """Where a row is: in which part, and its number there, from 0."""

    part: int
    row: int


@dataclass(frozen=True)
class Table:
    """A heading and rows, of one document or of several under the same heading.

    Attributes:
        columns: From left to right.
        parts: Of one document each.
        rows: How many there are.
        entries: How many of them are no sums of others.
        connected: Gives the connection that they are read through.
    """

    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    rows: int
    entries: int
    connected: Connected = field(compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def joined(self, others: Sequence[Table]) -> Table:
        """Return this table with the rows of others under the same heading."""
        whole = (self, *others)
        columns = tuple(
            Column(
                same[0].name,
                sum(column.filled for column in same),
                sum(column.numbers for column in same),
                sum(column.dates for column in same),
                sum(column.distinct for column in same),
            )
            for same in zip(*(table.columns for table in whole), strict=True)
        )
        parts = tuple(part for table in whole for part in table.parts)
        return Table(columns, parts, sum(t.rows for t in whole), sum(t.entries for t in whole), self.connected)

    def named(self, names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
        """Yield which of some runs of stems are cells, or parts of cells that list several: stems, the cell, column."""
        with self.connected() as connection:
            for some in _hundreds(names):
                query = f"SELECT stems, cell, col FROM table_names WHERE {self.here} AND stems IN ({_marks(some)})"
                yield from connection.execute(query, some).fetchall()

    def cells_with(self, column: int, name: str) -> list[str]:
        """Return the different cells of a column that are called by some stems, or list it among others."""
        query = f"SELECT DISTINCT cell FROM table_names WHERE {self.here} AND stems = ? AND col = ?"
        with self.connected() as connection:
            return [row[0] for row in connection.execute(query, (name, column))]

    def all_named(self) -> list[tuple[str, str, int]]:
        """Return the stems by which cells are called, the cells and their columns; of a short table."""
        query = f"SELECT stems, cell, col FROM table_names WHERE {self.here}"
        with self.connected() as connection:
            found: list[tuple[str, str, int]] = connection.execute(query).fetchall()
            return found

    def cells_within(self, column: int, name: str) -> list[str]:
        """Return the different cells of a column in which some stems stand, alone or among others."""
        query = (
            f"SELECT DISTINCT cell FROM table_names WHERE {self.here} AND col = ? "
            "AND ' ' || stems || ' ' LIKE ? ESCAPE '!'"
        )
        with self.connected() as connection:
            return [row[0] for row in connection.execute(query, (column, _inside(name)))]

    def holds_within(self, column: int, name: str) -> bool:
        """Tell whether some stems are a part of a longer cell of a column that does not list them."""
        inside = f"SELECT cell FROM table_names WHERE {self.here} AND col = ? AND ' ' || stems || ' ' LIKE ? ESCAPE '!'"
        query = (
            f"{inside} AND stems <> ? EXCEPT SELECT cell FROM table_names WHERE {self.here} AND col = ? AND stems = ?"
        )
        with self.connected() as connection:
            found = connection.execute(f"{query} LIMIT 1", (column, _inside(name), name, column, name)).fetchone()
        return found is not None

    def typed(self, column: int, cell: str) -> float | int | bytes | str | None:
        """Return a cell as the column stores it."""
        return keep.typed(cell, self.columns[column].kind)

    def select(
        self, what: str, where: str = "", values: Sequence[object] = (), *, then: str = "", sums: bool = False
    ) -> Iterator[Values]:
        """Yield what is selected of the rows: SQL over tab, row and v0, v1 …

        Args:
            what, where, then: Made by code; what a person wrote is in `values`.
            values: Of the marks in `where`.
            sums: Whether rows that are sums of others count.
        """
        conditions = " AND ".join([self.here, *([] if sums else ["NOT sum"]), *([where] if where else [])])
        with self.connected() as connection:
            yield from connection.execute(f"SELECT {what} FROM table_rows WHERE {conditions} {then}", tuple(values))

    def read(self, query: str, values: Sequence[object] = ()) -> list[Values]:
        """Return what a whole SELECT over `table_rows` yields, made by code; what a person wrote is in `values`."""
        with self.connected() as connection:
            found: list[Values] = connection.execute(query, tuple(values)).fetchall()
            return found

    def row(self, at: At) -> Row:
        """Return a row with its cells as they are written."""
        part = self.part(at)
        with self.connected() as connection:
            query = "SELECT start, end FROM table_rows WHERE tab = ? AND row = ?"
            start, end = connection.execute(query, (at.part, at.row)).fetchone()
        return Row(start, end, cells_of(part.read(start, end), len(self.columns)))

    def part(self, at: At) -> Part:
        """Return the part that a row is in."""
        return next(part for part in self.parts if part.id == at.part)

    @property
    def here(self) -> str:
        """The condition, in SQL, that a row is of this table."""
        return f"tab IN ({', '.join(str(part.id) for part in self.parts)})"


def kept(connected: Connected, document: int, part: Part) -> list[Table]:
    """Return the tables that are kept of a document.

    Args:
        connected: Gives the connection that they are read through.
        document: Its row number in the catalog.
        part: What is known of the document; id and heading are filled in.
    """
    query = "SELECT id, start, end, rows, entries, columns FROM tables WHERE document = ? ORDER BY start"
    with connected() as connection:
        found = connection.execute(query, (document,)).fetchall()
    return [
        Table(
            tuple(Column(*column) for column in json.loads(columns)),
            (Part(table, part.document, (start, end), part.read),),
            rows,
            entries,
            connected,
        )
        for table, start, end, rows, entries, columns in found
    ]


class InMemory:
    """Tables of texts in a database of SQLite's memory, for as long as a question is answered."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for statement in filter(str.strip, keep.SCRIPT.split(";\n")):
            self._connection.execute(statement)
        self._documents = 0

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """Give the connection."""
        yield self._connection

    def merge(self, database: bytes) -> None:
        """Put in the tables of another such database, `serialized`, under the numbers that they have there."""
        self._connection.execute("ATTACH ':memory:' AS other")
        self._connection.deserialize(database, name="other")
        for table in ("tables", "table_rows", "table_names"):
            self._connection.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}")
        self._connection.execute("DETACH other")

    @classmethod
    def serialized(cls, text: str, found: list[Found], *, document: int, after: int) -> bytes:
        """Return the tables of a text as the bytes of a database of their own.

        Args:
            text: Of the document.
            found: Its tables.
            document: Its number.
            after: The number after which those of the tables begin.
        """
        memory = cls()
        memory._connection.execute("INSERT INTO sqlite_sequence(name, seq) VALUES('tables', ?)", (after,))
        keep.keep(memory._connection, document, text, found)
        return memory._connection.serialize()

    def add(self, text: str, document: str = "", found: list[Found] | None = None) -> list[Table]:
        """Put the tables of a text in, and return them."""
        found = tables(text) if found is None else found
        self._documents += 1
        keep.keep(self._connection, self._documents, text, found)
        return kept(self.connected, self._documents, Part(0, document, (0, 0), lambda start, end: text[start:end]))


def _inside(name: str) -> str:
    """Return the pattern of texts in which some stems stand."""
    return "% " + name.replace("!", "!!").replace("%", "!%").replace("_", "!_") + " %"


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _hundreds(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for i in range(0, len(values), 500):
        yield values[i : i + 500]
