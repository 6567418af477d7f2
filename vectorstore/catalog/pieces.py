"""The text of documents as it is stored: UTF-8 in pieces, each with a digest beside it.

A disk or a program may change or lose what is stored. A piece is compared with its digest whenever it is read, so
that nothing is quoted that was not in the document; `upkeep/verify.py` compares them all.
"""

from __future__ import annotations

from vectorstore.catalog import schema
from vectorstore.catalog.homes.home import Connection
from vectorstore.catalog.schema import digest_of
from vectorstore.errors import TextDamaged

_CHECKED = (
    "SELECT pieces.start, coalesce(CAST(text AS BLOB), CAST('' AS BLOB)), digest"
    " FROM pieces LEFT JOIN digests USING(document, start)"
    " WHERE document = ? AND pieces.start >= ? AND pieces.start < ? ORDER BY pieces.start"
)
_UNCHECKED = (
    "SELECT start, coalesce(CAST(text AS BLOB), CAST('' AS BLOB)) FROM pieces"
    " WHERE document = ? AND start >= ? AND start < ? ORDER BY start"
)


def insert_text(connection: Connection, document: int, text: str) -> None:
    """Store the text of the document with this row number, and its digests."""
    step = schema.PIECE_CHARACTERS
    pieces = [
        (document, start, text[start : start + step].encode("utf-8", "surrogatepass"))
        for start in range(0, len(text), step)
    ]
    connection.executemany("INSERT INTO pieces(document, start, text) VALUES(?, ?, ?)", pieces)
    connection.executemany(
        "INSERT INTO digests(document, start, digest) VALUES(?, ?, ?)",
        ((document, start, digest_of(piece)) for _, start, piece in pieces),
    )


def read_text(connection: Connection, document: int, start: int, end: int) -> str:
    """Return `text[start:end]` of the document with row number `document`; 0 ≤ start, end ≤ length.

    Raises:
        TextDamaged: What is stored there is not what was stored once.
    """
    if end <= start:
        return ""
    first = start - start % schema.PIECE_CHARACTERS
    if connection.form() < schema.DIGESTS_SINCE:  # of an earlier form, in a folder that cannot be written
        rows = [(*row, None) for row in connection.execute(_UNCHECKED, (document, first, end))]
    else:
        rows = connection.execute(_CHECKED, (document, first, end)).fetchall()
        if any(digest_of(row[1]) != row[2] for row in rows):
            raise text_damaged(connection, document)
    try:
        text = "".join(row[1].decode("utf-8", "surrogatepass") for row in rows)[start - first : end - first]
    except UnicodeDecodeError as error:
        raise text_damaged(connection, document) from error
    if len(text) != end - start or [row[0] for row in rows] != list(range(first, end, schema.PIECE_CHARACTERS)):
        raise text_damaged(connection, document)
    return text


def stored_text(connection: Connection, document: int, start: int, end: int) -> str:
    """Return what is stored of `text[start:end]`, damaged or not: to index words by, never to be shown."""
    first = start - start % schema.PIECE_CHARACTERS
    rows = connection.execute(_UNCHECKED, (document, first, end))
    joined = "".join(_decoded(row[1]) for row in rows)
    return joined[start - first : end - first]


def _decoded(piece: bytes) -> str:
    try:
        return piece.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return piece.decode("utf-8", "replace")


def text_damaged(connection: Connection, document: int) -> TextDamaged:
    """Return the error that says that a document's text is not what was stored once."""
    row = connection.execute("SELECT title FROM documents WHERE row = ?", (document,)).fetchone()
    name = f"“{row[0]}”" if row else "a document"
    return TextDamaged(
        f"The stored text of {name} is damaged, so none of it is shown.",
        remedy="Ingest its file again, or run: footnote doctor --repair",
    )
