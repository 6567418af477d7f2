"""Answers as text: what a person reads, and that no document can act on the place where it is shown."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.answer import (
    ABSTAINED,
    Answer,
    Citation,
    Conflict,
    Statement,
    Withheld,
    Words,
    markdown,
    plain_text,
    shown,
    where,
)
from bot.render import excerpt
from bot.text.markdown import escape_markdown
from bot.text.shown import one_line, shown_source, visible
from vectorstore.passage import Passage

FIRST = Citation(
    1,
    "a" * 16,
    "Annual report",
    "/notes/report.pdf",
    14,
    10,
    40,
    "The plan is worth $550 billion.",
    "p. 14, Funds",
)
SECOND = Citation(2, "b" * 16, "Brief", "/notes/brief.md", None, 0, 25, "It is worth $332 billion.")
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ANSWER = Answer(
    question="How much is it worth?",
    statements=(
        Statement("The plan is worth $550 billion.", (1,)),
        Statement("It is worth $332 billion.", (2,)),
    ),
    citations=(FIRST, SECOND),
    searched="all 6 documents",
)


def test_statements_then_footnotes() -> None:
    """Quotes stand each on a line with their marks; a blank line; then a footnote a line."""
    assert plain_text(ANSWER, folder="/notes") == (
        "The plan is worth $550 billion. [1]\n"
        "It is worth $332 billion. [2]\n"
        "\n"
        "[1] Annual report, p. 14, Funds — “The plan is worth $550 billion.” (report.pdf)\n"
        "[2] Brief — “It is worth $332 billion.” (brief.md)"
    )
    assert ANSWER.text.endswith("(/notes/brief.md)")


def test_written_sentences_flow() -> None:
    """A chat model's sentences make a paragraph; a partly supported one names what was not found."""
    answer = replace(
        ANSWER,
        statements=(
            Statement("It costs a lot.", (1, 2), "supported"),
            Statement("It began in May.", (2,), "partly", "“May” is in none of the passages"),
        ),
    )
    assert plain_text(answer).splitlines()[0] == (
        "It costs a lot. [1][2] It began in May. (partly supported: “May” is in none of the passages) [2]"
    )


def test_a_models_words_and_the_documents_own_are_told_apart() -> None:
    """Where a chat model answers, quotes stand in quotation marks and a line says who wrote the rest; JSON says whose
    each sentence is."""
    quote = Statement("It is worth $332 billion.", (2,))
    mixed = replace(
        ANSWER, model="local:/m/qwen.gguf", statements=(Statement("It costs a lot.", (1,), "supported"), quote)
    )
    told = "Written by qwen.gguf, checked by Footnote. What stands in “quotation marks” is the documents' own."
    for text in (plain_text(mixed), markdown(mixed)):
        assert "“It is worth $332 billion.”" in text and "“It costs" not in text and told in text
    assert [statement["by"] for statement in mixed.as_dict()["statements"]] == ["model", "documents"]
    written = plain_text(replace(mixed, statements=mixed.statements[:1]))
    assert "Written by qwen.gguf, checked by Footnote.\n" in written and "quotation marks" not in written
    assert "Written by" not in plain_text(ANSWER)


def test_abstention_says_what_was_searched_and_shows_no_source() -> None:
    """When the documents don't say, no title, source or footnote is shown."""
    answer = Answer("Who?", abstained=True, searched="all 6 documents")
    assert plain_text(answer) == "The documents don't say. Searched all 6 documents."
    assert plain_text(Answer("Who?", abstained=True)) == "The documents don't say."
    searched = replace(answer, searched_for="Who signed it in Tokyo?")
    assert plain_text(searched).endswith("Searched all 6 documents for “Who signed it in Tokyo?”.")


