"""Do two sources give different values for the same thing? Then both are shown, and it is said.

Two sentences differ when they say the same of the question (they hold the same of its words), neither is
about another time or kind of amount, and the number, date or name that the question asks for is not the same.
Better to miss a difference than to claim one: two sales figures of two years are no disagreement, nor are those of
two companies. A sentence that says that a value is replaced differs from the one that gives the old value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal

from bot.answer import Citation, Conflict, Statement
from bot.question.question import Question
from bot.text.facts import Date, Number, dates, names, numbers, same_date, same_number
from bot.text.lists import lines_of_list
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from bot.quotes.quoted import Quoted

SHARED = 0.6
"""Least share of the question's words held by either sentence that both must hold."""

NEAR = 60
"""Characters before and after a number in which the words asked about stand: else it is of something else."""

_PART = re.compile(r" (?:out )?of (?:the |about |some )*")
_REPLACES = re.compile(
    r"\b(?:(?:is|are|was|were|shall be|has been|have been) (?:hereby )?(?:replaced|amended"
    r"|superseded|deleted|substituted|raised|reduced|increased"
    r"|lowered|changed|extended|shortened)|(?:now|from now on)\b.{0,40}\binstead of|instead of|no "
    r"longer|in place of|replaces|supersedes)\b",
    re.IGNORECASE,
)

Difference = tuple[Literal["number", "date"], str, str]
"""What kind of value two sentences differ in, and the value of each."""


def disagreement(question: Question, one: str, other: str) -> Difference | None:
    """Return kind and the two values where two sentences answer the question differently, else None."""
    kind = question.kind
    if lines_of_list(one) or lines_of_list(other):
        return None  # which of its numbers is meant, nothing tells
    if kind not in ("number", "when", "other", "list", "definition") or not _same_subject(question, one, other):
        return None
    if kind == "when":
        return _dates_differ(question, one, other)
    return _numbers_differ(question, one, other)


def amends(question: Question, one: str, other: str) -> bool:
    """Tell whether `other` says of what `one` answers that it was replaced."""
    return bool(_REPLACES.search(other)) and not _REPLACES.search(one) and _same_subject(question, one, other)


def conflicts(
    question: Question, statements: Sequence[Statement], citations: Sequence[Citation]
) -> tuple[Conflict, ...]:
    """Return where statements from different documents disagree.

    Args:
        question: As it was searched.
        statements: Of one answer.
        citations: Its footnotes.
    """
    documents = {citation.number: citation.document for citation in citations}
    found: list[Conflict] = []
    for (i, one), (j, other) in combinations(enumerate(statements), 2):
        homes = [{documents[number] for number in s.citations if number in documents} for s in (one, other)]
        if not homes[0] or not homes[1] or homes[0] & homes[1]:
            continue
        differs = disagreement(question, one.text, other.text)
        if differs:
            found.append(Conflict(differs[0], differs[1:], (i, j)))
    return tuple(found)


def other_sides(question: Question, quotes: Sequence[Quoted], citations: Sequence[Citation]) -> list[Quoted]:
    """Return the quotes that no footnote shows and that disagree with one of another document that a footnote shows.

    Args:
        question: As it was searched.
        quotes: What could be quoted to it.
        citations: The footnotes of an answer.
    """
    shown = [
        any(c.document == q.passage.document and c.start < q.end and q.start < c.end for c in citations) for q in quotes
    ]
    told = [quote for quote, is_shown in zip(quotes, shown, strict=True) if is_shown]
    return [
        quote
        for quote, is_shown in zip(quotes, shown, strict=True)
        if not is_shown
        and any(
            one.passage.document != quote.passage.document and disagreement(question, one.text, quote.text)
            for one in told
        )
    ]


def _same_subject(question: Question, one: str, other: str) -> bool:
    asked = question.terms
    held = [asked & set(tokens(text)) for text in (one, other)]
    either, both = held[0] | held[1], held[0] & held[1]
    if len(either) < 2 or len(both) < SHARED * len(either):
        return False
    return not any(
        _named(text) & (either - both) and _named(second) - asked for text, second in ((one, other), (other, one))
    )


def _named(text: str) -> set[str]:
    return {term for name in names(text) for term in tokens(name.text)}


def _numbers_differ(question: Question, one: str, other: str) -> Difference | None:
    first, second = _amounts(question, one), _amounts(question, other)
    for unit, a in first:
        rivals = [b for kind, b in second if kind == unit]
        own = [b for kind, b in first if kind == unit]
        new = [y for y in rivals if not any(same_number(x, y) for x in own)]
        if new and (len(new) == len(rivals) or amends(question, one, other)):
            return None if _other_times(one, other) else ("number", a.text, new[0].text)
    return None


def _amounts(question: Question, text: str) -> list[tuple[str, Number]]:
    """Return the amounts that `text` adds to the question, with their units: dollars, or what is counted.

    Of "310 of 385 records" it is 310 records.
    """
    held = question.terms & set(tokens(text))
    found = []
    listed = numbers(text)
    parts = {i for i, (a, b) in enumerate(pairwise(listed)) if _PART.fullmatch(text, a.end, b.start)}
    for i, number in enumerate(listed):
        around = set(tokens(text[max(0, number.start - NEAR) : number.end + NEAR]))
        if number.ordinal or number.soft or number.value in question.amounts or len(around & held) < SHARED * len(held):
            continue
        if i - 1 in parts:
            continue
        whole = listed[i + 1] if i in parts else number
        counted = [word for word in tokens(text[whole.end : whole.end + 40])[:2] if word in question.terms]
        unit = whole.unit or (counted[0] if counted else "")
        if unit:
            found.append((unit, number))
    return found


def _other_times(one: str, other: str) -> bool:
    """Tell whether each sentence names a time and none of them is the same."""
    first, second = dates(one), dates(other)
    return bool(first and second) and not any(same_date(a, b) or same_date(b, a) for a in first for b in second)


def _dates_differ(question: Question, one: str, other: str) -> Difference | None:
    first, second = ([d for d in dates(t) if not _among(d, question.dates)] for t in (one, other))
    if len(first) != 1 or len(second) != 1 or _among(first[0], second) or _among(second[0], first):
        return None
    a, b = first[0], second[0]
    if a.year is None or b.year is None:
        return None
    return "date", a.text, b.text


def _among(date: Date, others: Sequence[Date]) -> bool:
    return any(same_date(date, other) or same_date(other, date) for other in others)
