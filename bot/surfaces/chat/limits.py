"""Which documents a message limits its question to: `When does it end? in:lease.pdf from:"Ada Moss" since:2026-01-01`.

They stand before the question or behind it, as in the search of chat platforms; a word inside a question is no limit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import QuestionRefused
from bot.surfaces.strangers import for_strangers
from bot.text.shown import one_line
from vectorstore.errors import DateInvalid

if TYPE_CHECKING:
    from bot.answer import Answer
    from vectorstore.library import Library
    from vectorstore.passage import Filter

_LIMIT = (
    r"(?P<key>in|from|tag|since|until|collection):"
    r"(?:[\"“”](?P<quoted>[^\"“”\n]+)[\"“”]|(?P<bare>[^\s\"“”:/][^\s\"“”]*))"
)
_BEFORE = re.compile(rf"\s*{_LIMIT}(?=\s|$)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:^|(?<=\s)){_LIMIT}\s*$", re.IGNORECASE)
_LAST = re.compile(r"(?:^|\s)\w+:(?:[\"“”][^\"“”\n]+[\"“”]|\S+)\s*$")
MOST = 10
"""Limits of one question."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question is limited to; () and "" do not limit.

    Attributes:
        documents: Names of files, or patterns of them.
        authors: As documents name them.
        collections: Names.
        since, until: Days on which a document says that it was written or sent, inclusive.
        tags: Of which a document has one.
    """

    documents: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Limits()

    def __str__(self) -> str:
        """The limits as they are written behind a question."""
        pairs = [
            *(("in", name) for name in self.documents), *(("from", name) for name in self.authors),
            *(("tag", name) for name in self.tags),
            *(("collection", name) for name in self.collections), ("since", self.since), ("until", self.until),
        ]  # fmt: skip
        cleaned = ((key, one_line(re.sub(r"[\"“”]", " ", value)).strip()) for key, value in pairs)
        return " ".join(f'{key}:"{value}"' for key, value in cleaned if value)

    def filter(self, library: Library, seen: Sequence[str] | None) -> Filter:
        """Return the filter that holds for a question: within what is for everybody, since a chat knows nobody.

        Args:
            library: Where it is asked.
            seen: The collections that may be searched from there; None for all.

        Raises:
            QuestionRefused: A day is none, or no document is left that may be searched.
        """
        names = [name for name in self.collections if seen is None or name in seen]
        try:
            wanted = replace(
                for_strangers(names if self.collections else seen),
                sources=tuple(pattern for name in self.documents for pattern in (name, f"{name}.*")),
                authors=self.authors,
                created_after=self.since,
                created_before=self.until,
                tags=self.tags,
            )
        except DateInvalid as error:
            raise QuestionRefused(error.message, remedy=error.remedy) from error
        if self and not ((names or not self.collections) and library.count_documents(wanted)):
            raise QuestionRefused(f"No document is found with {self}.", remedy="Ask without it, or write it otherwise.")
        return wanted

    def told(self, answer: Answer) -> Answer:
        """Return an answer that says what it is limited to."""
        return replace(answer, notice=f"Searched only {self}. {answer.notice}".strip()) if self else answer


def limits_of(text: str) -> tuple[str, Limits]:
    """Return a question without the words that limit it, and its limits."""
    found: list[tuple[str, str]] = []
    while len(found) < MOST and (match := _BEFORE.match(text) or _last(text)):
        found.append((match["key"].lower(), (match["quoted"] or match["bare"]).strip().lstrip("@")))
        text = f"{text[: match.start()]} {text[match.end() :]}".strip()

    def of(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for name, value in found if name == key and value))

    since, until = of("since"), of("until")
    limits = Limits(of("in"), of("from"), of("collection"), "".join(since[:1]), "".join(until[:1]), of("tag"))
    return text, limits


def _last(text: str) -> re.Match[str] | None:
    """Return the limit at the end of a text; only its last word is looked at, however long the text is."""
    last = _LAST.search(text, max(0, len(text) - 400))
    return _BEHIND.search(text, last.start()) if last else None
