"""The answer in quotes: which sentences of the passages stand in it, and each with its footnote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answer import Answer, Statement, Words
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.footnotes import Footnotes
    from bot.passages.reading import Readings
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted
    from bot.reader.reader import Reader
    from bot.settings.settings import Settings
    from vectorstore.library import Library
    from vectorstore.search.search import SearchResult

MARKED = 0.3
"""Probability of the reader's words from which on they are marked in the sentence; below, several are about as
likely."""


def chosen(
    question: Question, result: SearchResult, library: Library, settings: Settings, readings: Readings | None
) -> list[Quoted]:
    """Return the sentences of what was found that answer, best first, as many as the settings allow."""
    from bot.quotes.choose import choose

    return choose(
        question,
        result,
        limit=settings.sentences,
        before=library.passage_before if settings.neighbours else None,
        read=library.text,
        words=readings.words if readings else None,
    )


def without_padding(question: Question, quotes: list[Quoted], reader: Reader | None) -> list[Quoted]:
    """Return the quotes without those that only stand near the question in words."""
    if reader is None or question.kind == "list":
        return quotes
    from bot.passages.reading import readable
    from bot.quotes.trim import trimmed

    def read(texts: Sequence[tuple[str, Passage]]) -> list[float]:
        given = [readable(question.text, text, title=p.title, heading=p.heading) for text, p in texts]
        return [reading.answers for reading in reader.read(question.text, given)]

    return trimmed(quotes, read)


def quoted(
    answer: Answer,
    question: Question,
    quotes: Sequence[Quoted],
    footnotes: Footnotes,
    *,
    readings: Readings | None = None,
    reader: Reader | None = None,
) -> Iterator[Statement | Answer]:
    """Yield each quote as a statement, with the words that answer marked, then the answer; without quotes it
    abstains.

    Args:
        answer: What is known of it.
        question: As it was searched.
        quotes: Those that are shown.
        footnotes: Numbers them.
        readings: What the reader said of the passages; None where they were not read.
        reader: Says whether they say yes or no; None where that is not to be said.
    """
    from bot.quotes.disagreement import conflicts
    from bot.quotes.verdict import verdicts

    began = perf_counter()
    statements = []
    verdict, said = verdicts(question, quotes, reader) if reader else (None, [None] * len(quotes))
    for quote, says in zip(quotes, said, strict=True):
        numbers = [footnotes.number(quote.passage, quote.start, quote.end)]
        if quote.header:
            numbers.append(footnotes.number(quote.header, quote.header.start, quote.header.end))
        statements.append(Statement(quote.text, tuple(numbers), answer=_words_in(quote, readings), verdict=says))
        yield statements[-1]
    differ = conflicts(question, statements, footnotes.citations)
    yield replace(
        answer,
        statements=tuple(statements),
        citations=tuple(footnotes.citations),
        abstained=not statements,
        conflicts=differ,
        verdict=None if differ else verdict,
        # Where quotes stand in for a chat model, its time counts too.
        timings={**answer.timings, "answer": answer.timings.get("answer", 0.0) + perf_counter() - began},
    )


def _words_in(quote: Quoted, readings: Readings | None) -> Words | None:
    """Return the words of a quote that answer, where the reader is sure enough of them to mark them."""
    if readings is None or readings.probability < MARKED:
        return None
    document, start, end = readings.words
    if document != quote.passage.document or not quote.start <= start < end <= quote.end:
        return None
    return Words(quote.text[start - quote.start : end - quote.start], start - quote.start, end - quote.start)
