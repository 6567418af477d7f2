"""Does a true sentence answer the question? Signs by which a weak writer is told from a good one.

`check/` says whether the sources support a sentence. A small model also writes sentences that they support
and that say nothing: the question turned into a statement, or words about the passages themselves.
"""

from __future__ import annotations

import re

from bot.question.fit import fits
from bot.question.question import Question
from vectorstore.words.tokens import query_terms

LEAST_TERMS = 3
"""Words that carry content in a sentence that claims something."""
LEAST_KEPT = 0.2
"""Share of what the best sentence says beyond the question that an answer resting on it must keep."""

_ABOUT_SOURCES = re.compile(
    r"^(?:the|this|these|those|both|all|each)\s+(?:of\s+the\s+)?(?:\w+\s+)?(?:passages?|sentences?|questions?|contexts?)\b",
    re.IGNORECASE,
)


def why_no_answer(statement: str, question: Question) -> str:
    """Return why a sentence answers nothing, for a person; "" when it may answer.

    Args:
        statement: One sentence, whether or not it is true.
        question: The question that it should answer.
    """
    if _ABOUT_SOURCES.match(statement) and not question.is_about_sources:
        return "it speaks about the passages instead of answering"
    if question.kind == "yes-no":
        return ""
    return "" if beyond(statement, question) else "it only repeats the question"


def is_too_short(statement: str) -> bool:
    """Tell whether a sentence is too short to claim anything: "Elvin Bishop.", "42"."""
    return len(query_terms(statement)) < LEAST_TERMS


def beyond(statement: str, question: Question) -> set[str]:
    """Return the words of a sentence that carry content and that the question does not hold."""
    return set(query_terms(statement)) - question.terms


def answers_as_well(statement: str, best: str, question: Question) -> bool:
    """Tell whether a sentence that rests on `best` says what `best` says to the question.

    The sentence must keep some of what `best` says beyond the question: one word where the question asks for
    a kind of thing (a date, a person, a place, a number) and both hold one, a share elsewhere. A bare name or
    number never does: that the sources hold it does not make it the answer.
    """
    if is_too_short(statement):
        return False
    kind = question.kind
    new = beyond(best, question)
    kept = len(new & beyond(statement, question))
    if kind in ("when", "who", "where", "number"):
        return kept >= min(1, len(new)) and fits(kind, statement, question) >= fits(kind, best, question)
    return kept >= LEAST_KEPT * len(new)
