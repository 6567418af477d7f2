"""Plans from rows that are named: what comes next, what is the same, how many have more; and two held together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.computed.tables.mention import CellMention
from bot.computed.tables.parts import COUNTED, TOTAL, Group, Made, Parts, spans_of, words_of
from bot.computed.tables.plan import Operation, Plan
from bot.computed.tables.vocabulary import CHOICE, DIFFERENCE

_MORE = re.compile(
    r"\b(?:more|higher|larger|greater|older|longer|bigger|better|later|faster|taller|farther|most|highest)\b"
)
_LESS = re.compile(r"\b(?:less|fewer|lower|smaller|younger|shorter|earlier|worse|first|before|least|lowest)\b")
_AFTER = re.compile(r"\b(after|following|below|next|behind|succeed(?:ed)?|preceded)\b")
_BEFORE = re.compile(r"\b(before|previous|prior|preceding|above|ahead)\b")
_SAME = re.compile(r"\b(same|equal|identical|tied)\b")


def from_one(parts: Parts, cell: CellMention, group: Group, held: int) -> Iterator[Made]:
    """Yield what is asked of other rows from the one that a cell names."""
    used = (*group.used, cell.span)
    given = {
        "from words in a cell": float(cell.within),
        "from a number or date": float(cell.bound is not None),
        "from a cell of many columns": float(held > 1),
        "from a cell of the subject": float(cell.columns[0] == parts.subject),
    }
    for operation, pattern in (("next", _AFTER), ("before", _BEFORE)):
        match = pattern.search(parts.text)
        if not match:
            continue
        at = len(words_of(parts.text[: match.start()]))
        near = {
            "beside: near": float(0 < cell.span[0] - at <= 3),
            "beside: far": float(not -3 < cell.span[0] - at <= 4),
        }
        way: Operation = "next" if operation == "next" else "before"
        spans = (*used, (at, at + 1))
        against = any(parts.runs_back(c) for c, kind in enumerate(parts.table.columns) if kind.is_dated)
        listed = re.search(r"\b(?:list|listed|table|chart|above|below)\b", parts.text) is not None
        near |= {
            "beside: against the dates": float(against),
            "beside: against the dates of a list": float(against and listed),
            "beside: of a list": float(listed), "beside: of numbers or dates": float(cell.bound is not None),
            "beside: and conditions": float(bool(group.conditions)),
        }  # fmt: skip
        for target in parts.targets():
            told = {**given, **near, **target.evidence, **parts.kind_of(target.column), f"beside: {match[1]}": 1.0}
            told["beside: same column"] = float(target.column in cell.columns)
            yield Plan(way, target.column, conditions=group.conditions, choices=(cell,)), (*spans, *target.used), told
        if COUNTED.search(parts.text):
            counted: Operation = "behind" if operation == "next" else "ahead"
            noun = ((parts.after_wh, parts.after_wh + 1),)
            yield Plan(counted, conditions=group.conditions, choices=(cell,)), (*spans, *noun), {**given, **near}
    if match := _SAME.search(parts.text):
        at = len(words_of(parts.text[: match.start()]))
        for named in [n for n in parts.sight.columns if n.column not in cell.columns][:4]:
            for target in parts.targets(but=(named.column,)):
                told = {**given, **target.evidence, "same: alike": float(named.alike),
                        "same: right after": float(named.at[0] - at in (1, 2)),
                        "same: of the cell's column": float(target.column in cell.columns)}  # fmt: skip
                plan = Plan("same", target.column, named.column, group.conditions, (cell,))
                yield plan, (*used, (at, at + 1), *spans_of([named]), *target.used), told
    if COUNTED.search(parts.text) and re.search(r"\bthan\b", parts.text):
        more = _MORE.search(parts.text)
        said = more or _LESS.search(parts.text)
        for measure in parts.measures(len(words_of(parts.text[: said.start()])) if said else -1):
            noun = ((parts.after_wh, parts.after_wh + 1),)
            plan = Plan(
                "more" if more else "fewer", measure=measure.column, conditions=group.conditions, choices=(cell,)
            )
            yield plan, (*used, *noun, *measure.used), {**given, **measure.evidence}


def between_two(parts: Parts, one: CellMention, other: CellMention, group: Group) -> Iterator[Made]:
    """Yield what is asked of two rows held against each other."""
    used = (*group.used, one.span, other.span)
    shared = tuple(sorted(set(one.columns) & set(other.columns)))
    within = {"between words in cells": float(one.within or other.within)}
    both = (replace(one, columns=shared), replace(other, columns=shared))
    between = [word.text for word in parts.asked[one.span[1] : other.span[0]]]
    if DIFFERENCE.search(parts.text) or re.search(r"\bhow much \w+er\b|\bthan\b|\bseparat", parts.text):
        for measure in parts.measures(parts.after_wh):
            told = {**within, **measure.evidence, "difference: said": float("difference" in parts.text)}
            yield (
                Plan("difference", measure=measure.column, conditions=group.conditions, choices=both),
                (*used, *measure.used),
                told,
            )
    if "or" in between and CHOICE.search(parts.text):
        more, less = _MORE.search(parts.text), _LESS.search(parts.text)
        for operation, match in (("highest", more), ("lowest", less)):
            if not match:
                continue
            at = len(words_of(parts.text[: match.start()]))
            way: Operation = "highest" if operation == "highest" else "lowest"
            for measure in parts.measures(at):
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
            yield (
                Plan("values", shared[0], conditions=group.conditions, choices=both),
                used,
                {**within, "choice: held": 1.0},
            )
    elif "and" in between:
        total = TOTAL.search(parts.text)
        for measure in parts.measures(parts.after_wh, dates=False):
            told = {**within, **measure.evidence, "both: total": float(bool(total))}
            yield (
                Plan("sum", measure=measure.column, conditions=group.conditions, choices=both),
                (*used, *measure.used),
                told,
            )
            yield (
                Plan("values", measure.column, conditions=group.conditions, choices=both),
                (*used, *measure.used),
                told,
            )
