"""Finds what was lost or changed of a catalog. It imports no numpy: an ingest looks before it says "unchanged"."""

from __future__ import annotations

from collections.abc import Iterator

from vectorstore.catalog import schema
from vectorstore.catalog.catalog import Catalog
from vectorstore.catalog.homes.home import Connection
from vectorstore.errors import TextDamaged
from vectorstore.records import Finding


def damage(catalog: Catalog) -> list[Finding]:
    """Return what was lost or changed of the truth itself; all text is read and compared with its digests."""
    with catalog.snapshot() as connection:
        found = [*_meta_findings(catalog, connection)]
        found += [Finding("catalog", fault, False) for fault in connection.faults()]
        # What belongs to a document cannot be told where the tables themselves are damaged.
        return found or [*_orphan_findings(connection), *_document_findings(catalog, connection)]


def _meta_findings(catalog: Catalog, connection: Connection) -> Iterator[Finding]:
    if tables := schema.lost_tables(connection):
        yield Finding("catalog", f"The catalog has lost tables ({', '.join(tables)}).", False)
        return
    lost = [name for name in ("library_id", "generation") if catalog.meta(name) is None]
    if catalog.model() is None and catalog.chunk_count():
        lost.append("model")
    if lost:
        yield Finding("catalog", f"The catalog has lost what it says of itself ({', '.join(lost)}).", False)
    for table, column in (("chunks", "id"), ("sections", "id"), ("documents", "row")):
        (last,) = connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()
        if connection.lost_numbers(table, last):
            yield Finding("catalog", f"The catalog has lost which numbers of {table} are taken.", False)


_DOCUMENT_CHECKS = """
SELECT d.id, d.name, d.last_chunk - d.first_chunk + 1, d.last_section - d.first_section + 1,
    (SELECT count(*) FROM chunks c WHERE c.id BETWEEN d.first_chunk AND d.last_chunk AND c.document = d.row
        AND c.start <= c.end AND c.end <= d.characters AND json_valid(c.sentences)),
    (SELECT count(*) FROM sections s
        WHERE s.id BETWEEN d.first_section AND d.last_section AND s.document = d.row),
    (SELECT count(*) FROM chunk_vectors v
        WHERE v.chunk BETWEEN d.first_chunk AND d.last_chunk AND length(v.vector) = ?),
    (SELECT count(*) FROM section_vectors v
        WHERE v.section BETWEEN d.first_section AND d.last_section AND length(v.vector) = ?)
FROM documents d ORDER BY d.row
"""


def _document_findings(catalog: Catalog, connection: Connection) -> Iterator[Finding]:
    model = catalog.model()
    size = model.dimension * 2 if model else 0
    for id, name, chunks, sections, *found in connection.execute(_DOCUMENT_CHECKS, (size, size)):
        whole = True
        try:
            catalog.document(id)
        except TextDamaged:
            whole = False
            yield Finding("text", f"The text of {name} is not what was read from its file.", False, id)
        if found[:2] != [chunks, sections]:
            whole = False
            yield Finding("text", f"Passages of {name} are missing or out of place.", False, id)
        if found[2:] != [chunks, sections]:
            yield Finding("vectors", f"Vectors of {name} are missing or damaged.", whole, id)


def _orphan_findings(connection: Connection) -> Iterator[Finding]:
    for table, column, parent in (
        ("chunks", "id", "chunk"),
        ("sections", "id", "section"),
        ("chunk_vectors", "chunk", "chunk"),
        ("section_vectors", "section", "section"),
    ):
        (stored,) = connection.execute(f"SELECT count({column}) FROM {table}").fetchone()
        (known,) = connection.execute(
            f"SELECT coalesce(sum(last_{parent} - first_{parent} + 1), 0) FROM documents"
        ).fetchone()
        if stored > known:
            yield Finding("catalog", f"{stored - known} rows of {table} belong to no document.", False)
