"""A Chroma server in the place of the embedded one: a real one on loopback, up and down."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hash_encoder import HashEncoder, make

from vectorstore.errors import VectorsUnavailable
from vectorstore.index.chroma import collection_name
from vectorstore.index.generation import Pointer
from vectorstore.library import Library

ENCODER = HashEncoder()
pytestmark = pytest.mark.slow


class Server:
    """`chroma run` on a free port; may be stopped and started again."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self._data)]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/api/v2/heartbeat", timeout=1).read()
                return
            time.sleep(0.1)
        raise AssertionError("the Chroma server did not start")

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here."""
    server = Server(tmp_path_factory.mktemp("chroma-server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running: Server) -> Server:
    """The server, up, whatever the last test did to it."""
    if running._process is None:
        running.start()
    return running


def document(number: int, *, collection: str = "default"):  # type: ignore[no-untyped-def]
    """Return a document of eight sentences."""
    rows = np.random.default_rng(number).integers(0, 40, size=(8, 4)).tolist()
    text = " ".join(" ".join(f"word{word}" for word in row) + f" of{number}." for row in rows)
    return make(f"d{number}.txt", text, collection=collection)


def large(folder: Path, server: Server, **options: object) -> Library:
    """Open a library that asks the server for every search."""
    library = Library.open(folder, chroma=server.address, encoder=ENCODER, create=True, **options)  # type: ignore[arg-type]
    library.index._exact_limit = 10
    return library


def check(library: Library, *, through_server: bool = True) -> None:
    """Compare the answers with a comparison of all stored vectors."""
    with library.view() as view:
        ids, matrix = view.catalog.matrix()
        for query in ("word1 word2 of3.", "word7", "of11."):
            vector = ENCODER.encode_query(query)
            best = ids[np.lexsort((ids, -(matrix @ vector)))[:10]]
            found, cosines = view.index.nearest(vector, 10)
            assert len(set(found.tolist()) & set(best.tolist())) >= 9
            assert np.allclose(cosines, np.sort(matrix @ vector)[::-1][:10], atol=2e-3)
    assert (library.index._opened is not None) == through_server


def test_adding_searching_removing_and_rebuilding_on_a_server(server: Server, tmp_path: Path) -> None:
    """Changes are written in place; a rebuild makes new collections and removes the old."""
    folder = tmp_path / "library"
    with large(folder, server) as library:
        library.add([document(number, collection=f"c{number % 2}") for number in range(20)])
        library.update_index()
        check(library)
        library.add([document(20), document(3, collection="c1")])
        check(library)  # not on the server yet: searched beside it
        library.remove([library.find("d5.txt").id])
        check(library)
        assert library.update_index()
        assert library.status().index == "current"
        assert library.status().generation == 1
        assert library.verify() == []
        check(library)
        library.update_index(force=True)
        assert library.status().generation == 2
        assert library.index.store.leftovers(2) == []
        assert library.verify() == []
        check(library)
    assert not (folder / "chroma").exists()
    with large(folder, server, read_only=True) as library:
        check(library)
        assert library.status().chroma == server.address


def test_two_libraries_on_one_server_do_not_meet(server: Server, tmp_path: Path) -> None:
    """Collections carry the library's id; compacting one leaves the other alone."""
    with large(tmp_path / "one", server) as one, large(tmp_path / "two", server) as two:
        one.add([document(number) for number in range(10)])
        two.add([document(number) for number in range(10, 20)])
        one.update_index()
        two.update_index()
        one.compact()
        check(one)
        check(two)
        assert two.verify() == []


def test_what_is_lost_on_the_server_is_found_and_written_again(server: Server, tmp_path: Path) -> None:
    """Someone deletes a collection: answers stay right, `verify` tells, `repair` mends."""
    import chromadb

    folder = tmp_path / "library"
    with large(folder, server) as library:
        library.add([document(number) for number in range(10)])
        library.update_index()
        client = chromadb.HttpClient(host="127.0.0.1", port=server.port)
        client.delete_collection(collection_name(str(library.catalog.meta("library_id")), "default", 1))
        library.index.close()
        check(library, through_server=False)
        assert [finding.part for finding in library.verify()] == ["index"]
        assert library.repair() == []
        check(library)


