"""What a cell of a table is: a number with its unit, a date, nothing, or words."""

from __future__ import annotations

import re
from functools import lru_cache

from vectorstore.words.calendar_words import MONTHS
from vectorstore.words.tokens import tokens

EMPTY = frozenset({"", "-", "–", "—", "n/a", "na", "none", "?", "…", "..."})
Moment = tuple[int, int, int]
"""Year, month, day; 0 where it is not said."""

_NUMBER = re.compile(
    r"\s*(?:[A-Z]{2,3}\s|[A-Z]{0,3}[$€£¥]|[^\w\s–−-]{0,2})\s*(?P<sign>[-−–]?)"
    r"(?P<number>\d{1,3}(?:[,\u202f ]\d{3})+(?:\.\d+)?|\d*\.?\d+)"
    r"\s*(?P<unit>%|[^\W\d_]{1,16}\.?(?:[ /][^\W\d_]{1,12})?|[€£¥$°\"'’”]{0,2})"
    r"\s*\.?(?:[\[(].*[\])])?\s*[*†‡]*\s*"
)
"""A currency or a sign, the number, a unit or two words of one, notes."""
_CLOCK = re.compile(
    r"\s*\+?(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d(?:\.\d+)?)\s*(?:[\[(].*[\])])?\s*"
)
"""A time that something took, "3:02.77" or "1:25:00": minutes and seconds, or with hours before them."""
_ORDINAL = re.compile(r"\s*(\d+)(?:st|nd|rd|th)\.?\s*", re.IGNORECASE)
_SUMS = re.compile(r"\W*(?:grand |sub)?-?totals?\W*$|\W*(?:sum|average|mean)\W*$", re.IGNORECASE)
_MONTH_NUMBERS = {form: number for number, forms in enumerate(MONTHS["en"], start=1) for form in forms.split()}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>1\d{3}|20\d\d|2100)(?!\d)"
_HAS_YEAR = re.compile(r"(?<!\d)(?:1\d{3}|20\d\d|2100)(?!\d)")
_DATES = tuple(
    re.compile(r"\W{0,2}" + pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}-(?P<month>[01]\d)(?:-(?P<day>[0-3]\d))?(?!\d)",
        rf"(?:[a-z]{{3,9}}\.?,? )?(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\.?(?: of)?[ -]{_MONTH}[ ,-]{{1,2}}{_YEAR}",
        rf"(?:[a-z]{{3,9}}\.?,? )?{_MONTH} (?P<day>[0-3]?\d)(?:st|nd|rd|th)?,? {_YEAR}",
        rf"{_MONTH}[ ,-]{{1,2}}{_YEAR}",
        rf"(?P<day>[0-3]?\d)\.(?P<month>[01]?\d)\.{_YEAR}",
        rf"(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}",
        _YEAR,
    )
)


@lru_cache(maxsize=50_000)
def number(cell: str) -> float | None:
    """Return the number that a cell is: "33,119", "49.90 %", "$1,200", "9 years", "1st"; None where it is none.

    A time that something took is a number of seconds.
    """
    if (took := seconds(cell)) is not None:
        return took
    if match := _ORDINAL.fullmatch(cell):
        return float(match[1])
    match = _NUMBER.fullmatch(cell)
    if match is None:
        return None
    value = float(re.sub(r"[,\u202f ]", "", match["number"]))
    return -value if match["sign"] else value


def seconds(cell: str) -> float | None:
    """Return how many seconds a cell says that something took: "3:02.77", "1:25:00"; None where it says none."""
    if ":" not in cell or not (match := _CLOCK.fullmatch(cell)):
        return None
    return int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + float(match["seconds"])


def clock(seconds: float) -> str:
    """Return seconds as sheets write them: 182.77 as "3:02.77"."""
    whole, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(whole), 60)
    tail = f"{rest:06.3f}".rstrip("0").removesuffix(".") if rest % 1 else f"{int(rest):02}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


@lru_cache(maxsize=50_000)
def moment(cell: str) -> Moment | None:
    """Return the date that a cell is, or begins with; of 03/05/2024, which has two readings, the year alone."""
    if not _HAS_YEAR.search(cell):
        return None
    for pattern in _DATES:
        if not (match := pattern.match(cell)):
            continue
        found = match.groupdict()
        if "first" in found:
            first, second = int(found["first"]), int(found["second"])
            month, day = (second, first) if first > 12 else (first, second) if second > 12 else (0, 0)
        else:
            written = (found.get("month") or "0").casefold()
            month, day = _MONTH_NUMBERS.get(written) or int(written), int(found.get("day") or 0)
        if month <= 12 and day <= 31:
            return int(found["year"]), month, day
    return None


def sums(cells: tuple[str, ...]) -> bool:
    """Tell whether a row holds sums of others: it is called "Total"."""
    return _SUMS.match(next(filter(None, cells), "")) is not None


# ---- words

_WORD = re.compile(r"\d[\d,.]*\d|\d+(?:st|nd|rd|th)?|[^\W\d_]+(?:['’][^\W\d_]+)?|%|#")
_NOTE = re.compile(r"\s*[\[(][^\])]*[\])]\s*")


def written_words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, in order."""
    return [match.group().casefold() for match in _WORD.finditer(text.replace("’", "'"))]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the form in which a word is compared."""
    if word in "%#":
        return word
    found = tokens(word.removesuffix("'s"))
    return found[0] if found else word.casefold()


@lru_cache(maxsize=50_000)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a name or a cell, its notes in brackets left out."""
    return tuple(stem(word) for word in written_words(_NOTE.sub(" ", text) or text))
