"""The catalog as a SQLite file in the library's folder: how it is opened, and what SQLite's errors mean to a person."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import filelock

from vectorstore.catalog import schema
from vectorstore.catalog.homes.home import Terms, is_called
from vectorstore.errors import (
    DiskFull,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryReadOnly,
    LibraryTooNew,
)
from vectorstore.records import Holder
from vectorstore.tables import keep

if TYPE_CHECKING:
    from vectorstore.catalog.layout import Ids

FILE_NAME = "catalog.sqlite3"
APPLICATION_ID = 0x466F6F74
"""Spells "Foot": tells a catalog from any other SQLite file."""

Mode = Literal["rw", "ro", "immutable"]

_PUNCTUATION = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
_TOKENIZER = "ascii tokenchars '{}'".format(_PUNCTUATION.replace("'", "''")).replace('"', '""')
# Our terms come ready-made, joined by blanks. This tokenizer splits at blanks only: every printable
# character is made a token character, so "3.5" or "c++" stays one term.
_WORDS_TABLE = f"""
CREATE VIRTUAL TABLE words USING fts5(terms, content='', detail=none, columnsize=0, tokenize="{_TOKENIZER}")
"""
_DELETE_WORDS = "INSERT INTO words(words, rowid, terms) VALUES('delete', ?, CAST(? AS TEXT))"
_INSERT_WORDS = "INSERT INTO words(rowid, terms) VALUES(?, CAST(? AS TEXT))"
_MOST_IDLE = 16
_inherited: list[sqlite3.Connection] = []
"""Connections that a fork brought along. Closing them could disturb the parent: they are only kept."""


class SqliteConnection(sqlite3.Connection):
    """A connection to the file; see `home.Connection`."""

    def stream(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """See `Connection.stream`: SQLite's own cursors hold one row."""
        return self.execute(statement, values)

    def ids(self, statement: str, values: Sequence[Any] = ()) -> Ids:
        """See `Connection.ids`."""
        import numpy as np

        # One long text, not a row each: a word in 100,000 chunks is read in 8 ms instead of 26.
        joined = self.execute(f"SELECT group_concat(id) FROM ({statement})", values).fetchone()[0]
        found: Ids = np.fromstring(joined or "", dtype=np.int64, sep=",")
        return found

    # ---- transactions

    def begin_reading(self) -> object:
        """See `Connection.begin_reading`."""
        self.execute("BEGIN")
        row = self.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return row[0] if row else None

    def begin_writing(self) -> None:
        """See `Connection.begin_writing`."""
        self.execute("BEGIN IMMEDIATE")
        self.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    def undo(self) -> None:
        """See `Connection.undo`."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    # ---- what the catalog says of itself

    def form(self) -> int:
        """See `Connection.form`."""
        return int(self.execute("PRAGMA user_version").fetchone()[0])

    def set_form(self, form: int) -> None:
        """See `Connection.set_form`."""
        self.execute(f"PRAGMA user_version = {form}")

    def meta(self, key: str) -> Any:
        """See `Connection.meta`."""
        row = self.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def tables(self) -> set[str]:
        """See `Connection.tables`."""
        return {row[0] for row in self.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def take_numbers(self, table: str, count: int) -> int:
        """See `Connection.take_numbers`: SQLite itself remembers which were used."""
        del count
        row = self.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) + 1 if row else 1

    def lost_numbers(self, table: str, last: int) -> bool:
        """See `Connection.lost_numbers`."""
        return last >= self.take_numbers(table, 0)

    def faults(self) -> list[str]:
        """See `Connection.faults`."""
        found = (str(message) for (message,) in self.execute("PRAGMA integrity_check(5)") if message != "ok")
        words = (" ".join(message.replace("*** in database main ***", "").split()) for message in found)
        return [f"SQLite finds the catalog damaged: {said}." for said in words]

    def size(self) -> int | None:
        """See `Connection.size`."""
        return None

    # ---- the keyword index

    def make_words(self) -> None:
        """See `Connection.make_words`."""
        self.execute(_WORDS_TABLE)

    def postings(self, term: bytes, *, beginning: bool) -> Ids:
        """See `Connection.postings`."""
        asked = b'"' + term.replace(b'"', b'""') + b'"' + b"*" * beginning
        return self.ids("SELECT rowid AS id FROM words WHERE words MATCH CAST(? AS TEXT) ORDER BY rowid", (asked,))

    def vocabulary(self, beginning: bytes) -> list[tuple[str, int]]:
        """See `Connection.vocabulary`."""
        self.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab('main', 'words', 'row')")
        return self.execute(
            "SELECT term, doc FROM temp.vocabulary WHERE term >= CAST(? AS TEXT) AND term < CAST(? AS TEXT)",
            (beginning, beginning[:-1] + bytes([beginning[-1] + 1])),
        ).fetchall()

    def add_words(self, document: int, terms: Terms) -> None:
        """See `Connection.add_words`."""
        del document
        self.executemany(_INSERT_WORDS, terms)

    def remove_words(self, document: int, terms: Callable[[], Terms] | None) -> None:
        """See `Connection.remove_words`: the index has no text of its own, so that it must be told what it holds."""
        self.executemany(_DELETE_WORDS, terms() if terms is not None else self._indexed_terms(document))

    def _indexed_terms(self, document: int) -> list[tuple[int, bytes]]:
        """Return each chunk's id and its terms as the keyword index has them, for text that cannot tell any more.

        It reads the whole index: what is left in it of a document that is gone would be found for ever.
        """
        first, last = self.execute(
            "SELECT first_chunk, last_chunk FROM documents WHERE row = ?", (document,)
        ).fetchone()
        self.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed USING fts5vocab('main', 'words', 'instance')")
        found: dict[int, list[bytes]] = {}
        for term, id in self.execute(
            "SELECT CAST(term AS BLOB), doc FROM temp.indexed WHERE doc BETWEEN ? AND ?", (first, last)
        ):
            found.setdefault(id, []).append(term)
        return [(id, b" ".join(terms)) for id, terms in found.items()]

    def clear_words(self) -> None:
        """See `Connection.clear_words`."""
        self.execute("DROP TABLE words")
        self.make_words()
        self.execute("DELETE FROM titles")

    # ---- long tables of documents

    def keep_tables(self, document: int, text: str) -> None:
        """See `Connection.keep_tables`."""
        keep.keep_long(self, document, text)

    def forget_tables(self, document: int) -> None:
        """See `Connection.forget_tables`."""
        keep.forget(self, document)

    def tables_apart(self, documents: Sequence[int]) -> None:
        """See `Connection.tables_apart`: they are in the catalog itself."""

    # ---- upkeep

    def replace_vectors(self) -> None:
        """See `Connection.replace_vectors`."""
        for kind in ("chunk", "section"):
            self.execute(f"DROP TABLE {kind}_vectors")
            self.execute(f"ALTER TABLE {kind}_vectors_next RENAME TO {kind}_vectors")

    def compact(self) -> bool:
        """See `Connection.compact`; tell whether the log could be emptied too."""
        self.execute("INSERT INTO words(words) VALUES('optimize')")
        self.execute("VACUUM")
        busy = self.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy


class SqliteHome:
    """A folder with a SQLite file; see `home.Home`.

    Args:
        folder: The library's folder.
        read_only: Whether the folder may be written (SQLite needs that even to read beside a writer).
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.folder = folder
        self.place = str(folder)
        self.path = folder / FILE_NAME
        self._mode: Mode = "ro" if read_only else "rw"
        self._guard = threading.Lock()
        self._idle: list[SqliteConnection] = []
        self._seen: tuple[int, ...] = ()

    shares_index = True
    server = None

    def index_folder(self, cache: str | None) -> Path:
        """See `Home.index_folder`: it lies inside the library."""
        del cache
        return self.folder

    def borrow(self) -> SqliteConnection:
        """See `Home.borrow`."""
        with self._guard:
            if self._mode == "immutable" and self._stamp() != self._seen:
                # Somebody who may write did: an immutable connection would not notice.
                self._drop_idle()
                self._mode = "ro"
            if self._idle:
                return self._idle.pop()
        return self._checked()

    def give_back(self, connection: SqliteConnection) -> None:
        """See `Home.give_back`."""
        with suppress(sqlite3.Error):
            connection.undo()
            with self._guard:
                if len(self._idle) < _MOST_IDLE:
                    self._idle.append(connection)
                    return
        connection.close()

    def _checked(self) -> SqliteConnection:
        connection = self._connect()
        try:
            check(connection, self.folder)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> SqliteConnection:
        if not self.path.exists():
            raise self.missing()
        try:
            return self._connected(self._mode)
        except sqlite3.OperationalError as error:
            name = str(getattr(error, "sqlite_errorname", ""))
            if not name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise
        # The folder cannot be written. If there is a log, a writer is at work, or was killed: only its
        # shared-memory file makes the log readable. Without one the file is whole by itself.
        wal = self.path.with_name(self.path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            return self._connected("ro")
        self._mode = "immutable"
        self._seen = self._stamp()
        return self._connected("immutable")

    def _connected(self, mode: Mode) -> SqliteConnection:
        connection = connect(self.path, mode)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _stamp(self) -> tuple[int, ...]:
        wal = self.path.with_name(self.path.name + "-wal")
        found = self.path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino, wal.stat().st_size if wal.exists() else 0

    def connect_writing(self) -> SqliteConnection:
        """See `Home.connect_writing`."""
        return connect(self.path, "rw")

    def prepare(self) -> None:
        """See `Home.prepare`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            raise LibraryError(
                f"{self.folder} is a file, not a folder.", remedy="Name a folder for the library."
            ) from error
        except OSError as error:
            raise of_os(error, self.folder, self.folder) from error

    def create(self, meta: Mapping[str, object]) -> None:
        """See `Home.create`."""
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10, factory=SqliteConnection)
        try:
            if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                return
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            schema.run_script(connection, schema.script())
            connection.make_words()
            connection.executemany("INSERT INTO meta(key, value) VALUES(?, ?)", list(meta.items()))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.set_form(schema.SCHEMA_VERSION)
            connection.commit()
        finally:
            connection.close()

    def close(self) -> None:
        """See `Home.close`."""
        with self._guard:
            self._drop_idle()

    def _drop_idle(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle = []

    def after_fork(self) -> None:
        """See `Home.after_fork`: SQLite's connections are not inherited."""
        _inherited.extend(self._idle)
        self._idle, self._guard = [], threading.Lock()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """See `Home.errors`."""
        with sqlite_errors(self.folder):
            yield

    def acquire(self, lock: str) -> Callable[[], None] | None:
        """See `Home.acquire`: a file, free again the moment its process ends, however it ends."""
        path = self.folder / lock
        file = filelock.FileLock(path, thread_local=False)
        try:
            file.acquire(timeout=0)
        except filelock.Timeout:
            return None
        except OSError as error:
            raise of_os(error, self.folder, path) from error
        # Only for people: a disk without room for it does not stop the writer here.
        with suppress(OSError):
            path.write_text(json.dumps(asdict(Holder.of_this_process())), encoding="utf-8", errors="backslashreplace")
        return file.release

    def holder(self, lock: str) -> Holder | None:
        """See `Home.holder`."""
        deadline = time.monotonic() + 0.5
        while True:
            # The holder may be signing at this moment.
            with suppress(OSError, ValueError, TypeError):
                return Holder(**json.loads((self.folder / lock).read_text(encoding="utf-8")))
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)

    # ---- errors that others raise

    def missing(self) -> LibraryError:
        """See `Home.missing`."""
        if left_behind(self.folder):
            return damaged(self.folder, "its catalog is gone")
        return LibraryMissing(f"There is no library in {self.folder}.", remedy="Make one with: footnote ingest FOLDER")

    def damaged(self, detail: str) -> LibraryDamaged:
        """See `Home.damaged`."""
        return damaged(self.folder, detail)

    def full(self) -> DiskFull:
        """See `Home.full`."""
        return full(self.folder)

    def read_only(self) -> LibraryReadOnly:
        """See `Home.read_only`."""
        return read_only(self.folder)


