"""The bin: what was removed is kept for a while, whole, and apart from all that searches, counts or lists.

A removed document is packed: its text and chunks compressed, its vectors as they were, so that restoring needs
neither its file nor a model. Packing and removing are one transaction, as are restoring and taking out of the bin
(docs/decisions/0016-bin.md). Everything here takes a connection that somebody opened; nothing imports numpy.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vectorstore import access
from vectorstore.catalog.catalog import DOCUMENT_INFO, conditions, document_info, sql_text, ways_to_name
from vectorstore.catalog.homes.home import Connection, Cursor
from vectorstore.catalog.pieces import read_text
from vectorstore.catalog.reading import packed_words, read_notes, read_said, read_scans
from vectorstore.dates import now
from vectorstore.document import Document, Heading, Place, Scan, given_name
from vectorstore.errors import DocumentMissing, LibraryDamaged
from vectorstore.passage import Chunk, Filter
from vectorstore.records import DocumentInfo, RemovedDocument

KEPT_DAYS = 30
"""Days that a removed document stays: a mistake of last month's tidying is noticed by then."""
MOST_BYTES = 2 << 30
"""Bytes that the bin keeps; what was removed first goes first …"""
ALWAYS_DAYS = 1
"""… but never what was removed within this last day: a whole library may go by mistake, however large it is."""

_COPIED = "id, source, title, name, media_type, collection, sha256, size, modified, added, characters"
_INFO = DOCUMENT_INFO.replace("last_chunk - first_chunk + 1", "chunks")
_TEXT_CHARACTERS = 1 << 20
_ROWS = 4096
"""Characters of text, and rows of vectors or chunks, in one part: SQLite holds no blob of a gigabyte."""
_MARKED = 0
"""zlib's level for vectors: their bits are too even to be pressed, but the checksum is wanted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as the bin gives it back.

    Attributes:
        entry: Its row in the bin.
        document, chunks: As they were added.
        added: When it was stored first.
        vectors: Of the chunks and of the sections: rows of float16, one after the other.
        model: The stored identity of the model that made them; "" where there are none.
    """

    entry: int
    document: Document
    chunks: tuple[Chunk, ...]
    added: str
    vectors: tuple[bytes, bytes]
    model: str


def keep(connection: Connection, document_id: str) -> None:
    """Put a copy of a stored document into the bin, in place of an older one; do nothing where there is none."""
    found = connection.execute(
        "SELECT row, collection, source FROM documents WHERE id = CAST(? AS TEXT)", (sql_text(document_id),)
    ).fetchone()
    if found is None:
        return
    row, collection, source = found
    older = connection.execute(
        "SELECT entry FROM bin WHERE collection = CAST(? AS TEXT) AND source = CAST(? AS TEXT)",
        (sql_text(collection), sql_text(source)),
    ).fetchall()
    drop(connection, [entry for (entry,) in older])
    add_copy(connection, row)


def add_copy(connection: Connection, row: int) -> int:
    """Put a copy of the document in a row of the catalog into the bin; return the entry."""
    (entry,) = connection.execute(
        f"INSERT INTO bin({_COPIED}, chunks, removed, model, bytes)"
        f" SELECT {_COPIED}, last_chunk - first_chunk + 1, ?,"
        " coalesce((SELECT value FROM meta WHERE key = 'model'), ''), 0 FROM documents WHERE row = ? RETURNING entry",
        (now(), row),
    ).fetchone()
    size = 0
    for kind, number, part in _packed(connection, row):
        connection.execute("INSERT INTO bin_parts VALUES(?, ?, ?, ?)", (entry, kind, number, part))
        size += len(part)
    connection.execute("UPDATE bin SET bytes = ? WHERE entry = ?", (size, entry))
    return int(entry)


