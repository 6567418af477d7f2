"""Our scorer and the one beside the public sets give the same figures."""

from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path

import pytest

from evals.score import score_run
from evals.sets import shared_folder

DOCUMENTS = [
    {"id": "a", "title": "A", "text": "The mill was built in 1780. It ground corn. 😀 Nobody lives there."},
    {"id": "b", "title": "B", "text": "The ferry costs two pounds. Dogs travel free."},
]
QUESTIONS = [
    {
        "id": f"q{n}",
        "question": "?",
        "answers": ["1780", "two pounds"][: n % 3],
        "references": [{"doc_id": "ab"[n % 2], "start": n, "end": n + 12, "text": ""}] if n % 4 else [],
        "answerable": bool(n % 4),
    }
    for n in range(24)
]


def write(folder: Path, seed: int) -> Path:
    draw = random.Random(seed)
    (folder / "documents.jsonl").write_text("".join(json.dumps(d) + "\n" for d in DOCUMENTS), encoding="utf-8")
    (folder / "questions.jsonl").write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), encoding="utf-8")

    def span() -> dict[str, object]:
        document = draw.choice(DOCUMENTS)
        start = draw.randrange(len(document["text"]) - 1)
        return {"doc_id": document["id"], "start": start, "end": draw.randrange(start + 1, len(document["text"]))}

    runs = []
    for question in QUESTIONS[2:]:
        shown = draw.random() < 0.7
        cited = [span() for _ in range(draw.randrange(3))] if shown else []
        texts = {d["id"]: d["text"] for d in DOCUMENTS}
        runs.append(
            {
                "id": question["id"],
                "passages": [span() for _ in range(draw.randrange(8))],
                "answer": draw.choice(["The 1780 mill", "two  pounds!", "none"]) if shown else "",
                "abstained": not shown,
                "citations": [
                    c | {"quote": draw.choice([texts[c["doc_id"]][c["start"] : c["end"]], "?"])} for c in cited
                ],
                "seconds": draw.random(),
            }
        )
    path = folder / "runs.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs), encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", range(8))
def test_the_two_scorers_agree(tmp_path: Path, seed: int) -> None:
    """Every figure is the same, on runs drawn at random."""
    shared = shared_folder()
    if shared is None:
        pytest.skip("the public sets and their scorer are not here")
    spec = importlib.util.spec_from_file_location("public_scorer", shared / "eval" / "score.py")
    assert spec and spec.loader
    public = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(public)
    runs = write(tmp_path, seed)
    assert score_run(runs, tmp_path) == public.score(runs, tmp_path)


def test_a_perfect_run_scores_full(tmp_path: Path) -> None:
    """The right passage first, the right answer, the right footnote: every share is 100."""
    write(tmp_path, 0)
    texts = {d["id"]: d["text"] for d in DOCUMENTS}
    runs = []
    for question in QUESTIONS:
        spans = [{k: r[k] for k in ("doc_id", "start", "end")} for r in question["references"]]
        runs.append(
            {
                "id": question["id"],
                "passages": spans,
                "answer": " ".join(question["answers"]),
                "abstained": not question["answerable"],
                "citations": [s | {"quote": texts[s["doc_id"]][s["start"] : s["end"]]} for s in spans],
            }
        )
    path = tmp_path / "runs.jsonl"
    path.write_text("".join(json.dumps(run) + "\n" for run in runs), encoding="utf-8")
    figures = score_run(path, tmp_path)
    for name in ("recall@1000", "hit@1", "answered", "abstained", "correct", "exact", "supports"):
        assert figures[name] == 100.0
    assert figures["false_answer"] == 0.0
