"""Numbers as they are written: digits, words, magnitudes, fractions, CJK numerals; and what they count.

`numbers` normalises 1,000 and 1.000 and "one thousand" and 千 to the same value, reads the unit or currency
beside it, and keeps the exact place. Years and dates are no numbers here: see `dates.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.text.fold import fold
from bot.text.number_words import (
    BOUNDS_AFTER,
    BOUNDS_BEFORE,
    COUNTERS,
    FRACTIONS,
    KANJI_DIGITS,
    KANJI_MAGNITUDES,
    KANJI_TENS,
    MAGNITUDES,
    ORDINALS,
    TENS,
    UNDER_TWENTY,
    Bound,
)
from bot.text.units import CURRENCY_BEFORE, UNIT_AFTER, UNITS
from vectorstore.words.scripts import CJK


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; `text` is the verbatim run [start:end], unit included.

    Attributes:
        start, end: Offsets into the text.
        text: Verbatim.
        value: The value with its magnitude: "1.5 million" is 1500000.0; per cent stays as written.
        unit: Canonical name of the unit ("%", "usd", "km", "year"), or "".
        other: A second reading ("1.234" may be 1234), or None.
        bound: "about", "over" ("more than", "at least") or "under" when the text hedges it.
        ordinal: True for "third", "21st", 第3.
        soft: True for "one" and "first" alone, which are often no number at all.
    """

    start: int
    end: int
    text: str
    value: float
    unit: str = ""
    other: float | None = None
    bound: Bound = ""
    ordinal: bool = False
    soft: bool = False


_ORDINALS = ORDINALS["en"]
_MAGNITUDES = {word: value for words in MAGNITUDES.values() for word, value in words.items()}
_COUNTS_NOTHING = frozenset("mil mille bin mio mn tn billions millions thirds halves fifths tenths".split())
"""Words that begin no number: "millions of", French "mille"."""

_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+|"
    r"\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
)
_NUMBER_WORD = "|".join(sorted([*UNDER_TWENTY, *TENS, *_ORDINALS, *FRACTIONS, *_MAGNITUDES], key=len, reverse=True))
_KANJI, _KANJI_SIZES = "".join(KANJI_DIGITS), "".join((*KANJI_TENS, *KANJI_MAGNITUDES))
_TOKEN = re.compile(
    rf"(?<![\w.])(?P<clock>[012]?\d:[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?\s?m\b)?|\d{{1,2}}(?:\s?[ap]\.?m\b\.?)|\b(?:midnight|noon|midday)\b)"
    rf"|(?<![^\W\d_{CJK}])(?<![\d.])(?P<vulgar>\d*[½⅓⅔¼¾⅛])"
    rf"|(?P<kanji>(?:{_DIGITS}|[{_KANJI}十百千])(?:\d*[{_KANJI}{_KANJI_SIZES}])+\d*)"
    rf"|(?<![A-Za-z_]-)(?<![^\W\d_{CJK}])(?<!\d)(?<!\d[.,])(?P<digits>{_DIGITS})"
    r"(?!\.\d)(?:(?P<ordinal>st|nd|rd|th)\b|(?P<suffix>bn|mn|tn|k|m|b)\b)?"
    rf"|\b(?P<word>{_NUMBER_WORD})\b"
)
_VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}
_SUFFIX = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
_BOUND_BEFORE = tuple(
    (bound, re.compile(rf"(?<![a-z])(?:{words})\s?(?:a |an |the )?(?:us\s?)?[$€£¥₹]?\s?$"))
    for bound, words in BOUNDS_BEFORE.items()
)
_BOUND_AFTER = tuple((bound, re.compile(rf"\s?(?:{words})")) for bound, words in BOUNDS_AFTER.items())
_RANGE_GAP = re.compile(r"\s?(?:-+|~|から|to|or|and)\s?(?:[$€£¥₹]\s?)?$")