def test_nearest_passages_only_if_given() -> None:
    """The nearest passages follow an abstention when the caller hands them over, marked as no answer."""
    passage = Passage("a" * 16, "Report", "/r.md", 0, 9, "Near\nmiss.", 0.5, 1, place="p. 2", heading="A › B")
    answer = Answer("Who?", abstained=True, passages=(passage,))
    assert "Near" not in plain_text(answer)
    shown = plain_text(answer, nearest=(passage,))
    assert shown.endswith("Nearest passages, which do not answer it:\n- Report, p. 2, A › B — “Near miss.”")
    assert "Near miss" in markdown(answer, nearest=(passage,))


def test_conflicts_show_each_value_with_its_source() -> None:
    """A disagreement is one sentence that names both values and both documents."""
    answer = replace(ANSWER, conflicts=(Conflict("number", ("$550 billion", "$332 billion"), (0, 1)),))
    words = "These sources differ on a number: $550 billion (Annual report [1]); $332 billion (Brief [2])."
    assert words in plain_text(answer)


def test_withheld_sentences_are_counted_and_shown_only_if_asked() -> None:
    """The count is always there, the sentence and its reason only with `show_withheld`."""
    answer = replace(ANSWER, withheld=(Withheld("Mars is cheese.", "no passage says so"),), notice="Be careful.")
    assert "1 sentence withheld: not supported by the sources.\nBe careful." in plain_text(answer)
    assert "cheese" not in plain_text(answer)
    assert "Mars is cheese. (no passage says so)" in plain_text(answer, show_withheld=True)
    two = replace(answer, withheld=answer.withheld * 2)
    assert "2 sentences withheld" in plain_text(two)


def test_what_was_searched_is_said_when_it_differs_from_the_question() -> None:
    """A follow-up shows the query that was searched for it."""
    assert "Searched all 6 documents for “the plan Japan”." in plain_text(
        replace(ANSWER, searched_for="the plan Japan")
    )
    assert "Searched" not in plain_text(ANSWER)


def test_a_list_keeps_its_lines() -> None:
    """A list that is quoted whole is shown an item a line, without the blank line after its introduction."""
    listed = "It holds:\n\n- a saw\n- two nails"
    answer = replace(ANSWER, statements=(Statement(listed, (1,)),), citations=(replace(FIRST, quote=listed),))
    assert plain_text(answer).startswith("It holds:\n- a saw\n- two nails [1]\n")
    assert MarkdownIt().render(markdown(answer)).count("<br />") == 2


def test_code_keeps_its_lines_and_prose_does_not() -> None:
    """A quoted line of hard-wrapped prose reads on; code and tables stay as they stand."""
    text = "def f():\n    return 1"
    citation = replace(FIRST, quote=text, start=0, end=len(text))
    passage = Passage(FIRST.document, "t", "s", 0, len(text), text, 1.0, 1, kind="code")
    answer = Answer("?", (Statement(text, (1,)),), (citation,), passages=(passage,))
    assert "def f():\n    return 1 [1]" in plain_text(answer)
    prose = replace(answer, passages=(replace(passage, kind="body"),))
    assert "def f(): return 1 [1]" in plain_text(prose)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "␛]8;;http://x␇link␛]8;;␇"),
        ("a\x9b31mb", "a\ufffd31mb"),
        ("rewind\b\b\r\nnext", "rewind␈␈\nnext"),
        ("nul\x00del\x7f", "nul␀del␡"),
        ("gnp\u202egpj.exe\u202c", "gnpgpj.exe"),
        ("\u2067שלום\u2069", "שלום"),
        ("tag\U000e0041\U000e007f!", "tag!"),
        ("half\ud83d", "half\ufffd"),
        ("line\u2028next", "line\nnext"),
        ("नमस्ते می‌خواهم 👩‍👩‍👧 東京", "नमस्ते می‌خواهم 👩‍👩‍👧 東京"),
    ],
)
def test_visible_neutralises_what_a_terminal_would_obey(text: str, shown: str) -> None:
    """Escape sequences are read instead of run; text in any script is left alone."""
    assert visible(text) == shown


