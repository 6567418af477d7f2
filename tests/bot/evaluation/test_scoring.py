"""Our scorer and the one beside the public sets give the same figures."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import SettingError
from bot.evaluation.score import answers, retrieval, score_run
from bot.evaluation.sets import Question, shared_folder

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


@pytest.fixture(scope="module")
def public() -> Any:
    """The scorer beside the public sets."""
    shared = shared_folder()
    if shared is None:
        pytest.skip("the public sets and their scorer are not here")
    spec = importlib.util.spec_from_file_location("public_scorer", shared / "eval" / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rewritten(path: Path, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Path:
    """Write a changed copy of a run file."""
    changed = change([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
    copy = path.with_name("changed.jsonl")
    copy.write_text("".join(json.dumps(row) + "\n\n" for row in changed), encoding="utf-8")
    return copy


def without(*names: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda runs: [{key: value for key, value in run.items() if key not in names} for run in runs]


KINDS: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "as it is": lambda runs: runs,
    "questions missing": lambda runs: runs[::3],
    "one question only": lambda runs: runs[5:6],
    "asked twice, the last one counts": lambda runs: runs + [run | {"answer": "1780"} for run in runs[::-2]],
    "questions of another set": lambda runs: [*runs, runs[0] | {"id": "elsewhere", "abstained": False}],
    "all refused": lambda runs: [run | {"abstained": True, "answer": "", "citations": []} for run in runs],
    "all answered": lambda runs: [run | {"abstained": False, "answer": "The 1780"} for run in runs],
    "nothing found": lambda runs: [run | {"passages": []} for run in runs],
    "retrieval only": without("answer", "abstained", "citations", "seconds"),
    "answers only": without("passages"),
    "no times": without("seconds"),
    "no footnotes": without("citations"),
    "footnotes to an unknown document": lambda runs: [
        run | {"citations": [{"doc_id": "?", "start": 0, "end": 4, "quote": "1780"}]} for run in runs
    ],
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_two_scorers_agree(tmp_path: Path, public: Any, seed: int, kind: str) -> None:
    """Every figure is the same, on runs drawn at random, whatever is missing, doubled or refused in them."""
    runs = rewritten(write(tmp_path, seed), KINDS[kind])
    assert score_run(runs, tmp_path) == public.score(runs, tmp_path)


def test_agreement_covers_every_figure(tmp_path: Path, public: Any) -> None:
    """The runs compared above have all figures that the public scorer knows, none of them empty."""
    figures = public.score(write(tmp_path, 0), tmp_path)
    assert len(figures) == 25
    assert None not in figures.values()


def test_a_run_of_another_set_is_refused(tmp_path: Path) -> None:
    """No question in common: nothing is scored."""
    runs = rewritten(write(tmp_path, 0), lambda rows: [rows[0] | {"id": "elsewhere"}])
    with pytest.raises(SettingError, match="No question of"):
        score_run(runs, tmp_path)


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    """Broken run files and sets say which line."""
    runs = write(tmp_path, 0)
    runs.write_text(runs.read_text(encoding="utf-8") + "[1]\n", encoding="utf-8")
    with pytest.raises(SettingError, match="Line 23 of"):
        score_run(runs, tmp_path)
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "question": "?"}\n', encoding="utf-8")
    with pytest.raises(SettingError, match=r"Question 1 of .* has no 'answerable'"):
        score_run(write_only_runs(tmp_path), tmp_path)


def write_only_runs(folder: Path) -> Path:
    path = folder / "runs.jsonl"
    path.write_text('{"id": "a", "abstained": true, "answer": ""}\n', encoding="utf-8")
    return path


def test_a_reference_may_name_a_document_only() -> None:
    """Without offsets it counts for hits and for support, and characters are not scored."""
    question = Question("a", "?", ("x",), ({"doc_id": "d", "start": None, "end": None, "text": ""},), True)
    spans = [{"doc_id": name, "start": 0, "end": 5, "quote": "words"} for name in ("e", "d")]
    run = {"passages": spans, "answer": "x", "abstained": False, "citations": spans[1:]}
    found = retrieval([question], {"a": run})
    assert (found["hit@1"], found["hit@3"], found["recall@1000"]) == (0.0, 100.0, None)
    assert answers([question], {"a": run}, {"d": "words"})["supports"] == 100.0


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
