"""`make eval`: the sample always, public sets where they are at hand; one table and one report."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot.evaluation.results import Results, against
from bot.evaluation.sets import Question
from evals import score_sets
from evals.score_sets import markdown, summary

TEXT = "The mill was built in 1780 by Ann Ash. It ground corn for a century. Then it was sold."
OTHER = "The ferry costs two pounds for a grown person. Dogs travel free of charge on the ferry."


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of the public sets, with a small squad2."""
    made = tmp_path / "shared" / "eval" / "squad2"
    made.mkdir(parents=True)
    documents = [{"id": "mill", "title": "", "text": TEXT}, {"id": "ferry", "title": "", "text": OTHER}]
    questions = [
        {
            "id": f"q{start}",
            "question": question,
            "answers": [TEXT[start:end]],
            "references": [{"doc_id": "mill", "start": start, "end": end, "text": TEXT[start:end]}],
            "answerable": True,
        }
        for question, start, end in (("Who built the mill in 1780?", 30, 37), ("What did the mill grind?", 49, 53))
    ]
    questions.append({"id": "un", "question": "Who won the cup?", "answers": [], "references": [], "answerable": False})
    for name, rows in (("documents", documents), ("questions", questions)):
        (made / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.setenv("FOOTNOTE_SHARED", str(tmp_path / "shared"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["score_sets", *arguments])
    score_sets.main()


def test_a_set_is_asked_twice_and_scored_again_without_asking(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table has what came of leaving documents out; --scored gives the same; the report has both curves."""
    call(monkeypatch, "squad2", "--json")
    table = json.loads(capsys.readouterr().out)["squad2"]
    assert table["exact"] == 100.0 and table["hit@5"] == 100.0 and table["answered"] == 100.0
    assert {"absent_abstained", "absent_auroc", "absent_balanced", "auroc"} <= set(table)
    page = Path(".footnote-evals/report.html").read_text(encoding="utf-8")
    assert "left out" in page and "Evaluation of squad2" in page
    call(monkeypatch, "squad2", "--scored", "--report", "there/r.html")
    out = capsys.readouterr().out
    assert out.startswith("| | squad2 |\n| --- | --- |\n")
    assert f"| answerable questions answered | {table['answered']} |" in out
    assert Path("there/r.html").is_file()


def test_without_the_public_sets_the_sample_is_asked(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is missing, and still prints a table; a set alone that is not there is a failure."""
    monkeypatch.setenv("FOOTNOTE_SHARED", str(shared / "nowhere"))
    sample = Results("sample", (Question("a", "?", ("x",), (), True),), {"a": {"abstained": False, "answer": "x"}})
    monkeypatch.setattr(score_sets, "ask_sample", lambda *_, **__: sample)
    call(monkeypatch)
    output = capsys.readouterr()
    assert output.out.startswith("| | sample |") and "FOOTNOTE_SHARED" in output.err
    with pytest.raises(SystemExit) as stopped:
        call(monkeypatch, "squad2")
    assert stopped.value.code == 1
    with pytest.raises(SystemExit):
        call(monkeypatch, "nosuch")


def test_answerable_questions_stand_against_themselves_left_out() -> None:
    """The set's own unanswerable questions have no part in it."""
    able, own = Question("a", "?", ("x",), (), True), Question("b", "?", (), (), False)
    shown = {"abstained": False, "answer": "x", "confidence": 0.6}
    refused = {"abstained": True, "answer": "", "confidence": 0.2}
    run = Results("squad2", (able, own), {"a": shown, "b": shown | {"confidence": 0.9}})
    absent = Results("squad2", (Question("a", "?", (), (), False),), {"a": refused})
    both = against(run, absent)
    assert [question.answerable for question in both.questions] == [True, False]
    found = summary(run, absent)
    assert (found["absent_auroc"], found["auroc"]) == (100.0, 0.0)
    assert (found["absent_abstained"], found["abstained"], found["absent_balanced"]) == (100.0, 0.0, 100.0)
    assert "| answerable questions answered | 100.0 |  |" in markdown({"one": found, "two": {}})
