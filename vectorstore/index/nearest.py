"""The nearest chunks of a vector: exactly in small libraries, through Chroma in large ones.

Always right, whatever state Chroma is in. A small library or a narrow filter is searched exactly over
the stored vectors. A large one asks the generation that the catalog names, leaves out what was removed
since, and searches what was added since exactly beside it. A generation that is missing, damaged, or
out of reach is not used: the stored vectors answer until the next one is written.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from vectorstore.catalog.catalog import Catalog, sql_text
from vectorstore.catalog.layout import Ids, Vectors, cosines, unpack
from vectorstore.catalog.lookup import Lookup
from vectorstore.errors import VectorsUnavailable
from vectorstore.index.generation import Opened, Pointer, VectorStore
from vectorstore.records import IndexState

EXACT_LIMIT = 50_000
"""Up to this many vectors an exact search is as quick as Chroma (3 ms) and the first one quicker: reading
50,000 vectors takes 0.2 s of one core and 77 MB, importing and opening Chroma 0.6 to 0.8 s."""
_BATCH = 5_000
_SERVER_PAUSE = 30.0
"""Seconds without asking a server that did not answer."""

logger = logging.getLogger("footnote.vectorstore")


class Index:
    """Finds the nearest chunks; safe in many threads."""

    def __init__(self, catalog: Catalog, lookup: Lookup, store: VectorStore, *, exact_limit: int = EXACT_LIMIT) -> None:
        self._catalog = catalog
        self._lookup = lookup
        self.store = store
        root = getattr(store, "root", None)
        self.own = None if root is None or catalog.home.shares_index else OwnPointer(root)
        self._exact_limit = exact_limit
        self._guard = threading.Lock()
        self._opened: Opened | None = None
        self._opened_for: Pointer | None = None
        self._refused: dict[int, float] = {}

    def nearest(self, vector: Vectors, count: int, *, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """Return the chunks nearest to `vector`.

        Args:
            vector: float32, shape (dimension,), L2-normalised.
            count: How many, at most.
            among: Ids of the chunks to search, ascending; None for all.

        Returns:
            Ids (int64) and cosines (float32), best first; equal cosines by ascending id.
        """
        with self._catalog.snapshot():
            total = self._lookup.chunk_count()
            if count < 1 or not total or (among is not None and not len(among)):
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            if total > self._exact_limit:
                narrow = among is not None and len(among) <= self._exact_limit
                found = None if narrow else self._through_chroma(vector, count, among)
                if found is not None:
                    return found
                if among is not None and (narrow or 2 * len(among) <= total):
                    return _best(among, cosines(self._lookup.vectors_among(among), vector), count)
            ids, matrix = self._lookup.matrix()
            if among is not None and 2 * len(among) <= len(ids):
                return _best(among, cosines(self._lookup.chunk_vectors(among), vector), count)
            return _best(*_only(ids, cosines(matrix, vector), among), count)

    @property
    def is_asked(self) -> bool:
        """Whether there are more chunks than an exact search takes."""
        return self._lookup.chunk_count() > self._exact_limit

    # ---- through Chroma

    def _through_chroma(self, vector: Vectors, count: int, among: Ids | None) -> tuple[Ids, Vectors] | None:
        """Return the nearest, or None where Chroma cannot give them."""
        pointer = self.pointer()
        if pointer is None:
            return None
        newer, matrix = self._lookup.matrix(pointer.through)
        beside = _only(newer, cosines(matrix, vector), among) if len(newer) else None
        wanted = min(count, self._covered(pointer, among))
        fetch = count + min(count, 64)
        while fetch <= 16 * count + 1024:
            asked = self._ask(pointer, vector, fetch)
            if asked is None:
                return None
            ids, found = _only(*asked, self._lookup.existing(asked[0]))
            if among is not None:
                ids, found = _only(ids, found, among)
            if len(ids) >= wanted:
                if beside is not None:
                    ids, found = np.concatenate([ids, beside[0]]), np.concatenate([found, beside[1]])
                return _best(ids, found, count)
            fetch *= 4
        return None

    def _covered(self, pointer: Pointer, among: Ids | None) -> int:
        """Return how many chunks that exist, and are among those asked for, the generation covers."""
        if among is not None:
            return int(np.searchsorted(among, pointer.through, side="right"))
        return self._lookup.chunk_count() - len(self._lookup.matrix(pointer.through)[0])

    def _ask(self, pointer: Pointer, vector: Vectors, fetch: int) -> tuple[Ids, Vectors] | None:
        with self._guard:
            opened = self._open(pointer)
            if opened is None:
                return None
            try:
                parts = [
                    opened.nearest(collection, vector, min(fetch, held))
                    for collection, held in pointer.collections.items()
                ]
            except VectorsUnavailable as error:
                self._refuse(pointer, str(error))
                return None
        ids = np.concatenate([part[0] for part in parts])
        found = np.concatenate([part[1] for part in parts])
        # On a server, vectors written but not yet named by the catalog may come back too.
        keep = ids <= pointer.through
        return ids[keep], found[keep]

    def _open(self, pointer: Pointer) -> Opened | None:
        if self._opened_for == pointer:
            return self._opened
        if self.refused(pointer):
            return None
        if self._opened is not None:
            self._opened.close()
            self._opened, self._opened_for = None, None
        try:
            fault = self.store.fault(pointer) if pointer.files else ""
            if fault:
                self._refuse(pointer, fault)
                return None
            self._opened = self.store.open(pointer)
            self._opened_for = pointer
        except VectorsUnavailable as error:
            self._refuse(pointer, str(error))
        return self._opened

    def _refuse(self, pointer: Pointer, reason: str) -> None:
        self._refused[pointer.generation] = time.monotonic()
        if self._opened is not None:
            self._opened.close()
        self._opened, self._opened_for = None, None
        logger.warning("The Chroma index is not used: %s. Searching the stored vectors instead.", reason.rstrip("."))

    def close(self) -> None:
        """Give Chroma's files back."""
        with self._guard:
            if self._opened is not None:
                self._opened.close()
            self._opened, self._opened_for = None, None

    def refused(self, pointer: Pointer) -> bool:
        """Return whether this generation was found unusable."""
        since = self._refused.get(pointer.generation)
        if since is None:
            return False
        # Files do not mend themselves; a server comes back.
        return not self.store.in_place or time.monotonic() < since + _SERVER_PAUSE

    def forget_refusals(self) -> None:
        """Try again what did not open: after a repair, or when a server may be back."""
        with self._guard:
            self._refused.clear()

    # ---- state

    def pointer(self) -> Pointer | None:
        """Return the generation in use, if it is at the address that is set."""
        pointer = self._named()
        if pointer is None:
            return None
        model = self._catalog.model()
        if pointer.place != self.store.place or model is None or pointer.fingerprint != model.fingerprint:
            return None
        return pointer

    def _named(self) -> Pointer | None:
        """Return the generation that the catalog names; or, where each machine has an index of its own, its folder."""
        stored = self._catalog.meta("index") if self.own is None else self.own.read()
        return Pointer(**json.loads(stored)) if stored else None

    def next_generation(self) -> int:
        """Return the number of the generation that is written next."""
        if self.own is None:
            return int(self._catalog.meta("generation") or 0) + 1
        pointer = self._named()
        return pointer.generation + 1 if pointer else 1

    def stale(self) -> tuple[int, int]:
        """Return how many chunks the generation in use lacks, and how many of its chunks are gone."""
        with self._catalog.snapshot() as connection:
            pointer = self.pointer()
            total = self._lookup.chunk_count()
            if pointer is None:
                return total, 0
            row = connection.execute("SELECT count(*) FROM chunks WHERE id > ?", (pointer.through,)).fetchone()
            missing = int(row[0])
            return missing, max(0, pointer.count - (total - missing))

    def state(self) -> IndexState:
        """Return the state of the index without opening it."""
        named, pointer = self._named(), self.pointer()
        if pointer is None:
            return "elsewhere" if named and named.place != self.store.place else "absent"
        if self.refused(pointer):
            return "damaged"
        return "behind" if any(self.stale()) else "current"

    def fault(self) -> str:
        """Return what is wrong with the generation in use, or ""; reads all of its files."""
        pointer = self.pointer()
        if pointer is None:
            return ""
        try:
            fault = self.store.fault(pointer)
            if not fault:
                opened = self.store.open(pointer)
                try:
                    with self._catalog.snapshot():
                        fault = self._self_query(opened, pointer)
                finally:
                    opened.close()
        except VectorsUnavailable as error:
            return error.message
        return fault

    def _self_query(self, opened: Opened, pointer: Pointer) -> str:
        """Ask for some chunks by their own vectors: each must find itself, or its twin."""
        for collection in pointer.collections:
            for ids, vectors in self.batches(collection, through=pointer.through, size=8):
                for vector in vectors:
                    best = opened.nearest(collection, vector, 1)[1]
                    if not len(best) or best[0] < 0.99:
                        return f"the collection {collection!r} does not find its own vectors"
                del ids
                break
        return ""

    # ---- what to write

    def batches(
        self, collection: str, *, after: int = 0, through: int | None = None, size: int = _BATCH
    ) -> Iterator[tuple[Ids, Vectors]]:
        """Yield ids and stored vectors of a collection's chunks, ascending, about `size` at a time."""
        dimension = self._lookup.dimension()
        with self._catalog.snapshot() as connection:
            rows = connection.stream(
                "SELECT v.chunk, v.vector FROM documents d"
                " JOIN chunk_vectors v ON v.chunk BETWEEN d.first_chunk AND d.last_chunk AND +v.chunk BETWEEN ? AND ?"
                " WHERE d.collection = CAST(? AS TEXT) AND d.last_chunk > ? ORDER BY d.first_chunk, v.chunk",
                (after + 1, through if through is not None else 2**62, sql_text(collection), after),
            )
            while part := rows.fetchmany(size):
                yield (
                    np.array([row[0] for row in part], dtype=np.int64),
                    unpack([row[1] for row in part], dimension),
                )


