"""Hebrew and Arabic on PDF pages: words that pdfium leaves in the order in which they stand, from the left."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes
    from ingest.loaders.pdf.line import Line

_LETTERS = "\u0590-\u05ff\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
BACKWARD = re.compile(f"[{_LETTERS}]")
"""A letter of Hebrew or Arabic, whose words go on at the left."""
_UNIT = re.compile(rf"[{_LETTERS}]+|\d+(?:[-.,:/٫٬]\d+)*[%٪]?|\S")
_BESIDE = re.compile(r"[\x21-\x40\s]*")
_BEHIND = re.compile(rf"[^{_LETTERS}\u0660-\u0669\u06f0-\u06f9]*\t|[\x21-\x40\s]*")
"""Digits and signs beside words that run forward, which belong to them; up to the end of their cell behind them."""
TOUCH, CELL = 0.1, 0.95
"""Room at least between words and between cells, as multiples of the font's size."""
_END = "x"
_PAIRS = {"(": ")", "[": "]", "{": "}", "«": "»", "<": ">"}
_OPENING = {closing: opening for opening, closing in _PAIRS.items()}


def put_in_turn(line: Line, start: int, text: str, boxes: Boxes) -> None:
    """Put the words of a line that run backward in the order in which they are read.

    pdfium turns letters about, but neither numbers beside them nor the brackets around them.

    Args:
        line: Its cells marked.
        start: Where it begins in `text`.
        text: Of the page.
        boxes: Of the page's characters.
    """
    if line.text.replace("\t", " ") != text[start : start + len(line.text)]:
        return  # pdfium's blanks were wider: where each character stands is not known any more
    done, at = [], 0
    for run in re.finditer(rf"[^\W\d_](?<![{_LETTERS}])", line.text + _END):
        part, before, behind = line.text[at : run.start()], line.text[at - 1 : at], line.text[run.start() : run.end()]
        done.append(_turned(part, start + at, line.size, boxes, before=before, behind=behind))
        done.append(run.group())
        at = run.end()
    line.text = "".join(done)[:-1]


def _turned(run: str, start: int, size: float, boxes: Boxes, *, before: str, behind: str) -> str:
    """Return a run without other letters, between two characters, in the order in which it is read."""
    if not BACKWARD.search(run):
        return run
    lead, trail = len(run) - len(run.lstrip()), len(run) - len(run.rstrip())
    if before.isalpha() and (match := _BEHIND.match(run)):
        lead = match.end()
    if behind.isalpha() and (match := _BESIDE.match(run[::-1])):
        trail = match.end()
    units: list[tuple[float, float, re.Match[str]]] = []
    for match in _UNIT.finditer(run, lead, len(run) - trail):
        a0, a1, b0, b1 = boxes.ends(start + match.start(), start + match.end() - 1)
        units.append((min(a0, b0), max(a1, b1), match))
    if all(a[0] >= b[0] for a, b in pairwise(units)):
        return run
    units.sort(key=lambda unit: -unit[0])
    words = [units[0][2].group()]
    for (left, _, last), (_, right, unit) in pairwise(units):
        room = left - right
        between = run[min(last.end(), unit.end()) : max(last.start(), unit.start())]
        # What stood together is parted by what parted it; a letter may reach far below the next word.
        apart = room > TOUCH * size if between.strip() else bool(between)
        words.append("\t" if room > CELL * size else " " if apart else "")
        words.append(unit.group())
    return f"{run[:lead]}{_paired(''.join(words))}{run[len(run) - trail :]}"


def _paired(words: str) -> str:
    """Return words whose brackets open before they close."""
    signs = list(words)
    opened: list[str] = []
    for index, sign in enumerate(signs):
        opening = _OPENING.get(sign, sign)
        if opening in _PAIRS:
            signs[index] = _PAIRS[opening] if opening in opened else opening
            opened.remove(opening) if opening in opened else opened.append(opening)
    return "".join(signs)
