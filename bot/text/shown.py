"""Text of documents made harmless for the place where it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

TITLE_LENGTH = 100
"""Longest title that is shown whole, in characters."""

# C0 and DEL have pictures (␛, ␡); C1, lone surrogates and noncharacters have none.
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}

_HIDDEN = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080), 0xFEFF))

_BROKEN = dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), 0xFFFD)

_VISIBLE: dict[int, int | None] = {**_CONTROLS, **_HIDDEN, **_BROKEN, 0x2028: 0x0A, 0x2029: 0x0A, 0x85: 0x0A}

_SURROGATES = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """Return `text` with nothing in it that a terminal would obey or that would hide or reorder words.

    Control characters become their pictures (an escape sequence is read, not run), bidirectional
    embeddings, overrides and invisible tag characters are dropped, broken code points become "�".
    Line ends and tabs stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_VISIBLE)
    return _SURROGATES.sub("\ufffd", text)


def one_line(text: str, *, limit: int = 0) -> str:
    """Return `text` made visible on one line, cut in the middle where longer than `limit` characters."""
    text = " ".join(visible(text).split())
    if not limit or len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head].rstrip()}…{text[len(text) - (limit - 1 - head) :].lstrip()}"


def shown_source(source: str, *, folder: str = "") -> str:
    """Return a source for a person: relative to `folder` where it lies inside, on one line."""
    path = PurePath(source)
    if folder and path.is_absolute() and path.is_relative_to(folder):
        source = str(path.relative_to(folder))
    return one_line(source)


def markers(numbers: Iterable[int]) -> str:
    """Return footnote marks: "[1][2]"."""
    return "".join(f"[{number}]" for number in numbers)


def titled(title: str, place: str) -> str:
    """Return "Title, place"; a heading that only repeats the title is left out."""
    repeated = re.compile(rf"(^|, ){re.escape(title)}(?: › |$)")
    place = repeated.sub(r"\1", place, count=1).removesuffix(", ")
    return f"{title}, {place}" if place else title
