"""Finds what is wrong with a library, and mends what can be mended from what is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.errors import TextDamaged
from vectorstore.records import Finding
from vectorstore.upkeep.upkeep import update_index
from vectorstore.words import tokens

if TYPE_CHECKING:
    from vectorstore.upkeep.parts import Parts


def verify(library: Parts) -> list[Finding]:
    """Return what is wrong with the library; an empty list when nothing is."""
    with library.catalog.snapshot() as connection:
        found = [*_catalog_findings(connection), *_document_findings(library, connection)]
        if int(library.catalog.meta("words") or 0) != tokens.VERSION:
            found.append(Finding("words", "The keyword index was made by another version of Footnote.", True))
        else:
            found.extend(_word_findings(library, connection))
        return found + _index_findings(library)


def _catalog_findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    for (message,) in connection.execute("PRAGMA integrity_check(5)"):
        if message != "ok":
            yield Finding("catalog", f"SQLite finds the catalog damaged: {message}.", False)


_DOCUMENT_CHECKS = """
SELECT d.id, d.name, d.last_chunk - d.first_chunk + 1, d.last_section - d.first_section + 1,
    (SELECT count(*) FROM chunks c WHERE c.id BETWEEN d.first_chunk AND d.last_chunk AND c.document = d.row
        AND c.start <= c.end AND c.end <= d.characters),
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
    for id, name, chunks, sections, *found in connection.execute(_DOCUMENT_CHECKS, {"size": size}):
        again = "Remove it and ingest its file again."
        try:
            library.catalog.text(id)
        except TextDamaged:
            yield Finding("text", f"The text of {name} is not what was read from its file. {again}", False, id)
        if found[:2] != [chunks, sections]:
            yield Finding("text", f"Chunks of {name} are missing or out of place. {again}", False, id)
        if found[2:] != [chunks, sections]:
            yield Finding("vectors", f"Vectors of {name} are missing. {again}", False, id)
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
        found.append(Finding("index", "The Chroma index has not been written at the address that is set.", True))
    pointer = index.pointer()
    if not index.store.in_place and index.store.leftovers(pointer.generation if pointer else None):
        found.append(Finding("index", "An index that was being written when its process ended lies there.", True))
    return found


def repair(library: Parts) -> list[Finding]:
    """Mend words and index from what is stored; return what is still wrong."""
    found = verify(library)
    if any(finding.part == "words" for finding in found):
        library.writer.rebuild_words()
    if any(finding.part == "index" for finding in found):
        library.index.forget_refusals()
        update_index(library, force=True)
    return verify(library)
