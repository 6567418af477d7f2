"""Errors of the library. Each says what happened, to what, and what to do.

`FootnoteError` is the root of every error that a person may meet: `str(error)` is one or two plain
sentences, `error.remedy` the next step. Surfaces print both and never a traceback.
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Root of all errors meant for a person.

    Args:
        message: What happened, to what. One or two sentences.
        remedy: What the person can do about it; empty when nothing can be done.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class LibraryError(FootnoteError):
    """The library cannot do what was asked of it."""


class LibraryMissing(LibraryError):
    """There is no library at this place, or nothing has been added to it."""


class LibraryUnreachable(LibraryError):
    """The server that keeps the library does not answer, or does not let us in."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class LibraryTooNew(LibraryError):
    """The library was written by a newer version of Footnote."""


class LibraryOutdated(LibraryError):
    """A part of the library was made by another version of Footnote and must be made again."""


class LibraryDamaged(LibraryError):
    """What is kept cannot be read, or is not what was kept."""


class TextDamaged(LibraryDamaged):
    """The stored text of a document is not what was stored once, so none of it is shown."""


class LibraryReadOnly(LibraryError):
    """The folder of the library cannot be written."""


class DiskFull(LibraryError):
    """There is not enough room on the disk."""


class ModelMismatch(LibraryError):
    """The library was embedded with another model than the one that is set."""


class ModelMissing(LibraryError):
    """The embedding model is not on this machine."""


class DocumentMissing(LibraryError):
    """No document of the library has this id, path or name."""


class DateInvalid(FootnoteError, ValueError):
    """A filter names a day or time that there is not."""


class DocumentPresent(LibraryError):
    """A document cannot be brought back, or moved: the library has one in its place."""


class VectorsUnavailable(LibraryError):
    """The Chroma server cannot be reached or refuses the collection."""
