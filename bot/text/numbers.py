"""Numbers as they are written: digits, words, magnitudes, fractions, CJK numerals; and what they count.

`numbers` normalises 1,000 and 1.000 and "one thousand" and 千 to the same value, reads the unit or currency
beside it, and keeps the exact place. Years and dates are no numbers here: see `dates.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Literal

from bot.text.units import CURRENCY_BEFORE, UNIT_AFTER, UNITS

Bound = Literal["", "about", "over", "under"]


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


class _Fold(dict[int, int]):
    """One-to-one character folding, so that offsets stay: digits of every script, wide forms, dashes, quotes."""

    _PAIRS: ClassVar = dict(
        zip("–—−‑‒―～〜‘’‛′“”„‟″´`·٫٬、　\u00a0\u2009\u202f", "------~~''''\"\"\"\"\"''.. ,   \u0020", strict=False)
    )

    def __missing__(self, code: int) -> int:
        char = chr(code)
        mapped = self._PAIRS.get(char)
        if mapped is None:
            digit = unicodedata.decimal(char, None)
            if digit is not None:
                mapped = str(digit)
            elif 0xFF01 <= code <= 0xFF5E:
                mapped = chr(code - 0xFEE0)
        self[code] = ord(mapped or char)
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """Return `text` with digits, dashes, quotes and blanks in their ASCII form, every offset kept."""
    return text if text.isascii() else text.translate(_FOLD)


_SMALL = {
    w: i
    for i, w in enumerate(
        """
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
            sixteen seventeen eighteen nineteen
        """.split()
    )
}
_TENS = {
    w: 10 * i for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINAL_WORDS = {
    w: i
    for i, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}
_ORDINAL_WORDS |= {w[:-1] + "ieth": v for w, v in _TENS.items()}
_FRACTIONS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fifths": 5,
    "fifth": 5,
    "sixths": 6,
    "eighths": 8,
    "tenths": 10,
    "tenth": 10,
}
_MAGNITUDES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0, "dozens": 12.0,
    "mn": 1e6, "mln": 1e6, "mio": 1e6, "bn": 1e9, "mrd": 1e9, "tn": 1e12, "trn": 1e12, "lakh": 1e5, "crore": 1e7,
    "lakhs": 1e5, "crores": 1e7, "millionen": 1e6, "milliarden": 1e9, "milliarde": 1e9, "tausend": 1e3, "hundert": 1e2,
    "millones": 1e6, "millón": 1e6, "milhões": 1e6, "milhão": 1e6, "milioni": 1e6, "miliardi": 1e9, "millions": 1e6,
    "milliard": 1e9, "milliards": 1e9, "billions": 1e9, "mil": 1e3, "mille": 1e3, "bilhões": 1e9, "miljoen": 1e6,
    "miljard": 1e9, "тыс": 1e3, "тысяч": 1e3, "тысячи": 1e3, "тысяча": 1e3, "млн": 1e6, "миллион": 1e6, "миллиона": 1e6,
    "миллионов": 1e6, "млрд": 1e9, "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9, "مليون": 1e6, "مليار": 1e9,
    "ألف": 1e3, "triệu": 1e6, "tỷ": 1e9, "nghìn": 1e3, "milyon": 1e6, "milyar": 1e9, "bin": 1e3, "लाख": 1e5,
    "करोड़": 1e7, "milioane": 1e6, "miliarde": 1e9, "εκατομμύρια": 1e6, "δισεκατομμύρια": 1e9,
}  # fmt: skip
_KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "両": 2, "两": 2}
_KANJI_TENS = {"十": 10, "百": 100, "千": 1000, "백": 100, "천": 1000}
_KANJI_MAGNITUDES = {"万": 1e4, "萬": 1e4, "만": 1e4, "億": 1e8, "亿": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
_COUNTERS = "つ人年月日回個件社本台枚倍割円元歳週時分秒番位章条種名度点冊階校組世代か国カヶ県市町村色部%世個곳명"

_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+|"
    r"\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
)
_NUMBER_WORD = "|".join(sorted([*_SMALL, *_TENS, *_ORDINAL_WORDS, *_FRACTIONS, *_MAGNITUDES], key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?<![\w.])(?P<clock>[012]?\d:[0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?\s?m\b)?|\d{{1,2}}(?:\s?[ap]\.?m\b\.?)|\b(?:midnight|noon|midday)\b)"
    rf"|(?<![^\W\d_\u3040-\u9fff\uac00-\ud7af])(?<![\d.])(?P<vulgar>\d*[½⅓⅔¼¾⅛])"
    rf"|(?P<kanji>(?:{_DIGITS}|[〇零一二三四五六七八九十百千両两])(?:\d*[〇零一二三四五六七八九十百千両两万萬億亿兆만억조천백])+\d*)"
    rf"|(?<![A-Za-z_]-)(?<![^\W\d_\u3040-\u9fff\uac00-\ud7af])(?<!\d)(?<!\d[.,])(?P<digits>{_DIGITS})"
    r"(?!\.\d)(?:(?P<ordinal>st|nd|rd|th)\b|(?P<suffix>bn|mn|tn|k|m|b)\b)?"
    rf"|\b(?P<word>{_NUMBER_WORD})\b"
)
_VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}
_SUFFIX = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12}
_BOUNDS: tuple[tuple[Bound, str], ...] = (
    (
        "about",
        r"about|around|approximately|approx\.?|roughly|some|nearly|almost|circa|c\.|ca\.|~|estimated|約|およそ|ほぼ|大约|近",
    ),
    (
        "over",
        r"over|more than|at least|greater than|above|exceed(?:s|ed|ing)?|no (?:fewer|less) than|upwards of|超过|至少",
    ),
    ("under", r"under|less than|fewer than|at most|below|up to|no more than|not more than|a maximum of|最大|不到"),
)
_BOUND_BEFORE = [(b, re.compile(rf"(?<![a-z])(?:{p})\s?(?:a |an |the )?(?:us\s?)?[$€£¥₹]?\s?$")) for b, p in _BOUNDS]
_BOUND_AFTER = (
    (re.compile(r"\s?(?:or more|or higher|and over|以上|を超え|超|이상)"), "over"),
    (re.compile(r"\s?(?:or less|or fewer|以下|未満|이하)"), "under"),
)
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
        if token[0].isdigit() and token not in _KANJI_DIGITS:
            digits = str(_read_digits(token)[0])
        elif token in _KANJI_DIGITS:
            digits = (digits + str(_KANJI_DIGITS[token])) if positional else str(_KANJI_DIGITS[token])
        elif token in _KANJI_TENS:
            section += (float(digits) if digits else 1) * _KANJI_TENS[token]
            digits, positional = "", False
        elif token in _KANJI_MAGNITUDES:
            total += (section + (float(digits) if digits else 0) or 1) * _KANJI_MAGNITUDES[token]
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
    return before == "第" or (after in _COUNTERS and after != "") or len(run) > 2


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
            if used == at + 1 and first["digits"] and word not in _MAGNITUDES and word not in _FRACTIONS:
                break  # "1000 one": two numbers
            if word in _FRACTIONS and ((joined and word == "half") or ((current is not None or total) and not joined)):
                if word in ("third", "fifth", "tenth") and current != 1:
                    break
                if joined:
                    total, current = total + (current or 0) + 0.5, None
                else:
                    total, current = (total + (current or 0)) / _FRACTIONS[word], None
                end, used = match.end(), used + 1
                break
            if word in ("half", "quarter", "quarters") and used == at:
                total, end, used = 1 / _FRACTIONS[word], match.end(), used + 1
                soft = True
                break
            if word in _SMALL or word in _TENS or word in _ORDINAL_WORDS:
                value = _SMALL.get(word, _TENS.get(word, _ORDINAL_WORDS.get(word, 0)))
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
                ordinal = word in _ORDINAL_WORDS
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
    soft = soft or (
        text_run in ("one", "first", "second", "third", "ten", "zero") and text_run in ("one", "first", "second")
    )
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
        elif match["word"] in (
            "mil",
            "mille",
            "bin",
            "mio",
            "mn",
            "tn",
            "billions",
            "millions",
            "thirds",
            "halves",
            "fifths",
            "tenths",
        ) or (match["word"] in _MAGNITUDES and not re.search(r"\ba\s$|\bper\s$", low[max(0, start - 4) : start])):
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
    bound = next((b for pattern, b in _BOUND_AFTER if pattern.match(low, end)), bound)  # type: ignore[misc]
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
    return float(_SMALL.get(word.group(), _TENS.get(word.group(), 0))) if word else 0.0


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
