"""What plans are made of: the ways to read the conditions of a question, and the columns that it may ask for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from bot.computed.tables.meanings import PERSONS, PLACES, SORTED_BY, TIMES
from bot.computed.tables.mention import CellMention, Span
from bot.computed.tables.plan import Condition, Plan
from bot.computed.tables.restrictions import Restriction, Restrictions
from bot.computed.tables.sight import Evidence, Named
from bot.computed.tables.vocabulary import HIGHEST, LOWEST, NOT_ADDED
from bot.text.number_words import ORDINALS
from vectorstore.tables.cells import written_words

Made = tuple[Plan, tuple[Span, ...], Evidence]
"""A plan, the words of the question that have a part in it, and the evidence."""
MOST_GROUPS = 16
"""Ways to read the conditions of a question that are tried."""
MOST_CONDITIONS = 6
"""Places of a question that may be a condition, of those that are tried."""
MOST_TARGETS = 6
"""Columns that may be asked for that are tried."""
COUNTED = re.compile(r"\b(?:how many|how often|number of|amount of|count of|number|how may)\b")
TOTAL = re.compile(r"\b(total|sum|altogether|combined|in all|together|overall|cumulative)\b")
MEAN = re.compile(r"\b(average|mean)\b")
_KIND = re.compile(
    r"\b(how many|how much|how long|how often|number of|amount of|number|who|whose|whom|when|where|which|what|"
    r"name(?= (?:the|an?|one|some)\b))\b"
)


@dataclass(frozen=True, slots=True)
class Group:
    """One way to read all conditions of a question."""

    conditions: tuple[Condition, ...]
    used: tuple[Span, ...]
    evidence: Evidence
    unread: int


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column that may be asked for, added up or ordered by."""

    column: int
    used: tuple[Span, ...]
    evidence: Evidence


