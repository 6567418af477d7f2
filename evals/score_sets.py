"""Score the sample and the public sets: `make eval`, or `python -m evals.score_sets squad2 clapnq`.

`sample` is sample_questions.csv asked of documents/. Each public set, where it is at hand, is asked as it is, and
again with the documents that hold each answer left out. Run files, libraries and report.html are kept in
`.footnote-evals`, so that a second run embeds nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot.evaluation.report import write_report
from bot.evaluation.results import Results, against, figures, read_results
from bot.evaluation.run import run_set
from bot.evaluation.score import Figures
from bot.evaluation.sets import shared_folder
from bot.settings.settings import Settings
from evals.calibration import put
from evals.regression import ask_sample

SAMPLE = "sample"
PUBLIC = ("chroma_chunking", "squad2", "clapnq", "covidqa", "kg_rag_sec10q")
WITHOUT_ABSENT = frozenset({SAMPLE, "chroma_chunking"})
WORDS = {
    "recall@1000": "recall within 1,000 characters",
    "recall@2000": "recall within 2,000 characters",
    "recall@4000": "recall within 4,000 characters",
    "iou@1000": "IoU within 1,000 characters",
    "hit@1": "hit@1",
    "hit@3": "hit@3",
    "hit@5": "hit@5",
    "answered": "answerable questions answered",
    "absent_abstained": "questions refused with their documents left out",
    "abstained": "the set's own unanswerable questions refused",
    "absent_balanced": "mean of answered and refused, documents left out",
    "balanced": "mean of answered and refused, the set's own",
    "absent_auroc": "AUROC, answerable against left out",
    "auroc": "AUROC, answerable against its own unanswerable",
    "correct": "answerable questions whose answer shows an accepted one",
    "supports": "shown answers with a footnote on the reference passage",
    "exact": "footnotes that match their document exactly",
    "seconds_p50": "median seconds",
}


def main() -> None:
    """Ask and score, print one table of Markdown, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help=f"of {SAMPLE} {' '.join(PUBLIC)}; all that are at hand if none")
    parser.add_argument("--folder", type=Path, default=Path(".footnote-evals"))
    parser.add_argument("--report", type=Path, help="where the report goes; report.html in the folder if not given")
    parser.add_argument("--scored", action="store_true", help="ask nothing: score the run files in the folder again")
    parser.add_argument("--page", type=Path, help="page whose table between <!-- sets --> marks is written anew")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    unknown = set(options.sets) - {SAMPLE, *PUBLIC}
    if unknown:
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    options.folder.mkdir(parents=True, exist_ok=True)
    shared = shared_folder()
    names = options.sets or [SAMPLE, *PUBLIC]
    if shared is None and set(names) - {SAMPLE}:
        print("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.", file=sys.stderr)
        names = [name for name in names if name == SAMPLE] or sys.exit(1)
    runs, absent = [], {}
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        run, left_out = ask(name, options.folder, shared, scored=options.scored)
        runs.append(run)
        if left_out is not None:
            absent[name] = left_out
    table = {run.title: summary(run, absent.get(run.title)) for run in runs}
    print(json.dumps(table, indent=2) if options.json else markdown(table))
    if options.page:
        kept = {name: {key: v for key, v in found.items() if key != "seconds_p50"} for name, found in table.items()}
        put(options.page, "sets", markdown(kept))
    report = options.report or options.folder / "report.html"
    write_report(report, runs, absent=absent)
    print(f"The report is in {report}.", file=sys.stderr)


def ask(name: str, folder: Path, shared: Path | None, *, scored: bool = False) -> tuple[Results, Results | None]:
    """Ask a set, and ask it again without the documents that hold the answers where that says something.

    Args:
        name: Of the set.
        folder: Where run files and libraries are kept.
        shared: Folder that holds the public sets.
        scored: Ask nothing and read the run files that are there.
    """
    runs, absent = folder / f"{name}.jsonl", folder / f"{name}-absent.jsonl"
    if name == SAMPLE:
        return (read_results(runs) if scored else ask_sample(folder, runs=runs)), None
    assert shared is not None
    set_dir = shared / "eval" / name
    settings = Settings.load()
    if not scored:
        run_set(set_dir, runs, settings=settings, libraries=folder)
    run = read_results(runs, set_dir, title=name)
    if name in WITHOUT_ABSENT:
        return run, None
    if not scored:
        run_set(set_dir, absent, absent=True, settings=settings, libraries=folder)
    return run, read_results(absent, absent.with_suffix(".questions"), title=name)


def summary(run: Results, absent: Results | None) -> Figures:
    """Return the figures of the table, with what came of leaving the answers' documents out."""
    found: Figures = {figure.name: figure.value for figure in figures(run)}
    if absent is not None:
        both = {figure.name: figure.value for figure in figures(against(run, absent))}
        found |= {f"absent_{name}": both.get(name) for name in ("abstained", "balanced", "auroc")}
    return {name: _rounded(name, found.get(name)) for name in WORDS if found.get(name) is not None}


def _rounded(name: str, value: float | int | None) -> float | int | None:
    return None if value is None else round(value, 4 if name.startswith("seconds") else 1)


def markdown(table: dict[str, Figures]) -> str:
    """Return the table in Markdown: a row for each figure, a column for each set."""
    lines = [f"| | {' | '.join(table)} |", "| --- |" + " --- |" * len(table)]
    for name, words in WORDS.items():
        values = [found.get(name) for found in table.values()]
        if any(value is not None for value in values):
            lines.append(f"| {words} | " + " | ".join("" if v is None else str(v) for v in values) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
