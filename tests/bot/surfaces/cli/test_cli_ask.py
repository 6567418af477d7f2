"""`footnote ask` and `footnote chat`: what they ask the bot and what they print."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cli_script import ScriptBot, answer_from, passage
from pypdfium2 import PdfDocument
from small_library import LEASE, documents, small_library

from bot.answer import Answer, Withheld
from bot.errors import ModelError, QuestionRefused
from bot.exports import pdf
from bot.surfaces.cli.app import run
from bot.surfaces.cli.options import make_filter

LEASE_ID = documents()[0].id
RENT = replace(
    answer_from(LEASE, "The rent is 4,200 EUR a month.", document=LEASE_ID),
    withheld=(Withheld("Mars is cheese.", "nothing says so"),),
)


class Terminal(io.StringIO):
    """Standard input or output that says that it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptBot:
    """A scripted bot in place of the real one, beside a copy of the small library."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    small_library(tmp_path)
    made = ScriptBot(
        {
            "What is the rent?": RENT,
            "Too long?": QuestionRefused("The question is too long.", remedy="Shorten it."),
            "Broken?": ModelError("The chat model failed.", remedy="Try again."),
        },
        near=(passage(LEASE, 0, 5),),
    )
    # `bot.ask` as an attribute is the function of that name; the module is meant.
    monkeypatch.setattr(import_module("bot.ask"), "Bot", made)
    return made


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return status, output and errors."""
    status = run(arguments)
    output = capsys.readouterr()
    return status, output.out, output.err


def test_an_answer_is_plain_text_in_a_pipe(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """Statement, remark, footnote; the bot is closed afterwards."""
    status, out, err = call(capsys, "ask", "What is the rent?")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "The rent is 4,200 EUR a month. [1]",
        "",
        "1 sentence withheld: not supported by the sources.",
        "",
        "[1] Lease, p. 1 — “The rent is 4,200 EUR a month.” (/papers/lease.pdf)",
    ]
    assert scripted.closed


