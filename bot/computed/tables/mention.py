"""What a question names of a table: columns, and cells by their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.tables.cells import stem, stems, written_words
from vectorstore.tables.keep import LEAST_LETTERS, WEAK
from vectorstore.tables.table import Table

Span = tuple[int, int]
"""First word and past the last word of a question."""
LONGEST = 12
"""Words of a cell that a question names, at most."""
SYNONYMS: dict[str, tuple[str, ...]] = {
    "price": ("cost", "costs", "priced", "expensive", "cheap", "cheapest", "cheaper"),
    "cost": ("price", "expensive", "cheap", "cheapest"),
    "fee": ("cost", "costs"),
    "salary": ("earn", "earns", "earning", "paid", "wage", "pay"),
    "wage": ("earn", "earns", "salary", "pay"),
    "age": ("old", "oldest", "youngest"),
    "city": ("town",),
    "quantity": ("units", "pieces"),
}
"""Words by which a question may speak of a column whose name has this word alone, or with a unit in brackets."""


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
    """A cell that a question names.

    Attributes:
        value: As it is written.
        columns: That hold it.
        span: Where the question names it.
        within: Whether the words may stand in the cell among others.
        bound: The number or date that the cell is, where it is found by that.
    """

    value: str
    columns: tuple[int, ...]
    span: Span
    within: bool = False
    bound: float | None = None


def words(text: str) -> list[Word]:
    """Return the words of a question, in order."""
    return [Word(word, stem(word)) for word in written_words(text)]


def columns_named(table: Table, asked: Sequence[Word]) -> list[ColumnMention]:
    """Return the columns that a question names by their whole name, or by a word that only one column has.

    Where none is called so, a word that means the same will do.
    """
    names = [stems(name) for name in table.names]
    found = []
    for column, name in enumerate(names):
        if not name:
            continue
        whole = list(_runs(name, asked))
        found += [ColumnMention(column, span, 1.0) for span in whole]
        if not whole:
            found += _meant(column, name, names, asked)
        if whole or len(name) == 1:
            continue
        for part in dict.fromkeys(name):
            if part in WEAK or len(part) < LEAST_LETTERS or sum(part in other for other in names) > 1:
                continue
            found += [ColumnMention(column, span, 1 / len(name)) for span in _runs((part,), asked)]
    return found


def _meant(
    column: int, name: tuple[str, ...], names: Sequence[tuple[str, ...]], asked: Sequence[Word]
) -> Iterator[ColumnMention]:
    """Yield where a column is meant by another word: "cost" for a price, "own" for an owner."""
    others = {part for i, other in enumerate(names) if i != column for part in other}
    for i, word in enumerate(asked):
        does = word.stem in (f"{name[0].removesuffix('er')}", f"{name[0].removesuffix('or')}") and word.stem != name[0]
        if word.stem not in others and len(name) == 1 and (does or word.text in SYNONYMS.get(name[0], ())):
            yield ColumnMention(column, (i, i + 1), 0.9)


def cells_named(table: Table, asked: Sequence[Word]) -> list[CellMention]:
    """Return the cells whose whole text stands in a question; longer ones hide those inside them."""
    runs: dict[str, list[Span]] = {}
    for start in range(len(asked)):
        for end in range(start + 1, min(start + LONGEST, len(asked)) + 1):
            runs.setdefault(" ".join(word.stem for word in asked[start:end]), []).append((start, end))
    where: dict[str, tuple[str, set[int]]] = {}
    for name, cell, column in sorted(table.named(list(runs)), key=lambda found: (found[0], found[2], len(found[1]))):
        where.setdefault(name, (_part(cell, name), set()))[1].add(column)
    found = [
        CellMention(value, tuple(sorted(columns)), span)
        for name, (value, columns) in where.items()
        for span in runs[name]
    ]
    found.sort(key=lambda mention: mention.span[0] - mention.span[1])
    kept: list[CellMention] = []
    for mention in found:
        if not any(overlaps(mention.span, other.span) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda mention: mention.span)


def _part(cell: str, name: str) -> str:
    """Return the part of a cell that is called so."""
    parts = (cell, *(part.strip() for part in cell.replace(";", ",").replace("/", ",").split(",")))
    return next((part for part in parts if " ".join(stems(part)) == name), cell)


def overlaps(one: Span, other: Span) -> bool:
    """Tell whether two spans share a word."""
    return one[0] < other[1] and other[0] < one[1]


def _runs(name: Sequence[str], asked: Sequence[Word]) -> Iterator[Span]:
    size = len(name)
    for i in range(len(asked) - size + 1):
        if all(asked[i + k].stem == name[k] for k in range(size)):
            yield i, i + size
