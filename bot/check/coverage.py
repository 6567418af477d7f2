"""How much of a statement its sources hold: all of it, its words, and the clause that they hold least."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.check.alignment import MISSING, MOST_SUPPORT, Alignment
from bot.check.sentences import NOT_HELD

# The scales bring each count to about 0 to 1, so that one ridge fits all coefficients; a change of scale alone
# changes nothing once the coefficients are fitted again (`python -m evals.fit_grounding`).
LONGEST_GAP = 8
"""Units missing in a row from which more say nothing more."""
SHORTEST_FOR_GAP = 4
"""Units that a statement is taken to have at least, for the share of it that is missing in a row."""
WORDS_MISSING_SCALE = 6
"""Missing words that count as 1.0."""
LENGTH_SCALE = 30
"""Units of a statement that is as long as can be (1.0)."""
SHORT = 6
"""Units below which a statement is short: there, one word that is missing is much of it."""
LEAST_IN_CLAUSE = 3
"""Units that a clause must have before the next begins; a shorter one is joined to what follows."""
LEAST_IN_LAST_CLAUSE = 2
"""Units that the last clause must have; a shorter one is joined to the one before."""
IN_SENTENCE_BEFORE = 0.5
"""Factor on what the sentence before holds of a clause: what "it" stands for. Set by hand."""
ABOVE = 0.9
"""The same of what a heading above it, the head of its table and the like hold. Set by hand."""

_CLAUSE = re.compile(
    r"[,;:—()]\s|\s(?:and|but|which|who|because|while|although|so that|where|after|before|since)\s|、|。"
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of a statement that are held, by weight of its units, each 0 to 1 unless said otherwise.

    Attributes:
        together: Held by its best sentences together.
        by_best: Held by the best sentence alone.
        anywhere: Held by any sentence, each unit by its own.
        words_anywhere: The same of its words only.
        worst_clause: Of the clause that is held least, what its best sentences hold.
        worst_clause_anywhere: Of the clause that is held least so, what any sentences hold.
        worst_clause_in_one: Of the clause that is held least so, what one sentence holds.
        gap: Most units missing in a row; `LONGEST_GAP` is 1.
        gap_share: The same as a share of the statement.
        heaviest_nowhere: The heaviest word that no sentence holds.
        words_missing: Number of words missing; `WORDS_MISSING_SCALE` is 1, and more are above it.
        sentences: How many support it: 0 for one, 0.5 for two, 1 for three, and -0.5 for none (the coefficients
            were fitted so).
        length: Units of the statement; `LENGTH_SCALE` is 1.
        short: It has fewer than `SHORT` units.
    """

    together: float
    by_best: float
    anywhere: float
    words_anywhere: float
    worst_clause: float
    worst_clause_anywhere: float
    worst_clause_in_one: float
    gap: float
    gap_share: float
    heaviest_nowhere: float
    words_missing: float
    sentences: float
    length: float
    short: bool


def read_coverage(alignment: Alignment) -> Coverage:
    """Return how much of the statement is held."""
    everything = range(len(alignment.units))
    clauses = split_clauses(alignment)
    by_best = (
        [holding.degree for holding in alignment.grid[alignment.best[0]]]
        if alignment.best
        else [0.0] * len(alignment.units)
    )
    gap = _longest_gap(alignment.held)
    return Coverage(
        together=_share(everything, alignment.held, alignment.weights),
        by_best=_share(everything, by_best, alignment.weights),
        anywhere=_share(everything, alignment.anywhere, alignment.weights),
        words_anywhere=_share(alignment.indexes("word"), alignment.anywhere, alignment.weights),
        worst_clause=min(_share(clause, alignment.held, alignment.weights) for clause in clauses),
        worst_clause_anywhere=min(_share(clause, alignment.anywhere, alignment.weights) for clause in clauses),
        worst_clause_in_one=_worst_in_one(clauses, alignment),
        gap=min(LONGEST_GAP, gap) / LONGEST_GAP,
        gap_share=gap / max(SHORTEST_FOR_GAP, len(alignment.units)),
        heaviest_nowhere=_heaviest_nowhere(alignment),
        words_missing=sum(1 for unit in alignment.missing if unit.kind == "word") / WORDS_MISSING_SCALE,
        sentences=(len(alignment.best) - 1) / (MOST_SUPPORT - 1),
        length=min(1.0, len(alignment.units) / LENGTH_SCALE),
        short=len(alignment.units) < SHORT,
    )


def split_clauses(alignment: Alignment) -> list[list[int]]:
    """Return the indexes of the units of each clause, in order; at least one clause, which may be empty."""
    cuts = [match.start() + 1 for match in _CLAUSE.finditer(alignment.statement)]
    clauses: list[list[int]] = [[]]
    for i, unit in enumerate(alignment.units):
        while cuts and unit.start >= cuts[0]:
            cuts.pop(0)
            if len(clauses[-1]) >= LEAST_IN_CLAUSE:
                clauses.append([])
        clauses[-1].append(i)
    if len(clauses) > 1 and len(clauses[-1]) < LEAST_IN_LAST_CLAUSE:
        last = clauses.pop()
        clauses[-1] += last
    return clauses


def _share(indexes: Sequence[int], held: Sequence[float], weights: Sequence[float]) -> float:
    """Return the share of some units that is held, by weight; all of it where there are none."""
    total = sum(weights[i] for i in indexes)
    return sum(held[i] * weights[i] for i in indexes) / total if total else 1.0


def _held_with_before(alignment: Alignment) -> list[list[float]]:
    """Return for each sentence and unit how well it is held there, or less well in the sentence before."""
    rows = []
    for s, row in enumerate(alignment.grid):
        before = alignment.neighbour(s, -1)
        earlier = alignment.grid[before] if before is not None else [NOT_HELD] * len(row)
        rows.append([max(h.degree, IN_SENTENCE_BEFORE * e.degree) for h, e in zip(row, earlier, strict=True)])
    for s in range(len(rows)):
        for other in alignment.around(s):  # a heading says of what stands below it what it says
            rows[other] = [max(h, ABOVE * e.degree) for h, e in zip(rows[other], alignment.grid[s], strict=True)]
    return rows


def _worst_in_one(clauses: Sequence[Sequence[int]], alignment: Alignment) -> float:
    """Return what one sentence holds of the clause that none holds well: strewn words support nothing."""
    rows = _held_with_before(alignment)
    return min(max((_share(clause, row, alignment.weights) for row in rows), default=0.0) for clause in clauses)


def _longest_gap(held: Sequence[float]) -> int:
    longest = run = 0
    for degree in held:
        run = run + 1 if degree < MISSING else 0
        longest = max(longest, run)
    return longest


def _heaviest_nowhere(alignment: Alignment) -> float:
    nowhere = [alignment.weights[i] for i in alignment.indexes("word") if alignment.anywhere[i] < MISSING]
    return max(nowhere, default=0.0) / (sum(alignment.weights) or 1.0)
