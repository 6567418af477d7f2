"""A summary part by part: a long document section by section, several documents one by one, each sentence footnoted.

One prompt with all of it would say what stands first and forget the rest, and a small model cannot hold it. Each part
is a prompt of its own with its own passages, so that the first sentence is there soon. Where a model says nothing of a
part that stands, the sentence that is quoted for it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.answer import Withheld
from bot.written.judge import Cited, Written
from bot.written.writing import Writing
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted

MOST_PARTS = 8
"""Of more parts than these, those are taken that hold the most of what the document says most."""
LONG = 12
"""Passages of one document from which on it is summed up section by section; fewer are one prompt."""
EACH = 4
"""Passages of a part that are read."""
SENTENCES_EACH = 2
"""Sentences of a part where no number is asked for."""

Write = Callable[[Sequence[Passage], int], Writing]
"""Begins the summary of some passages in at most so many sentences."""


def parts_of(question: Question, passages: Sequence[Passage]) -> list[tuple[Passage, ...]]:
    """Return the passages of each part of what is to be summed up, in reading order; [] where one prompt does.

    Args:
        question: What was asked.
        passages: What stands for the documents as a whole, best first.
    """
    if question.overview is None or question.form.task != "summary":
        return []
    documents = list(dict.fromkeys(passage.document for passage in passages))
    groups: dict[str, list[Passage]] = {}
    for passage in passages:
        groups.setdefault(passage.document if len(documents) > 1 else _section(passage), []).append(passage)
    most = min(MOST_PARTS, question.form.sentences or MOST_PARTS)
    if len(documents) == 1 and len(passages) < LONG:
        return []
    if len(groups) < 2 or most < 2 or len(documents) > most:  # a section may be left out, a document never
        return []
    # Passages come best first, and so do groups.
    kept = [sorted(group[:EACH], key=lambda passage: passage.start) for group in list(groups.values())[:most]]
    return sorted(map(tuple, kept), key=lambda part: (documents.index(part[0].document), part[0].start))


def _section(passage: Passage) -> str:
    """Return the section of a passage: the heading below the document's own title."""
    path = [part for part in passage.heading.split(" › ") if part and part != passage.title]
    return path[0] if path else ""


class WritingByParts:
    """A summary of several parts while it is written, with the attributes of `Writing`.

    Args:
        parts: The passages of each.
        write: Begins one part.
        quotes: Sentences that stand for the whole.
        sentences: At most so many; 0 for no limit but each part's.
    """

    def __init__(
        self, parts: Sequence[Sequence[Passage]], write: Write, *, quotes: Sequence[Quoted] = (), sentences: int = 0
    ) -> None:
        self._parts = parts
        self._write = write
        self._quotes = quotes
        self._sentences = sentences
        self.declined = False
        self.notice = ""
        self.check_seconds = 0.0
        self.first_seconds: float | None = None

    def __iter__(self) -> Iterator[Written | Withheld]:
        shown, declined = 0, []
        for index, part in enumerate(self._parts):
            left = self._sentences - shown if self._sentences else SENTENCES_EACH
            if left <= 0:
                break
            # What is asked for is shared among the parts; the first ones take what cannot be.
            share = -(-left // (len(self._parts) - index)) if self._sentences else left
            writing = self._write(part, share)
            begun = shown
            for item in writing:
                shown += isinstance(item, Written)
                yield item
            declined.append(writing.declined)
            self.check_seconds += writing.check_seconds
            self.first_seconds = self.first_seconds or writing.first_seconds
            self._say(writing.notice)
            if shown == begun and (quote := self._quoted(part)) is not None:
                shown += 1
                yield quote
        self.declined = all(declined)

    def _quoted(self, part: Sequence[Passage]) -> Written | None:
        """Return the sentence that is quoted for a part, or None."""
        places = {(passage.document, passage.start) for passage in part}
        for quote in self._quotes:
            if (quote.passage.document, quote.passage.start) in places:
                return Written(quote.text, (Cited(quote.passage, quote.start, quote.end),), "quoted")
        return None

    def _say(self, sentence: str) -> None:
        if sentence and sentence not in self.notice:
            self.notice = f"{self.notice} {sentence}".strip()