def _read_digits(run: str) -> tuple[float, float | None]:
    """Return the value of a run of digits and separators, and its second reading if it has one."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", run):
        return float(run.replace(",", "")), None
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", run) and ("," in run or run.count(".") > 1):
        return float(run.replace(".", "").replace(",", ".")), None
    if " " in run:
        return float(run.replace(" ", "")), float(run.rsplit(" ", 1)[1])
    if re.fullmatch(r"\d{1,3}\.\d{3}", run):
        return float(run), float(run.replace(".", ""))
    return float(run.replace(",", ".")), None


def _read_kanji(run: str) -> float:
    """Return the value of a numeral such as 3億5千万, 二十一 or 一九九〇."""
    total, section, digits, positional = 0.0, 0.0, "", True
    for token in re.findall(rf"{_DIGITS}|\D", run):
        if token[0].isdigit() and token not in KANJI_DIGITS:
            digits = str(_read_digits(token)[0])
        elif token in KANJI_DIGITS:
            digits = (digits + str(KANJI_DIGITS[token])) if positional else str(KANJI_DIGITS[token])
        elif token in KANJI_TENS:
            section += (float(digits) if digits else 1) * KANJI_TENS[token]
            digits, positional = "", False
        elif token in KANJI_MAGNITUDES:
            total += (section + (float(digits) if digits else 0) or 1) * KANJI_MAGNITUDES[token]
            section, digits = 0.0, ""
    return total + section + (float(digits) if digits else 0)


def _kanji_counts(text: str, match: re.Match[str]) -> bool:
    """Tell a numeral from a word that is written with one (一般, 十分, 万一)."""
    run, after = match.group("kanji"), text[match.end() : match.end() + 1]
    if any(c.isdigit() and c.isascii() for c in run):
        return True
    before = text[match.start() - 1 : match.start()] if match.start() else ""
    if run == "十" and after == "分":
        return text[match.end() + 1 : match.end() + 2] in ("間", "後", "前", "以")
    return before == "第" or (after in COUNTERS and after != "") or len(run) > 2


def _words(text: str, first: re.Match[str], matches: list[re.Match[str]], at: int) -> tuple[Number, int]:
    """Combine number words from matches[at] on: "one hundred and twenty-three", "5 million", "two-thirds"."""
    total, current, end, last = 0.0, None, first.end(), float("inf")
    other, ordinal, soft, used = None, False, False, at
    while used < len(matches):
        match = matches[used]
        gap = text[end : match.start()] if used > at else ""
        if used > at and not re.fullmatch(r"\s?-?\s?|\sand\s(?:a\s)?" if match["word"] else r"(?!)", gap):
            break
        joined = "and" in gap
        if match["digits"]:
            current, other = _read_digits(match["digits"])
        else:
            word = match["word"]
            if used == at + 1 and first["digits"] and word not in _MAGNITUDES and word not in FRACTIONS:
                break  # "1000 one": two numbers
            if word in FRACTIONS and ((joined and word == "half") or ((current is not None or total) and not joined)):
                if word in ("third", "fifth", "tenth") and current != 1:
                    break
                if joined:
                    total, current = total + (current or 0) + 0.5, None
                else:
                    total, current = (total + (current or 0)) / FRACTIONS[word], None
                end, used = match.end(), used + 1
                break
            if word in ("half", "quarter", "quarters") and used == at:
                total, end, used = 1 / FRACTIONS[word], match.end(), used + 1
                soft = True
                break
            if word in UNDER_TWENTY or word in TENS or word in _ORDINALS:
                value = UNDER_TWENTY.get(word, TENS.get(word, _ORDINALS.get(word, 0)))
                room = (
                    current is None
                    or (value < 100 <= current and current % 100 == 0)
                    or (value < 10 and current % 10 == 0 and 20 <= current % 100 < 100 and not joined)
                )
                if (
                    not room
                    or (joined and current is None and not total)
                    or (current is None and total and value >= last)
                ):
                    break
                current = (current or 0) + value
                ordinal = word in _ORDINALS
            elif word in ("hundred", "hundert", "dozen", "dozens"):
                if (current is not None and current >= 100) or joined:
                    break
                current = (1 if current is None else current) * _MAGNITUDES[word]
            elif word in _MAGNITUDES:
                size = _MAGNITUDES[word]
                if size >= last or joined:
                    break
                total, current, last = total + (1 if current is None else current) * size, None, size
                other = other * size if other is not None else None
            else:
                break
        end, used = match.end(), used + 1
        if ordinal:
            break
    if used == at:
        used, end = at + 1, first.end()
    amount = float(total + (current or 0))
    text_run = text[first.start() : end]
    soft = soft or text_run in ("one", "first", "second")
    return Number(first.start(), end, text_run, amount, other=other, ordinal=ordinal, soft=soft), used


def _clock(run: str) -> float:
    """Return minutes after midnight."""
    if run[0].isalpha():
        return 0.0 if run == "midnight" else 720.0
    parts = [int(p) for p in re.findall(r"\d+", run)]
    hour = parts[0] % 12 + 12 if "p" in run else parts[0] % 12 if "a" in run else parts[0]
    return float(hour * 60 + (parts[1] if len(parts) > 1 else 0))


def _scan(low: str) -> Iterator[Number]:
    matches = list(_TOKEN.finditer(low))
    at = 0
    while at < len(matches):
        match = matches[at]
        start, end = match.span()
        if match["clock"]:
            yield Number(start, end, "", _clock(match["clock"]), unit="clock")
        elif match["vulgar"]:
            whole = match["vulgar"][:-1]
            yield Number(start, end, "", float(whole or 0) + _VULGAR[match["vulgar"][-1]])
        elif match["kanji"]:
            if _kanji_counts(low, match):
                yield Number(start, end, "", _read_kanji(match["kanji"]), ordinal=low[start - 1 : start] == "第")
        elif match["digits"] and (match["ordinal"] or match["suffix"]):
            value, _ = _read_digits(match["digits"])
            suffix = match["suffix"]
            if suffix == "m" and not CURRENCY_BEFORE.search(low[max(0, start - 5) : start]):
                end, suffix = match.end("digits"), None
            factor = _SUFFIX[suffix] if suffix else 1
            yield Number(start, end, "", value * factor, ordinal=bool(match["ordinal"]))
        elif match["word"] in _COUNTS_NOTHING or (
            match["word"] in _MAGNITUDES and not re.search(r"\ba\s$|\bper\s$", low[max(0, start - 4) : start])
        ):
            at += 1  # a magnitude that counts nothing: "millions of", French "mille"
            continue
        else:
            number, at = _words(low, match, matches, at)
            yield replace(number, ordinal=number.ordinal or low[start - 1 : start] == "第")
            continue
        at += 1


def _dressed(number: Number, low: str, text: str) -> Number:
    """Add unit, currency and hedge, and the verbatim run."""
    start, end, unit, value, other = number.start, number.end, number.unit, number.value, number.other
    currency = CURRENCY_BEFORE.search(low[max(0, start - 5) : start])
    after = UNIT_AFTER.match(low, end)
    if currency:
        sign = currency.group(1).replace(" ", "")
        unit, start = (UNITS[sign][0] if sign in UNITS else "usd"), max(0, start - 5) + currency.start(1)
    elif after and not unit:
        form = after.group(1)
        form = (
            "%"
            if form.startswith("per cent")
            else "pp"
            if form.startswith("percentage p")
            else "usd"
            if form.startswith("us d")
            else form
        )
        unit, factor = UNITS[form]
        value, other, end = value * factor, other * factor if other is not None else None, after.end()
    before = low[max(0, start - 24) : start]
    bound: Bound = next((b for b, pattern in _BOUND_BEFORE if pattern.search(before)), "")
    bound = next((b for b, pattern in _BOUND_AFTER if pattern.match(low, end)), bound)
    return replace(number, start=start, end=end, text=text[start:end], unit=unit, value=value, other=other, bound=bound,
                   soft=number.soft and not unit)  # fmt: skip


def numbers(text: str) -> list[Number]:
    """Return the numbers of `text` in order, without looking for dates (see `facts.numbers`)."""
    low = fold(text).lower()
    if len(low) != len(text):  # a letter whose lower case is longer: rare, and offsets matter more
        low = fold(text)
    found = [_dressed(number, low, text) for number in _scan(low)]
    for i in range(len(found) - 2, -1, -1):  # "5 to 10 million km": the first shares magnitude and unit
        first, second = found[i], found[i + 1]
        if _RANGE_GAP.fullmatch(low[first.end : second.start]) and not first.unit and second.unit not in ("", "clock"):
            raw = _plain(low[first.start : first.end])
            scale = (
                second.value / _plain(low[second.start : second.end])
                if raw and _plain(low[second.start : second.end])
                else 1
            )
            shared = raw * scale if raw and first.value == raw and first.value < second.value else first.value
            found[i] = replace(first, value=shared, unit=second.unit, soft=False)
        elif (
            re.fullmatch(r"\s?(?:-+|to)\s?|\s(?:and|or)\s", low[first.end : second.start])
            and first.value < 1000 <= second.value
        ):
            raw = _plain(low[second.start : second.end]) or _leading(low[second.start : second.end])
            joined = (
                "and" in low[first.end : second.start] and "between" not in low[max(0, first.start - 9) : first.start]
            )
            if raw and raw < 1000 and raw != second.value and first.value < raw and not joined:
                found[i] = replace(first, value=first.value * second.value / raw)
    return found


def _plain(run: str) -> float:
    """Return the first digits of `run` as a value, or 0.0."""
    match = re.search(_DIGITS, run)
    return _read_digits(match.group())[0] if match else 0.0


@lru_cache(maxsize=10_000)
def _as_written(number: Number) -> float:
    """Return the value without the unit's factor: "12 months" beside a bare 12."""
    if not number.unit:
        return number.value
    ending = number.text.lower()
    return number.value / next(
        (f for form, (unit, f) in UNITS.items() if unit == number.unit and ending.endswith(form)), 1.0
    )


