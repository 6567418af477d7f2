"""What a confidence can be computed from: today's signs, the reader's, and both; fitted by logistic regression."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]
Row = dict[str, Any]
TODAY = ("best", "lead", "cosine_lead", "section_coverage", "evidence", "missing", "unknown", "names", "margin")
READ = ("answers_best", "answers_second", "answers_first", "span_best", "answers_sum")
SIGNS = {
    "today's": ("confidence",),
    "reader's logit": ("answers_best",),
    "reader's": READ,
    "two": ("confidence", "answers_best"),
    "three": ("confidence", "answers_best", "span_best"),
    "all": TODAY + READ,
}
"""Ways to be sure. "two" is small on purpose: with more signs the fit learns what its sets have in common by chance."""
PENALTY = 0.01
ANSWERABLE = 1.8
"""Weight of questions that the documents answer, beside 1 for those that they don't: people mostly ask what is there.
With 1.25 the sets, each left out, were answered 91.0, 78.9 and 84.2 % of the time (squad2, clapnq, covidqa), with 1.5
92.6, 84.2 and 87.0; with this the article and the samples are, too."""
OWN = 0.65
"""Share of the refusals that a set's own unanswerable questions are, where it has any: those are what likeness alone
cannot tell, and what the reader is for."""


def signs(row: Row) -> dict[str, float]:
    """Return all signs of a search: the features of today's confidence and those of the readings.

    confidence: logit of today's confidence, whose coefficients were fitted on all of squad2, clapnq, covidqa and mtrag.
    answers_best, answers_second: the highest logits; answers_first: that of the passage that the search put first;
    span_best: log of the span's probability in the best passage; answers_sum: log of the sum of exp(logit).
    """
    readings = row["readings"]
    logits = sorted((reading.answers for reading in readings), reverse=True)
    best = max(readings, key=lambda reading: reading.answers)
    today = min(max(row["confidence"], 1e-4), 1 - 1e-4)
    features: dict[str, float] = row["features"]
    return features | {
        "confidence": math.log(today / (1 - today)),
        "answers_best": logits[0],
        "answers_second": logits[1] if len(logits) > 1 else -6.0,
        "answers_first": readings[0].answers,
        "span_best": math.log(max(best.span, 1e-4)),
        "answers_sum": math.log(sum(math.exp(logit) for logit in logits)),
    }


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted logistic model over signs in their own units."""

    intercept: float
    coefficients: tuple[float, ...]


def logistic(
    sets: Sequence[Sequence[Row]], chosen: Sequence[str], holding: str, lacking: str
) -> Callable[[dict[str, float]], float]:
    """Return what `fit_logistic` fits as a function from signs to a probability."""
    fitted = fit_logistic(sets, chosen, holding, lacking)

    def chance(values: dict[str, float]) -> float:
        terms = zip(chosen, fitted.coefficients, strict=True)
        return float(1 / (1 + np.exp(-(fitted.intercept + sum(values[name] * weight for name, weight in terms)))))

    return chance


def fit_logistic(sets: Sequence[Sequence[Row]], chosen: Sequence[str], holding: str, lacking: str) -> Linear:
    """Return a fitted model: every set weighs the same.

    Where a set has questions of its own that it does not answer, they are OWN of its refusals.

    Args:
        sets: Searches of each set, with readings.
        chosen: Names of the signs.
        holding, lacking: Kinds of the searches whose documents hold the answer, and lack it.
    """
    rows, wanted, weights = [], [], []
    for data in sets:
        own = any(row["kind"] == "unanswerable" for row in data)
        kinds = [(holding, 1.0, ANSWERABLE), (lacking, 0.0, 1 - OWN if own else 1.0)]
        kinds += [("unanswerable", 0.0, OWN)] * own
        for kind, share, weight in kinds:
            found = [signs(row) for row in data if row["kind"] == kind]
            rows += [[values[name] for name in chosen] for values in found]
            wanted += [share] * len(found)
            weights += [weight / max(1, len(found))] * len(found)
    matrix, y, w = np.array(rows), np.array(wanted), np.array(weights)
    mean, spread = matrix.mean(0), matrix.std(0) + 1e-9
    scaled = (matrix - mean) / spread

    def loss(parameters: Array) -> float:
        total = parameters[0] + scaled @ parameters[1:]
        return float((w * (np.logaddexp(0, total) - y * total)).sum() + PENALTY * (parameters[1:] ** 2).sum())

    fitted = minimize(loss, np.zeros(len(chosen) + 1), method="L-BFGS-B").x
    coefficients = fitted[1:] / spread
    return Linear(float(fitted[0] - coefficients @ mean), tuple(float(value) for value in coefficients))


def gate(
    sets: Sequence[Sequence[Row]], _chosen: Sequence[str], holding: str, lacking: str
) -> Callable[[dict[str, float]], float]:
    """Return two gates in one number: an answer must pass today's confidence and the reader, each at a level
    of its own.

    Today's signs tell that a document is not there, the reader that a passage on the subject does not answer; a sum
    lets one outvote the other. The two levels are those with the best mean of answered and refused on `sets`.

    Args:
        sets, holding, lacking: As of `logistic`.
    """
    pairs = []
    for data in sets:
        kinds = [kind for kind in (lacking, "unanswerable") if any(row["kind"] == kind for row in data)]
        for kind, share, weight in [(holding, True, 1.0)] + [(kind, False, 1.0 / len(kinds)) for kind in kinds]:
            values = [signs(row) for row in data if row["kind"] == kind]
            points = np.array([[v["confidence"], v["answers_best"]] for v in values])
            pairs.append((points, share, weight / len(sets)))

    def worth(today: float, reader: float) -> float:
        passed = [((points >= (today, reader)).all(axis=1).mean(), share, weight) for points, share, weight in pairs]
        return float(sum(weight * (rate if share else 1 - rate) for rate, share, weight in passed))

    levels = [(today, reader) for today in np.arange(-2, 1.6, 0.25) for reader in np.arange(-2, 1.6, 0.25)]
    today, reader = max(levels, key=lambda level: worth(*level))

    def chance(values: dict[str, float]) -> float:
        return float(1 / (1 + np.exp(-min(values["confidence"] - today, values["answers_best"] - reader))))

    return chance