def _packed(connection: Connection, row: int) -> Iterator[tuple[str, int, bytes]]:
    """Yield the parts of a document: what of, which, compressed bytes."""
    characters, first_chunk, last_chunk, first_section, last_section = connection.execute(
        "SELECT characters, first_chunk, last_chunk, first_section, last_section FROM documents WHERE row = ?", (row,)
    ).fetchone()
    outline = connection.execute("SELECT places, headings FROM outlines WHERE document = ?", (row,)).fetchone()
    yield "outline", 0, zlib.compress(json.dumps([*outline, read_notes(connection, row)]).encode(), 1)
    if told := read_said(connection, row):
        yield "said", 0, zlib.compress(json.dumps(told).encode(), 1)
    for scan in read_scans(connection, row):
        yield "scans", scan.page, packed_words(scan)
    for number, start in enumerate(range(0, characters, _TEXT_CHARACTERS)):
        text = read_text(connection, row, start, min(start + _TEXT_CHARACTERS, characters))
        yield "text", number, zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
    chunks = connection.execute(
        'SELECT start, "end", id - ?, section - ?, kind, sentences FROM chunks WHERE id BETWEEN ? AND ? ORDER BY id',
        (first_chunk, first_section, first_chunk, last_chunk),
    )
    for number, rows in enumerate(_runs(chunks)):
        yield "chunks", number, zlib.compress(json.dumps(rows).encode(), 1)
    for kind, first, last in (("chunk", first_chunk, last_chunk), ("section", first_section, last_section)):
        vectors = connection.execute(
            f"SELECT vector FROM {kind}_vectors WHERE {kind} BETWEEN ? AND ? ORDER BY {kind}", (first, last)
        )
        for number, rows in enumerate(_runs(vectors)):
            yield f"{kind} vectors", number, zlib.compress(b"".join(vector for (vector,) in rows), _MARKED)


