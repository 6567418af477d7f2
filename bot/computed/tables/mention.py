"""What a question names of a table: columns, and cells by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.computed.tables.table import EMPTY, Table
from vectorstore.words.tokens import tokens

Span = tuple[int, int]
"""First word and past the last word of a question."""

_WORD = re.compile(r"\d[\d,.]*\d|\d+(?:st|nd|rd|th)?|[^\W\d_]+(?:['’][^\W\d_]+)?|%|#")
_NOTE = re.compile(r"\s*[\[(][^\])]*[\])]\s*")
LEAST_LETTERS = 3
"""Letters of a cell of one word that is looked for: shorter ones stand anywhere."""
WEAK = frozenset(
    """a an the of in on at by for to from and or with no yes was is are were be had has have did do does total number
    name first last most least all one two three ii iii i""".split()
)
"""Cells of one such word are not looked for."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: as it is written in lower case, and its stem."""

    text: str
    stem: str


@dataclass(frozen=True, slots=True)
class ColumnMention:
    """A column that a question names at `span`; `share` of the words of its name stand there."""

    column: int
    span: Span
    share: float


@dataclass(frozen=True, slots=True)
class CellMention:
    """A cell that a question names at `span`, and the columns that hold it."""

    value: str
    columns: tuple[int, ...]
    span: Span


def words(text: str) -> list[Word]:
    """Return the words of a question, in order."""
    return [Word(match.group().casefold(), _stem(match.group())) for match in _WORD.finditer(text.replace("’", "'"))]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    if word in "%#":
        return word
    found = tokens(word.removesuffix("'s"))
    return found[0] if found else word.casefold()


@lru_cache(maxsize=50_000)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a name or a cell, its notes in brackets left out."""
    return tuple(word.stem for word in words(_NOTE.sub(" ", text) or text))


def columns_named(table: Table, asked: Sequence[Word]) -> list[ColumnMention]:
    """Return the columns that a question names by their whole name, or by a word that only one column has."""
    names = [stems(name) for name in table.columns]
    found = []
    for column, name in enumerate(names):
        if not name:
            continue
        whole = list(_runs(name, asked))
        found += [ColumnMention(column, span, 1.0) for span in whole]
        if whole or len(name) == 1:
            continue
        for part in dict.fromkeys(name):
            if part in WEAK or len(part) < LEAST_LETTERS or sum(part in other for other in names) > 1:
                continue
            found += [ColumnMention(column, span, 1 / len(name)) for span in _runs((part,), asked)]
    return found


def cells_named(table: Table, asked: Sequence[Word]) -> list[CellMention]:
    """Return the cells whose whole text stands in a question; longer ones hide those inside them."""
    first = {word.stem for word in asked}
    where: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for column in range(len(table.columns)):
        for row in table.rows:
            for part in _parts(row.cells[column]):
                name = stems(part)
                if name and name[0] in first and _is_looked_for(part, name):
                    where.setdefault(name, (part, set()))[1].add(column)
    found = [
        CellMention(value, tuple(sorted(columns)), span)
        for name, (value, columns) in where.items()
        for span in _runs(name, asked)
    ]
    found.sort(key=lambda mention: mention.span[0] - mention.span[1])
    kept: list[CellMention] = []
    for mention in found:
        if not any(overlaps(mention.span, other.span) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda mention: mention.span)


def overlaps(one: Span, other: Span) -> bool:
    """Tell whether two spans share a word."""
    return one[0] < other[1] and other[0] < one[1]


def _parts(cell: str) -> Iterator[str]:
    """Yield a cell, and the parts of one that lists several things."""
    yield cell
    if any(sign in cell for sign in ",;/"):
        yield from (part.strip() for part in re.split(r"[,;/]", cell) if part.strip())


def _is_looked_for(cell: str, name: tuple[str, ...]) -> bool:
    if cell.casefold() in EMPTY:
        return False
    if len(name) > 1:
        return any(stem not in WEAK and len(stem) >= LEAST_LETTERS for stem in name)
    text = cell.strip()
    if text.replace(",", "").isdigit():
        return len(text) == 4  # a year; other numbers stand for amounts
    return name[0] not in WEAK and len(name[0]) >= LEAST_LETTERS


def _runs(name: Sequence[str], asked: Sequence[Word]) -> Iterator[Span]:
    size = len(name)
    for i in range(len(asked) - size + 1):
        if all(asked[i + k].stem == name[k] for k in range(size)):
            yield i, i + size
