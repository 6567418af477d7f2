"""What may be meant of a table by the words of a question: every column and cell, also where it is not sure.

The grammar takes what is named outright. Here is also what stands in a cell among other words, a small number beside a
heading, a heading by another word; each with how well it is named, for `candidates` to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.computed.tables.meanings import alike
from bot.computed.tables.mention import Word, words
from bot.computed.tables.vocabulary import ASKING
from vectorstore.tables.cells import stem, stems
from vectorstore.tables.keep import WEAK
from vectorstore.tables.table import Table

_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")
Evidence = dict[str, float]


@dataclass(frozen=True, slots=True)
class Named:
    """A column that a question may mean: the words at which it does, and how well they fit its heading.

    Attributes:
        column: Its number.
        at: The words, by number.
        share: Of the words of its heading that stand there.
        alike: Whether it is by a word that only means the same.
        alone: Whether no other column has one of these words.
    """

    column: int
    at: tuple[int, ...]
    share: float
    alike: bool = False
    alone: bool = True


class Sight:
    """A question seen against a table.

    Attributes:
        text: The question, in lower case.
        asked: Its words.
        table: What it is asked of.
        columns: That it may mean.
    """

    def __init__(self, text: str, table: Table) -> None:
        self.text, self.table = text, table
        self.asked: Sequence[Word] = words(text)
        self.headings = [frozenset(stems(_GLUED.sub(" ", name))) for name in table.names]
        self.columns = self._columns()

    # ---- columns

    def _columns(self) -> list[Named]:
        found = []
        strong = [
            {i for i, word in enumerate(self.asked) if word.stem in name and _counts(word)} for name in self.headings
        ]
        for i, (one, other) in enumerate(pairwise(self.asked)):
            for at, name in zip(strong, self.headings, strict=True):
                if stem(one.text + other.text) in name:
                    at |= {i, i + 1}  # "zip code", "zipcode"
        for column, name in enumerate(self.headings):
            told = [part for part in name if part not in WEAK] or list(name)
            glued = 1 if strong[column] and not {self.asked[i].stem for i in strong[column]} & set(told) else 0
            for run in _runs(sorted(strong[column])):
                named = {self.asked[i].stem for i in run}
                share = max(glued, len(named & set(told))) / max(1, len(told))
                alone = not any(set(run) & other for k, other in enumerate(strong) if k != column)
                found.append(Named(column, run, min(1.0, share), alone=alone))
            for i, word in enumerate(self.asked):
                if _counts(word) and not any(i in other for other in strong) and alike(word.stem, name):
                    found.append(Named(column, (i,), 1 / max(1, len(told)), alike=True))
        return found

    def named_at(self, low: int, high: int) -> list[Named]:
        """Return the columns that are named within some words, the nearest first."""
        near = [named for named in self.columns if low <= named.at[0] < high]
        return sorted(near, key=lambda named: (named.alike, named.at[0], -named.share))

    def is_named(self, i: int) -> bool:
        """Tell whether a word names a column."""
        return any(i in named.at and not named.alike for named in self.columns)


def _counts(word: Word) -> bool:
    """Tell whether a word may name a column."""
    return word.text not in ASKING and (word.stem not in WEAK or word.text in ("total", "name", "number"))


def _runs(at: list[int]) -> Iterator[tuple[int, ...]]:
    run: list[int] = []
    for i in at:
        if run and i != run[-1] + 1:
            yield tuple(run)
            run = []
        run.append(i)
    if run:
        yield tuple(run)
