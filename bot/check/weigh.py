"""Weigh the signs of an alignment: five small logistic models, all of which must be content.

A statement stands when its coverage, its numbers, its dates, its names and its polarity all stand, so the
probability that it is supported is the product of five. Each has its own threshold: a wrong number is not
made good by many right words. Coefficients and thresholds are in `ground_weights.py`, written by
`python -m evals.fit_grounding` from the development half only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from bot.check.weights import COEFFICIENTS, THRESHOLDS

Signs = Mapping[str, float]


def _below(value: float, limit: float) -> float:
    return max(0.0, limit - value)


def _above(value: float, limit: float) -> float:
    return max(0.0, value - limit)


_COLUMNS: dict[str, dict[str, Callable[[Signs], float]]] = {
    "coverage": {
        "covered": lambda s: s["covered"],
        "covered by the best": lambda s: s["covered_first"],
        "covered anywhere": lambda s: s["covered_anywhere"],
        "words anywhere": lambda s: s["words_anywhere"],
        "worst clause": lambda s: s["worst_clause"],
        "worst clause anywhere": lambda s: s["worst_clause_anywhere"],
        "worst clause in one sentence": lambda s: s["worst_clause_single"],
        "little of a clause in one sentence": lambda s: _below(s["worst_clause_single"], 0.4),
        "little of a clause": lambda s: _below(s["worst_clause"], 0.4),
        "little": lambda s: _below(s["covered"], 0.6),
        "few words": lambda s: _below(s["words_anywhere"], 0.5),
        "words in a row missing": lambda s: s["gap_words"],
        "share in a row missing": lambda s: s["longest_gap"],
        "short": lambda s: s["short"],
        "length": lambda s: s["length"],
        "sentences": lambda s: s["sentences"],
        "copied": lambda s: s["copied"],
        "word exchanged": lambda s: s["word_exchanged"],
        "word exchanged in a copy": lambda s: s["word_exchanged"] * s["copied"],
        "weight of a word nowhere": lambda s: s["word_nowhere"],
        "words missing": lambda s: s["words_missing"],
        "words missing in a copy": lambda s: s["words_missing"] * s["copied"],
    },
    "number": {
        "missing": lambda s: s["number_missing"],
        "nowhere": lambda s: s["number_nowhere"],
        "least": lambda s: s["number_least"],
        "slot": lambda s: s["number_slot"],
        "slot taken": lambda s: _above(s["number_slot"], 0.2),
        "without its words": lambda s: _below(s["number_beside"], 0.5),
        "words elsewhere": lambda s: _above(s["number_apart"], 0.0),
        "counts something else": lambda s: s["number_noun"],
        "exchanged": lambda s: s["number_exchanged"],
        "exchanged in a copy": lambda s: s["number_exchanged"] * s["copied"],
        "quotation missing": lambda s: s["quotation_missing"],
    },
    "date": {
        "missing": lambda s: s["date_missing"],
        "nowhere": lambda s: s["date_nowhere"],
        "least": lambda s: s["date_least"],
        "slot": lambda s: s["date_slot"],
        "without its words": lambda s: _below(s["date_beside"], 0.5),
        "words elsewhere": lambda s: _above(s["date_apart"], 0.0),
        "exchanged": lambda s: s["date_exchanged"],
        "exchanged in a copy": lambda s: s["date_exchanged"] * s["copied"],
    },
    "name": {
        "missing": lambda s: s["name_missing"],
        "missing in a copy": lambda s: s["name_missing"] * s["copied"],
        "nowhere": lambda s: s["name_nowhere"],
        "least": lambda s: s["name_least"],
        "slot": lambda s: s["name_slot"],
        "slot taken": lambda s: _above(s["name_slot"], 0.25),
        "slot taken though covered": lambda s: s["name_slot"] * s["covered"],
        "without its words": lambda s: _below(s["name_beside"], 0.5),
        "beside its words": lambda s: s["name_beside"],
        "words elsewhere": lambda s: _above(s["name_apart"], 0.0),
        "words well elsewhere": lambda s: _above(s["name_apart"], 0.15),
        "opening name missing": lambda s: s["soft_name_missing"],
        "opening name nowhere": lambda s: s["soft_name_nowhere"],
        "order": lambda s: s["order"],
        "order in a copy": lambda s: s["order"] * s["copied"],
        "exchanged": lambda s: s["name_exchanged"],
        "exchanged in a copy": lambda s: s["name_exchanged"] * s["copied"],
        "covered by the best": lambda s: s["covered_first"],
    },
    "polarity": {
        "added": lambda s: s["negation_added"],
        "added to none": lambda s: s["negation_without"],
        "dropped": lambda s: s["negation_dropped"],
        "dropped in a copy": lambda s: s["negation_dropped"] * s["copied"],
        "fewer": lambda s: s["negation_fewer"],
        "inserted": lambda s: s["negation_inserted"],
        "inserted in a copy": lambda s: s["negation_inserted"] * s["copied"],
        "deleted": lambda s: s["negation_deleted"],
        "deleted in a copy": lambda s: s["negation_deleted"] * s["copied"],
    },
}
FACTORS = tuple(_COLUMNS)
"""The five: "coverage", "number", "date", "name", "polarity"."""


def columns(factor: str) -> tuple[str, ...]:
    """Return the names of the columns of a factor, in order; the constant is not among them."""
    return tuple(_COLUMNS[factor])


def row(factor: str, signs: Signs) -> list[float]:
    """Return the values of a factor's columns."""
    return [column(signs) for column in _COLUMNS[factor].values()]


def weigh(signs: Signs) -> dict[str, float]:
    """Return for each factor the probability that it stands, 0 to 1."""
    found = {}
    for factor, table in _COLUMNS.items():
        weights = COEFFICIENTS[factor]
        logit = weights["constant"] + sum(weights.get(name, 0.0) * column(signs) for name, column in table.items())
        found[factor] = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    return found


def certainly_false(signs: Signs) -> bool:
    """Tell whether a number, date, name or quotation does not stand in the support, or that says the contrary."""
    certain = ("number_missing", "date_missing", "name_missing", "quotation_missing", "contradicted")
    return any(signs[sign] > 0 for sign in certain)


def fallen(weighed: Mapping[str, float]) -> list[str]:
    """Return the factors that do not stand, the weakest first; "all" where only their product is too low."""
    down = sorted((f for f in FACTORS if weighed[f] < THRESHOLDS[f]), key=lambda f: weighed[f])
    if not down and math.prod(weighed.values()) < THRESHOLDS["all"]:
        return [min(FACTORS, key=lambda f: weighed[f])]
    return down
