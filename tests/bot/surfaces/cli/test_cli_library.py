"""`footnote list`, `show`, `remove`, `collections`, `compact`, `status`: on a real library."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_library import BRIEF, HOSTILE, LEASE, small_library

from bot.models.ledger import Ledger
from bot.models.usage import Usage
from bot.surfaces.cli.app import run

ROOT = Path(__file__).parents[4]


class Terminal(io.StringIO):
    """Standard input or output that says that it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the small library, in the current folder; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()  # the search for footnote.toml ends here
    monkeypatch.chdir(tmp_path)
    yield small_library(tmp_path)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return status, output and errors."""
    status = run(arguments)
    output = capsys.readouterr()
    return status, output.out, output.err


def answer_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command that must end well and print one JSON object on one line."""
    status, out, err = call(capsys, *arguments)
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)


def test_list_prints_a_document_a_line(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into a pipe: id, title, collection, characters, source with tabs; control characters made visible."""
    status, out, _ = call(capsys, "list")
    assert status == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert ["Lease of the house", "default", f"{len(LEASE):,}", "/papers/lease.pdf"] in [row[1:] for row in rows]
    assert "\x1b" not in out
    assert "odd␛[2J.txt" in out


def test_list_at_a_terminal_has_headings(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal the columns are named; NO_COLOR leaves no escape sequence at all."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert run(["list"]) == 0
    assert screen.getvalue().split()[:2] == ["id", "title"]
    assert "\x1b" not in screen.getvalue()


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        (["--collection", "deals"], {"Brief"}),
        (["--type", "application/*"], {"Lease of the house"}),
        (["--source", "lease.pdf"], {"Lease of the house"}),
        (["--source", "*/brief.*", "--source", "lease.pdf"], {"Brief", "Lease of the house"}),
        (["--since", "2026-01-01"], {"Lease of the house"}),
        (["--until", "2025-11-01"], {"Brief"}),
        (["--collection", "nowhere"], set()),
    ],
)
def test_list_filters(library: Path, capsys: pytest.CaptureFixture[str], options: list[str], titles: set[str]) -> None:
    """The filter options mean what they say; no match is no failure."""
    data = answer_json(capsys, "list", "--json", *options)
    assert {info["title"] for info in data["documents"]} == titles


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("date", ["yesterday", "9999-99-99", "20261125", "2026-W48-3", "2026-11-25T24:61"])
def test_a_wrong_date_is_wrong_use(library: Path, capsys: pytest.CaptureFixture[str], option: str, date: str) -> None:
    """A date that is none, or that nothing stored compares with, ends with status 2 and says how to write one."""
    status, _, err = call(capsys, "list", option, date)
    assert status == 2
    assert "is not a date" in err


@pytest.mark.parametrize("name", ["brief.md", "/papers/brief.md", "Brief"])
def test_show_prints_the_stored_text_and_nothing_else(
    library: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The output is the text, byte for byte, whichever way the document is named."""
    assert call(capsys, "show", name) == (0, BRIEF, "")


def test_show_is_exact_through_a_pipe_under_any_locale(library: Path) -> None:
    """Control characters, emoji and CJK arrive as stored under LC_ALL=C; nothing is added at the end."""
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "show", "odd\x1b[2J.txt", "--library", str(library)],
        capture_output=True,
        env=environment,
        check=True,
    )
    assert done.stdout.decode("utf-8") == HOSTILE
    assert done.stderr == b""


