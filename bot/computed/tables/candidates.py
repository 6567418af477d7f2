"""Every plan that a question may stand for against one table, each with the evidence for it and against it.

    Sight ─▶ the conditions that may be meant ─▶ for each operation that a word asks for: its columns ─▶ Candidate

Nothing is decided here: `weighed` does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.computed.tables.from_rows import between_two, from_one
from bot.computed.tables.grammar import plan as by_grammar
from bot.computed.tables.mention import Span
from bot.computed.tables.of_rows import of_rows
from bot.computed.tables.parts import Made, Parts
from bot.computed.tables.plan import Plan
from bot.computed.tables.restrictions import Restrictions
from bot.computed.tables.sight import Evidence
from bot.computed.tables.vocabulary import ASKING, HIGHEST, LOWEST, PLAIN
from vectorstore.tables.table import Table
from vectorstore.words.calendar_words import MONTHS

_MONTH = "(?:" + "|".join(form for forms in MONTHS["en"] for form in forms.split()) + ")"
_SIGNALS: dict[str, frozenset[str]] = {
    "order": HIGHEST | LOWEST,
    "first": frozenset({"first", "last", "final", "debut", "inaugural"}),
    "beside": frozenset("next previous before after following prior above below preceding".split()),
    "same": frozenset({"same", "both", "equal"}),
    "only": frozenset({"only"}),
    "total": frozenset("total sum combined altogether".split()),
    "mean": frozenset({"average", "mean"}),
    "difference": frozenset({"difference", "between"}),
    "compared": frozenset("more less fewer higher lower larger smaller greater longer shorter better than".split()),
    "not": frozenset("not never no without except besides other didn't".split()),
    "or": frozenset({"or"}),
    "consecutive": frozenset({"consecutive", "straight", "row", "streak"}),
    "each": frozenset({"each", "every", "per"}),
}

_VERBS = frozenset(
    "won win lost lose scored play live became become made make fly ran run got get sank sunk met".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan that a question may stand for.

    Attributes:
        plan: With the words that have no part in it.
        evidence: What speaks for it and against it, each of a name.
    """

    plan: Plan
    evidence: Evidence


def candidates(text: str, table: Table, *, about: frozenset[str] = frozenset()) -> list[Candidate]:
    """Return the plans that a question may stand for, each once, with the evidence for it."""
    sight = Restrictions(_normal(text), table)
    strict = by_grammar(text, table, about=about)
    made = Parts(sight)
    found: dict[Plan, Candidate] = {}
    for plan, used, evidence in _plans(made):
        told = {name: value for name, value in evidence.items() if value}
        told |= {f"does: {plan.operation}": 1.0, f"{made.kind}, {plan.operation}": 1.0}
        unplaced = _unplaced(sight, made, plan, used, told, about)
        candidate = Candidate(replace(plan, unplaced=unplaced), told)
        old = found.get(plan)
        if old is None or len(unplaced) < len(old.plan.unplaced):
            found[plan] = candidate
    if strict is not None:
        same = found.setdefault(strict, Candidate(strict, {f"does: {strict.operation}": 1.0}))
        same.evidence["by the grammar"] = 1.0
        same.evidence[f"by the grammar, {strict.operation}"] = 1.0
    return list(found.values())


def _normal(text: str) -> str:
    """Return a question in lower case, the days of its dates as sheets write them: "november 17"."""
    text = re.sub(r"\s+", " ", text.strip().casefold()).rstrip("?.! ")
    return re.sub(
        rf"\b({_MONTH} \d{{1,2}})(?:st|nd|rd|th)\b|\b(\d{{1,2}})(?:st|nd|rd|th)(?= (?:of )?{_MONTH}\b)", r"\1\2", text
    )


def _unplaced(
    sight: Restrictions, made: Parts, plan: Plan, used: tuple[Span, ...], told: Evidence, about: frozenset[str]
) -> tuple[str, ...]:
    """Return the words that have no part in a plan, and add what they say against it to the evidence."""
    taken = {i for a, b in used for i in range(a, b)}
    left = []
    nouns = 0
    for i, word in enumerate(sight.asked):
        if i in taken or word.stem in about:
            continue
        signal = next((name for name, some in _SIGNALS.items() if word.text in some), "")
        if signal:
            told[f"unused {signal}"] = 1.0
            if f"unused {signal}" in ("unused compared", "unused order"):
                told[f"unused {signal}, {plan.operation}"] = 1.0
        elif word.text in PLAIN or word.text in ASKING:
            continue
        elif i == made.after_wh and made.kind not in ("who", "when", "where"):
            told["free noun"] = 1.0
        elif i - 1 in taken and sight.is_named(i - 1) and not any(c.isdigit() for c in word.text):
            told["unused word after a heading"] = 1.0  # "gold medals"
        elif word.text.endswith(("ed", "ing")) or word.text in _VERBS:
            told["unused verb"] = 1.0
            left.append(word.text)
        else:
            left.append(word.text)
            nouns += 1
    named = sum(any(i not in taken for i in n.at) and n.share >= 0.5 and not n.alike for n in sight.columns)
    if named:
        told["unused heading"] = min(3.0, named)
    digits = sum(any(c.isdigit() for c in word) for word in left)
    if digits:
        told["unused number"] = min(2.0, digits)
    if nouns > digits:
        told["unused words"] = min(4.0, nouns - digits)
        told["unused any word"] = 1.0
    said = [i for i, word in enumerate(sight.asked) if word.text not in PLAIN and word.text not in ASKING]
    told["words with a part"] = sum(i in taken for i in said) / max(1, len(said))
    loose = sum(value for name, value in told.items() if name.startswith(("unused", "unread")))
    if not loose:
        told["complete"] = 1.0
        told["complete but for the noun" if "free noun" in told else f"complete, {plan.operation}"] = 1.0
    elif loose <= 1:
        told["nearly complete"] = 1.0
    return tuple(left)


def _plans(parts: Parts) -> Iterator[Made]:
    """Yield plans, the words that have a part in them, and the evidence."""
    for group in parts.groups(()):
        yield from of_rows(parts, group)
    cells = [way[0].cell for way in parts.sight.restrictions if way[0].cell is not None]
    for pointer in parts.sight.pointers:
        for group in parts.groups((), at=pointer.span):
            yield from from_one(parts, pointer, group, 1)
    for cell in cells:
        for group in parts.groups((cell,)):
            for column in cell.columns[:3]:
                yield from from_one(parts, replace(cell, columns=(column,)), group, len(cell.columns))
    pairs = [(a, b) for i, a in enumerate(cells) for b in cells[i + 1 :] if set(a.columns) & set(b.columns)]
    for pair in pairs:
        for group in parts.groups(pair):
            yield from between_two(parts, *pair, group)
