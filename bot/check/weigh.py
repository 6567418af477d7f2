"""Weigh the signs of a statement: five small logistic models, all of which must be content.

A statement stands when its coverage, its numbers, its dates, its names and its polarity all stand, so the
probability that it is supported is the product of five. Each has its own threshold: a wrong number is not
made good by many right words. Coefficients and thresholds are in `weights.py`, written by
`python -m evals.fit_grounding` from the development half only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

from bot.check.signs import Signs
from bot.check.weights import COEFFICIENTS, THRESHOLDS

Factor = Literal["coverage", "number", "date", "name", "polarity"]
Column = Callable[[Signs], float]

# Where a sign means more beyond a value than before it, a column of its own begins there: a knee in the line that the
# model draws. They were set by hand before the coefficients were fitted; to move one, fit again.
LITTLE = 0.6
"""Share of a statement below which it is little that its sentences hold."""
LITTLE_OF_A_CLAUSE = 0.4
"""The same of its worst clause."""
FEW_WORDS = 0.5
"""The same of its words, anywhere in the passages."""
WITHOUT_ITS_WORDS = 0.5
"""Share of a fact's neighbours below which it stands without its words."""
NUMBER_TAKEN = 0.2
"""Slot sign of a number from which another clearly has its place."""
NAME_TAKEN = 0.25
"""The same of a name. Names have more rivals: a sentence has more of them."""
WELL_ELSEWHERE = 0.15
"""Sign `apart` of a name from which its words clearly stand elsewhere."""
LARGEST_LOGIT = 30.0
"""Beyond it either way the probability is 0 or 1 to twelve digits, and the exponential could overflow."""


def _below(value: float, limit: float) -> float:
    return max(0.0, limit - value)


def _above(value: float, limit: float) -> float:
    return max(0.0, value - limit)