def connect(path: Path, mode: Mode) -> SqliteConnection:
    """Open the SQLite file at `path`; it must exist.

    `immutable` reads a write-ahead file's database without one: right only where no `-wal` is left.
    """
    option = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{option}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=10,
        factory=SqliteConnection,
    )
    connection.text_factory = _decoded
    connection.create_function("is_called", 2, is_called, deterministic=True)
    connection.execute("PRAGMA cache_size = -16000")
    if mode == "rw":
        # A killed process loses nothing. After a power cut the last commits may be gone, never half
        # there, and the next sync finds what is missing: not worth a disk flush for every document.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    return connection


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError("a text that is none") from error  # as SQLite says of other damage


def check(connection: SqliteConnection, folder: Path) -> None:
    """Refuse a file that is no catalog, empty, or of a newer version than this code."""
    version = connection.form()
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID:
        if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise SqliteHome(folder).missing()
        raise LibraryDamaged(
            f"{folder / FILE_NAME} is not a catalog of Footnote.",
            remedy="Name another folder with --library, or move this file away.",
        )
    if version > schema.SCHEMA_VERSION:
        raise LibraryTooNew(
            f"The library in {folder} was written by a newer version of Footnote "
            f"(its form is {version}, this version knows {schema.SCHEMA_VERSION}).",
            remedy='Upgrade with: pip install --upgrade "footnote-bot"',
        )


