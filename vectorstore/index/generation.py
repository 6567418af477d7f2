"""What an index of vectors must do, whatever keeps it: one *generation* is what the catalog names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from vectorstore.catalog.layout import Ids, Vectors

Batches = Callable[[str], Iterator[tuple[Ids, Vectors]]]
"""Yields ids and vectors of a collection, in pieces of any size."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names the generation in use; the catalog keeps it, and moves it in one transaction.

    Attributes:
        generation: Its number.
        place: Where Chroma is: "embedded", a folder or an address.
        through: The last chunk that it covers.
        collections: Vectors in each collection, by name.
        files: What was written, for embedded: file name → "size:checksum".
        fingerprint: Of the model that made the vectors.
    """

    generation: int
    place: str
    through: int
    collections: Mapping[str, int]
    files: Mapping[str, str]
    fingerprint: str

    @property
    def count(self) -> int:
        """All vectors in it."""
        return sum(self.collections.values())


class Opened(Protocol):
    """A generation that can be asked; not by two threads at once."""

    def nearest(self, collection: str, vector: Vectors, count: int) -> tuple[Ids, Vectors]:
        """Return ids and cosines of the nearest vectors, best first; at most `count`.

        Raises:
            VectorsUnavailable: It does not answer.
        """
        ...

    def close(self) -> None:
        """Give its files back."""
        ...


class VectorStore(Protocol):
    """Where generations live."""

    place: str
    in_place: bool

    def write(self, generation: int, counts: Mapping[str, int], batches: Batches) -> dict[str, str]:
        """Write a new generation; return what was written (for `Pointer.files`)."""
        ...

    def extend(self, pointer: Pointer, counts: Mapping[str, int], batches: Batches, removed: Mapping[str, Ids]) -> None:
        """Add and remove vectors in place; only where `in_place`."""
        ...

    def fault(self, pointer: Pointer) -> str:
        """Return what is wrong with a generation, or "" when it is as it was written."""
        ...

    def open(self, pointer: Pointer) -> Opened:
        """Open a generation for asking."""
        ...

    def leftovers(self, keep: int | None) -> list[str]:
        """Return what stands there beside the generation `keep`."""
        ...

    def discard(self, keep: int | None) -> None:
        """Remove everything of this library but the generation `keep`."""
        ...
