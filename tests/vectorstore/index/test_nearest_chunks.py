"""The nearest chunks are the right ones, whichever way they are found and whatever state Chroma is in."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hash_encoder import HashEncoder, Vectors, make

from vectorstore.catalog.layout import Ids
from vectorstore.library import Library
from vectorstore.passage import Filter

ENCODER = HashEncoder()
QUERIES = ["alpha beta gamma", "word7 word11", "delta 🙂", "nothing like this", "word3"]


def document_of(number: int, *, collection: str = "default", sentences: int = 8):  # type: ignore[no-untyped-def]
    """Return a document of sentences that differ."""
    seeds = np.random.default_rng(number).integers(0, 40, size=(sentences, 4)).tolist()
    text = " ".join(" ".join(f"word{word}" for word in row) + f" of{number}." for row in seeds)
    return make(f"d{number}.txt", text, collection=collection)


def brute_force(library: Library, vector: Vectors, count: int, among: Ids | None = None) -> Ids:
    """Return the nearest by comparing with every stored vector."""
    ids, matrix = library.lookup.matrix()
    if among is not None:
        keep = np.isin(ids, among)
        ids, matrix = ids[keep], matrix[keep]
    return ids[np.lexsort((ids, -(matrix @ vector)))[:count]]


def check(library: Library, filter: Filter | None = None) -> None:
    """Compare the library's answers with brute force for several queries."""
    with library.view() as view:
        among = view.catalog.chunks_matching(filter) if filter else None
        for query in QUERIES:
            vector = ENCODER.encode_query(query)
            ids, cosines = view.index.nearest(vector, 12, among=among)
            expected = brute_force(library, vector, 12, among)
            assert np.allclose(cosines, library.lookup.chunk_vectors(expected) @ vector, atol=2e-3)
            assert len(set(ids.tolist()) & set(expected.tolist())) >= len(expected) - 1  # near ties may swap
            assert np.all(np.diff(cosines) <= 0)


def generations(library: Library) -> list[str]:
    """Return the folders in which generations of the index lie."""
    return sorted(path.name for path in library.index.store.root.iterdir() if path.is_dir())  # type: ignore[attr-defined]


@pytest.fixture
def folder(place: str) -> str:
    """A library of 60 documents in three collections, indexed."""
    with Library.open(place, create=True, encoder=ENCODER) as library:
        library.add([document_of(number, collection=f"c{number % 3}") for number in range(60)])
    return place


def large(folder: str, **options: object) -> Library:
    """Open a library so that it thinks itself large: everything goes through Chroma."""
    library = Library.open(folder, encoder=ENCODER, **options)  # type: ignore[arg-type]
    library.index._exact_limit = 20
    return library


@pytest.mark.parametrize("through_chroma", [False, True])
def test_nearest_equals_comparing_with_every_vector(folder: str, through_chroma: bool) -> None:
    """Exactly or through Chroma, with and without filters, narrow and wide."""
    library = large(folder) if through_chroma else Library.open(folder, encoder=ENCODER)
    with library:
        check(library)
        check(library, Filter(collections=("c1",)))
        check(library, Filter(collections=("c1", "c2")))
        check(library, Filter(sources=("*/d7.txt",)))
        assert (library.index._opened is not None) == through_chroma


def test_what_is_added_removed_and_replaced_after_indexing_is_seen_at_once(folder: str) -> None:
    """An index that is behind never gives an old answer: changes are searched beside it."""
    library = large(folder)
    check(library)
    library.add([document_of(100), document_of(101, collection="new")])
    check(library)
    library.remove([info.id for info in library.documents(Filter(sources=("*/d1?.txt",)))])
    check(library)
    library.add([(document_of(3)[0], document_of(3)[1])])
    check(library)
    check(library, Filter(collections=("new", "c0")))
    assert library.index.state() == "behind"
    assert library.index._opened is not None
    assert library.update_index()
    assert library.index.state() == "current"
    check(library)
    library.close()


