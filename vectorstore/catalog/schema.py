"""The catalog's tables, the forms they had, and how an older catalog is brought to the form of today.

Text is kept as UTF-8 blobs in pieces of a few thousand characters: a passage then costs one or two
small reads however long the document is, and NUL and lone surrogates survive (SQLite's own `substr`
stops at NUL, and its driver refuses surrogates).

The tables are written once, as SQLite takes them; `homes/dialect.py` says what PostgreSQL calls the same. What a
newer form adds is added here, for both.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from vectorstore.tables import keep

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Connection

SCHEMA_VERSION = 4
PIECE_CHARACTERS = 8192
"""Characters of text in one stored piece."""
DIGESTS_SINCE = 2
"""The form of the catalog since which each piece of text has a digest."""
TABLES_SINCE = 3
"""The form of the catalog since which it keeps long tables with types, what files say of themselves, and what was
remarked on them when they were read."""
SCANS_SINCE = 4
"""The form of the catalog since which it keeps where the words stand on scanned pages."""

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
    "end" INTEGER NOT NULL, first_chunk INTEGER NOT NULL, last_chunk INTEGER NOT NULL);
CREATE TABLE chunks(
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, section INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL, page INTEGER, place TEXT NOT NULL,
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


def script() -> str:
    """Return the statements that make the tables of an empty catalog, without its keyword index."""
    return _TABLES + VECTOR_TABLES.format(suffix="") + "".join(_ADDED.values())


def lost_tables(connection: Connection) -> list[str]:
    """Return the names of tables that a catalog of its form has and this one has not."""
    if connection.form() < SCHEMA_VERSION:
        return []
    named = re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", script())
    return sorted({*named, "words"} - connection.tables())


def run_script(connection: Connection, script: str) -> None:
    """Run statements inside the open transaction, which SQLite's `executescript` would commit first."""
    for statement in filter(str.strip, script.split(";\n")):
        connection.execute(statement)


def tells(connection: Connection) -> bool:
    """Return whether the catalog keeps what documents say of themselves."""
    return connection.form() >= TABLES_SINCE


def upgrade(connection: Connection) -> None:
    """Bring a catalog of an older form to this one, in one transaction. The writer's lock must be held."""
    if connection.form() >= SCHEMA_VERSION:
        return
    connection.begin_writing()
    try:
        for number in range(connection.form() + 1, SCHEMA_VERSION + 1):
            run_script(connection, _ADDED[number])
            if number == DIGESTS_SINCE:
                _add_digests(connection)
        connection.set_form(SCHEMA_VERSION)
        connection.commit()
    finally:
        connection.undo()


def _add_digests(connection: Connection) -> None:
    """Take what is stored now for right: there is nothing else to compare it with."""
    pieces = connection.stream("SELECT document, start, CAST(text AS BLOB) FROM pieces")
    while rows := pieces.fetchmany(500):
        digests = [(document, start, digest_of(text)) for document, start, text in rows]
        connection.executemany("INSERT INTO digests(document, start, digest) VALUES(?, ?, ?)", digests)


def digest_of(piece: bytes) -> bytes:
    """Return the digest of a piece of text: 8 bytes, which are there to tell damage, not forgery."""
    return blake2b(piece, digest_size=8).digest()
