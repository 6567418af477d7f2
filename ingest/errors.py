"""Errors of loading and syncing files."""

from __future__ import annotations

from vectorstore.errors import FootnoteError


class IngestError(FootnoteError):
    """The ingest cannot go on."""


class NothingToIngest(IngestError):
    """The paths hold no file that can be read."""


class RemovalsRefused(IngestError):
    """So many documents of a source would go that it is more likely missing than emptied."""


class ManyFilesRefused(IngestError):
    """So many files are to be read that it is more likely a wrong folder than a person's documents."""


class LoadError(IngestError):
    """One file cannot be loaded; the others go on."""


class UnsupportedType(LoadError):
    """No loader knows this kind of file."""


class PasswordNeeded(LoadError):
    """The file is encrypted and no given password opens it."""


class NoText(LoadError):
    """The file holds no text: it is empty, or a scan without a text layer."""


class Unreadable(LoadError):
    """The file is damaged, or not what its name says."""


class TooLarge(LoadError):
    """The file is larger, or grows larger, than the limits allow."""


class OriginalGone(LoadError):
    """The file that a document was read from is not there any more."""

    def __init__(self, message: str = "The file is not where it was read from any more.", *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy or "Its text is still here.")


class OriginalChanged(LoadError):
    """The file that a document was read from has other bytes now."""

    def __init__(self, message: str = "The file has changed since it was read.", *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy or "Read it again, then its footnotes point into the new text.")
