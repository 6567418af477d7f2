"""Fit the coefficients and thresholds of `bot.check.weigh` on the development half.

    python -m evals.fit_grounding          # writes bot/check/weights.py

The loss is the weighted log loss of the product of the five probabilities (kinds of error weigh alike, true
statements as much as all errors together do), with a small ridge. Then each threshold is the highest that
stays within its share of false alarms on true statements of the development half.
"""

from __future__ import annotations

import argparse
import pprint
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.check import weigh
from bot.check.signs import Signs
from evals.grounding import Case, cases, signs_of

BUDGETS = {"number": 0.008, "date": 0.004, "polarity": 0.02, "name": 0.012, "coverage": 0.012, "all": 0.075}
"""Share of true development statements that each factor alone may turn down, and all of them together."""
RIDGE = 1e-4
HIGHEST = 0.93
"""No threshold is above this: a statement with a right number must not need certainty."""

Floats = npt.NDArray[np.float64]


def design(signs: list[Signs]) -> dict[str, Floats]:
    """Return for each factor the matrix (cases, columns + 1), the constant first."""
    return {factor: np.array([[1.0, *weigh.row(factor, s)] for s in signs]) for factor in weigh.FACTORS}


def probabilities(matrices: dict[str, Floats], theta: Floats) -> Floats:
    """Return (cases, factors)."""
    parts, at = [], 0
    for matrix in matrices.values():
        parts.append(1 / (1 + np.exp(-np.clip(matrix @ theta[at : at + matrix.shape[1]], -30, 30))))
        at += matrix.shape[1]
    return np.stack(parts, axis=1)


def fit(matrices: dict[str, Floats], true: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the coefficients that minimise the weighted log loss of the product."""
    from scipy.optimize import minimize

    sizes = [m.shape[1] for m in matrices.values()]
    starts = np.cumsum([0, *sizes[:-1]])
    ridge = np.full(sum(sizes), RIDGE)
    ridge[starts] = 0.0
    share = weights / weights.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        parts = probabilities(matrices, theta)
        logs = np.log(parts + 1e-12).sum(axis=1)
        product = np.exp(logs)
        against = np.log(1 - product + 1e-9)
        value = -(share * np.where(true, logs, against)).sum() + (ridge * theta * theta).sum()
        slope = -share * np.where(true, 1.0, -product / (1 - product + 1e-9))
        gradient = [m.T @ (slope * (1 - parts[:, i])) for i, m in enumerate(matrices.values())]
        return float(value), np.concatenate(gradient) + 2 * ridge * theta

    begin = np.zeros(sum(sizes))
    begin[starts] = 2.0
    found: Any = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": 3000})
    return np.asarray(found.x)


def case_weights(items: list[Case]) -> Floats:
    """Weigh kinds alike, and true statements three times a kind."""
    kinds = [c.kind for c in items]
    count = {kind: kinds.count(kind) for kind in set(kinds)}
    return np.array([(3.0 if kind == "true" else 1.0) / count[kind] for kind in kinds])


def thresholds(parts: Floats, true: npt.NDArray[np.bool_], certain: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return the threshold of each factor, and of the product, within `BUDGETS`.

    Args:
        parts: Probabilities, (cases, factors).
        true: Which cases are true statements as people wrote them.
        certain: Which are turned down by the rules before any threshold (a number that is nowhere).
    """
    found: dict[str, float] = {}
    for i, factor in enumerate(weigh.FACTORS):
        highest = float(np.quantile(parts[true & ~certain, i], BUDGETS[factor]))
        found[factor] = round(min(highest, HIGHEST), 4)
    down = certain | (parts < np.array([found[f] for f in weigh.FACTORS])).any(axis=1)
    left = BUDGETS["all"] - down[true].mean()
    product = parts.prod(axis=1)
    found["all"] = round(float(np.quantile(product[true & ~down], max(0.0, left))), 4) if left > 0 else 0.0
    return found


def main() -> None:
    """Fit and write `bot/check/weights.py`."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    chosen = [c for c in cases() if c.half == "development"]
    read = [(c, s) for c, s in zip(chosen, signs_of(chosen), strict=True) if s is not None]
    items, signs = [c for c, _ in read], [s for _, s in read]
    matrices = design(signs)
    true = np.array([c.kind in ("true", "rewritten") for c in items])
    as_written = np.array([c.kind == "true" for c in items])
    theta = fit(matrices, true, case_weights(items))
    parts = probabilities(matrices, theta)
    certain = np.array([s.certainly_false for s in signs])
    coefficients: dict[str, dict[str, float]] = {}
    at = 0
    for factor in weigh.FACTORS:
        names = ("constant", *weigh.columns(factor))
        coefficients[factor] = {n: round(float(theta[at + i]), 3) for i, n in enumerate(names)}
        at += len(names)
    path = Path(weigh.__file__).with_name("weights.py")
    path.write_text(
        '"""Coefficients and thresholds of `weigh.py`. Written by `python -m evals.fit_grounding`; not by hand."""\n\n'
        f"COEFFICIENTS: dict[str, dict[str, float]] = {pprint.pformat(coefficients, sort_dicts=False, width=100)}\n\n"
        f"THRESHOLDS: dict[str, float] = {pprint.pformat(thresholds(parts, as_written, certain), sort_dicts=False)}\n",
        encoding="utf-8",
    )
    print(f"Fitted on {len(items)} statements of the development half; wrote {path.name}.")


if __name__ == "__main__":
    main()