@given(st.text(alphabet=st.characters(), max_size=200))
def test_visible_leaves_nothing_that_acts(text: str) -> None:
    """For any text, the result encodes as UTF-8, holds no control but tab and line end, and is stable."""
    shown = visible(text)
    shown.encode("utf-8")
    controls = {char for char in shown if unicodedata.category(char) in ("Cc", "Cs")} - {"\t", "\n"}
    assert not controls
    assert not {char for char in shown if unicodedata.bidirectional(char) in BIDI_CONTROLS}
    assert visible(shown) == shown
    assert "\n" not in one_line(text)


@given(st.text(max_size=300), st.integers(10, 60))
def test_one_line_respects_its_limit(text: str, limit: int) -> None:
    """A long title is cut in its middle and never longer than the limit."""
    assert len(one_line(text, limit=limit)) <= limit


def test_very_long_titles_are_cut_in_the_middle() -> None:
    """Both ends of a long title stay readable."""
    title = where(replace(SECOND, title="begin " + "x" * 5_000 + " end"))
    assert len(title) <= 100
    assert title.startswith("begin x")
    assert title.endswith("x end")


@pytest.mark.parametrize(
    ("title", "place", "shown"),
    [
        ("Lease", "p. 2, Lease › Repairs", "Lease, p. 2, Repairs"),
        ("Lease", "Lease", "Lease"),
        ("Lease", "p. 2, Lease", "Lease, p. 2"),
        ("Lease", "p. 2, Lease of life", "Lease, p. 2, Lease of life"),
        ("A (b) [c]", "A (b) [c] › d", "A (b) [c], d"),
        ("Lease", "", "Lease"),
    ],
)
def test_a_heading_that_repeats_the_title_is_left_out(title: str, place: str, shown: str) -> None:
    """A document whose first heading is its title is not named twice."""
    assert where(replace(SECOND, title=title, place=place)) == shown


def test_hostile_titles_sources_and_quotes_are_neutralised_everywhere() -> None:
    """Escapes in a title, a file's name, a place, a quote or a value never come through."""
    bad = "\x1b]0;owned\x07\u202e"
    citation = replace(FIRST, title=bad + "t", source="/n/" + bad, quote=bad, place=bad)
    answer = replace(
        ANSWER,
        citations=(citation,),
        statements=(Statement(bad + "s", (1,)),),
        conflicts=(Conflict("name", (bad, bad), (0, 0)),),
        withheld=(Withheld(bad, bad),),
        notice=bad,
        searched_for=bad,
    )
    for text in (plain_text(answer, show_withheld=True), markdown(answer, show_withheld=True)):
        assert not set(text) & {"\x1b", "\x07", "\u202e"}


def test_sources_inside_the_folder_are_relative() -> None:
    """A path below the folder is shortened, one beside it and an address are not."""
    assert shown_source("/notes/a/b.md", folder="/notes") == "a/b.md"
    assert shown_source("/notes-old/b.md", folder="/notes") == "/notes-old/b.md"
    assert shown_source("https://example.org/a", folder="/notes") == "https://example.org/a"
    assert shown_source("/notes/new\nline.md", folder="/notes") == "new line.md"


MARKUP = [
    *("<b>x</b>", "![i](http://e/x)", "[a](b)", "*e* __s__ `c`", "# h", "1. one", "- x", "&amp; &#65;"),
    *("R&D at x < 5 for $5, $6$ & a_b __c_d_ <", "&lt; &notin &#x41; <a@b.c> <!x <?y", "$x$ _a_b_"),
    *("~~~\nx", "> q", "a\n===", "| a |\n| --- |", "\\<i>", "<!-- x -->", "a\n---", "http://example.org"),
]
ANY_TEXT = st.one_of(st.sampled_from(MARKUP), st.text(max_size=60), st.lists(st.sampled_from(MARKUP)).map(" ".join))


