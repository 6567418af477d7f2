"""Which conditions the words of a question may stand for: cells, words within cells, numbers, dates, comparisons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.computed.tables.bounds import IN_WORDS, comparisons, dated
from bot.computed.tables.meanings import OTHER_FORMS, RANKS
from bot.computed.tables.mention import CellMention, Span, Word, cells_named, columns_named, overlaps, words
from bot.computed.tables.plan import Condition, Relation
from bot.computed.tables.sight import Evidence, Named, Sight
from bot.computed.tables.vocabulary import PLAIN
from bot.text.number_words import ORDINALS, UNDER_TWENTY
from vectorstore.tables.cells import stems
from vectorstore.tables.keep import LONG, WEAK
from vectorstore.tables.table import Table

MOST_INSIDE = 3
"""Runs of words within cells that are taken for conditions."""
_NEGATED = re.compile(
    r"\b(?:not|besides|except|excluding|other than|aside from|apart from|without|never|no|isn't|didn't)$"
)
_COMPARED_WORD = re.compile(rf"\b((?:than|least|most|over|under|above|below) )({'|'.join(UNDER_TWENTY)})\b|$^")


@dataclass(frozen=True, slots=True)
class Restriction:
    """Conditions that some words of a question may stand for.

    Attributes:
        conditions: On the rows.
        used: The words.
        evidence: How sure they are.
        cell: The cell or words within cells that are named, if any: it may also be one of two that are chosen from.
    """

    conditions: tuple[Condition, ...]
    used: tuple[Span, ...]
    evidence: Evidence = field(default_factory=dict)
    cell: CellMention | None = None


class Restrictions(Sight):
    """A question seen against a table, with the conditions that it may set.

    Attributes:
        pointers: Dates that name a row from which others are asked for: "after 2002".
        restrictions: For each place that may be a condition, the ways to read it.
    """

    def __init__(self, text: str, table: Table) -> None:
        super().__init__(text, table)
        self.pointers: list[CellMention] = []
        self.restrictions = self._restrictions()

    def _restrictions(self) -> list[list[Restriction]]:
        compared = self._compared()
        taken = [span for ways in compared for way in ways for span in way.used[:1]]
        cells = [c for c in cells_named(self.table, self.asked) if not any(overlaps(c.span, span) for span in taken)]
        taken += [cell.span for cell in cells]
        inside = [] if self.table.entries >= LONG else list(self._inside(taken))
        found = compared + [self._whole(cell) for cell in cells] + [self._within(cell) for cell in inside]
        taken += [cell.span for cell in inside]
        return found + list(self._numbers(taken)) + list(self._nothing()) + list(self._times())

    def _whole(self, cell: CellMention) -> list[Restriction]:
        """Return the ways in which a cell may be meant: in the column that is named beside it, or in any."""
        beside = {named.column for named in self.columns if self._is_beside(named, cell.span)}
        columns = tuple(c for c in cell.columns if c in beside) or cell.columns
        used = tuple((i, i + 1) for named in self.columns if named.column in columns for i in named.at
                     if self._is_beside(named, cell.span) and not named.alike)  # fmt: skip
        evidence = {
            "cell": 1.0, "cell beside its heading": float(bool(used)), "cell of many columns": float(len(columns) > 1),
            "cell is a heading": float(self._is_heading(cell.span)),
        }  # fmt: skip
        spans = (cell.span, *used)
        if self._negated(cell.span):
            return [Restriction((Condition(columns, "is not", cell.value),), spans, evidence | {"negated": 1.0}, cell)]
        found = [Restriction((Condition(columns, "is", cell.value),), spans, evidence, cell)]
        name = " ".join(stems(cell.value))
        forms = {cell for column in columns for cell in self.table.cells_with(column, name)}
        if len(forms) > 1 and any(form.casefold() == cell.value.casefold() for form in forms):
            as_written = Restriction((Condition(columns, "exactly", cell.value),), spans, evidence, cell)
            found = [
                as_written,
                Restriction(found[0].conditions, spans, evidence | {"cell of several forms": 1.0}, cell),
            ]
        if any(self.table.holds_within(column, name) for column in columns):
            inside = self.table.entries < LONG
            exact = Condition(columns, "exactly", cell.value)
            found = [Restriction((exact,), spans, evidence | {"cell, exactly": 1.0}, cell)]
            if inside:
                has = Condition(columns, "has", cell.value)
                found.append(Restriction((has,), spans, evidence | {"cell, in longer ones": 1.0}, cell))
        return found

    def _within(self, cell: CellMention) -> list[Restriction]:
        beside = {named.column for named in self.columns if self._is_beside(named, cell.span)}
        columns = tuple(c for c in cell.columns if c in beside) or cell.columns
        used = tuple((i, i + 1) for named in self.columns if named.column in columns for i in named.at
                     if self._is_beside(named, cell.span) and not named.alike)  # fmt: skip
        evidence = {
            "words in a cell": 1.0, "words in cells of many columns": float(len(columns) > 1),
            "words in a cell beside its heading": float(bool(used)),
            "words in a cell are a heading": float(self._is_heading(cell.span)),
            "words in a cell by another form": float(not cell.value.startswith(self.asked[cell.span[0]].text)),
            "words in a cell, several": float(cell.span[1] - cell.span[0] > 1),
        }  # fmt: skip
        negated = self._negated(cell.span)
        relation: Relation = "has not" if negated else "has"
        evidence["negated"] = float(negated)
        return [Restriction((Condition(columns, relation, cell.value),), (cell.span, *used), evidence, cell)]

    def _is_heading(self, span: Span) -> bool:
        return any(span[0] <= i < span[1] for named in self.columns if not named.alike for i in named.at)

    def _is_beside(self, named: Named, span: Span) -> bool:
        return any(span[0] - 3 <= i < span[1] + 3 and not span[0] <= i < span[1] for i in named.at)

    def _negated(self, span: Span) -> bool:
        before = " ".join(word.text for word in self.asked[max(0, span[0] - 4) : span[0]])
        before = re.sub(r" (?:a|an|the|in|on|of|for|from|to|any|from the|in the)$", "", before)
        return _NEGATED.search(before) is not None

    def _inside(self, taken: Sequence[Span]) -> Iterator[CellMention]:
        """Yield the longest runs of words that stand within cells."""
        where: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, _, column in self.table.all_named():
            for part in set(name.split()):
                where[part].append((f" {name} ", column))
        free = [not any(a <= i < b for a, b in taken) for i in range(len(self.asked))]
        found = []
        start = 0
        while start < len(self.asked):
            end, columns = start, set[int]()
            while end < len(self.asked) and free[end]:
                run = " " + " ".join(word.stem for word in self.asked[start : end + 1]) + " "
                holds = {column for name, column in where.get(self.asked[start].stem, ()) if run in name}
                if not holds:
                    break
                end, columns = end + 1, holds
            some = self.asked[start:end]
            if any(_tells(word) for word in some):
                found.append(CellMention(" ".join(w.text for w in some), tuple(sorted(columns)), (start, end), True))
            elif free[start]:
                for form in (*OTHER_FORMS.get(self.asked[start].text, ()), *_begins(self.asked[start].text)):
                    run = " ".join(stems(form))
                    near = where.get(run.split(" ")[0], ())
                    holds = {column for name, column in near if f" {run} " in name}
                    if holds:
                        found.append(CellMention(form, tuple(sorted(holds)), (start, start + 1), True))
                        break
            start = max(end, start + 1)
        yield from sorted(found, key=lambda cell: cell.span[0] - cell.span[1])[:MOST_INSIDE]

    def _numbers(self, taken: Sequence[Span]) -> Iterator[list[Restriction]]:
        """Yield the ways in which a small number may be a cell: "season 15", "8 episodes", "in 8th place"."""
        for i, word in enumerate(self.asked):
            value = _value(word.text)
            if value is None or any(a <= i < b for a, b in taken):
                continue
            near = [
                n for n in self.columns if self._is_beside(n, (i, i + 1)) and self.table.columns[n.column].is_numeric
            ]
            near.sort(key=lambda n: (n.alike, min(abs(k - i) for k in n.at)))
            ways = []
            for named in near[:2]:
                condition = Condition((named.column,), "=", word.text, value)
                used = ((i, i + 1), *((k, k + 1) for k in named.at))
                evidence = {
                    "number": 1.0, "number by another word": float(named.alike), "number, share": named.share,
                    "number right before its heading": float(named.at[0] == i + 1),
                    "number right after its heading": float(named.at[-1] == i - 1),
                    "number in words": float(not word.text[0].isdigit()),
                }  # fmt: skip
                cell = CellMention(word.text, (named.column,), (i, i + 1), bound=value)
                ways.append(Restriction((condition,), used, evidence, cell))
            if not ways and word.text[0].isdigit():
                for column, kind in enumerate(self.table.columns):
                    if kind.is_numeric and self._holds(column, value):
                        condition = Condition((column,), "=", word.text, value)
                        cell = CellMention(word.text, (column,), (i, i + 1), bound=value)
                        ways.append(Restriction((condition,), ((i, i + 1),), {"number anywhere": 1.0}, cell))
            if 0 < len(ways) <= 3:
                yield ways

    def _nothing(self) -> Iterator[list[Restriction]]:
        """Yield the conditions that there is none of something: "no gold medals", "did not win gold"."""
        for match in re.finditer(r"\b(?:no|without(?: an?| any)?|zero|not|never|any)\b", self.text):
            at = len(words(self.text[: match.start()]))
            near = [n for n in self.named_at(at + 1, at + 4) if self.table.columns[n.column].is_numeric and not n.alike]
            for named in near[:1]:
                used = ((at, at + len(match[0].split())), *((i, i + 1) for i in named.at))
                condition = Condition((named.column,), "=", "0", 0.0)
                yield [Restriction((condition,), used, {"none of it": 1.0})]

    def _times(self) -> Iterator[list[Restriction]]:
        """Yield the conditions of a decade, "in the 1990's", and of being "in the top 10"."""
        for match in re.finditer(r"\b(1\d\d0|20\d0)'?s\b", self.text):
            low, at = int(match[1]), len(words(self.text[: match.start()]))
            high = low + (99 if low % 100 == 0 and low < 2000 else 9)
            for column, kind in enumerate(self.table.columns):
                if kind.is_dated:
                    first, last = (low, high) if kind.is_numeric else (low * 10000, high * 10000 + 9999)
                    conditions = (
                        Condition((column,), ">=", f"from {low}", float(first)),
                        Condition((column,), "<=", f"until {high}", float(last)),
                    )
                    yield [Restriction(conditions, ((at, at + 1), (at, at + 2)), {"dated": 1.0})]
                    break
        for match in re.finditer(r"\btop (\d+|three|five|ten)\b", self.text):
            ranks = [c for c, k in enumerate(self.table.columns) if k.is_numeric and self.headings[c] & RANKS]
            value, at = _value(match[1]), len(words(self.text[: match.start()]))
            if ranks and value:
                condition = Condition((ranks[0],), "<=", f"at most {match[1]}", value)
                yield [Restriction((condition,), ((at, at + 2),), {"in the top": 1.0})]

    def _holds(self, column: int, value: float) -> bool:
        return bool(list(self.table.select("1", f"v{column} = ?", (value,), then="LIMIT 1")))

    def _compared(self) -> list[list[Restriction]]:
        """Return the ways to read each comparison: with every column of numbers that it may be about."""
        by_date = [bound for _, bound in dated(self.text, self.table, columns_named(self.table, self.asked))]
        found = [[Restriction(bound.conditions, bound.used, {"dated": 1.0})] for bound in by_date]
        for bound in by_date:
            (condition, *more) = bound.conditions
            if not more and condition.relation in ("<", ">"):
                said = condition.value.partition(" ")[2]
                self.pointers.append(CellMention(said, condition.columns, bound.used[0], bound=condition.bound))
        taken = [span for ways in found for way in ways for span in way.used[:1]]
        for span, written in comparisons(_in_digits(self.text)):
            if any(overlaps(span, other) for other in taken):
                continue
            ways = []
            able = [c for c, kind in enumerate(self.table.columns) if kind.is_numeric]
            near = {n.column: n for n in reversed(self.named_at(span[0] - 5, span[1] + 4)) if n.column in able}
            for column in near or able:
                if column not in near and self.table.columns[column].is_dated:
                    continue
                conditions = tuple(
                    Condition((column,), sign, f"{IN_WORDS[sign]} {number}", float(number.replace(",", "")))
                    for sign, number in written
                )
                used = (span, *((k, k + 1) for k in near[column].at)) if column in near else (span,)
                evidence = {"compared": 1.0, "compared by guess": float(column not in near)}
                if column in near:
                    evidence |= {
                        "compared, share": near[column].share, "compared by another word": float(near[column].alike),
                        "compared right before its heading": float(near[column].at[0] in (span[1], span[1] + 1)),
                    }  # fmt: skip
                ways.append(Restriction(conditions, used, evidence))
            if ways:
                found.append(ways[:4])
        return found


def _in_digits(text: str) -> str:
    """Return a question with the small numbers after a comparison as digits, as many words as before."""
    return _COMPARED_WORD.sub(lambda match: f"{match[1]}{UNDER_TWENTY[match[2]]}", text)


def _tells(word: Word) -> bool:
    """Tell whether a word within a cell may be a condition."""
    return word.text not in PLAIN and word.stem not in WEAK and (len(word.stem) > 2 or word.text.isalpha()) or (
        word.text.isdigit() and len(word.text) == 4
    )  # fmt: skip


def _begins(word: str) -> tuple[str, ...]:
    """Return how a long word may be cut short in cells: "Dem" for democrats."""
    return tuple(word[:size] for size in (5, 4, 3)) if len(word) >= 8 and word.isalpha() and word not in PLAIN else ()


def _value(text: str) -> float | None:
    """Return the number that a word is: "8", "8th", "eight", "eighth"."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)(?:st|nd|rd|th)?", text.replace(",", "")):
        return float(match[1])
    if text in UNDER_TWENTY and text not in ("one",):
        return float(UNDER_TWENTY[text])
    return float(ORDINALS["en"][text]) if text in ORDINALS["en"] else None
