"""The tables of documents: those that are kept in the catalog, the others put into memory as they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vectorstore.catalog import schema
from vectorstore.passage import Filter
from vectorstore.tables.table import Connected, InMemory, Part, Table, kept

if TYPE_CHECKING:
    from vectorstore.catalog.catalog import Catalog

LONGEST = 2_000_000
"""Characters of a document whose tables are put into memory: one of an older form whose long tables are not kept."""


def tables_of(catalog: Catalog, document_ids: Sequence[str]) -> Iterator[Table]:
    """Yield the tables of documents, in the order of the ids; consume it inside one snapshot."""
    memory = InMemory()
    infos = catalog.documents(Filter(documents=tuple(document_ids)))
    rows: dict[str, int] = {}
    connected: Connected = catalog.snapshot
    with catalog.snapshot() as connection:
        if connection.form() >= schema.TABLES_SINCE:
            query = "SELECT row FROM documents WHERE id = ?"
            rows = {info.id: connection.execute(query, (info.id,)).fetchone()[0] for info in infos}
            connected = connection.tables_apart([*rows.values()]) or connected
    for info in infos:
        read = partial(catalog.text, info.id)
        part = Part(0, info.id, (0, 0), read)
        found = kept(connected, rows[info.id], part) if rows else []
        if not found and info.characters <= LONGEST:
            found = memory.add(read(), info.id)
        yield from found
