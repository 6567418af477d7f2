"""A stored document as it was added: its text, outline, chunks and vectors, read by row number."""

from __future__ import annotations

import json
import zlib

from vectorstore.catalog import schema
from vectorstore.catalog.homes.home import Connection
from vectorstore.catalog.pieces import read_text, text_damaged
from vectorstore.document import Document, Heading, Place, Scan, given_name
from vectorstore.passage import Chunk


def read_document(connection: Connection, row: int) -> Document:
    """Return the document with this row number, which must exist.

    Raises:
        TextDamaged: Its text or its outline is not what was stored once.
    """
    id, source, title, name, media_type, sha256, collection, size, modified, characters = connection.execute(
        "SELECT id, source, title, name, media_type, sha256, collection, size, modified, characters"
        " FROM documents WHERE row = ?",
        (row,),
    ).fetchone()
    outline = connection.execute("SELECT places, headings FROM outlines WHERE document = ?", (row,)).fetchone()
    if outline is None:
        raise text_damaged(connection, row)
    return Document(
        id=id,
        source=source,
        title=title,
        media_type=media_type,
        text=read_text(connection, row, 0, characters),
        sha256=sha256,
        collection=collection,
        places=tuple(Place(*place) for place in json.loads(outline[0])),
        headings=tuple(Heading(*heading) for heading in json.loads(outline[1])),
        size=size,
        modified=modified,
        notes=read_notes(connection, row),
        said=read_said(connection, row),
        scans=read_scans(connection, row),
        name=given_name(source, name),
    )


def read_notes(connection: Connection, row: int) -> tuple[str, ...]:
    """Return what was remarked on a document when it was read; nothing where an older form kept no notes."""
    if connection.form() < schema.TABLES_SINCE:
        return ()
    found = connection.execute("SELECT notes FROM notes WHERE document = ?", (row,)).fetchone()
    return tuple(found[0].split("\n")) if found else ()


def read_said(connection: Connection, row: int) -> tuple[tuple[str, str], ...]:
    """Return what a document says of itself; nothing where an older form of the catalog did not keep it."""
    if connection.form() < schema.TABLES_SINCE:
        return ()
    found = connection.execute("SELECT name, value FROM said WHERE document = ? ORDER BY name", (row,)).fetchall()
    return tuple((name, value) for name, value in found)


def read_scans(connection: Connection, row: int, page: int | None = None) -> tuple[Scan, ...]:
    """Return where the words stand on the scanned pages of a document, or on one of them."""
    if connection.form() < schema.SCANS_SINCE:
        return ()
    found = connection.execute(
        "SELECT page, words FROM scans WHERE document = ? AND page BETWEEN ? AND ? ORDER BY page",
        (row, 0 if page is None else page, 2**31 if page is None else page),
    )
    scans = ((number, _unpacked_words(words)) for number, words in found.fetchall())
    return tuple(Scan(number, words) for number, words in scans if words)


def packed_words(scan: Scan) -> bytes:
    """Return the words of a scanned page as they are stored."""
    return zlib.compress(json.dumps(scan.words, ensure_ascii=True).encode("ascii"), 6)


def _unpacked_words(words: bytes) -> tuple[tuple[str, int, int, int, int], ...]:
    """Return what `packed_words` wrote; nothing where it is damaged, since the text does not need it."""
    try:
        return tuple((*word,) for word in json.loads(zlib.decompress(words)))
    except (zlib.error, ValueError, TypeError):
        return ()


def read_chunks(connection: Connection, row: int) -> list[Chunk]:
    """Return the chunks of a document."""
    rows = connection.execute(
        "SELECT c.start, c.end, c.id - d.first_chunk, c.section - d.first_section, c.kind, c.sentences"
        " FROM documents d JOIN chunks c ON c.id BETWEEN d.first_chunk AND d.last_chunk"
        " WHERE d.row = ? ORDER BY c.id",
        (row,),
    )
    return [
        Chunk(start, end, ordinal, section, kind, tuple((first, last) for first, last in json.loads(spans)))
        for start, end, ordinal, section, kind, spans in rows
    ]
