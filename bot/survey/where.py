"""Which rows of a survey are wanted: those whose cell in a column has a value, by the values that were read by code.

1=2026     the answer to the first question is a day, month or year in 2026
2>=1,500   the answer to the second is a number of at least 1,500
3~nasser   the answer to the third has these letters
1 says, 1 silent
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from bot.computed.value import Value, value_in
from bot.errors import SettingError
from bot.text.shown import one_line

if TYPE_CHECKING:
    from bot.survey.cell import Cell

Operator = Literal["=", "<", "<=", ">", ">=", "~", "says", "silent"]

_FORM = re.compile(r"\s*(\d{1,4})\s*(?:(<=|>=|=|<|>|~)\s*(\S.*?)|(says|silent))\s*", re.DOTALL)
_ISO = re.compile(r"\d{4}(?:-\d\d){0,2}", re.ASCII)
_REMEDY = "Write the number of a question and what its answer shall be: 1=2026, 1<2027-03, 2>=1500, 3~nasser, 1 silent."
_LENGTHS = frozenset({"month", "second"})
"""Units of durations, whose numbers are of no use without one: 5 years are kept as 60 months."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the cells of one column must be.

    Attributes:
        column: From 0.
        operator: How a cell is held against what is wanted; "says" and "silent" need nothing.
        words: What is wanted, as it was written.
    """

    column: int
    operator: Operator
    words: str = ""

    def holds(self, cell: Cell) -> bool:
        """Return whether a row with this cell in the column is wanted."""
        if self.operator in ("says", "silent"):
            return cell.says == (self.operator == "says")
        if not cell.says:
            return False
        if self.operator == "~":
            return _plain(self.words) in _plain(cell.words)
        order = _order(cell, self.words)
        if self.operator == "=":
            return order == 0 or _plain(self.words) == _plain(cell.words)
        return (
            order is not None
            and {
                "<": order < 0,
                "<=": order <= 0,
                ">": order > 0,
                ">=": order >= 0,
            }[self.operator]
        )


def condition(text: str, questions: int) -> Condition:
    """Return a condition from its written form.

    Args:
        text: "1=2026".
        questions: How many columns there are.

    Raises:
        SettingError: It is none, or there is no such column.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise SettingError(f"{one_line(text, limit=80)!r} says nothing about a question's answer.", remedy=_REMEDY)
    number, operator, words, bare = form.groups()
    if not 1 <= int(number) <= questions:
        there = "There is 1 question" if questions == 1 else f"There are {questions} questions"
        raise SettingError(f"{there}, no number {number}.", remedy=_REMEDY)
    if operator in ("<", "<=", ">", ">=") and not _day(words) and _number(words) is None:
        raise SettingError(f"{one_line(words, limit=80)!r} is neither a date nor a number.", remedy=_REMEDY)
    return Condition(int(number) - 1, cast(Operator, operator or bare), words or "")


def _order(cell: Cell, words: str) -> int | None:
    """Return how the value of a cell stands to what is wanted: -1, 0 or 1; None where they cannot be compared.

    A day is equal to the month or year that it lies in.
    """
    value = cell.value
    if value is None:
        return None
    if isinstance(value.value, str):
        wanted = _day(words)
        return _order_of_days(value.value, wanted) if wanted else None
    number = _number(words)
    if number is None or not isinstance(number.value, float) or not _comparable(value, number):
        return None
    return (value.value > number.value) - (value.value < number.value)


def _day(words: str) -> str:
    """Return a day, month or year as values hold it: "2027-02-28", "2027-02", "2027"; "" where these words are none."""
    if _ISO.fullmatch(words):
        return words
    value = value_in(words, "when")
    return str(value.value) if value else ""


def _number(words: str) -> Value | None:
    # A bare 2000 is read as a year elsewhere; here the cell says what is meant.
    return Value(float(words)) if words.isdecimal() else value_in(words, "number")


def _order_of_days(day: str, wanted: str) -> int | None:
    both = min(len(day), len(wanted))
    order = (day[:both] > wanted[:both]) - (day[:both] < wanted[:both])
    return order if order or len(day) >= len(wanted) else None  # "2027" may be before or after "2027-02"


def _comparable(value: Value, wanted: Value) -> bool:
    return value.unit == wanted.unit or (not wanted.unit and value.unit not in _LENGTHS)


def _plain(text: str) -> str:
    return one_line(text).casefold()