def _runs(cursor: Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(_ROWS):
        yield rows


def read(connection: Connection, document_id: str) -> Kept:
    """Return the document of this id as the bin keeps it, the one removed last if there are several.

    Raises:
        DocumentMissing: The bin has none.
        LibraryDamaged: What it has is not whole.
    """
    found = connection.execute(
        f"SELECT entry, {_COPIED}, model FROM bin WHERE id = CAST(? AS TEXT) ORDER BY entry DESC LIMIT 1",
        (sql_text(document_id),),
    ).fetchone()
    if found is None:
        raise missing(document_id)
    entry, id, source, title, name, media_type, collection, sha256, size, modified, added, characters, model = found
    try:
        places, headings, *notes = json.loads(_unpacked(connection, entry, "outline")[0])
        text = b"".join(_unpacked(connection, entry, "text")).decode("utf-8", "surrogatepass")
        told = [tuple(pair) for part in _unpacked(connection, entry, "said") for pair in json.loads(part)]
        scans = _scans(connection, entry)
        rows = [row for part in _unpacked(connection, entry, "chunks") for row in json.loads(part)]
    except (zlib.error, ValueError, IndexError) as error:
        raise _damaged(name) from error
    if len(text) != characters:
        raise _damaged(name)
    document = Document(
        id=id,
        source=source,
        title=title,
        media_type=media_type,
        text=text,
        sha256=sha256,
        collection=collection,
        places=tuple(Place(*place) for place in json.loads(places)),
        headings=tuple(Heading(*heading) for heading in json.loads(headings)),
        size=size,
        modified=modified,
        notes=tuple(*notes),  # what an older version put here has none
        said=tuple(told),
        scans=scans,
        name=given_name(source, name),
    )
    chunks = tuple(
        Chunk(start, end, ordinal, section, kind, tuple((first, last) for first, last in json.loads(sentences)))
        for start, end, ordinal, section, kind, sentences in rows
    )
    return Kept(entry, document, chunks, added, _vectors(connection, entry, name), model)


def _vectors(connection: Connection, entry: int, name: str) -> tuple[bytes, bytes]:
    try:
        chunk, section = (b"".join(_unpacked(connection, entry, f"{kind} vectors")) for kind in ("chunk", "section"))
    except zlib.error as error:
        raise _damaged(name) from error
    return chunk, section


def _unpacked(connection: Connection, entry: int, kind: str) -> list[bytes]:
    rows = connection.execute("SELECT part FROM bin_parts WHERE entry = ? AND kind = ? ORDER BY number", (entry, kind))
    return [zlib.decompress(part) for (part,) in rows]


def _scans(connection: Connection, entry: int) -> tuple[Scan, ...]:
    query = "SELECT number, part FROM bin_parts WHERE entry = ? AND kind = 'scans' ORDER BY number"
    found = connection.execute(query, (entry,)).fetchall()
    return tuple(Scan(page, tuple((*word,) for word in json.loads(zlib.decompress(part)))) for page, part in found)


def missing(name: str) -> DocumentMissing:
    """Return the error that says that the bin has no document of this name."""
    return DocumentMissing(
        f"No removed document is called {name[:200]!r}.", remedy="footnote restore --list shows what can be restored."
    )


def _damaged(name: str) -> LibraryDamaged:
    return LibraryDamaged(f"What the bin kept of {name} is not whole.", remedy="Ingest its file again.")


# ---- what there is


def exists(connection: Connection) -> bool:
    """Tell whether this library has a bin: one that was only read since the version before has none."""
    return "bin" in connection.tables()


def listed(connection: Connection, filter: Filter | None = None, *, name: str = "") -> list[RemovedDocument]:
    """Return what can be brought back, removed last first.

    Args:
        connection: Of the catalog.
        filter: Which documents; dates are those of the files. What they say of themselves is packed away with them:
            a filter that asks for it matches none, but who may see a document holds in the bin too.
        name: As in `Catalog.find`: only what is called so.
    """
    if not exists(connection):
        return []
    filter = filter or Filter()
    where, values = conditions(filter, told=False)
    found: list[tuple[Any, ...]] = []
    ways = list(ways_to_name(name)) if name else [("removed >= ?", _days_ago(KEPT_DAYS))]
    for condition, value in ways:
        found = connection.execute(
            f"SELECT entry, {_INFO}, removed, bytes, EXISTS(SELECT 1 FROM documents d WHERE d.id = bin.id"
            " OR (d.collection = bin.collection AND d.source = bin.source))"
            f" FROM bin{where}{' AND' if where else ' WHERE'} {condition} ORDER BY entry DESC",
            [*values, sql_text(value)],
        ).fetchall()
        if found:
            break
    return [
        RemovedDocument(document_info(info), removed, size, bool(there))
        for entry, *info, removed, size, there in found
        if filter.readers is None or _is_for(connection, entry, document_info(info), filter.readers)
    ]


def _is_for(connection: Connection, entry: int, gone: DocumentInfo, readers: Sequence[str]) -> bool:
    """Tell whether a removed document, and any that is in its place now, are for those who ask."""
    try:
        told = [pair for part in _unpacked(connection, entry, "said") for pair in json.loads(part)]
    except (zlib.error, ValueError):  # who knows whose it was
        return False
    if any(name == access.ACCESS and not {*readers} & {*access.listed(value)} for name, value in told):
        return False
    clause, values = access.condition(readers)
    there = "(id = CAST(? AS TEXT) OR (collection = CAST(? AS TEXT) AND source = CAST(? AS TEXT)))"
    hidden = f"SELECT 1 FROM documents WHERE {there} AND NOT ({clause})"
    named = [sql_text(value) for value in (gone.id, gone.collection, gone.path, *values)]
    return connection.execute(hidden, named).fetchone() is None


def outdated(connection: Connection) -> list[int]:
    """Return the entries that have been there for their time, or are more than the bin holds."""
    rows = connection.execute(
        "SELECT entry FROM (SELECT entry, removed, sum(bytes) OVER (ORDER BY entry DESC) AS total FROM bin) kept"
        " WHERE removed < ? OR (total > ? AND removed < ?)",
        (_days_ago(KEPT_DAYS), MOST_BYTES, _days_ago(ALWAYS_DAYS)),
    )
    return [entry for (entry,) in rows]


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy what can be read of the bin of a damaged catalog into that of another."""
    with suppress(sqlite3.Error):
        for entry in source.execute("SELECT * FROM bin").fetchall():
            with suppress(sqlite3.Error), target:
                parts = source.execute("SELECT * FROM bin_parts WHERE entry = ?", entry[:1]).fetchall()
                target.execute(f"INSERT INTO bin VALUES({', '.join('?' * len(entry))})", entry)
                target.executemany("INSERT INTO bin_parts VALUES(?, ?, ?, ?)", parts)


# ---- taking out


def forget(connection: Connection, document_id: str, *, sha256: str = "") -> None:
    """Take a document out of the bin, or only such a copy as has the digest `sha256`: it is in the library again."""
    rows = connection.execute(
        "SELECT entry FROM bin WHERE id = CAST(? AS TEXT) AND CAST(? AS TEXT) IN ('', sha256)",
        (sql_text(document_id), sha256),
    ).fetchall()
    drop(connection, [entry for (entry,) in rows])


def drop(connection: Connection, entries: Sequence[int]) -> None:
    """Delete entries of the bin."""
    for table in ("bin_parts", "bin"):
        connection.executemany(f"DELETE FROM {table} WHERE entry = ?", [(entry,) for entry in entries])


def empty(connection: Connection) -> None:
    """Delete all that is in the bin."""
    connection.execute("DELETE FROM bin_parts")
    connection.execute("DELETE FROM bin")
