"""`footnote gaps`: groups with counts, asking again, an evaluation set, deleting; and the gate of `footnote eval`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_library import LEASE, small_library

from bot.desk.curated import source_at, write
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.web.storage.conversations import ConversationStore
from bot.surfaces.web.storage.database import Database
from bot.surfaces.web.storage.questions import QuestionLog
from vectorstore.library import Library

ROOT = Path(__file__).parents[4]
GYM = "Is there a gym?"
ROOF = "The landlord repairs the roof."
ABSTAINED: dict[str, Any] = {"abstained": True, "statements": [], "citations": [], "searched_for": ""}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small library in the current folder; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    folder = small_library(tmp_path)
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(folder))
    return folder


def asked(library: Path, *questions: str) -> None:
    """Keep questions that were not answered, as the server does."""
    database = Database(library)
    log = QuestionLog(database, Settings(question_log=True))
    for question in questions:
        log.note("", {**ABSTAINED, "question": question})
    database.close()


def written(library: Path) -> str:
    """Write an editor's answer on the gym that rests on the lease; return the id of the lease."""
    with Library.open(library) as opened:
        (lease,) = (info.id for info in opened.documents() if info.title == "Lease of the house")
        start = LEASE.index(ROOF)
        source = source_at(opened, lease, start, start + len(ROOF))
        write(
            opened,
            questions=[GYM],
            text="The gym is on the roof.",
            sources=[source],
            collection="default",
            day="2026-11-30",
        )
    return str(lease)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run(list(arguments))
    output = capsys.readouterr()
    return status, output.out, output.err


