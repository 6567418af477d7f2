"""A store as a SQLite file in the library's folder.

It is a file of its own so that rebuilding or compacting the catalog never touches it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.kept.database import Form
from vectorstore.errors import DiskFull, LibraryBusy, LibraryDamaged, LibraryError, LibraryReadOnly, LibraryTooNew


class FileDatabase:
    """One open file; see `database.Database`. Writers take turns, and so do readers.

    Args:
        path: The file; it is created with its folder if need be.
        form: What is kept in it.

    Raises:
        LibraryTooNew: A newer version of Footnote wrote the file.
        LibraryReadOnly: The folder cannot be written.
        LibraryDamaged: The file is not a database.
    """

    shared = False

    def __init__(self, path: Path, form: Form) -> None:
        self.path = path
        self.place = str(path)
        self.form = form
        if self.path.is_dir():
            raise damaged(self.path, form, "it is a folder")
        self._lock = threading.RLock()
        # Reads have a connection of their own, so that looking up a session never waits for a sync to disk.
        self._read_lock = threading.Lock()
        self._writing: int | None = None
        with self._translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Passwords' digests and conversations: for the owner of the library only.
            self.path.touch(mode=0o600, exist_ok=True)
            self._connection = self._connect()
            self._prepare()
            self._reader = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        return connection

    def _prepare(self) -> None:
        synchronous = "FULL" if self.form.lasting else "NORMAL"
        # What is deleted, or is over its time, is not to be read in the file's free pages either.
        for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.transaction():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > self.form.version:
                raise LibraryTooNew(
                    f"{self.path.name} was written by a newer version of Footnote.",
                    remedy="Update Footnote: pip install --upgrade footnote-bot",
                )
            for statement in "".join(self.form.scripts[version:]).split(";"):
                self._connection.execute(statement)
            if version < self.form.version:
                self._connection.execute(f"PRAGMA user_version = {self.form.version}")

    @contextmanager
    def transaction(self, alone: str = "") -> Iterator[None]:
        """See `Database.transaction`: there is never more than one."""
        del alone
        with self._lock, self._translated():
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
        """See `Database.rows`."""
        if self._writing == threading.get_ident():
            return self._connection.execute(query, values).fetchall()
        with self._read_lock, self._translated():
            return self._reader.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> sqlite3.Row | None:
        """See `Database.row`."""
        rows = self.rows(query, *values)
        return rows[0] if rows else None

    def run(self, query: str, *values: Any) -> int:
        """See `Database.run`."""
        with self._lock, self._translated():
            return self._connection.execute(query, values).rowcount

    def number_on(self) -> None:
        """See `Database.number_on`: SQLite does by itself."""

    def take(self, name: str) -> Callable[[], None] | None:
        """See `Database.take`: one process serves a folder, and each part of it asks for what is its own."""
        del name
        return lambda: None

    def close(self) -> None:
        """See `Database.close`."""
        with self._lock, self._read_lock:
            self._reader.close()
            self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn the errors of sqlite3 and of the disk into ours."""
        try:
            yield
        except PermissionError as error:
            raise LibraryReadOnly(
                f"{self.path} cannot be written.", remedy="Check the rights of the library's folder."
            ) from error
        except sqlite3.Error as error:
            raise as_library_error(error, self.path, self.form) from error


def damaged(path: Path, form: Form, why: str) -> LibraryDamaged:
    """Return the error that says that a file cannot be read."""
    lost, remedy = form.holds
    return LibraryDamaged(f"{path} cannot be read ({why}). {lost}", remedy=remedy)


def as_library_error(error: sqlite3.Error, path: Path, form: Form) -> LibraryError:
    """Return the error of ours for one of sqlite3's."""
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryBusy(f"{path.name} is in use by another process.", remedy="Try again in a moment.")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LibraryReadOnly(f"{path} cannot be written.", remedy="Check the rights of the library's folder.")
    if code.startswith("SQLITE_FULL"):
        return DiskFull(f"There is no room left to write {path.name}.", remedy="Make room on the disk.")
    return damaged(path, form, code or type(error).__name__)
