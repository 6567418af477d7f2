"""Plans over the rows that meet the conditions: counts, values, sums, the highest, the first, the most frequent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.computed.tables.bounds import limit_of
from bot.computed.tables.parts import COUNTED, MEAN, TOTAL, Group, Made, Parts, spans_of, words_of
from bot.computed.tables.plan import ITSELF, Operation, Plan
from bot.computed.tables.vocabulary import HIGHEST

_USUAL = re.compile(r"\b(most|least|often|frequent|frequently|common|commonly|popular|fewest)\b")
_CONSECUTIVE = re.compile(r"\b(?:consecutive|in a row|straight)\b")
_RANKED = re.compile(r"\b(rank|place|position|pos|standing|finish)")


def of_rows(parts: Parts, group: Group) -> Iterator[Made]:
    """Yield the plans over the rows that meet one way to read the conditions."""
    for operation in (_counted, _looked_up, _added, _extremes, _placed, _usual):
        yield from operation(parts, group)


def _counted(parts: Parts, group: Group) -> Iterator[Made]:
    if not COUNTED.search(parts.text):
        return
    at = parts.after_wh
    noun = ((at, at + 1),) if at < len(parts.asked) else ()
    named = [n for n in parts.sight.columns if at <= n.at[0] <= at + 1]
    evidence = {
        "counts a column of numbers": float(
            any(parts.is_measured(n.column, dates=False) and not n.alike for n in named)
        ),
        "counts a column": float(bool(named)),
        "counts the subject": float(any(n.column in (0, parts.subject) for n in named)),
        "counts times": float(at < len(parts.asked) and parts.asked[at].text in ("times", "time", "games", "matches")),
        "counts all": float(not group.conditions),
        "counts all of a list": float(
            not group.conditions and re.search(r"\b(?:list|listed|table|chart|shown)\b", parts.text) is not None
        ),
        "counts all, total": float(not group.conditions and "total" in parts.text),
        "counts all, there are": float(not group.conditions and re.search(r"\bthere\b", parts.text) is not None),
        "counts all, few words": float(not group.conditions and len(parts.asked) <= 7),
    }
    if consecutive := _CONSECUTIVE.search(parts.text):
        at = len(words_of(parts.text[: consecutive.start()]))
        used = (*group.used, *noun, (at, at + len(consecutive[0].split())), *spans_of(named[:1]))
        if group.conditions:
            yield Plan("run", conditions=group.conditions), used, {"run: all read": float(not group.unread)}
        return
    different = re.search(r"\b(?:different|distinct|unique)\b", parts.text) is not None
    yield Plan("count", conditions=group.conditions), (*group.used, *noun, *spans_of(named[:1])), evidence
    for n in named[:2]:
        repeated = parts.table.columns[n.column].distinct < parts.table.rows
        more = {**evidence, "distinct is said": float(different), "distinct of repeated": float(repeated)}
        if repeated and not parts.is_measured(n.column, dates=False):
            yield Plan("distinct", target=n.column, conditions=group.conditions), (*group.used, *spans_of([n])), more


def _looked_up(parts: Parts, group: Group) -> Iterator[Made]:
    if not group.conditions:
        return
    held = [c for condition in group.conditions for c in condition.columns]
    for target in parts.targets():
        evidence = {**target.evidence, "target is held": float(target.column in held)}
        evidence |= parts.kind_of(target.column)
        yield Plan("values", target=target.column, conditions=group.conditions), (*group.used, *target.used), evidence


def _added(parts: Parts, group: Group) -> Iterator[Made]:
    total, mean, many = (found.search(parts.text) for found in (TOTAL, MEAN, COUNTED))
    if not (total or mean or many or parts.kind == "how much"):
        return
    trigger = total or mean
    at = len(words_of(parts.text[: trigger.start()])) if trigger else parts.after_wh
    held = {c for condition in group.conditions for c in condition.columns}
    for measure in parts.measures(at, dates=False):
        if measure.column in held:
            continue
        after = any(parts.after_wh <= a <= parts.after_wh + 1 for a, _ in measure.used)
        evidence = {
            **measure.evidence, "added: total": float(bool(total)), "added: how many": float(bool(many)),
            "added: after how many": float(after), "added: all": float(not group.conditions),
        }  # fmt: skip
        yield Plan("sum", measure=measure.column, conditions=group.conditions), (*group.used, *measure.used), evidence
        if mean:
            yield (
                Plan("mean", measure=measure.column, conditions=group.conditions),
                (*group.used, *measure.used),
                evidence,
            )


def _extremes(parts: Parts, group: Group) -> Iterator[Made]:
    if not parts.ordered:
        return
    at = parts.ordered[-1] if parts.asked[parts.ordered[0]].text == "top" else parts.ordered[0]
    word = parts.asked[at].text
    high = word in HIGHEST
    limit = limit_of(parts.text)
    place, spans = parts.place()
    recent = parts.sight.asked[at + 1].text in ("recent", "recently") if at + 1 < len(parts.asked) else False
    for measure in parts.measures(at):
        kind = parts.table.columns[measure.column]
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
            for target in parts.targets(but=(measure.column,)):
                told = {**evidence, **target.evidence, **parts.kind_of(target.column)}
                plan = Plan(operation, target.column, measure.column, group.conditions, most=most, place=place)
                yield plan, (*used, *target.used), told
            itself = {**evidence, "order: itself": 1.0, "how" if parts.kind.startswith("how") else "what": 1.0}
            itself["order: itself after which"] = float(
                any(parts.after_wh <= a <= parts.after_wh + 4 for a, _ in measure.used) or at <= parts.after_wh + 3
            )
            yield Plan(operation, ITSELF, measure.column, group.conditions, most=most, place=place), used, itself


def _placed(parts: Parts, group: Group) -> Iterator[Made]:
    match = re.search(r"\b(first|last|final|top|bottom|most recent|latest|earliest|debut|inaugural)\b", parts.text)
    place, spans = parts.place()
    if not match and place == 1:
        return
    word = match[1] if match else "nth"
    at = len(words_of(parts.text[: match.start()])) if match else spans[0][0]
    used = (*group.used, *spans, *(((at, at + len(word.split())),) if match else ()))
    last = word in ("last", "final", "bottom", "most recent", "latest")
    dated = [c for c, kind in enumerate(parts.table.columns) if kind.is_dated][:2]
    said = re.search(r"\b(?:list|listed|table|chart|top|bottom)\b", parts.text) is not None
    for target in parts.targets():
        evidence = {**target.evidence, **parts.kind_of(target.column), f"placed: {word}": 1.0}
        evidence["placed: all"] = float(not group.conditions)
        evidence["placed: target right after"] = float(any(a in (at + 1, at + 2) for a, _ in target.used))
        against = any(parts.runs_back(column) for column in dated)
        rows = {
            **evidence, "placed by rows": 1.0, "placed by rows against the dates": float(against),
            "placed by rows, dates known": float(bool(dated)), "placed by rows of a list": float(said),
        }  # fmt: skip
        operation: Operation = "last" if last else "first"
        yield Plan(operation, target.column, conditions=group.conditions, place=place), (*used, *target.used), rows
        for column in dated:
            told = {**evidence, "placed by dates": 1.0, "placed by dates that run back": float(against)}
            ordered: Operation = "highest" if last else "lowest"
            to = ITSELF if target.column == column else target.column
            yield Plan(ordered, to, column, group.conditions, place=place), (*used, *target.used), told


def _usual(parts: Parts, group: Group) -> Iterator[Made]:
    match = _USUAL.search(parts.text)
    if not match:
        return
    at = len(words_of(parts.text[: match.start()]))
    operation: Operation = "rarest" if match[1] in ("least", "fewest") else "usual"
    measured = any("measure named" in measure.evidence for measure in parts.measures(at)[:1])
    for target in parts.targets():
        kind = parts.table.columns[target.column]
        if kind.distinct >= parts.table.rows:
            continue
        plural = at + 1 < len(parts.asked) and parts.asked[at + 1].text.endswith("s")
        evidence = {
            **target.evidence, **parts.kind_of(target.column), "usual: plural": float(plural),
            "usual: said": float(match[1] not in ("most", "least", "fewest")),
            "usual: as often": float(match[1] in ("most", "least") and at + 1 == len(parts.asked)),
            "usual: at the end": float(at >= len(parts.asked) - 2),
            "usual: a number is named": float(measured),
        }  # fmt: skip
        yield (
            Plan(operation, target.column, conditions=group.conditions),
            (*group.used, (at, at + 1), *target.used),
            evidence,
        )
