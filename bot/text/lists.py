"""A list is quoted whole: its introduction and its items, the rows of a table, or "First, … Second, …".

Three of seven items are no answer to "What is in the box?", and an introduction that ends in a colon is none at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.text.number_words import ORDINALS
from ingest.splitting.split import sentences

Span = tuple[int, int]

AROUND = 1_500
"""Characters to read before and after a sentence to find the list around it."""
LONGEST_LIST = 1_000
"""A longer list, in characters, is not quoted whole …"""
MOST_ITEMS = 15
"""… nor is one of more items."""

_ITEM = re.compile(r"\s*(?:[-*•▪◦‣·–—]\s|\d{1,2}[.)]\s|\(?[a-zA-Z0-9]{1,3}\)\s|[①-⑳])")
_ORDINAL = re.compile(
    rf"(?:and )?(?:(?:{'|'.join(ORDINALS['en'])})(?:ly)?|finally|last(?:ly)?)\b(?=,| of all)", re.IGNORECASE
)
_FIRST = re.compile(r"first(?:ly)?(?:,| of all)")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a text: where it stands with its introduction, and each item or row."""

    start: int
    end: int
    items: tuple[Span, ...]
    table: bool = False


def listing(text: str, start: int, end: int) -> Listing | None:
    """Return the list that text[start:end] belongs to or introduces; None if there is none.

    Args:
        text: Of a document, or the part of it around the sentence.
        start, end: Of the sentence.
    """
    lines = _lines(text)
    here = next((i for i, (_, stop) in enumerate(lines) if start <= stop), None)
    if here is None:
        return None
    line = text[slice(*lines[here])]
    if _is_row(line):
        return _table(text, lines, here)
    if text[start:end].rstrip().endswith((":", "：")) and not is_item(line):
        return _items(text, lines, _next(text, lines, here))
    if is_item(line) or _goes_on(line):
        return _items(text, lines, here) or _ordinals(text, lines, here, start)
    return _ordinals(text, lines, here, start)


def too_long(found: Listing) -> bool:
    """Tell whether a list is too long to be quoted whole."""
    return found.end - found.start > LONGEST_LIST or len(found.items) > MOST_ITEMS


def lines_of_list(text: str) -> bool:
    """Tell whether a quote of several lines is a list or a table, whose lines mean something."""
    lines = [line for line in text.split("\n") if line.strip()]
    marked = sum(map(is_item, lines))
    return len(lines) > 1 and (marked >= len(lines) / 2 or all(map(_is_row, lines)))


def _table(text: str, lines: Sequence[Span], here: int) -> Listing | None:
    first, last = _run(lines, here, lambda i: _is_row(text[slice(*lines[i])]))
    rows = tuple(lines[first : last + 1])
    return Listing(rows[0][0], rows[-1][1], rows, table=True) if len(rows) > 1 else None


def _items(text: str, lines: Sequence[Span], here: int) -> Listing | None:
    """Return the list of marked lines around a line, with what introduces it."""
    first, last = _run(lines, here, lambda i: is_item(text[slice(*lines[i])]) or _goes_on(text[slice(*lines[i])]))
    while first <= last and not is_item(text[slice(*lines[first])]):
        first += 1
    starts = [i for i in range(first, last + 1) if is_item(text[slice(*lines[i])])]
    if len(starts) < 2:
        return None
    ends = [*(i - 1 for i in starts[1:]), last]
    items = tuple((lines[a][0], lines[b][1]) for a, b in zip(starts, ends, strict=True))
    return Listing(_introduced(text, lines, first), items[-1][1], items)


def _introduced(text: str, lines: Sequence[Span], first: int) -> int:
    """Return where the sentence begins that introduces a list, or the list where nothing does."""
    above = first - 1
    if above >= 0 and not text[slice(*lines[above])].strip():
        above -= 1
    if above < 0 or not text[slice(*lines[above])].rstrip().endswith((":", "：")):
        return lines[first][0]
    begin, _ = _run(lines, above, lambda i: bool(text[slice(*lines[i])].strip()))
    return sentences(text, lines[begin][0], lines[above][1])[-1][0]


def _ordinals(text: str, lines: Sequence[Span], here: int, start: int) -> Listing | None:
    """Return the run of sentences that count in words, with the one before them."""
    first, last = _run(lines, here, lambda i: bool(text[slice(*lines[i])].strip()))
    begin, end = lines[first][0], lines[last][1]
    if not _FIRST.search(text[begin:end].lower()):
        return None  # known before the work of finding sentences
    spans = sentences(text, begin, end)
    counted = [i for i, span in enumerate(spans) if _ORDINAL.match(text, *span)]
    if len(counted) < 2 or not text[spans[counted[0]][0] :].lower().startswith("first"):
        return None
    begin = max(0, counted[0] - 1)
    if not spans[begin][0] <= start < spans[counted[-1]][1]:
        return None
    ends = [*(i - 1 for i in counted[1:]), counted[-1]]
    items = tuple((spans[a][0], spans[b][1]) for a, b in zip(counted, ends, strict=True))
    return Listing(spans[begin][0], items[-1][1], items)


def _run(lines: Sequence[Span], here: int, belongs: Callable[[int], bool]) -> tuple[int, int]:
    """Return the first and last of the lines around one that belong to it."""
    first = last = here
    while first > 0 and belongs(first - 1):
        first -= 1
    while last + 1 < len(lines) and belongs(last + 1):
        last += 1
    return first, last


def _next(text: str, lines: Sequence[Span], here: int) -> int:
    """Return the next line that is not blank, or the same where there is none."""
    return next((i for i in range(here + 1, min(here + 3, len(lines))) if text[slice(*lines[i])].strip()), here)


def _lines(text: str) -> list[Span]:
    found, begin = [], 0
    for line in text.split("\n"):
        found.append((begin, begin + len(line)))
        begin += len(line) + 1
    return found


def is_item(line: str) -> bool:
    """Tell whether a line begins as an item of a list does."""
    return bool(_ITEM.match(line))


def _goes_on(line: str) -> bool:
    """Tell whether a line goes on with the item above it."""
    return bool(line.strip()) and (line[0].isspace() or line[0].islower()) and not _is_row(line)


def _is_row(line: str) -> bool:
    return " | " in line or "\t" in line.strip()
