"""A query that somebody else wrote, asked of one table and of nothing else.

The table is copied into a database of its own in memory, so that no other table can be reached. SQLite's own authorizer
says what a statement touches: its parser cannot be of another opinion than its engine, as a second parser could. What
may not be read, called or written is refused before anything runs; a clock and a number of rows end what takes long.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vectorstore.tables.table import At

if TYPE_CHECKING:
    from vectorstore.tables.table import Table

NAME = "rows"
"""What the table is called in a query."""
MOST_ROWS = 50_000
"""Rows of a table that is copied, at most."""
MOST_RESULTS = 50
"""Rows of a result; a query that gives more is refused."""
LONGEST = 1_000
"""Characters of a query."""
SECONDS = 2.0
"""How long a query may take."""
_STEPS = 2_000
"""Steps of SQLite's engine between two looks at the clock."""
FUNCTIONS = frozenset(
    "sum total count avg min max round abs lower upper length substr trim coalesce nullif iif like".split()
)
_AGGREGATES = frozenset("sum total count avg min max".split())
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>\"(?:[^\"]|\"\")*\")|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign><>|<=|>=|!=|==|\|\||[-+*/%(),.<>=]))"
)
_CLAUSES = ("where", "group", "having", "order", "limit")
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 4 * LONGEST,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 60,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 1,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
}

Value = float | int | str | None


class QueryRefused(ValueError):
    """A query that is not asked: the message says why, for a log or a test, without the query."""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement of the one form that is asked: SELECT … FROM rows [WHERE …] [GROUP BY …] [ORDER BY …] [LIMIT …].

    Attributes:
        text: As it was written, on one line.
        what: What it selects.
        clauses: The others by their first word, with it.
        texts, numbers: The constants in it.
        names: The names in quotation marks.
    """

    text: str
    what: str
    clauses: dict[str, str]
    texts: tuple[str, ...]
    numbers: tuple[float, ...]
    names: tuple[str, ...]

    @property
    def is_summary(self) -> bool:
        """Whether a line of its result stands for many rows."""
        words = {word.casefold() for word in re.findall(r"[A-Za-z]+(?=\()", self.what)}
        return "group" in self.clauses or bool(words & _AGGREGATES) or self.what.casefold().startswith("distinct ")


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gave.

    Attributes:
        lines: The rows of the result.
        used: The rows of the table that it was made from; of one that counts many, all that meet its condition.
    """

    lines: tuple[tuple[Value, ...], ...]
    used: tuple[At, ...]


def parsed(text: str) -> Query:
    """Return a query of the one form that is asked.

    Raises:
        QueryRefused: It has another.
    """
    text = " ".join(text.split()).rstrip("; ")
    if len(text) > LONGEST:
        raise QueryRefused("it is too long")
    if "--" in text or "/*" in text:
        raise QueryRefused("it has a comment")
    tokens = list(_tokens(text))
    words = [word.casefold() if kind == "word" else "" for kind, word, _ in tokens]
    if not words or words[0] != "select" or words.count("select") != 1 or words.count("from") != 1:
        raise QueryRefused("it is no plain SELECT")
    of = words.index("from")
    if len(tokens) <= of + 1 or tokens[of + 1][1].strip('"').casefold() != NAME:
        raise QueryRefused("it is not asked of the table")
    rest = [(at, word) for at, word in enumerate(words) if word in _CLAUSES and _depth(tokens, at) == 0]
    if len(tokens) > of + 2 and (not rest or rest[0][0] != of + 2):
        raise QueryRefused("it is asked of more than the table")
    ends = [*[tokens[at][2] for at, _ in rest[1:]], len(text)][: len(rest)]
    return Query(
        text,
        text[len("select") : tokens[of][2]].strip(),
        {word: text[tokens[at][2] : end].strip() for (at, word), end in zip(rest, ends, strict=True)},
        tuple(word[1:-1].replace("''", "'") for kind, word, _ in tokens if kind == "text"),
        tuple(float(word) for kind, word, _ in tokens if kind == "number"),
        tuple(word[1:-1].replace('""', '"') for kind, word, _ in tokens if kind == "name"),
    )


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind, the words and the beginning of each token."""
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise QueryRefused("it has a sign that no such query needs")
        kind = match.lastgroup or ""
        yield kind, match[kind], match.start(kind)
        at = match.end()


def _depth(tokens: Sequence[tuple[str, str, int]], at: int) -> int:
    before = [word for kind, word, _ in tokens[:at] if kind == "sign"]
    return before.count("(") - before.count(")")


def column_names(table: Table) -> tuple[str, ...]:
    """Return the names of a table's columns in a query, each once."""
    names: list[str] = []
    for number, name in enumerate(table.names, start=1):
        name = " ".join(name.replace("\0", "").split()) or f"column {number}"
        names.append(name if name.casefold() not in {n.casefold() for n in names} else f"{name} {number}")
    return tuple(names)


