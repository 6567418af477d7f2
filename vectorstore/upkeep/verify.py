"""Finds what is wrong with a library, and mends what can be mended from what is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog import schema
from vectorstore.errors import ModelMissing, TextDamaged
from vectorstore.records import Finding
from vectorstore.upkeep.upkeep import reembed_document, update_index
from vectorstore.words import tokens

if TYPE_CHECKING:
    from vectorstore.upkeep.parts import Parts


def verify(library: Parts) -> list[Finding]:
    """Return what is wrong with the library; an empty list when nothing is."""
    with library.catalog.snapshot() as connection:
        found = damage(library)
        if any(finding.part == "catalog" for finding in found):
            return found  # nothing that is made from it can be told right from wrong
        if int(library.catalog.meta("words") or 0) != tokens.VERSION:
            found.append(Finding("words", "The keyword index was made by another version of Footnote.", True))
        else:
            found.extend(_word_findings(library, connection))
        if any(finding.part == "vectors" for finding in found):
            return found  # the index is made from them
        return found + _index_findings(library)


def damage(library: Parts) -> list[Finding]:
    """Return what was lost or changed of the truth itself; all text is read and compared with its digests."""
    with library.catalog.snapshot() as connection:
        found = [*_meta_findings(library, connection), *_catalog_findings(connection)]
        # What belongs to a document cannot be told where the tables themselves are damaged.
        return found or [*_orphan_findings(connection), *_document_findings(library, connection)]


def _meta_findings(library: Parts, connection: sqlite3.Connection) -> Iterator[Finding]:
    if tables := schema.lost_tables(connection):
        yield Finding("catalog", f"The catalog has lost tables ({', '.join(tables)}).", False)
        return
    lost = [name for name in ("library_id", "generation") if library.catalog.meta(name) is None]
    if library.catalog.model() is None and library.catalog.chunk_count():
        lost.append("model")
    if lost:
        yield Finding("catalog", f"The catalog has lost what it says of itself ({', '.join(lost)}).", False)
    for table, column in (("chunks", "id"), ("sections", "id"), ("documents", "row")):
        (last,) = connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()
        given = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if last > (given[0] if given else 0):
            yield Finding("catalog", f"The catalog has lost which numbers of {table} are taken.", False)


def _catalog_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (message,) in connection.execute("PRAGMA integrity_check(5)"):
        if message != "ok":
            words = " ".join(str(message).replace("*** in database main ***", "").split())
            yield Finding("catalog", f"SQLite finds the catalog damaged: {words}.", False)


_DOCUMENT_CHECKS = """
SELECT d.id, d.name, d.last_chunk - d.first_chunk + 1, d.last_section - d.first_section + 1,
    (SELECT count(*) FROM chunks c WHERE c.id BETWEEN d.first_chunk AND d.last_chunk AND c.document = d.row
        AND c.start <= c.end AND c.end <= d.characters AND json_valid(c.sentences)),
    (SELECT count(*) FROM sections s
        WHERE s.id BETWEEN d.first_section AND d.last_section AND s.document = d.row),
    (SELECT count(*) FROM chunk_vectors v
        WHERE v.chunk BETWEEN d.first_chunk AND d.last_chunk AND length(v.vector) = :size),
    (SELECT count(*) FROM section_vectors v
        WHERE v.section BETWEEN d.first_section AND d.last_section AND length(v.vector) = :size)
FROM documents d ORDER BY d.row
"""


def _document_findings(library: Parts, connection: sqlite3.Connection) -> Iterator[Finding]:
    size = library.lookup.dimension() * 2
    spoilt = set(_documents_with_spoilt_vectors(connection, size))
    for id, name, chunks, sections, *found in connection.execute(_DOCUMENT_CHECKS, {"size": size}):
        whole = True
        try:
            library.catalog.document(id)
        except TextDamaged:
            whole = False
            yield Finding("text", f"The text of {name} is not what was read from its file.", False, id)
        if found[:2] != [chunks, sections]:
            whole = False
            yield Finding("text", f"Passages of {name} are missing or out of place.", False, id)
        if found[2:] != [chunks, sections] or id in spoilt:
            yield Finding("vectors", f"Vectors of {name} are missing or damaged.", whole, id)


def _documents_with_spoilt_vectors(connection: sqlite3.Connection, size: int) -> Iterator[str]:
    """Yield the ids of documents with vectors that hold what is no number."""
    for kind in ("chunk", "section"):
        rows = connection.execute(f"SELECT {kind}, vector FROM {kind}_vectors WHERE length(vector) = ?", (size,))
        while size and (part := rows.fetchmany(5_000)):
            numbers = np.frombuffer(b"".join(row[1] for row in part), dtype=np.float16).reshape(len(part), size // 2)
            for row in np.flatnonzero(~np.isfinite(numbers).all(axis=1)):
                query = f"SELECT id FROM documents WHERE ? BETWEEN first_{kind} AND last_{kind}"
                yield from (str(id) for (id,) in connection.execute(query, (part[row][0],)))


def _orphan_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
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


def _word_findings(library: Parts, connection: sqlite3.Connection) -> Iterator[Finding]:
    """Look some stored words up in the keyword index."""
    ids = [
        row[0]
        for row in connection.execute(
            "SELECT first_chunk FROM documents WHERE last_chunk >= first_chunk ORDER BY row % 97, row LIMIT 50"
        )
    ]
    try:
        for id in ids:
            with suppress(TextDamaged):  # which is told already
                (passage,) = library.lookup.passages(np.array([id], dtype=np.int64))
                terms = tokens.tokens(passage.text)
                if terms and id not in library.lookup.postings(terms[0]):
                    yield Finding("words", "The keyword index lacks words of stored documents.", True)
                    return
    except sqlite3.DatabaseError:
        yield Finding("words", "The keyword index cannot be read.", True)


def _index_findings(library: Parts) -> list[Finding]:
    index = library.index
    found: list[Finding] = []
    fault = index.fault()
    if fault:
        found.append(Finding("index", f"The Chroma index is not used: {fault.rstrip('.')}.", True))
    state = index.state()
    if not fault and library.lookup.chunk_count() and state in ("absent", "elsewhere"):
        words = "The Chroma index has not been written at the address that is set."
        found.append(Finding("index", words, True, passing=state == "absent"))
    pointer = index.pointer()
    if not index.store.in_place and index.store.leftovers(pointer.generation if pointer else None):
        words = "An index that was being written when its process ended lies there."
        found.append(Finding("index", words, True, passing=True))
    return found


def repair(library: Parts) -> list[Finding]:
    """Mend vectors, words and index from what is stored; return what is still wrong."""
    found = verify(library)
    if any(finding.part == "catalog" for finding in found):
        return found  # nothing can be mended in place
    for finding in found:
        if finding.part == "vectors" and finding.repairable:
            with suppress(ModelMissing):  # what of the rest can be mended is mended
                reembed_document(library, finding.document)
    if any(finding.part == "words" for finding in found):
        library.writer.rebuild_words()
    if any(finding.part == "index" for finding in verify(library)):
        library.index.forget_refusals()
        update_index(library, force=True)
    return verify(library)