def left_behind(folder: Path) -> bool:
    """Return whether a library was there, of which all but the catalog is left."""
    served = (folder / "uploads").is_dir() and (folder / "conversations.db").exists()
    return served or (folder / "chroma").is_dir() or any(folder.glob("damaged-*"))


def damaged(folder: Path, detail: str) -> LibraryDamaged:
    """Return the error that says that the catalog cannot be read."""
    beside = _beside(folder)
    kept = "Keep this folder: {} in it, and nowhere else.".format(
        f"{' and '.join(beside)} {'lie' if len(beside) > 1 else 'lies'}"
    )
    return LibraryDamaged(
        f"The library in {folder} is damaged: {detail}.",
        remedy=f"Run: footnote doctor --repair. {kept if beside else 'Your own files are untouched.'}",
    )


def _beside(folder: Path) -> list[str]:
    """Return what lies in the library's folder that cannot be made again from the catalog, nor it from that."""
    ours = ("chroma", "writer.lock", "damaged-")
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    return [name for name in names if not name.startswith((FILE_NAME, *ours)) and not name.endswith(("-wal", "-shm"))]


def full(folder: Path) -> DiskFull:
    """Return the error that says that the disk has no room."""
    return DiskFull(
        f"There is no room left on the disk of {folder}. What was added before is kept.",
        remedy="Make room and run the same command again.",
    )


