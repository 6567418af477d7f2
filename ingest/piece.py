"""One file on its way through the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.document import Loaded
from ingest.errors import LoadError
from ingest.sources.discover import Found
from vectorstore.passage import Chunk


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that was read, or could not be.

    Attributes:
        file: The file, with size and time as they were when it was read.
        loaded: Its text; None if it failed.
        sha256: Digest of its bytes.
        chunks: Its chunks; empty in a dry run.
        error: Why it failed, or None.
        kept: Whether the library has this very text with its chunks and vectors: only what is said of it changed.
    """

    file: Found
    loaded: Loaded | None = None
    sha256: str = ""
    chunks: Sequence[Chunk] = ()
    error: LoadError | None = None
    kept: bool = False
