"""Texts and paragraphs cut into pieces that fit a message, at the end of a line or sentence where one is near."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.surfaces.chat.markup import Paragraph, Span
from bot.text.shown import one_line

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？]+[」』）]*")
_STICKS = re.compile("[\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


def utf16_size(text: str) -> int:
    """Return the length in UTF-16 units, the largest count that either platform may use."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Split a text into pieces that fit, at the end of a line or sentence, else at a blank.

    The pieces join to the text. `fits` must hold for every prefix of a text that it holds for, and
    for a single character.
    """
    pieces = []
    while text and not fits(text):
        cut = _cut(text, fits)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text] if text else pieces


def _cut(text: str, fits: Callable[[str], bool]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    least = low // 3
    window = text[:low]
    line_end = window.rfind("\n") + 1
    sentence_end = max((match.end() for match in _SENTENCE_END.finditer(window)), default=0)
    blank = max(window.rfind(" "), window.rfind("\t")) + 1
    for cut in (line_end, sentence_end, blank):
        if cut > least:
            return cut
    whole = low
    while low > 1 and (_STICKS.match(text[low : low + 1]) or text[low - 1] == "\u200d"):
        low -= 1
    return low if low > 1 else whole


def split_paragraph(paragraph: Paragraph, fits: Callable[[Sequence[Span]], bool]) -> list[Paragraph]:
    """Split a paragraph into paragraphs that fit; their spans' texts join to the whole."""
    result: list[Paragraph] = []
    current: tuple[Span, ...] = ()
    for span in paragraph.spans:
        rest = span
        while rest.text and not fits((*current, rest)):
            if current and not fits((*current, replace(rest, text=rest.text[:1]))):
                result.append(Paragraph(current))
            else:
                piece = replace(rest, text=_first_piece(rest, current, fits))
                result.append(Paragraph((*current, piece)))
                rest = replace(rest, text=rest.text[len(piece.text) :])
            current = ()
        if rest.text:
            current = (*current, rest)
    return [*result, Paragraph(current)] if current else result


def _first_piece(span: Span, before: tuple[Span, ...], fits: Callable[[Sequence[Span]], bool]) -> str:
    return split_text(span.text, lambda text: fits((*before, replace(span, text=text))))[0]


def shortened(text: str, length: int) -> str:
    """Return `text` on one line, cut at a blank with "…" when it is longer than `length`."""
    line = one_line(text)
    if len(line) <= length:
        return line
    cut = line.rfind(" ", length // 2, length)
    return line[: cut if cut > 0 else length - 1].rstrip() + "…"
