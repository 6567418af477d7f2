"""Makes a library again whose catalog is damaged: every document of which text and passages are whole is kept.

The new catalog is written beside the damaged one, which is then moved aside and never deleted. A process that is
killed on the way leaves the damaged one, or the one moved aside, to begin again from.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from vectorstore.catalog import bin
from vectorstore.catalog.homes import sqlite
from vectorstore.catalog.reading import read_chunks, read_document
from vectorstore.catalog.writing import check_chunks
from vectorstore.document import Document
from vectorstore.errors import FootnoteError
from vectorstore.passage import Chunk
from vectorstore.records import Lost, Recovered

_ASIDE = "damaged-"
_NEW = "damaged-new"
_MISSES = 10_000
"""So many row numbers in a row that cannot be read, and the rest of the table is given up."""
_UNREADABLE = (sqlite3.Error, FootnoteError, ValueError, TypeError)
"""What reading a damaged row may raise: SQLite's errors, ours, and those of values that are not what they were."""


class New(Protocol):
    """A new library. `Library` is such a thing; upkeep does not know it by name."""

    def add(self, batch: Sequence[tuple[Document, Sequence[Chunk]]]) -> object:
        """Store documents."""

    def close(self, *, update_index: bool) -> None:
        """Close it."""


def recover(folder: Path, make: Callable[[Path], New]) -> Recovered:
    """Make the library in `folder` again; the writer's lock must be held.

    Args:
        folder: Of the library.
        make: Opens a new library in the folder that it is given.
    """
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)
    lost: list[Lost] = []
    kept = 0
    old = _damaged_catalog(folder)
    library = make(new)
    with _opened(old) as connection:
        for row in _rows(connection):
            found = _whole(connection, row)
            if found is None:
                lost.extend(_named(connection, row))
            else:
                library.add([found])
                kept += 1
        library.close(update_index=False)
        with closing(sqlite3.connect(new / sqlite.FILE_NAME)) as target:
            bin.copy(connection, target)
    aside = _move_aside(folder)
    (new / sqlite.FILE_NAME).replace(folder / sqlite.FILE_NAME)
    shutil.rmtree(new, ignore_errors=True)
    return Recovered(kept, tuple(lost), str(aside) if aside else "")


def _damaged_catalog(folder: Path) -> Path | None:
    """Return the damaged catalog: in its place, or where an attempt that was cut off had moved it."""
    there = folder / sqlite.FILE_NAME
    moved = sorted(folder.glob(f"{_ASIDE}*/{sqlite.FILE_NAME}"))
    moved = [path for path in moved if path.parent.name != _NEW]
    return there if there.is_file() else moved[-1] if moved else None


@contextmanager
def _opened(path: Path | None) -> Iterator[sqlite.SqliteConnection]:
    try:
        connection = sqlite.connect(path, "rw") if path else _empty()
    except sqlite3.Error:
        connection = _empty()  # nothing can be read of it
    try:
        yield connection
    finally:
        connection.close()


def _empty() -> sqlite.SqliteConnection:
    return sqlite3.connect(":memory:", factory=sqlite.SqliteConnection)


def _rows(connection: sqlite.SqliteConnection) -> Iterator[int]:
    """Yield the row numbers of the documents that can be read, one after the other."""
    last = misses = 0
    while misses < _MISSES:
        try:
            found = connection.execute("SELECT min(row) FROM documents WHERE row > ?", (last,)).fetchone()[0]
        except sqlite3.Error:
            last, misses = last + 1, misses + 1
            continue
        if found is None:
            return
        last, misses = int(found), 0
        yield last


def _whole(connection: sqlite.SqliteConnection, row: int) -> tuple[Document, list[Chunk]] | None:
    """Return a document with its chunks, or None where one of them is not what it was."""
    try:
        document, chunks = read_document(connection, row), read_chunks(connection, row)
        (wanted,) = connection.execute(
            "SELECT last_chunk - first_chunk + 1 FROM documents WHERE row = ?", (row,)
        ).fetchone()
        if len(chunks) != wanted:
            return None
        check_chunks(document, chunks)
    except _UNREADABLE:
        return None
    return document, chunks


def _named(connection: sqlite.SqliteConnection, row: int) -> list[Lost]:
    """Return what a document is called that cannot be read, if at least that can be."""
    try:
        query = "SELECT id, source, title, collection FROM documents WHERE row = ?"
        return [Lost(*map(str, connection.execute(query, (row,)).fetchone()))]
    except _UNREADABLE:
        return []


def _move_aside(folder: Path) -> Path | None:
    """Move the damaged catalog and its index out of the way; return where to."""
    ours = [path for path in folder.iterdir() if path.name.startswith(sqlite.FILE_NAME) or path.name == "chroma"]
    if not ours:
        return None
    aside = folder / f"{_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir()
    for path in sorted(ours, reverse=True):  # the catalog's own file last: it is what an attempt begins from
        path.replace(aside / path.name)
    return aside
