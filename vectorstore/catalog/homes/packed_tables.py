"""Long tables of documents in a catalog on a server: kept packed, asked in this process.

Questions of tables are SQL for SQLite, whose types are the cells' own. A document's tables are kept as the bytes of one
SQLite database, and put into memory when they are asked first; what was read of a document stays right for ever, since
no number is used twice.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vectorstore.tables import keep
from vectorstore.tables.table import Connected, InMemory

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Connection

MOST_BYTES = 256 << 20
"""Bytes of tables that are held in memory for the next question."""
_PART = 16 << 20
_TABLES_A_DOCUMENT = 1 << 20
"""Numbers of tables that each document has to itself."""


def pack(document: int, text: str) -> Iterator[bytes]:
    """Yield the parts in which the tables of a document are kept; none where they are not long."""
    if found := keep.long_tables(text):
        database = InMemory.serialized(text, found, document=document, after=document * _TABLES_A_DOCUMENT)
        packed = zlib.compress(database, 1)
        yield from (packed[start : start + _PART] for start in range(0, len(packed), _PART))


class PackedTables:
    """The tables of one library that are in memory; safe in many threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._memory = InMemory()
        self._held: dict[int, int] = {}

    def connected(self, connection: Connection, documents: Sequence[int]) -> Connected:
        """Return what gives the connection that the tables of these documents can be asked through, all of them."""
        query = "SELECT DISTINCT p.document FROM json_each(?) ids JOIN packed_tables p ON p.document = ids.value"
        wanted = [row[0] for row in connection.execute(query, (str(list(documents)),))]
        with self._guard:
            missing = [document for document in wanted if document not in self._held]
            if missing and sum(self._held.values()) > MOST_BYTES:
                self._memory, self._held, missing = InMemory(), {}, wanted
            for document in missing:
                database = _unpacked(connection, document)
                self._memory.merge(database)
                self._held[document] = len(database)
            return self._memory.connected


def _unpacked(connection: Connection, document: int) -> bytes:
    rows = connection.execute("SELECT part FROM packed_tables WHERE document = ? ORDER BY number", (document,))
    return zlib.decompress(b"".join(row[0] for row in rows))
