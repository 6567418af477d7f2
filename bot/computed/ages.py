"""How old somebody is or was: from a sentence that says when he was born, and a day that is asked for or found.

Both are footnotes. A year alone leaves one birthday open: "44 or 45".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.computed.computed import Computed, Line, quote
from bot.computed.documents import plain
from bot.text.dates import Date, dates
from bot.text.shown import one_line
from vectorstore.document import file_name
from vectorstore.words.tokens import content_terms, tokens

if TYPE_CHECKING:
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted
    from vectorstore.library import Library
    from vectorstore.passage import Filter, Passage

LOOKED_AT = 8
"""Passages found for a birth, or for what happened, that are looked through."""
OLDEST = 115
"""Years from which on somebody of whom no death is told is not said to be so old now."""
_NAME = r"(?P<name>(?-i:[A-Z])[\w.’'-]*(?: (?:(?:de|van|von|der|la|di|al|bin) )*(?-i:[A-Z])[\w.’'-]*){0,3})"
_ASKS = (
    rf"how old (?:is|was|will) {_NAME}(?: be)?(?: (?:now|today))?",
    rf"how old (?:is|was|were|will) {_NAME}(?: be)? (?:when|the day|on the day(?: that)?) "
    r"(?P<who>he|she|they|(?-i:[A-Z])[\w’'-]*) (?P<event>.+)",
    rf"how old (?:is|was|will) {_NAME}(?: be)? (?P<day>(?:on|in|at|by) .+)",
    rf"(?:what is )?(?:the )?age of {_NAME}",
    rf"what is {_NAME}['’]s age",
)
_BORN = r"(?:\b(?:was|is|were)? ?born\b|\bdate of birth\b|\bbirthday\b|\bb\.|\*)"
_DIED = re.compile(r"\b(?:died|dies|dead|death|passed away|was killed|deceased)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:and|died|who|when|after|before|joined|moved|married|son|daughter)\b|[.;]", re.IGNORECASE)
_LIVED = r"\((?:born |b\. )?(?P<first>[^()–—-]{4,30})(?:\s?[–—-]\s?(?P<last>[^()]{4,30}))?\)"
_SAYS_AGE = re.compile(r"\b(?:aged? \d|\d+ years old|\d+-year-old|at the age of)", re.IGNORECASE)
_HE = re.compile(r"^(?:He|She|They|His|Her)\b")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Told:
    """A day that a sentence tells, and that sentence."""

    day: Date
    passage: Passage
    span: Span


def age_answer(question: Question, library: Library, filter: Filter | None) -> Computed | None:
    """Return how old somebody is or was; None where no sentence says when he was born, or one says his age."""
    asked = plain(question.text)
    match = next((m for pattern in _ASKS if (m := re.fullmatch(pattern, asked, re.IGNORECASE))), None)
    if match is None:
        return None
    groups = match.groupdict()
    name = match["name"]
    passages = library.search(f"When was {name} born?", limit=LOOKED_AT, filter=filter).passages
    born = _one(_births(name, passages))
    if born is None or _is_said(name, passages):
        return None
    died = _one(_deaths(name, passages))
    if day := groups.get("day"):
        stated = [found for found in dates(day) if found.year]
        return _on(born, stated[0], None, "") if len(stated) == 1 else None
    if event := groups.get("event"):
        if _DIED.match(event):
            return _on(born, died.day, died, f"when {groups['who']} {event}") if died else None
        told = _one(_events(library, name, event, filter))
        return _on(born, told.day, told, f"when {groups['who']} {event}") if told else None
    if died is not None:
        return _on(born, died.day, died, "the time of death")
    return _today(born)


def _today(born: _Told) -> Computed | None:
    today = date.today()
    age = years(born.day, Date(0, 0, "", today.year, today.month, today.day))
    if age is None or age[1] > OLDEST:
        return None
    return Computed((Line(f"{_aged(age)} today, {_day(today)}: {_born(born.day)}.", (_quote(born),)),))


def _on(born: _Told, day: Date, told: _Told | None, why: str) -> Computed | None:
    age = years(born.day, day)
    if age is None or age[0] < 0:
        return None
    when = f"{'on' if day.day else 'in'} {one_line(day.text)}"
    said = f"{_aged(age)} {when}{f', {one_line(why)}' if why else ''}: {_born(born.day)}."
    quotes = (_quote(born), _quote(told)) if told else (_quote(born),)
    return Computed((Line(said, tuple(dict.fromkeys(quotes))),))


def _quote(told: _Told) -> Quoted:
    return quote(told.passage, told.span)


def _aged(age: tuple[int, int]) -> str:
    return f"{age[0]} years old" if age[0] == age[1] else f"{age[0]} or {age[1]} years old"


def _born(day: Date) -> str:
    return f"born {'on' if day.day else 'in'} {one_line(day.text)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def years(born: Date, day: Date) -> tuple[int, int] | None:
    """Return how old somebody is at least and at most; None where a date is none."""
    first, last = _bounds(born), _bounds(day)
    if first is None or last is None:
        return None
    return _whole(first[1], last[0]), _whole(first[0], last[1])


def _bounds(day: Date) -> tuple[date, date] | None:
    """Return the first and the last day that a date may mean."""
    if not day.year or day.year < 1 or day.last or day.swapped or day.quarter or day.half:
        return None
    month, last = (day.month or 1), (day.month or 12)
    try:
        return date(day.year, month, day.day or 1), date(day.year, last, day.day or monthrange(day.year, last)[1])
    except ValueError:
        return None


def _whole(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


# ---- what sentences tell


def _one(found: Iterator[_Told]) -> _Told | None:
    """Return the day that all tell, the most exact; None where they differ or there is none."""
    told = sorted(found, key=lambda one: -sum(part is not None for part in (one.day.month, one.day.day)))
    for one in told[1:]:
        for own, other in ((told[0].day.year, one.day.year), (told[0].day.month, one.day.month),
                           (told[0].day.day, one.day.day)):  # fmt: skip
            if other is not None and own != other:
                return None
    return told[0] if told else None


def _sentences(name: str, passages: Sequence[Passage]) -> Iterator[tuple[Passage, Span, str, str]]:
    """Yield the sentences that have somebody for their subject, and from where on they speak of him."""
    written = r"\W+(?:\w+\W+)?".join(map(re.escape, name.split()))
    called = re.compile(rf"(?<![\w-]){written}(?!['’]s\b)(?![\w-])")
    for passage in passages:
        under = called.search(passage.heading.rpartition(" › ")[2] or passage.title) is not None
        for start, end in passage.sentences:
            text = passage.text[start - passage.start : end - passage.start]
            if match := called.search(text):
                under = True
                yield passage, (start, end), text, text[match.end() :]
            elif under and (_HE.match(text) or re.match(r"\W*(?:born|date of birth|birthday|died)\b", text, re.I)):
                yield passage, (start, end), text, text
            else:
                under = under and _HE.match(text) is not None


def _births(name: str, passages: Sequence[Passage]) -> Iterator[_Told]:
    for passage, span, _, rest in _sentences(name, passages):
        lived = re.match(rf"\s*,?\s*{_LIVED}", rest)
        if lived and (found := [day for day in dates(f"in {lived['first']}") if day.year]):
            yield _Told(found[0], passage, span)
            continue
        match = re.search(_BORN, rest, re.IGNORECASE)
        if match and not re.search(r"[.;]|['’]s\b", rest[: match.start()]):
            yield from _after(rest[match.end() :], passage, span)


def _deaths(name: str, passages: Sequence[Passage]) -> Iterator[_Told]:
    for passage, span, _, rest in _sentences(name, passages):
        lived = re.match(rf"\s*,?\s*{_LIVED}", rest)
        if lived and lived["last"] and (found := [day for day in dates(f"in {lived['last']}") if day.year]):
            yield _Told(found[0], passage, span)
        elif match := re.search(r"\b(?:died|passed away|was killed)\b", rest, re.IGNORECASE):
            yield from _after(rest[match.end() :], passage, span)


def _after(rest: str, passage: Passage, span: Span) -> Iterator[_Told]:
    """Yield the first date behind a verb, where nothing else is told in between."""
    found = next((day for day in dates(rest) if day.year), None)
    if found and not _BETWEEN.search(rest[: found.start]):
        yield _Told(found, passage, span)


def _events(library: Library, name: str, event: str, filter: Filter | None) -> Iterator[_Told]:
    """Yield the days of the sentences that tell with every word what somebody did."""
    wanted = set(content_terms(event))
    if not wanted:
        return
    passages = library.search(f"When did {name} {event}?", limit=LOOKED_AT, filter=filter).passages
    for passage, span, text, _ in _sentences(name, passages):
        around = re.sub(r"[_.-]", " ", f"{text} {passage.title} {passage.heading} {file_name(passage.source)}")
        found = [day for day in dates(text) if day.year]
        if wanted <= set(tokens(around)) and wanted & set(tokens(text)) and len(found) == 1:
            yield _Told(found[0], passage, span)


def _is_said(name: str, passages: Sequence[Passage]) -> bool:
    """Tell whether a sentence says somebody's age itself."""
    return any(_SAYS_AGE.search(text) for _, _, text, _ in _sentences(name, passages))
