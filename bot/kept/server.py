"""A store as a schema of the PostgreSQL database that keeps the library: any number of processes have it together.

The schema is not the catalog's, so that making a library anew, or dropping it, never touches a conversation.
"""

from __future__ import annotations

import os
import re
import selectors
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from bot.kept.database import Form
from vectorstore.catalog.homes.dialect import definition, translated, value_of
from vectorstore.catalog.homes.server import Idle
from vectorstore.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryTooNew

if TYPE_CHECKING:
    from vectorstore.catalog.homes.server import Server

MOST = 8
"""Connections of a store. An act takes milliseconds: more would only wait for one another on the server."""
_KEY = "hashtextextended(%s, 0)"
_SOON = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"
"""A machine that is gone without a word is noticed within a minute, and what it has taken is free."""
_WORDS = ((r"\bINTEGER PRIMARY KEY\b", "INTEGER PRIMARY KEY AUTOINCREMENT"), (r"\bREAL\b", "DOUBLE PRECISION"))
_NO_TABLE = ("42P01", "3F000")
_CROSSED = ("23505", "23503", "40001", "40P01", "55P03")
"""Two did at once what cannot both be."""

Raw = psycopg.Connection[Any]


class ServerDatabase:
    """A store on a server; see `database.Database`.

    Args:
        server: The database.
        form: What is kept in it.
        first: Called where the store is new, within the transaction that makes it: brings in what was kept before.

    Raises:
        LibraryTooNew: A newer version of Footnote wrote it.
        LibraryReadOnly: It is not there, and this user may not make it.
        LibraryUnreachable: The server cannot be used.
    """

    shared = True

    def __init__(self, server: Server, form: Form, *, first: Callable[[ServerDatabase], None] | None = None) -> None:
        self._server = server
        self.form = form
        self.place = server.place
        self.schema = schema_of(server, form)
        self._forget()
        if self._version() != form.version:
            self._make(first)

    def _forget(self) -> None:
        """Begin without a connection; those of a parent process are its own."""
        self._pid = os.getpid()
        self._idle = Idle(MOST)
        self._room = threading.BoundedSemaphore(MOST)
        self._mine = threading.local()
        self._taking = threading.Lock()
        self._taken: set[str] = set()
        self._holding: Raw | None = None

    def _version(self) -> int:
        """Return the version that is there; 0 for none.

        Raises:
            LibraryTooNew: It is a newer one.
        """
        if self.row("SELECT to_regclass(?) AS there", f'"{self.schema}".about')["there"] is None:
            return 0
        row = self.row("SELECT value FROM about WHERE name = 'version'")
        version = int(row["value"]) if row else 0
        if version > self.form.version:
            raise LibraryTooNew(
                f"What people keep in {self.place} was written by a newer version of Footnote.",
                remedy="Update Footnote: pip install --upgrade footnote-bot",
            )
        return version

    def _make(self, first: Callable[[ServerDatabase], None] | None) -> None:
        with self.transaction(alone="form"):
            self.run(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"')
            version = self._version()  # another process may have been here
            if version == self.form.version:
                return
            script = "".join(self.form.scripts[version:])
            if not version:
                script += self.form.shared + "CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL)"
            for statement in script.split(";"):
                if statement.strip():
                    self._define(statement)
            if not version and first:
                first(self)
            self.run(
                "INSERT INTO about(name, value) VALUES('version', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                str(self.form.version),
            )

    def _define(self, statement: str) -> None:
        for pattern, words in _WORDS:
            statement = re.sub(pattern, words, statement)
        with self._lent() as connection:
            connection.execute(definition(statement))

    def number_on(self) -> None:
        """See `Database.number_on`."""
        numbered = self.rows(
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.columns "
            "WHERE table_schema = ? AND column_name = 'number' AND is_identity = 'YES'",
            self.schema,
        )
        for row in numbered:
            self.rows(
                f"SELECT setval(pg_get_serial_sequence(?, 'number'), max(number)) FROM {row['name']}",
                f'"{self.schema}".{row["name"]}',
            )

    # ---- statements

    @contextmanager
    def transaction(self, alone: str = "") -> Iterator[None]:
        """See `Database.transaction`."""
        with self._lent() as connection:
            connection.execute("BEGIN")
            self._mine.connection = connection
            try:
                if alone:
                    connection.execute(f"SELECT pg_advisory_xact_lock({_KEY})", (f"{self.schema} {alone}",))
                yield
                connection.execute("COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
                raise
            finally:
                self._mine.connection = None

    def rows(self, query: str, *values: Any) -> Sequence[Any]:
        """See `Database.rows`."""
        with self._lent() as connection:
            return self._execute(connection, query, values).fetchall()

    def row(self, query: str, *values: Any) -> Any:
        """See `Database.row`."""
        rows = self.rows(query, *values)
        return rows[0] if rows else None

    def run(self, query: str, *values: Any) -> int:
        """See `Database.run`."""
        with self._lent() as connection:
            return self._execute(connection, query, values).rowcount

    @staticmethod
    def _execute(connection: Raw, query: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
        ready = translated(query)
        given = [value_of(kind, value) for kind, value in zip(ready.kinds, values, strict=True)]
        return connection.cursor(binary=True, row_factory=dict_row).execute(ready.text, given or None)

    # ---- connections

    @contextmanager
    def _lent(self) -> Iterator[Raw]:
        """Lend a connection: that of the thread's transaction, or one for a statement."""
        if self._pid != os.getpid():
            _inherited.append((self._idle.abandon(), self._holding))
            self._forget()
        if open := getattr(self._mine, "connection", None):
            yield open
            return
        with self._room, self._errors():
            connection = self._connection()
            try:
                yield connection
            finally:
                if connection.closed:
                    connection.close()
                else:
                    self._idle.give_back(connection)

    def _connection(self) -> Raw:
        while (connection := self._idle.take()) is not None:
            if not _left(connection):
                return connection  # type: ignore[no-any-return]
            connection.close()
        return self._server.connect(schema=self.schema)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the server's errors into ours; none carries anything that was stored."""
        try:
            yield
        except psycopg.Error as error:
            raise self._translated(error) from None

    def _translated(self, error: psycopg.Error) -> LibraryError:
        state = error.sqlstate or ""
        if state in _NO_TABLE:
            return LibraryDamaged(
                f"The schema {self.schema} in {self.place} has lost tables. {self.form.holds[0]}",
                remedy="Restore it from a backup. Documents are not affected.",
            )
        if state in _CROSSED:
            return LibraryBusy("Somebody else did the same at this moment.", remedy="Try again.")
        return self._server.translated(error)

    # ---- what is one process's alone

    def take(self, name: str) -> Callable[[], None] | None:
        """See `Database.take`: an advisory lock, which ends with the connection that all of them share."""
        key = f"{self.schema} {name}"
        with self._taking, self._errors():
            connection = self._holding
            if connection is None or connection.closed or _left(connection):
                connection, self._taken = self._server.connect(schema=self.schema), set()
                with suppress(psycopg.Error):
                    connection.execute(_SOON)
                self._holding = connection
            if name in self._taken:
                return None
            found = connection.execute(f"SELECT pg_try_advisory_lock({_KEY})", (key,)).fetchone()
            if not (found and found[0]):
                return None
            self._taken.add(name)

        def give_back() -> None:
            with self._taking, suppress(psycopg.Error):
                if self._holding is connection:
                    self._taken.discard(name)
                    connection.execute(f"SELECT pg_advisory_unlock({_KEY})", (key,))

        return give_back

    def close(self) -> None:
        """See `Database.close`."""
        self._idle.close()
        with self._taking, suppress(psycopg.Error):
            if self._holding is not None:
                self._holding.close()


_inherited: list[object] = []
"""Connections that a fork brought along. Closing them could disturb the parent: they are only kept."""


def schema_of(server: Server, form: Form) -> str:
    """Return the schema of a store; no library can have one of this name."""
    return f"{server.schema}-{form.name}"


def lost_tables(server: Server, form: Form) -> list[str] | None:
    """Return the tables that a store has lost; None where there is no store. Looking makes nothing.

    Raises:
        LibraryUnreachable: The server cannot be used.
    """
    with server.errors(), server.connect() as connection:
        query = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = %s"
        there = {row[0] for row in connection.execute(query, (schema_of(server, form),))}
    return sorted({*form.tables(shared=True), "about"} - there) if there else None


def _left(connection: Raw) -> bool:
    """Tell whether the server let go of an idle connection: then there is something to read, which is the end."""
    if connection.closed:
        return True
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(connection.pgconn.socket, selectors.EVENT_READ)
            if waiting.select(0):
                connection.pgconn.consume_input()  # a notice of the server's is no end
                return bool(connection.pgconn.status != psycopg.pq.ConnStatus.OK)
    except (psycopg.Error, OSError, ValueError):
        return True
    return False