def test_before_the_log_is_on_it_says_how(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Looking makes no file."""
    status, out, err = call(capsys, "gaps")
    assert (status, out) == (0, "No question is without an answer.\n")
    assert "FOOTNOTE_QUESTION_LOG=true" in err
    assert not (library / "conversations.db").exists()
    assert call(capsys, "gaps", "--forget")[1].startswith("0 questions are deleted")


def test_gaps_are_listed_asked_again_and_deleted(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is answered now, here since an editor wrote it, leaves the list; the rest stays until it is deleted."""
    asked(library, GYM, GYM, "Do we have a gym?", "Who won the cup in 1998?")
    status, out, _ = call(capsys, "gaps")
    assert status == 0
    rows = [line.split("\t") for line in out.splitlines() if "\t" in line]
    assert rows == [
        ["3", "3, after 0", f"{GYM} (and 1 other wordings)"],
        ["1", "1, after 0", "Who won the cup in 1998?"],
    ]
    assert ": 0 answered, 4 not." in out
    data = json.loads(call(capsys, "gaps", "--json")[1])
    assert data["gaps"][0] == {
        "question": GYM,
        "count": 3,
        "week": 3,
        "week_before": 0,
        "questions": [GYM, "Do we have a gym?"],
    }
    assert (data["answered"], data["unanswered"]) == (0, 4)
    written(library)
    again = call(capsys, "gaps", "--again")[1]
    assert f"Answered now: {GYM}\n  The gym is on the roof.\n" in again
    assert "Who won the cup in 1998?" in again.split("Answered now")[-1]
    left = json.loads(call(capsys, "gaps", "--json")[1])["gaps"]
    assert GYM not in [question for gap in left for question in gap["questions"]]
    assert call(capsys, "gaps", "--forget")[0] == 0
    assert json.loads(call(capsys, "gaps", "--json")[1])["gaps"] == []


def test_sources_that_have_changed_are_said(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the question and the title."""
    lease = written(library)
    assert "have changed" not in call(capsys, "gaps")[1]
    with Library.open(library) as opened:
        opened.remove([lease])
    assert f"Sources of an editor’s answer have changed: {GYM} (Lease of the house)" in call(capsys, "gaps")[1]


def test_what_is_known_to_be_right_becomes_a_set_that_a_gate_holds(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Editors' answers and thumbs up; asked again, below a level the status is 1."""
    assert call(capsys, "gaps", "--set", "known.jsonl")[0] == 2
    written(library)
    database = Database(library)
    start = LEASE.index(ROOF)
    answer: dict[str, Any] = {
        "id": "a",
        "question": "Who repairs the roof?",
        "abstained": False,
        "text": ROOF,
        "passages": [],
        "model": "",
        "citations": [
            {
                "document": "x",
                "title": "Lease",
                "source": "/elsewhere/lease.pdf",
                "quote": ROOF,
                "start": start + 7,
                "end": start + 7 + len(ROOF),
            }
        ],
    }
    ConversationStore(database).add_feedback("", answer, thumb="up", comment="")
    database.close()
    status, out, _ = call(capsys, "gaps", "--set", "known.jsonl")
    assert status == 0 and out.startswith("2 questions are in known.jsonl.")
    status, out, err = call(capsys, "eval", "known.jsonl", "--gate", "100")
    assert (status, err) == (0, "") and out.endswith("Gate: right 100.0 % of 2, at least 100.0 %: passed\n")
    with Library.open(library) as opened:
        opened.remove([info.id for info in opened.documents() if info.title == "Lease of the house"])
    status, out, _ = call(capsys, "eval", "known.jsonl", "--gate", "60", "--gate", "answered=40")
    assert status == 1
    assert "Gate: right 50.0 % of 2, at least 60.0 %: FAILED\n" in out
    assert "Gate: answered 50.0 % of 2, at least 40.0 %: passed\n" in out
    status, out, _ = call(capsys, "eval", "known.jsonl", "--gate", "60", "--json")
    (gate,) = json.loads(out)["gates"]
    assert status == 1 and gate == {"figure": "right", "level": 60.0, "value": 50.0, "of": 2, "passed": False}


def test_a_gate_that_is_none_is_wrong_use(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked: an unknown figure, no number; and a figure that the questions do not tell."""
    Path("q.csv").write_text("question,answer\nWho repairs the roof?,landlord\n", encoding="utf-8")
    for gate, words in (
        ("rihgt=90", "no figure 'rihgt'"),
        ("ninety", "names no level"),
        ("right=101", "names no level"),
    ):
        status, out, err = call(capsys, "eval", "q.csv", "--gate", gate)
        assert (status, out) == (2, "") and words in err
    status, _, err = call(capsys, "eval", "q.csv", "--gate", "refused=90")
    assert status == 2 and "do not tell 'abstained'" in err
    for gate, failed in (("wrong_when_shown=0", 0), ("seconds=0", 1), ("correct=100", 0)):
        assert call(capsys, "eval", "q.csv", "--gate", gate)[0] == failed


def test_words_that_moved_in_a_document_are_found_again(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was called right holds where it stands now; where it stands no more is said."""
    quotes = [{"source": "/papers/lease.pdf", "start": 3, "end": 3 + len(ROOF), "quote": ROOF}]
    row = {"id": "f1", "question": "Who repairs the roof?", "thumb": "up", "answerable": True, "quotes": quotes}
    Path("f.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert call(capsys, "eval", "f.jsonl", "--gate", "supports=100")[0] == 0
    row["quotes"] = [{**quotes[0], "quote": "The tenant repairs the roof."}]
    Path("f.jsonl").write_text(json.dumps(row), encoding="utf-8")
    status, out, _ = call(capsys, "eval", "f.jsonl", "--gate", "supports=100")
    assert status == 1 and "f1: its document does not say the words any more that were called right." in out


def test_the_build_file_names_commands_and_options_that_there_are() -> None:
    """docs/gate.yml is YAML, and its last command is one that the test above runs."""
    steps = yaml.safe_load((ROOT / "docs" / "gate.yml").read_text(encoding="utf-8"))["jobs"]["gate"]["steps"]
    commands = [step["run"] for step in steps if step.get("run", "").startswith("footnote")]
    assert commands == [
        'footnote ingest "$DOCUMENTS"',
        'footnote eval "$QUESTIONS" answers.runs.jsonl --gate "$LEVEL" --report answers.html',
    ]
