"""The places of facts: do the words around a fact stand beside it in the source, or beside another value?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.check.alignment import HELD, Alignment
from bot.check.sentences import Holding, Sentence
from bot.check.units import Unit
from bot.text import facts

NEIGHBOURS = 5
"""Units on either side of a fact that are its neighbours. Set by hand."""
SLOT_NEIGHBOURS = 3
"""Units on either side of a fact that mark its slot: nearer ones, since another fact has a slot of its own."""
NEIGHBOUR_DECAY = 0.4
"""What each unit of distance adds to the divisor of a neighbour's weight: one two units off has half its weight."""
IN_SENTENCE_BEFORE = 0.6
"""Factor on what the sentence before the fact's holds of its neighbours ("It opened in 1889")."""
IN_SENTENCE_AFTER = 0.5
"""The same of the sentence after it."""
ABOVE = 0.9
"""The same of the supporting sentences, where the fact stands in a heading above them or the like. Set by hand."""
MARKS = 0.6
"""Degree from which a neighbour that is held marks the slot. Related words do."""
SLOT_REACH = 15
"""Characters between a mark and a value at which the mark counts half."""
SLOT_GAIN = 1.5
"""Factor on how much nearer the other value is than the claimed one; the sign ends at 1.0."""
SLOT_SENTENCES = 2
"""Sentences, of those that support the statement, whose other values may take a fact's slot."""
SAME_VALUE = 3
"""Characters within which two offsets are those of one value: a currency sign may or may not be part of it."""
SUSPECT_SLOT = 0.15
"""Slot sign above which a fact is named when its kind fails, though it stands in the sources."""
SUSPECT_APART = 0.1
"""The same for the sign `apart`."""

COUNTED_GAP = 3
"""Characters between a number and the word after it up to which the number counts that word."""
COUNTED_HELD = 0.7
"""Degree above which a sentence has that word: itself, or one with most of its letters."""
OWN_BEFORE, OWN_AFTER = 12, 40
"""Characters before and after the start of the claimed number within which the word is counted by it: wide, since one
such place acquits."""
OTHER_BEFORE, OTHER_AFTER = 4, 16
"""The same of another number, from its end: narrow, since it accuses."""


@dataclass(frozen=True, slots=True)
class Slot:
    """How one fact stands to the words around it.

    Attributes:
        beside: Share of its neighbours, by weight, in the sentence that holds it and most of them; None where no
            sentence holds it, or it has no neighbours.
        apart: How much larger that share is in a sentence which does not hold it; below 0 where it is smaller.
        taken: How strongly a sentence has another value in its place, 0 to 1.
        suspect: It is what is wrong, should its kind fail.
    """

    beside: float | None
    apart: float
    taken: float
    suspect: bool


def read_slot(index: int, alignment: Alignment) -> Slot:
    """Return how the fact that is unit `index` stands to its neighbours."""
    near = _neighbours(index, alignment, NEIGHBOURS)
    beside = max(
        (_share_around(s, near, alignment) for s, row in enumerate(alignment.grid) if row[index].degree >= HELD),
        default=None,
    )
    elsewhere = max((_share_in(row, near) for row in alignment.grid if row[index].degree < HELD), default=0.0)
    taken = _taken(index, alignment)
    suspect = taken > SUSPECT_SLOT or elsewhere > (beside or 0.0) + SUSPECT_APART
    if not near:
        return Slot(None, 0.0, taken, suspect)
    return Slot(beside, elsewhere - (beside or 0.0), taken, suspect)


def _neighbours(index: int, alignment: Alignment, reach: int) -> list[tuple[int, float]]:
    """Return the units around a fact with their weight, nearer ones heavier."""
    around = range(max(0, index - reach), min(len(alignment.units), index + reach + 1))
    return [(i, alignment.weights[i] / (1 + NEIGHBOUR_DECAY * abs(i - index))) for i in around if i != index]


def _share_in(row: Sequence[Holding], near: Sequence[tuple[int, float]]) -> float:
    """Return the share of the neighbours, by weight, that a sentence holds."""
    total = sum(weight for _, weight in near) or 1.0
    return sum(weight * row[i].degree for i, weight in near) / total


