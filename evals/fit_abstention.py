"""Fit the model behind "the documents don't say" and write bot/abstention.json.

    python -m evals.fit_abstention [--sets squad2,clapnq,covidqa,mtrag] [--libraries DIR]

Each answerable question is asked four times: of its whole set, with the documents that hold its answer left
out, of the document that holds it alone, and of the nearest document that does not hold it alone. So the
model knows large libraries and libraries of one document. Every set counts the same, and within it answers
and refusals count the same. Before the fit on all sets, each set is left out in turn and the model of the
others is tried on it: that is the result to quote.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.abstain import FITTED, Features, features
from evals.sets import Question, absent_filter, build_library, document_id, read_questions, shared_folder
from vectorstore.library import Library
from vectorstore.passage import Filter

SETS = ("squad2", "clapnq", "covidqa", "mtrag")
MODELS = {"several": ("present", "absent"), "single": ("alone", "alone-absent")}
"""Kinds of searches that each model is fitted on: those that hold the answer, those that lack it."""
LEVELS = {
    "several": {"strict": 0.7, "balanced": 0.5, "open": 0.3},
    "single": {"strict": 0.65, "balanced": 0.5, "open": 0.3},
}
IGNORED = {"several": (), "single": ("lead", "cosine_lead", "margin", "unknown", "section_coverage")}
"""In one document alone there is nothing to lead, and how much there is to lead depends on its length. The other
two came out with the wrong sign there."""
ONE_SECTION = frozenset({"mtrag"})
"""Sets whose documents are single passages, which say nothing of a document asked alone."""
PENALTY = 0.01
SEARCHED = 30  # as Bot.stream searches
Array = npt.NDArray[np.float64]
Seen = tuple[str, Features]
"""Kind of the search, and what it saw."""


def main() -> None:
    """Collect, report each set left out in turn, fit on all, write the coefficients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--libraries", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--shared", type=Path, default=shared_folder())
    options = parser.parse_args()
    if options.shared is None:
        parser.error("the public sets are not here; name their folder with --shared")
    data = collect_sets(options.sets.split(","), options.shared / "eval", options.libraries)
    FITTED.write_text(json.dumps(fit_all(data), indent=2) + "\n", encoding="utf-8")
    print("What the levels do on held-out sets is measured by: python -m evals.calibration")


def collect_sets(names: Sequence[str], sets: Path, libraries: Path) -> dict[str, list[Seen]]:
    """Return what the searches of each set saw.

    Args:
        names: Names of the sets.
        sets: Folder that holds them.
        libraries: Folder in which their libraries are kept.
    """
    data = {}
    for name in names:
        with build_library(sets / name, libraries / name) as library:
            data[name] = list(_collect(library, read_questions(sets / name)))
        print(f"{name}: {len(data[name])} searches", flush=True)
    return data


def fit_all(data: dict[str, list[Seen]]) -> dict[str, Any]:
    """Return what abstention.json holds, from the searches of each set."""
    written: dict[str, Any] = {"fitted_by": "python -m evals.fit_abstention --sets " + ",".join(data)}
    for model in MODELS:
        used = {
            name: without(seen, IGNORED[model])
            for name, seen in data.items()
            if model == "several" or name not in ONE_SECTION
        }
        report = {}
        for name, seen in used.items():
            intercept, coefficients = fit([other for key, other in used.items() if key != name], model)
            report[name] = held_out(seen, model, intercept, coefficients)
            print(model, name, json.dumps(report[name]), flush=True)
        intercept, coefficients = fit(list(used.values()), model)
        named = {f.name: round(float(c), 4) for f, c in zip(fields(Features), coefficients, strict=True)}
        written[model] = {
            "left_out_in_turn": report,
            "intercept": round(intercept, 4),
            "coefficients": named,
            "levels": LEVELS[model],
        }
    return written


def without(seen: Sequence[Seen], ignored: Sequence[str]) -> list[Seen]:
    """Return searches with some values left out of them."""
    return [(kind, replace(values, **dict.fromkeys(ignored, 0.0))) for kind, values in seen]


