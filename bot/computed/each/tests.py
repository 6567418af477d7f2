"""What a question asks of a date or an amount: "in 2026", "before March 2027", "over 2,000 EUR", "of six months"."""

from __future__ import annotations

import re

from bot.computed.each.facts import Kind, Test
from bot.text.facts import Date, Number, dates, numbers

_RELATIONS = (
    (r"at least|no less than", ">="), (r"at most|no more than|up to", "<="),
    (r"more than|over|above|exceeding|greater than|higher than", ">"), (r"less than|under|below|fewer than", "<"),
    (r"of", "=="),
)  # fmt: skip


def tested(text: str) -> tuple[Kind | None, Test]:
    """Return whether a test is of dates or of numbers, and the test; None where it is not understood."""
    word = re.match(r"(in|on|before|after|by|since|until|between|from)\b", text)
    found = [date for date in dates(text) if date.year and not date.swapped]
    if word and found:
        low, high = _first(found[0]), _last(found[-1])
        return "date", _dated(word[1], low, high)
    relation = next((sign for words, sign in _RELATIONS if re.match(rf"(?:{words})\b", text)), None)
    amounts = [number for number in numbers(text) if not number.ordinal and number.other is None]
    if word and word[1] in ("between", "from") and len(amounts) == 2:
        return "number", _amount(amounts[0], amounts[1])
    if relation is None or len(amounts) != 1:
        return None, lambda _: None
    return "number", _compared(relation, amounts[0])


def _first(date: Date) -> tuple[int, int, int]:
    return (date.year or 0, date.month or 0, date.day or 0)


def _last(date: Date) -> tuple[int, int, int]:
    return (date.year or 0, date.month or 99, date.day or 99)


def _dated(word: str, low: tuple[int, int, int], high: tuple[int, int, int]) -> Test:
    def test(value: Date | Number) -> bool | None:
        if not isinstance(value, Date) or not value.year:
            return None
        first, last = _first(value), _last(value)
        if word == "before":
            return True if last < low else False if first >= low else None
        if word == "after":
            return True if first > high else False if last <= high else None
        if word in ("by", "until"):
            return True if last <= high else False if first > high else None
        if word == "since":
            return True if first >= low else False if last < low else None
        return True if low <= first and last <= high else False if last < low or first > high else None

    return test


def _compared(relation: str, bound: Number) -> Test:
    def test(value: Date | Number) -> bool | None:
        if not isinstance(value, Number) or (bound.unit and value.unit and bound.unit != value.unit):
            return None
        a, b = value.value, bound.value
        return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b, "==": a == b}[relation]

    return test


def _amount(low: Number, high: Number) -> Test:
    def test(value: Date | Number) -> bool | None:
        if not isinstance(value, Number) or (high.unit and value.unit and high.unit != value.unit):
            return None
        return low.value <= value.value <= high.value

    return test