class OwnPointer:
    """Names the generation in use of an index that only this machine has, beside it."""

    def __init__(self, root: Path) -> None:
        self._path = root / "in-use.json"

    def read(self) -> str:
        """Return it, "" where there is none."""
        try:
            return self._path.read_text(encoding="utf-8")
        except OSError:
            return ""

    def write(self, pointer: str) -> None:
        """Name another one, at once; "" for none."""
        if not pointer:
            self._path.unlink(missing_ok=True)
            return
        new = self._path.with_suffix(".new")
        new.write_text(pointer, encoding="utf-8")
        new.replace(self._path)


def pointer_json(pointer: Pointer) -> str:
    """Return a pointer as the catalog keeps it."""
    return json.dumps(asdict(pointer))


def _only(ids: Ids, values: Vectors, among: Ids | None) -> tuple[Ids, Vectors]:
    """Keep those of `ids` that are in `among` (ascending); None keeps all."""
    if among is None:
        return ids, values
    if not len(among):
        return ids[:0], values[:0]
    rows = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    keep = among[rows] == ids
    return ids[keep], values[keep]


def _best(ids: Ids, values: Vectors, count: int) -> tuple[Ids, Vectors]:
    if len(ids) > count:
        # Everything that ties with the last place is kept, so that ties are settled by id.
        threshold = np.partition(values, len(values) - count)[len(values) - count]
        rows = np.flatnonzero(values >= threshold)
        ids, values = ids[rows], values[rows]
    order = np.lexsort((ids, -values))[:count]
    return ids[order], values[order].astype(np.float32, copy=False)