def test_words_without_quotes_are_joined(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """`footnote ask what is the rent` asks one question."""
    call(capsys, "ask", "What", "is", "the", "rent?")
    assert scripted.asked[0][0] == "What is the rent?"


@pytest.mark.parametrize("arguments", [["-"], []])
def test_the_question_comes_from_standard_input(
    scripted: ScriptBot,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    """With "-", or without words before a pipe, standard input is the question."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("What is the rent?\n"))
    status, out, _ = call(capsys, "ask", *arguments)
    assert status == 0
    assert out.startswith("The rent is")


def test_no_question_at_a_terminal_is_wrong_use(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`footnote ask` alone does not sit and wait for input."""
    monkeypatch.setattr(sys, "stdin", Terminal())
    status, _, err = call(capsys, "ask")
    assert status == 2
    assert "Ask something" in err


def test_bytes_that_are_no_utf8_become_a_question(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """A word in Latin-1 from the shell does not end in an encoding error."""
    assert call(capsys, "ask", "caf\udce9", "--json")[0] == 0
    assert scripted.asked[0][0] == "caf\ufffd"


def test_json_is_exactly_one_object(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """The object has the promised keys, and citations point at their quotes."""
    status, out, _ = call(capsys, "ask", "--json", "What is the rent?")
    assert (status, out.count("\n")) == (0, 1)
    data: Any = json.loads(out)
    assert data["question"] == "What is the rent?"
    assert data["abstained"] is False
    assert data["statements"][0]["text"] == "The rent is 4,200 EUR a month."
    assert data["statements"][0]["citations"] == [1]
    citation = data["citations"][0]
    assert {"number", "document", "title", "source", "page", "start", "end", "quote"} <= set(citation)
    assert LEASE[citation["start"] : citation["end"]] == citation["quote"]
    assert {"document", "start", "end", "page", "score"} <= set(data["passages"][0])
    assert {"model", "seconds"} <= set(data)


def test_a_greeting_is_answered_with_its_notice_alone(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is only a notice is one line, in a pipe and at a terminal."""
    scripted.script["Hello!"] = Answer("Hello!", notice="Ask me about your documents.")
    assert call(capsys, "ask", "Hello!")[1] == "Ask me about your documents.\n"
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "dumb")
    assert run(["ask", "Hello!"]) == 0
    assert screen.getvalue() == "Ask me about your documents.\n"


def test_abstaining_is_status_0_and_shows_no_source(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """When the documents don't say, that is the whole output; nearest passages only if asked."""
    assert call(capsys, "ask", "Who is Elvis?") == (
        0,
        "The documents don't say. Searched all 3 documents.\n",
        "",
    )
    _, out, _ = call(capsys, "ask", "Who is Elvis?", "--show-nearest")
    assert out.endswith("Nearest passages, which do not answer it:\n- Lease — “Lease”\n")


def test_withheld_sentences_are_shown_if_asked(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """--show-withheld prints them with the reason."""
    assert "cheese" not in call(capsys, "ask", "What is the rent?")[1]
    assert "Mars is cheese. (nothing says so)" in call(capsys, "ask", "What is the rent?", "--show-withheld")[1]


def test_options_reach_the_bot(scripted: ScriptBot, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings and filter are what the options say."""
    line = (
        "ask x --model ollama:qwen3 --sentences 5 --collection a --collection b --type text/* "
        "--since 2025-01-01 --until 2026-01-01T10:00 --source lease.pdf"
    )
    call(capsys, *line.split(), "--short")
    settings = scripted.made_with["settings"]
    assert (settings.model, settings.sentences, settings.short_answers) == ("ollama:qwen3", 5, True)
    chosen = scripted.asked[0][2]
    assert chosen is not None
    assert chosen.collections == ("a", "b")
    assert chosen.media_types == ("text/*",)
    assert (chosen.modified_after, chosen.modified_before) == ("2025-01-01", "2026-01-01T10:00")
    assert chosen.sources == ("*/lease.pdf", "*/lease.pdf/*")
    call(capsys, "ask", "x")
    assert scripted.asked[1][2] is None


@pytest.mark.parametrize(("question", "status"), [("Too long?", 2), ("Broken?", 1)])
def test_errors_are_a_sentence_with_the_remedy(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], question: str, status: int
) -> None:
    """A refused question is wrong use, a failed model a failure; nothing is on standard output."""
    found = call(capsys, "ask", question)
    error = scripted.script[question]
    assert found == (status, "", f"{error}\n")
    assert scripted.closed


def test_at_a_terminal_the_quote_is_not_said_twice(scripted: ScriptBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the footnote of a quoted sentence is its place; a dumb one gets no escape sequence."""
    screen = Terminal()
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stdout", screen)
    assert run(["ask", "What is the rent?"]) == 0
    text = screen.getvalue()
    assert text.count("4,200 EUR") == 1
    assert "[1] Lease, p. 1  /papers/lease.pdf" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("variable", "colours"), [("NO_COLOR", False), ("FORCE_COLOR", True)])
def test_colour_is_used_only_where_wanted(
    scripted: ScriptBot, monkeypatch: pytest.MonkeyPatch, variable: str, colours: bool
) -> None:
    """NO_COLOR leaves bold type but no colour; FORCE_COLOR brings colour into a pipe."""
    screen = Terminal() if variable == "NO_COLOR" else io.StringIO()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv(variable, "1")
    monkeypatch.setattr(sys, "stdout", screen)
    assert run(["ask", "What is the rent?"]) == 0
    assert ("\x1b[1;36m" in screen.getvalue()) == colours
    assert "\x1b[" in screen.getvalue()


def test_sources_are_files_folders_names_and_patterns(tmp_path: Path) -> None:
    """What exists is meant exactly, brackets and all; a name is meant wherever it is; a glob as it is."""
    (tmp_path / "a[1].md").touch()
    asked = [str(tmp_path), str(tmp_path / "a[1].md"), "notes", "*/x/*.pdf", "https://example.org/a"]
    chosen = make_filter(collection=None, source=asked, type_=None, since="", until="")
    assert chosen is not None
    assert chosen.sources == (
        f"{tmp_path.resolve()}/*",
        f"{tmp_path.resolve()}/a[[]1].md",
        "*/notes",
        "*/notes/*",
        "*/x/*.pdf",
        "https://example.org/a",
    )


def chat(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *lines: str) -> tuple[int, str, str]:
    """Run `footnote chat` with these lines in a pipe."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return call(capsys, "chat")


def test_chat_answers_each_line_with_the_turns_before(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piped chat is a transcript; each question knows the turns before it, /new forgets them."""
    status, out, err = chat(
        capsys, monkeypatch, "What is the rent?", "", "and for Japan?", "/new", "Who?", "/quit", "Never?"
    )
    assert (status, err) == (0, "")
    assert out.startswith("> What is the rent?\nThe rent is 4,200 EUR a month. [1]\n")
    turns = [len(conversation.turns) if conversation else 0 for _, conversation, _ in scripted.asked]
    assert [question for question, _, _ in scripted.asked] == ["What is the rent?", "and for Japan?", "Who?"]
    assert turns == [0, 1, 0]
    assert scripted.closed


def test_chat_shows_sources_and_opens_them(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """/sources lists the footnotes, /open N prints the passage in its context with the quote marked."""
    _, out, _ = chat(capsys, monkeypatch, "What is the rent?", "/sources", "/open 1", "/open [1]", "/open 7")
    assert out.count("[1] Lease, p. 1 — “The rent is 4,200 EUR a month.” (/papers/lease.pdf)") == 2
    assert out.count("notice period of 30 days. ⟦The rent is 4,200 EUR a month.⟧") == 2
    assert out.count("Lease of the house, p. 1, Lease  /papers/lease.pdf") == 2
    assert "Write /open and one of 1." in out


def test_chat_says_when_there_is_nothing_to_open(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before an answer, and after an abstention, there are no footnotes; unknown commands say so."""
    _, out, _ = chat(capsys, monkeypatch, "/open 1", "/sources", "Who is Elvis?", "/sources", "/frob", "/help")
    assert out.count("The last answer has no footnotes.") == 3
    assert "There is no command '/frob'" in out
    assert "/open N" in out


def test_chat_goes_on_after_an_error(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed answer is one sentence; the next question is answered, and the failure is no turn."""
    status, out, err = chat(capsys, monkeypatch, "Broken?", "What is the rent?")
    assert status == 0
    assert err == "The chat model failed. Try again.\n"
    assert "4,200 EUR" in out
    conversation = scripted.asked[1][1]
    assert conversation is None or not conversation.turns


def test_chat_at_a_terminal_greets_and_ends_with_the_input(
    scripted: ScriptBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal a greeting says how it works; an empty line does nothing; Ctrl-D ends it."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("\nWhat is the rent?\n"))
    monkeypatch.setattr(sys, "stdout", screen)
    assert run(["chat"]) == 0
    assert screen.getvalue().startswith("Ask about your documents.")
    assert len(scripted.asked) == 1


def test_an_answer_is_saved_beside_what_is_printed(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With --json too; that it was saved stands on standard error, so that what is piped on stays what it is."""
    for name, more in (("rent.md", ()), ("rent.html", ("--json",))):
        file = tmp_path / name
        status, out, err = call(capsys, "ask", "What is the rent?", "--save", str(file), *more)
        assert status == 0 and err == f"Saved {file}.\n"
        assert "4,200 EUR" in file.read_text(encoding="utf-8")
        assert json.loads(out)["question"] == "What is the rent?" if more else "Saved" not in out


@pytest.mark.parametrize(("name", "words"), [("rent.xls", "names no format"), ("here.md", "There is a file")])
def test_what_cannot_be_saved_is_said_before_anything_is_asked(
    name: str, words: str, scripted: ScriptBot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Wrong use; a file that is there may be a document."""
    (tmp_path / "here.md").write_text("mine")
    status, _, err = call(capsys, "ask", "What is the rent?", "--save", str(tmp_path / name))
    assert status == 2 and words in err and not scripted.asked
    assert (tmp_path / "here.md").read_text() == "mine" and not (tmp_path / "rent.xls").exists()


def test_chat_saves_the_conversation(
    scripted: ScriptBot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All its turns, again as it goes on; nothing else is written over, and a mistake ends nothing."""
    file, mine = tmp_path / "talk.md", tmp_path / "mine.md"
    mine.write_text("mine")
    lines = ("/save", "What is the rent?", "/save", f"/save {file}", "Who is Elvis?", f"/save {file}", f"/save {mine}")
    status, out, err = chat(capsys, monkeypatch, *lines)
    assert status == 0 and "Ask something first." in out and "Write /save and a file" in out
    assert err.count(f"Saved {file}.") == 2 and "There is a file" in err and mine.read_text() == "mine"
    text = file.read_text(encoding="utf-8")
    assert "## What is the rent?" in text and "## Who is Elvis?" in text and "[^1]:" in text


@pytest.mark.skipif(not pdf.available(), reason="the extra pdf is not installed")
def test_a_saved_pdf_has_the_pages_of_its_footnotes_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the answer comes the page of the file that it quotes."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    figures = Path(__file__).parents[4] / "documents" / "investment-figures.pdf"
    assert call(capsys, "ingest", str(figures))[0] == 0
    file = tmp_path / "answer.pdf"
    status, out, _ = call(capsys, "ask", "How much will be invested in energy infrastructure?", "--save", str(file))
    assert status == 0 and "$332 billion" in out
    saved = PdfDocument(file)
    texts = [saved[number].get_textpage().get_text_range() for number in range(len(saved))]
    assert len(texts) == 2 and "How much will be invested" in texts[0] and "A Footnote briefing." in texts[1]
    assert [path.name for path in tmp_path.glob("answer*")] == ["answer.pdf"]