def test_a_small_change_leaves_the_index_as_it_is_and_a_large_one_writes_it_anew(folder: str) -> None:
    """A generation is written again when a fifth of it is stale, not for every document."""
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.status().generation == 1
        library.add([document_of(200)])
    with Library.open(folder, encoder=ENCODER) as library:
        assert (library.status().generation, library.status().index, library.status().unindexed) == (
            1,
            "behind",
            8,
        )
        library.add([document_of(number) for number in range(201, 216)])
    with Library.open(folder, encoder=ENCODER) as library:
        assert (library.status().generation, library.status().index) == (2, "current")
        assert generations(library) == ["2"]


def test_removing_every_document_removes_the_index(folder: str) -> None:
    """No vector of a removed document stays on disk."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.remove([info.id for info in library.documents()])
        library.update_index()
        assert generations(library) == []
    with Library.open(folder, encoder=ENCODER) as library, library.view() as view:
        assert len(view.index.nearest(ENCODER.encode_query("word1"), 3)[0]) == 0


def test_a_reader_sees_another_connection_and_follows_a_new_generation(folder: str) -> None:
    """A library that stays open answers from the state of each moment, also after a rebuild elsewhere."""
    reader = large(folder, read_only=True)
    check(reader)
    with Library.open(folder, encoder=ENCODER) as writer:
        writer.add([document_of(300)])
        check(reader)
        writer.update_index(force=True)
        check(reader)
        writer.compact()
    check(reader)
    assert reader.index._opened_for is not None
    assert reader.index._opened_for.generation == 3
    reader.close()


def test_one_search_sees_one_state(folder: str) -> None:
    """Inside a view nothing changes, whatever is committed meanwhile."""
    with Library.open(folder, encoder=ENCODER) as library, library.view() as view:
        before = view.catalog.chunk_count()
        ids = view.index.nearest(ENCODER.encode_query("word3"), 5)[0]
        with Library.open(folder, encoder=ENCODER) as other:
            other.remove([info.id for info in other.documents()])
        assert view.catalog.chunk_count() == before
        assert len(view.catalog.passages(ids)) == 5
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.documents() == []


@pytest.mark.parametrize("through_chroma", [False, True])
def test_many_threads_search_while_another_adds_and_removes(folder: str, through_chroma: bool) -> None:
    """No thread meets an error, a missing chunk or a vector of another chunk."""
    library = large(folder) if through_chroma else Library.open(folder, encoder=ENCODER)
    failures: list[BaseException] = []
    done = threading.Event()

    def search(seed: int) -> None:
        vector = ENCODER.encode_query(QUERIES[seed % len(QUERIES)])
        while not done.is_set():
            try:
                with library.view() as view:
                    ids, cosines = view.index.nearest(vector, 10)
                    texts = [passage.text for passage in view.catalog.passages(ids)]
                    assert np.allclose(ENCODER.encode_texts(texts) @ vector, cosines, atol=5e-3)
            except BaseException as error:  # told to the main thread
                failures.append(error)
                return

    threads = [threading.Thread(target=search, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for number in range(12):
        library.add([document_of(400 + number)])
        library.remove([document_of(number)[0].id if number % 3 == 0 else document_of(400 + number)[0].id])
        if number == 6:
            library.update_index(force=True)
    done.set()
    for thread in threads:
        thread.join()
    library.close()
    assert not failures, failures[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")
@pytest.mark.parametrize("through_chroma", [False, True])
def test_a_forked_child_opens_its_own(folder: str, through_chroma: bool) -> None:
    """A forked child answers and adds too, instead of hanging on threads that stayed with its parent."""
    library = large(folder) if through_chroma else Library.open(folder, encoder=ENCODER)
    check(library)
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            library.index._exact_limit = 20 if through_chroma else 20_000
            check(library)
            library.add([document_of(500)])
            library.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    check(library)
    assert library.find("d500.txt")
    library.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_the_same_folder_served_by_another_chroma_folder(folder: str, tmp_path: Path) -> None:
    """FOOTNOTE_CHROMA may name a folder elsewhere: the index moves there, the old one goes."""
    with Library.open(folder, encoder=ENCODER, chroma=str(tmp_path / "elsewhere")) as library:
        assert library.status().index == "elsewhere"
        check(library)
        library.update_index()
        assert library.status().index == "current"
        library.index._exact_limit = 20
        check(library)
    assert not (Path(folder) / "chroma").exists()
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1
