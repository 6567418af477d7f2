"""The catalog as a schema of a PostgreSQL database, which several machines share.

The statements are those of SQLite (`dialect.py`). What differs: a snapshot is a transaction that reads one state; who
writes holds an advisory lock and, in each transaction, the row of the revision, so that two never mix even where a lock
was lost with its connection; the keyword index is a table of terms with their chunks a document (docs/decisions/0022).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus

from vectorstore.catalog import schema
from vectorstore.catalog.homes.dialect import definition, given_back, held, translated, value_of
from vectorstore.catalog.homes.home import Cursor, Terms, is_called
from vectorstore.catalog.homes.packed_tables import PackedTables, pack
from vectorstore.catalog.homes.server import Idle, Server
from vectorstore.errors import DiskFull, LibraryDamaged, LibraryError, LibraryReadOnly, LibraryTooNew
from vectorstore.records import Holder
from vectorstore.tables.table import Connected

if TYPE_CHECKING:
    from vectorstore.catalog.layout import Ids

_OWN_TABLES = """
CREATE TABLE words(term TEXT, document INTEGER NOT NULL, chunks BLOB NOT NULL, PRIMARY KEY(term, document));
CREATE INDEX words_by_document ON words(document);
"""
"""The keyword index: for each term and document the chunks that hold it, as whole numbers of 8 bytes."""
_JSON_VALID = """
CREATE FUNCTION json_valid(value TEXT) RETURNS BOOLEAN LANGUAGE plpgsql IMMUTABLE AS
$$ BEGIN PERFORM value::json; RETURN TRUE; EXCEPTION WHEN others THEN RETURN FALSE; END $$
"""
_LONGEST_TERM = 1_000
"""Bytes of a term that are kept; a longer one ends in a digest, since no ordered index holds a long key."""
_LAST = "\U0010ffff"
"""Sorts after all that words are made of."""
_MOST_IDLE = 16
_KEY = "hashtextextended(%s, 0)"
_inherited: list[object] = []
"""Connections that a fork brought along. Closing them could disturb the parent: they are only kept."""


class PostgresqlConnection:
    """A connection to the database; see `home.Connection`.

    Args:
        server: Where to.
        tables: Those of the library that are in memory.
    """

    def __init__(self, server: Server, tables: PackedTables) -> None:
        self._server = server
        self._packed = tables
        self._raw = server.connect()
        self._streams = 0
        self._meta: dict[str, str] | None = None

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        """See `Connection.execute`."""
        cursor = self._raw.cursor(binary=True)
        if statement.lstrip().startswith(("CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX")):
            if made := definition(statement):
                self._raw.execute(made)
            return cursor
        ready = translated(statement)
        cursor.execute(ready.text, self._ready(ready.kinds, values))
        return cursor

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> None:
        """See `Connection.executemany`."""
        ready = translated(statement)
        self._raw.cursor().executemany(ready.text, [self._ready(ready.kinds, values) for values in rows])

    def _ready(self, kinds: Sequence[str], values: Sequence[Any]) -> list[Any]:
        return [
            self._called(value) if kind == "called" else value_of(kind, value)
            for kind, value in zip(kinds, values, strict=True)
        ]

    def _called(self, words: str | bytes) -> list[str]:
        """Return the values that documents say of their authors and tags and that are called so, as in SQLite."""
        found = self.execute("SELECT DISTINCT value FROM said WHERE name IN ('author', 'tags')")
        return [value for (value,) in found if is_called(value, value_of("text", words))]

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """See `Connection.stream`."""
        ready = translated(statement)
        self._streams += 1
        cursor = self._raw.cursor(f"rows_{self._streams}", binary=True)
        cursor.execute(ready.text, self._ready(ready.kinds, values))
        return cursor

    def ids(self, statement: str, values: Sequence[Any] = ()) -> Ids:
        """See `Connection.ids`."""
        import numpy as np

        return np.array([row[0] for row in self.execute(statement, values)], dtype=np.int64)

    def close(self) -> None:
        """See `Connection.close`."""
        with suppress(psycopg.Error):
            self._raw.close()

    # ---- transactions

    def begin_reading(self) -> object:
        """See `Connection.begin_reading`: what the catalog says of itself comes along."""
        found = self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT key, value FROM meta")
        found.nextset()
        self._meta = dict(found.fetchall())
        revision = self._meta.get("revision", "")
        return int(revision) if revision.isdigit() else None

    def begin_writing(self) -> None:
        """See `Connection.begin_writing`: the row of the revision is held until the end."""
        self._meta = None
        self._begin("BEGIN; UPDATE meta SET value = CAST(value AS BIGINT) + 1 WHERE key = 'revision'")

    def _begin(self, statements: str) -> psycopg.Cursor[Any]:
        """Run the first statements of a transaction, on a new connection where the server let go of this one."""
        try:
            return self._raw.execute(statements)
        except psycopg.OperationalError:
            if not self._raw.closed:
                raise
            self._raw = self._server.connect()
            return self._raw.execute(statements)

    def commit(self) -> None:
        """See `Connection.commit`."""
        self._raw.execute("COMMIT")

    def undo(self) -> None:
        """See `Connection.undo`."""
        self._meta = None
        if self._raw.info.transaction_status not in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN):
            with suppress(psycopg.Error):
                self._raw.execute("ROLLBACK")

    @property
    def lost(self) -> bool:
        """Whether the server let go of it."""
        return self._raw.closed

    # ---- what the catalog says of itself

    def form(self) -> int:
        """See `Connection.form`."""
        return int(self.meta("form") or 0)

    def set_form(self, form: int) -> None:
        """See `Connection.set_form`."""
        query = "INSERT INTO meta(key, value) VALUES('form', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
        self.execute(query, (str(form),))

    def meta(self, key: str) -> Any:
        """See `Connection.meta`."""
        if self._meta is not None:
            return self._meta.get(key)
        row = self.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def tables(self) -> set[str]:
        """See `Connection.tables`; those that the other home has and this one does not need are among them."""
        found = self.execute(
            "SELECT CAST(relname AS TEXT) FROM pg_class"
            " WHERE relnamespace = to_regnamespace(current_schema()) AND relkind = 'r'"
        )
        names = {row[0] for row in found}
        return names | {"tables", "table_rows", "table_names"} if "packed_tables" in names else names

    def take_numbers(self, table: str, count: int) -> int:
        """See `Connection.take_numbers`."""
        (taken,) = self.execute(
            "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key)"
            " DO UPDATE SET value = CAST(meta.value AS BIGINT) + CAST(excluded.value AS BIGINT) RETURNING value",
            (f"taken {table}", str(count)),
        ).fetchone()
        return int(taken) - count + 1

    def lost_numbers(self, table: str, last: int) -> bool:
        """See `Connection.lost_numbers`; documents are numbered by the server."""
        return table != "documents" and last > int(self.meta(f"taken {table}") or 0)

    def faults(self) -> list[str]:
        """See `Connection.faults`: a server with checksums says so itself, of what it reads."""
        return []

    def size(self) -> int | None:
        """See `Connection.size`."""
        (found,) = self.execute(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
            " WHERE relnamespace = to_regnamespace(current_schema()) AND relkind = 'r'"
        ).fetchone()
        return int(found)

    # ---- the keyword index

    def make_words(self) -> None:
        """See `Connection.make_words`."""
        schema.run_script(self, _OWN_TABLES)

    def postings(self, term: bytes, *, beginning: bool) -> Ids:
        """See `Connection.postings`."""
        import numpy as np

        if beginning:
            query, first = "SELECT chunks FROM words WHERE term >= ? AND term < ?", _asked(term)
            rows = self.execute(query, (first, first + _LAST)).fetchall()
            found: Ids = np.unique(np.frombuffer(b"".join(row[0] for row in rows), dtype="<i8"))
        else:
            query = "SELECT chunks FROM words WHERE term = ? ORDER BY document"
            rows = self.execute(query, (_asked(term),)).fetchall()
            found = np.frombuffer(b"".join(row[0] for row in rows), dtype="<i8")
        return found.astype(np.int64)

    def vocabulary(self, beginning: bytes) -> list[tuple[str, int]]:
        """See `Connection.vocabulary`."""
        first = _asked(beginning)
        query = "SELECT term, sum(length(chunks) / 8) FROM words WHERE term >= ? AND term < ? GROUP BY term"
        return [(term, int(count)) for term, count in self.execute(query, (first, first + _LAST))]

    def add_words(self, document: int, terms: Terms) -> None:
        """See `Connection.add_words`."""
        chunks: dict[bytes, bytearray] = {}
        for id, joined in terms:
            number = id.to_bytes(8, "little")
            for term in set(joined.split(b" ")) - {b""}:
                chunks.setdefault(_kept(term), bytearray()).extend(number)
        with self._raw.cursor().copy("COPY words(term, document, chunks) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea", "int8", "bytea"])  # a text's binary form is its bytes
            for term in sorted(chunks):
                copy.write_row((term, document, bytes(chunks[term])))

    def remove_words(self, document: int, terms: Callable[[], Terms] | None) -> None:
        """See `Connection.remove_words`."""
        del terms
        self.execute("DELETE FROM words WHERE document = ?", (document,))

    def clear_words(self) -> None:
        """See `Connection.clear_words`; readers still see what was there."""
        self.execute("DELETE FROM words")
        self.execute("DELETE FROM titles")

    # ---- long tables of documents

    def keep_tables(self, document: int, text: str) -> None:
        """See `Connection.keep_tables`."""
        for number, part in enumerate(pack(document, text)):
            self.execute("INSERT INTO packed_tables(document, number, part) VALUES(?, ?, ?)", (document, number, part))

    def forget_tables(self, document: int) -> None:
        """See `Connection.forget_tables`."""
        self.execute("DELETE FROM packed_tables WHERE document = ?", (document,))

    def tables_apart(self, documents: Sequence[int]) -> Connected:
        """See `Connection.tables_apart`."""
        return self._packed.connected(self, documents)

    # ---- upkeep

    def replace_vectors(self) -> None:
        """See `Connection.replace_vectors`: row by row, so that a reader's state stays whole."""
        for kind in ("chunk", "section"):
            self.execute(f"DELETE FROM {kind}_vectors")
            self.execute(f"INSERT INTO {kind}_vectors SELECT * FROM {kind}_vectors_next")
            self.execute(f"DROP TABLE {kind}_vectors_next")

    def compact(self) -> bool:
        """See `Connection.compact`: tables that somebody reads meanwhile are only tidied."""
        whole = True
        self._raw.execute("SET lock_timeout = '2s'")
        try:
            for table in sorted(self.tables() - {"tables", "table_rows", "table_names"}):
                try:
                    self._raw.execute(f'VACUUM (FULL, ANALYZE) "{table}"')
                except psycopg.errors.LockNotAvailable:
                    self._raw.execute(f'VACUUM (ANALYZE) "{table}"')
                    whole = False
        finally:
            self._raw.execute("RESET lock_timeout")
        return whole


