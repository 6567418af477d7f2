"""Fit the weights by which a question is read against a table, and write bot/computed/tables/weights.json.

    python -m evals.fit_tables [--penalty 1]

The questions are those of `eval/wtq` with an even number, those that may be looked at; the others are only for the
figure (`python -m evals.table_questions`). A candidate is right where it comes to the accepted answer; beside all
candidates stands "none of them", which is right where none is. The likelihood of what is right is made as large as it
can be, with a penalty on large weights. Before the fit on all, each eighth is left out in turn and asked with the
weights of the others: from that comes how sure an answer must be.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.computed.tables.candidates import candidates
from bot.computed.tables.sight import Evidence
from bot.computed.tables.weighed import FITTED, outcome, says_something
from bot.computed.tables.work import work
from bot.evaluation.sets import rows, shared_folder
from evals.table_questions import is_of_half, read_table, value_of

PENALTY = 1.0
FEWEST = 3
"""Questions in which a kind of evidence must occur."""
FOLDS = 8
RIGHT = 0.93
"""Of the answers that are given, the share that is to be right: three points more than the goal, since what was looked
at while the evidence was chosen flatters it."""
FEWEST_ANSWERS = 40
"""Answers from which on their share is taken for the share."""
BEFORE: dict[str, float] = {
    "unused any word": -1.0, "unused words": -0.5, "unused number": -1.0, "unused heading": -0.5,
    "unused consecutive": -2.0, "unused or": -1.5, "unused same": -1.0, "unused mean": -1.0, "unused not": -1.0,
    "unused order": -1.0, "by the grammar": 1.0,
}  # fmt: skip
"""What the weights are taken to be before any question is seen: what is left over speaks against a candidate."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """One candidate of a question: its operation, evidence, what it comes to, and whether that is right."""

    operation: str
    evidence: Evidence
    values: frozenset[Any]
    right: bool


def main() -> None:
    """Collect the candidates, leave each eighth out in turn, fit on all, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--penalty", type=float, default=PENALTY)
    parser.add_argument("--least", type=float, help="how sure an answer must be, where it is not to be found")
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None or not (shared / "eval" / "wtq").is_dir():
        print("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.", file=sys.stderr)
        raise SystemExit(1)
    questions = collected(shared / "eval" / "wtq")
    names = _names(questions)
    data = [_matrix(seen, names) for seen in questions]
    sure = left_out_in_turn(questions, data, names, options.penalty)
    least = options.least or _least(sure, len(questions))
    weights = fitted(data, names, options.penalty)
    written = {
        "fitted_by": "python -m evals.fit_tables",
        "least": round(least, 3),
        "weights": {name: round(float(value), 3) for name, value in zip(names, weights, strict=True)},
    }
    FITTED.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{FITTED.name}: {len(names)} weights; an answer must be {least:.3f} sure")


def collected(folder: Path) -> list[list[Seen]]:
    """Return the candidates of each question of the half that may be looked at."""
    found = []
    for row in rows(folder / "questions.jsonl"):
        if not is_of_half(row["id"], "even"):
            continue
        table = read_table(folder / "tables" / row["table"])
        accepted = frozenset(value_of(answer) for answer in row["answers"])
        seen = []
        for candidate in candidates(row["question"], table):
            worked = work(candidate.plan, table)
            if worked is None or not says_something(worked):
                continue
            evidence = candidate.evidence | outcome(candidate.plan, worked, row["question"])
            values = frozenset(value_of(value) for value in worked.values)
            seen.append(Seen(candidate.plan.operation, evidence, values, values == accepted))
        found.append(seen)
    return found


def _names(questions: Sequence[Sequence[Seen]]) -> list[str]:
    counted = Counter(name for seen in questions for name in {name for one in seen for name in one.evidence})
    return ["any", *sorted(name for name, count in counted.items() if count >= FEWEST)]


def _matrix(seen: Sequence[Seen], names: Sequence[str]) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return a row of evidence for each candidate, and one of zeros for none of them; and which of them are right."""
    columns = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(seen) + 1, len(names)))
    for i, one in enumerate(seen):
        matrix[i, columns["any"]] = 1.0
        for name, value in one.evidence.items():
            if name in columns:
                matrix[i, columns[name]] = value
    right = np.array([one.right for one in seen], dtype=np.bool_)
    return matrix, np.append(right, not right.any())


def fitted(data: Sequence[tuple[Array, npt.NDArray[np.bool_]]], names: Sequence[str], penalty: float) -> Array:
    """Return the weights under which what is right is likeliest."""
    from scipy.optimize import minimize

    before = np.array([BEFORE.get(name, 0.0) for name in names])

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = 0.0, np.zeros_like(weights)
        for matrix, right in data:
            scores = matrix @ weights
            powers = np.exp(scores - scores.max())
            total -= float(np.log(powers[right].sum() / powers.sum()))
            slope -= matrix.T @ (np.where(right, powers / powers[right].sum(), 0.0) - powers / powers.sum())
        moved = weights - before
        return total + penalty / 2 * float(moved @ moved), slope + penalty * moved

    result = minimize(loss, before, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(result.x)


def left_out_in_turn(
    questions: Sequence[Sequence[Seen]],
    data: Sequence[tuple[Array, npt.NDArray[np.bool_]]],
    names: Sequence[str],
    penalty: float,
) -> list[tuple[float, bool]]:
    """Return how sure each question's best answer is, and whether it is right, by weights that never saw it."""
    order = np.random.default_rng(0).permutation(len(data))
    found = []
    for fold in np.array_split(order, FOLDS):
        outside = set(fold.tolist())
        weights = fitted([data[i] for i in order if i not in outside], names, penalty)
        for i in fold:
            if questions[i]:
                found.append(_best(questions[i], data[i][0] @ weights))
    return sorted(found, reverse=True)


def _best(seen: Sequence[Seen], scores: Array) -> tuple[float, bool]:
    powers = np.exp(scores - scores.max())
    shares: dict[frozenset[Any], float] = defaultdict(float)
    for one, power in zip(seen, powers[:-1] / powers.sum(), strict=True):
        shares[one.values] += float(power)
    values = max(shares, key=lambda values: shares[values])
    return shares[values], next(one.right for one in seen if one.values == values)


def _least(sure: Sequence[tuple[float, bool]], count: int) -> float:
    """Print how many are answered and how many of those rightly; return from where on enough are right."""
    right, least = 0, 1.0
    for answered, (share, good) in enumerate(sure, start=1):
        right += good
        if answered >= FEWEST_ANSWERS and right / answered >= RIGHT:
            least = share
        if answered % 30 == 0 and answered <= count / 2:
            told = f"{100 * answered / count:.1f} % answered, {100 * right / answered:.1f} % of those right"
            print(f"  from {share:.2f} on: {told}")
    return least


if __name__ == "__main__":
    main()
