"""How long something runs, worked out from two dates: "How long is the lease in months?"

One sentence gives both, or one says when it begins and another when it ends.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import plain
from bot.computed.each.answer import called
from bot.text.dates import dates
from bot.text.facts import numbers
from vectorstore.document import file_name
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from vectorstore.library import Library
    from vectorstore.passage import Filter, Passage
    from vectorstore.records import DocumentInfo

LOOKED_AT = 8
_UNIT = r"(?P<unit>months|years|weeks|days)"
_RUNS = r"(?: (?:run|take|last|go on|continue|running|valid|for))*"
_ASKS = (
    rf"how long (?:is|was|does|did|will|has|are|were|do) (?P<name>.+?){_RUNS}(?: (?:in|counted in|in full) {_UNIT})?",
    rf"how many {_UNIT} (?:is|was|does|did|will|has|are|were|do) (?P<name>.+?){_RUNS}",
    rf"(?:what is )?the (?:length|duration|term) of (?P<name>.+?)(?: in {_UNIT})",
)
_FROM_TO = re.compile(
    r"\b(?:begin|begins|began|start|starts|started|commence|commences|commenced|from|between|runs?|ran)\b.*"
    r"\b(?:end|ends|ended|until|till|to|and|through|complet\w+|finish\w*|expires?|expired)\b",
    re.IGNORECASE | re.DOTALL,
)
_BEGINS = re.compile(
    r"\b(?:begin|begins|began|start|starts|started|commence|commences|commenced|opened|founded|entered into force"
    r"|takes effect|took effect|in force from)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:end|ends|ended|expires?|expired|finish\w*|complet\w+|terminates?|terminated|closed|until)\b", re.IGNORECASE
)
_TERM = re.compile(r"\b(?:runs?|lasts?|term|period of|duration)\b", re.IGNORECASE)
Span = tuple[int, int]


def duration_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return how long what is asked for runs; None where no sentence gives both dates of it."""
    asked = plain(question.text)
    match = next((m for pattern in _ASKS if (m := re.fullmatch(pattern, asked, re.IGNORECASE))), None)
    if match is None:
        return None
    wanted, unit = frozenset(query_terms(match["name"])), (match.groupdict().get("unit") or "").lower()
    if not wanted:
        return None
    with library.catalog.snapshot():
        passages = library.search(question.text, limit=LOOKED_AT, filter=filter).passages
        own = _of_documents(library, called(library.documents(filter), match["name"]))
        found = list(dict.fromkeys(_between(wanted, (*own, *passages))))
        if len({(first, last) for _, _, first, last in found}) == 1:
            passage, span, first, last = found[0]
            return Computed((Line(in_words(first, last, unit), (quote(passage, span),)),))
        if not found and (pair := _pair(wanted, (*own, *passages))):
            (begins, start, first), (ends, end, last) = pair
            return Computed((Line(in_words(first, last, unit), (quote(begins, start), quote(ends, end))),))
        if unit and own and not found and not any(_says_term(passage) for passage in own):
            return Computed(notice=f"{file_name(own[0].source)} does not give both dates.", none=True)
    return None


def _of_documents(library: Library, documents: list[DocumentInfo]) -> tuple[Passage, ...]:
    """Return the passages of the one document that is called so; none where there are several."""
    if len(documents) != 1 or documents[0].characters > 400_000:
        return ()
    return tuple(library.passages_between(documents[0].id, 0, documents[0].characters))


def _between(wanted: frozenset[str], passages: tuple[Passage, ...]) -> Iterator[tuple[Passage, Span, date, date]]:
    """Yield the sentences about what is asked for that say from when to when."""
    for passage in passages:
        around = tokens(re.sub(r"[\W_]+", " ", f"{passage.title} {file_name(passage.source)} {passage.heading}"))
        for start, end in passage.sentences:
            sentence = passage.text[start - passage.start : end - passage.start]
            if not wanted <= {*around, *tokens(sentence)} or not _FROM_TO.search(sentence):
                continue
            days = [d for d in dates(sentence) if d.year and d.month and d.day and not d.swapped]
            if len(days) == 2:
                try:
                    first, last = (date(d.year or 1, d.month or 1, d.day or 1) for d in days)
                except ValueError:
                    continue
                if first < last:
                    yield passage, (start, end), first, last


_Dated = tuple["Passage", Span, date]


def _pair(wanted: frozenset[str], passages: tuple[Passage, ...]) -> tuple[_Dated, _Dated] | None:
    """Return the one sentence of a document that says when it begins, and the one that says when it ends.

    None where several days are told for either, or where two documents give both.
    """
    found = []
    for document in dict.fromkeys(passage.document for passage in passages):
        own = [passage for passage in passages if passage.document == document]
        begins, ends = list(_dated(wanted, own, _BEGINS, _ENDS)), list(_dated(wanted, own, _ENDS, _BEGINS))
        if len({day for *_, day in begins}) == 1 == len({day for *_, day in ends}) and begins[0][2] < ends[0][2]:
            found.append((begins[0], ends[0]))
    return found[0] if len({(begins[2], ends[2]) for begins, ends in found}) == 1 else None


def _dated(
    wanted: frozenset[str], passages: list[Passage], says: re.Pattern[str], other: re.Pattern[str]
) -> Iterator[_Dated]:
    """Yield the sentences about what is asked for with one day, that say the one and not the other."""
    for passage in passages:
        around = f"{passage.title} {file_name(passage.source)} {passage.heading} {passage.text}"
        if not wanted <= set(tokens(re.sub(r"[\W_]+", " ", around))):
            continue
        for start, end in passage.sentences:
            sentence = passage.text[start - passage.start : end - passage.start]
            days = [d for d in dates(sentence) if d.year and d.month and d.day and not d.swapped]
            if len(days) == 1 and says.search(sentence) and not other.search(sentence):
                with suppress(ValueError):
                    yield passage, (start, end), date(days[0].year or 1, days[0].month or 1, days[0].day or 1)


def _says_term(passage: Passage) -> bool:
    """Tell whether a passage says in words how long something runs."""
    sentences = [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
    return any(
        _TERM.search(sentence) and any(number.unit in ("month", "year", "second") for number in numbers(sentence))
        for sentence in sentences
    )


def in_words(first: date, last: date, unit: str) -> str:
    """Return how long it is between two days, the last one counted where whole months come out so."""
    whole = months_between(first, last + timedelta(days=1))
    exact = months_between(first, last)
    if unit in ("days", "weeks"):
        days = (last - first).days
        said = f"{days:,} days" if unit == "days" else f"{days // 7:,} weeks{_and(days % 7, 'day')}"
        return f"{said}: from {_day(first)} to {_day(last)} ({days + 1:,} days with both)."
    months, days = whole if not whole[1] else exact
    both = ", both days counted" if not whole[1] else ""
    if unit == "months":
        said = f"{_count(months, 'month')}{_and(days, 'day')}"
    elif months < 12:
        said = f"{_count(months, 'month')}{_and(days, 'day')}" if months else _count(days, "day")
    else:
        said = f"{_count(months // 12, 'year')}{_and(months % 12, 'month')}{_and(days, 'day')}"
    return f"{said}: from {_day(first)} to {_day(last)}{both}."


def months_between(first: date, last: date) -> tuple[int, int]:
    """Return the whole months between two days, and the days that are left."""
    months = (last.year - first.year) * 12 + last.month - first.month
    while months and _later(first, months) > last:
        months -= 1
    return months, (last - _later(first, months)).days


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _and(count: int, noun: str) -> str:
    return f" and {_count(count, noun)}" if count else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