def _kept(term: bytes) -> bytes:
    """Return a term as it is stored, in UTF-8."""
    if not term.isascii():
        term = held(term.decode("utf-8", "surrogatepass")).encode()
    if len(term) <= _LONGEST_TERM:
        return term
    begins = term[: _LONGEST_TERM - 32].decode("utf-8", "ignore").encode()
    return begins + hashlib.sha256(term).hexdigest()[:32].encode()


def _asked(term: bytes) -> str:
    """Return a term as it is given to a statement, which writes it as it is stored."""
    return given_back(_kept(term).decode())


class PostgresqlHome:
    """A schema of a PostgreSQL database; see `home.Home`.

    Args:
        address: `postgresql://user@host/database`.
        read_only: Whether nothing is to be written.
    """

    path = None

    def __init__(self, address: str, *, read_only: bool = False) -> None:
        del read_only  # every snapshot is read only; who may write is the server's to say
        self.server = Server(address)
        self.place = self.server.place
        self._idle = Idle(_MOST_IDLE)
        self._lock_connections: dict[str, psycopg.Connection[Any]] = {}
        self._tables = PackedTables()
        self._library_id = ""

    @property
    def folder(self) -> Path:
        """See `Home.folder`: one of this user's for each database and schema, which outlives a cache."""
        import platformdirs

        name = hashlib.sha256(self.server.database.encode()).hexdigest()[:16]
        return Path(platformdirs.user_data_dir("footnote", appauthor=False)) / "libraries" / name

    shares_index = False

    def index_folder(self, cache: str | None) -> Path:
        """See `Home.index_folder`: in the cache, since it can be made again from the catalog."""
        from vectorstore.embedding.model_files import cache_folder

        return cache_folder(cache) / "libraries" / self._library_id

    def borrow(self) -> PostgresqlConnection:
        """See `Home.borrow`."""
        held: PostgresqlConnection | None = self._idle.take()
        if held is not None:
            return held
        connection = PostgresqlConnection(self.server, self._tables)
        try:
            self._check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: PostgresqlConnection) -> None:
        """Refuse a database without a library, and one of a newer version than this code."""
        if "meta" not in connection.tables():
            raise self.missing()
        form = connection.form()
        if not form:
            raise self.damaged("its catalog has lost what it says of itself")
        if form > schema.SCHEMA_VERSION:
            raise LibraryTooNew(
                f"The library in {self.place} was written by a newer version of Footnote "
                f"(its form is {form}, this version knows {schema.SCHEMA_VERSION}).",
                remedy='Upgrade with: pip install --upgrade "footnote-bot"',
            )
        self._library_id = str(connection.meta("library_id") or "")
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def give_back(self, connection: PostgresqlConnection) -> None:
        """See `Home.give_back`."""
        connection.undo()
        if connection.lost:
            connection.close()
        else:
            self._idle.give_back(connection)

    def connect_writing(self) -> PostgresqlConnection:
        """See `Home.connect_writing`."""
        return PostgresqlConnection(self.server, self._tables)

    def prepare(self) -> None:
        """See `Home.prepare`: the schema, and where the holders of locks sign."""
        with self.server.errors(), self.server.connect() as connection:
            (encoding,) = connection.execute("SHOW server_encoding").fetchone() or ("",)
            if encoding != "UTF8":
                raise LibraryError(
                    f"The database of {self.place} keeps texts as {encoding}.",
                    remedy="Make one that keeps them as UTF8: createdb --encoding=UTF8 --template=template0 NAME",
                )
            with connection.transaction():
                connection.execute(f"SELECT pg_advisory_xact_lock({_KEY})", (f"footnote {self.server.schema}",))
                connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{self.server.schema}"')
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS holders("
                    "lock TEXT PRIMARY KEY, pid BIGINT, host TEXT, command TEXT, since TEXT)"
                )

    def create(self, meta: Mapping[str, object]) -> None:
        """See `Home.create`."""
        connection = self.connect_writing()
        try:
            if "meta" in connection.tables():
                return
            connection.execute("BEGIN")
            schema.run_script(connection, schema.script())
            connection.make_words()
            connection.execute(_JSON_VALID)
            rows = [(key, str(value)) for key, value in meta.items()]
            connection.executemany("INSERT INTO meta(key, value) VALUES(?, ?)", rows)
            connection.set_form(schema.SCHEMA_VERSION)
            connection.commit()
        finally:
            connection.close()

    def close(self) -> None:
        """See `Home.close`."""
        self._idle.close()
        while self._lock_connections:
            with suppress(psycopg.Error):
                self._lock_connections.popitem()[1].close()

    def after_fork(self) -> None:
        """See `Home.after_fork`."""
        _inherited.extend([self._idle.abandon(), self._lock_connections])
        self._lock_connections, self._tables = {}, PackedTables()

    def errors(self) -> AbstractContextManager[None]:
        """See `Home.errors`."""
        return self.server.errors()

    def acquire(self, lock: str) -> Callable[[], None] | None:
        """See `Home.acquire`: held by a connection of its own, free again the moment that ends."""
        key = f"footnote {self.server.schema} {lock}"
        with self.server.errors():
            connection, held = self._tried(lock, key)
            if held:
                self._sign(connection, lock)
        if not held:
            self._keep(lock, connection)
            return None

        def free() -> None:
            with suppress(psycopg.Error):
                connection.execute(f"SELECT pg_advisory_unlock({_KEY})", (key,))
            self._keep(lock, connection)

        return free

    def _tried(self, lock: str, key: str) -> tuple[psycopg.Connection[Any], bool]:
        """Try to take a lock, on a new connection where the server let go of the one that was kept."""
        kept = self._lock_connections.pop(lock, None)
        query = f"SELECT pg_try_advisory_lock({_KEY})"
        if kept is not None:
            with suppress(psycopg.OperationalError):
                return kept, bool((kept.execute(query, (key,)).fetchone() or (False,))[0])
        connection = self.server.connect()
        return connection, bool((connection.execute(query, (key,)).fetchone() or (False,))[0])

    def _keep(self, lock: str, connection: psycopg.Connection[Any]) -> None:
        """Keep the connection of a lock for the next time."""
        other = self._lock_connections.setdefault(lock, connection)
        if other is not connection:
            connection.close()

    @staticmethod
    def _sign(connection: psycopg.Connection[Any], lock: str) -> None:
        holder = Holder.of_this_process()
        with suppress(psycopg.Error):  # only for people
            connection.execute(
                "INSERT INTO holders VALUES(%s, %s, %s, %s, %s) ON CONFLICT(lock) DO UPDATE"
                " SET pid = excluded.pid, host = excluded.host, command = excluded.command, since = excluded.since",
                (lock, holder.pid, holder.host, holder.command, holder.since),
            )

    def holder(self, lock: str) -> Holder | None:
        """See `Home.holder`."""
        with suppress(psycopg.Error), self.server.connect() as connection:
            query = "SELECT pid, host, command, since FROM holders WHERE lock = %s"
            row = connection.execute(query, (lock,)).fetchone()
            return Holder(*row) if row else None
        return None

    # ---- errors that others raise

    def missing(self) -> LibraryError:
        """See `Home.missing`."""
        return self.server.missing()

    def damaged(self, detail: str) -> LibraryDamaged:
        """See `Home.damaged`."""
        return self.server.damaged(detail)

    def full(self) -> DiskFull:
        """See `Home.full`."""
        return self.server.full()

    def read_only(self) -> LibraryReadOnly:
        """See `Home.read_only`."""
        return self.server.read_only()
