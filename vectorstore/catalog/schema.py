"""The catalog's tables, how its file is opened, and what SQLite's errors mean to a person.

Text is kept as UTF-8 blobs in pieces of a few thousand characters: a passage then costs one or two
small reads however long the document is, and NUL and lone surrogates survive (SQLite's own `substr`
stops at NUL, and its driver refuses surrogates).
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from json import JSONDecodeError
from pathlib import Path
from typing import Literal

from vectorstore.errors import (
    DiskFull,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryReadOnly,
    LibraryTooNew,
)
from vectorstore.tables import keep

FILE_NAME = "catalog.sqlite3"
SCHEMA_VERSION = 4
APPLICATION_ID = 0x466F6F74
"""Spells "Foot": tells a catalog from any other SQLite file."""
PIECE_CHARACTERS = 8192
"""Characters of text in one stored piece."""
DIGESTS_SINCE = 2
"""The form of the catalog since which each piece of text has a digest."""
TABLES_SINCE = 3
"""The form of the catalog since which it keeps long tables with types, what files say of themselves, and what was
remarked on them when they were read."""
SCANS_SINCE = 4
"""The form of the catalog since which it keeps where the words stand on scanned pages."""

Mode = Literal["rw", "ro", "immutable"]

_WORD = re.compile(r"\w+")
_PUNCTUATION = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
_TOKENIZER = "ascii tokenchars '{}'".format(_PUNCTUATION.replace("'", "''")).replace('"', '""')
# Our terms come ready-made, joined by blanks. This tokenizer splits at blanks only: every printable
# character is made a token character, so "3.5" or "c++" stays one term.
WORDS_TABLE = f"""
CREATE VIRTUAL TABLE words USING fts5(terms, content='', detail=none, columnsize=0, tokenize="{_TOKENIZER}");
"""

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents(
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, title TEXT NOT NULL,
    name TEXT NOT NULL, media_type TEXT NOT NULL, collection TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, modified TEXT NOT NULL, added TEXT NOT NULL, characters INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL, last_chunk INTEGER NOT NULL,
    first_section INTEGER NOT NULL, last_section INTEGER NOT NULL);
CREATE INDEX documents_by_source ON documents(collection, source);
CREATE TABLE outlines(document INTEGER PRIMARY KEY, places TEXT NOT NULL, headings TEXT NOT NULL);
CREATE TABLE pieces(document INTEGER NOT NULL, start INTEGER NOT NULL, text BLOB NOT NULL);
CREATE UNIQUE INDEX pieces_by_start ON pieces(document, start);
CREATE TABLE sections(
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, first_chunk INTEGER NOT NULL, last_chunk INTEGER NOT NULL);
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, section INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER, place TEXT NOT NULL,
    heading TEXT NOT NULL, sentences TEXT NOT NULL);
CREATE TABLE titles(
    term TEXT NOT NULL, document INTEGER NOT NULL, PRIMARY KEY(term, document)) WITHOUT ROWID;
CREATE INDEX titles_by_document ON titles(document);
CREATE TABLE index_removed(first INTEGER NOT NULL, last INTEGER NOT NULL, collection TEXT NOT NULL);
"""
_ADDED = {
    DIGESTS_SINCE: """
CREATE TABLE digests(
    document INTEGER NOT NULL, start INTEGER NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY(document, start)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bin(
    entry INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    name TEXT NOT NULL, media_type TEXT NOT NULL, collection TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, modified TEXT NOT NULL, added TEXT NOT NULL, characters INTEGER NOT NULL,
    chunks INTEGER NOT NULL, removed TEXT NOT NULL, model TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS bin_by_time ON bin(removed);
CREATE TABLE IF NOT EXISTS bin_parts(
    entry INTEGER NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, part BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS bin_parts_by_number ON bin_parts(entry, kind, number);
""",
    TABLES_SINCE: f"""{keep.SCRIPT}
CREATE TABLE IF NOT EXISTS notes(document INTEGER PRIMARY KEY, notes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS said(
    document INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(document, name)) WITHOUT ROWID;
""",
    SCANS_SINCE: """
CREATE TABLE IF NOT EXISTS scans(
    document INTEGER NOT NULL, page INTEGER NOT NULL, words BLOB NOT NULL, PRIMARY KEY(document, page)) WITHOUT ROWID;
""",
}
"""The tables that each form of the catalog has beyond the one before; `upgrade` adds them to older libraries.

What was removed has tables of its own (bin.py): nothing that searches, counts or lists can meet it there.
"""
VECTOR_TABLES = """
CREATE TABLE chunk_vectors{suffix}(chunk INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE section_vectors{suffix}(section INTEGER PRIMARY KEY, vector BLOB NOT NULL);
"""
# Vectors are float16: half the disk and half the reading of a cold start, and a cosine moves by less
# than 1e-4. They have their own tables so that scanning chunks does not read them.