class Parts:
    """One question seen against one table, and what may be made of its parts."""

    def __init__(self, sight: Restrictions) -> None:
        self.sight, self.table, self.text, self.asked = sight, sight.table, sight.text, sight.asked
        kind = _KIND.search(self.text)
        self.kind = kind[1] if kind else "other"
        if self.kind == "name":
            self.kind = "which"
        self.wh = len(words_of(self.text[: kind.start()])) if kind else 0
        self.after_wh = len(words_of(self.text[: kind.end()])) if kind else 0
        self.ordered = [
            i for i, word in enumerate(self.asked) if word.text in HIGHEST | LOWEST or word.text == "popular"
        ]

    def groups(self, but: Sequence[CellMention], *, at: Span = (-1, -1)) -> list[Group]:
        """Return the ways to read the conditions, those that read all of them first."""
        options: list[list[Restriction | None]] = []
        for ways in self.sight.restrictions:
            if (ways[0].cell in but and ways[0].cell is not None) or ways[0].used[0] == at:
                continue
            options.append([*ways[:2], None])
        groups = []
        for chosen in product(*options[:MOST_CONDITIONS]):
            read = [way for way in chosen if way is not None]
            counted: Counter[str] = Counter()
            for way in read:
                counted.update({name: value for name, value in way.evidence.items() if value})
            conditions = tuple(condition for way in read for condition in way.conditions)
            used = tuple(span for way in read for span in way.used)
            unread = [some[0] for some, way in zip(options, chosen, strict=False) if way is None]
            for first in unread:
                counted.update(f"unread {name}" for name, value in (first.evidence if first else {}).items() if value)
            groups.append(Group(conditions, used, dict(counted), len(unread)))
        groups.sort(key=lambda group: group.unread)
        return groups[:MOST_GROUPS]

    def targets(self, *, but: Sequence[int] = ()) -> list[AskedColumn]:
        """Return the columns that may be asked for."""
        found: dict[int, AskedColumn] = {}

        def add(column: int, used: tuple[Span, ...], evidence: Evidence) -> None:
            if column in but:
                return
            old = found.get(column)
            both = {**(old.evidence if old else {}), **evidence}
            found[column] = AskedColumn(column, (*(old.used if old else ()), *used), both)

        for named in self.sight.columns:
            right_after = self.after_wh <= named.at[0] <= self.after_wh + 1
            used = tuple((i, i + 1) for i in named.at)
            if named.alike:
                add(named.column, used, {"target alike": 1.0, "target alike after which": float(right_after)})
            else:
                add(
                    named.column,
                    used,
                    {
                        "target named": 1.0,
                        "target after which": float(right_after),
                        "target share": named.share,
                        "target alone": float(named.alone),
                        "target before a heading": float(self._is_followed(named)),
                    },
                )
        kinds = {"who": PERSONS, "whose": PERSONS, "whom": PERSONS, "where": PLACES, "when": TIMES}.get(self.kind)
        if re.search(r"\b(?:what|which) (?:was the |is the )?(?:year|date|day|month)\b", self.text):
            kinds = TIMES
        for column, heading in enumerate(self.sight.headings):
            if kinds and heading & kinds:
                add(column, (), {f"target is {self.kind}": 1.0})
            elif kinds is TIMES and self.table.columns[column].is_dated:
                add(column, (), {"target is dated": 1.0})
        subject = self.subject
        if subject >= 0:
            add(subject, (), {"target is subject": 1.0})
        add(0, (), {"target is first": 1.0})
        best = sorted(found.values(), key=lambda c: -sum(c.evidence.values()))
        return best[:MOST_TARGETS]

    def _is_followed(self, named: Named) -> bool:
        """Tell whether the next word names another column: of "population density" the last noun is meant."""
        after = named.at[-1] + 1
        return any(n.column != named.column and n.at[0] == after and not n.alike for n in self.sight.columns)

    @cached_property
    def subject(self) -> int:
        """Return the first column of words, most of whose cells differ."""
        for column, kind in enumerate(self.table.columns):
            if kind.filled and not kind.is_numeric and not kind.is_dated and kind.distinct >= 0.7 * self.table.rows:
                return column
        return next((c for c, k in enumerate(self.table.columns) if k.filled and not k.is_numeric), -1)

    def measures(self, at: int, *, dates: bool = True) -> list[AskedColumn]:
        """Return the columns of numbers or dates that may be meant, best near a word."""
        found: dict[int, AskedColumn] = {}
        word = self.asked[at].text if 0 <= at < len(self.asked) else ""
        for named in self.sight.columns:
            if not self.is_measured(named.column, dates=dates):
                continue
            distance = min(abs(i - at) for i in named.at) if at >= 0 else 3
            evidence = {
                "measure named": float(not named.alike),
                "measure alike": float(named.alike),
                "measure near": float(distance <= 3),
                "measure share": named.share,
                "measure alone": float(named.alone),
                "measure before a heading": float(self._is_followed(named)),
            }
            old = found.get(named.column)
            if old is None or sum(evidence.values()) > sum(old.evidence.values()):
                found[named.column] = AskedColumn(named.column, tuple((i, i + 1) for i in named.at), evidence)
        able = [c for c in range(len(self.table.columns)) if self.is_measured(c, dates=dates)]
        for column in able:
            if word in SORTED_BY and self.sight.headings[column] & SORTED_BY[word]:
                old = found.get(column)
                evidence = {**(old.evidence if old else {}), "measure of the adjective": 1.0}
                found[column] = AskedColumn(column, old.used if old else (), evidence)
        plain = [c for c in able if not self.table.columns[c].is_dated and not self.sight.headings[c] & NOT_ADDED]
        for column in plain if len(plain) <= 3 else ():
            if column not in found:
                found[column] = AskedColumn(
                    column, (), {"measure unnamed": 1.0, "measure the only": float(len(plain) == 1)}
                )
        for column in found:
            if self.sight.headings[column] & NOT_ADDED:
                found[column].evidence["measure is a rank"] = 1.0
        return sorted(found.values(), key=lambda c: -sum(c.evidence.values()))[:4]

    def is_measured(self, column: int, *, dates: bool) -> bool:
        """Tell whether a column holds numbers, or dates where those may be meant."""
        kind = self.table.columns[column]
        return (kind.is_numeric and (dates or not kind.is_dated)) or (dates and kind.is_dated)

    def runs_back(self, column: int) -> bool:
        """Tell whether a table begins with its latest date."""
        ends = []
        for way in ("ASC", "DESC"):
            then = f"ORDER BY tab {way}, row {way} LIMIT 1"
            measured = f"typeof(v{column}) IN ('real', 'integer')"
            ends += [row[0] for row in self.table.select(f"v{column}", measured, then=then)]
        return len(ends) == 2 and isinstance(ends[0], float | int) and ends[0] > (ends[1] or 0)  # type: ignore[operator]

    def place(self) -> tuple[int, tuple[Span, ...]]:
        """Return which in the order is asked for: "second highest", and where that stands."""
        for i, word in enumerate(self.asked):
            if ORDINALS["en"].get(word.text, 1) > 1:
                return ORDINALS["en"][word.text], ((i, i + 1),)
        return 1, ()

    def kind_of(self, column: int) -> Evidence:
        """Return whether the cells of a column are of the kind that is asked for."""
        kind = self.table.columns[column]
        of = "dates" if kind.is_dated else "numbers" if kind.is_numeric else "words"
        return {f"{self.kind}: {of}": 1.0}


def words_of(text: str) -> list[str]:
    """Return the words of a part of a question."""
    return written_words(text)


def spans_of(named: Sequence[Named]) -> tuple[Span, ...]:
    """Return the words at which columns are named."""
    return tuple((i, i + 1) for one in named for i in one.at)
