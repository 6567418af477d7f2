"""Fit how sure an answer is once its passages were read, and write bot/passages/reading.json.

    python -m evals.fit_reading --found DIR [--weights FILE] [--limit 100]

`--found` holds the files of `evals.found_passages`. Two signs only: the confidence that the search gives, and the
highest logit of the reader; with more, the fit learns what its sets have in common by chance (docs/reader.md). Each
set is left out of the fit in turn: those are the rates that are told.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.passages.confidence import READ
from bot.reader import WEIGHTS, Reader
from evals.fit_abstention import LEVELS, MODELS, auroc
from evals.measure_reader import Row, read_set
from evals.reading_signs import Linear, fit_logistic, signs

SETS = ("squad2", "clapnq", "covidqa")
"""On kg_rag_sec10q the reader does not tell answers from none (AUROC 49), and a fit on it unlearns the others."""
SIGNS = ("confidence", "answers_best")


def main() -> None:
    """Read, fit, and write the coefficients with what they do on each set left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--found", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--first", type=int, default=5)
    parser.add_argument("--limit", type=int, default=100, help="questions of each set")
    options = parser.parse_args()
    options.style, options.kinds = "needed", "present,absent,alone,alone-absent,unanswerable"
    reader = Reader(options.weights, threads=2, checked=options.weights == WEIGHTS)
    data = {name: read_set(options.found / f"{name}.jsonl", reader, options) for name in SETS}
    READ.write_text(json.dumps(fit_all(data), indent=2) + "\n", encoding="utf-8")


def fit_all(data: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Return what reading.json holds."""
    written: dict[str, Any] = {"fitted_by": "python -m evals.fit_reading", "questions": _asked(data)}
    for model, (holding, lacking) in MODELS.items():
        measured: dict[str, dict[str, list[float]]] = {level: {} for level in LEVELS[model]}
        rocs = {}
        for name, rows in data.items():
            others = [rows for other, rows in data.items() if other != name]
            fitted = fit_logistic(others, SIGNS, holding, lacking)
            chances = {kind: _chances(fitted, rows, kind) for kind in (holding, lacking, "unanswerable")}
            for level, least in LEVELS[model].items():
                answered, refused = chances[holding] >= least, chances[lacking] < least
                measured[level][name] = [round(100 * float(share.mean()), 1) for share in (answered, refused)]
            rocs[name] = round(auroc(chances[holding], chances[lacking]), 3)
            own = chances["unanswerable"]
            own_roc = f"; own unanswerable AUROC {auroc(chances[holding], own):.3f}" if len(own) else ""
            print(model, name, measured["balanced"][name], f"AUROC {rocs[name]}{own_roc}", flush=True)
        whole = fit_logistic(list(data.values()), SIGNS, holding, lacking)
        written[model] = {
            "intercept": round(whole.intercept, 4),
            "coefficients": {sign: round(value, 4) for sign, value in zip(SIGNS, whole.coefficients, strict=True)},
            "auroc": rocs,
            "measured": measured,
        }
    return written


def _asked(data: Mapping[str, Sequence[Row]]) -> dict[str, int]:
    return {name: len({row["id"] for row in rows}) for name, rows in data.items()}


def _chances(fitted: Linear, rows: Sequence[Row], kind: str) -> Any:
    values = [[signs(row)[sign] for sign in SIGNS] for row in rows if row["kind"] == kind]
    totals = fitted.intercept + np.array(values).reshape(-1, len(SIGNS)) @ np.array(fitted.coefficients)
    return 1 / (1 + np.exp(-totals))


if __name__ == "__main__":
    main()
