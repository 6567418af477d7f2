"""Library: the one door to what is kept and how it is found.

    with Library.open("my-library", create=True) as library:
        library.add([(document, chunks)])
        result = library.search("who signed it?")

Opening loads no model, no Chroma and no numpy: listing and comparing files start at once. Any number of
threads and processes may read; one writes at a time, for moments (see `catalog/lock.py`).
"""

from __future__ import annotations

import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from vectorstore.catalog.catalog import Catalog
from vectorstore.catalog.homes.home import Home
from vectorstore.catalog.homes.named import home_of
from vectorstore.catalog.lock import WORK, LibraryLock
from vectorstore.document import Document, Heading, Place, Scan
from vectorstore.embedding.model_files import ModelIdentity
from vectorstore.errors import (
    DocumentPresent,
    LibraryBusy,
    LibraryError,
    LibraryMissing,
    LibraryOutdated,
    ModelMismatch,
    ModelMissing,
)
from vectorstore.passage import Chunk, Filter, Passage
from vectorstore.records import (
    Compaction,
    DocumentInfo,
    Finding,
    Holder,
    LibraryStatus,
    Recovered,
    RemovedDocument,
    Stamp,
)
from vectorstore.search.view import View

if TYPE_CHECKING:
    from vectorstore.catalog.layout import Vectors
    from vectorstore.catalog.lookup import Lookup
    from vectorstore.catalog.writing import Writer
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.index.nearest import Index
    from vectorstore.search.mentions import Mentions
    from vectorstore.search.search import SearchResult
    from vectorstore.tables.table import Table

_TIDY_SECONDS = 3600.0
"""So often a library that is written looks whether the time of something in the bin is over."""


