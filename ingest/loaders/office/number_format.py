"""Number formats of spreadsheets: what a cell shows for a value, such as "$1,234.50" or "3 May 2024".

A spreadsheet stores 45415 and a format; people read, and ask for, what is shown. Covers sections,
thousands, scaling, percent, fractions, scientific, literal text, dates, times and elapsed hours.
Colours, conditions beyond sign and locale names are passed over. What cannot be read is shown plain.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from vectorstore.words.calendar_words import WEEKDAYS, month_names

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)', 7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)", 41: "#,##0_);(#,##0)", 42: '"$"#,##0_);("$"#,##0)',
    43: "#,##0.00_);(#,##0.00)", 44: '"$"#,##0.00_);("$"#,##0.00)', 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
"""Formats that files name by number only; 14 and 22 follow the reader's locale there, ISO here."""

_MONTHS = tuple(name.capitalize() for name in month_names("en"))
_DAYS = tuple(name.capitalize() for name in WEEKDAYS["en"])

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<ampm>AM/PM|A/P|am/pm|a/p)'
    r"|(?P<general>General)|(?P<exponent>E[+-]0+)|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?|e+|a{3,4})"
    r"|(?P<digits>[#0?][#0?,.]*|\.[#0?]+)|(?P<at>@)|(?P<percent>%)|(?P<slash>/\s*[0-9?#]+)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)


def shown(value: float, code: str, *, base_1904: bool = False) -> str:
    """Return what a cell with this number and format shows.

    Args:
        value: The stored number.
        code: The format's code.
        base_1904: Whether days are counted from 1904 instead of 1900.
    """
    try:
        sections = _sections(code)
        if len(sections) > 1:
            index = 1 if value < 0 else 2 if value == 0 and len(sections) > 2 else 0
            section, number = sections[index], abs(value) if index == 1 else value
        else:
            section, number = sections[0], value
        tokens = _tokens(section)
        if any(kind == "date" for kind, _ in tokens):
            return _date(value, tokens, base_1904)
        return _number(number, tokens)
    except (ValueError, OverflowError, InvalidOperation, ArithmeticError, IndexError):
        return general(value)