_COLUMNS: dict[Factor, dict[str, Column]] = {
    "coverage": {
        "covered": lambda s: s.coverage.together,
        "covered by the best": lambda s: s.coverage.by_best,
        "covered anywhere": lambda s: s.coverage.anywhere,
        "words anywhere": lambda s: s.coverage.words_anywhere,
        "worst clause": lambda s: s.coverage.worst_clause,
        "worst clause anywhere": lambda s: s.coverage.worst_clause_anywhere,
        "worst clause in one sentence": lambda s: s.coverage.worst_clause_in_one,
        "little of a clause in one sentence": lambda s: _below(s.coverage.worst_clause_in_one, LITTLE_OF_A_CLAUSE),
        "little of a clause": lambda s: _below(s.coverage.worst_clause, LITTLE_OF_A_CLAUSE),
        "little": lambda s: _below(s.coverage.together, LITTLE),
        "few words": lambda s: _below(s.coverage.words_anywhere, FEW_WORDS),
        "words in a row missing": lambda s: s.coverage.gap,
        "share in a row missing": lambda s: s.coverage.gap_share,
        "short": lambda s: s.coverage.short,
        "length": lambda s: s.coverage.length,
        "sentences": lambda s: s.coverage.sentences,
        "copied": lambda s: s.exchanges.copied,
        "word exchanged": lambda s: s.exchanges.word,
        "word exchanged in a copy": lambda s: s.exchanges.word * s.exchanges.copied,
        "weight of a word nowhere": lambda s: s.coverage.heaviest_nowhere,
        "words missing": lambda s: s.coverage.words_missing,
        "words missing in a copy": lambda s: s.coverage.words_missing * s.exchanges.copied,
    },
    "number": {
        "missing": lambda s: s.numbers.missing,
        "nowhere": lambda s: s.numbers.nowhere,
        "least": lambda s: s.numbers.least,
        "slot": lambda s: s.numbers.taken,
        "slot taken": lambda s: _above(s.numbers.taken, NUMBER_TAKEN),
        "without its words": lambda s: _below(s.numbers.beside, WITHOUT_ITS_WORDS),
        "words elsewhere": lambda s: s.numbers.apart,
        "counts something else": lambda s: s.counts_another,
        "exchanged": lambda s: s.exchanges.number,
        "exchanged in a copy": lambda s: s.exchanges.number * s.exchanges.copied,
        "quotation missing": lambda s: s.quotation_missing,
    },
    "date": {
        "missing": lambda s: s.dates.missing,
        "nowhere": lambda s: s.dates.nowhere,
        "least": lambda s: s.dates.least,
        "slot": lambda s: s.dates.taken,
        "without its words": lambda s: _below(s.dates.beside, WITHOUT_ITS_WORDS),
        "words elsewhere": lambda s: s.dates.apart,
        "exchanged": lambda s: s.exchanges.date,
        "exchanged in a copy": lambda s: s.exchanges.date * s.exchanges.copied,
    },
    "name": {
        "missing": lambda s: s.names.missing,
        "missing in a copy": lambda s: s.names.missing * s.exchanges.copied,
        "nowhere": lambda s: s.names.nowhere,
        "least": lambda s: s.names.least,
        "slot": lambda s: s.names.taken,
        "slot taken": lambda s: _above(s.names.taken, NAME_TAKEN),
        "slot taken though covered": lambda s: s.names.taken * s.coverage.together,
        "without its words": lambda s: _below(s.names.beside, WITHOUT_ITS_WORDS),
        "beside its words": lambda s: s.names.beside,
        "words elsewhere": lambda s: s.names.apart,
        "words well elsewhere": lambda s: _above(s.names.apart, WELL_ELSEWHERE),
        "opening name missing": lambda s: s.opening_names.missing,
        "opening name nowhere": lambda s: s.opening_names.nowhere,
        "order": lambda s: s.names_reversed,
        "order in a copy": lambda s: s.names_reversed * s.exchanges.copied,
        "exchanged": lambda s: s.exchanges.name,
        "exchanged in a copy": lambda s: s.exchanges.name * s.exchanges.copied,
        "covered by the best": lambda s: s.coverage.by_best,
    },
    "polarity": {
        "added": lambda s: s.polarity.added,
        "added to none": lambda s: s.polarity.added_to_none,
        "dropped": lambda s: s.polarity.dropped,
        "dropped in a copy": lambda s: s.polarity.dropped * s.exchanges.copied,
        "fewer": lambda s: s.polarity.fewer,
        "inserted": lambda s: s.exchanges.negation_inserted,
        "inserted in a copy": lambda s: s.exchanges.negation_inserted * s.exchanges.copied,
        "deleted": lambda s: s.exchanges.negation_deleted,
        "deleted in a copy": lambda s: s.exchanges.negation_deleted * s.exchanges.copied,
    },
}
FACTORS: tuple[Factor, ...] = tuple(_COLUMNS)


def columns(factor: Factor) -> tuple[str, ...]:
    """Return the names of the columns of a factor, in order; the constant is not among them."""
    return tuple(_COLUMNS[factor])


def row(factor: Factor, signs: Signs) -> list[float]:
    """Return the values of a factor's columns."""
    return [float(column(signs)) for column in _COLUMNS[factor].values()]


def weigh(signs: Signs) -> dict[Factor, float]:
    """Return for each factor the probability that it stands, 0 to 1.

    Raises:
        KeyError: A column has no coefficient: `weights.py` was fitted to other columns.
    """
    found: dict[Factor, float] = {}
    for factor, table in _COLUMNS.items():
        weights = COEFFICIENTS[factor]
        logit = weights["constant"] + sum(weights[name] * column(signs) for name, column in table.items())
        found[factor] = 1 / (1 + math.exp(-max(-LARGEST_LOGIT, min(LARGEST_LOGIT, logit))))
    return found


def failing(weighed: Mapping[Factor, float]) -> list[Factor]:
    """Return the factors below their thresholds, the weakest first; the weakest where only their product is too low."""
    down = sorted((factor for factor in FACTORS if weighed[factor] < THRESHOLDS[factor]), key=lambda f: weighed[f])
    if not down and math.prod(weighed.values()) < THRESHOLDS["all"]:
        return [min(FACTORS, key=lambda factor: weighed[factor])]
    return down