class Library:
    """Holds documents and finds passages in them. Make one with `Library.open`.

    Attributes:
        folder: Its folder; of one on a server, the folder of this machine for what is not in the catalog.
        place: Where it is, for people: a folder, or an address without its password.
    """

    def __init__(
        self,
        catalog: Catalog,
        lock: LibraryLock,
        work: LibraryLock,
        *,
        model: str | None,
        chroma: str | None,
        read_only: bool,
        encoder: Encoder | None,
        cache: str | None = None,
        threads: int = 0,
    ) -> None:
        self.folder = catalog.home.folder
        self.place = catalog.home.place
        self.catalog = catalog
        self.lock = lock
        self.work = work
        self.read_only = read_only
        self.chroma = chroma
        self._model = model
        self._encoder = encoder
        self._cache = cache
        self._threads = threads
        self._loads_encoder = encoder is None
        self._making = threading.RLock()
        self._lookup: Lookup | None = None
        self._index: Index | None = None
        self._writer: Writer | None = None
        self._changed = False
        self._tidy_at = 0.0
        _opened.add(self)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        *,
        model: str | None = None,
        chroma: str | None = None,
        create: bool = False,
        read_only: bool = False,
        wait: float = 30.0,
        notice: Callable[[Holder | None], None] | None = None,
        encoder: Encoder | None = None,
        cache: str | None = None,
        threads: int = 0,
    ) -> Library:
        """Open the library in `folder`.

        Args:
            folder: Where it is; or the address of a PostgreSQL database, `postgresql://user@host/database`.
            model: Name or folder of the embedding model; None for the one that the library was embedded with, and for
                the default where that is none yet.
            chroma: None for Chroma inside the library; or a folder, an address of a Chroma server,
                or "cloud://".
            create: Make the library where there is none.
            read_only: Never write, not even to renew an index.
            wait: Seconds to wait for another writer.
            notice: Called with the other writer when waiting begins.
            encoder: An encoder that is loaded already; `model` is then not used.
            cache: Folder for the ONNX form of the model; None for the user's cache folder.
            threads: Threads of the encoder; 0 for one a core.

        Raises:
            LibraryMissing: There is none, and `create` is not set; or an address of another kind is named.
            LibraryUnreachable: Its server does not answer or refuses.
            LibraryTooNew: A newer version wrote it.
            LibraryDamaged: Its catalog cannot be read.
            LibraryReadOnly: It should be created but cannot be written.
        """
        home = home_of(folder, read_only=read_only)
        lock = LibraryLock(home, wait=wait, notice=notice)
        try:
            catalog = Catalog(home)
        except LibraryMissing:
            if not create or read_only:
                raise
            _create(home, lock)
            catalog = Catalog(home)
        if not read_only and catalog.outdated():
            _upgrade(home)
        return cls(
            catalog,
            lock,
            LibraryLock(home, WORK, wait=wait, notice=notice),
            model=model,
            chroma=chroma,
            read_only=read_only,
            encoder=encoder,
            cache=cache,
            threads=threads,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(update_index=error is None)

    def close(self, *, update_index: bool = True) -> None:
        """Close the library; if documents were added or removed, write the Chroma index first.

        While another one is at work, that one writes it at its own end.
        """
        try:
            if self._changed and update_index:
                with suppress(LibraryBusy), self.working(wait=0.0):
                    self.update_index()
        finally:
            if self._index is not None:
                self._index.close()
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self.catalog.close()
            self._changed = False  # a second call does nothing
            _opened.discard(self)

    def after_fork(self) -> None:
        """Open everything anew in a forked child: connections, locks and threads stay with the parent."""
        self.catalog.after_fork()
        self.lock.after_fork()
        self.work.after_fork()
        _inherited.append((self._lookup, self._index, self._writer, self._encoder))
        self._making = threading.RLock()
        self._lookup = self._index = self._writer = None
        self._changed = False
        if self._loads_encoder:
            self._encoder = None

    # ---- parts, made when they are first needed

    @property
    def lookup(self) -> Lookup:
        """What a search reads from the catalog."""
        with self._making:
            if self._lookup is None:
                from vectorstore.catalog.lookup import Lookup

                self._lookup = Lookup(self.catalog)
            return self._lookup

    @property
    def index(self) -> Index:
        """The index of vectors."""
        with self._making:
            if self._index is None:
                from vectorstore.index.chroma import open_store
                from vectorstore.index.nearest import Index

                home = self.catalog.home
                folder = home.index_folder(self._cache)
                store = open_store(folder, str(self.catalog.meta("library_id")), self.chroma)
                self._index = Index(self.catalog, self.lookup, store)
            return self._index

    @property
    def encoder(self) -> Encoder:
        """The embedding model; loaded at first use."""
        with self._making:
            if self._encoder is None:
                from vectorstore.embedding.open import open_encoder

                self._encoder = open_encoder(self._model_name(), cache=self._cache, threads=self._threads)
            return self._encoder

    @property
    def writer(self) -> Writer:
        """The writing side of the catalog; use it inside `writing()`."""
        with self._making:
            if self._writer is None:
                from vectorstore.catalog.writing import Writer

                self._writer = Writer(self.catalog.home)
            return self._writer

    @contextmanager
    def working(self, *, wait: float | None = None, stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Be the one who does a whole piece of work, such as an ingest; others still write in between.

        Args:
            wait: Seconds to wait for another one; None for those that the library was opened with.
            stop: Asked while another one is waited for; True ends the wait.

        Raises:
            LibraryBusy: Another process is at such work.
            LibraryReadOnly: The folder cannot be written.
        """
        if self.read_only:
            raise self.catalog.home.read_only()
        with self.work.held(wait=wait, stop=stop):
            yield

    @contextmanager
    def writing(self, *, wait: float | None = None, stop: Callable[[], bool] = lambda: False) -> Iterator[Writer]:
        """Be the one writer over several calls. Whoever needs `working` too enters that first.

        Args:
            wait: Seconds to wait for another writer; None for those that the library was opened with.
            stop: Asked while waiting; True ends the wait.

        Raises:
            LibraryBusy: Another one is writing.
            LibraryReadOnly: The folder cannot be written.
        """
        if self.read_only:
            raise self.catalog.home.read_only()
        with self.lock.held(wait=wait, stop=stop):
            writer = self.writer
            if not self._words_current():
                writer.rebuild_words()
            if time.monotonic() >= self._tidy_at:
                self._tidy_at = time.monotonic() + _TIDY_SECONDS
                writer.tidy_bin()
            yield writer

    # ---- writing

    def embed(
        self,
        batch: Sequence[tuple[Document, Sequence[Chunk]]],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[Vectors, Vectors]]:
        """Return for each document the vectors of its chunks (n, dimension) and sections (m, dimension).

        Args:
            batch: Documents with their chunks (ascending, sections numbered from 0).
            progress: Handed to the encoder.

        Raises:
            ModelMismatch: The library was made with another model.
        """
        self._guard_model()
        return self.encoder.encode_documents([(document.text, chunks) for document, chunks in batch], progress)

    def add(
        self,
        batch: Sequence[tuple[Document, Sequence[Chunk]]],
        *,
        vectors: Sequence[tuple[Vectors, Vectors]] | None = None,
        replacing: Collection[str] = (),
    ) -> set[str]:
        """Store documents; one with the same id is replaced, at once and as a whole.

        Others wait only while it is stored, one transaction a document, and not while it is embedded.

        Args:
            batch: Documents with their chunks (ascending, sections numbered from 0).
            vectors: What `embed` returned for them; None embeds them here.
            replacing: Ids that were there when the work began. One that was removed meanwhile stays removed.

        Returns:
            The ids of those that stay removed.

        Raises:
            ModelMismatch: The library was made with another model.
            LibraryBusy, LibraryReadOnly, DiskFull: It cannot be written now.
        """
        if not batch:
            return set()
        if self.read_only:
            raise self.catalog.home.read_only()
        vectors = self.embed(batch) if vectors is None else vectors
        with self.writing() as writer:
            self._guard_model()
            if self.catalog.model() is None or not self.catalog.chunk_count():
                writer.set_model(_identity(self.encoder))
            there = {info.id for info in self.documents(Filter(documents=tuple(replacing)))} if replacing else set()
            gone = {*replacing} - there
            for (document, chunks), both in zip(batch, vectors, strict=True):
                if document.id not in gone:
                    writer.put(document, chunks, both)
                    self._changed = True
        return gone

    def remove(self, document_ids: Sequence[str], *, keep: bool = True) -> int:
        """Remove documents by id; return how many there were.

        They are kept in the bin for `bin.KEPT_DAYS` days, where nothing finds or counts them, and `restore` brings them
        back; `compact` empties it and gives the disk space back.

        Args:
            document_ids: Ids; those of no document are passed over.
            keep: Whether the bin keeps them.
        """
        removed = 0
        with self.writing() as writer:
            for document_id in document_ids:
                removed += writer.remove(document_id, keep=keep)
                self._changed = self._changed or removed > 0
            writer.tidy_bin()
        return removed

    def removed(self, filter: Filter | None = None, *, name: str = "") -> list[RemovedDocument]:
        """Return what `restore` can bring back, removed last first.

        Args:
            filter: Which documents; dates are those of the files.
            name: As in `find`: only what is called so.
        """
        from vectorstore.catalog import bin

        with self.catalog.snapshot() as connection:
            return bin.listed(connection, filter, name=name)

    def restore(self, document_ids: Sequence[str]) -> list[DocumentInfo]:
        """Bring removed documents back as they were, one transaction each; neither their files nor a model are needed.

        Raises:
            DocumentMissing: The bin has no document of this id.
            DocumentPresent: The library has a document in its place.
            LibraryDamaged: What the bin kept is not whole.
            LibraryBusy, LibraryReadOnly, DiskFull: It cannot be written now.
        """
        from vectorstore.upkeep import restoring

        with self.writing():
            for document_id in document_ids:
                restoring.restore(self, document_id)
                self._changed = True
        return self.documents(Filter(documents=tuple(document_ids))) if document_ids else []

    def move(self, document_id: str, collection: str) -> None:
        """Store a document in another collection; its id, text and vectors stay, and so do links to it.

        Raises:
            DocumentMissing: No document has this id.
            DocumentPresent: The collection has a document of the same source.
            LibraryDamaged: What is stored of it is not whole.
            LibraryBusy, LibraryReadOnly, DiskFull: It cannot be written now.
        """
        with self.writing() as writer:
            for info in self.documents(Filter(documents=(document_id,))):
                if info.collection == collection:
                    return
                if info.source in self.manifest(collection):
                    raise DocumentPresent(
                        f"{collection} has a document from {info.source} already.",
                        remedy="Remove one of the two first.",
                    )
            writer.move(document_id, collection)
            self._changed = True

    def rename(self, document_id: str, *, source: str, title: str, modified: str) -> None:
        """Store that a source has moved; its text and vectors stay.

        Raises:
            DocumentMissing: No document has this id.
        """
        with self.writing() as writer:
            writer.update(document_id, {"source": source, "title": title, "modified": modified})

    def touch(
        self,
        document_id: str,
        *,
        modified: str | None = None,
        size: int | None = None,
        sha256: str | None = None,
        title: str | None = None,
        media_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Store what changed about a source whose text did not. Fields as in `Document`.

        Raises:
            DocumentMissing: No document has this id.
        """
        changes: dict[str, object | None] = {
            "modified": modified,
            "size": size,
            "sha256": sha256,
            "title": title,
            "media_type": media_type,
            "name": name,
        }
        with self.writing() as writer:
            writer.update(document_id, changes)

    def describe(self, document: Document) -> None:
        """Store title, notes, and what is said of a document whose text is as it was; chunks and vectors stay.

        Raises:
            DocumentMissing: No document has its id.
        """
        with self.writing() as writer:
            writer.describe(document)

    # ---- reading

    def documents(self, filter: Filter | None = None) -> list[DocumentInfo]:
        """Return the documents that match, without their text, by collection and source."""
        return self.catalog.documents(filter)

    def notes(self, filter: Filter | None = None) -> dict[str, tuple[str, ...]]:
        """Return what of documents that match was lost or may be wrong, in sentences by id; the others are whole."""
        return self.catalog.notes(filter)

    def said(self, filter: Filter | None = None) -> dict[str, dict[str, str]]:
        """Return what documents that match say of themselves: id → "author", "created" … → value."""
        return self.catalog.said(filter)

    def said_by_sidecars(self, filter: Filter | None = None) -> dict[str, frozenset[str]]:
        """Return which of what is said of documents that match their sidecars say: id → "author", "created" …"""
        return self.catalog.said_by_sidecars(filter)

    def count_documents(self, filter: Filter | None = None) -> int:
        """Return how many documents match, without reading any."""
        return self.catalog.count_documents(filter)

    def manifest(self, collection: str = "default") -> dict[str, Stamp]:
        """Return what a sync compares with the files on disk: source → id, digest, size, time."""
        return self.catalog.manifest(collection)

    def access(self, filter: Filter | None = None) -> dict[str, tuple[str, ...]]:
        """Return who may see the documents that match and have a list of readers: id → "person:…", "group:…"."""
        return self.catalog.access(filter)

    def collections(self, filter: Filter | None = None) -> dict[str, int]:
        """Return the number of documents that match in each collection that has any, by name."""
        return self.catalog.collections(filter)

    def find(self, name: str, filter: Filter | None = None) -> DocumentInfo:
        """Return the document that has this id, beginning of an id, path, file name or title.

        Args:
            name: What it is called.
            filter: Which documents there are for whoever names it.

        Raises:
            DocumentMissing: None is called so, or several are.
        """
        return self.catalog.find(name, filter)

    def document(self, name: str) -> Document:
        """Return the document called `name` (as in `find`) with its whole text."""
        return self.catalog.document(name)

    def text(self, document_id: str, start: int = 0, end: int | None = None) -> str:
        """Return `text[start:end]` of a document, reading only what is needed."""
        return self.catalog.text(document_id, start, end)

    def tables(self, document_ids: Sequence[str]) -> Iterator[Table]:
        """Yield the tables of documents, to be asked inside one `view`."""
        from vectorstore.tables.of_documents import tables_of

        return tables_of(self.catalog, document_ids)

    def place_at(self, document_id: str, offset: int) -> Place | None:
        """Return the page, slide or row of a document that `offset` stands on, or None where it has none."""
        return self.catalog.place_at(document_id, offset)

    def headings(self, document_id: str) -> list[Heading]:
        """Return all headings of a document, by ascending start."""
        return self.catalog.headings(document_id)

    def places(self, document_id: str) -> list[Place]:
        """Return all pages, slides or rows of a document, by ascending start."""
        return self.catalog.places(document_id)

    def scan(self, document_id: str, page: int) -> Scan | None:
        """Return where the words stand on a page (from 1) that OCR read, or None where that is not known."""
        return self.catalog.scan(document_id, page)

    @contextmanager
    def view(self) -> Iterator[View]:
        """Yield what a search sees: one state, however many documents come in meanwhile.

        Raises:
            ModelMismatch: The library was made with another model.
            LibraryOutdated: Its keyword index is of another version and cannot be renewed from here.
        """
        self._guard_model()
        self._renew_words()
        view = View(self.lookup, self.index, self.encoder)  # may load a model: before the snapshot
        with self.catalog.snapshot():
            yield view

    def search(self, query: str, *, context: str = "", limit: int = 10, filter: Filter | None = None) -> SearchResult:
        """Return the passages that answer `query` best, with their scores (see `search.py`)."""
        from vectorstore.search import search

        with self.view() as view:
            return search.search(view, query, context=context, limit=limit, filter=filter or Filter())

    def respelled(self, result: SearchResult, filter: Filter | None = None) -> dict[str, str]:
        """Return for words of a query that stand nowhere the nearest word of the documents (see `spelling.py`)."""
        from vectorstore.search import spelling

        with self.view() as view:
            allowed = view.catalog.chunks_matching(filter or Filter())
            return spelling.respelled(view, result.query, result.unknown, allowed)

    def central_passages(self, document_id: str, limit: int) -> tuple[Passage, ...]:
        """Return the passages that say most of what a document is about as a whole, best first (see `gist.py`)."""
        from vectorstore.search import gist

        with self.view() as view:
            return gist.central_passages(view, document_id, limit)

    def mentions(self, words: str, filter: Filter | None = None) -> Mentions:
        """Return all passages in which words stand side by side, in the library's order (see `mentions.py`)."""
        from vectorstore.search import mentions

        with self.view() as view:
            return mentions.mentions(view, words, filter or Filter())

    def first_passages(self, document_ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passage that each document begins with, by id; documents without text are left out."""
        with self.catalog.snapshot():
            ids = self.lookup.first_chunks(document_ids)
            return {passage.document: passage for passage in self.lookup.passages(ids)}

    def passages_between(self, document_id: str, start: int, end: int) -> list[Passage]:
        """Return the passages of a document that begin in [start, end), in order."""
        with self.catalog.snapshot():
            return self.lookup.passages(self.lookup.chunks_between(document_id, start, end))

    def passages_at(self, document_id: str, offsets: Sequence[int]) -> list[Passage]:
        """Return the passages of a document in which offsets stand, one for each, in their order."""
        with self.catalog.snapshot():
            return self.lookup.passages(self.lookup.chunks_at(document_id, offsets))

    def passage_before(self, passage: Passage) -> Passage | None:
        """Return the passage that stands before another in its section, if one does."""
        with self.catalog.snapshot():
            ids = self.lookup.before(passage.document, passage.start)
            return self.lookup.passages(ids)[0] if len(ids) else None

    # ---- upkeep

    def status(self) -> LibraryStatus:
        """Return how much the library holds and in what state it is."""
        from vectorstore.upkeep import upkeep

        return upkeep.status(self)

    @property
    def uses_index(self) -> bool:
        """Whether searches ask Chroma: the library is too large for an exact search."""
        return self.index.is_asked

    def update_index(self, *, force: bool = False) -> bool:
        """Write the Chroma index where it is missing, damaged, or lacks much; return whether it was.

        Raises:
            DiskFull: There is no room for it. The documents are kept and are found without it.
            VectorsUnavailable: The Chroma server does not answer. The same holds.
        """
        from vectorstore.upkeep import upkeep

        self._changed = False
        with self.working():
            return upkeep.update_index(self, force=force)

    def reembed(
        self,
        model: str | None = None,
        *,
        encoder: Encoder | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Embed all stored text again with another model; until it is done the old vectors answer.

        Args:
            model: Name or folder of the model; None for the default.
            encoder: An encoder that is loaded already; `model` is then not used.
            progress: Called with the number of chunks done and of all.
        """
        from vectorstore.embedding.open import open_encoder
        from vectorstore.upkeep import upkeep

        with self.working(), self.writing():
            self._encoder = encoder or open_encoder(model, cache=self._cache, threads=self._threads)
            self._model = model
            upkeep.reembed(self, _identity(self._encoder), progress)
            self.update_index(force=True)

    def compact(self) -> Compaction:
        """Empty the bin, give the space of removed documents back, and leave none of their text in the folder."""
        from vectorstore.upkeep import upkeep

        with self.working(), self.writing():
            return upkeep.compact(self)

    def verify(self) -> list[Finding]:
        """Check everything; return what is wrong."""
        from vectorstore.upkeep import verify

        return verify.verify(self)

    def damaged(self) -> dict[str, str]:
        """Return the documents of which text, passages or vectors were lost or changed: id → what is wrong.

        Raises:
            LibraryDamaged: The catalog itself is damaged, so that nothing in it can be relied on.
        """
        from vectorstore.upkeep.damage import damage

        found = damage(self.catalog)
        for finding in found:
            if not finding.document:
                raise self.catalog.home.damaged(finding.message.rstrip("."))
        return {finding.document: finding.message for finding in reversed(found)}

    def repair(self) -> list[Finding]:
        """Mend what can be mended from what is stored; return what is still wrong."""
        from vectorstore.upkeep import verify

        with self.working(), self.writing():
            return verify.repair(self)

    @classmethod
    def recover(cls, folder: str | os.PathLike[str], **options: Any) -> Recovered:
        """Make a library again whose catalog is damaged or gone, from all of it that can still be read.

        Args:
            folder: Where it is. The damaged catalog is moved into a folder inside it.
            **options: As in `open`.

        Raises:
            LibraryBusy: Another process is writing.
        """
        from vectorstore.upkeep.recover import recover

        home = home_of(folder)
        if home.path is None:
            raise home.damaged("it lies on a server, where nothing is made again from what can still be read")
        with LibraryLock(home, WORK).held(), LibraryLock(home).held():
            return recover(home.folder, lambda new: cls.open(new, create=True, **options))

    # ---- guards

    def _model_name(self) -> str | None:
        """Return the model that is set; where none is, the library's own: an earlier default goes on."""
        if self._model or not self.catalog.chunk_count():
            return self._model
        stored = self.catalog.model()
        return stored.name if stored else None

    def _guard_model(self) -> None:
        stored = self.catalog.model()
        if not self.catalog.chunk_count():
            return
        if stored is None:
            raise self.catalog.home.damaged("its catalog has lost what it says of itself")
        if self._encoder is not None:
            wanted = _identity(self._encoder)
        else:
            from vectorstore.embedding.model_files import identity

            try:
                wanted = _identity(identity(self._model_name(), self._cache))
            except ModelMissing as error:
                if self._model:
                    raise
                anew = "embed the library anew: footnote ingest --reembed FOLDER"
                raise ModelMissing(error.message, remedy=f"{error.remedy} (or {anew})") from None
        if wanted != stored:
            version = " in another version" if wanted.name == stored.name else ""
            raise ModelMismatch(
                f"The library in {self.place} was embedded with {stored.name}, but {wanted.name}{version} is set.",
                remedy="Set the first one again, or embed the library anew with: footnote ingest --reembed",
            )

    def _words_current(self) -> bool:
        from vectorstore.words import tokens

        return int(self.catalog.meta("words") or 0) == tokens.VERSION

    def _renew_words(self) -> None:
        """Index the words again where another version of Footnote did it: takes seconds, no model."""
        if self._words_current():
            return
        try:
            with self.writing():
                pass
        except LibraryBusy:
            raise
        except LibraryError as error:
            raise LibraryOutdated(
                f"The keyword index of {self.place} was made by another version of Footnote.",
                remedy="Run: footnote doctor --repair",
            ) from error


_opened: weakref.WeakSet[Library] = weakref.WeakSet()
_inherited: list[object] = []
"""What a fork brought along: kept, since closing it could disturb the parent."""


def _after_fork() -> None:
    for library in list(_opened):
        library.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _identity(owner: Any) -> ModelIdentity:
    return ModelIdentity(str(owner.name), str(owner.fingerprint), int(owner.dimension))


def _create(home: Home, lock: LibraryLock) -> None:
    home.prepare()
    with lock.held(), home.errors():
        home.create({"library_id": uuid.uuid4().hex, "revision": 0, "generation": 0, "words": _words_version()})


def _upgrade(home: Home) -> None:
    """Bring a library of an older form to this one, unless that must wait: until then it is read as it is."""
    from vectorstore.catalog.writing import Writer

    with suppress(LibraryError), LibraryLock(home, wait=0).held():
        Writer(home).close()


def _words_version() -> int:
    from vectorstore.words import tokens

    return tokens.VERSION
