"""The one date or number in a few words, in a form that sorts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.computed.each.facts import NEAR, SAME, forms
from bot.question.kind import AnswerType
from bot.text.facts import Date, dates, numbers
from vectorstore.words.tokens import tokens

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Value:
    """A date or a number.

    Attributes:
        value: "2027-02-28", "2027-02" or "2027" for a date; a number in its unit's base.
        unit: "date", or the unit: "eur", "%", "month" (of years too), "second" (of days too); "" for a mere number.
    """

    value: str | float
    unit: str = ""

    @property
    def shown(self) -> str:
        """The value as text: 2400, 12.5, 2027-02-28."""
        return f"{self.value:.12g}" if isinstance(self.value, float) else self.value


def value_in(words: str, kind: AnswerType) -> Value | None:
    """Return the value of an answer; None where its words hold none, several, or one that can be read in two ways.

    Args:
        words: That answer.
        kind: What the question asks for: a date is no answer to "How many?", nor a number to "When?".
    """
    found = dates(words)
    days = {_iso(date) for date in found}
    if kind != "number" and found:
        return Value(day, "date") if len(days) == 1 and (day := days.pop()) else None
    counted = [number for number in numbers(words, except_in=found) if not number.ordinal and not number.soft]
    if kind == "when" or len(counted) != 1 or counted[0].other is not None:
        return None
    return Value(float(counted[0].value), counted[0].unit)


def date_beside(sentence: str, question: str) -> Value | None:
    """Return the date that a sentence gives for the beginning or end that a question asks for.

    "It begins on 1 May 2020 and ends on 30 June 2026" gives one for each. There is none where the question asks for
    neither, or the word is followed by different dates.
    """
    asked = {form for stem in tokens(question) if stem in SAME for form in forms(stem)}
    found = dates(sentence)
    beside = set()
    for word in _WORD.finditer(sentence):
        date = next((date for date in found if date.start >= word.end()), None)
        if date and asked & set(tokens(word.group())) and len(_WORD.findall(sentence[word.end() : date.start])) < NEAR:
            beside.add(_iso(date))
    return Value(day, "date") if len(beside) == 1 and (day := beside.pop()) else None


def _iso(date: Date) -> str:
    """Return a date as ISO 8601 to the part that is given; "" where that says no one day, month or year."""
    if date.year is None or date.year < 1 or date.swapped or date.last or date.quarter or date.half:
        return ""
    parts = [f"{date.year:04}"]
    if date.month:
        parts += [f"{date.month:02}"] + ([f"{date.day:02}"] if date.day else [])
    return "-".join(parts)
