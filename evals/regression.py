"""Small fixed subsets that must not get worse: their figures and outcomes are recorded, and a test compares.

    python -m evals.regression            print both, and what got worse
    python -m evals.regression --record   take the figures as they are now for the ones to keep

`sample` is ours: sample_questions.csv asked of documents/. `squad2` is a hundred questions on four documents of the
public set, where that is at hand.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.ask import Bot
from bot.evaluation.cases import GOOD, outcome
from bot.evaluation.csv_questions import place, read_csv
from bot.evaluation.results import Results, figures
from bot.evaluation.run import PASSAGES, ask_all
from bot.evaluation.score import read_texts
from bot.evaluation.sets import build_library, read_documents, read_questions, rows, shared_folder
from bot.settings.settings import Settings
from ingest.sync import sync
from vectorstore.library import Library

QUESTIONS = Path(__file__).with_name("sample_questions.csv")
RECORDED = Path(__file__).with_name("recorded.json")
DOCUMENTS = Path(__file__).resolve().parents[1] / "documents"
KEPT = ("answered", "abstained", "correct", "supports", "exact", "hit@1", "hit@3", "hit@5", "recall@1000")
"""Figures that may not fall. What else there is follows from them, or is time."""
SQUAD2 = ("sq-dev-000", "sq-dev-001", "sq-dev-004", "sq-dev-006")
EACH = 50
"""Questions of squad2 that the documents answer, and as many that they don't."""


def main() -> None:
    """Print the figures of both subsets and what got worse; record them when told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    shared = shared_folder()
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.is_file() else {}
    with tempfile.TemporaryDirectory(prefix="footnote-regression-") as folder:
        subsets = {"sample": ask_sample(Path(folder))}
        if shared is not None:
            subsets["squad2"] = ask_squad2(shared / "eval" / "squad2", Path(folder))
    for name, results in subsets.items():
        print(f"{name}: {json.dumps(kept(results))}")
        print("\n".join(worse(results, recorded.get(name, {}))) or "Nothing got worse.")
        if options.record:
            recorded[name] = record(results)
    if options.record:
        RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def ask_sample(folder: Path, *, runs: Path | None = None) -> Results:
    """Read documents/ into a library under `folder` and ask sample_questions.csv of it.

    Args:
        folder: Where the library goes; one that is there is brought up to date.
        runs: The run file; one beside the library if None.
    """
    settings = Settings()
    runs = runs or folder / "sample.jsonl"
    with Library.open(folder / "sample", create=True) as library:
        sync(library, [DOCUMENTS])
        questions, unknown = place(read_csv(QUESTIONS, longest=settings.max_question_length), library.documents())
        assert not unknown, unknown
        ask_all(Bot(library, settings=settings), questions, runs)
    return Results("sample", tuple(questions), {row["id"]: row for row in rows(runs)})


def ask_squad2(set_dir: Path, folder: Path) -> Results:
    """Ask a hundred questions of squad2 of a library of the four documents that they are about.

    Args:
        set_dir: Folder of the set.
        folder: Where a set of these documents and its library go.
    """
    part = folder / "squad2-part"
    part.mkdir(parents=True, exist_ok=True)
    kept_rows = [row for row in rows(set_dir / "documents.jsonl") if row["id"] in SQUAD2]
    (part / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept_rows), encoding="utf-8")
    asked = [q for q in read_questions(set_dir) if q.extra["context"]["doc_id"] in SQUAD2]
    questions = [q for kind in (True, False) for q in [q for q in asked if q.answerable is kind][:EACH]]
    runs = folder / "squad2-part.jsonl"
    with build_library(part, folder / "squad2-library") as library:
        assert len(library.documents()) == len(list(read_documents(part))) == len(SQUAD2)
        ask_all(Bot(library, settings=replace(Settings(), passages=PASSAGES)), questions, runs)
    return Results("squad2", tuple(questions), {row["id"]: row for row in rows(runs)}, read_texts(part))


def kept(results: Results) -> dict[str, float]:
    """Return the figures that may not fall."""
    return {figure.name: round(figure.value, 1) for figure in figures(results) if figure.name in KEPT}


def record(results: Results) -> dict[str, Any]:
    """Return what is recorded of a subset: figures, and what became of each question."""
    outcomes = {question.id: outcome(question, results.run(question)) for question in results.questions}
    return {"figures": kept(results), "outcomes": outcomes}


def worse(results: Results, recorded: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each figure that fell below the recorded one, then the questions that got worse.

    Nothing is returned while no figure fell: a question may get worse where another gets better.
    """
    now = kept(results)
    fell = [
        f"{results.title}: {name} fell from {value} to {now.get(name)}."
        for name, value in recorded.get("figures", {}).items()
        if now.get(name, -1.0) < value
    ]
    before = recorded.get("outcomes", {})
    return fell and [
        *fell,
        *(
            f"{question.id} {question.text!r}: {before[question.id]}, now {after}"
            for question in results.questions
            if before.get(question.id) in GOOD and (after := outcome(question, results.run(question))) not in GOOD
        ),
        "If the change is worth it: python -m evals.regression --record",
    ]


if __name__ == "__main__":
    main()
