"""`footnote ask` with the real bot on a real library: exact citations, and questions of every odd kind."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from small_library import small_library

from bot.surfaces.cli.app import run
from vectorstore.library import Library


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small library in the current folder; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_library(tmp_path)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Ask and return the object that --json prints."""
    assert run(["ask", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_citation_is_the_stored_text(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `ask --json` calls start and end is found at these offsets in what `show` prints."""
    answer = ask(capsys, "What is the notice period of the lease?")
    assert not answer["abstained"]
    assert any("notice period of 30 days" in statement["text"] for statement in answer["statements"])
    numbers = {citation["number"] for citation in answer["citations"]}
    for statement in answer["statements"]:
        assert statement["citations"]
        assert set(statement["citations"]) <= numbers
    for citation in answer["citations"]:
        assert run(["show", citation["document"]]) == 0
        text = capsys.readouterr().out
        assert text[citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--collection", "deal"], "There is no collection 'deal'. Collections: "),
        (["--source", "nowhere.pdf"], "No document matches these options"),
        (["--type", "image/png"], "No document matches these options"),
    ],
)
@pytest.mark.parametrize("command", [["ask", "When was it signed?"], ["chat"]])
def test_options_that_leave_nothing_are_a_mistake(
    library: Path, capsys: pytest.CaptureFixture[str], command: list[str], options: list[str], words: str
) -> None:
    """A mistyped collection, file or type is told, and not taken for documents that don't say."""
    assert run([*command, *options]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(words)


def test_an_empty_library_is_no_document_that_does_not_say(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where everything was removed, a question is answered with what to do."""
    with Library.open(library) as opened:
        opened.remove([info.id for info in opened.documents()])
    assert run(["ask", "When was it signed?"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "The library holds no documents. Add some: footnote ingest FOLDER\n")


def test_a_collection_is_all_that_is_asked(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --collection, no other document is searched or cited."""
    answer = ask(capsys, "--collection", "deals", "--show-nearest", "When was it signed?")
    assert {passage["source"] for passage in answer["passages"]} <= {"/papers/brief.md"}


@pytest.mark.parametrize(
    "question",
    [
        "🏠🏠🏠 👩‍👩‍👧",
        "家賃はいくらですか",
        "ما هو الإيجار؟",
        '"rent" OR 1=1; DROP TABLE documents; --',
        'rent NEAR/2 "month" NOT *',
        "* ^ ( ) { } : - + ~",
        "-rent -lease",
        "\x00\x1b[31mrent\x07",
        "caf\udce9",
        "a" * 3_999,
        "rent " * 700,
        "\u202erent\u202c",
        "?" * 50,
    ],
)
def test_odd_questions_are_answered_or_not_but_never_fail(
    library: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    """Emoji, other scripts, SQL and FTS operators, control characters and long words are only words."""
    assert run(["ask", "--", question]) == 0
    output = capsys.readouterr()
    assert output.out
    assert output.err == ""
    assert not set(output.out) & {"\x1b", "\x00", "\x07", "\u202e"}


@pytest.mark.parametrize(
    ("question", "words"),
    [("", "is empty"), ("  \n\t ", "is empty"), ("rent " * 20_000, "100,000 characters")],
)
def test_questions_that_cannot_be_asked_are_refused(
    library: Path, capsys: pytest.CaptureFixture[str], question: str, words: str
) -> None:
    """An empty question and one of 100 kB are wrong use, each with its sentence."""
    assert run(["ask", question]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert words in output.err
    assert len(output.err) < 300


def test_an_empty_pipe_is_refused(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`footnote ask < /dev/null` says that the question is empty."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(["ask"]) == 2
    assert "is empty" in capsys.readouterr().err
