"""How far a sync is: counted here, drawn elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.piece import Piece
    from ingest.sources.discover import Found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    Attributes:
        files, total: Files done, and to do.
        chunks: Chunks embedded so far.
        share: Share of the bytes that is done, 0 to 1; moves within large files too.
        source: The file that was finished last, or "".
        found: Files found so far, while folders are still walked; 0 after that.
    """

    files: int
    total: int
    chunks: int
    share: float = 0.0
    source: str = ""
    found: int = 0


class Meter:
    """Counts files, chunks and bytes, and tells whoever draws them.

    Args:
        tell: Called at every step; None counts only.
    """

    def __init__(self, tell: Callable[[Progress], None] | None) -> None:
        self.chunks = 0
        self._tell_whom = tell
        self._files = self._total = 0
        self._bytes = self._all_bytes = 0
        self._batch: Sequence[Piece] = ()
        self._batch_done = 0
        self._source = ""

    def found(self, files: int) -> None:
        """Say how many files the walk has come upon."""
        if self._tell_whom is not None:
            self._tell_whom(Progress(0, 0, 0, found=files))

    def begin(self, files: Sequence[Found]) -> None:
        """Say what there is to read."""
        self._total = len(files)
        # Each file counts for something even if it is small: opening and storing take time too.
        self._all_bytes = sum(_weight(file) for file in files)
        self._tell()

    def batch(self, pieces: Sequence[Piece]) -> None:
        """Say that the embedding of a batch begins, and so that of the one before is done."""
        self._bytes += sum(_weight(piece.file) for piece in self._batch)
        self._batch, self._batch_done = pieces, 0

    def embedded(self, chunks: int) -> None:
        """Count chunks of the batch as embedded."""
        self.chunks += chunks
        self._batch_done += chunks
        self._tell()

    def stored(self, pieces: Sequence[Piece]) -> None:
        """Count the files of a batch as done; the next one may be embedded already."""
        self._files += len(pieces)
        self._source = pieces[-1].file.source if pieces else ""
        if pieces is self._batch:
            self.batch(())
        self._tell()

    def _tell(self) -> None:
        if self._tell_whom is None:
            return
        chunks = sum(len(piece.chunks) for piece in self._batch)
        part = self._batch_done / chunks if chunks else 0.0
        done = self._bytes + min(part, 1.0) * sum(_weight(piece.file) for piece in self._batch)
        share = min(done / self._all_bytes, 1.0) if self._all_bytes else 0.0
        self._tell_whom(Progress(self._files, self._total, self.chunks, share, self._source))


def _weight(file: Found) -> int:
    return file.size + 1_000
