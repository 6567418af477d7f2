"""What the reader says of the passages that were found for one question."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.question.question import Question
from bot.reader.reader import Reader
from bot.reader.reading import Readable
from vectorstore.passage import Passage
from vectorstore.search.search import PLACES
from vectorstore.words.tokens import content_terms

FIRST = 5
"""Passages that are read, best first. The confidence is fitted on as many (`evals.fit_reading`)."""
NEAR = 1.0
"""How far below the surest passage's logit one may lie whose words are still preferred for being the surest: set by
hand; held against the surest passage alone on squad2 (82.9 against 80.9 % of sentences) and clapnq (78.3, 76.3)."""
NOT_PROSE = frozenset({"table", "code"})
"""Kinds of the best passage that are left to the search: the reader was trained on sentences."""
_LEAST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of the first passages.

    Attributes:
        best: The highest logit that a passage answers.
        words: Place of the words that answer best, (document, start, end) with offsets into the document's text.
        probability: How likely it is, 0 to 1, that these are the words, given that their passage holds them.
    """

    best: float
    words: tuple[str, int, int]
    probability: float


def read_first(reader: Reader, question: str, passages: Sequence[Passage]) -> Readings | None:
    """Read the first passages for a question; None where nothing can be read.

    Args:
        reader: An open reader.
        question: Whole: understood without what was asked before.
        passages: Best first.

    Raises:
        ReaderDamaged: The weights cannot be used.
    """
    quotable = _quotable(passages)
    if not quotable or quotable[0].kind in NOT_PROSE or not reader.can_read(question):
        return None
    readings = reader.read(question, [readable(question, p.text, title=p.title, heading=p.heading) for p in quotable])
    best = max(reading.answers for reading in readings)
    near = [pair for pair in zip(quotable, readings, strict=True) if pair[1].answers >= best - NEAR]
    passage, reading = max(near, key=lambda pair: pair[1].answers + math.log(max(pair[1].span, _LEAST_CHANCE)))
    start, end = _in_one_sentence(
        reader, question, passage, (passage.start + reading.start, passage.start + reading.end)
    )
    return Readings(best, (passage.document, start, end), reading.span)


def _in_one_sentence(reader: Reader, question: str, passage: Passage, words: tuple[int, int]) -> tuple[int, int]:
    """Return the words within one sentence: where they run over several, that which by itself answers best.

    Of 12 such questions of squad2 and clapnq its sentence is right for 9, the one in their middle for 5; abstracts,
    where one sentence says what was asked and the next what came out, have them more often.
    """
    start, end = words
    over = [(first, last) for first, last in passage.sentences if first < end and start < last]
    if len(over) < 2:
        return words
    texts = [Readable(passage.text[first - passage.start : last - passage.start]) for first, last in over]
    logits = [reading.answers for reading in reader.read(question, texts)]
    first, last = over[logits.index(max(logits))]
    return max(start, first), min(end, last)


def readable(question: str, text: str, *, title: str, heading: str) -> Readable:
    """Return a passage as it is read: title and heading before it where they hold a name of the question that it lacks.

    A quarter's report says in its title alone whose it is and of which quarter. Before every passage, or for any word
    ("When does the lease end?" of a document called a lease), they make the reader too sure of what does not answer
    (docs/reader.md).
    """
    before = " › ".join(dict.fromkeys(filter(None, (title, heading))))
    lacking = Question(question).names - frozenset(content_terms(text))
    return Readable(text, title=before if lacking & frozenset(content_terms(before)) else "")


def all_read(reader: Reader, question: str, passages: Sequence[Passage]) -> list[tuple[float, str]]:
    """Return the logit that each of the first passages answers, and its words: as `read_first` read them.

    Args:
        reader: An open reader; it remembers what it read.
        question: Whole.
        passages: Best first.
    """
    quotable = _quotable(passages)
    readings = reader.read(question, [readable(question, p.text, title=p.title, heading=p.heading) for p in quotable])
    return [
        (reading.answers, passage.text[reading.start : reading.end])
        for passage, reading in zip(quotable, readings, strict=True)
    ]


def _quotable(passages: Sequence[Passage]) -> list[Passage]:
    return [passage for passage in passages if passage.kind not in PLACES][:FIRST]
