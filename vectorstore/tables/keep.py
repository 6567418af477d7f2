"""Typed rows in SQLite: the tables that they are kept in, and how a text's are put there.

A cell is stored in the type that its column has: a number as REAL, a date as INTEGER (20240331, 20240300 where no day
is said), anything else as the words that stand there.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from functools import lru_cache

from vectorstore.tables.cells import EMPTY, moment, number, stems, sums
from vectorstore.tables.parse import Found, Row, tables

MOST_COLUMNS = 32
"""Columns of a table that is asked; wider ones are left to the search."""
LONG = 1000
"""Rows of a document's tables from which on they are kept when it is stored."""
NUMERIC = 0.6
"""A column is of numbers, or of dates, if so large a share of its filled cells is."""
SAMPLE = 5000
"""Rows of a long table that say of which kind its columns are."""
REMEMBERED = 100_000
"""Cells that need not be looked at twice."""
LONGEST_NAME = 200
"""Characters of a cell whose words are looked for."""
LEAST_LETTERS = 3
"""Letters of a cell of one word that is looked for: shorter ones stand anywhere."""
WEAK = frozenset(
    """a an the of in on at by for to from and or with no yes was is are were be had has have did do does total number
    name first last most least all one two three ii iii i""".split()
)
"""Cells of one such word are not looked for."""

_YEAR = re.compile(r"\d{4}")
_COLUMNS = ", ".join(f"v{i}" for i in range(MOST_COLUMNS))
SCRIPT = f"""
CREATE TABLE IF NOT EXISTS tables(
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    rows INTEGER NOT NULL, entries INTEGER NOT NULL, columns TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tables_by_document ON tables(document);
CREATE TABLE IF NOT EXISTS table_rows(
    tab INTEGER NOT NULL, row INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, sum INTEGER NOT NULL,
    {_COLUMNS}, PRIMARY KEY(tab, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS table_names(
    tab INTEGER NOT NULL, stems TEXT NOT NULL, col INTEGER NOT NULL, cell TEXT NOT NULL, whole INTEGER NOT NULL,
    PRIMARY KEY(tab, stems, col, cell)) WITHOUT ROWID;
"""
_INSERT = f"INSERT INTO table_rows VALUES({', '.join('?' * (MOST_COLUMNS + 5))})"


def keep_long(connection: sqlite3.Connection, document: int, text: str) -> None:
    """Keep the tables of a document, where they are long.

    Args:
        connection: Inside a transaction.
        document: Its row number in the catalog.
        text: Of the document.
    """
    if found := long_tables(text):
        keep(connection, document, text, found)


def long_tables(text: str) -> list[Found]:
    """Return the tables of a text, where they are long; else none."""
    found = tables(text)
    return found if sum(len(table.lines) for table in found) >= LONG else []


def keep(connection: sqlite3.Connection, document: int, text: str, found: list[Found]) -> list[int]:
    """Put tables of a text into SQLite; return their ids."""
    return [_keep(connection, document, text, table) for table in found if len(table.columns) <= MOST_COLUMNS]


def forget(connection: sqlite3.Connection, document: int) -> None:
    """Remove the tables of a document."""
    for (table,) in connection.execute("SELECT id FROM tables WHERE document = ?", (document,)).fetchall():
        connection.execute("DELETE FROM table_rows WHERE tab = ?", (table,))
        connection.execute("DELETE FROM table_names WHERE tab = ?", (table,))
    connection.execute("DELETE FROM tables WHERE document = ?", (document,))


