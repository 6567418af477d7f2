"""The parts of a statement that a source must hold: numbers, dates, names, words. And what each weighs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.check.sentences import Facts, Term, terms
from bot.text import facts

FactKind = Literal["number", "date", "name"]
UnitKind = Literal["number", "date", "name", "word"]
FACT_KINDS: tuple[FactKind, ...] = ("number", "date", "name")

KIND_WEIGHTS: dict[UnitKind, float] = {"number": 1.6, "date": 1.6, "name": 1.4, "word": 1.0}
"""Weight of a unit beside a word's, all else equal: a statement is about its facts."""
SOFT_WEIGHT = 0.7
"""Factor on the weight of what may be no fact at all."""
COMMON_WEIGHT = 0.35
"""Factor on the weight of a unit that every sentence holds; one that no sentence holds has 1.0."""
HOLDS = 0.5
"""Degree above which a sentence counts among those that hold a unit, for its rarity. Related words count."""
HALF_A_HOLDER = 0.5
"""Added to the count of holders, so that a unit which none holds has a finite rarity."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of the statement that its sources must hold.

    Attributes:
        kind: "number", "date", "name" or "word".
        start, end: Offsets into the statement.
        stems: The stems of a word or name.
        fact: The number, date or name; None for a word.
        soft: May be no fact at all ("one", a capitalised word that opens a sentence).
    """

    kind: UnitKind
    start: int
    end: int
    stems: tuple[str, ...]
    fact: facts.Number | facts.Date | facts.Name | None = None
    soft: bool = False


def read_units(words: Sequence[Term], found: Facts) -> list[Unit]:
    """Return the units of a statement by place: its facts, and each word with content that is in none of them.

    A name that overlaps a date or number is left out ("May 2019" is no name).
    """
    units = [Unit("date", date.start, date.end, (), date) for date in found.dates if date.text]
    units += [Unit("number", n.start, n.end, (), n, n.soft) for n in found.numbers if n.text]
    for name in found.names:
        if not _overlaps(name, units):
            stems = tuple(term.stem for term in terms(name.text) if term.content)
            units.append(Unit("name", name.start, name.end, stems, name, name.soft))
    units += [
        Unit("word", term.start, term.end, (term.stem,))
        for term in words
        if term.content and not _overlaps(term, units)
    ]
    return sorted(units, key=lambda unit: (unit.start, unit.end))


def _overlaps(part: Term | facts.Name, units: Sequence[Unit]) -> bool:
    return any(part.start < unit.end and unit.start < part.end for unit in units)


def weigh_units(units: Sequence[Unit], degrees: Sequence[Sequence[float]]) -> list[float]:
    """Weigh units: facts above words, words that few sentences have above those that all have.

    Args:
        units: Of the statement.
        degrees: For each sentence and each unit how well it is held, 0 to 1.
    """
    count = max(1, len(degrees))
    rarest = math.log(1 + count / HALF_A_HOLDER)
    weights = []
    for i, unit in enumerate(units):
        holders = sum(1 for row in degrees if row[i] > HOLDS)
        rarity = math.log(1 + count / (holders + HALF_A_HOLDER)) / rarest
        base = KIND_WEIGHTS[unit.kind] * (SOFT_WEIGHT if unit.soft else 1.0)
        weights.append(base * (COMMON_WEIGHT + (1 - COMMON_WEIGHT) * rarity))
    return weights
