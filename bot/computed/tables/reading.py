"""One question read against one table: the columns and cells that it names, and which of its words have a part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.computed.tables.bounds import MADE, Bound, bounds
from bot.computed.tables.mention import (
    CellMention,
    ColumnMention,
    Span,
    Word,
    cells_named,
    columns_named,
    overlaps,
    words,
)
from bot.computed.tables.plan import ITSELF, Condition
from bot.computed.tables.vocabulary import MONEY, NEGATIONS, NOT_ADDED, PIECES, PLAIN, SPENT
from vectorstore.tables.cells import stems
from vectorstore.tables.table import Table

NEGATION_REACH = 4
"""Words from a "not" to the cell that it negates, at most: "do not work in the Lunden office"."""


class Reading:
    """What the forms of the grammar share.

    Attributes:
        text: The question, in lower case.
        asked: Its words.
        table: What it may be asked of.
        cells, columns: That it names.
        bounds: Comparisons in it; None where one is about no column that is known.
        used: The words that have a part in what is planned.
    """

    def __init__(self, text: str, table: Table, about: frozenset[str]) -> None:
        self.text, self.table, self.about = text, table, about
        self.asked: Sequence[Word] = words(text)
        self.cells = cells_named(table, self.asked)
        self.columns = self._columns()
        self.bounds: list[Bound] | None = bounds(text, table, columns_named(table, self.asked))
        taken = [span for bound in self.bounds or () for span in bound.used[:1]]
        self.cells = [cell for cell in self.cells if not any(overlaps(cell.span, span) for span in taken)]
        self.columns = self._columns()
        self.used: list[Span] = []

    def _columns(self) -> list[ColumnMention]:
        """Return the columns that are named, not those whose words are a cell's."""
        taken = [cell.span for cell in self.cells]
        named = columns_named(self.table, self.asked)
        return [mention for mention in named if not any(overlaps(mention.span, span) for span in taken)]

    # ---- words

    def has(self, pattern: str) -> bool:
        """Tell whether the question has words that match."""
        return re.search(rf"\b(?:{pattern})\b", self.text) is not None

    def position(self, end: int) -> int:
        """Return how many words stand before a place in the text."""
        return len(words(self.text[:end]))

    def index(self, *texts: str) -> int:
        """Return where the first of some words stands; -1 where none does."""
        return next((i for i, word in enumerate(self.asked) if word.text in texts), -1)

    def use(self, mention: ColumnMention | CellMention) -> None:
        """Give a mention its part."""
        self.used.append(mention.span)

    def use_words(self, *texts: str) -> None:
        """Give words their part."""
        self.used += [(i, i + 1) for i, word in enumerate(self.asked) if word.text in texts]

    def left_over(self) -> list[str]:
        """Return the words that carry content and have no part."""
        placed = MADE if self.bounds or self.has("when") else frozenset()
        return [
            word.text
            for i, word in enumerate(self.asked)
            if (word.text not in PLAIN or word.text == "than")  # "more than B" is no part of a sum
            and word.text not in placed
            and word.stem not in self.about
            and not any(a <= i < b for a, b in self.used)
        ]

    # ---- columns

    def is_numeric(self, column: int) -> bool:
        """Tell whether a column holds numbers."""
        return self.table.columns[column].is_numeric

    def is_measured(self, column: int) -> bool:
        """Tell whether a column holds what can be ordered: numbers or dates."""
        return self.table.columns[column].is_numeric or self.table.columns[column].is_dated

    def is_repeated(self, column: int) -> bool:
        """Tell whether some rows have the same cell."""
        return self.table.columns[column].distinct < self.table.rows

    def identifies(self, column: int) -> bool:
        """Tell whether a column tells rows apart by a number: the first, with another in each row."""
        kind = self.table.columns[column]
        name = set(stems(kind.name))
        named = bool(name) and not name & NOT_ADDED
        return column == 0 and named and kind.is_numeric and not kind.is_dated and not self.is_repeated(0)

    def column_after(self, index: int, *, numeric: bool = False, reach: int = 4) -> ColumnMention | None:
        """Return the column that is named within a few words from `index` on."""
        near = [
            mention
            for mention in self.columns
            if index <= mention.span[0] <= index + reach and (not numeric or self.is_measured(mention.column))
        ]
        return min(near, key=lambda mention: (mention.span[0], -mention.share), default=None)

    def asked_column(self) -> ColumnMention | None:
        """Return the column that is asked for: named right after "which", "what", "name" or "list"."""
        index = self.index("which", "what", "name", "list", "whose", "show")
        found = self.column_after(index + 1, reach=2) if index >= 0 else None
        while found and (after := self._next_noun(found)):
            self.use(found)  # "energy source": the last noun is what is asked for
            found = after
        return found

    def _next_noun(self, mention: ColumnMention) -> ColumnMention | None:
        after = self.column_after(mention.span[1], reach=0)
        named = after is not None and self.asked[after.span[0]].stem in stems(self.table.names[after.column])
        return after if after and named and after.column != mention.column else None

    def subject(self, measure: int) -> int:
        """Return the column that tells rows apart: the first of words, where each row has its own; else -1."""
        for column, kind in enumerate(self.table.columns):
            if column == measure or not kind.filled:
                continue
            if kind.is_dated:
                return -1
            if not kind.is_numeric or self.identifies(column):
                return -1 if self.is_repeated(column) else column
        return -1

    def target(self, measure: int) -> int:
        """Return the column whose cells are the answer."""
        column = self.asked_column()
        if column is not None and column.column != measure:
            self.use(column)
            return column.column
        if self.has("when|what year|which year|what date") and (dated := self.dated(but=measure)) is not None:
            return dated
        if self.has("who|which|name") or (self.has("what") and not self.has("what (?:is|are|was|were)")):
            self._use_noun()
            return self.subject(measure)
        return ITSELF

    def _use_noun(self) -> None:
        """Let the word after "which" stand for what the rows are, where no column is called so."""
        index = self.index("which", "what")
        if 0 <= index < len(self.asked) - 1:
            noun = self.asked[index + 1]
            if not any(noun.stem in stems(name) for name in self.table.names):
                self.used.append((index + 1, index + 2))

    def use_measure(self, mention: ColumnMention) -> None:
        """Use a column that is named, and the noun that goes with it: "gold medals"."""
        self.use(mention)
        after = mention.span[1]
        if after < len(self.asked) and not any(self.asked[after].stem in stems(name) for name in self.table.names):
            inside = any(cell.span[0] <= after < cell.span[1] for cell in self.cells)
            if not inside and self.asked[after].text.endswith("s"):
                self.used.append((after, after + 1))

    def dated(self, *, but: int) -> int | None:
        """Return the only column of dates."""
        columns = [c for c, kind in enumerate(self.table.columns) if c != but and kind.is_dated]
        return columns[0] if len(columns) == 1 else None

    def called(self, names: frozenset[str]) -> int | None:
        """Return the only column of numbers whose name has one of some stems."""
        found = [c for c, kind in enumerate(self.table.columns) if kind.is_numeric and set(stems(kind.name)) & names]
        return found[0] if len(found) == 1 else None

    def money(self) -> int | None:
        """Return the column that "how much" asks for where none is named."""
        column = self.called(MONEY)
        if column is not None:
            self.use_words(*SPENT)
        return column

    def pieces(self) -> int | None:
        """Return the column that says how many there are of what a row is about."""
        return self.called(PIECES)

    def adds_up(self, column: int) -> bool:
        """Tell whether a sum of a column's numbers means anything."""
        return not set(stems(self.table.names[column])) & NOT_ADDED and not self.identifies(column)

    # ---- conditions

    def conditions(self, *, but: Sequence[CellMention] = ()) -> tuple[Condition, ...]:
        """Return a condition for each cell that is named; a column that is named beside it says which one is meant.

        Two cells of one column are one condition, for no row has both ("open or overdue", "in Sales and Design"); not
        so where a cell lists several.
        """
        found: dict[tuple[tuple[int, ...], bool], list[str]] = {}
        negated = self._negated()
        for cell in self.cells:
            if cell in but:
                continue
            self.use(cell)
            columns = cell.columns
            if len(columns) > 1:
                beside = [m.column for m in self.columns if m.column in columns]
                columns = (beside[0],) if beside else columns
            self.used += [m.span for m in self.columns if m.column in columns]  # "the surface was clay"
            found.setdefault((columns, cell in negated), []).append(cell.value)
        conditions = []
        for (columns, without), values in found.items():
            if without:
                conditions.append(Condition(columns, "is not", values[0], others=tuple(values[1:])))
            else:
                conditions += self._either(columns, values)
        return tuple(conditions)

    def _negated(self) -> list[CellMention]:
        """Return the cells that rows must not hold: "not paid", "don't work in Lunden", "not open or overdue"."""
        found: list[CellMention] = []
        for cell in self.cells:
            at = next((i for i in range(cell.span[0] - 1, -1, -1) if self.asked[i].text in NEGATIONS), -1)
            beside = found and found[-1].columns == cell.columns and cell.span[0] - found[-1].span[1] <= 1
            between = any(at < other.span[0] < cell.span[0] for other in self.cells)
            if at >= 0 and (beside or (not between and cell.span[0] - at <= NEGATION_REACH)):
                self.used.append((at, at + 1))
                found.append(cell)
        return found

    def _either(self, columns: tuple[int, ...], values: Sequence[str]) -> list[Condition]:
        """Return the condition that a column holds one of some values, or, where a cell can hold two, one for each."""
        names = [" ".join(stems(value)) for value in values]
        cells = [cell for name in names for column in columns for cell in set(self.table.cells_with(column, name))]
        if len(columns) > 1 or len(cells) > len(set(cells)):
            return [Condition(columns, "is", value) for value in values]
        return [Condition(columns, "is", values[0], others=tuple(values[1:]))]
