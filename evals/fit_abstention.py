"""Fit the model behind "the documents don't say" and write bot/passages/abstention.json.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.evaluation.sets import Question, absent_filter, build_library, document_id, read_questions, shared_folder
from bot.passages.confidence import FITTED, Features, features, has_no_rival
from bot.question.question import Question as Asked
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
Seen = tuple[str, Features, bool]
"""Kind of the search, what it saw, and whether there was nothing to lead: then the model "single" judges it."""
Fit = tuple[float, Array]
"""Intercept and coefficients."""


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
        report = {}
        for name in usable(data, model):
            fits = {kind: fit([data[key] for key in usable(data, kind) if key != name], kind) for kind in MODELS}
            report[name] = held_out(data[name], model, fits)
            print(model, name, json.dumps(report[name]), flush=True)
        intercept, coefficients = fit([data[name] for name in usable(data, model)], model)
        named = {f.name: round(float(c), 4) for f, c in zip(fields(Features), coefficients, strict=True)}
        written[model] = {
            "left_out_in_turn": report,
            "intercept": round(intercept, 4),
            "coefficients": named,
            "levels": LEVELS[model],
        }
    return written


def usable(data: Iterable[str], model: str) -> list[str]:
    """Return the sets that say something of a model."""
    return [name for name in data if model == "several" or name not in ONE_SECTION]


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
            yield (
                "absent",
                features(Asked(text), absent),
                has_no_rival(absent.passages, alone=absent.rival_score is None),
            )
            yield from _seen(library, "alone-absent", text, Filter(documents=(absent.passages[0].document,)))
        holding = tuple(sorted({document_id(r["doc_id"]) for r in question.references}))
        yield from _seen(library, "alone", text, Filter(documents=holding[:1]))


def _seen(library: Library, kind: str, text: str, filter: Filter) -> Iterator[Seen]:
    result = library.search(text, limit=SEARCHED, filter=filter)
    if result.passages:
        yield kind, features(Asked(text), result), has_no_rival(result.passages, alone=result.rival_score is None)


def fit(sets: Sequence[Sequence[Seen]], model: str) -> Fit:
    """Return intercept and coefficients of a logistic model, every set and both outcomes weighing the same."""
    rows, wanted, weights = [], [], []
    holds, lacks = MODELS[model]
    for data in sets:
        for kind, share in ((holds, 1.0), (lacks, 0.0)):
            chosen = [values for found, values, alone in data if found == kind and alone is (model == "single")]
            rows += [astuple(replace(values, **dict.fromkeys(IGNORED[model], 0.0))) for values in chosen]
            wanted += [share] * len(chosen)
            weights += [1 / max(1, len(chosen))] * len(chosen)
    return logistic_regression(np.array(rows), np.array(wanted), np.array(weights))


def logistic_regression(x: Array, y: Array, weights: Array) -> Fit:
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


def chances(data: Sequence[Seen], kind: str, fits: Mapping[str, Fit]) -> tuple[Array, list[str]]:
    """Return the confidence of each search of a kind, (searches,), and which model judged it."""
    judged = ["single" if alone else "several" for found, _, alone in data if found == kind]
    rows = [astuple(values) for found, values, _ in data if found == kind]
    totals = [fits[model][0] + float(np.dot(row, fits[model][1])) for model, row in zip(judged, rows, strict=True)]
    return 1 / (1 + np.exp(-np.array(totals))), judged


def held_out(data: Sequence[Seen], model: str, fits: Mapping[str, Fit]) -> dict[str, Any]:
    """Return how the models do on a set that they were not fitted on, in per cent at each level."""
    holds, lacks = MODELS[model]

    def shown(kind: str, level: str) -> float | None:
        confidence, judged = chances(data, kind, fits)
        needed = np.array([LEVELS[name][level] for name in judged])
        return round(100 * float((confidence >= needed).mean()), 1) if len(judged) else None

    def refused(kind: str, level: str) -> float | None:
        share = shown(kind, level)
        return None if share is None else round(100 - share, 1)

    result: dict[str, Any] = {"auroc": round(auroc(chances(data, holds, fits)[0], chances(data, lacks, fits)[0]), 3)}
    for level in LEVELS[model]:
        result[level] = {"answered": shown(holds, level), "abstained": refused(lacks, level)}
        own = refused("unanswerable", level)
        if model == "several" and own is not None:
            result[level]["abstained_own_unanswerable"] = own
    return result


def auroc(positive: Array, negative: Array) -> float:
    """Return the chance that a positive scores above a negative; ties count half."""
    order = np.sort(negative)
    below = np.searchsorted(order, positive, side="left")
    up_to = np.searchsorted(order, positive, side="right")
    return float((below + up_to).sum() / (2 * len(positive) * len(negative)))


if __name__ == "__main__":
    main()
