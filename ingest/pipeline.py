"""Files on their way into the library: worker processes read, a thread splits, a thread embeds, the ingest stores.

Between them stands a bounded amount of text. Only who stores holds the library's lock, so that nobody waits for it
while text is read or embedded, however long that takes.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.background import step_back
from ingest.errors import LoadError, Unreadable
from ingest.loaders.plain.source_code import MEDIA_TYPE as SOURCE_CODE
from ingest.piece import Piece
from ingest.progress import Meter
from ingest.reading.load import describe_error
from ingest.reading.sidecar import read_sidecar
from ingest.reading.worker import Workers
from ingest.sources.discover import Found
from ingest.sources.plan import digest_of
from ingest.splitting.split import split

if TYPE_CHECKING:
    from types import TracebackType

    from ingest.options import SyncOptions
    from vectorstore.catalog.layout import Vectors
    from vectorstore.document import Document
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.passage import Chunk

    Entry = tuple[Document, Sequence[Chunk]]

_BATCH_SECTIONS = 64
_BATCH_CHARACTERS = 16_000_000
# What may be read ahead of the embedding, in bytes of files.
_AHEAD = 64 * 1024 * 1024
_ATTEMPTS = 3
# Texts that are counted at once: a document of 200 MB has a million sentences.
_COUNTED = 4096
ESTIMATED = (
    "Most rows of its long tables are found by their words and computed with; what they mean is estimated from others."
)
"""The note of a document with more rows than are worth the model's time (`vectorstore/embedding/long_tables.py`)."""
# How often the ingest looks whether it was stopped, and tells how far it is.
_NEWS_SECONDS = 0.2
# Longest time that the embedding gets to notice that nobody takes its batches any more.
_LAST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored together.

    Attributes:
        pieces: In the order of the files.
        entries: The documents of those that could be read, with their chunks.
        vectors: Of each entry, as `Library.embed` returns them.
        described: Documents whose text, chunks and vectors the library has: only what is said of them changed.
    """

    pieces: Sequence[Piece]
    entries: Sequence[Entry]
    vectors: Sequence[tuple[Vectors, Vectors]]
    described: Sequence[Document] = ()


class Pipeline:
    """Yields batches in the order of the files. Use as a context manager.

    Args:
        files: What to read.
        options: How to read it.
        encoder: Gives the embedding model, asked for when the first file was read; None does not split.
        document: Makes the document of a piece that was read; called for each in order.
        known: Returns a piece as `kept` where the library has its text already, which is then not embedded again.
        embed: Returns the vectors of entries, and calls what it is given with the chunks that are done.
        meter: Told of progress, in the thread that takes the batches.
        stop: When set, nothing more is begun, and no more batches come.
    """

    def __init__(
        self,
        files: Sequence[Found],
        options: SyncOptions,
        *,
        encoder: Callable[[], Encoder] | None,
        document: Callable[[Piece], Document],
        embed: Callable[[Sequence[Entry], Callable[[int], None]], Sequence[tuple[Vectors, Vectors]]],
        meter: Meter,
        stop: threading.Event,
        known: Callable[[Piece], Piece] = lambda piece: piece,
    ) -> None:
        self._files = files
        self._known = known
        self._options = options
        self._encoder = encoder
        self._document = document
        self._embed = embed
        self._meter = meter
        self._stop = stop
        begin = step_back if options.background else lambda: None
        self._workers = Workers(count=options.workers, limits=options.limits)
        self._pool = ThreadPoolExecutor(self._workers.count, thread_name_prefix="read", initializer=begin)
        self._split_batches: queue.Queue[list[Piece] | BaseException | None] = queue.Queue(1)
        self._batches: queue.Queue[Batch | BaseException | None] = queue.Queue(1)
        self._news: queue.SimpleQueue[Sequence[Piece] | int] = queue.SimpleQueue()
        self._left = threading.Event()
        self._threads = [
            threading.Thread(target=_each(begin, run), name=name, daemon=True)
            for name, run in (("split", self._fill), ("embed", self._embed_batches))
        ]

    def __enter__(self) -> Iterator[Batch]:
        for thread in self._threads:
            thread.start()
        return self._finished()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._workers.close()
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        # A process that ends while the model computes in a thread ends with an abort.
        self._threads[1].join(_LAST_SECONDS)

    def _finished(self) -> Iterator[Batch]:
        while not self._stop.is_set():
            try:
                item = self._batches.get(timeout=_NEWS_SECONDS)
            except queue.Empty:
                self._tell()
                continue
            self._tell()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _tell(self) -> None:
        with suppress(queue.Empty):
            while True:
                news = self._news.get_nowait()
                if isinstance(news, int):
                    self._meter.embedded(news)
                else:
                    self._meter.batch(news)

    def _fill(self) -> None:
        """Run in a thread: split what the readers give, in order, and hand it over in batches."""
        end: BaseException | None = None
        try:
            batch: list[Piece] = []
            for piece in map(self._split, self._read_ahead()):
                if batch and _is_full([piece]):
                    # Minutes of embedding: what stands before it is stored first, and not lost if they are cut off.
                    self._hand_over(self._split_batches, batch)
                    batch = []
                batch.append(piece)
                if _is_full(batch):
                    self._hand_over(self._split_batches, batch)
                    batch = []
            if batch:
                self._hand_over(self._split_batches, batch)
        except BaseException as error:  # Handed to the ingest, which raises it where it can be caught.
            end = error
        self._hand_over(self._split_batches, end)

    def _embed_batches(self) -> None:
        """Run in a thread: make documents of the pieces and embed them."""
        end: BaseException | None = None
        try:
            while not self._ends:
                with suppress(queue.Empty):
                    pieces = self._split_batches.get(timeout=_NEWS_SECONDS)
                    if not isinstance(pieces, list):
                        end = pieces
                        break
                    self._hand_over(self._batches, self._embedded(pieces))
        except _Left:
            return
        except BaseException as error:  # As above.
            end = error
        self._hand_over(self._batches, end)

    def _embedded(self, pieces: list[Piece]) -> Batch:
        self._news.put(pieces)
        read = [(self._document(piece), piece) for piece in pieces if piece.error is None]
        entries = [(document, piece.chunks) for document, piece in read if not piece.kept]
        vectors = self._embed(entries, self._count) if self._encoder and entries else ()
        return Batch(pieces, entries, vectors, [document for document, piece in read if piece.kept])

    def _count(self, chunks: int) -> None:
        """Note chunks as embedded; the rest of a large file is left when the ingest was stopped."""
        if self._ends:
            raise _Left
        self._news.put(chunks)

    @property
    def _ends(self) -> bool:
        return self._left.is_set() or self._stop.is_set()

    def _hand_over(self, to: queue.Queue[Any], item: object) -> None:
        while not self._left.is_set():
            try:
                to.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def _read_ahead(self) -> Iterator[Piece]:
        """Yield pieces in order while the next files are being read."""
        waiting: deque[tuple[int, Future[Piece]]] = deque()
        ahead = 0
        files = iter(self._files)
        following = next(files, None)
        while following or waiting:
            stopped = self._ends
            room = not waiting or (ahead < _AHEAD and len(waiting) < 4 * self._workers.count)
            if following and room and not stopped:
                waiting.append((following.size, self._pool.submit(self._read, following)))
                ahead += following.size
                following = next(files, None)
            elif waiting and not stopped:
                size, future = waiting.popleft()
                ahead -= size
                yield future.result()
            else:
                return

    def _read(self, file: Found) -> Piece:
        """Run in a reader's thread: the text of a file and the digest of the very same bytes."""
        path = file.path
        try:
            for _ in range(_ATTEMPTS):
                sidecar = read_sidecar(file.sidecar)
                # Loading comes first: it refuses a file that is too large before anything reads it whole.
                loaded = sidecar.applied(self._workers.load(path, self._options.load))
                digest = digest_of(path)
                status = path.stat()
                now = replace(file, size=status.st_size, modified_ns=status.st_mtime_ns)
                if now == file:
                    return Piece(file, loaded, digest)
                file = now
            raise Unreadable(
                f"{path.name} changes while it is read.", remedy="Run the ingest again when it is finished."
            )
        except LoadError as error:
            return Piece(file, error=error)
        except OSError as error:
            return Piece(file, error=describe_error(path, error))

    def _split(self, piece: Piece) -> Piece:
        if self._encoder is None or piece.loaded is None:
            return piece
        piece = self._known(piece)
        if piece.kept or piece.loaded is None:
            return piece
        encoder, loaded = self._encoder(), piece.loaded

        def count(texts: Sequence[str]) -> list[int]:
            parts = (texts[start : start + _COUNTED] for start in range(0, len(texts), _COUNTED))
            return [tokens for part in parts for tokens in encoder.count_tokens(part)]

        chunks = split(
            loaded.text,
            headings=loaded.headings,
            count_tokens=count,
            max_tokens=encoder.max_tokens,
            code=loaded.media_type == SOURCE_CODE,
        )
        if encoder.estimated_sections(loaded.text, chunks):
            loaded = replace(loaded, notes=(*loaded.notes, ESTIMATED))
        return replace(piece, loaded=loaded, chunks=chunks)


class _Left(Exception):
    """Ends the embedding of a batch that nobody waits for."""


def _each(first: Callable[[], None], then: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        first()
        then()

    return run


def _is_full(batch: Sequence[Piece]) -> bool:
    sections = sum(piece.chunks[-1].section + 1 for piece in batch if piece.chunks)
    characters = sum(len(piece.loaded.text) for piece in batch if piece.loaded)
    return sections >= _BATCH_SECTIONS or characters >= _BATCH_CHARACTERS or len(batch) >= 256
