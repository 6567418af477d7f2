"""Looks after a library: its state, its index, its disk, and what may be wrong with it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog import schema
from vectorstore.catalog.layout import Ids
from vectorstore.catalog.reading import read_chunks
from vectorstore.catalog.writing import put_meta
from vectorstore.embedding.model_files import ModelIdentity
from vectorstore.errors import VectorsUnavailable
from vectorstore.index.chroma import EmbeddedStore, usable
from vectorstore.index.generation import Pointer
from vectorstore.index.nearest import pointer_json
from vectorstore.passage import Chunk
from vectorstore.records import Compaction, Disk, DocumentInfo, LibraryStatus

if TYPE_CHECKING:
    from vectorstore.upkeep.parts import Parts

_STALE_SHARE = 5
"""A new generation is written when a fifth of the vectors are not in the old one, or are gone."""
_FLOOR = 64 << 20
"""Bytes of free disk that writing an index must leave."""
_EMBED_CHUNKS = 2_000


# ---- state


def status(library: Parts) -> LibraryStatus:
    """Return the library's state, from one snapshot."""
    with library.catalog.snapshot():
        documents, chunks, sections, characters = library.catalog.totals()
        pointer = library.index.pointer()
        return LibraryStatus(
            folder=library.catalog.home.place,
            documents=documents,
            chunks=chunks,
            sections=sections,
            characters=characters,
            collections=library.catalog.collections(),
            disk=disk(library),
            model=library.catalog.model(),
            generation=pointer.generation if pointer else 0,
            index=library.index.state(),
            unindexed=library.index.stale()[0],
            chroma=_place(library),
            schema=schema.SCHEMA_VERSION,
            words=int(library.catalog.meta("words") or 0),
            bin=library.catalog.bin(),
        )


def _place(library: Parts) -> str:
    store = library.index.store
    return str(store.root) if isinstance(store, EmbeddedStore) else store.place


def disk(library: Parts) -> Disk:
    """Return the bytes that the library takes, by part."""
    file = library.catalog.home.path
    with library.catalog.snapshot() as connection:
        catalog = connection.size() or 0
    vectors = other = 0
    store = library.index.store
    roots = {library.folder}
    if isinstance(store, EmbeddedStore):
        roots.add(store.root)
    seen: set[Path] = set()
    for root in roots:
        for path in root.rglob("*"):
            if path in seen or not path.is_file():
                continue
            seen.add(path)
            size = _size(path)
            if file is not None and path.name.startswith(file.name):
                catalog += size
            elif library.folder / "chroma" in path.parents or (root != library.folder):
                vectors += size
            else:
                other += size
    return Disk(catalog, vectors, other)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a generation that was replaced meanwhile
        return 0


# ---- index


def update_index(library: Parts, *, force: bool) -> bool:
    """Bring the Chroma index up to date where that is worth it; return whether it was written."""
    index, store = library.index, library.index.store
    if not store.in_place and not usable():
        return False  # the next process writes it; until then the stored vectors answer
    pointer = index.pointer()
    total = library.lookup.chunk_count()
    missing, gone = index.stale()
    if total == 0:
        # Nothing to index: also forget what is indexed, so that no vector of a removed document stays.
        if pointer is not None:
            _point(library, None, _removals(library))
        if pointer is not None or not store.in_place:
            index.close()
            store.discard(None)
        return pointer is not None
    damaged = pointer is not None and (index.refused(pointer) or (not store.in_place and bool(store.fault(pointer))))
    if pointer is not None and not force and not damaged:
        if store.in_place:
            if not missing and not gone:
                return False
            if _extend(library, pointer):
                return True
        elif (missing + gone) * _STALE_SHARE <= total:
            return False
    _write_generation(library)
    return True


def _counts(library: Parts) -> dict[str, int]:
    with library.catalog.snapshot() as connection:
        rows = connection.execute(
            "SELECT collection, sum(last_chunk - first_chunk + 1) FROM documents GROUP BY collection ORDER BY 1"
        )
        return {str(name): int(count) for name, count in rows if count}


def _last_chunk(library: Parts) -> int:
    with library.catalog.snapshot() as connection:
        return int(connection.execute("SELECT coalesce(max(id), 0) FROM chunks").fetchone()[0])


def _write_generation(library: Parts) -> None:
    index, store = library.index, library.index.store
    with library.catalog.snapshot():
        removals = _removals(library)
        pointer = _written(library)
    _point(library, pointer, removals)
    index.forget_refusals()
    store.discard(pointer.generation)
    embedded = library.folder / "chroma"
    if embedded.exists() and getattr(store, "root", None) != embedded:
        shutil.rmtree(embedded, ignore_errors=True)


def _written(library: Parts) -> Pointer:
    """Write a new generation from one state of the catalog, which does not name it yet."""
    store = library.index.store
    model = library.catalog.model()
    counts = _counts(library)
    old = library.index.pointer()
    generation = library.index.next_generation()
    if not store.in_place:
        store.discard(old.generation if old else None)
        _require_room(library, sum(counts.values()))
    try:
        files = store.write(generation, counts, library.index.batches)
    except VectorsUnavailable as error:
        if not store.in_place and _free(library) < _FLOOR:
            raise library.catalog.home.full() from error
        raise
    return Pointer(
        generation=generation,
        place=store.place,
        through=_last_chunk(library),
        collections=counts,
        files=files,
        fingerprint=model.fingerprint if model else "",
    )


