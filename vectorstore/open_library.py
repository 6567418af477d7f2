"""The one way to open the library that settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vectorstore.library import Library
from vectorstore.records import Holder


class LibrarySettings(Protocol):
    """What of a person's settings says which library it is; "" and None stand for the default."""

    @property
    def library(self) -> str:
        """Its folder, or the address of a PostgreSQL database."""

    @property
    def embedding_model(self) -> str | None:
        """Name or folder of the embedding model."""

    @property
    def chroma(self) -> str | None:
        """Where Chroma keeps its index."""

    @property
    def cache(self) -> str | None:
        """Folder for converted models."""

    @property
    def threads(self) -> int:
        """Threads of the encoder; 0 for one a core."""


def open_library(
    settings: LibrarySettings,
    *,
    create: bool = False,
    read_only: bool = False,
    wait: float = 30.0,
    notice: Callable[[Holder | None], None] | None = None,
) -> Library:
    """Open the library that `settings` name.

    Args:
        settings: Which library, and how.
        create, read_only, wait, notice: As in `Library.open`.

    Raises:
        LibraryMissing, LibraryTooNew, LibraryDamaged, LibraryReadOnly, LibraryUnreachable: As `Library.open` does.
    """
    return Library.open(
        settings.library,
        model=settings.embedding_model or None,
        chroma=settings.chroma or None,
        create=create,
        read_only=read_only,
        wait=wait,
        notice=notice,
        cache=settings.cache or None,
        threads=settings.threads,
    )
