"""The signs of a statement's numbers, dates and names: do they stand in the sources, and beside the same words?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bot.check.alignment import HELD, Alignment
from bot.check.slots import read_slot
from bot.check.units import FactKind

OPENING_HELD = 0.4
"""Degree from which a capitalised word that opens a statement counts as held: below `HELD`, as it may be no name."""
IN_ORDER = 0.8
"""Degree from which a name has a place whose order counts: nearly all of its words."""


@dataclass(frozen=True, slots=True)
class FactSigns:
    """What is found of the facts of one kind. What may be no fact counts only where the words around it tell.

    Attributes:
        missing: The supporting sentences do not hold one of them.
        nowhere: No sentence holds one of them.
        least: How well the supporting sentences hold the one that they hold least, 0 to 1; 1 where there is none.
        beside: Share of the neighbours that stand beside the fact in the source, of the fact with fewest, 0 to 1.
        apart: How much larger that share is where the fact is not, of the fact where it is most, 0 to 1.
        taken: How strongly another value has the place of one of them, 0 to 1.
        suspects: Indexes of the units whose place another value has: what is named when the kind fails.
    """

    missing: bool
    nowhere: bool
    least: float
    beside: float
    apart: float
    taken: float
    suspects: tuple[int, ...]


def read_fact_signs(kind: FactKind, alignment: Alignment) -> FactSigns:
    """Return the signs of the statement's facts of a kind."""
    firm = [i for i in alignment.indexes(kind) if not alignment.units[i].soft]
    placed = alignment.indexes("name") if kind == "name" else firm
    slots = {i: read_slot(i, alignment) for i in placed}
    return FactSigns(
        missing=any(alignment.held[i] < HELD for i in firm),
        nowhere=any(alignment.anywhere[i] < HELD for i in firm),
        least=min((alignment.held[i] for i in firm), default=1.0),
        beside=min((1.0, *(slot.beside for slot in slots.values() if slot.beside is not None))),
        apart=max((0.0, *(slot.apart for slot in slots.values()))),
        taken=max((slot.taken for slot in slots.values()), default=0.0),
        suspects=tuple(i for i, slot in slots.items() if slot.suspect),
    )


@dataclass(frozen=True, slots=True)
class OpeningNames:
    """Capitalised words that open a sentence and may be names.

    Attributes:
        missing: The supporting sentences do not hold one of them.
        nowhere: No sentence holds one of them.
    """

    missing: bool
    nowhere: bool


def read_opening_names(alignment: Alignment) -> OpeningNames:
    """Return the signs of the names that may be none."""
    soft = [i for i in alignment.indexes("name") if alignment.units[i].soft]
    return OpeningNames(
        missing=any(alignment.held[i] < OPENING_HELD for i in soft),
        nowhere=any(alignment.anywhere[i] < OPENING_HELD for i in soft),
    )


def reversed_names(alignment: Alignment) -> float:
    """Return the share of neighbouring names whose order the best sentence reverses, 0 to 1."""
    if not alignment.best:
        return 0.0
    holdings = [alignment.grid[alignment.best[0]][i] for i in alignment.indexes("name")]
    places = [h.places[0] for h in holdings if h.degree >= IN_ORDER and len(h.places) == 1]
    pairs = list(itertools.pairwise(places))
    return sum(1 for p, q in pairs if q < p) / len(pairs) if pairs else 0.0