def _removals(library: Parts) -> int:
    """Return the last of the removals that an index written from this snapshot knows of."""
    with library.catalog.snapshot() as connection:
        return int(connection.execute("SELECT coalesce(max(rowid), 0) FROM index_removed").fetchone()[0])


def _extend(library: Parts, old: Pointer) -> bool:
    """Write the changes into a server's collections; return whether the counts are right afterwards."""
    index = library.index
    with library.catalog.snapshot():
        removals = _removals(library)
        pointer = _extended(library, old)
    if pointer is None:
        return False
    _point(library, pointer, removals)
    index.forget_refusals()
    return True


def _extended(library: Parts, old: Pointer) -> Pointer | None:
    """Write the changes up to this snapshot; return the pointer to them, or None where the counts are wrong."""
    index, store = library.index, library.index.store
    counts = _counts(library)
    removed: dict[str, Ids] = {}
    with library.catalog.snapshot() as connection:
        for first, last, collection in connection.execute("SELECT first, last, collection FROM index_removed"):
            known = removed.get(collection, np.empty(0, dtype=np.int64))
            removed[collection] = np.concatenate([known, np.arange(first, last + 1, dtype=np.int64)])
    touched = {name: counts.get(name, 0) for name in {*counts, *removed} if name in counts or name in old.collections}
    try:
        store.extend(old, touched, lambda name: index.batches(name, after=old.through), removed)
    except VectorsUnavailable:
        if store.fault(old):
            return None
        raise
    pointer = Pointer(old.generation, old.place, _last_chunk(library), counts, {}, old.fingerprint)
    return None if store.fault(pointer) else pointer


def _point(library: Parts, pointer: Pointer | None, removals: int) -> None:
    """Name the index in use, and forget the removals that it knows of; what was removed since is kept for the next."""
    stored = pointer_json(pointer) if pointer else None
    if library.index.own is not None:
        library.index.own.write(stored or "")
        if not library.catalog.meta("index") and removals:  # nobody else's index needs to know of them
            with library.writing() as writer, writer.transaction() as connection:
                connection.execute("DELETE FROM index_removed WHERE rowid <= ?", (removals,))
        return
    with library.writing() as writer, writer.transaction() as connection:
        put_meta(connection, {"index": stored})
        if pointer is not None:
            put_meta(connection, {"generation": pointer.generation})
        connection.execute("DELETE FROM index_removed WHERE rowid <= ?", (removals,))


def _free(library: Parts) -> int:
    folder = getattr(library.index.store, "root", library.folder)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _require_room(library: Parts, count: int) -> None:
    # Measured: 1.7 kB of index and up to 2.2 kB of log for a vector of 384 components.
    needed = count * (library.lookup.dimension() * 10 + 300)
    if _free(library) < needed + _FLOOR:
        raise library.catalog.home.full()


# ---- another model


def reembed(library: Parts, model: ModelIdentity, progress: Callable[[int, int], None] | None) -> None:
    """Embed every stored document with the library's new encoder, then put the vectors in place at once.

    An interrupted run is gone on with, as long as model and documents are the same.
    """
    writer = library.writer
    embedded = writer.begin_reembedding(model)
    left = [info for info in library.catalog.documents() if info.id not in embedded]
    total = library.catalog.chunk_count()
    done = total - sum(info.chunks for info in left)
    for batch in _documents_to_embed(library, left):
        vectors = library.encoder.encode_documents([(text, chunks) for _, text, chunks in batch])
        for (document_id, _, chunks), both in zip(batch, vectors, strict=True):
            writer.put_next_vectors(document_id, both)
            done += len(chunks)
        if progress is not None:
            progress(done, total)
    writer.finish_reembedding(model)


def reembed_document(library: Parts, document_id: str) -> None:
    """Embed a stored document again, if the model that is set is the library's own."""
    encoder = library.encoder
    if library.catalog.model() != ModelIdentity(encoder.name, encoder.fingerprint, encoder.dimension):
        return
    (vectors,) = encoder.encode_documents([_text_and_chunks(library, document_id)])
    library.writer.put_vectors(document_id, vectors)


def _text_and_chunks(library: Parts, document_id: str) -> tuple[str, list[Chunk]]:
    with library.catalog.snapshot() as connection:
        (row,) = connection.execute("SELECT row FROM documents WHERE id = ?", (document_id,)).fetchone()
        return library.catalog.text(document_id), read_chunks(connection, row)


def _documents_to_embed(library: Parts, infos: Iterable[DocumentInfo]) -> Iterator[list[tuple[str, str, list[Chunk]]]]:
    batch: list[tuple[str, str, list[Chunk]]] = []
    held = 0
    for info in infos:
        text, chunks = _text_and_chunks(library, info.id)
        batch.append((info.id, text, chunks))
        held += len(chunks)
        if held >= _EMBED_CHUNKS:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


# ---- disk


def compact(library: Parts) -> Compaction:
    """Write catalog and index anew without what was removed."""
    before, forgotten = disk(library).total, library.catalog.bin().documents
    deadline = time.monotonic() + 10
    while not library.writer.compact() and time.monotonic() < deadline:
        time.sleep(0.2)  # a reader still looks at the old state
    # Last, since a server may be down: the text is gone all the same.
    update_index(library, force=True)
    return Compaction(before, disk(library).total, forgotten)
