"""Yes or no: what the quotes of an answer say to a question that asks for that, where a reader is sure of it.

The reader is given the question in the place of a statement: what entails it says yes, what contradicts it says no. It
overlooks a "not" (of "Dogs are not allowed." it says that dogs are allowed), so code looks for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.passages.reading import NOT_PROSE, readable
from bot.quotes.quoted import Quoted
from bot.text.yes_no import NO, YES
from vectorstore.words.tokens import content_terms

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

ABOUT = 0.95
"""Probability that a sentence says yes or no, whichever, from which on its one "not" is taken for no."""
NEGATED = 3
"""Content words after a "not" among which one of the question's must be, for the "not" to be about what is asked."""

_NOT = re.compile(r"\b(?:not|never|cannot)\b|n[’']t\b", re.IGNORECASE)
_NEGATES = re.compile(
    rf"{_NOT.pattern}|\b(?:no|nor|neither|none|nobody|nothing|without|hardly|barely|rarely|unable|fail\w*|lack\w*|"
    r"refus\w*|reject\w*|den(?:y|ies|ied)|prohibit\w*|forbid\w*|forbade|exclud\w*|except|unless|instead|rather than)\b",
    re.IGNORECASE,
)
"""What may turn a sentence into its opposite."""
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
    said = [
        verdict_of(question, quote.text, supports[at]) if at in supports else None for at, quote in enumerate(quotes)
    ]
    verdict = said[place]
    own = {found.lastgroup for quote in quotes if (found := _OWN.match(quote.text))}
    others = [(word, quotes[at].text, supports[at]) for at, word in enumerate(said) if at in supports and at != place]
    if verdict is None or own - {verdict} or any(_opposes(verdict, *other) for other in others):
        return None, said
    return verdict, said


def _is_prose(quote: Quoted) -> bool:
    return quote.passage.kind not in NOT_PROSE and "\n" not in quote.text.strip()


def _given(question: Question, quote: Quoted, text: str) -> Readable:
    return readable(question.text, text, title=quote.passage.title, heading=quote.passage.heading)


def verdict_of(question: Question, text: str, support: Support) -> Verdict | None:
    """Return what a text says to a question that asks for yes or no; None where that is not sure.

    Args:
        question: As it was searched.
        text: A sentence.
        support: What the reader says of the sentence, given the question as a statement.
    """
    if negations := _NEGATES.findall(text):
        return "no" if len(negations) == 1 and 1 - support.neither >= ABOUT and _is_denied(question, text) else None
    if max(support.entails, support.contradicts) < SURE or abs(support.entails - support.contradicts) < APART:
        return None
    return "yes" if support.entails > support.contradicts else "no"


def _is_denied(question: Question, text: str) -> bool:
    """Tell whether the one "not" of a sentence is about what is asked."""
    found = _NOT.search(text)
    asked = set(content_terms(question.text))
    return found is not None and not asked.isdisjoint(content_terms(text[found.end() :])[:NEGATED])


def _opposes(verdict: Verdict, word: Verdict | None, text: str, support: Support) -> bool:
    """Tell whether a further sentence says the opposite, or may: one with a "not" the reader cannot judge."""
    if word is not None or _NEGATES.search(text):
        return word not in (None, verdict)
    return (support.contradicts if verdict == "yes" else support.entails) >= DOUBT
