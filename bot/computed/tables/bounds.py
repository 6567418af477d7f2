"""Conditions by number and by date: "over 500 EUR", "between 10 and 100", "after 2023", "in March 2024"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.computed.tables.mention import ColumnMention, Span, words
from bot.computed.tables.plan import Condition, Relation
from bot.computed.tables.vocabulary import MONEY, NOT_ADDED, number_word, relation
from bot.text.dates import Date, dates
from vectorstore.tables.cells import stems
from vectorstore.tables.table import Table

_NUMBER = (
    r"(?:[$€£¥]\s?|(?:eur|usd|gbp|chf)\s)?(?P<{0}>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?(?:%|percent|k|eur|euros?|usd|dollars?|gbp|pounds?|chf|[€$£])(?!\w))?"
)
_CURRENCY = re.compile(r"[$€£¥]|\b(?:eur|euros?|usd|dollars?|gbp|pounds?|chf)\b")
_MORE = (
    r"(?P<word>(?:more|greater|higher|larger|bigger|over|above|exceeding|exceeds?|at least|no less|less|fewer|lower|"
    r"smaller|under|below|at most|no more|up to|cheaper)(?: than)?(?: or equal to)?)\s+"
)
_COMPARED = re.compile(
    rf"\b{_MORE}{_NUMBER.format('number')}"
    rf"|{_NUMBER.format('number2')}\s+(?:\w+ )?(?P<word2>or (?:more|higher|above|over|less|fewer|lower|below))"
    rf"|\b(?:between|from)\s+{_NUMBER.format('low')}\s+(?:and|to)\s+{_NUMBER.format('high')}"
)
_WHEN = r"\b(?P<word>after|since|before|until|till|by|from|in|on|during|dated|of|later than|earlier than|prior to)"
_BEFORE_DATE = re.compile(rf"{_WHEN}(?: the)?(?: end of| start of| beginning of| year| month of)?\s*$")
_BETWEEN = re.compile(r"\b(?:between|from)\s*$")
_AND = re.compile(r"\s*(?:and|to|until)\s*(?:the )?")
_LATEST, _EARLIEST = 1299, 0
MADE = frozenset("dated issued sent placed invoiced".split())
"""Words that say of a row that it has its date, and no more."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Conditions by one comparison, and the words of the question that it takes."""

    conditions: tuple[Condition, ...]
    used: tuple[Span, ...]


def bounds(text: str, table: Table, columns: Sequence[ColumnMention]) -> list[Bound] | None:
    """Return the comparisons in a question; None where it is not known which column one is about.

    Args:
        text: The question, in lower case.
        table: What it is asked of.
        columns: That it names.
    """
    by_date = list(dated(text, table, columns))
    found = [bound for _, bound in by_date]
    for match in _COMPARED.finditer(text):
        if any(start < match.end() and match.start() < end for (start, end), _ in by_date):
            continue
        bound = _numbered(match, text, table, columns)
        if bound is None:
            return None
        found.append(bound)
    return found


def _numbered(match: re.Match[str], text: str, table: Table, columns: Sequence[ColumnMention]) -> Bound | None:
    span = (_count(text, match.start()), _count(text, match.end()))
    able = [c for c, kind in enumerate(table.columns) if kind.is_numeric]
    column = _column(table, columns, span, able, money=_CURRENCY.search(match.group()) is not None)
    if column is None:
        return None
    index, used = column
    conditions = []
    for sign, number in _written(match):
        bound = float(number.replace(",", ""))
        conditions.append(Condition((index,), sign, f"{IN_WORDS[sign]} {number}", bound))
    return Bound(tuple(conditions), (span, *used))


def _written(match: re.Match[str]) -> list[tuple[Relation, str]]:
    """Return the relations of a comparison, each with its number."""
    if match["low"]:
        return [(">=", match["low"]), ("<=", match["high"])]
    return [(relation(match["word"] or match["word2"]), match["number"] or match["number2"])]


def comparisons(text: str) -> list[tuple[Span, list[tuple[Relation, str]]]]:
    """Return the comparisons with numbers in a question, whatever they are about, and the words of each."""
    return [
        ((_count(text, match.start()), _count(text, match.end())), _written(match))
        for match in _COMPARED.finditer(text)
    ]


IN_WORDS: dict[Relation, str] = {">": "more than", "<": "less than", ">=": "at least", "<=": "at most"}


def _column(
    table: Table, columns: Sequence[ColumnMention], span: Span, able: Sequence[int], *, money: bool
) -> tuple[int, tuple[Span, ...]] | None:
    """Return the column that a comparison is about: the nearest that is named, else the only one that holds amounts."""
    near = [mention for mention in columns if mention.column in able and not _identifies(table, mention.column)]
    if near:
        best = min(near, key=lambda mention: abs(mention.span[0] - span[0]))
        return best.column, (best.span,)
    amounts = [c for c in able if not _identifies(table, c) and not table.columns[c].is_dated]
    if money and len(amounts) > 1:
        amounts = [c for c in amounts if set(stems(table.names[c])) & MONEY]
    return (amounts[0], ()) if len(amounts) == 1 else None