def ask(table: Table, query: Query) -> Result:
    """Ask a query of a table.

    Raises:
        QueryRefused: It names a column that there is not, does more than read, gives too much, or takes too long.
    """
    names = column_names(table)
    if set(map(str.casefold, query.names)) - {*map(str.casefold, names), NAME}:
        raise QueryRefused("it names a column that there is not")  # SQLite would take it for a text
    connection, rows = _copied(table, names)
    try:
        return _asked(connection, rows, query)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        raise QueryRefused(f"SQLite refuses it: {getattr(error, 'sqlite_errorname', type(error).__name__)}") from error
    finally:
        connection.close()


def _copied(table: Table, names: Sequence[str]) -> tuple[sqlite3.Connection, list[At]]:
    """Return a database that holds the table alone, and where its rows come from."""
    if table.rows > MOST_ROWS:
        raise QueryRefused("the table is too long")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    quoted = ", ".join('"{}"'.format(name.replace('"', '""')) for name in names)
    connection.execute(f"CREATE TABLE {NAME}({quoted})")
    rows: list[At] = []
    what = ", ".join(["tab", "row", *(f"v{number}" for number in range(len(names)))])
    insert = f"INSERT INTO {NAME}(rowid, {quoted}) VALUES({', '.join('?' * (len(names) + 1))})"
    for part, row, *values in table.select(what, then="ORDER BY tab, row"):
        rows.append(At(int(part or 0), int(row or 0)))
        cells = [_day(v) if column.is_dated else v for v, column in zip(values, table.columns, strict=True)]
        connection.execute(insert, [len(rows), *cells])
    return connection, rows


def _day(value: Value) -> Value:
    """Return a date as a query writes it, 2024-03-05; its parts may be missing."""
    if not isinstance(value, int) or value < 10_000:
        return value
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if month and day else "")


def _asked(connection: sqlite3.Connection, rows: list[At], query: Query) -> Result:
    deadline = time.monotonic() + SECONDS
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    connection.set_authorizer(_may)
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    tail = " ".join(query.clauses.values())
    if query.is_summary:
        found = connection.execute(f"SELECT {query.what} FROM {NAME} {tail}").fetchmany(MOST_RESULTS + 1)
        where = query.clauses.get("where", "")
        used = [rows[row[0] - 1] for row in connection.execute(f"SELECT rowid FROM {NAME} {where}")]
    else:
        both = connection.execute(f"SELECT rowid, {query.what} FROM {NAME} {tail}").fetchmany(MOST_RESULTS + 1)
        found, used = [row[1:] for row in both], [rows[row[0] - 1] for row in both]
    if len(found) > MOST_RESULTS:
        raise QueryRefused("it gives too many rows")
    return Result(tuple(map(tuple, found)), tuple(used))


def _may(action: int, first: str | None, second: str | None, _schema: str | None, _inside: str | None) -> int:
    """Tell SQLite's compiler what a statement may do: read this table and call a few functions."""
    allowed = (
        action == sqlite3.SQLITE_SELECT
        or (action == sqlite3.SQLITE_READ and first == NAME)
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").casefold() in FUNCTIONS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
