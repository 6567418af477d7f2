"""Every plan that a question may stand for against one table, each with the evidence for it.

    Sight ─▶ the conditions that may be meant ─▶ for each operation that a word asks for: its columns ─▶ Candidate

Nothing is decided here: `weighed` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from bot.computed.tables.bounds import limit_of
from bot.computed.tables.meanings import PERSONS, PLACES, SORTED_BY, TIMES
from bot.computed.tables.mention import CellMention, Span
from bot.computed.tables.plan import ITSELF, Condition, Operation, Plan
from bot.computed.tables.sight import Evidence, Named, Restriction, Sight
from bot.computed.tables.vocabulary import CHOICE, DIFFERENCE, HIGHEST, LOWEST, NOT_ADDED
from bot.text.number_words import ORDINALS
from vectorstore.tables.cells import stems

MOST_GROUPS = 16
"""Ways to read the conditions of a question that are tried."""
MOST_TARGETS = 6
"""Columns that may be asked for that are tried."""
_KIND = re.compile(r"\b(how many|how much|how long|how often|number of|amount of|number|who|whose|whom|when|where|which|what|name(?= (?:the|an?|one|some)\b))\b")
_COUNTED = re.compile(r"\b(?:how many|how often|number of|amount of|count of|number|how may)\b")
_FEW = re.compile(r"\b(?:more|higher|larger|greater|older|longer|bigger|better|later|faster|taller|farther|most|highest)\b")
_LESS = re.compile(r"\b(?:less|fewer|lower|smaller|younger|shorter|earlier|worse|first|before|least|lowest)\b")
_AFTER = re.compile(r"\b(after|following|below|next|behind|succeed(?:ed)?|preceded)\b")
_BEFORE = re.compile(r"\b(before|previous|prior|preceding|above|ahead)\b")
_SAME = re.compile(r"\b(same|equal|identical|tied)\b")
_USUAL = re.compile(r"\b(most|least|often|frequent|frequently|common|commonly|popular|fewest)\b")
_TOTAL = re.compile(r"\b(total|sum|altogether|combined|in all|together|overall|cumulative)\b")
_CONSECUTIVE = re.compile(r"\b(?:consecutive|in a row|straight)\b")
_MEAN = re.compile(r"\b(average|mean)\b")
_RANKED = re.compile(r"\b(rank|place|position|pos|standing|finish)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan that a question may stand for.

    Attributes:
        plan: With the words that have no part in it.
        evidence: What speaks for it and against it, each of a name.
    """

    plan: Plan
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Group:
    """One way to read all conditions of a question."""

    conditions: tuple[Condition, ...]
    used: tuple[Span, ...]
    evidence: Evidence
    unread: int


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that may be asked for, added up or ordered by."""

    column: int
    used: tuple[Span, ...]
    evidence: Evidence


class Candidates:
    """What may be made of one sight."""

    def __init__(self, sight: Sight) -> None:
        self.sight, self.table, self.text, self.asked = sight, sight.table, sight.text, sight.asked
        kind = _KIND.search(self.text)
        self.kind = kind[1] if kind else "other"
        if self.kind == "name":
            self.kind = "which"
        self.wh = len(_words(self.text[: kind.start()])) if kind else 0
        self.after_wh = len(_words(self.text[: kind.end()])) if kind else 0
        self.ordered = [i for i, word in enumerate(self.asked) if word.text in HIGHEST | LOWEST or word.text == "popular"]

    def __iter__(self) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        """Yield plans, the words that have a part in them, and the evidence."""
        for group in self._groups(()):
            yield from self._of_rows(group)
        cells = [way[0].cell for way in self.sight.restrictions if way[0].cell is not None]
        for pointer in self.sight.pointers:
            for group in self._groups((), at=pointer.span):
                yield from self._from(pointer, group, 1)
        for cell in cells:
            for group in self._groups((cell,)):
                for column in cell.columns[:3]:
                    yield from self._from(replace(cell, columns=(column,)), group, len(cell.columns))
        pairs = [(a, b) for i, a in enumerate(cells) for b in cells[i + 1 :] if set(a.columns) & set(b.columns)]
        for pair in pairs:
            for group in self._groups(pair):
                yield from self._between(*pair, group)

    # ---- parts

    def _groups(self, but: Sequence[CellMention], *, at: Span = (-1, -1)) -> list[_Group]:
        """Return the ways to read the conditions, those that read all of them first."""
        options: list[list[Restriction | None]] = []
        for ways in self.sight.restrictions:
            if (ways[0].cell in but and ways[0].cell is not None) or ways[0].used[0] == at:
                continue
            options.append([*ways, None])
        groups = []
        for chosen in product(*options[:6]):
            read = [way for way in chosen if way is not None]
            evidence: Evidence = {}
            for way in read:
                for name, value in way.evidence.items():
                    if value:
                        evidence[name] = evidence.get(name, 0.0) + value
            conditions = tuple(condition for way in read for condition in way.conditions)
            used = tuple(span for way in read for span in way.used)
            unread = [ways for ways, way in zip(options, chosen, strict=False) if way is None and ways[0] is not None]
            for ways in unread:
                first = ways[0]
                if first is not None:
                    for name in first.evidence:
                        if first.evidence[name]:
                            evidence[f"unread {name}"] = evidence.get(f"unread {name}", 0.0) + 1.0
            groups.append(_Group(conditions, used, evidence, len(unread)))
        groups.sort(key=lambda group: group.unread)
        return groups[:MOST_GROUPS]

    def _targets(self, *, but: Sequence[int] = ()) -> list[_Column]:
        """Return the columns that may be asked for."""
        found: dict[int, _Column] = {}

        def add(column: int, used: tuple[Span, ...], evidence: Evidence) -> None:
            if column in but:
                return
            old = found.get(column)
            both = {**(old.evidence if old else {}), **evidence}
            found[column] = _Column(column, (*(old.used if old else ()), *used), both)

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
        subject = self._subject()
        if subject >= 0:
            add(subject, (), {"target is subject": 1.0})
        add(0, (), {"target is first": 1.0})
        best = sorted(found.values(), key=lambda c: -sum(c.evidence.values()))
        return best[:MOST_TARGETS]

    def _is_followed(self, named: Named) -> bool:
        """Tell whether the next word names another column: of "population density" the last noun is meant."""
        after = named.at[-1] + 1
        return any(n.column != named.column and n.at[0] == after and not n.alike for n in self.sight.columns)

    def _subject(self) -> int:
        """Return the first column of words, most of whose cells differ."""
        for column, kind in enumerate(self.table.columns):
            if kind.filled and not kind.is_numeric and not kind.is_dated and kind.distinct >= 0.7 * self.table.rows:
                return column
        return next((c for c, k in enumerate(self.table.columns) if k.filled and not k.is_numeric), -1)

    def _measures(self, at: int, *, dates: bool = True) -> list[_Column]:
        """Return the columns of numbers or dates that may be meant, best near a word."""
        found: dict[int, _Column] = {}
        word = self.asked[at].text if 0 <= at < len(self.asked) else ""
        for named in self.sight.columns:
            if not self._is_measured(named.column, dates=dates):
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
                found[named.column] = _Column(named.column, tuple((i, i + 1) for i in named.at), evidence)
        able = [c for c in range(len(self.table.columns)) if self._is_measured(c, dates=dates)]
        for column in able:
            if word in SORTED_BY and self.sight.headings[column] & SORTED_BY[word]:
                old = found.get(column)
                evidence = {**(old.evidence if old else {}), "measure of the adjective": 1.0}
                found[column] = _Column(column, old.used if old else (), evidence)
        plain = [c for c in able if not self.table.columns[c].is_dated and not self.sight.headings[c] & NOT_ADDED]
        for column in plain if len(plain) <= 3 else ():
            if column not in found:
                found[column] = _Column(column, (), {"measure unnamed": 1.0, "measure the only": float(len(plain) == 1)})
        for column in found:
            if self.sight.headings[column] & NOT_ADDED:
                found[column].evidence["measure is a rank"] = 1.0
        return sorted(found.values(), key=lambda c: -sum(c.evidence.values()))[:4]

    def _is_measured(self, column: int, *, dates: bool) -> bool:
        kind = self.table.columns[column]
        return (kind.is_numeric and (dates or not kind.is_dated)) or (dates and kind.is_dated)

    def _runs_back(self, column: int) -> bool:
        """Tell whether a table begins with its latest date."""
        ends = []
        for way in ("ASC", "DESC"):
            then = f"ORDER BY tab {way}, row {way} LIMIT 1"
            measured = f"typeof(v{column}) IN ('real', 'integer')"
            ends += [row[0] for row in self.table.select(f"v{column}", measured, then=then)]
        return len(ends) == 2 and isinstance(ends[0], float | int) and ends[0] > (ends[1] or 0)  # type: ignore[operator]

    def _place(self) -> tuple[int, tuple[Span, ...]]:
        """Return which in the order is asked for: "second highest", and where that stands."""
        for i, word in enumerate(self.asked):
            if ORDINALS["en"].get(word.text, 1) > 1:
                return ORDINALS["en"][word.text], ((i, i + 1),)
        return 1, ()

    # ---- operations

    def _of_rows(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        yield from self._counted(group)
        yield from self._looked_up(group)
        yield from self._added(group)
        yield from self._extremes(group)
        yield from self._placed(group)
        yield from self._usual(group)

    def _counted(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        if not _COUNTED.search(self.text):
            return
        at = self.after_wh
        noun = ((at, at + 1),) if at < len(self.asked) else ()
        named = [n for n in self.sight.columns if at <= n.at[0] <= at + 1]
        evidence = {
            "counts a column of numbers": float(any(self._is_measured(n.column, dates=False) and not n.alike for n in named)),
            "counts a column": float(bool(named)),
            "counts the subject": float(any(n.column in (0, self._subject()) for n in named)),
            "counts times": float(at < len(self.asked) and self.asked[at].text in ("times", "time", "games", "matches")),
            "counts all": float(not group.conditions),
            "counts all of a list": float(
                not group.conditions and re.search(r"\b(?:list|listed|table|chart|shown)\b", self.text) is not None
            ),
            "counts all, total": float(not group.conditions and "total" in self.text),
            "counts all, there are": float(not group.conditions and re.search(r"\bthere\b", self.text) is not None),
            "counts all, few words": float(not group.conditions and len(self.asked) <= 7),
        }
        if consecutive := _CONSECUTIVE.search(self.text):
            at = len(_words(self.text[: consecutive.start()]))
            used = (*group.used, *noun, (at, at + len(consecutive[0].split())), *_spans(named[:1]))
            if group.conditions:
                yield Plan("run", conditions=group.conditions), used, {"run: all read": float(not group.unread)}
            return
        different = re.search(r"\b(?:different|distinct|unique)\b", self.text) is not None
        yield Plan("count", conditions=group.conditions), (*group.used, *noun, *_spans(named[:1])), evidence
        for n in named[:2]:
            repeated = self.table.columns[n.column].distinct < self.table.rows
            more = {**evidence, "distinct is said": float(different), "distinct of repeated": float(repeated)}
            if repeated and not self._is_measured(n.column, dates=False):
                yield Plan("distinct", target=n.column, conditions=group.conditions), (*group.used, *_spans([n])), more

    def _looked_up(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        if not group.conditions:
            return
        held = [c for condition in group.conditions for c in condition.columns]
        for target in self._targets():
            evidence = {**target.evidence, "target is held": float(target.column in held)}
            evidence |= self._kind_of(target.column)
            yield Plan("values", target=target.column, conditions=group.conditions), (*group.used, *target.used), evidence

    def _kind_of(self, column: int) -> Evidence:
        """Return whether the cells of a column are of the kind that is asked for."""
        kind = self.table.columns[column]
        of = "dates" if kind.is_dated else "numbers" if kind.is_numeric else "words"
        return {f"{self.kind}: {of}": 1.0}

    def _added(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        total, mean, many = (found.search(self.text) for found in (_TOTAL, _MEAN, _COUNTED))
        if not (total or mean or many or self.kind == "how much"):
            return
        trigger = total or mean
        at = len(_words(self.text[: trigger.start()])) if trigger else self.after_wh
        held = {c for condition in group.conditions for c in condition.columns}
        for measure in self._measures(at, dates=False):
            if measure.column in held:
                continue
            after = any(self.after_wh <= a <= self.after_wh + 1 for a, _ in measure.used)
            evidence = {
                **measure.evidence, "added: total": float(bool(total)), "added: how many": float(bool(many)),
                "added: after how many": float(after), "added: all": float(not group.conditions),
            }  # fmt: skip
            yield Plan("sum", measure=measure.column, conditions=group.conditions), (*group.used, *measure.used), evidence
            if mean:
                yield Plan("mean", measure=measure.column, conditions=group.conditions), (*group.used, *measure.used), evidence

    def _extremes(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        if not self.ordered:
            return
        at = self.ordered[-1] if self.asked[self.ordered[0]].text == "top" else self.ordered[0]
        word = self.asked[at].text
        high = word in HIGHEST
        limit = limit_of(self.text)
        place, spans = self._place()
        recent = self.sight.asked[at + 1].text in ("recent", "recently") if at + 1 < len(self.asked) else False
        for measure in self._measures(at):
            kind = self.table.columns[measure.column]
            ranked = bool(_RANKED.match(kind.name.casefold()))
            operations: list[Operation] = ["highest" if high or recent else "lowest"]
            if word in ("best", "worst", "top", "highest", "lowest", "oldest", "youngest", "fastest", "slowest"):
                operations = ["highest", "lowest"]
            for operation in operations:
                turned = (operation == "highest") != high
                evidence = {
                    **measure.evidence,
                    "order turned": float(turned), "order turned of a rank": float(turned and ranked),
                    "order turned of dates": float(turned and kind.is_dated), "order of dates": float(kind.is_dated),
                    "order turned of time": float(turned and word in ("fastest", "slowest")),
                    f"order: {word if word in ('most', 'least', 'top', 'best') else 'other'}": 1.0,
                    "most of dates": float(kind.is_dated and word in ("most", "least", "highest", "lowest", "largest")),
                    "place": float(place > 1), "place beside the order": float(place > 1 and spans[0][1] == at),
                }  # fmt: skip
                used = (*group.used, (at, at + 1), *measure.used, *spans, *((limit[1],) if limit else ()))
                most = limit[0] if limit else 1
                for target in self._targets(but=(measure.column,)):
                    told = {**evidence, **target.evidence, **self._kind_of(target.column)}
                    plan = Plan(operation, target.column, measure.column, group.conditions, most=most, place=place)
                    yield plan, (*used, *target.used), told
                itself = {**evidence, "order: itself": 1.0, "how" if self.kind.startswith("how") else "what": 1.0}
                itself["order: itself after which"] = float(
                    any(self.after_wh <= a <= self.after_wh + 4 for a, _ in measure.used) or at <= self.after_wh + 3
                )
                yield Plan(operation, ITSELF, measure.column, group.conditions, most=most, place=place), used, itself

    def _placed(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        match = re.search(r"\b(first|last|final|top|bottom|most recent|latest|earliest|debut|inaugural)\b", self.text)
        place, spans = self._place()
        if not match and place == 1:
            return
        word = match[1] if match else "nth"
        at = len(_words(self.text[: match.start()])) if match else spans[0][0]
        used = (*group.used, *spans, *(((at, at + len(word.split())),) if match else ()))
        last = word in ("last", "final", "bottom", "most recent", "latest")
        dated = [c for c, kind in enumerate(self.table.columns) if kind.is_dated][:2]
        said = re.search(r"\b(?:list|listed|table|chart|top|bottom)\b", self.text) is not None
        for target in self._targets():
            evidence = {**target.evidence, **self._kind_of(target.column), f"placed: {word}": 1.0}
            evidence["placed: all"] = float(not group.conditions)
            evidence["placed: target right after"] = float(any(a in (at + 1, at + 2) for a, _ in target.used))
            against = any(self._runs_back(column) for column in dated)
            rows = {**evidence, "placed by rows": 1.0, "placed by rows against the dates": float(against), "placed by rows, dates known": float(bool(dated)),
                    "placed by rows of a list": float(said)}  # fmt: skip
            operation: Operation = "last" if last else "first"
            yield Plan(operation, target.column, conditions=group.conditions, place=place), (*used, *target.used), rows
            for column in dated:
                told = {**evidence, "placed by dates": 1.0, "placed by dates that run back": float(against)}
                ordered: Operation = "highest" if last else "lowest"
                to = ITSELF if target.column == column else target.column
                yield Plan(ordered, to, column, group.conditions, place=place), (*used, *target.used), told

    def _usual(self, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        match = _USUAL.search(self.text)
        if not match:
            return
        at = len(_words(self.text[: match.start()]))
        operation: Operation = "rarest" if match[1] in ("least", "fewest") else "usual"
        for target in self._targets():
            kind = self.table.columns[target.column]
            if kind.distinct >= self.table.rows:
                continue
            plural = at + 1 < len(self.asked) and self.asked[at + 1].text.endswith("s")
            evidence = {
                **target.evidence, **self._kind_of(target.column), "usual: plural": float(plural),
                "usual: said": float(match[1] not in ("most", "least", "fewest")),
                "usual: as often": float(match[1] in ("most", "least") and at + 1 == len(self.asked)),
                "usual: at the end": float(at >= len(self.asked) - 2),
                "usual: a number is named": float(bool(self._measures(at) and "measure named" in self._measures(at)[0].evidence)),
            }  # fmt: skip
            yield Plan(operation, target.column, conditions=group.conditions), (*group.used, (at, at + 1), *target.used), evidence

    def _from(self, cell: CellMention, group: _Group, held: int) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        """Yield what is asked of other rows from the one that a cell names."""
        used = (*group.used, cell.span)
        given = {"from words in a cell": float(cell.within), "from a number or date": float(cell.bound is not None), "from a cell of many columns": float(held > 1), "from a cell of the subject": float(cell.columns[0] == self._subject())}
        for operation, pattern in (("next", _AFTER), ("before", _BEFORE)):
            match = pattern.search(self.text)
            if not match:
                continue
            at = len(_words(self.text[: match.start()]))
            near = {"beside: near": float(0 < cell.span[0] - at <= 3), "beside: far": float(not -3 < cell.span[0] - at <= 4)}
            way: Operation = "next" if operation == "next" else "before"
            spans = (*used, (at, at + 1))
            against = any(self._runs_back(c) for c, kind in enumerate(self.table.columns) if kind.is_dated)
            listed = re.search(r"\b(?:list|listed|table|chart|above|below)\b", self.text) is not None
            near |= {
                "beside: against the dates": float(against), "beside: against the dates of a list": float(against and listed),
                "beside: of a list": float(listed), "beside: of numbers or dates": float(cell.bound is not None),
                "beside: and conditions": float(bool(group.conditions)),
            }  # fmt: skip
            for target in self._targets():
                told = {**given, **near, **target.evidence, **self._kind_of(target.column), f"beside: {match[1]}": 1.0}
                told["beside: same column"] = float(target.column in cell.columns)
                yield Plan(way, target.column, conditions=group.conditions, choices=(cell,)), (*spans, *target.used), told
            if _COUNTED.search(self.text):
                counted: Operation = "behind" if operation == "next" else "ahead"
                noun = ((self.after_wh, self.after_wh + 1),)
                yield Plan(counted, conditions=group.conditions, choices=(cell,)), (*spans, *noun), {**given, **near}
        if match := _SAME.search(self.text):
            at = len(_words(self.text[: match.start()]))
            for measure in [n for n in self.sight.columns if n.column not in cell.columns][:4]:
                for target in self._targets(but=(measure.column,)):
                    told = {**given, **target.evidence, "same: alike": float(measure.alike),
                            "same: right after": float(measure.at[0] - at in (1, 2)),
                            "same: of the cell's column": float(target.column in cell.columns)}  # fmt: skip
                    plan = Plan("same", target.column, measure.column, group.conditions, (cell,))
                    yield plan, (*used, (at, at + 1), *_spans([measure]), *target.used), told
        if _COUNTED.search(self.text) and re.search(r"\bthan\b", self.text):
            more = _FEW.search(self.text)
            for measure in self._measures(len(_words(self.text[: (more or _LESS.search(self.text) or re.match('', '')).start()])) if (more or _LESS.search(self.text)) else -1):
                noun = ((self.after_wh, self.after_wh + 1),)
                plan = Plan("more" if more else "fewer", measure=measure.column, conditions=group.conditions, choices=(cell,))
                yield plan, (*used, *noun, *measure.used), {**given, **measure.evidence}

    def _between(self, one: CellMention, other: CellMention, group: _Group) -> Iterator[tuple[Plan, tuple[Span, ...], Evidence]]:
        """Yield what is asked of two rows held against each other."""
        used = (*group.used, one.span, other.span)
        shared = tuple(sorted(set(one.columns) & set(other.columns)))
        within = {"between words in cells": float(one.within or other.within)}
        both = (
            CellMention(one.value, shared, one.span, one.within),
            CellMention(other.value, shared, other.span, other.within),
        )
        between = [word.text for word in self.asked[one.span[1] : other.span[0]]]
        if DIFFERENCE.search(self.text) or re.search(r"\bhow much \w+er\b|\bthan\b|\bseparat", self.text):
            for measure in self._measures(self.after_wh):
                told = {**within, **measure.evidence, "difference: said": float("difference" in self.text)}
                yield Plan("difference", measure=measure.column, conditions=group.conditions, choices=both), (*used, *measure.used), told
        if "or" in between and CHOICE.search(self.text):
            more, less = _FEW.search(self.text), _LESS.search(self.text)
            for operation, match in (("highest", more), ("lowest", less)):
                if not match:
                    continue
                at = len(_words(self.text[: match.start()]))
                way: Operation = "highest" if operation == "highest" else "lowest"
                for measure in self._measures(at):
                    if measure.column in shared:
                        continue
                    told = {**within, **measure.evidence, f"choice: {operation}": 1.0}
                    plan = Plan(way, shared[0], measure.column, group.conditions, both)
                    yield plan, (*used, (at, at + 1), *measure.used), told
                usual: Operation = "usual" if more else "rarest"
                yield Plan(usual, shared[0], conditions=group.conditions, choices=both), (*used, (at, at + 1)), within
                for order in ("first", "last"):
                    first: Operation = "first" if order == "first" else "last"
                    told = {**within, f"choice: {order}": 1.0, f"choice: {match[1] if match.groups() else match[0]}": 1.0}
                    yield Plan(first, shared[0], conditions=group.conditions, choices=both), (*used, (at, at + 1)), told
            if group.conditions:
                yield Plan("values", shared[0], conditions=group.conditions, choices=both), used, {**within, "choice: held": 1.0}
        elif "and" in between:
            total = _TOTAL.search(self.text)
            for measure in self._measures(self.after_wh, dates=False):
                told = {**within, **measure.evidence, "both: total": float(bool(total))}
                yield Plan("sum", measure=measure.column, conditions=group.conditions, choices=both), (*used, *measure.used), told
                yield Plan("values", measure.column, conditions=group.conditions, choices=both), (*used, *measure.used), told


def _words(text: str) -> list[str]:
    from vectorstore.tables.cells import written_words

    return written_words(text)


def _spans(named: Sequence[Named]) -> tuple[Span, ...]:
    return tuple((i, i + 1) for one in named for i in one.at)