def general(value: float) -> str:
    """Return a number as a cell without a format shows it, with up to 15 digits."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    if 0 < int(exponent) <= 20:
        return str(int(Decimal(text)))
    return f"{digits}E{exponent}"


@lru_cache(maxsize=2000)
def _sections(code: str) -> tuple[str, ...]:
    """Return the parts of a format between semicolons outside quotes."""
    parts: list[str] = [""]
    position, quoted = 0, False
    while position < len(code[:500]):
        character = code[position]
        if character == "\\" and not quoted:
            parts[-1] += code[position : position + 2]
            position += 2
            continue
        quoted ^= character == '"'
        if character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
        position += 1
    return tuple(parts)


@lru_cache(maxsize=2000)
def _tokens(section: str) -> tuple[tuple[str, str], ...]:
    """Return kinds and texts of the parts of one section; literal text has the kind "text"."""
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or ""
        text = match.group(kind) if kind else " " if match.group().startswith("_") else ""
        if kind == "bracket":
            if text.startswith("$"):
                tokens.append(("text", text[1:].split("-")[0]))
            elif text.lower().strip("hms") == "" and text:
                tokens.append(("date", f"[{text.lower()}]"))
            continue
        if kind in ("quoted", "escaped", "plain", ""):
            tokens.append(("text", text))
        elif kind == "date":
            tokens.append(("date", text.lower()))
        elif kind == "ampm":
            tokens.append(("date", "ampm"))
        else:
            tokens.append((kind, text))
    return tuple(tokens)


def _number(value: float, tokens: tuple[tuple[str, str], ...]) -> str:
    kinds = [kind for kind, _ in tokens]
    if "at" in kinds or "general" in kinds:
        sign = "-" if value < 0 else ""
        plain = general(abs(value))
        return (
            sign
            + "".join(
                plain if kind in ("at", "general") else text for kind, text in tokens if kind != "percent"
            ).strip()
        )
    if "digits" not in kinds:
        return "".join(text for kind, text in tokens if kind == "text").strip()
    if "slash" in kinds:
        return _fraction(value, tokens)
    number = Decimal(repr(value)) * 100 ** kinds.count("percent")
    # Digits may be split by literals (phone numbers, "000-00-0000"): all of them together are the number.
    pattern = "".join(text for kind, text in tokens if kind == "digits")
    if kinds.count("digits") > 1 and "." not in pattern and "exponent" not in kinds:
        return _spread(number, tokens, pattern)
    exponent = next((text for kind, text in tokens if kind == "exponent"), "")
    words = _scientific(number, pattern, exponent) if exponent else _decimal(number, pattern)
    # A later group of digits can hold the decimals: 0 "dollars" .00 "cents".
    apart = any(kind == "digits" and text.startswith(".") for kind, text in tokens[1:]) and "." in words
    pieces: list[str] = []
    placed = False
    for kind, text in tokens:
        if kind == "digits" and not placed:
            pieces.append(words.lstrip("-").partition(".")[0] if apart else words.lstrip("-"))
            placed = True
        elif kind == "digits" and apart and text.startswith("."):
            pieces.append("." + words.partition(".")[2])
        elif kind == "percent":
            pieces.append("%")
        elif kind == "text":
            pieces.append(text)
    sign = "-" if words.startswith("-") else ""
    return sign + "".join(pieces).strip()


def _decimal(number: Decimal, pattern: str) -> str:
    whole, _, places = pattern.partition(".")
    scale = len(whole) - len(whole.rstrip(",")) if not places else len(places) - len(places.rstrip(","))
    places = places.replace(",", "")
    grouped = "," in whole.rstrip(",")
    number = number / (Decimal(1000) ** scale)
    rounded = number.quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP)
    sign = "-" if rounded < 0 else ""
    digits, _, decimals = f"{abs(rounded):f}".partition(".")
    least = whole.replace(",", "").count("0")
    digits = digits.lstrip("0").rjust(least, "0")
    if grouped and digits:
        digits = f"{int(digits):,}".rjust(least, "0")
    keep = len(places.rstrip("#"))
    while len(decimals) > keep and decimals.endswith("0"):
        decimals = decimals[:-1]
    point = "." if decimals else ""
    return f"{sign}{digits}{point}{decimals}"


def _scientific(number: Decimal, pattern: str, exponent: str) -> str:
    places = len(pattern.partition(".")[2])
    digits, _, power = f"{number:.{places}E}".partition("E")
    value = int(power)
    sign = "-" if value < 0 else "+" if exponent[1] == "+" else ""
    return f"{digits}E{sign}{abs(value):0{len(exponent) - 2}}"


def _spread(number: Decimal, tokens: tuple[tuple[str, str], ...], pattern: str) -> str:
    """Fill the digits of a number into a pattern such as (000) 000-0000."""
    slots = sum(character in "0#?" for character in pattern)
    digits = f"{abs(number).quantize(Decimal(1), rounding=ROUND_HALF_UP):f}".rjust(slots, "0")
    extra, digits = digits[: len(digits) - slots], digits[len(digits) - slots :]
    pieces: list[str] = []
    for kind, text in tokens:
        if kind == "digits":
            count = sum(character in "0#?" for character in text)
            pieces.append(extra + digits[:count])
            extra, digits = "", digits[count:]
        elif kind == "text":
            pieces.append(text)
    return ("-" if number < 0 else "") + "".join(pieces).strip()


def _fraction(value: float, tokens: tuple[tuple[str, str], ...]) -> str:
    below = next(text for kind, text in tokens if kind == "slash").lstrip("/ ")
    mixed = sum(kind == "digits" for kind, _ in tokens) > 1
    rest = abs(Fraction(value).limit_denominator(10**9))
    whole, rest = (int(rest), rest - int(rest)) if mixed else (0, rest)
    if below.isdigit():
        top, bottom = round(rest * int(below)), int(below)
    else:
        near = rest.limit_denominator(10 ** min(len(below), 4) - 1)
        top, bottom = near.numerator, near.denominator
    if mixed and bottom and top == bottom:
        whole, top = whole + 1, 0
    sign = "-" if value < 0 else ""
    part = f"{top}/{bottom}" if top else ""
    return sign + (" ".join(filter(None, (str(whole) if whole or not part else "", part))))


def date_of(value: float, *, base_1904: bool = False) -> datetime:
    """Return the time that a spreadsheet's day number stands for.

    Raises:
        ValueError: It is outside of the calendar.
    """
    if not -1 < value < 2_958_466:
        raise ValueError("not a date")
    # The older count keeps a 29 February 1900 that never was.
    first = datetime(1899, 12, 30) if value >= 60 else datetime(1899, 12, 31)
    start = datetime(1904, 1, 1) if base_1904 else first
    return start + timedelta(milliseconds=round(value * 86_400_000))


def _date(value: float, tokens: tuple[tuple[str, str], ...], base_1904: bool) -> str:
    moment = date_of(value, base_1904=base_1904)
    finest = max((len(text.partition(".")[2]) for kind, text in tokens if kind == "date"), default=0)
    if not finest:
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    half = any(text == "ampm" for _, text in tokens)
    pieces: list[str] = []
    before = ""
    dates = [text for kind, text in tokens if kind == "date"]
    seen = 0
    for kind, text in tokens:
        if kind == "date":
            following = dates[seen + 1] if seen + 1 < len(dates) else ""
            minutes = text in ("m", "mm") and (before.strip("[]").startswith("h") or following.startswith("s"))
            pieces.append(_date_part(moment, value, text, half=half, minutes=minutes))
            before = text if text != "ampm" else before
            seen += 1
        elif kind in ("text", "slash"):
            pieces.append(text)
        elif kind == "digits":
            pieces.append(text if not text.startswith(".") else f".{moment.microsecond // 1000:03}"[: len(text)])
    return "".join(pieces).strip()


def _date_part(moment: datetime, value: float, part: str, *, half: bool, minutes: bool) -> str:
    if part.startswith("["):
        seconds = round(value * 86_400)
        total = {"h": seconds // 3600, "m": seconds // 60, "s": seconds}[part[1]]
        return str(total).rjust(len(part) - 2, "0")
    if minutes:
        return f"{moment.minute:0{len(part)}}"
    hour = (moment.hour % 12 or 12) if half else moment.hour
    seconds_part, _, places = part.partition(".")
    match part[0]:
        case "y":
            return f"{moment.year % 100:02}" if len(part) <= 2 else f"{moment.year:04}"
        case "e":
            return f"{moment.year:04}"
        case "m":
            name = _MONTHS[moment.month - 1]
            named = {3: name[:3], 4: name, 5: name[0]}
            return named.get(len(part), f"{moment.month:0{min(len(part), 2)}}")
        case "d":
            name = _DAYS[moment.weekday()]
            return {3: name[:3], 4: name}.get(len(part), f"{moment.day:0{min(len(part), 2)}}")
        case "h":
            return f"{hour:0{min(len(part), 2)}}"
        case "s":
            fraction = f".{moment.microsecond // 1000:03}"[: len(places) + 1] if places else ""
            return f"{moment.second:0{len(seconds_part)}}{fraction}"
        case "a" if part == "ampm":
            return "AM" if moment.hour < 12 else "PM"
        case "a":
            return _DAYS[moment.weekday()][: 3 if len(part) == 3 else None]
    return ""