@given(ANY_TEXT)
def test_markdown_shows_document_text_as_it_is(text: str) -> None:
    """Rendered by a CommonMark parser with HTML and tables on, escaped text is one run of the same words."""
    rendered = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .parse("x " + escape_markdown(one_line(text)))
    )
    assert [token.type for token in rendered] == ["paragraph_open", "inline", "paragraph_close"]
    children = rendered[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).strip() == ("x " + one_line(text)).strip()


@given(st.sampled_from(MARKUP))
def test_markdown_at_the_start_of_a_line_is_text_too(text: str) -> None:
    """A statement that begins like a heading, a list or a quote is none."""
    answer = Answer("?", (Statement(text, ()),))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown(answer))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def test_what_is_no_markup_is_not_escaped() -> None:
    """A person who reads the Markdown itself finds no backslash that nothing asks for."""
    for text in ("R&D costs $5 in snake_case", "x < 5 & y > 3", "AT&T"):
        assert escape_markdown(text) == text


def test_markdown_lists_the_footnotes() -> None:
    """Statements are paragraphs, footnotes a list with the title in bold."""
    shown = markdown(ANSWER, folder="/notes")
    assert shown.startswith("The plan is worth $550 billion. \\[1\\]\n\n")
    assert "- \\[1\\] **Annual report, p. 14, Funds** — “" in shown


@given(st.text(max_size=400), st.integers(-5, 500), st.integers(-5, 500))
def test_excerpt_keeps_the_marked_words_exact(text: str, start: int, end: int) -> None:
    """Before, marked and after are neighbours in the text, whatever the offsets."""
    before, marked, after = excerpt(text, start, end, around=20)
    assert before + marked + after in text
    if 0 <= start <= end <= len(text):
        assert marked == text[start:end]
        assert len(before) <= 20
        assert len(after) <= 20


VERDICT = replace(
    ANSWER,
    statements=(Statement("The plan is worth $550 billion.", (1,), verdict="yes"), ANSWER.statements[1]),
    verdict="yes",
)


def test_a_verdict_stands_before_quotes_in_quotation_marks() -> None:
    """It is no document's word, has no mark of its own, and is said once; JSON has it as a field and in words."""
    first = "Yes. “The plan is worth $550 billion.” [1]\n“It is worth $332 billion.” [2]\n\n[1] Annual report"
    assert plain_text(VERDICT).startswith(first)
    assert markdown(VERDICT).startswith("**Yes.** “The plan is worth $550 billion.” \\[1\\]\n\n“It")
    made = VERDICT.as_dict()
    assert made["verdict"] == "yes"
    assert made["answer"] == "Yes. The plan is worth $550 billion. It is worth $332 billion."
    assert ANSWER.as_dict()["verdict"] is None


def test_a_short_answer_is_the_words_that_answer() -> None:
    """A line a statement, the sentence where no words are known; footnotes quote sentences, statements stay whole."""
    marked = replace(ANSWER.statements[0], answer=Words("$550 billion", 18, 30))
    short = replace(ANSWER, statements=(marked, ANSWER.statements[1]), short=True)
    lines = plain_text(short, folder="/notes").splitlines()
    assert lines[:2] == ["$550 billion [1]", "It is worth $332 billion. [2]"]
    assert lines[3] == "[1] Annual report, p. 14, Funds — “The plan is worth $550 billion.” (report.pdf)"
    assert short.as_dict()["answer"] == "$550 billion It is worth $332 billion."
    assert short.as_dict()["statements"][0]["text"] == "The plan is worth $550 billion."


def test_a_short_verdict_has_the_footnotes_of_what_says_so() -> None:
    """Only the word is shown, and below it the sentence that says it."""
    text = plain_text(replace(VERDICT, short=True), folder="/notes")
    assert text == "Yes. [1]\n\n[1] Annual report, p. 14, Funds — “The plan is worth $550 billion.” (report.pdf)"
    assert shown(shown(replace(VERDICT, short=True))) == shown(replace(VERDICT, short=True))
    assert plain_text(replace(ANSWER, statements=(), citations=(), abstained=True, short=True)).startswith(ABSTAINED)