def connect(path: Path, mode: Mode) -> sqlite3.Connection:
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


def is_called(name: str, words: str) -> bool:
    """Tell whether a name has some words, each whole, in any case and order: "Vogel, Petra" has "petra"."""
    return set(_WORD.findall(words.casefold())) <= set(_WORD.findall(name.casefold()))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise sqlite3.DatabaseError("a text that is none") from error  # as SQLite says of other damage


def create(path: Path, *, meta: dict[str, object]) -> None:
    """Create an empty catalog at `path`; do nothing where one exists. The writer's lock must be held."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        if _table_count(connection):
            return
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        run_script(connection, _script())
        connection.executemany("INSERT INTO meta(key, value) VALUES(?, ?)", list(meta.items()))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _script() -> str:
    return _TABLES + VECTOR_TABLES.format(suffix="") + WORDS_TABLE + "".join(_ADDED.values())


def lost_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the names of tables that a catalog of its form has and this one has not."""
    if form(connection) < SCHEMA_VERSION:
        return []
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return sorted(set(re.findall(r"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)", _script())) - there)


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run statements inside the open transaction, which `executescript` would commit first."""
    for statement in filter(str.strip, script.split(";\n")):
        connection.execute(statement)


def form(connection: sqlite3.Connection) -> int:
    """Return the form that the catalog is in: up to `SCHEMA_VERSION`, less where an older version made it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def tells(connection: sqlite3.Connection) -> bool:
    """Return whether the catalog keeps what documents say of themselves."""
    return form(connection) >= TABLES_SINCE


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a catalog of an older form to this one, in one transaction. The writer's lock must be held."""
    if form(connection) >= SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(form(connection) + 1, SCHEMA_VERSION + 1):
            run_script(connection, _ADDED[number])
            if number == DIGESTS_SINCE:
                # What is stored now is taken for right: there is nothing else to compare it with.
                connection.create_function("digest_of", 1, digest_of, deterministic=True)
                query = "SELECT document, start, digest_of(CAST(text AS BLOB)) FROM pieces"
                connection.execute(f"INSERT INTO digests {query}")
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def digest_of(piece: bytes) -> bytes:
    """Return the digest of a piece of text: 8 bytes, which are there to tell damage, not forgery."""
    return blake2b(piece, digest_size=8).digest()


def _table_count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


def check(connection: sqlite3.Connection, folder: Path) -> None:
    """Refuse a file that is no catalog, empty, or of a newer version than this code."""
    version = form(connection)
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID:
        if not _table_count(connection):
            raise missing(folder)
        raise LibraryDamaged(
            f"{folder / FILE_NAME} is not a catalog of Footnote.",
            remedy="Name another folder with --library, or move this file away.",
        )
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(
            f"The library in {folder} was written by a newer version of Footnote "
            f"(its form is {version}, this version knows {SCHEMA_VERSION}).",
            remedy='Upgrade with: pip install --upgrade "footnote-bot"',
        )


def missing(folder: Path) -> LibraryMissing:
    """Return the error that says that there is no library in `folder`."""
    return LibraryMissing(f"There is no library in {folder}.", remedy="Make one with: footnote ingest FOLDER")


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
    except JSONDecodeError as error:
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
            return missing(folder)
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