def _share_around(s: int, near: Sequence[tuple[int, float]], alignment: Alignment) -> float:
    """Return the share of the neighbours that sentence `s` holds, or less well the ones before and after it."""
    before, after = alignment.neighbour(s, -1), alignment.neighbour(s, 1)
    around = alignment.around(s)
    total = sum(weight for _, weight in near) or 1.0
    score = 0.0
    for i, weight in near:
        degree = alignment.grid[s][i].degree
        if before is not None:
            degree = max(degree, IN_SENTENCE_BEFORE * alignment.grid[before][i].degree)
        if after is not None:
            degree = max(degree, IN_SENTENCE_AFTER * alignment.grid[after][i].degree)
        for other in around:
            degree = max(degree, ABOVE * alignment.grid[other][i].degree)
        score += weight * degree
    return score / total


def _taken(index: int, alignment: Alignment) -> float:
    """Return how strongly a sentence has another value where the statement has this one, 0 to 1.

    The neighbours of the fact that the sentence holds mark the slot; the value of the same kind that stands
    nearest to them is the source's. 0 where that is the claimed one, or nothing marks the slot.
    """
    unit, near = alignment.units[index], _neighbours(index, alignment, SLOT_NEIGHBOURS)
    own = max(
        (_nearness(p, row, near) for row in alignment.grid if row[index].degree >= HELD for p in row[index].places),
        default=0.0,
    )
    rival = 0.0
    for s in alignment.best[:SLOT_SENTENCES]:
        row = alignment.grid[s]
        claimed = [place for i in alignment.indexes(unit.kind) for place in row[i].places]
        for fact in _values(unit, alignment.sentences[s]):
            if not any(abs(fact.start - place) < SAME_VALUE for place in claimed):
                rival = max(rival, _nearness(fact.start, row, near))
    return max(0.0, min(1.0, SLOT_GAIN * (rival - own)))


def _nearness(place: int, row: Sequence[Holding], near: Sequence[tuple[int, float]]) -> float:
    """Return how near an offset into a sentence is to the marks of a slot there, 0 to 1."""
    total = sum(weight for _, weight in near) or 1.0
    marks = ((row[i].places, weight * row[i].degree) for i, weight in near if row[i].degree >= MARKS and row[i].places)
    return sum(weight / (1 + min(abs(place - p) for p in places) / SLOT_REACH) for places, weight in marks) / total


def _values(unit: Unit, sentence: Sentence) -> Sequence[facts.Number | facts.Date | facts.Name]:
    """Return the facts of a sentence that are of the unit's kind, those left out that may be none."""
    if unit.kind == "number":
        return [number for number in sentence.facts.numbers if not number.soft]
    if unit.kind == "date":
        return sentence.facts.dates
    return [name for name in sentence.facts.names if not name.soft]


def counts_another(alignment: Alignment) -> bool:
    """Tell whether what a number counts stands beside that number in no sentence, but beside another number."""
    return any(
        number.kind == "number"
        and not number.soft
        and _is_counted(alignment.units[i + 1], number)
        and _counted_otherwise(i, alignment)
        for i, number in enumerate(alignment.units[:-1])
    )


def _is_counted(unit: Unit, number: Unit) -> bool:
    return unit.kind == "word" and unit.start - number.end <= COUNTED_GAP


def _counted_otherwise(index: int, alignment: Alignment) -> bool:
    """Tell whether the unit after number `index` stands beside other numbers only."""
    otherwise = False
    for row, sentence in zip(alignment.grid, alignment.sentences, strict=True):
        number, counted = row[index], row[index + 1]
        for noun in counted.places if counted.degree > COUNTED_HELD else ():
            if number.degree >= HELD and any(-OWN_BEFORE < noun - place < OWN_AFTER for place in number.places):
                return False
            others = (n.end for n in sentence.facts.numbers if not n.soft)
            otherwise |= any(-OTHER_BEFORE < noun - end < OTHER_AFTER for end in others)
    return otherwise
