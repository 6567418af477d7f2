"""Errors of asking and answering."""

from __future__ import annotations

from vectorstore.errors import FootnoteError


class BotError(FootnoteError):
    """The question cannot be answered."""


class QuestionRefused(BotError):
    """The question is empty or too long."""


class CollectionMissing(BotError):
    """A filter names a collection that is not there; the remedy lists those that are."""


class SettingError(BotError):
    """A setting is unknown or has a value that it cannot have."""


class ModelError(BotError):
    """The chat model failed."""


class ExportError(BotError):
    """An answer cannot be saved in this form, or in this place."""


class ExtraMissing(BotError):
    """An optional package is not installed; the remedy is the install line."""


def words_for(error: BaseException) -> str:
    """Return what a person reads of any error: message and remedy, never a traceback.

    An error that is not ours is named by its type only, since its text may hold document text.
    """
    if isinstance(error, FootnoteError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "Stopped."
    return (
        f"Something went wrong inside Footnote ({type(error).__name__}). "
        "Run the command again with FOOTNOTE_DEBUG=1 to see where, and please report it."
    )
