"""Yes or no: what the quotes of an answer say to a question that asks for that, where a reader is sure of it.

The reader is given the question in the place of a statement: what entails it says yes, what contradicts it says no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.passages.reading import NOT_PROSE, readable
from bot.quotes.quoted import Quoted
from bot.text.yes_no import NO, YES

if TYPE_CHECKING:
    from bot.answer import Verdict
    from bot.question.question import Question
    from bot.reader.reader import Reader
    from bot.reader.reading import Readable, Support

SURE = 0.9
"""Probability that a sentence says yes, or no, from which on the answer begins with it."""
APART = 0.5
"""How much likelier it must be than the other."""
DOUBT = 0.5
"""Probability that a further sentence says the opposite from which on nothing is said."""

_OWN = re.compile(rf"(?P<yes>{YES['en']})\b[.,!:;]|(?P<no>{NO['en']})\b[.,!:;]", re.IGNORECASE)
"""“No, …”: a document's own yes or no, where it begins a sentence."""


def verdicts(
    question: Question, quotes: Sequence[Quoted], reader: Reader
) -> tuple[Verdict | None, list[Verdict | None]]:
    """Return with what an answer begins, and what each of its quotes says; None where neither is sure.

    The best quote decides: read by itself and, where that says neither, with its passage. None of the others may say
    the opposite.

    Args:
        question: As it was searched; one that the reader can read.
        quotes: Those that are shown.
        reader: An open reader.
    """
    best = max((quote for quote in quotes if not quote.leading), key=lambda quote: quote.score, default=None)
    if best is None or not _is_prose(best) or not question.asks_yes_or_no:
        return None, [None] * len(quotes)
    read = {place: quote for place, quote in enumerate(quotes) if _is_prose(quote) and not quote.leading}
    given = [_given(question, quote, quote.text) for quote in read.values()]
    supports = dict(zip(read, reader.supports(question.text, given), strict=True))
    place = next(place for place, quote in read.items() if quote is best)
    if supports[place].neither >= max(supports[place].entails, supports[place].contradicts):
        (supports[place],) = reader.supports(question.text, [_given(question, best, best.passage.text)])
    said = [_sure(supports[place]) if place in supports else None for place in range(len(quotes))]
    verdict = said[place]
    own = {found.lastgroup for quote in quotes if (found := _OWN.match(quote.text))}
    if verdict is None or own - {verdict} or any(_opposes(verdict, support) for support in supports.values()):
        return None, said
    return verdict, said


def _is_prose(quote: Quoted) -> bool:
    return quote.passage.kind not in NOT_PROSE and "\n" not in quote.text.strip()


def _given(question: Question, quote: Quoted, text: str) -> Readable:
    return readable(question.text, text, title=quote.passage.title, heading=quote.passage.heading)


def _sure(support: Support) -> Verdict | None:
    if max(support.entails, support.contradicts) < SURE or abs(support.entails - support.contradicts) < APART:
        return None
    return "yes" if support.entails > support.contradicts else "no"


def _opposes(verdict: Verdict, support: Support) -> bool:
    return (support.contradicts if verdict == "yes" else support.entails) >= DOUBT
