"""The sentences that chat surfaces say, and lines that they share: no markup, which each writes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from bot.answer import Answer, Citation

ABSTAINED = "The documents don't say."
WORKING = "Searching the documents…"
GREETING = "Ask me anything about the documents. Every sentence of my answer names its source."
EMPTY_QUESTION = "What would you like to know? Write your question after my name."
NO_COLLECTIONS = "No documents may be searched from here. Whoever runs me decides which channel sees which."
THANKS = "Thank you, noted."
NOT_SHARED = "I could not share it here. Invite me to this channel and try again."
GONE = "This answer is too old; I no longer have its details. Please ask again."
RESTARTED = "I was restarted before I could answer this. Please ask again."
PROMPTS = (
    ("What is in here?", "What are the documents about?"),
    ("Find a date", "Which dates and deadlines are named?"),
    ("Find an amount", "Which amounts of money are named?"),
)
QUOTE_LENGTH = 180


def failure(reason: str, reference: str) -> str:
    """Return the one sentence, with its reference, that a person reads when a question failed."""
    return f"{reason} (reference {reference})"


def busy(seconds: float) -> str:
    """Return what is said to a person who asks faster than they may."""
    return f"One moment, please: you can ask again in {max(1, round(seconds))} s."


def searched_line(answer: Answer) -> str:
    """Return what was searched: "Searched: all 6 documents.", or ""."""
    return f"Searched: {answer.searched.rstrip('.')}." if answer.searched else ""


def notes(answer: Answer) -> list[str]:
    """Return what a person should know beside the answer: how it was read, conflicts, sentences withheld."""
    lines = []
    if answer.searched_for and answer.searched_for != answer.question:
        lines.append(f"Searched for: {answer.searched_for}")
    lines += [
        f"The sources differ on a {conflict.kind}: {' / '.join(conflict.values)}"
        for conflict in answer.conflicts
    ]
    for statement in answer.statements:
        if statement.support == "partly" and statement.note:
            lines.append(f"{statement.note}")
    if answer.withheld:
        count = len(answer.withheld)
        lines.append(f"{count} sentence{'s' if count > 1 else ''} withheld: not supported by the sources.")
    if answer.notice:
        lines.append(answer.notice)
    return lines


def name_of(citation: Citation) -> str:
    """Return title and place of a citation: "Contract, p. 4"."""
    place = citation.place or (f"p. {citation.page}" if citation.page is not None else "")
    return f"{citation.title}, {place}" if place else citation.title


def page_address(address: str, citation: Citation) -> str:
    """Return the address of the chat page with the source pane open at the citation, or "" without a page."""
    if not address:
        return ""
    place = f"document={quote(citation.document)}&start={citation.start}&end={citation.end}"
    return f"{address.rstrip('/')}/#{place}"
