"""What upkeep needs of a library. `Library` is such a thing; upkeep does not know it by name."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vectorstore.catalog.catalog import Catalog
    from vectorstore.catalog.lookup import Lookup
    from vectorstore.catalog.writing import Writer
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.index.nearest import Index


class Parts(Protocol):
    """The parts of an open library, each made when it is first asked for.

    Attributes:
        folder: Where the library lies.
        catalog, lookup: The truth, and what a search reads from it.
        index: The vectors.
        writer: The writing side; asked for only while the lock is held.
        writing: Holds the lock.
        encoder: The embedding model; asked for only where text is embedded again.
    """

    folder: Path
    catalog: Catalog

    @property
    def lookup(self) -> Lookup:
        """What a search reads from the catalog."""

    @property
    def index(self) -> Index:
        """The index of vectors."""

    @property
    def writer(self) -> Writer:
        """The writing side of the catalog."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Be the one writer; yields the writing side."""

    @property
    def encoder(self) -> Encoder:
        """The embedding model."""
