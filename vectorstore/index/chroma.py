"""The only file that knows Chroma: writes vectors into it and asks it for the nearest.

Embedded, one Chroma folder is one *generation*: it is written once, checked, closed, and only then
named by the catalog; nothing is ever written into it again. A process killed while Chroma persists
leaves a folder that nothing names. Readers never meet a half-written index, two processes can read one
folder, and nothing deleted lingers in it. What came after a generation was written is searched beside
it (`nearest.py`) until the next one. A Chroma server keeps its own order, so there the changes are
written in place: ids make that safe to repeat.

Chroma holds ids (row ids of chunks) and vectors, no text.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from vectorstore.catalog.layout import Ids, Vectors
from vectorstore.errors import FootnoteError, VectorsUnavailable
from vectorstore.index.generation import Batches, Pointer, VectorStore

_PAGE = 5_000
"""Records a call; Chroma refuses more than 5,461."""
_CLOUD_PAGE = 300
_EF_SEARCH = 768
"""Candidates that HNSW keeps while searching: recall stays above .97 up to about 400 neighbours."""
_SERVER_TIMEOUT = 30.0


class OpenedCollections:
    """A generation that can be asked. Not for two threads at once."""

    def __init__(self, client: Any, names: Mapping[str, str], pointer: Pointer) -> None:
        self._client = client
        self._collections = {
            collection: _checked(client.get_collection(name, embedding_function=None))
            for collection, name in names.items()
        }
        for collection, count in pointer.collections.items():
            if pointer.files and self._collections[collection].count() != count:
                raise VectorsUnavailable(f"Chroma has lost vectors of the collection {collection!r}.")

    def nearest(self, collection: str, vector: Vectors, count: int) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the nearest vectors, best first; at most `count`.

        Raises:
            VectorsUnavailable: Chroma does not answer.
        """
        with _chroma_errors("Chroma"):
            found = self._collections[collection].query(
                query_embeddings=[vector.tolist()], n_results=count, include=["distances"]
            )
        ids = np.array([int(id) for id in found["ids"][0]], dtype=np.int64)
        return ids, 1.0 - np.array(found["distances"][0], dtype=np.float32)

    def close(self) -> None:
        """Give the client's files back."""
        _close(self._client)


def open_store(folder: Path, library_id: str, address: str | None) -> VectorStore:
    """Return the store that the setting names.

    Args:
        folder: Where an index of this machine lies.
        library_id: Tells this library's collections from others on a server.
        address: None, a folder, "http://host:port", or "cloud://" (key from CHROMA_API_KEY).
    """
    if not address:
        return EmbeddedStore(folder / "chroma", library_id, "embedded")
    if address.startswith(("http://", "https://", "cloud://")):
        return ServerStore(library_id, address.rstrip("/"))
    root = Path(address).expanduser().absolute() / f"footnote-{library_id[:12]}"
    return EmbeddedStore(root, library_id, str(root))


class EmbeddedStore:
    """Generations as folders `<root>/<number>`, each written once."""

    in_place = False

    def __init__(self, root: Path, library_id: str, place: str) -> None:
        self.root = root
        self.place = place
        self._library_id = library_id

    def write(self, generation: int, counts: Mapping[str, int], batches: Batches) -> dict[str, str]:
        """See `VectorStore.write`."""
        folder = self.root / str(generation)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            with _chroma_errors(str(folder)):
                client = _embedded_client(folder)
                try:
                    for collection, count in counts.items():
                        # With a threshold of exactly the count, HNSW is persisted once, at the end.
                        made = _create(client, self._name(collection), threshold=max(count, 2))
                        _add(made.add, batches(collection), _PAGE)
                        made.query(query_embeddings=[_any_vector(batches(collection))], n_results=1)
                finally:
                    _close(client)
                # Chroma's log of the vectors has been applied; without this it stays, as free pages.
                database = sqlite3.connect(folder / "chroma.sqlite3")
                database.execute("VACUUM")
                database.close()
            return {name: f"{path.stat().st_size}:{_checksum(path)}" for name, path in _index_files(folder)}
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def extend(self, pointer: Pointer, counts: Mapping[str, int], batches: Batches, removed: Mapping[str, Ids]) -> None:
        """Not done: an embedded generation is never written again."""
        raise NotImplementedError("an embedded generation is written once")

    def fault(self, pointer: Pointer) -> str:
        """See `VectorStore.fault`: compares every file of the index with what was written."""
        folder = self.root / str(pointer.generation)
        found = dict(_index_files(folder))
        if set(found) != set(pointer.files):
            return "files of the index are missing"
        for name, stamp in pointer.files.items():
            size, checksum = stamp.split(":")
            if found[name].stat().st_size != int(size) or _checksum(found[name]) != checksum:
                return f"{Path(name).name} is not what was written"
        return _sqlite_fault(folder / "chroma.sqlite3", pointer.count)

    def open(self, pointer: Pointer) -> OpenedCollections:
        """See `VectorStore.open`."""
        folder = self.root / str(pointer.generation)
        with _chroma_errors(str(folder)):
            client = _embedded_client(folder)
            try:
                return OpenedCollections(client, {name: self._name(name) for name in pointer.collections}, pointer)
            except BaseException:
                _close(client)
                raise

    def leftovers(self, keep: int | None) -> list[str]:
        """See `VectorStore.leftovers`."""
        if not self.root.is_dir():
            return []
        return sorted(path.name for path in self.root.iterdir() if path.name != str(keep) and path.suffix != ".json")

    def discard(self, keep: int | None) -> None:
        """See `VectorStore.discard`."""
        for name in self.leftovers(keep):
            path = self.root / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def _name(self, collection: str) -> str:
        return collection_name(self._library_id, collection, 0)


