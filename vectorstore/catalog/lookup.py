"""What a search reads from the catalog, as numpy arrays: terms, vectors, places, passages.

Chunks are named by their row id: ascending, contiguous within a section and within a document, never
used twice. Arrays of ids are int64. Call these inside `catalog.snapshot()` so that one search sees one
state; what is cached is good for one revision of the catalog.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vectorstore.catalog import schema
from vectorstore.catalog.catalog import Catalog, conditions, sql_text
from vectorstore.catalog.homes.home import Connection
from vectorstore.catalog.layout import Ids, Layout, Places, Vectors, cosines, fts_term, members, unpack
from vectorstore.catalog.pieces import read_text
from vectorstore.document import given_name
from vectorstore.passage import Filter, Passage

__all__ = ["Ids", "Lookup", "Places", "Vectors", "cosines"]

_CACHED_POSTINGS = 4_000_000
"""Row ids kept in all cached postings together (32 MB) …"""
_CACHED_SHARE = 16
"""… and in libraries so large that words in nearly every chunk would fill that: so many for each chunk."""


class Lookup:
    """Reads from one catalog; safe in many threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._guard = threading.Lock()
        self._postings: OrderedDict[tuple[str, str], Ids] = OrderedDict()
        self._postings_revision = -1
        self._postings_size = 0
        self._matrix_guard = threading.Lock()
        self._matrices: dict[int, tuple[int, Ids, Vectors]] = {}
        self._among: tuple[int, Ids, Vectors] | None = None
        self._layout: Layout | None = None
        self._sections: tuple[int, Ids, Vectors] | None = None
        nothing: Ids = np.empty(0, dtype=np.int64)
        self._starts_read: tuple[tuple[int, str], tuple[Ids, Ids]] = ((-1, ""), (nothing, nothing))

    # ---- keywords

    def chunk_count(self) -> int:
        """Return how many chunks there are."""
        return self._catalog.chunk_count()

    def postings(self, term: str) -> Ids:
        """Return the ids of the chunks whose text or headings hold `term`, ascending. Do not write to it.

        A term that ends in "*" stands for all that begin so; no word holds that sign.
        """
        return self._cached("chunks", term)

    def vocabulary(self, beginning: str) -> list[tuple[str, int]]:
        """Return the indexed terms that begin so, each with the number of chunks that hold it."""
        if not (raw := fts_term(beginning)):
            return []
        with self._catalog.snapshot() as connection:
            return connection.vocabulary(raw)

    def title_postings(self, term: str) -> Ids:
        """Return the row numbers of the documents whose title, file name or subject holds `term`, ascending."""
        return self._cached("titles", term)

    def _cached(self, kind: str, term: str) -> Ids:
        with self._catalog.snapshot() as connection:
            revision = self._catalog.revision()
            with self._guard:
                if revision > self._postings_revision:
                    self._postings.clear()
                    self._postings_revision, self._postings_size = revision, 0
                found = self._postings.get((kind, term)) if revision == self._postings_revision else None
                if found is not None:
                    self._postings.move_to_end((kind, term))
                    return found
            found = self._read_postings(connection, kind, term)
            room = max(_CACHED_POSTINGS, _CACHED_SHARE * self.chunk_count())
            with self._guard:
                if revision == self._postings_revision and (kind, term) not in self._postings:
                    self._postings[kind, term] = found
                    self._postings_size += len(found)
                    while self._postings_size > room and len(self._postings) > 1:
                        self._postings_size -= len(self._postings.popitem(last=False)[1])
            return found

    @staticmethod
    def _read_postings(connection: Connection, kind: str, term: str) -> Ids:
        raw = fts_term(term)
        if not raw:
            return np.empty(0, dtype=np.int64)
        prefix = len(raw) > 1 and raw.endswith(b"*")
        if kind == "titles" and prefix:
            query = "SELECT DISTINCT document AS id FROM titles WHERE term GLOB CAST(? AS TEXT) ORDER BY document"
            found = connection.ids(query, (raw,))
        elif kind == "titles":
            query = "SELECT document AS id FROM titles WHERE term = CAST(? AS TEXT) ORDER BY document"
            found = connection.ids(query, (raw,))
        else:
            found = connection.postings(raw.removesuffix(b"*") if prefix else raw, beginning=prefix)
        found.flags.writeable = False
        return found

    # ---- filters and places

    def chunks_matching(self, filter: Filter) -> Ids | None:
        """Return the ids of the chunks of the documents that match, ascending; None for no filter."""
        with self._catalog.snapshot() as connection:
            filter = self._catalog.needed(filter)
            if not filter:
                return None
            where, values = conditions(filter, told=schema.tells(connection))
            ranges = connection.execute(
                f"SELECT first_chunk, last_chunk FROM documents{where} ORDER BY first_chunk", values
            ).fetchall()
        parts = [np.arange(first, last + 1, dtype=np.int64) for first, last in ranges if last >= first]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def documents_among(self, documents: Ids, chunks: Ids) -> Ids:
        """Return those of `documents` (row numbers) whose chunks are in `chunks`, a filter's; both ascending."""
        layout = self.layout()
        rows = np.minimum(np.searchsorted(layout.document, documents), max(0, len(layout.document) - 1))
        found: Ids = documents[(layout.document[rows] == documents) & members(layout.document_first[rows], chunks)]
        return found

    def chunks_of(self, documents: Ids) -> Ids:
        """Return the ids of the chunks of documents by their row numbers, ascending."""
        layout = self.layout()
        rows = np.isin(layout.document, documents)
        parts = [
            np.arange(a, b + 1, dtype=np.int64) for a, b in zip(layout.first[rows], layout.last[rows], strict=True)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    def count_documents(self, filter: Filter) -> int:
        """Return how many documents match."""
        return self._catalog.count_documents(filter)

    def layout(self) -> Layout:
        """Return the sections of this revision."""
        with self._catalog.snapshot() as connection:
            revision = self._catalog.revision()
            held = self._layout
            if held is None or held.revision != revision:
                rows = connection.execute(
                    "SELECT s.id, s.first_chunk, s.last_chunk, d.row, d.first_chunk, d.last_chunk"
                    " FROM sections s JOIN documents d ON d.row = s.document ORDER BY s.id"
                ).fetchall()
                table = np.array(rows, dtype=np.int64).reshape(len(rows), 6).T
                held = self._layout = Layout(revision, *np.ascontiguousarray(table))
            return held

    def chunk_places(self, ids: Ids) -> Places:
        """Return where each chunk stands, in the order of `ids`, which must exist."""
        layout = self.layout()
        rows = layout.rows(ids)
        if len(ids) and (rows.min() < 0 or bool((layout.last[rows] < ids).any())):
            raise self._catalog.home.damaged("its keyword index names passages that do not exist")
        return Places(
            section=layout.section[rows],
            section_first=layout.first[rows],
            section_last=layout.last[rows],
            document=layout.document[rows],
            document_first=layout.document_first[rows],
            document_last=layout.document_last[rows],
        )

    def existing(self, ids: Ids) -> Ids:
        """Return those of `ids` that are chunks, ascending."""
        ids = np.unique(ids)
        layout = self.layout()
        if not len(layout.first):
            return ids[:0]
        rows = layout.rows(ids)
        return ids[(rows >= 0) & (layout.last[rows] >= ids)]

    def kinds_in(self, ids: Ids, kinds: Collection[str]) -> npt.NDArray[np.bool_]:
        """Tell for each chunk, in the order of `ids`, whether its kind is one of `kinds`."""
        with self._catalog.snapshot() as connection:
            rows = connection.execute(
                f"SELECT c.id FROM json_each(?) ids JOIN chunks c ON c.id = ids.value"
                f" WHERE c.kind IN ({', '.join('?' * len(kinds))})",
                (_json(ids), *kinds),
            )
            found = np.fromiter((row[0] for row in rows), dtype=np.int64)
        return np.isin(ids, found)

    def before(self, document: str, start: int) -> Ids:
        """Return the id of the chunk before the one at `start` in the same section, or no id."""
        with self._catalog.snapshot() as connection:
            row = connection.execute(
                "SELECT c.id FROM documents d JOIN chunks c ON c.id BETWEEN d.first_chunk AND d.last_chunk"
                " JOIN sections s ON s.id = c.section"
                " WHERE d.id = CAST(? AS TEXT) AND c.start = ? AND c.id > s.first_chunk",
                (sql_text(document), start),
            ).fetchone()
        return np.array([row[0] - 1] if row else [], dtype=np.int64)

    def first_chunks(self, documents: Sequence[str]) -> Ids:
        """Return the id of the chunk that each document begins with, by the documents' ids, ascending.

        It is the first that says something, after titles and the like; of a document that has none, the first.
        """
        with self._catalog.snapshot() as connection:
            rows = connection.execute(
                "SELECT coalesce((SELECT c.id FROM chunks c WHERE c.id BETWEEN d.first_chunk AND d.last_chunk"
                " AND c.kind IN ('body', 'table', 'code') ORDER BY c.id LIMIT 1), d.first_chunk)"
                " FROM json_each(?) names JOIN documents d ON d.id = names.value"
                " WHERE d.last_chunk >= d.first_chunk ORDER BY 1",
                (json.dumps(list(documents)),),
            ).fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def chunks_between(self, document: str, start: int, end: int) -> Ids:
        """Return the ids of the chunks of a document that begin in [start, end), ascending."""
        with self._catalog.snapshot() as connection:
            rows = connection.execute(
                "SELECT c.id FROM documents d JOIN chunks c ON c.id BETWEEN d.first_chunk AND d.last_chunk"
                " WHERE d.id = CAST(? AS TEXT) AND c.start >= ? AND c.start < ? ORDER BY c.id",
                (sql_text(document), start, end),
            ).fetchall()
        return np.array([row[0] for row in rows], dtype=np.int64)

    def chunks_at(self, document: str, offsets: Sequence[int]) -> Ids:
        """Return the ids of the chunks of a document in which offsets stand, one for each, in their order."""
        starts, ids = self._chunk_starts(document)
        found: Ids = ids[np.maximum(0, np.searchsorted(starts, np.array(offsets), side="right") - 1)]
        return found

    def _chunk_starts(self, document: str) -> tuple[Ids, Ids]:
        """Return where the chunks of a document begin, and their ids; those read last are kept."""
        with self._catalog.snapshot() as connection:
            wanted = (self._catalog.revision(), document)
            known, found = self._starts_read
            if known != wanted:
                rows = connection.execute(
                    "SELECT c.start, c.id FROM documents d JOIN chunks c ON c.id BETWEEN d.first_chunk AND d.last_chunk"
                    " WHERE d.id = CAST(? AS TEXT) ORDER BY c.start",
                    (sql_text(document),),
                ).fetchall()
                both = np.array(rows, dtype=np.int64).reshape(-1, 2)
                found = (both[:, 0].copy(), both[:, 1].copy())
                self._starts_read = (wanted, found)
            return found

    def has_tables(self) -> bool:
        """Tell whether any chunk is of a table."""
        with self._catalog.snapshot() as connection:
            return connection.execute("SELECT 1 FROM chunks WHERE kind = 'table' LIMIT 1").fetchone() is not None

    # ---- vectors

    def chunk_vectors(self, ids: Ids) -> Vectors:
        """Return the vectors of chunks that exist: float32, shape (n, dimension), L2-normalised."""
        revision = self._catalog.revision()
        for held, known, matrix in list(self._matrices.values()):
            if held == revision and len(known):
                rows = np.searchsorted(known, ids)
                if len(ids) == 0 or (rows.max() < len(known) and bool((known[rows] == ids).all())):
                    return matrix[rows]
        return self._vectors_of("chunk", ids)

    def vectors_among(self, ids: Ids) -> Vectors:
        """Return the vectors of chunks that a filter leaves, kept for the next query with the same filter."""
        revision = self._catalog.revision()
        held = self._among
        if held is not None and held[0] == revision and np.array_equal(held[1], ids):
            return held[2]
        vectors = self.chunk_vectors(ids)
        self._among = (revision, ids, vectors)
        return vectors

    def section_vectors(self, ids: Ids) -> Vectors:
        """Return the vectors of sections by their row ids: float32, shape (n, dimension)."""
        if 0 not in self._matrices:
            return self._vectors_of("section", ids)
        # The chunks' vectors are in memory, so the library is small: keep the sections' too.
        with self._catalog.snapshot() as connection:
            revision = self._catalog.revision()
            held = self._sections
            if held is None or held[0] != revision:
                rows = connection.execute("SELECT section, vector FROM section_vectors ORDER BY section").fetchall()
                known = np.array([row[0] for row in rows], dtype=np.int64)
                held = self._sections = (revision, known, unpack([row[1] for row in rows], self.dimension()))
            if not np.isin(ids, held[1]).all():
                raise self._catalog.home.damaged("vectors are missing")
            return held[2][np.searchsorted(held[1], ids)]

    def _vectors_of(self, kind: str, ids: Ids) -> Vectors:
        with self._catalog.snapshot() as connection:
            unique, back = np.unique(ids, return_inverse=True)
            rows = connection.execute(
                f"SELECT v.vector FROM json_each(?) ids JOIN {kind}_vectors v ON v.{kind} = ids.value"
                f" ORDER BY v.{kind}",
                (_json(unique),),
            ).fetchall()
            if len(rows) != len(unique):
                raise self._catalog.home.damaged("vectors are missing")
            return unpack([row[0] for row in rows], self.dimension())[back]

    def dimension(self) -> int:
        """Return the number of components of a vector; 0 while the library is empty."""
        model = self._catalog.model()
        return model.dimension if model else 0

    def matrix(self, after: int = 0) -> tuple[Ids, Vectors]:
        """Return ids (ascending) and vectors of all chunks with an id above `after`.

        Kept in memory; when documents came or went, only what is new is read.
        """
        with self._catalog.snapshot() as connection, self._matrix_guard:
            revision = self._catalog.revision()
            held = self._matrices.get(after)
            if held is not None and held[0] == revision:
                return held[1], held[2]
            older = held is not None and held[0] > revision
            ids = self.layout().ids()
            ids = ids[np.searchsorted(ids, after, side="right") :]
            fresh = self._grown(connection, None if older else held, ids)
            if len(fresh) != len(ids):
                raise self._catalog.home.damaged("vectors are missing")
            if not older:
                # One matrix at a time: another `after` means that the index moved on.
                self._matrices = {after: (revision, ids, fresh)}
            return ids, fresh

    def _grown(self, connection: Connection, held: tuple[int, Ids, Vectors] | None, ids: Ids) -> Vectors:
        dimension = self.dimension()
        if not len(ids):
            return np.empty((0, dimension), dtype=np.float32)
        known = held[1] if held is not None and held[2].shape[1] == dimension else np.empty(0, dtype=np.int64)
        kept = np.isin(known, ids, assume_unique=True)
        if held is None or not kept.any() or self._reembedded(held[0]):
            last = int(ids[0]) - 1
            old = np.empty((0, dimension), dtype=np.float32)
        else:
            last = int(known[-1])
            old = held[2] if kept.all() else held[2][kept]
        blobs = [
            row[0]
            for row in connection.execute("SELECT vector FROM chunk_vectors WHERE chunk > ? ORDER BY chunk", (last,))
        ]
        fresh = unpack(blobs, dimension)
        return np.concatenate([old, fresh]) if len(old) else fresh

    def _reembedded(self, revision: int) -> bool:
        """Return whether stored vectors were replaced under their ids after `revision`."""
        return int(self._catalog.meta("embedded_revision") or 0) > revision

    # ---- passages

    def passages(self, ids: Ids) -> list[Passage]:
        """Return the chunks as passages with score 0 and rank 0, in the order of `ids`."""
        with self._catalog.snapshot() as connection:
            rows = connection.execute(
                "SELECT c.id, d.row, d.id, d.title, d.source, d.name, d.collection, c.start, c.end, c.page, c.place,"
                " c.heading, c.kind, c.sentences, s.start, s.end"
                " FROM json_each(?) ids JOIN chunks c ON c.id = ids.value"
                " JOIN sections s ON s.id = c.section JOIN documents d ON d.row = c.document",
                (_json(np.unique(ids)),),
            )
            found = {row[0]: _passage(connection, row) for row in rows}
        if not all(int(id) in found for id in ids):
            raise self._catalog.home.damaged("passages are missing")
        return [found[int(id)] for id in ids]


def _passage(connection: Connection, row: tuple[Any, ...]) -> Passage:
    (
        _,
        document,
        id,
        title,
        source,
        name,
        collection,
        start,
        end,
        page,
        place,
        heading,
        kind,
        sentences,
        *section,
    ) = row
    return Passage(
        document=id,
        title=title,
        source=given_name(source, name) or source,
        collection=collection,
        start=start,
        end=end,
        text=read_text(connection, document, start, end),
        score=0.0,
        rank=0,
        page=page,
        place=place,
        heading=heading,
        kind=kind,
        sentences=tuple((first, last) for first, last in json.loads(sentences)),
        section=(section[0], section[1]),
    )


def _json(ids: Ids) -> str:
    return "[" + ",".join(map(str, ids.tolist())) + "]"
