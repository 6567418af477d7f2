"""Numbers of lists and headings in a DOCX file: "2.", "(b)", "iv." as Word shows them.

Word keeps them out of the text: a paragraph names a list and a level, and the number is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest.loaders.office.xml_tree import Element, attribute, child, name_of

_PLACEHOLDER = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(slots=True)
class Level:
    """One level of a list: how its number looks and where it starts."""

    style: str = "decimal"
    pattern: str = ""
    start: int = 1
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted.

    Attributes:
        levels: Levels by (list number, depth).
        shared: The definition that a list number stands on; lists of one definition count on.
    """

    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    restarts: dict[str, set[int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def label(self, number: str, depth: int) -> str:
        """Count one item and return its label: "3.", "(b)", "•", or "" for none."""
        level = self.levels.get((number, depth))
        if level is None:
            return ""
        counts = self._counts.setdefault(self.shared.get(number, number), {})
        if number not in self._seen:
            self._seen.add(number)
            for restarted in self.restarts.get(number, ()):
                counts.pop(restarted, None)
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [key for key in counts if key > depth]:
            del counts[deeper]
        if level.style == "bullet":
            return "•" if level.pattern.strip() else ""
        if level.style == "none":
            return ""

        def fill(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            other = self.levels.get((number, at), level)
            style = "decimal" if level.legal else other.style
            return numeral(counts.get(at, other.start), style)

        return _PLACEHOLDER.sub(fill, level.pattern)


def numeral(value: int, style: str) -> str:
    """Return a number in Word's style: decimal, lowerLetter, upperRoman …"""
    if style in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 % 20 + 1) if value > 0 else ""
        return letters.upper() if style == "upperLetter" else letters
    if style in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        rest, roman = value, ""
        for size, sign in _ROMAN:
            while rest >= size:
                roman, rest = roman + sign, rest - size
        return roman.upper() if style == "upperRoman" else roman
    if style == "decimalZero":
        return f"{value:02}"
    if style.startswith(("japaneseCounting", "chineseCounting", "ideographDigital", "taiwaneseCounting")):
        return _ideographs(value)
    if style == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x245F + value)
    return str(value)


def _ideographs(value: int) -> str:
    digits = "〇一二三四五六七八九"
    if not 0 < value < 100:
        return str(value)
    tens, ones = divmod(value, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def read_numbering(root: Element | None) -> Numbering:
    """Return the lists that numbering.xml defines."""
    numbering = Numbering()
    if root is None:
        return numbering
    abstract = {
        attribute(item, "abstractNumId"): {_depth(level): _level(level) for level in item if name_of(level) == "lvl"}
        for item in root
        if name_of(item) == "abstractNum"
    }
    for item in root:
        if name_of(item) != "num":
            continue
        number = attribute(item, "numId")
        shared = attribute(child(item, "abstractNumId"), "val")
        numbering.shared[number] = shared
        levels = dict(abstract.get(shared, {}))
        for override in item:
            if name_of(override) != "lvlOverride":
                continue
            depth = _depth(override)
            if (own := child(override, "lvl")) is not None:
                levels[depth] = _level(own)
            if (start := child(override, "startOverride")) is not None:
                numbering.restarts.setdefault(number, set()).add(depth)
                old = levels.get(depth, Level())
                levels[depth] = Level(old.style, old.pattern, _number(attribute(start, "val"), 1), old.legal)
        for depth, level in levels.items():
            numbering.levels[number, depth] = level
    return numbering


def _depth(element: Element) -> int:
    return _number(attribute(element, "ilvl"), 0)


def _level(element: Element) -> Level:
    return Level(
        attribute(child(element, "numFmt"), "val", "decimal"),
        attribute(child(element, "lvlText"), "val"),
        _number(attribute(child(element, "start"), "val"), 1),
        child(element, "isLgl") is not None,
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.lstrip("-").isdigit() else default
