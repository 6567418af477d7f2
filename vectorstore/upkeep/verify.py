"""Finds what is wrong with a library, and mends what can be mended from what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog.homes.home import Connection
from vectorstore.errors import LibraryDamaged, ModelMissing, TextDamaged
from vectorstore.records import Finding
from vectorstore.upkeep.damage import damage
from vectorstore.upkeep.upkeep import reembed_document, update_index
from vectorstore.words import tokens

if TYPE_CHECKING:
    from vectorstore.upkeep.parts import Parts


def verify(library: Parts) -> list[Finding]:
    """Return what is wrong with the library; an empty list when nothing is."""
    with library.catalog.snapshot() as connection:
        found = damage(library.catalog)
        if any(finding.part == "catalog" for finding in found):
            return found  # nothing that is made from it can be told right from wrong
        told = {finding.document for finding in found}
        spoilt = {finding.document: finding for finding in _vector_findings(library, connection)}
        found += [finding for document, finding in spoilt.items() if document not in told]
        if int(library.catalog.meta("words") or 0) != tokens.VERSION:
            found.append(Finding("words", "The keyword index was made by another version of Footnote.", True))
        else:
            found.extend(_word_findings(library, connection))
        if any(finding.part == "vectors" for finding in found):
            return found  # the index is made from them
        return found + _index_findings(library)


def _vector_findings(library: Parts, connection: Connection) -> Iterator[Finding]:
    """Find the documents with vectors that hold what is no number."""
    size = library.lookup.dimension() * 2
    for kind in ("chunk", "section"):
        rows = connection.stream(f"SELECT {kind}, vector FROM {kind}_vectors WHERE length(vector) = ?", (size,))
        while size and (part := rows.fetchmany(5_000)):
            numbers = np.frombuffer(b"".join(row[1] for row in part), dtype=np.float16).reshape(len(part), size // 2)
            for row in np.flatnonzero(~np.isfinite(numbers).all(axis=1)):
                query = f"SELECT id, name FROM documents WHERE ? BETWEEN first_{kind} AND last_{kind}"
                for id, name in connection.execute(query, (part[row][0],)):
                    yield Finding("vectors", f"Vectors of {name} are missing or damaged.", True, id)


def _word_findings(library: Parts, connection: Connection) -> Iterator[Finding]:
    """Look some stored words up in the keyword index."""
    ids = [
        row[0]
        for row in connection.execute(
            "SELECT first_chunk FROM documents WHERE last_chunk >= first_chunk ORDER BY row % 97, row LIMIT 50"
        )
    ]
    for id in ids:
        with suppress(TextDamaged):  # which is told already
            (passage,) = library.lookup.passages(np.array([id], dtype=np.int64))
            fault = _word_fault(library, id, tokens.tokens(passage.text))
            if fault:
                yield Finding("words", fault, True)
                return


def _word_fault(library: Parts, id: int, terms: list[str]) -> str:
    try:
        with library.catalog.home.errors():
            found = not terms or id in library.lookup.postings(terms[0])
    except LibraryDamaged:
        return "The keyword index cannot be read."
    return "" if found else "The keyword index lacks words of stored documents."


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
