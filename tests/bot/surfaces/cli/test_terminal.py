"""Answers on a terminal: what is shown, how it wraps, and that document text cannot act."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, Group

from bot.answer import Answer, Citation, Conflict, Found, Statement, Withheld, Words
from bot.surfaces.cli.terminal import after_block, before_block, context_block, footnotes, show_stream
from vectorstore.document import Document, Heading, Place
from vectorstore.passage import Passage

CITATION = Citation(1, "a" * 16, "Report", "/notes/report.pdf", 14, 0, 9, "It is so.", "p. 14")
ANSWER = Answer("Is it so?", (Statement("It is so.", (1,)),), (CITATION,), searched="all 6 documents")


def screen(width: int = 80, *, colour: bool = False) -> Console:
    """Return a console that writes to memory."""
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def answer_block(answer: Answer, **options: Any) -> Group:
    """Return an answer as `footnote ask` ends with it."""
    return Group(*before_block(answer), *after_block(answer, **options))


def shown(*blocks: object, width: int = 80, colour: bool = False) -> str:
    """Return what the blocks look like on a screen of `width` cells."""
    console = screen(width, colour=colour)
    console.print(*blocks)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def test_a_quote_that_is_the_answer_is_not_said_twice() -> None:
    """A footnote leaves its quote out where the statement already is that quote."""
    lines = [line.rstrip() for line in shown(answer_block(ANSWER, folder="/notes")).splitlines()]
    assert lines == ["It is so. [1]", "", "[1] Report, p. 14  report.pdf"]
    written = replace(ANSWER, statements=(Statement("Yes, it is.", (1,), "supported"),))
    assert "“It is so.”" in shown(answer_block(written))
    assert "“It is so.”" in shown(footnotes(ANSWER, quotes=True))


def test_abstention_shows_no_source() -> None:
    """When the documents don't say, what was searched is said and nothing else."""
    answer = Answer("Who?", abstained=True, searched="all 6 documents")
    assert shown(answer_block(answer)).strip() == "The documents don't say. Searched all 6 documents."
    near = Passage("a" * 16, "Report", "/r.md", 0, 9, "Near miss.", 0.5, 1)
    assert "- Report — “Near miss.”" in shown(answer_block(answer, nearest=(near,)))


def test_remarks_stand_between_answer_and_footnotes() -> None:
    """Conflicts, withheld sentences and the notice are all there, in this order."""
    answer = replace(
        ANSWER,
        conflicts=(Conflict("number", ("1", "2"), (0, 0)),),
        withheld=(Withheld("Mars is cheese.", "nothing says so"),),
        notice="Quoted instead.",
        searched_for="is it so, Report",
    )
    text = shown(answer_block(answer), width=200)
    parts = [
        "It is so. [1]",
        "These sources differ",
        "1 sentence withheld",
        "Quoted instead",
        "Searched",
        "[1] Report",
    ]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


@pytest.mark.parametrize("colour", [False, True])
def test_escape_sequences_of_documents_are_not_run(colour: bool) -> None:
    """Nothing of a title, quote, source or value reaches the terminal as a command."""
    bad = "\x1b[2J\x1b]8;;http://x\x07\x9b31m\u202e[bold]:smile:"
    citation = replace(CITATION, title=bad, source=bad, place=bad, quote=bad)
    answer = Answer(
        bad,
        (Statement(bad, (1,), "partly", bad),),
        (citation,),
        conflicts=(Conflict("name", (bad,), (0,)),),
        withheld=(Withheld(bad, bad),),
        notice=bad,
        searched_for=bad,
    )
    text = shown(answer_block(answer, show_withheld=True), width=500, colour=colour)
    assert "\x1b[2J" not in text
    assert "\x1b]8" not in text
    assert not set(text) & {"\x07", "\x9b", "\u202e"}
    assert "[bold]:smile:" in text


@given(st.text(alphabet="東京éa👩‍👧한שلا \t-", min_size=1, max_size=200), st.integers(20, 60))
def test_lines_fit_the_screen(text: str, width: int) -> None:
    """Wide characters, emoji, right-to-left text and very long words stay within the width."""
    citation = replace(CITATION, title=text, quote=text, source="/n/" + text)
    answer = Answer("?", (Statement(text, (1,)),), (citation,))
    for line in shown(answer_block(answer), width=width).splitlines():
        assert cell_len(line) <= width


def test_very_long_titles_are_cut() -> None:
    """A title of thousands of characters does not fill the screen."""
    answer = replace(ANSWER, citations=(replace(CITATION, title="x" * 5_000),))
    assert len(shown(answer_block(answer))) < 500


