"""The store `people`: accounts, conversations, feedback, the question log, uploads' names and jobs.

conversations.db beside the catalog, or a schema of the library's database; `bot/kept/` has both homes.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.kept.database import Database as Store
from bot.kept.database import Form
from bot.kept.file import FileDatabase, as_library_error, damaged
from bot.kept.open import home, open_store
from vectorstore.errors import LibraryDamaged

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Home

FILE_NAME = "conversations.db"
SCHEMAS = (
    """
CREATE TABLE users (
    name TEXT PRIMARY KEY, password TEXT NOT NULL, role TEXT NOT NULL,
    collections TEXT, created TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
    digest TEXT PRIMARY KEY, "user" TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE,
    created TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY, "user" TEXT NOT NULL, credential TEXT NOT NULL,
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
"""What each version adds to the one before; the last one is today's."""
_SHARED = """
CREATE TABLE limits (
    key TEXT PRIMARY KEY, uses DOUBLE PRECISION NOT NULL, at DOUBLE PRECISION NOT NULL) WITHOUT ROWID;
CREATE INDEX limits_by_time ON limits (at);
CREATE TABLE recent (
    number INTEGER PRIMARY KEY, owner TEXT NOT NULL, id TEXT NOT NULL, answer TEXT NOT NULL,
    created TEXT NOT NULL, UNIQUE (owner, id));
CREATE TABLE takers (
    job TEXT PRIMARY KEY REFERENCES jobs(id) ON DELETE CASCADE, place TEXT NOT NULL, taker TEXT NOT NULL) WITHOUT ROWID;
"""
PEOPLE = Form(
    "people",
    FILE_NAME,
    SCHEMAS,
    shared=_SHARED,
    holds=(
        "Accounts, conversations, feedback and the names of uploads are kept in it.",
        "Restore it from a backup; or move it away, and add accounts again before others can reach the server. "
        "Documents are not affected.",
    ),
    lasting=True,
)


def now(*, days: int = 0, hours: int = 0) -> str:
    """Return the time, or that in some days and hours, ISO 8601 in UTC to the millisecond."""
    time = datetime.now(UTC) + timedelta(days=days, hours=hours)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(prefix: str) -> str:
    """Return an id that cannot be guessed: the prefix and 24 hexadecimal digits."""
    return f"{prefix}_{token_hex(12)}"


class Database(FileDatabase):
    """The conversations.db in the folder of a library."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / FILE_NAME, PEOPLE)


def open_people(library: str | os.PathLike[str] | Home) -> Store:
    """Open the store of a library: its folder, its address, or its home; see `open_store`."""
    return open_store(library, PEOPLE)


def fault(library: str | os.PathLike[str] | Home) -> LibraryDamaged | None:
    """Return what is wrong with the store of a library, or None; of a file all is read.

    Raises:
        LibraryUnreachable: It is on a server that cannot be used.
    """
    found = home(library)
    if found.server is None:
        return _fault_of_file(found.folder / FILE_NAME)
    from bot.kept.server import lost_tables, schema_of

    if lost := lost_tables(found.server, PEOPLE):
        kept, remedy = PEOPLE.holds
        return LibraryDamaged(
            f"The schema {schema_of(found.server, PEOPLE)} in {found.place} has lost {', '.join(lost)}. {kept}",
            remedy=remedy,
        )
    return None


def _fault_of_file(path: Path) -> LibraryDamaged | None:
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
        return damaged(path, PEOPLE, getattr(error, "sqlite_errorname", type(error).__name__))
    lost = sorted(set(re.findall(r"CREATE TABLE (\w+)", "".join(SCHEMAS[: version or PEOPLE.version]))) - there)
    if told != "ok" or lost:
        return damaged(path, PEOPLE, f"{', '.join(lost)} missing" if lost else "SQLITE_CORRUPT")
    return None


_DAMAGE = ("SQLITE_ERROR", "SQLITE_NOTADB", "SQLITE_CORRUPT")


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
        known = code in _DAMAGE
        raise (damaged(path, PEOPLE, code) if known else as_library_error(error, path, PEOPLE)) from error
