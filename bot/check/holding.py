"""How well each sentence holds each unit of a statement, and where: the grid that every sign is read from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.check.sentences import NOT_HELD, Holding, Sentence, hold_stem, terms
from bot.check.units import Unit
from bot.text import facts

Grid = list[list[Holding]]
"""A row for each sentence, in it a holding for each unit of the statement."""

# Degrees below 1.0. Those from `alignment.HELD` (0.55) up let a fact pass as held; those from `alignment.MISSING` (0.3)
# up keep a unit from being called missing. Each was set by hand to fall on the side of these two that its line says;
# where on that side was not measured, and the coefficients were fitted to them as they are.
SAME_DIGITS = 0.3
"""A number of the same value in another unit ("90 metres" for "90 grams"): not held, not missing."""
DOUBTFUL_NUMBER = 0.8
"""A "one" or "first" that may be no number, wherever the source has none: held."""
DATE_WITHOUT_YEAR = 0.6
"""A date whose year stands elsewhere in the source ("3 May"): held."""
STREWN_NAME = 0.5
"""A name of which all words stand in the sentence, but apart: not held, not missing."""
PART_OF_NAME = 0.9
"""Factor on the share of a name's words that are held, where it has several, or may be none: two of three are held
(0.6), one of two is not (0.45)."""
RELATED_NAME = 0.6
"""The same for a name of one word of which only the beginning stands: at most 0.54, so it is not held."""
IN_TITLE = 0.7
"""What stands in the title or headings of a passage, for each of its sentences: held, less well than when said."""

NAME_REACH = 12
"""Characters, over the length of the name itself, that its words may lie apart: room for a middle name or a title."""
SHORTEST_PART = 3
"""Characters that a name must exceed to be looked for inside other words (in scripts that put no blanks between)."""
CURRENCIES = frozenset({"usd", "eur", "gbp", "jpy"})
"""Units of which none stands for another, nor for anything else: "$12" is missing where the source has "12 metres"."""


def hold_all(units: Sequence[Unit], sentences: Sequence[Sentence], titles: Sequence[str]) -> Grid:
    """Return how each sentence holds each unit.

    Args:
        units: Of the statement.
        sentences: Of the passages.
        titles: Title and headings of each passage.
    """
    grid = [[hold(unit, sentence) for unit in units] for sentence in sentences]
    if grid:
        _take_back_dates(grid, units, sentences)
        _add_titles(grid, units, sentences, titles)
    return grid


def hold(unit: Unit, sentence: Sentence) -> Holding:
    """Return how `sentence` alone holds `unit`."""
    if isinstance(unit.fact, facts.Number):
        return _hold_number(unit.fact, sentence)
    if isinstance(unit.fact, facts.Date):
        return _hold_date(unit.fact, sentence)
    if isinstance(unit.fact, facts.Name):
        return _hold_name(unit, unit.fact, sentence)
    return hold_stem(unit.stems[0], sentence)


def _hold_number(claim: facts.Number, sentence: Sentence) -> Holding:
    at = [n.start for n in sentence.facts.numbers if facts.same_number(claim, n)]
    at = at or [d.start for d in sentence.facts.dates if d.bare and d.year == claim.value]
    if at:
        return Holding(1.0, at)
    loose = [
        n.start
        for n in sentence.facts.numbers
        if facts.same_number(claim, n, loose=True) and "%" not in (claim.unit, n.unit)
    ]
    if loose and claim.unit not in CURRENCIES:
        return Holding(SAME_DIGITS, loose)
    return Holding(DOUBTFUL_NUMBER, [0]) if claim.soft else NOT_HELD


def _hold_date(claim: facts.Date, sentence: Sentence) -> Holding:
    at = [d.start for d in sentence.facts.dates if facts.same_date(claim, d)]
    if not at and claim.bare:
        at = [n.start for n in sentence.facts.numbers if n.value == claim.year and not n.unit]
    if at:
        return Holding(1.0, at)
    part = [d.start for d in sentence.facts.dates if _lacks_only_year(d, claim)]
    return Holding(DATE_WITHOUT_YEAR, part) if part else NOT_HELD


def _lacks_only_year(source: facts.Date, claim: facts.Date) -> bool:
    """Tell whether the source gives all of the claim but the year ("3 May", the year further up)."""
    if claim.month is None or source.month != claim.month or source.year is not None:
        return False
    return source.day == claim.day and source.quarter is None


def _hold_name(unit: Unit, claim: facts.Name, sentence: Sentence) -> Holding:
    at = [n.start for n in sentence.facts.names if facts.same_name(claim, n)]
    if at:
        return Holding(1.0, at)
    words = [hold_stem(stem, sentence) for stem in unit.stems]
    exact = [word.places for word in words if word.degree >= 1.0]
    if words and len(exact) == len(words):
        together = _distance(exact) <= NAME_REACH + len(claim.text)
        return Holding(1.0 if together else STREWN_NAME, exact[0])
    if len(claim.words) == 1 and len(claim.text) > SHORTEST_PART and claim.text in sentence.text:
        return Holding(1.0, [sentence.text.index(claim.text)])
    degree = sum(word.degree for word in words) / len(words) if words else 0.0
    if not degree:
        return NOT_HELD
    places = words[0].places or [place for word in words for place in word.places][:1]
    return Holding(degree * (PART_OF_NAME if unit.soft or len(words) > 1 else RELATED_NAME), places)


def _distance(places: Sequence[Sequence[int]]) -> int:
    """Return the greatest distance, in characters, between a word and the next, each taken where they are nearest."""
    return max((min(abs(p - q) for p in ps for q in qs) for ps, qs in itertools.pairwise(places)), default=0)


def _take_back_dates(grid: Grid, units: Sequence[Unit], sentences: Sequence[Sentence]) -> None:
    """Take back a date that is held but for its year, where no sentence gives that year."""
    for i, unit in enumerate(units):
        if not isinstance(unit.fact, facts.Date) or unit.fact.year is None:
            continue
        year = unit.fact.year
        only_part = max(row[i].degree for row in grid) == DATE_WITHOUT_YEAR
        if only_part and not any(date.year == year for s in sentences for date in s.facts.dates):
            for row in grid:
                row[i] = NOT_HELD


def _add_titles(grid: Grid, units: Sequence[Unit], sentences: Sequence[Sentence], titles: Sequence[str]) -> None:
    """Count what stands in the title or headings of a passage as nearly said by each of its sentences."""
    stems = [{term.stem for term in terms(title)} for title in titles]
    for i, unit in enumerate(units):
        entitled = {passage for passage, title in enumerate(stems) if unit.stems and title.issuperset(unit.stems)}
        if not entitled:
            continue
        for row, sentence in zip(grid, sentences, strict=True):
            if sentence.passage in entitled and row[i].degree < IN_TITLE:
                row[i] = Holding(IN_TITLE, row[i].places)
