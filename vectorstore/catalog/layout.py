"""Where chunks stand, and what ids, vectors and terms look like to a search: numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vectorstore.errors import LibraryDamaged

Ids: TypeAlias = npt.NDArray[np.int64]
Vectors: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Places:
    """Where chunks stand. All arrays are int64 of the length of the ids asked for.

    Attributes:
        section: Row id of the section.
        section_first, section_last: First and last chunk of that section.
        document: Row number of the document.
        document_first, document_last: First and last chunk of that document.
    """

    section: Ids
    section_first: Ids
    section_last: Ids
    document: Ids
    document_first: Ids
    document_last: Ids


@dataclass(frozen=True, slots=True)
class Layout:
    """The sections of one revision by ascending id, which is also the order of their chunks.

    Since chunks are contiguous in a section, this small table tells everything about where a chunk is.
    """

    revision: int
    section: Ids
    first: Ids
    last: Ids
    document: Ids
    document_first: Ids
    document_last: Ids

    def ids(self) -> Ids:
        """Return the ids of all chunks, ascending."""
        lengths = self.last - self.first + 1
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        found: Ids = np.arange(total, dtype=np.int64) + np.repeat(self.first - ends + lengths, lengths)
        return found

    def rows(self, ids: Ids) -> Ids:
        """Return the row of each chunk's section; of chunks that do not exist, a row whose `last` is less."""
        rows: Ids = np.searchsorted(self.first, ids, side="right") - 1
        return rows


def cosines(vectors: Vectors, vector: Vectors) -> Vectors:
    """Return the products of `vectors`, shape (n, dimension), with one vector.

    Not `@`: BLAS splits even a small product among its threads, and on a busy machine waits for the
    slowest (2,000 vectors: 0.06 ms alone, 30 ms beside other work). This runs in the calling thread.
    """
    found: Vectors = np.einsum("ij,j->i", vectors, vector)
    return found


def fts_terms(terms: Iterable[str]) -> bytes:
    """Return terms as the keyword index takes them: joined by blanks, none inside a term."""
    return b" ".join(fts_term(term) for term in terms if term)


_NO_BLANKS = bytes(byte if byte > 0x20 and byte != 0x7F else 0x5F for byte in range(256))


def fts_term(term: str) -> bytes:
    """Return a term as the keyword index takes it."""
    return term.encode("utf-8", "surrogatepass").translate(_NO_BLANKS)


def unpack(blobs: Sequence[bytes], dimension: int) -> Vectors:
    """Return stored vectors as float32, shape (n, dimension), of length 1 again after rounding.

    Raises:
        LibraryDamaged: Some have another length than they had, or hold what is no number.
    """
    joined = b"".join(blobs)
    if len(joined) != 2 * dimension * len(blobs):
        raise _spoilt()
    vectors = np.frombuffer(joined, dtype=np.float16).reshape(len(blobs), dimension).astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    if not np.isfinite(lengths).all():
        raise _spoilt()
    vectors /= np.maximum(lengths, 1e-12)[:, None]
    return vectors


def _spoilt() -> LibraryDamaged:
    return LibraryDamaged("Some vectors of the library are damaged.", remedy="Run: footnote doctor --repair")


def members(ids: Ids, among: Ids) -> npt.NDArray[np.bool_]:
    """Tell for each id whether it is in `among`; both ascending."""
    if not len(among):
        return np.zeros(len(ids), dtype=np.bool_)
    rows = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    held: npt.NDArray[np.bool_] = among[rows] == ids
    return held