def test_show_at_a_terminal_neutralises(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is not sent the escape sequences of a document."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    assert run(["show", "odd\x1b[2J.txt"]) == 0
    assert "␛[31mred" in screen.getvalue()
    assert not set(screen.getvalue()) & {"\x1b", "\u202e"}


def test_show_at_marks_the_place(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--at shows title, page, heading path and the text around with the word marked."""
    offset = LEASE.index("landlord")
    status, out, _ = call(capsys, "show", "lease.pdf", "--at", str(offset))
    assert status == 0
    assert out.startswith("Lease of the house, p. 2, Lease › Repairs")
    assert "The ⟦landlord⟧ repairs the roof." in out


def test_show_at_outside_is_wrong_use(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An offset past the end says how long the text is."""
    status, _, err = call(capsys, "show", "brief.md", "--at", "9999")
    assert status == 2
    assert f"{len(BRIEF):,} characters" in " ".join(err.replace("│", " ").split())


def test_an_unknown_document_is_one_sentence(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest name is offered, with status 1 and without a traceback."""
    status, out, err = call(capsys, "show", "breif.md")
    assert (status, out) == (1, "")
    assert err == "No document is called 'breif.md'. Did you mean brief.md?\n"


def test_remove_asks_nobody_with_yes(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--yes removes at once; the rest stays; what is gone is said."""
    status, out, _ = call(capsys, "remove", "brief.md", "lease.pdf", "--yes")
    assert (status, out) == (0, "Removed /papers/brief.md\nRemoved /papers/lease.pdf\n")
    left = answer_json(capsys, "list", "--json")
    assert len(left["documents"]) == 1


def test_remove_without_a_terminal_needs_yes(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that forgot --yes removes nothing."""
    status, _, err = call(capsys, "remove", "brief.md")
    assert status == 2
    assert "--yes" in err
    assert len(answer_json(capsys, "list", "--json")["documents"]) == 3


@pytest.mark.parametrize(("reply", "left"), [("y\n", 2), ("n\n", 3), ("\n", 3)])
def test_remove_asks_at_a_terminal(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, reply: str, left: int
) -> None:
    """Only a yes removes."""
    monkeypatch.setattr(sys, "stdin", Terminal(reply))
    assert call(capsys, "remove", "brief.md")[0] == 0
    assert len(answer_json(capsys, "list", "--json")["documents"]) == left


def test_remove_all_or_nothing(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One name that is wrong stops the command before anything is removed."""
    status, _, _ = call(capsys, "remove", "brief.md", "nothing.md", "--yes")
    assert status == 1
    assert len(answer_json(capsys, "list", "--json")["documents"]) == 3


def test_collections_are_counted(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each collection with its number of documents."""
    assert call(capsys, "collections")[1] == "deals\t1\ndefault\t2\n"
    assert answer_json(capsys, "collections", "--json") == {"collections": {"deals": 1, "default": 2}}


def test_compact_says_sizes_and_leaves_nothing(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a removal and compact, the removed words are nowhere in the folder."""
    call(capsys, "remove", "brief.md", "--yes")
    status, out, _ = call(capsys, "compact")
    assert status == 0
    assert re.fullmatch(
        r"Emptied the bin of 1 removed document\. (Nothing to give back|\S+ \wB given back), \S+ \wB in use\.\n", out
    )
    for path in library.rglob("*"):
        assert not path.is_file() or b"550 billion" not in path.read_bytes()


def test_status_says_what_is_there_and_where_text_goes(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts, words on where text goes, each setting with its origin, secrets only as set or not set."""
    monkeypatch.setenv("FOOTNOTE_SENTENCES", "2")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    status, out, _ = call(capsys, "status")
    assert status == 0
    assert "Documents:  3 in 2 collections (deals 1, default 2)" in out.replace(
        "default 2, deals 1", "deals 1, default 2"
    )
    assert "sentences\t2\tFOOTNOTE_SENTENCES" in out
    assert "slack_bot_token\tset\tSLACK_BOT_TOKEN" in out
    assert "hidden" not in out
    data = answer_json(capsys, "status", "--json")
    assert data["library"]["documents"] == 3
    assert data["settings"]["sentences"] == {"value": "2", "origin": "FOOTNOTE_SENTENCES"}
    assert "hidden" not in json.dumps(data)


def test_status_says_what_chat_models_used_today(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The day's tokens stand there once there are some, with the budget where one is set; compact forgets replies."""
    assert "chat models used" not in call(capsys, "status")[1]
    ledger = Ledger(library)
    ledger.count("ollama:qwen3", Usage(read=1_200, written=34, calls=2))
    ledger.count("ollama:qwen3", Usage(kept=1))
    ledger.keep("a" * 64, "a reply")
    told = "Today (UTC) chat models used 1,234 tokens: 1,200 read, 34 written; 1 reply was taken from those kept."
    assert told in call(capsys, "status")[1]
    assert answer_json(capsys, "status", "--json")["tokens"]["read"] == 1_200
    call(capsys, "compact")
    assert ledger.reply("a" * 64) is None and ledger.used().read == 1_200


def test_status_says_when_text_is_sent_away(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A provider's model is named together with what is sent to it."""
    data = answer_json(capsys, "status", "--json", "--model", "openai:gpt-5-mini")
    assert "sent to" in data["text"]
    assert "sent to" not in answer_json(capsys, "status", "--json")["text"].replace("sent nowhere", "")


def test_status_without_a_library_says_how_to_make_one(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`status` works before the first ingest."""
    shutil.rmtree(library)
    status, out, _ = call(capsys, "status")
    assert status == 0
    assert "footnote ingest FOLDER" in out
    assert answer_json(capsys, "status", "--json")["library"] is None


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["remove", "x"], ["collections"], ["compact"]])
def test_without_a_library_the_remedy_is_named(
    library: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Every command says which one makes a library, and creates nothing itself."""
    shutil.rmtree(library)
    status, out, err = call(capsys, *command)
    assert (status, out) == (1, "")
    assert err.endswith("Make one from your documents: footnote ingest FOLDER\n")
    assert not library.exists()


def test_status_says_what_the_threshold_does(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The level in use with its measured rates; one document alone has rates of its own; a number is a number."""
    words = answer_json(capsys, "status", "--json")["threshold"]
    assert re.fullmatch(
        r"An answer is shown from a confidence of 0\.50 \(balanced\)\. Measured on public sets that this "
        r"was not fitted "
        r"on, answered when they say / refused when they don't, %: (\w+ \d+ / \d+(, )?)+\.",
        words,
    )
    assert words in call(capsys, "status")[1]
    assert call(capsys, "remove", "brief.md", "lease.pdf", "--yes")[0] == 0
    assert answer_json(capsys, "status", "--json")["threshold"] != words
    monkeypatch.setenv("FOOTNOTE_THRESHOLD", "0.62")
    assert answer_json(capsys, "status", "--json")["threshold"] == "An answer is shown from a confidence of 0.62."


def test_list_notes_shows_what_was_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Only documents with notes, each with its sentences; the report of the ingest counts them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "whole.md").write_text("# Plan\n\nIt holds.\n")
    (tmp_path / "papers" / "part.md").write_text("# Map\n\nIt shows the yard.\n\n![](map.png)\n")
    status, out, _ = call(capsys, "ingest", "papers")
    assert status == 0 and "2 added" in out and "1 with notes" in out
    status, out, _ = call(capsys, "list", "--notes")
    assert out.splitlines() == ["papers/part.md", "  1 picture was not read."]
    documents = answer_json(capsys, "list", "--json")["documents"]
    assert {d["title"]: d["notes"] for d in documents} == {"Map": ["1 picture was not read."], "Plan": []}
    assert [d["title"] for d in answer_json(capsys, "list", "--notes", "--json")["documents"]] == ["Map"]


def test_documents_for_some_people_are_listed_with_whom(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`list --readers` names them and their readers, and JSON has the list, or null where there is none."""
    assert "for all" in call(capsys, "list", "--readers")[2]
    for name, line in (
        ("pay", 'access = ["group:finance", "person:ana"]'),
        ("will", "access = []"),
        ("menu", 'title = "Menu"'),
    ):
        (tmp_path / f"{name}.txt").write_text(f"The {name} is here.")
        (tmp_path / f"{name}.txt.footnote.toml").write_text(f"[document]\n{line}\n")
    assert call(capsys, "ingest", *(f"{name}.txt" for name in ("pay", "will", "menu")))[0] == 0
    status, out, _ = call(capsys, "list", "--readers")
    assert status == 0 and sorted(out.splitlines()) == ["pay.txt\tgroup:finance, person:ana", "will.txt\tnobody"]
    listed = {one["title"]: one["access"] for one in json.loads(call(capsys, "list", "--json")[1])["documents"]}
    assert (listed["pay"], listed["will"], listed["Menu"]) == (["group:finance", "person:ana"], [], None)
