"""The sentences that chat surfaces say, and lines that they share: no markup, which each writes itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.answer import ABSTAINED, remarks, searched_words, written_by
from bot.errors import ModelError, QuestionRefused
from bot.surfaces.chat.split import shortened
from vectorstore.errors import FootnoteError

if TYPE_CHECKING:
    from bot.answer import Answer

WORKING = "Searching the documents…"
GREETING = "Ask me anything about the documents. Every sentence of my answer names its source."
EMPTY_QUESTION = "What would you like to know? Write your question after my name."
EMPTY_COMMAND = "What would you like to know? Write your question after the command."
TOO_LONG_HERE = "The answer goes on, but no more fits here. Mention me with the question to read all of it."
NO_COLLECTIONS = "No documents may be searched from here. Whoever runs me decides which channel sees which."
NO_STRANGERS = (
    "I answer members of this workspace among themselves. Whoever runs me can name the channels in which guests and "
    "people of other workspaces are answered, too."
)
THANKS = "Thank you, noted."
NOT_SHARED = "I could not share it here. Invite me to this channel and try again."
GONE = "This answer is too old; I no longer have its details. Please ask again."
QUOTE_LENGTH = 180


def failure(error: Exception, reference: str) -> str:
    """Return what a person reads when a question failed, with the reference that the log has too.

    What the asker can act on is said; the rest is for whoever runs the program, and may name its folders.
    """
    if isinstance(error, QuestionRefused | ModelError):
        return f"{error} (reference {reference})"
    return f"Something went wrong while I answered; whoever runs me finds out why in the log (reference {reference})."


def log_words(error: Exception) -> str:
    """Return an error for the log: an error that is not ours by its name only, for its words may be a document's."""
    return f"{type(error).__name__}: {error}" if isinstance(error, FootnoteError) else type(error).__name__


def prompts(titles: Iterable[str]) -> list[tuple[str, str]]:
    """Return questions to begin with, as (label, question): what each of these documents says."""
    return [(shortened(title, 60), f"What does “{shortened(title, 200)}” say?") for title in titles]


def busy(seconds: int) -> str:
    """Return what is said to a person who asks faster than they may."""
    return f"One moment, please: you can ask again in {seconds} s."


def without_statements(answer: Answer) -> str:
    """Return what an answer without statements says: that the documents don't, or a reply to a greeting."""
    return ABSTAINED if answer.abstained or not answer.notice else answer.notice


def notes(answer: Answer) -> tuple[str, ...]:
    """Return what stands between an answer and its sources: remarks, and what was searched."""
    if not answer.statements and not answer.abstained:
        return ()
    searched = searched_words(answer) if answer.searched_for or not answer.statements else ""
    return tuple(line for line in (searched, *remarks(answer), written_by(answer)) if line)
