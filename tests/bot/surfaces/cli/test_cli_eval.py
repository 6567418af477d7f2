"""`footnote eval`: a CSV asked of the library, a set asked of its own, runs scored again and compared."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from small_library import small_library

from bot.surfaces.cli.app import run

CSV = """question,answer,document
When does the lease begin?,1 March 2026,lease.pdf
How long is the notice period?,30 days,Lease of the house
How much is the rent?,4 300 EUR | 4.300 EUR,lease
Who repairs the roof?,landlord,brief.md
Which football club won the cup in 1998?,,
How do I bake rye bread at home?,,
"""
DOCUMENTS = [
    {"id": "mill", "title": "The mill", "text": "The mill was built in 1780 by Ann Ash. It ground corn for a century."},
    {"id": "ferry", "title": "The ferry", "text": "The ferry costs two pounds. Dogs travel free of charge."},
]
QUESTIONS = [
    {
        "id": "a",
        "question": "Who built the mill?",
        "answers": ["Ann Ash"],
        "references": [{"doc_id": "mill", "start": 0, "end": 38, "text": "The mill was built in 1780 by Ann Ash."}],
        "answerable": True,
    },
    {"id": "b", "question": "Who won the cup in 1998?", "answers": [], "references": [], "answerable": False},
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the small library and a CSV; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    small_library(tmp_path)
    (tmp_path / "my.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


@pytest.fixture
def set_dir(folder: Path) -> Path:
    """A question set of two documents."""
    made = folder / "small"
    made.mkdir()
    for name, rows in (("documents", DOCUMENTS), ("questions", QUESTIONS)):
        (made / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return made


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(["eval", *arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    status, out, err = call(capsys, *arguments, "--json")
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)


def test_a_csv_is_asked_of_the_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures, the worst questions with their passages, and a run file beside the CSV."""
    status, out, err = call(capsys, "my.csv")
    assert (status, err) == (0, "")
    assert "my.csv: 6 questions, 4 answered by the documents." in out
    rows = dict(line.split("\t", 1) for line in out.splitlines() if "\t" in line)
    assert rows["answered"].startswith("100.0 %") and rows["refused"].startswith("100.0 %")
    assert rows["correct"].startswith("75.0 %\t30.1 to 95.4\t4\t")
    assert rows["exact"].startswith("100.0 %")
    assert rows["hit@1"].startswith("75.0 %") and rows["seconds"].split("\t")[0].endswith(" s")
    assert "row 4  How much is the rent?" in out
    assert "  expected   4 300 EUR | 4.300 EUR\n" in out
    assert "The rent is 4,200 EUR a month." in out and "/papers/lease.pdf" in out
    runs = [json.loads(line) for line in (folder / "my.runs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in runs] == [f"row {n}" for n in range(2, 8)]
    assert set(runs[0]) >= {"id", "passages", "answer", "abstained", "citations", "seconds"}
    assert runs[0]["threshold"] == 0.5 and runs[0]["rank"] == 1


def test_for_programs_there_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--json has the figures with intervals, the worst questions, and names that are not in the library."""
    (folder / "my.csv").write_text(CSV.replace("brief.md", "gone.md"), encoding="utf-8")
    data = as_json(capsys, "my.csv", "deep/er/out.jsonl", "--worst", "1", "--limit", "4")
    assert data["questions"] == 4 and data["runs"] == "deep/er/out.jsonl"
    assert set(data["figures"]["correct"]) == {"value", "low", "high", "of"}
    assert [case["outcome"] for case in data["worst"]] == ["wrong"]
    assert data["notes"] == ["row 5 names 'gone.md', which is not in the library."]
    assert len((folder / "deep/er/out.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_a_csv_without_headings_says_that_its_first_row_was_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Headings in words that are not known must not pass for a question unnoticed."""
    (folder / "my.csv").write_text("Kysymys,Vastaus\nWho repairs the roof?,landlord\n", encoding="utf-8")
    assert "The first row names no column called question" in call(capsys, "my.csv")[1]


def test_a_bad_csv_names_its_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use: one sentence, status 2, and no run file."""
    (folder / "my.csv").write_text("question,answer\nWho?,Ann\n,Ann\n", encoding="utf-8")
    status, out, err = call(capsys, "my.csv")
    assert (status, out) == (2, "")
    assert err.startswith("Row 3 of my.csv has no question.")
    assert not (folder / "my.runs.jsonl").exists()


def test_a_set_is_asked_of_a_library_of_its_own(
    set_dir: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """SET_DIR RUNS.jsonl writes the run file; offsets are those of the set's text; --absent leaves the answer out."""
    status, out, _ = call(capsys, "small", "runs.jsonl")
    assert status == 0 and out.startswith("2 questions asked; the run is in runs.jsonl.\n")
    first, second = (json.loads(line) for line in (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines())
    assert first["citations"][0]["quote"] == DOCUMENTS[0]["text"][:38] and not first["abstained"]
    assert second["abstained"] and second["answer"] == "" and second["citations"] == []
    assert call(capsys, "small", "absent.jsonl", "--absent", "--limit", "1")[0] == 0
    (absent,) = (json.loads(line) for line in (folder / "absent.jsonl").read_text(encoding="utf-8").splitlines())
    assert absent["answerable"] is False and {p["doc_id"] for p in absent["passages"]} == {"ferry"}
    assert json.loads((folder / "absent.questions" / "questions.jsonl").read_text())["answerable"] is False


def test_a_run_is_scored_again_without_asking(set_dir: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By itself or with its set, the figures are those of the run that was asked."""
    asked = as_json(capsys, "small", "runs.jsonl")["figures"]
    assert as_json(capsys, "runs.jsonl")["figures"] == asked
    assert as_json(capsys, "runs.jsonl", "--set", "small")["figures"] == asked


def test_two_runs_are_compared(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Differences with intervals, and the questions that came out differently, the worse ones first."""
    assert call(capsys, "my.csv", "a.jsonl")[0] == 0
    monkeypatch.setenv("FOOTNOTE_THRESHOLD", "1")
    assert call(capsys, "my.csv", "b.jsonl")[0] == 0
    status, out, err = call(capsys, "--compare", "a.jsonl", "b.jsonl")
    assert (status, err) == (0, "")
    assert "6 questions that both asked." in out
    assert "answered\t100.0 %\t0.0 %\t-100.0\t-100.0 to -100.0\tworse\n" in out
    assert "refused\t100.0 %\t100.0 %\t0.0\t0.0 to 0.0\t\n" in out
    assert "worse\tright → refused\trow 2  When does the lease begin?" in out
    assert call(capsys, "--compare", "a.jsonl", "b.jsonl", "--report", "c.html")[0] == 0
    page = (folder / "c.html").read_text(encoding="utf-8")
    assert "<h1>b.jsonl against a.jsonl</h1>" in page and page.count('<tr class="change">') == 4
    assert "The lease begins on 1 March 2026." in page and "<script" not in page
    data = as_json(capsys, "a.jsonl", "a.jsonl", "--compare", "--report", "c.html")
    assert "No question did." in (folder / "c.html").read_text(encoding="utf-8")
    assert data["changes"] == [] and data["figures"]["correct"]["difference"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["small"], "the run file to write"),
        (["runs.jsonl", "--compare"], "the second run file"),
        (["runs.jsonl", "other.jsonl"], "--compare"),
        (["my.csv", "--absent"], "question set"),
        (["runs.jsonl", "--limit", "3"], "not asked again"),
        (["nowhere.csv"], "nowhere.csv"),
        (["my.csv", "my.csv/runs.jsonl"], "cannot be written"),
        (["runs.jsonl"], "not a run file"),
    ],
)
def test_wrong_use_is_status_2(
    arguments: list[str], words: str, set_dir: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing or does not fit is said."""
    (folder / "runs.jsonl").write_text("{}\n", encoding="utf-8")
    status, _, err = call(capsys, *arguments)
    assert status == 2
    assert words in " ".join(err.replace("│", " ").split())


def test_without_a_library_it_says_what_to_run(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CSV is asked of the person's own library, which must be there."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY", "elsewhere")
    status, _, err = call(capsys, "my.csv")
    assert status == 1 and "footnote ingest FOLDER" in err


def test_feedback_is_asked_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What people called right must stay right: their footnotes are the places, a thumb down says nothing."""
    from small_library import LEASE

    quote = "The landlord repairs the roof."
    start = LEASE.index(quote)
    place = {"source": "/papers/lease.pdf", "start": start, "end": start + len(quote), "quote": quote}
    items = [
        {"id": "f1", "question": "Who repairs the roof?", "thumb": "up", "answerable": True, "quotes": [place]},
        {"id": "f2", "question": "Who won the cup in 1998?", "thumb": "up", "answerable": False, "quotes": []},
        {"id": "f3", "question": "How high is the roof?", "thumb": "down", "answerable": None, "quotes": []},
    ]
    path = folder / "feedback.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    data = as_json(capsys, "feedback.jsonl")
    assert data["questions"] == 2 and data["runs"] == "feedback.runs.jsonl"
    assert data["figures"]["supports"]["value"] == data["figures"]["abstained"]["value"] == 100.0
    assert data["notes"] == ["1 with a thumb down left out: they do not say what would be right."]
    path.write_text(json.dumps(items[2]) + "\n", encoding="utf-8")
    assert call(capsys, "feedback.jsonl") == (
        2,
        "",
        "No answer in feedback.jsonl was called right. Feedback says what is right with a thumb up only.\n",
    )