class ServerStore:
    """Generations as collections on a Chroma server or in Chroma Cloud, changed in place."""

    in_place = True

    def __init__(self, library_id: str, address: str) -> None:
        self.place = address
        self._library_id = library_id
        self._page = _CLOUD_PAGE if address.startswith("cloud://") else _PAGE

    def write(self, generation: int, counts: Mapping[str, int], batches: Batches) -> dict[str, str]:
        """See `VectorStore.write`."""
        with self._client() as client:
            for collection in counts:
                name = self._name(collection, generation)
                with suppress(_not_found()):
                    client.delete_collection(name)
                _add(self._create(client, name).add, batches(collection), self._page)
        return {}

    def extend(self, pointer: Pointer, counts: Mapping[str, int], batches: Batches, removed: Mapping[str, Ids]) -> None:
        """See `VectorStore.extend`. Repeating it changes nothing."""
        with self._client() as client:
            for collection in counts:
                name = self._name(collection, pointer.generation)
                try:
                    made = _checked(client.get_collection(name, embedding_function=None))
                except _not_found():
                    if collection in pointer.collections:
                        raise
                    made = self._create(client, name)
                ids = removed.get(collection, np.empty(0, dtype=np.int64))
                for start in range(0, len(ids), self._page):
                    made.delete(ids=[str(id) for id in ids[start : start + self._page].tolist()])
                _add(made.upsert, batches(collection), self._page)

    def fault(self, pointer: Pointer) -> str:
        """See `VectorStore.fault`: compares the counts."""
        with self._client() as client:
            for collection, count in pointer.collections.items():
                try:
                    name = self._name(collection, pointer.generation)
                    made = _checked(client.get_collection(name, embedding_function=None))
                except _not_found():
                    return f"the collection {collection!r} is not on the server"
                except VectorsUnavailable as error:
                    return error.message
                if made.count() != count:
                    return f"the server holds {made.count()} vectors of {collection!r} instead of {count}"
        return ""

    def open(self, pointer: Pointer) -> OpenedCollections:
        """See `VectorStore.open`."""
        with _chroma_errors(self.place):
            client = _remote_client(self.place)
            names = {name: self._name(name, pointer.generation) for name in pointer.collections}
            return OpenedCollections(client, names, pointer)

    def leftovers(self, keep: int | None) -> list[str]:
        """See `VectorStore.leftovers`."""
        prefix, suffix = f"footnote-{self._library_id[:12]}-", f"-{keep}"
        with self._client() as client:
            names: list[str] = []
            while page := [item.name for item in client.list_collections(limit=100, offset=len(names))]:
                names.extend(page)
        return [name for name in names if name.startswith(prefix) and not name.endswith(suffix)]

    def discard(self, keep: int | None) -> None:
        """See `VectorStore.discard`."""
        found = self.leftovers(keep)
        with self._client() as client:
            for name in found:
                with suppress(_not_found()):
                    client.delete_collection(name)

    def _name(self, collection: str, generation: int) -> str:
        return collection_name(self._library_id, collection, generation)

    def _create(self, client: Any, name: str) -> Any:
        if self.place.startswith("cloud://"):
            configuration: dict[str, Any] = {"spann": {"space": "cosine"}}
            return _checked(client.create_collection(name, embedding_function=None, configuration=configuration))
        return _create(client, name, threshold=1000)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        with _chroma_errors(self.place):
            client = _remote_client(self.place)
            try:
                yield client
            finally:
                _close(client)


