"""What in a text can be wrong by one word: numbers, dates, names, quotations and negations.

Each function returns spans in order with normalised values, so that a statement can be held against its
source and two sources against each other. No model, no download; a few tenths of a millisecond a sentence.

    >>> [n.value for n in numbers("1.5 million people in 2019")]
    [1500000.0]
    >>> [d.year for d in dates("1.5 million people in 2019")]
    [2019]
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.text import numbers as numerals
from bot.text.dates import Date, dates, same_date
from bot.text.names import Name, acronym_of, names, same_name
from bot.text.negations import Negation, negations
from bot.text.numbers import Number, same_number
from bot.text.quotations import Quotation, quotations

__all__ = [
    "Date", "Name", "Negation", "Number", "Quotation", "acronym_of", "dates", "names", "negations", "numbers",
    "quotations", "same_date", "same_name", "same_number",
]  # fmt: skip


def numbers(text: str, *, except_in: Iterable[Date] | None = None) -> list[Number]:
    """Return the numbers of `text` that are no part of a date.

    Args:
        text: Any text.
        except_in: The dates of `text` where they are known already; else they are looked for.
    """
    spans = [(d.start, d.end) for d in (dates(text) if except_in is None else except_in)]
    found = numerals.numbers(text)
    return [n for n in found if not any(n.start < end and start < n.end for start, end in spans)]