def _collect(library: Library, questions: Sequence[Question]) -> Iterator[Seen]:
    """Yield ("present" | "absent" | "alone" | "alone-absent" | "unanswerable", features) for each search."""
    for question in questions:
        text = question.extra.get("rewrite") or question.text
        if not question.answerable:
            if question.extra.get("kind") != "conversational":
                yield from _seen(library, "unanswerable", text, Filter())
            continue
        if not question.references:
            continue
        yield from _seen(library, "present", text, Filter())
        without = absent_filter(question)
        absent = library.search(text, limit=SEARCHED, filter=without)
        if absent.passages:
            yield "absent", features(text, absent)
            yield from _seen(library, "alone-absent", text, Filter(documents=(absent.passages[0].document,)))
        holding = tuple(sorted({document_id(r["doc_id"]) for r in question.references}))
        yield from _seen(library, "alone", text, Filter(documents=holding[:1]))


def _seen(library: Library, kind: str, text: str, filter: Filter) -> Iterator[Seen]:
    result = library.search(text, limit=SEARCHED, filter=filter)
    if result.passages:
        yield kind, features(text, result)


def fit(sets: Sequence[Sequence[Seen]], model: str) -> tuple[float, Array]:
    """Return intercept and coefficients of a logistic model, every set and both outcomes weighing the same."""
    rows, wanted, weights = [], [], []
    holds, lacks = MODELS[model]
    for data in sets:
        for kind, share in ((holds, 1.0), (lacks, 0.0)):
            chosen = [values for found, values in data if found == kind]
            rows += [astuple(values) for values in chosen]
            wanted += [share] * len(chosen)
            weights += [1 / max(1, len(chosen))] * len(chosen)
    return logistic_regression(np.array(rows), np.array(wanted), np.array(weights))


def logistic_regression(x: Array, y: Array, weights: Array) -> tuple[float, Array]:
    """Return intercept and coefficients that minimise the weighted log loss with an L2 penalty (Newton's method)."""
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / deviation])
    weights = weights / weights.sum()
    penalty = 2 * PENALTY * np.eye(z.shape[1])
    penalty[0, 0] = 0.0
    beta = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ beta))
        gradient = z.T @ (weights * (p - y)) + penalty @ beta
        hessian = (z * (weights * p * (1 - p))[:, None]).T @ z + penalty
        step = np.linalg.solve(hessian, gradient)
        beta -= step
        if np.abs(step).max() < 1e-9:
            break
    coefficients = beta[1:] / deviation
    return float(beta[0] - coefficients @ mean), coefficients


def chances(data: Sequence[Seen], kind: str, intercept: float, coefficients: Array) -> Array:
    """Return the confidence of each search of a kind, (searches,)."""
    rows = np.array([astuple(values) for found, values in data if found == kind])
    return np.asarray(1 / (1 + np.exp(-(rows @ coefficients + intercept)))) if len(rows) else np.empty(0)


def held_out(data: Sequence[Seen], model: str, intercept: float, coefficients: Array) -> dict[str, Any]:
    """Return how a model does on a set that it was not fitted on, in per cent at each level."""

    def share(values: npt.NDArray[np.bool_]) -> float | None:
        return round(100 * float(values.mean()), 1) if len(values) else None

    holds, lacks = (chances(data, kind, intercept, coefficients) for kind in MODELS[model])
    own = chances(data, "unanswerable", intercept, coefficients)
    result: dict[str, Any] = {"auroc": round(auroc(holds, lacks), 3)}
    for name, level in LEVELS[model].items():
        result[name] = {"answered": share(holds >= level), "abstained": share(lacks < level)}
        if model == "several" and len(own):
            result[name]["abstained_own_unanswerable"] = share(own < level)
    return result


def auroc(positive: Array, negative: Array) -> float:
    """Return the chance that a positive scores above a negative; ties count half."""
    order = np.sort(negative)
    below = np.searchsorted(order, positive, side="left")
    up_to = np.searchsorted(order, positive, side="right")
    return float((below + up_to).sum() / (2 * len(positive) * len(negative)))


if __name__ == "__main__":
    main()