def _equal(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1)


def _leading(run: str) -> float:
    """Return the value of a number word that begins `run`, or 0.0."""
    word = re.match(r"[a-z]+", run)
    return float(UNDER_TWENTY.get(word.group(), TENS.get(word.group(), 0))) if word else 0.0


def same_number(claim: Number, source: Number, *, loose: bool = False) -> bool:
    """Tell whether `source` says what `claim` says.

    Args:
        claim: From the statement. A hedged claim ("over 1,000", "about 5 million") allows a source within
            10 (over, under) or 5 per cent (about) on the right side.
        source: From the passage.
        loose: Ignore units that differ.
    """
    if claim.unit and source.unit and claim.unit != source.unit and not loose:
        return False
    if {claim.bound, source.bound} == {"over", "under"}:
        return False
    if _equal(claim.value, source.value):
        return True
    if claim.other is not None and _equal(claim.other, source.value):
        return True
    if source.other is not None and (_equal(claim.value, source.other) or _equal(claim.other, source.other)):
        return True
    if bool(claim.unit) != bool(source.unit) and _equal(_as_written(claim), _as_written(source)):
        return True  # "12 months" beside a bare 12
    a, b = claim.value, source.value
    if claim.bound == "about":
        return abs(a - b) <= 0.05 * abs(b)
    if claim.bound == "over" and source.bound != "under":
        return a <= b <= 1.1 * a
    return claim.bound == "under" and source.bound != "over" and 0.9 * a <= b <= a
