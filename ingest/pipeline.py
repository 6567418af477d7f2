"""Read and split files beside the embedding: worker processes and a thread fill, the ingest empties."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.errors import LoadError, Unreadable
from ingest.piece import Piece
from ingest.reading.load import describe_error
from ingest.reading.worker import Workers
from ingest.sources.discover import Found
from ingest.sources.plan import digest_of
from ingest.splitting.split import split

if TYPE_CHECKING:
    from types import TracebackType

    from ingest.options import SyncOptions
    from vectorstore.embedding.encoder import Encoder

_BATCH_SECTIONS = 64
_BATCH_CHARACTERS = 16_000_000
# What may be read ahead of the embedding, in bytes of files.
_AHEAD = 64 * 1024 * 1024
_ATTEMPTS = 3
# Texts that are counted at once: a document of 200 MB has a million sentences.
_COUNTED = 4096


class Pipeline:
    """Yields batches of pieces in the order of the files. Use as a context manager.

    Args:
        files: What to read.
        options: How to read it.
        encoder: Gives the embedding model, asked for when the first file was read; None does not split.
        stop: When set, nothing more is begun.
    """

    def __init__(
        self,
        files: Sequence[Found],
        options: SyncOptions,
        *,
        encoder: Callable[[], Encoder] | None,
        stop: threading.Event,
    ) -> None:
        self._files = files
        self._options = options
        self._encoder = encoder
        self._stop = stop
        self._workers = Workers(count=options.workers, limits=options.limits)
        self._pool = ThreadPoolExecutor(self._workers.count, thread_name_prefix="read")
        self._queue: queue.Queue[list[Piece] | BaseException | None] = queue.Queue(2)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="split", daemon=True)

    def __enter__(self) -> Iterator[list[Piece]]:
        self._thread.start()
        return self._batches()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._workers.close()
        self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def _batches(self) -> Iterator[list[Piece]]:
        while True:
            item = self._queue.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _fill(self) -> None:
        """Run in a thread: split what the readers give, in order, and hand it over in batches."""
        end: BaseException | None = None
        try:
            batch: list[Piece] = []
            for piece in map(self._split, self._read_ahead()):
                if batch and _is_full([piece]):
                    # Minutes of embedding: what stands before it is stored first, and not lost if they are cut off.
                    self._hand_over(batch)
                    batch = []
                batch.append(piece)
                if _is_full(batch):
                    self._hand_over(batch)
                    batch = []
            if batch:
                self._hand_over(batch)
        except BaseException as error:  # Handed to the ingest, which raises it where it can be caught.
            end = error
        self._hand_over(end)

    def _hand_over(self, item: list[Piece] | BaseException | None) -> None:
        while not self._left.is_set():
            try:
                self._queue.put(item, timeout=0.2)
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
            stopped = self._stop.is_set() or self._left.is_set()
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
                # Loading comes first: it refuses a file that is too large before anything reads it whole.
                loaded = self._workers.load(path, self._options.load)
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
        encoder, loaded = self._encoder(), piece.loaded

        def count(texts: Sequence[str]) -> list[int]:
            parts = (texts[start : start + _COUNTED] for start in range(0, len(texts), _COUNTED))
            return [tokens for part in parts for tokens in encoder.count_tokens(part)]

        chunks = split(
            loaded.text,
            headings=loaded.headings,
            count_tokens=count,
            max_tokens=encoder.max_tokens,
        )
        return replace(piece, chunks=chunks)


def _is_full(batch: Sequence[Piece]) -> bool:
    sections = sum(piece.chunks[-1].section + 1 for piece in batch if piece.chunks)
    characters = sum(len(piece.loaded.text) for piece in batch if piece.loaded)
    return sections >= _BATCH_SECTIONS or characters >= _BATCH_CHARACTERS or len(batch) >= 256
