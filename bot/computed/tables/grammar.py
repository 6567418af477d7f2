"""What a question asks of a table: a small grammar over its columns and cells.

    question ─▶ the words that ask (how many, total, highest, after …), columns, cells, comparisons ─▶ Plan

Every word that carries content must have its part in the plan. Where one is left over there is no plan: a sum over
all rows for a city that is not there is worse than no answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.computed.tables.mention import (
    CellMention,
    ColumnMention,
    Span,
    Word,
    cells_named,
    columns_named,
    overlaps,
    stems,
    words,
)
from bot.computed.tables.plan import ITSELF, Condition, Operation, Plan
from bot.computed.tables.table import Table
from bot.computed.tables.vocabulary import (
    CHOICE,
    COMPARES,
    DIFFERENCE,
    EARLY,
    HIGHEST,
    LATE,
    LOWEST,
    NOT_ADDED,
    PLAIN,
    relation,
)


def plan(text: str, table: Table, *, about: frozenset[str] = frozenset()) -> Plan | None:
    """Return what a question asks of a table; None where it asks nothing of it that is understood.

    Args:
        text: The question.
        table: What it may be asked of.
        about: Stems by which a question may speak of the table as a whole: its title's.
    """
    text = re.sub(r"\s+", " ", text.strip().casefold()).rstrip("?.! ")
    asked = words(text)
    if len(asked) < 2:
        return None
    made = _Reading(text, asked, table, about).plan()
    return made if made and not made.unplaced else None


class _Reading:
    """One question read against one table."""

    def __init__(self, text: str, asked: Sequence[Word], table: Table, about: frozenset[str]) -> None:
        self.text, self.asked, self.table, self.about = text, asked, table, about
        self.cells = cells_named(table, asked)
        taken = [cell.span for cell in self.cells]
        self.columns = [
            mention
            for mention in columns_named(table, asked)
            if not any(overlaps(mention.span, span) for span in taken)
        ]
        self.used: list[Span] = []

    # ---- the whole

    def plan(self) -> Plan | None:
        """Return the first form that fits, with the words that have no part in it."""
        compared = self._comparisons()
        if compared is None:
            return None
        for form in (
            self._difference,
            self._neighbour,
            self._choice,
            self._counted,
            self._added,
            self._extreme,
            self._placed,
            self._looked_up,
        ):
            before = list(self.used)
            if made := form():
                conditions = (*made.conditions, *compared)
                return replace(made, conditions=conditions, unplaced=tuple(self._left_over()))
            self.used = before
        return None

    def _left_over(self) -> list[str]:
        return [
            word.text
            for i, word in enumerate(self.asked)
            if word.text not in PLAIN and word.stem not in self.about and not any(a <= i < b for a, b in self.used)
        ]

    # ---- parts

    def _has(self, pattern: str) -> bool:
        return re.search(rf"\b(?:{pattern})\b", self.text) is not None

    def _use(self, mention: ColumnMention | CellMention) -> None:
        self.used.append(mention.span)

    def _comparisons(self) -> tuple[Condition, ...] | None:
        """Return the conditions by number; None where it is not known which column one is about."""
        found = []
        for match in COMPARES.finditer(self.text):
            value = match["number"] or match["number2"]
            word = match["word"] or match["word2"]
            position = len(words(self.text[: match.start("number" if match["number"] else "number2")]))
            column = self._nearest_numeric(position)
            if column is None:
                return None
            self._use(column)
            self.used.append((position, position + 1))
            found.append(Condition((column.column,), relation(word), value))
        return tuple(found)

    def _nearest_numeric(self, position: int) -> ColumnMention | None:
        near = [mention for mention in self.columns if self.table.is_numeric(mention.column)]
        return min(near, key=lambda mention: abs(mention.span[0] - position), default=None)

    def _conditions(self, *, but: Sequence[CellMention] = ()) -> tuple[Condition, ...]:
        """Return a condition for each cell that is named; a column that is named beside it says which one is meant."""
        found = []
        for cell in self.cells:
            if cell in but:
                continue
            self._use(cell)
            columns = cell.columns
            if len(columns) > 1:
                beside = [m.column for m in self.columns if m.column in columns]
                columns = (beside[0],) if beside else columns
            self.used += [m.span for m in self.columns if m.column in columns]  # "the surface was clay"
            found.append(Condition(columns, "is", cell.value))
        return tuple(found)

    def _column_after(self, index: int, *, numeric: bool = False, reach: int = 4) -> ColumnMention | None:
        """Return the column that is named within a few words from `index` on."""
        near = [
            mention
            for mention in self.columns
            if index <= mention.span[0] <= index + reach and (not numeric or self._is_measured(mention.column))
        ]
        return min(near, key=lambda mention: (mention.span[0], -mention.share), default=None)

    def _is_measured(self, column: int) -> bool:
        return self.table.is_numeric(column) or self.table.is_dated(column)

    def _index(self, *texts: str) -> int:
        return next((i for i, word in enumerate(self.asked) if word.text in texts), -1)

    def _asked_column(self) -> ColumnMention | None:
        """Return the column that is asked for: named right after "which", "what", "name" or "list"."""
        index = self._index("which", "what", "name", "list", "whose")
        return self._column_after(index + 1, reach=2) if index >= 0 else None

    def _subject(self, measure: int) -> int:
        """Return the column that tells rows apart: the first of words, where each row has its own; else -1."""
        for column in range(len(self.table.columns)):
            if column == measure or not self.table.filled(column):
                continue
            if self.table.is_dated(column):
                return -1
            if not self.table.is_numeric(column):
                repeated = len({row.cells[column] for row in self.table.rows}) < len(self.table.rows)
                return -1 if repeated else column
        return -1

    def _target(self, measure: int) -> int:
        column = self._asked_column()
        if column is not None and column.column != measure:
            self._use(column)
            return column.column
        if self._has("when|what year|which year|what date") and (dated := self._dated(but=measure)) is not None:
            return dated
        if self._has("who|which|name") or (self._has("what") and not self._has("what (?:is|are|was|were)")):
            self._use_noun()
            return self._subject(measure)
        return ITSELF

    def _use_noun(self) -> None:
        """Let the word after "which" stand for what the rows are, where no column is called so."""
        index = self._index("which", "what")
        if 0 <= index < len(self.asked) - 1:
            noun = self.asked[index + 1]
            if not any(noun.stem in stems(name) for name in self.table.columns):
                self.used.append((index + 1, index + 2))

    def _use_measure(self, mention: ColumnMention) -> None:
        """Use a column that is named, and the noun that goes with it: "gold medals"."""
        self._use(mention)
        after = mention.span[1]
        if after < len(self.asked) and not any(self.asked[after].stem in stems(name) for name in self.table.columns):
            inside = any(cell.span[0] <= after < cell.span[1] for cell in self.cells)
            if not inside and self.asked[after].text.endswith("s"):
                self.used.append((after, after + 1))

    def _dated(self, *, but: int) -> int | None:
        columns = [c for c in range(len(self.table.columns)) if c != but and self.table.is_dated(c)]
        return columns[0] if len(columns) == 1 else None

    # ---- forms

    def _difference(self) -> Plan | None:
        """ "What is the difference in attendance between A and B?", "How many more points did A have than B?" """
        if not DIFFERENCE.search(self.text) or len(self.cells) != 2:
            return None
        measure = next((m for m in self.columns if self.table.is_numeric(m.column)), None)
        if measure is None or not set(self.cells[0].columns) & set(self.cells[1].columns):
            return None
        self._use(measure)
        for cell in self.cells:
            self._use(cell)
        return Plan("difference", measure=measure.column, choices=tuple(self.cells))

    def _neighbour(self) -> Plan | None:
        """ "Which venue comes after X?", "Who took office before X?" """
        match = re.search(r"\b(after|following|before|previous to|prior to|preceding|below|above)\b", self.text)
        if (
            not match
            or len(self.cells) != 1
            or self._has("how many|how much|how often|more|less|most|least|first|last")
        ):
            return None
        cell = self.cells[0]
        at = len(words(self.text[: match.start()]))
        if not 0 < cell.span[0] - at <= 2 or len(cell.columns) != 1:
            return None
        target = self._asked_column()
        index = self._index("which", "what") + 1
        if target is not None:
            self._use(target)
        elif index and index < len(self.asked) and self.asked[index].stem in stems(self.table.columns[cell.columns[0]]):
            self.used.append((index, index + 1))
        self._use(cell)
        self._use_words(match[1], "next", "previous", "prior", "immediately", "directly", "right")
        operation: Operation = "next" if match[1] in ("after", "following", "below") else "before"
        column = target.column if target else cell.columns[0]
        return Plan(operation, target=column, choices=(cell,))

    def _choice(self) -> Plan | None:
        """ "Which has more people, A or B?" """
        if not CHOICE.search(self.text) or len(self.cells) != 2:
            return None
        one, other = self.cells
        shared = set(one.columns) & set(other.columns)
        between = [word.text for word in self.asked[one.span[1] : other.span[0]]]
        if not shared or "or" not in between or len(between) > 3:
            return None
        high = self._has("more|most|higher|highest|larger|largest|greater|greatest|later|longer|bigger|better|older")
        low = self._has("less|least|fewer|fewest|lower|lowest|smaller|smallest|earlier|shorter|first|younger")
        if high == low:
            return None
        measure = self._measure(shared)
        if measure is None:
            return None
        for cell in self.cells:
            self._use(cell)
        self._use_words("earlier", "later", "above", "below")
        operation: Operation = "highest" if high else "lowest"
        return Plan(operation, target=min(shared), measure=measure, choices=(one, other))

    def _measure(self, but: set[int]) -> int | None:
        named = [m for m in self.columns if m.column not in but and self._is_measured(m.column)]
        if named:
            best = max(named, key=lambda m: m.share)
            self._use_measure(best)
            return best.column
        if self._has("earlier|later|first|earliest|latest"):
            dated = [c for c in range(len(self.table.columns)) if c not in but and self.table.is_dated(c)]
            return dated[0] if len(dated) == 1 else None
        return None

    def _counted(self) -> Plan | None:
        """ "How many customers are blocked?", "How many different cities are there?" """
        match = re.search(r"\bhow many\b|\b(?:total )?number of\b|\bhow often\b|\bhow many times\b", self.text)
        if not match:
            return None
        at = len(words(self.text[: match.end()]))
        noun = self._column_after(at, reach=1)
        if noun is not None and self.table.is_numeric(noun.column):
            return None  # an amount in the table: added up or looked up
        distinct = self._has("different|distinct|unique")
        compared = bool(self.used)
        conditions = self._conditions()
        if noun is not None and noun.span[0] - at <= 1:
            self._use(noun)
            name = noun.column
            if distinct:
                self._use_words("different", "distinct", "unique")
                return Plan("distinct", target=name, conditions=conditions)
            if (
                not conditions
                and not compared
                and not self._has("rows?|records?|entries|table|list(?:ed)?|sheet|chart")
            ):
                return None  # it may well be said in a sentence: "the memorandum names seven fields"
            if (
                not conditions
                and not compared
                and len({row.cells[name] for row in self.table.rows}) < len(self.table.rows)
            ):
                return None  # each once, or every row? The question does not say
        elif at < len(self.asked) and not distinct:
            # What is counted are the rows, whatever they are called; something else must say that it is this table.
            named = any(self.asked[at].stem in stems(name) for name in self.table.columns)
            if named or (not conditions and not self.used):
                return None
            self.used.append((at, at + 1))
        if distinct:
            return None
        if any(self._subject(-1) in condition.columns for condition in conditions):
            return None  # a row is named: something of it is counted, not the row
        return Plan("count", conditions=conditions)

    def _use_words(self, *texts: str) -> None:
        self.used += [(i, i + 1) for i, word in enumerate(self.asked) if word.text in texts]

    def _added(self) -> Plan | None:
        """ "What is the total budget?", "What is the average age of …?" """
        mean = self._has("average|mean")
        total = self._has("total|sum|altogether|combined|in all|overall") or self._has("how many|how much|number of")
        if not (mean or total) or self._has("|".join((*HIGHEST - {"top", "best"}, *LOWEST))):
            return None
        numeric = [m for m in self.columns if self.table.is_numeric(m.column)]
        measure = max(numeric, key=lambda m: m.share, default=None)
        if measure is not None and set(stems(self.table.columns[measure.column])) & NOT_ADDED:
            return None
        if measure is None or len({m.column for m in numeric if m.share == measure.share}) > 1:
            return None
        self._use_measure(measure)
        self.used += [mention.span for mention in self.columns if mention.column == self._subject(measure.column)]
        return Plan("mean" if mean else "sum", measure=measure.column, conditions=self._conditions())

    def _extreme(self) -> Plan | None:
        """ "Which region has the highest revenue?", "What is the lowest price?", "Which name appears the most?" """
        at = next((i for i, word in enumerate(self.asked) if word.text in HIGHEST | LOWEST), -1)
        recent = self._index("recent")
        if at < 0:
            return None
        high = self.asked[at].text in HIGHEST or recent == at + 1
        self._use_words("recent", self.asked[at].text)
        if self._has(r"appears?|listed|occurs?|shows? up|mentioned") and self.asked[at].text in ("most", "least"):
            return self._usual(high=high)
        measure = self._column_after(at + 1, numeric=True)
        column: int | None = measure.column if measure else None
        if measure is not None:
            self._use_measure(measure)
        elif self.asked[at].text in LATE | EARLY or recent >= 0:
            column = self._dated(but=-1)
        if column is None:
            return None
        target = self._target(column)
        if target < 0 and target != ITSELF:
            return None
        operation: Operation = "highest" if high else "lowest"
        if self.asked[at].text == "oldest" and self.table.is_dated(column) and not self.table.is_numeric(column):
            operation = "lowest"
        return Plan(operation, target=target, measure=column, conditions=self._conditions())

    def _usual(self, *, high: bool) -> Plan | None:
        target = self._asked_column()
        if target is None:
            return None
        self._use(target)
        self._use_words("appears", "appear", "listed", "occurs", "occur", "shows", "mentioned")
        return Plan("usual" if high else "rarest", target=target.column, conditions=self._conditions())

    def _placed(self) -> Plan | None:
        """ "What is the first name on the list?", "Who is last?" """
        match = re.search(r"\b(first|last|top|bottom|final)\b", self.text)
        if not match or self.cells or not self._has(r"list|listed|table|chart|row") or self._has("who|where|when"):
            return None
        at = len(words(self.text[: match.end()]))
        column = self._column_after(at, reach=1) or self._asked_column()
        if column is None:
            return None
        self._use(column)
        self._use_words(match[1], "list")
        self._use_words("list")
        return Plan("first" if match[1] in ("first", "top") else "last", target=column.column)

    def _looked_up(self) -> Plan | None:
        """ "What is the price of A?", "Which projects are on hold?" """
        if not self.cells or not self._has("what|which|who|when|where|how much|how many|how long|list|name|show"):
            return None
        target = self._asked_column() or max(self.columns, key=lambda m: m.share, default=None)
        if target is None:
            return None
        self._use(target)
        if self._has("first|last|next|previous|same|before|after|same"):
            return None
        conditions = self._conditions()
        if any(target.column in condition.columns for condition in conditions):
            return None  # it asks for what it says
        return Plan("values", target=target.column, conditions=conditions)
