"""The tables of documents: those that are kept in the catalog, the others put into memory as they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vectorstore.catalog import schema
from vectorstore.passage import Filter
from vectorstore.tables.table import InMemory, Part, Table, kept

if TYPE_CHECKING:
    from vectorstore.catalog.catalog import Catalog

LONGEST = 2_000_000
"""Characters of a document whose tables are put into memory: one of an older form whose long tables are not kept."""


def tables_of(catalog: Catalog, document_ids: Sequence[str]) -> Iterator[Table]:
    """Yield the tables of documents, in the order of the ids; consume it inside one snapshot."""
    memory = InMemory()
    for info in catalog.documents(Filter(documents=tuple(document_ids))):
        read = partial(catalog.text, info.id)
        part = Part(0, info.id, (0, 0), read)
        found: list[Table] = []
        with catalog.snapshot() as connection:
            if schema.form(connection) >= schema.TABLES_SINCE:
                (row,) = connection.execute("SELECT row FROM documents WHERE id = ?", (info.id,)).fetchone()
                found = kept(catalog.snapshot, row, part)
        if not found and info.characters <= LONGEST:
            found = memory.add(read(), info.id)
        yield from found