def test_a_server_that_is_down_costs_nothing_but_the_index(server: Server, tmp_path: Path) -> None:
    """Search and adding go on from the library; what needs the server says that it is down, and where."""
    folder = tmp_path / "library"
    with large(folder, server) as library:
        library.add([document(number) for number in range(10)])
        library.update_index()
    server.stop()
    library = large(folder, server)
    check(library, through_server=False)
    library.add([document(10)])
    check(library, through_server=False)
    for act in (library.update_index, lambda: library.update_index(force=True), library.compact):
        with pytest.raises(VectorsUnavailable, match=server.address) as caught:
            act()
        assert "Nothing is lost" in caught.value.remedy
    assert any(server.address in finding.message for finding in library.verify())
    library.close(update_index=False)
    server.start()
    with large(folder, server) as library:
        library.add([document(11)])
        library.update_index()
        assert library.verify() == []
        check(library)


def test_an_embedding_function_planted_on_the_server_is_never_built(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's client builds what a collection names before it writes, though none is asked for, which may run foreign
    code here. Such a collection is neither read nor written to, `verify` tells, and `repair` makes it anew."""
    import chromadb
    from chromadb.utils import embedding_functions

    built: list[object] = []

    class Planted(embedding_functions.known_embedding_functions["sentence_transformer"]):  # type: ignore[misc]
        @staticmethod
        def build_from_config(config: dict[str, object]) -> object:
            built.append(config)
            raise RuntimeError("built")

    monkeypatch.setitem(embedding_functions.known_embedding_functions, "sentence_transformer", Planted)
    model = {"model_name": "/x", "device": "cpu", "normalize_embeddings": False, "kwargs": {"trust_remote_code": True}}
    planted = {"type": "known", "name": "sentence_transformer", "config": model}
    with large(tmp_path / "library", server) as library:
        library.add([document(number) for number in range(10)])
        library.update_index()
        client = chromadb.HttpClient(host="127.0.0.1", port=server.port)
        name = collection_name(str(library.catalog.meta("library_id")), "default", 1)
        client.delete_collection(name)
        collections = f"{server.address}/api/v2/tenants/default_tenant/databases/default_database/collections"
        wanted = {"name": name, "configuration": {"hnsw": {"space": "cosine"}, "embedding_function": planted}}
        request = urllib.request.Request(
            collections, json.dumps(wanted).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        urllib.request.urlopen(request, timeout=30).read()
        library.index.close()
        check(library, through_server=False)
        assert ["names an embedding function" in finding.message for finding in library.verify()] == [True]
        store, pointer = library.index.store, Pointer(1, server.address, 10, {"default": 80}, {}, ENCODER.fingerprint)
        with pytest.raises(VectorsUnavailable, match="names an embedding function"):
            store.extend(pointer, {"default": 1}, lambda _: iter([(np.array([1]), np.full((1, 32), 0.5))]), {})
        assert not built
        client.get_collection(name, embedding_function=None).add(ids=["0"], embeddings=[[0.5] * 32])
        assert built, "Chroma's client no longer builds what is planted: this check may go"
        built.clear()
        library.add([document(10)])
        assert library.repair() == []
        check(library)
        assert not built


def test_a_collection_that_measures_otherwise_is_not_used(server: Server, tmp_path: Path) -> None:
    """A collection of our name that was made with another distance is refused, and written anew."""
    import chromadb

    with large(tmp_path / "library", server) as library:
        library.add([document(number) for number in range(10)])
        library.update_index()
        client = chromadb.HttpClient(host="127.0.0.1", port=server.port)
        name = collection_name(str(library.catalog.meta("library_id")), "default", 1)
        client.delete_collection(name)
        client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "l2"}})
        library.index.close()
        check(library, through_server=False)
        assert library.repair() == []
        check(library)