def _keep(connection: sqlite3.Connection, document: int, text: str, table: Found) -> int:
    facts = _facts(table, text)
    entries = sum(not sums(row.cells) for row in table.rows(text))
    kinds = [_kind(fact) for fact in facts]
    cursor = connection.execute(
        "INSERT INTO tables(document, start, end, rows, entries, columns) VALUES(?, ?, ?, ?, ?, '')",
        (document, *table.heading, len(table.lines), entries),
    )
    table_id = cursor.lastrowid
    assert table_id is not None  # a row was inserted
    padding = (None,) * (MOST_COLUMNS - len(table.columns))
    connection.executemany(
        _INSERT,
        (
            (
                table_id, i, row.start, row.end, sums(row.cells),
                *(typed(cell, kind) for cell, kind in zip(row.cells, kinds, strict=True)), *padding,
            )
            for i, row in enumerate(table.rows(text))
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT OR IGNORE INTO table_names VALUES(?, CAST(? AS TEXT), ?, CAST(? AS TEXT), ?)",
        ((table_id, *name) for name in _names(table.rows(text), kinds if len(table.lines) >= LONG else [])),
    )
    columns = []
    for i, (name, fact) in enumerate(zip(table.columns, facts, strict=True)):
        query = f"SELECT count(DISTINCT v{i}) FROM table_rows WHERE tab = ?"
        distinct = connection.execute(query, (table_id,)).fetchone()[0]
        columns.append([name, *fact, distinct])
    connection.execute("UPDATE tables SET columns = ? WHERE id = ?", (json.dumps(columns), table_id))
    return table_id


def _facts(table: Found, text: str) -> list[tuple[int, int, int]]:
    """Return for each column how many cells are filled, numbers and dates, of a sample of the rows of a long table."""
    filled, numbers, moments = ([0] * len(table.columns) for _ in range(3))
    step = -(-len(table.lines) // SAMPLE)
    for row in Found(table.columns, table.heading, table.lines[::step]).rows(text):
        for i, cell in enumerate(row.cells):
            filled[i] += cell.casefold() not in EMPTY
            numbers[i] += number(cell) is not None
            moments[i] += moment(cell) is not None
    return list(zip(filled, numbers, moments, strict=True))


def _kind(fact: tuple[int, int, int]) -> str:
    filled, numbers, moments = fact
    return "number" if is_of(numbers, filled) else "date" if is_of(moments, filled) else "words"


def is_of(count: int, filled: int) -> bool:
    """Tell whether so many cells of those filled make what a column is of."""
    return count > 0 and count >= NUMERIC * filled


def typed(cell: str, kind: str) -> float | int | bytes | str | None:
    """Return a cell as it is stored in a column of numbers, dates or words."""
    if kind == "number" and (value := number(cell)) is not None:
        return value
    if kind == "date" and (day := moment(cell)) is not None:
        return day[0] * 10000 + day[1] * 100 + day[2]
    return None if cell.casefold() in EMPTY else cell.encode("utf-8", "replace").decode()


def _names(rows: Iterator[Row], kinds: list[str]) -> Iterator[tuple[str, int, str, int]]:
    """Yield the stems of what a question may name, the column, the cell, and whether it is the whole cell.

    Args:
        rows: Of a table.
        kinds: Of the columns of a long one, of whose numbers only years and those of the first column are named; empty
            for others.
    """
    seen: set[tuple[int, str]] = set()
    for row in rows:
        for column, cell in enumerate(row.cells):
            amount = kinds and column and kinds[column] == "number" and not _YEAR.fullmatch(cell)
            if (column, cell) in seen or amount:
                continue
            if len(seen) < REMEMBERED:
                seen.add((column, cell))
            for words, whole in _named_by(cell):
                yield words, column, cell.encode("utf-8", "replace").decode(), whole


@lru_cache(maxsize=20_000)
def _named_by(cell: str) -> tuple[tuple[str, bool], ...]:
    if len(cell) > LONGEST_NAME or cell.casefold() in EMPTY:
        return ()
    found = {}
    for part in reversed((cell, *_parts(cell))):
        name = stems(part)
        if name and _is_looked_for(part, name):
            found[" ".join(name)] = part == cell
    return tuple(found.items())


def _parts(cell: str) -> list[str]:
    """Return the parts of a cell that lists several things."""
    parts = cell.replace(";", ",").replace("/", ",").split(",")
    return [part.strip() for part in parts if part.strip()] if len(parts) > 1 else []


def _is_looked_for(cell: str, name: tuple[str, ...]) -> bool:
    if cell.casefold() in EMPTY:
        return False
    if len(name) > 1:
        return any(stem not in WEAK and len(stem) >= LEAST_LETTERS for stem in name)
    text = cell.strip()
    if text.replace(",", "").isdigit():
        return len(text) >= 4  # a year, or the number of an order; smaller numbers stand for amounts
    return name[0] not in WEAK and len(name[0]) >= LEAST_LETTERS
