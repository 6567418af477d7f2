"""Dates as they are written, in any order and format, with what each leaves open.

A `Date` holds the parts that the text gives. `same_date` asks whether a source gives at least the parts of a
claim: "May 2019" is held by "3 May 2019", not the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.text.fold import fold
from bot.text.number_words import ORDINALS, TENS
from vectorstore.words.calendar_words import MONTHS, WEEKDAYS, month_names


@dataclass(frozen=True, slots=True)
class Date:
    """A date in a text; `text` is the verbatim run [start:end].

    Attributes:
        start, end: Offsets into the text.
        text: Verbatim.
        year, month, day: What is given, or None. Years before Christ are negative.
        quarter: 1 to 4, or None; `half` 1 or 2.
        weekday: 0 (Monday) to 6, or None.
        last: Last year of a decade or century whose first year is `year`, or None.
        swapped: True when day and month may be the other way round ("03/05/2019").
        bare: True for a lone year, which might be a number.
    """

    start: int
    end: int
    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None
    half: int | None = None
    weekday: int | None = None
    last: int | None = None
    swapped: bool = False
    bare: bool = False


_MONTHS = {
    name: month for names in MONTHS.values() for month, forms in enumerate(names, start=1) for name in forms.split()
}
_WEEKDAYS = {name: day for day, name in enumerate(WEEKDAYS["en"])}
_ORDINALS = {word: number for word, number in ORDINALS["en"].items() if number <= 20} | {"twenty-first": 21}
_QUARTERS = {word: number for word, number in _ORDINALS.items() if number <= 4} | {
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4,
}  # fmt: skip
_DECADE_WORDS = {f"{word[:-1]}ies": value for word, value in TENS.items()}
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}

_M = "(?P<{0}>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_D = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th|\.)?"
_Y = r"(?P<{0}>[12]\d{{3}})(?!\d)(?:\s?(?P<bc>bce?|b\.\s?c\.))?"
_OF = r"\s?(?:of|de|del|di|do)?\s?,?\s?"
_RANGE = r"(?:\s?(?:-+|to|and|bis)\s?"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_YEARS_BEFORE = r"(?:in|since|by|until|till|from|of|during|after|before|circa|c\.|ca\.|around|year|and|to|early|late|mid|through|between|em|en|im|seit|von|bis|в|с|für|for|fy)"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ymd", _pattern(r"(?<![\d.])(?P<y>[12]\d{3})\s?[-/.]\s?(?P<mn>0?[1-9]|1[0-2])\s?[-/.]\s?(?P<d>0?[1-9]|[12]\d|3[01])(?!\d)")),
    ("cjk", _pattern(
        r"(?:(?P<era>" + "|".join(_ERAS) + r")\s?(?P<ey>元|\d{1,2})\s?年|(?<!\d)(?P<y>[12]\d{3})\s?(?:年|년))"
        r"(?P<decade>代|대)?(?:度)?(?:\s?(?P<mn>1[0-2]|0?[1-9])\s?(?:月|월)(?:\s?(?P<d>[12]\d|3[01]|0?[1-9])\s?(?:日|号|號|일))?)?")),
    ("cjk", _pattern(r"(?<!\d)(?P<mn>1[0-2]|0?[1-9])\s?(?:月|월)\s?(?P<d>[12]\d|3[01]|0?[1-9])\s?(?:日|号|號|일)")),
    ("cjk", _pattern(r"(?<![\dヶかカ個个])(?P<mn>1[0-2]|[1-9])(?:月|월)(?![\dか間])")),
    ("century", _pattern(r"(?<!\d)(?P<c>\d{1,2})\s?(?:世紀|世纪|세기)")),
    ("quarter", _pattern(r"\bq(?P<q>[1-4])(?:\s?(?:of|,|/|-)?\s?(?:fy\s?|fiscal\s(?:year\s)?)?(?P<y>(?:20|19)?\d{2})(?!\d))?")),
    ("quarter", _pattern(rf"\b(?P<qw>{'|'.join(_QUARTERS)})\s?-?\squarter(?:\s?(?:of|,)?\s?(?:fiscal\s?(?:year\s)?)?(?P<y>[12]\d{{3}}))?")),
    ("half", _pattern(r"\b(?:h(?P<h>[12])|(?P<qw>first|second)\shalf)\s(?:of\s)?(?P<y>[12]\d{3})\b")),
    ("mdy", _pattern(rf"\b{_M.format('m')}\s?{_D.format('d')}{_RANGE}(?:(?P<m2>{'|'.join(_MONTHS)})\.?\s)?(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?)?(?!\d)(?:(?:\s?,\s?|\s(?:of|in)\s|\s){_Y.format('y')})?(?![\d:])")),
    ("dmy", _pattern(rf"(?<![\d.,]){_D.format('d')}{_RANGE}{_D.format('d2')})?\s?-?{_OF}{_M.format('m')}(?:{_OF}{_Y.format('y')})?")),
    ("my", _pattern(rf"\b{_M.format('m')}{_RANGE}(?P<m2>{'|'.join(_MONTHS)})\b)?(?:\s?,\s?|\s?(?:of|de|del|di|do)\s|\s|-)(?:the\syear\s)?{_Y.format('y')}")),
    ("dmn", _pattern(r"(?<![\d./])(?P<a>0?[1-9]|[12]\d|3[01])(?P<sep>[/.-])(?P<b>0?[1-9]|[12]\d|3[01])(?P=sep)(?P<y>(?:19|20)\d{2}|\d{2})(?![\d.])")),
    ("decade", _pattern(r"(?<![\w.,])(?P<y>[12]\d{2}0)\s?'?s\b|(?<!\w)'(?P<y2>[1-9]0)s\b|\b(?:the|early|late|mid-?)\s(?P<dw>" + "|".join(_DECADE_WORDS) + r")\b")),
    ("century", _pattern(r"\b(?P<c>\d{1,2})(?:st|nd|rd|th)?(?:\s?-?\s|-)(?:century|centuries)(?:\s?(?P<bc>bce?|b\.\s?c\.))?")),
    ("century", _pattern(rf"\b(?P<cw>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})[\s-]+century(?:\s?(?P<bc>bce?|b\.\s?c\.))?")),
    ("years", _pattern(r"(?<![\d.,$€£¥])(?P<y>1[0-9]\d{2}|20\d{2})\s?(?:-+|/)\s?(?P<y2>(?:1[0-9]|20)\d{2}|\d{2})(?![\d.,]\d|\d|\s?%)")),
    ("bc", _pattern(r"(?<![\d.,])(?P<y>\d{1,4})\s?(?P<bc>bce?|b\.\s?c\.)(?![a-z])")),
    ("ad", _pattern(r"\ba\.?d\.?\s(?P<y>\d{1,4})\b|(?<![\d.,])(?P<y2>\d{1,4})\s(?:ad|ce)(?![a-z])")),
    ("weekday", _pattern(rf"\b(?P<w>{'|'.join(_WEEKDAYS)})s?\b")),
    ("month", _pattern(rf"\b(?P<m>{'|'.join(name for name in month_names('en') if name not in ('may', 'march'))})\b")),
    ("may", re.compile(r"(?<=in )(?P<m>May|March)\b(?! be)|(?<=(?:y|e|l|f|n|d) )(?P<m2>May|March)\b(?=[.,;)])")),
    ("fiscal", _pattern(r"\b(?:fy|fiscal\s(?:year\s)?)'?\s?(?P<y>(?:20|19)?\d{2})(?!\d)")),
    ("year", _pattern(rf"(?<![\w.,$€£¥%/-])(?P<y>1[1-9]\d{{2}}|20\d{{2}}|(?<=\bin )10\d{{2}})(?![\w%/]|[.,:]\d|\s?(?:%|percent|per\scent|people|persons|dollars|years|km|kg|m\b|million|billion|miles|feet|tons?|tonnes|men|troops|soldiers|copies|units|euros?|yen|hours|minutes|acres|pounds|thousand))|\b{_YEARS_BEFORE}-(?P<y2>1[0-9]\d{{2}}|20\d{{2}})(?!\d)")),
)  # fmt: skip


def _full_year(run: str | None) -> int | None:
    if not run:
        return None
    return int(run) if len(run) > 2 else int(run) + (2000 if int(run) < 50 else 1900)


def _build(kind: str, match: re.Match[str], text: str) -> Iterator[Date]:
    """Make the dates of one match; a range gives its two ends."""
    group = match.groupdict()
    start, end = match.span()
    base = {"start": start, "end": end, "text": text[start:end]}
    exact = kind in ("bc", "ad")
    year = int(group["y"]) if exact and group.get("y") else _full_year(group.get("y"))
    if year is not None and group.get("bc"):
        year = -year
    month = _MONTHS.get(group["m"].lower()) if group.get("m") else int(group["mn"]) if group.get("mn") else None
    day = int(group["d"]) if group.get("d") else None
    if kind in ("mdy", "dmy", "my", "ymd"):
        lower_verb = group.get("m") in ("may", "march", "mar", "mart", "dec", "sept") and year is None
        if lower_verb or (day is not None and not 1 <= day <= 31):
            return
        second_month = _MONTHS.get(group["m2"].lower()) if group.get("m2") else None
        second_day = int(group["d2"]) if group.get("d2") else None
        yield Date(**base, year=year, month=month, day=day)  # type: ignore[arg-type]
        if second_day or second_month:
            yield Date(**base, year=year, month=second_month or month, day=second_day)  # type: ignore[arg-type]
    elif kind == "cjk":
        if group.get("era"):
            year = _ERAS[group["era"]] + (1 if group["ey"] == "元" else int(group["ey"]))
        decade = bool(group.get("decade")) and year is not None
        yield Date(**base, year=year, month=month, day=day, last=(year or 0) + 9 if decade else None)  # type: ignore[arg-type]
    elif kind in ("quarter", "half"):
        number = int(group.get("q") or group.get("h") or _QUARTERS[(group.get("qw") or "1st").lower()])
        yield Date(**base, year=year, **{kind: number})  # type: ignore[arg-type]
    elif kind == "dmn":
        a, b = int(group["a"]), int(group["b"])
        if a > 12 and b > 12:
            return
        day, month = (b, a) if b > 12 else (a, b)
        yield Date(**base, year=year, month=month, day=day, swapped=a <= 12 and b <= 12 and a != b)  # type: ignore[arg-type]
    elif kind == "decade":
        first = (
            year
            if year is not None
            else 1900 + (int(group["y2"]) if group["y2"] else _DECADE_WORDS[group["dw"].lower()])
        )
        yield Date(**base, year=first, last=first + (99 if first % 100 == 0 else 9))  # type: ignore[arg-type]
    elif kind == "century":
        number = int(group["c"]) if group.get("c") else _ORDINALS[group["cw"].lower()]
        first = -100 * number if group.get("bc") else 100 * (number - 1)
        yield Date(**base, year=first, last=first + 99)  # type: ignore[arg-type]
    elif kind == "years":
        second = group["y2"]
        last = int(second) if len(second) == 4 else (year or 0) // 100 * 100 + int(second)
        if last <= (year or 0):
            return
        yield Date(**base, year=year)  # type: ignore[arg-type]
        yield Date(**base, year=last)  # type: ignore[arg-type]
    elif kind == "weekday":
        yield Date(**base, weekday=_WEEKDAYS[group["w"].lower()])  # type: ignore[arg-type]
    elif kind in ("month", "may"):
        yield Date(**base, month=_MONTHS[(group["m"] or group["m2"]).lower()])  # type: ignore[arg-type]
    else:
        year = year if year is not None else int(group["y2"]) if exact else _full_year(group.get("y2"))
        yield Date(**base, year=year, bare=kind == "year")  # type: ignore[arg-type]


def dates(text: str) -> list[Date]:
    """Return the dates of `text` by place; the two ends of a range share their span."""
    low = fold(text)
    if not _HINT.search(low):
        return []
    taken = bytearray(len(low))
    found: list[Date] = []
    named = _WORDY.search(low) is not None
    for kind, pattern in _PATTERNS:
        if (kind in _NAMED and not named) or (kind == "cjk" and low.isascii()):
            continue
        for match in pattern.finditer(low):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            made = list(_build(kind, match, text))
            if made:
                found.extend(made)
                taken[start:end] = b"\x01" * (end - start)
    return sorted(found, key=lambda date: date.start)


_WORDY = _pattern(r"\b(?:" + "|".join(_MONTHS) + r")\b")
_HINT = _pattern(r"\d|century|quarter|\b(?:" + "|".join([*_MONTHS, *_WEEKDAYS, *_DECADE_WORDS]) + r")\b|元年")
_NAMED = frozenset({"mdy", "dmy", "my", "month", "may"})


def same_date(claim: Date, source: Date) -> bool:
    """Tell whether `source` gives every part of `claim`, with the same values."""
    if claim.weekday is not None or source.weekday is not None:
        return claim.weekday == source.weekday
    if claim.last is not None:
        if claim.year is None or source.year is None:
            return False
        return claim.year <= source.year and (source.last or source.year) <= claim.last
    if source.last is not None:
        return False
    if claim.year is not None and claim.year != source.year:
        return False
    if claim.quarter is not None or claim.half is not None:
        quarter = source.quarter or ((source.month - 1) // 3 + 1 if source.month else None)
        half = source.half or ((quarter - 1) // 2 + 1 if quarter else None)
        return claim.quarter == quarter if claim.quarter is not None else claim.half == half
    pairs = {(source.month, source.day)} | ({(source.day, source.month)} if source.swapped or claim.swapped else set())
    return any((claim.month is None or claim.month == m) and (claim.day is None or claim.day == d) for m, d in pairs)