def _identifies(table: Table, column: int) -> bool:
    """Tell whether the numbers of a column are names."""
    kind = table.columns[column]
    named = set(stems(kind.name)) & NOT_ADDED and not kind.is_dated
    return bool(named) or (column == 0 and not kind.is_dated and kind.distinct == table.rows)


def dated(text: str, table: Table, columns: Sequence[ColumnMention]) -> Iterator[tuple[Span, Bound]]:
    """Yield the comparisons with dates, and where in the text they stand."""
    able = [c for c, kind in enumerate(table.columns) if kind.is_dated]
    found = [date for date in dates(text) if date.year and not date.swapped and not date.last] if able else []
    taken = -1
    for i, date in enumerate(found):
        if date.start < taken:
            continue
        low, high, start, end, word = date, date, date.start, date.end, ""
        between = _BETWEEN.search(text, 0, date.start)
        if between and i + 1 < len(found) and _AND.fullmatch(text, date.end, found[i + 1].start):
            high, start, end, word = found[i + 1], between.start(), found[i + 1].end, "between"
        elif before := _BEFORE_DATE.search(text, 0, date.start):
            start, word = before.start(), before["word"]
        else:
            continue
        span = (_count(text, start), _count(text, end))
        column = _dated_column(columns, span, able)
        made = column and _range(table, column[0], word, low, high)
        if not column or not made:
            continue
        taken = end
        yield (start, end), Bound(made, (span, *column[1]))


def _dated_column(
    columns: Sequence[ColumnMention], span: Span, able: Sequence[int]
) -> tuple[int, tuple[Span, ...]] | None:
    near = [mention for mention in columns if mention.column in able]
    if near:
        best = min(near, key=lambda mention: abs(mention.span[0] - span[0]))
        return best.column, (best.span,)
    return (able[0], ()) if len(able) == 1 else None


def _range(table: Table, column: int, word: str, low: Date, high: Date) -> tuple[Condition, ...]:
    """Return the conditions that a row's date lies so to one or two dates; none where the column cannot tell."""
    yearly = table.columns[column].is_numeric
    if yearly and (low.month or high.month):
        return ()
    first = float(low.year or 0) if yearly else _edge(low, last=False)
    last = float(high.year or 0) if yearly else _edge(high, last=True)

    def condition(sign: Relation, bound: float, said: str) -> Condition:
        return Condition((column,), sign, said, bound)

    if word == "between":
        return condition(">=", first, f"from {low.text}"), condition("<=", last, f"until {high.text}")
    if word in ("after", "later than"):
        return (condition(">", last, f"after {low.text}"),)
    if word in ("before", "earlier than", "prior to"):
        return (condition("<", first, f"before {low.text}"),)
    if word in ("since", "from"):
        return (condition(">=", first, f"{word} {low.text}"),)
    if word in ("until", "till", "by"):
        return (condition("<=", last, f"until {low.text}"),)
    if yearly:
        return ()  # the cell itself is named
    return condition(">=", first, f"in {low.text}" if not low.day else f"on {low.text}"), condition("<=", last, "")


def _edge(date: Date, *, last: bool) -> float:
    """Return the first or last day that a date may mean, as it is stored."""
    month = date.month or (12 if last else 0)
    return float((date.year or 0) * 10000 + month * 100 + (date.day or (99 if last else 0)))


def _count(text: str, end: int) -> int:
    return len(words(text[:end]))


def limit_of(text: str) -> tuple[int, Span] | None:
    """Return how many rows of an order are asked for, "the top five", and the words that say so."""
    match = _LIMIT.search(text)
    if match is None:
        return None
    name = next(name for name in ("after", "before", "asked") if match[name])
    count = number_word(match[name])
    if count is None or not 2 <= count <= 100:
        return None
    at = _count(text, match.start(name))
    return count, (at, at + 1)


_COUNT = r"\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty"
_ORDERED = (
    r"top|bottom|highest|lowest|largest|smallest|biggest|greatest|longest|shortest|oldest|youngest|newest|latest|"
    r"earliest|cheapest|best|worst|most|least|fewest|fastest|slowest|heaviest|lightest|tallest"
)
_LIMIT = re.compile(
    rf"\b(?:{_ORDERED}) (?P<after>{_COUNT})\b(?! (?:%|percent))"
    rf"|\b(?P<before>{_COUNT}) (?:{_ORDERED})\b"
    rf"|\b(?:which|what|list|name|show(?: me)?)(?: the)? (?P<asked>{_COUNT})\b(?=.*\b(?:{_ORDERED})\b)"
)