def read_only(folder: Path) -> LibraryReadOnly:
    """Return the error that says that the library cannot be written."""
    return LibraryReadOnly(
        f"The library in {folder} cannot be written.",
        remedy="Give yourself the right to write there, or name another folder with --library.",
    )


def of_os(error: OSError, folder: Path, path: Path) -> LibraryError:
    """Return the error of ours for one that the system gave.

    Args:
        error: What it gave.
        folder: Of the library.
        path: The file or folder that it gave it for.
    """
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return read_only(folder)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full(folder)
    if error.errno == errno.EISDIR:
        return LibraryError(
            f"{path} is a folder, where Footnote keeps a file of its own.",
            remedy="Move it away, then run the same command again; nothing of the library is in it.",
        )
    return LibraryError(
        f"{path} cannot be made or opened: {os.strerror(error.errno or 0)}.",
        remedy="Name a folder on a disk of this machine with --library.",
    )


@contextmanager
def sqlite_errors(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, and what is not the JSON that was stored. None carries any text of a document."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, folder) from error
    except json.JSONDecodeError as error:
        raise damaged(folder, "what its catalog holds cannot be read") from error


def _translated(error: sqlite3.Error, folder: Path) -> LibraryError:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name == "SQLITE_FULL" or name in (
        "SQLITE_IOERR_WRITE",
        "SQLITE_IOERR_SHMSIZE",
        "SQLITE_IOERR_TRUNCATE",
    ):
        return full(folder)
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return read_only(folder)
    if name.startswith("SQLITE_CANTOPEN"):
        if not (folder / FILE_NAME).exists():
            return SqliteHome(folder).missing()
        return LibraryReadOnly(
            f"The library in {folder} cannot be opened.",
            remedy="Check that you may read the folder and its files.",
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryBusy(
            f"Another process is writing to the library in {folder}.",
            remedy="Try again when it has finished.",
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        return damaged(folder, "its catalog cannot be read")
    if name.startswith("SQLITE_IOERR"):
        return damaged(folder, f"the disk reports an error ({name})")
    return damaged(folder, f"the catalog answers {name or type(error).__name__}")
