"""Is a confidence of 70 % right seven times in ten? Measured on sets that the model was not fitted on.

    python -m evals.calibration [--libraries DIR] [--again FEATURES.json]

Each of the sets of the fit is left out of it in turn; `UNTOUCHED` was never part of it. Writes the measured rates
of the levels into bot/passages/abstention.json (the coefficients stay as they are), a reliability plot to
docs/calibration.svg
and the tables into docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from bot.evaluation.bootstrap import Array
from bot.evaluation.charts import BINS, reliability_plot
from bot.evaluation.plot import Plot, side_by_side, standalone
from bot.evaluation.sets import shared_folder
from bot.passages.confidence import FITTED, Features
from bot.settings.checks import LEVELS
from evals.fit_abstention import MODELS, SETS, Fit, Seen, chances, collect_sets, fit, held_out, usable

UNTOUCHED = ("kg_rag_sec10q", "legalbench_maud")
REPEATING = frozenset({"mtrag"})
"""Sets in which other documents often repeat the answer that was left out: they do not tell what is rightly refused."""
PAGE = Path("docs/evaluation.md")
CHART = Path("docs/calibration.svg")
SAID = {"several": "A library of several documents", "single": "One document alone"}


def main() -> None:
    """Collect what the searches of each set see, measure, and write rates, plot and tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--libraries", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--shared", type=Path, default=shared_folder())
    parser.add_argument("--again", type=Path, help="features of an earlier run; written where it is not there")
    options = parser.parse_args()
    if options.again and options.again.is_file():
        data = _loaded(options.again)
    elif options.shared is None:
        parser.error("the public sets are not here; name their folder with --shared")
    else:
        data = collect_sets([*SETS, *UNTOUCHED], options.shared / "eval", options.libraries)
        if options.again:
            options.again.write_text(json.dumps(_plain(data)), encoding="utf-8")
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    tables, plots = [], []
    for model in MODELS:
        measured = measure(data, model, fitted)
        fitted[model]["left_out_in_turn"] = {name: found["rates"] for name, found in measured.items() if name in SETS}
        fitted[model]["untouched"] = {name: found["rates"] for name, found in measured.items() if name in UNTOUCHED}
        fitted[model]["measured"] = told(measured)
        tables.append(f"**{SAID[model]}**\n\n{table(measured, fitted[model]['levels'])}")
        if model == "several":
            plots = [_panel(name, found) for name, found in measured.items()]
    FITTED.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    title = "Confidence against how often the documents did answer, on sets that the model was not fitted on"
    CHART.write_text(standalone(side_by_side(title, plots, columns=3)), encoding="utf-8")
    put(PAGE, "calibration", "\n\n".join(tables))
    print("\n\n".join(tables))


def measure(data: Mapping[str, Sequence[Seen]], model: str, shipped: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return for each set the confidences of a model not fitted on it, its rates and its calibration error.

    Args:
        data: What the searches of each set saw.
        model: "several" or "single".
        shipped: The models in use, for the sets that were never fitted on.
    """
    holds, lacks = MODELS[model]
    measured = {}
    for name in usable(data, model):
        others = {
            kind: [data[key] for key in usable(data, kind) if key != name and key not in UNTOUCHED] for kind in MODELS
        }
        fits = {kind: _shipped(shipped[kind]) if name in UNTOUCHED else fit(others[kind], kind) for kind in MODELS}
        held, lacked = (chances(data[name], kind, fits)[0] for kind in (holds, lacks))
        rates = held_out(data[name], model, fits) | {"ece": round(calibration_error(held, lacked), 3)}
        measured[name] = {"holds": held, "lacks": lacked, "rates": rates}
    return measured


def _shipped(model: Mapping[str, Any]) -> Fit:
    return float(model["intercept"]), np.array([model["coefficients"][field.name] for field in fields(Features)])


def told(measured: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """Return for each level what it answers and refuses, per cent, on each of the sets that tell."""
    rates = {name: found["rates"] for name, found in measured.items() if name not in REPEATING}
    return {
        level: {name: [rate[level]["answered"], rate[level]["abstained"]] for name, rate in rates.items()}
        for level in LEVELS
    }


def calibration_error(holds: Array, lacks: Array) -> float:
    """Return the expected calibration error: over ten bins, the mean distance of confidence from how often it is right.

    Both kinds weigh the same, as in the fit.
    """
    confidence = np.concatenate([holds, lacks])
    truth = np.concatenate([np.ones(len(holds)), np.zeros(len(lacks))])
    weight = np.concatenate([np.full(len(holds), 0.5 / len(holds)), np.full(len(lacks), 0.5 / len(lacks))])
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(sum(abs((weight * (confidence - truth))[bins == index].sum()) for index in range(BINS)))


def table(measured: Mapping[str, Mapping[str, Any]], levels: Mapping[str, float]) -> str:
    """Return a table of Markdown: a column for each set."""
    lines = [f"| | {' | '.join(measured)} |", "| --- |" + " --- |" * len(measured)]
    for level in LEVELS:
        cells = []
        for found in measured.values():
            rates = found["rates"][level]
            cells.append(f"{rates['answered']} / {rates['abstained']}")
        name = f"**{level}** ({levels[level]:g})" if level == "balanced" else f"{level} ({levels[level]:g})"
        lines.append(f"| {name}: answered / refused | " + " | ".join(cells) + " |")
    own = [found["rates"]["balanced"].get("abstained_own_unanswerable") for found in measured.values()]
    if any(value is not None for value in own):
        lines.append("| balanced: the set's own unanswerable questions refused | " + _cells(own) + " |")
    lines.append("| AUROC | " + _cells([100 * found["rates"]["auroc"] for found in measured.values()]) + " |")
    errors = [100 * found["rates"]["ece"] for found in measured.values()]
    return "\n".join([*lines, "| expected calibration error | " + _cells(errors) + " |"])


def _cells(values: Sequence[float | None]) -> str:
    return " | ".join("" if value is None else f"{value:.1f}" for value in values)


def _panel(name: str, found: Mapping[str, Any]) -> Plot:
    return reliability_plot(found["holds"], found["lacks"], name=name, width=340)


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->` in a page."""
    old = page.read_text(encoding="utf-8")
    new, count = re.subn(
        rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
        lambda match: f"{match[1]}\n{text}\n\n{match[2]}",
        old,
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit(f"{page} has no place for {name}: it needs <!-- {name} --> and <!-- /{name} -->.")
    page.write_text(new, encoding="utf-8")


def _plain(data: Mapping[str, Sequence[Seen]]) -> dict[str, list[Any]]:
    names = [field.name for field in fields(Features)]
    return {
        name: [[kind, [float(getattr(seen, field)) for field in names], alone] for kind, seen, alone in searches]
        for name, searches in data.items()
    }


def _loaded(path: Path) -> dict[str, list[Seen]]:
    data = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: [(kind, Features(*values), alone) for kind, values, alone in searches] for name, searches in data.items()
    }


if __name__ == "__main__":
    main()