def test_context_lights_the_quote() -> None:
    """The place, the text around and the marked run are shown; without colour the marks are brackets."""
    text = "Funds\nBefore it. It is so. After it."
    document = Document(
        id="a" * 16,
        source="/notes/report.pdf",
        title="Report",
        media_type="application/pdf",
        text=text,
        sha256="",
        places=(Place(0, "page", 3),),
        headings=(Heading(0, 5, 1),),
    )
    start = text.index("It is so.")
    plain = shown(context_block(document, start, start + 9, folder="/notes", styled=False))
    assert plain.startswith("Report, p. 3, Funds  report.pdf")
    assert "Before it. ⟦It is so.⟧ After it." in plain
    lit = shown(context_block(document, start, start + 9), colour=True)
    assert "\x1b[1;7mIt is so.\x1b[0m" in lit
    assert "…" in shown(context_block(document, start, start + 9, around=12))


def stream(*items: object) -> Iterator[object]:
    """Return what a bot would yield."""
    yield from items


def printed(*items: object) -> str:
    """Return what `show_stream` prints of a bot's stream."""
    console = screen()
    show_stream(console, stream(*items), nearest=lambda answer: ())
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def test_statements_are_printed_as_they_come_and_once() -> None:
    """A stream ends with the same text that the finished answer has, whether a chat model writes or not."""
    written = replace(ANSWER, statements=(Statement("It is so.", (1,), "supported"),), model="ollama:qwen3")
    for answer in (ANSWER, written):
        found = Found((), "", "", answer.model)
        whole = shown(answer_block(answer))
        assert printed(found, *answer.statements, answer) == "\n".join(line.rstrip() for line in whole.splitlines())
        assert printed(answer) == printed(found, *answer.statements, answer)


def test_a_chat_models_statement_does_not_wait_for_the_next() -> None:
    """It is printed before the stream goes on; quotes, which come all at once, wait for what they say together."""
    console, seen = screen(), []

    def items(model: str) -> Iterator[object]:
        yield Found((), "", "", model)
        yield ANSWER.statements[0]
        assert isinstance(console.file, io.StringIO)
        seen.append("It is so." in console.file.getvalue())
        yield replace(ANSWER, model=model)

    for model in ("quotes", "ollama:qwen3"):
        console = screen()
        show_stream(console, items(model), nearest=lambda answer: ())
    assert seen == [False, True]


def test_a_verdict_stands_before_the_first_quote_in_bold() -> None:
    """It is no part of the quotation, which has its marks; the second quote has none of it."""
    said = (Statement("It is so.", (1,), verdict="yes"), Statement("It was so.", (1,)))
    answer = replace(ANSWER, statements=said, verdict="yes")
    text = printed(Found((), "", ""), *said, answer)
    assert text.startswith("Yes. “It is so.” [1]\n“It was so.” [1]\n\n[1] Report")
    assert "\x1b[1mYes.\x1b[0m “It is so.”" in shown(answer_block(answer), colour=True)


def test_a_short_answer_shows_the_words_and_quotes_the_sentence_below() -> None:
    """A line a statement; with a verdict only that, and the footnote of what says so."""
    said = replace(ANSWER.statements[0], answer=Words("so", 6, 8))
    text = printed(said, replace(ANSWER, statements=(said,), short=True))
    assert text.splitlines()[0] == "so [1]" and "“It is so.”" in text
    said = replace(said, verdict="no")
    text = printed(said, replace(ANSWER, statements=(said,), verdict="no", short=True))
    assert text.splitlines()[0] == "No. [1]" and "“It is so.”" in text


def test_a_finished_answer_that_differs_is_shown_as_a_whole() -> None:
    """Where quotes stand in for what came early, the last word is the finished answer."""
    early = Statement("Something unsupported.", (), "supported")
    text = printed(Found((), "", "", "ollama:qwen3"), early, replace(ANSWER, notice="Quoted instead."))
    assert text.index("Something unsupported.") < text.index("It is so. [1]") < text.index("Quoted instead.")


def test_code_keeps_its_lines_while_it_streams() -> None:
    """A quoted piece of code comes as it stands, before the answer is finished as well as after."""
    code = "def f():\n    return 1"
    passage = Passage("a" * 16, "t", "s", 0, len(code), code, 1.0, 1, kind="code")
    statement = Statement(code, (1,))
    answer = Answer("?", (statement,), passages=(passage,))
    assert printed(Found((passage,), "", ""), statement, answer).startswith("def f():\n    return 1 [1]")


def test_an_abstention_after_a_stream_is_said() -> None:
    """An answer without statements says so at the end of the stream."""
    assert "The documents don't say." in printed(Answer("?", abstained=True))
