"""What the stores need of the engine that keeps them: the contract that both homes fulfil.

Statements are written once, in what SQLite and PostgreSQL both understand: `?` marks a value, `CAST(? AS TEXT)` one
that may be None where nothing else says its type; `"user"` is quoted, a column that `ON CONFLICT` changes has its
table's name before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

ALL = 2**62
"""As `LIMIT`: no limit."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a store's tables are.

    Attributes:
        name: Of the store: "people". In PostgreSQL its tables have a schema, `footnote-people`.
        file: Name of its SQLite file in the library's folder.
        scripts: What each version adds to the one before, as SQLite takes it; the last one is today's.
        shared: What PostgreSQL has besides: that which a single server keeps in its memory.
        holds: What is kept, for people: a sentence that says what is lost with it, and one that says what to do.
        lasting: Whether what was written must outlive a power cut; all of it outlives a kill.
    """

    name: str
    file: str
    scripts: tuple[str, ...]
    shared: str = ""
    holds: tuple[str, str] = ("", "Restore it from a backup, or move it away.")
    lasting: bool = False

    @property
    def version(self) -> int:
        """Today's version."""
        return len(self.scripts)

    def tables(self, *, shared: bool = False) -> list[str]:
        """Return the names of the tables, each after those that it refers to."""
        script = "".join(self.scripts) + (self.shared if shared else "")
        return re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", script)


class Database(Protocol):
    """One open store. Safe to use from several threads; what one process commits the others see.

    Attributes:
        shared: Whether processes on several machines have it together.
        place: Where it is, for people.
    """

    shared: bool
    place: str

    def transaction(self, alone: str = "") -> AbstractContextManager[None]:
        """Run the block as one transaction: all of it is kept, or none.

        Args:
            alone: Where it is named, no two blocks of this name run at the same time, in any process.
        """

    def rows(self, query: str, *values: Any) -> Sequence[Any]:
        """Run a statement and return its rows, by name of the column; inside a transaction it sees that."""

    def row(self, query: str, *values: Any) -> Any:
        """Run a statement and return its first row, or None."""

    def run(self, query: str, *values: Any) -> int:
        """Run a statement that writes and return the number of rows that it changed."""

    def number_on(self) -> None:
        """Number new rows beyond those that came with numbers of their own."""

    def take(self, name: str) -> Callable[[], None] | None:
        """Take something for this process until it ends, however it ends.

        Returns:
            What gives it back; None where another process, or another part of this one, has it.
        """

    def close(self) -> None:
        """Close it; calling it twice is harmless."""


def copy(source: Database, target: Database, form: Form) -> dict[str, int]:
    """Copy all rows of a store into an empty one, in the transaction that is open; return how many of each table."""
    counts = {}
    for table in form.tables():
        rows: Sequence[Mapping[str, Any]] = source.rows(f"SELECT * FROM {table}")
        for row in map(dict, rows):
            names = ", ".join(f'"{name}"' for name in row)
            target.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())
        counts[table] = len(rows)
    target.number_on()
    return counts
