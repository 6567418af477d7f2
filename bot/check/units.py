"""The parts of a statement that a source must hold: numbers, dates, names, words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.check.sentences import Facts, Sentence, place_of, terms
from bot.text import facts

Kind = str  # "number", "date", "name", "word"

Cells = list[list[tuple[float, list[int]]]]
"""For each sentence and each unit: how well it is held, and at which offsets into the sentence."""


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

    kind: Kind
    start: int
    end: int
    stems: tuple[str, ...]
    fact: facts.Number | facts.Date | facts.Name | None = None
    soft: bool = False


def units_of(statement: str, found: Facts) -> list[Unit]:
    """Return the units of `statement` by place."""
    made: list[Unit] = []
    taken: list[tuple[int, int]] = []
    for kind, group in (("date", found.dates), ("number", found.numbers), ("name", found.names)):
        for fact in group:
            if (kind != "name" and fact.text == "") or (
                any(fact.start < e and s < fact.end for s, e in taken) and kind == "name"
            ):
                continue
            soft = bool(getattr(fact, "soft", False))
            stems = tuple(t.stem for t in terms(fact.text) if t.content) if kind == "name" else ()
            made.append(Unit(kind, fact.start, fact.end, stems, fact, soft))
            taken.append((fact.start, fact.end))
    for term in terms(statement):
        if term.content and not any(term.start < e and s < term.end for s, e in taken):
            made.append(Unit("word", term.start, term.end, (term.stem,)))
    return sorted(made, key=lambda unit: (unit.start, unit.end))


def hold(unit: Unit, sentence: Sentence) -> tuple[float, list[int]]:
    """Return how well `sentence` holds `unit`, 0 to 1, and at which offsets into it."""
    if unit.kind == "word":
        return place_of(unit.stems[0], sentence)
    if unit.kind == "number":
        return _hold_number(unit.fact, sentence)  # type: ignore[arg-type]
    if unit.kind == "date":
        return _hold_date(unit.fact, sentence)  # type: ignore[arg-type]
    return _hold_name(unit, sentence)


def _hold_number(claim: facts.Number, sentence: Sentence) -> tuple[float, list[int]]:
    at = [n.start for n in sentence.facts.numbers if facts.same_number(claim, n)]
    if at:
        return 1.0, at
    at = [d.start for d in sentence.facts.dates if d.bare and d.year == claim.value]
    if at:
        return 1.0, at
    loose = [
        n.start
        for n in sentence.facts.numbers
        if facts.same_number(claim, n, loose=True) and "%" not in (claim.unit, n.unit)
    ]
    if loose and claim.unit not in ("usd", "eur", "gbp", "jpy"):
        return 0.3, loose
    if claim.soft:
        return 0.8, [0]
    return 0.0, []


def _hold_date(claim: facts.Date, sentence: Sentence) -> tuple[float, list[int]]:
    at = [d.start for d in sentence.facts.dates if facts.same_date(claim, d)]
    if not at and claim.bare:
        at = [n.start for n in sentence.facts.numbers if n.value == claim.year and not n.unit]
    if at:
        return 1.0, at
    part = [d.start for d in sentence.facts.dates if _part_of(claim, d)]
    return (0.6, part) if part else (0.0, [])


def _part_of(claim: facts.Date, source: facts.Date) -> bool:
    """Tell whether the source gives all of the claim but the year ("3 May", the year further up)."""
    if claim.month is None or source.month != claim.month or source.year is not None:
        return False
    return source.day == claim.day and source.quarter is None


def _without_year(units: Sequence[Unit], cells: Cells, sentences: Sequence[Sentence]) -> None:
    """Take back a date that is held but for its year, where no sentence gives that year."""
    for i, unit in enumerate(units):
        if isinstance(unit.fact, facts.Date) and unit.fact.year is not None and max(row[i][0] for row in cells) == 0.6:
            year = unit.fact.year
            if not any(d.year == year for s in sentences for d in s.facts.dates):
                for row in cells:
                    row[i] = (0.0, [])


def _hold_name(unit: Unit, sentence: Sentence) -> tuple[float, list[int]]:
    claim = unit.fact
    assert isinstance(claim, facts.Name)
    at = [n.start for n in sentence.facts.names if facts.same_name(claim, n)]
    if at:
        return 1.0, at
    found = [place_of(stem, sentence) for stem in unit.stems]
    exact = [places for degree, places in found if degree >= 1.0]
    if found and len(exact) == len(found):
        apart = max((min(abs(p - q) for p in ps for q in qs) for ps, qs in itertools.pairwise(exact)), default=0)
        return (1.0, exact[0]) if apart <= 12 + len(claim.text) else (0.5, exact[0])
    if len(claim.words) == 1 and len(claim.text) > 3 and claim.text in sentence.text:
        return 1.0, [sentence.text.index(claim.text)]
    degree = sum(d for d, _ in found) / len(found) if found else 0.0
    return (
        (degree * (0.9 if unit.soft or len(found) > 1 else 0.6), found[0][1] or [p for _, ps in found for p in ps][:1])
        if degree
        else (0.0, [])
    )


def _weights(units: Sequence[Unit], grid: list[list[float]]) -> list[float]:
    """Weigh units: facts above words, words that few sentences have above those that all have."""
    count = max(1, len(grid))
    weights = []
    for i, unit in enumerate(units):
        holders = sum(1 for row in grid if row[i] > 0.5)
        rare = math.log(1 + count / (holders + 0.5)) / math.log(1 + count / 0.5)
        base = {"number": 1.6, "date": 1.6, "name": 1.4, "word": 1.0}[unit.kind] * (0.7 if unit.soft else 1.0)
        weights.append(base * (0.35 + 0.65 * rare))
    return weights