def collection_name(library_id: str, collection: str, generation: int) -> str:
    """Return the name in Chroma of a collection of ours; any name of ours gives a name it allows."""
    digest = hashlib.sha256(collection.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"footnote-{library_id[:12]}-{digest}-{generation}"


# ---- Chroma's own calls


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _embedded_client(folder: Path) -> Any:
    if _forked:
        raise VectorsUnavailable("This process was forked from one that used Chroma, whose threads are not here")
    import chromadb

    global _used
    _used = True
    return chromadb.PersistentClient(path=str(folder), settings=_settings())


_used = _forked = False


def _after_fork() -> None:
    global _forked
    _forked = _used


def usable() -> bool:
    """Return whether embedded Chroma works in this process: after a fork its calls would wait for ever."""
    return not _forked


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _remote_client(address: str) -> Any:
    import chromadb

    parts = urlsplit(address)
    if parts.scheme == "cloud":
        return chromadb.CloudClient(
            tenant=parts.netloc or None, database=parts.path.strip("/") or None, settings=_settings()
        )
    secure = parts.scheme == "https"
    token = os.environ.get("CHROMA_TOKEN")
    client = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        headers={"Authorization": f"Bearer {token}"} if token else None,
        settings=_settings(),
    )
    # Chroma's client waits for ever; a question must not.
    session = getattr(getattr(client, "_server", None), "_session", None)
    if session is not None:
        session.timeout = _SERVER_TIMEOUT
    return client


def _close(client: Any) -> None:
    with suppress(AttributeError, KeyError, RuntimeError):
        client.close()


def _create(client: Any, name: str, *, threshold: int) -> Any:
    hnsw = {
        "space": "cosine",
        "ef_search": _EF_SEARCH,
        "sync_threshold": threshold,
        "batch_size": min(threshold, 1000),
    }
    return _checked(client.create_collection(name, embedding_function=None, configuration={"hnsw": hnsw}))


def _checked(collection: Any) -> Any:
    """Refuse a collection that is not as Footnote made it.

    Another measure than cosine would make scores mean something else. A named embedding function would be built by
    Chroma's client at the next write, here, though none is asked for: with a model that brings code of its own, whoever
    can change the collection on the server would run that code in this process (SECURITY.md).
    """
    configuration = collection.configuration_json
    space = (configuration.get("hnsw") or configuration.get("spann") or {}).get("space")
    if space != "cosine":
        raise VectorsUnavailable(
            f"The collection {collection.name} in Chroma measures by {space}, not by cosine.",
            remedy="Run: footnote doctor --repair",
        )
    # The schema as it came: the public property builds what it names.
    named = [*_functions(configuration), *_functions(collection._model.get_serialized_schema())]
    if not all(kind in _NO_FUNCTION for kind in named):
        raise VectorsUnavailable(
            f"The collection {collection.name} in Chroma names an embedding function, which Footnote never sets: "
            "somebody else has changed it.",
            remedy="See who can reach the Chroma server, then run: footnote doctor --repair",
        )
    return collection


_NO_FUNCTION = ("legacy", "unknown")
"""How Chroma writes that a collection has no embedding function."""


def _functions(value: Any) -> Iterator[Any]:
    """Yield the kind of every embedding function that a configuration or a schema names, however deep."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key == "embedding_function" and inner is not None:
            yield inner.get("type") if isinstance(inner, dict) else inner
        yield from _functions(inner)


def _add(call: Callable[..., Any], batches: Iterable[tuple[Ids, Vectors]], page: int) -> None:
    for ids, vectors in batches:
        for start in range(0, len(ids), page):
            call(
                ids=[str(id) for id in ids[start : start + page].tolist()],
                embeddings=vectors[start : start + page],
            )


def _any_vector(batches: Iterator[tuple[Ids, Vectors]]) -> list[float]:
    return [float(component) for component in next(batches)[1][0]]


def _index_files(folder: Path) -> list[tuple[str, Path]]:
    # Chroma's SQLite file is left out: opening it may touch its header. Its count is checked instead.
    found = [path for path in folder.glob("*/*") if path.is_file()]
    return [(str(path.relative_to(folder)), path) for path in sorted(found)]


def _sqlite_fault(path: Path, count: int) -> str:
    """Return what is wrong with Chroma's own SQLite file, which opening touches, so no checksum holds."""
    if not path.exists():
        return "its SQLite file is missing"
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
            (held,) = database.execute("SELECT count(*) FROM embeddings").fetchone()
        finally:
            database.close()
    except sqlite3.Error:
        return "its SQLite file cannot be read"
    return "" if sound == "ok" and held == count else "its SQLite file is not what was written"


def _checksum(path: Path) -> str:
    value = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return f"{value:08x}"


def _not_found() -> type[Exception]:
    from chromadb.errors import NotFoundError

    return NotFoundError


@contextmanager
def _chroma_errors(place: str) -> Iterator[None]:
    """Turn what Chroma, its server's client and its files raise into one error of ours."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except FootnoteError:
        raise
    except (
        ChromaError,
        httpx.HTTPError,
        ValueError,
        RuntimeError,
        OSError,
        KeyError,
        sqlite3.Error,
    ) as error:
        kept = "Nothing is lost: documents and vectors are in the library."
        if "://" in place:
            message = f"The Chroma server at {place} cannot be reached or refuses ({type(error).__name__})."
            remedy = f"{kept} Start the server, or unset FOOTNOTE_CHROMA, and run the command again."
        else:
            message = f"The Chroma index in {place} cannot be used ({type(error).__name__})."
            remedy = f"{kept} Run: footnote doctor --repair"
        raise VectorsUnavailable(message, remedy=remedy) from error
