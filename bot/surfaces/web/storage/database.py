"""conversations.db: the SQLite file beside the catalog that people's own things are kept in.

It is a file of its own so that rebuilding or compacting the catalog never touches a conversation, a user or
an upload in progress. WAL with full syncs: what was acknowledged survives a kill and a power cut.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from vectorstore.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryReadOnly, LibraryTooNew

FILE_NAME = "conversations.db"
SCHEMAS = (
    """
CREATE TABLE users (
    name TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL,
    collections TEXT, created TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
    digest TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,
    created TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY, user TEXT NOT NULL, credential TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, folded TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX conversations_by_owner ON conversations (owner, updated DESC, id DESC);
CREATE TABLE turns (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL, answer TEXT NOT NULL, folded TEXT NOT NULL, created TEXT NOT NULL);
CREATE INDEX turns_by_conversation ON turns (conversation, number);
CREATE TABLE feedback (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, answer_id TEXT NOT NULL,
    thumb TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    created TEXT NOT NULL, UNIQUE (owner, answer_id));
CREATE TABLE uploads (
    path TEXT PRIMARY KEY, collection TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL,
    UNIQUE (collection, name)) WITHOUT ROWID;
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, kind TEXT NOT NULL,
    collection TEXT NOT NULL, state TEXT NOT NULL, created TEXT NOT NULL, finished TEXT, error TEXT);
CREATE TABLE job_files (
    job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    name TEXT NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, document TEXT, message TEXT NOT NULL,
    PRIMARY KEY (job, position)) WITHOUT ROWID;
""",
    """
CREATE TABLE asked (
    day TEXT PRIMARY KEY, answered INTEGER NOT NULL, unanswered INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cited (
    document TEXT NOT NULL, day TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (document, day)) WITHOUT ROWID;
CREATE TABLE unanswered (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, question TEXT NOT NULL, after TEXT NOT NULL,
    owner TEXT NOT NULL, day TEXT NOT NULL, settled TEXT);
""",
    """
ALTER TABLE users ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN member_of TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN signed_in TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX users_by_subject ON users (subject) WHERE subject <> '';
ALTER TABLE tokens ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN expires TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN used TEXT NOT NULL DEFAULT '';
""",
)
"""What each version of the file adds to the one before; the last one is today's."""
VERSION = len(SCHEMAS)


def now(*, days: int = 0, hours: int = 0) -> str:
    """Return the time, or that in some days and hours, ISO 8601 in UTC to the millisecond."""
    time = datetime.now(UTC) + timedelta(days=days, hours=hours)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(prefix: str) -> str:
    """Return an id that cannot be guessed: the prefix and 24 hexadecimal digits."""
    return f"{prefix}_{token_hex(12)}"


class Database:
    """One open conversations.db. Safe to use from several threads; writers take turns, and so do readers.

    Args:
        folder: Folder of the library; it is created if need be.

    Raises:
        LibraryTooNew: A newer version of Footnote wrote the file.
        LibraryReadOnly: The folder cannot be written.
        LibraryDamaged: The file is not a database.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        if self.path.is_dir():
            raise _damaged(self.path, "it is a folder")
        self._lock = threading.RLock()
        # Reads have a connection of their own, so that looking up a session never waits for a sync to disk.
        self._read_lock = threading.Lock()
        self._writing: int | None = None
        with _translated(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            # Passwords' digests and conversations: for the owner of the library only.
            self.path.touch(mode=0o600, exist_ok=True)
            self._connection = self._connect()
            self._prepare()
            self._reader = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        return connection

    def _prepare(self) -> None:
        # What is deleted, or is over its time, is not to be read in the file's free pages either.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.transaction():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise LibraryTooNew(
                    f"{self.path.name} was written by a newer version of Footnote.",
                    remedy="Update Footnote: pip install --upgrade footnote-bot",
                )
            for statement in "".join(SCHEMAS[version:]).split(";"):
                self._connection.execute(statement)
            if version < VERSION:
                self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction: all of it is kept, or none."""
        with self._lock, _translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            self._writing = threading.get_ident()
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._writing = None

    def rows(self, query: str, *values: Any) -> Sequence[sqlite3.Row]:
        """Run a statement that only reads and return its rows; inside a transaction it sees that.

        Args:
            query: The statement.
            values: Of its question marks in order, or one dictionary for its names.
        """
        given = values[0] if len(values) == 1 and isinstance(values[0], dict) else values
        if self._writing == threading.get_ident():
            return self._connection.execute(query, given).fetchall()
        with self._read_lock, _translated(self.path):
            return self._reader.execute(query, given).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """Run a statement and return its first row, or None."""
        rows = self.rows(query, *values)
        return rows[0] if rows else None

    def run(self, query: str, *values: Any) -> int:
        """Run a statement that writes and return the number of rows that it changed."""
        with self._lock, _translated(self.path):
            return self._connection.execute(query, values).rowcount

    def close(self) -> None:
        """Close the file; calling it twice is harmless."""
        with self._lock, self._read_lock:
            self._reader.close()
            self._connection.close()


_DAMAGE = ("SQLITE_ERROR", "SQLITE_NOTADB", "SQLITE_CORRUPT")


def fault(folder: Path) -> LibraryDamaged | None:
    """Return what is wrong with the conversations.db in the folder of a library, or None; reads all of it."""
    path = folder / FILE_NAME
    if not os.path.lexists(path):
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            told = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        return _damaged(path, getattr(error, "sqlite_errorname", type(error).__name__))
    lost = sorted(set(re.findall(r"CREATE TABLE (\w+)", "".join(SCHEMAS[: version or VERSION]))) - there)
    if told != "ok" or lost:
        return _damaged(path, f"{', '.join(lost)} missing" if lost else "SQLITE_CORRUPT")
    return None


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a conversations.db that is there, through which nothing is changed.

    Raises:
        LibraryDamaged: It cannot be read, or has lost a table that is asked for.
    """
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", type(error).__name__)
        raise (_damaged(path, code) if code in _DAMAGE else _as_library_error(error, path)) from error


def _damaged(path: Path, why: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"{path} cannot be read ({why}). Accounts, conversations, feedback and the names of uploads are kept in it.",
        remedy="Restore it from a backup; or move it away, and add accounts again before others can reach the server. "
        "Documents are not affected.",
    )


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the errors of sqlite3 and of the disk into ours."""
    try:
        yield
    except PermissionError as error:
        raise LibraryReadOnly(
            f"{path} cannot be written.", remedy="Check the rights of the library's folder."
        ) from error
    except sqlite3.Error as error:
        raise _as_library_error(error, path) from error


def _as_library_error(error: sqlite3.Error, path: Path) -> LibraryError:
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryBusy(f"{path.name} is in use by another process.", remedy="Try again in a moment.")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LibraryReadOnly(f"{path} cannot be written.", remedy="Check the rights of the library's folder.")
    if code.startswith("SQLITE_FULL"):
        from vectorstore.errors import DiskFull

        return DiskFull(f"There is no room left to write {path.name}.", remedy="Make room on the disk.")
    return _damaged(path, code or type(error).__name__)
