"""Discord messages: 2,000 characters, order, fences, escaping, sources; for any answer."""

from __future__ import annotations

import re
from dataclasses import replace

from chat_answers import abstained, answers, notice_period
from hypothesis import given, settings

from bot.answer import Answer, Citation, Statement, Words
from bot.surfaces.chat.markup import statement_blocks
from bot.surfaces.chat.split import utf16_size
from bot.surfaces.discord import render
from bot.text.shown import visible
from vectorstore.passage import Passage

FENCE = re.compile(r"```\n.*?\n```", re.DOTALL)
ADDRESS = re.compile(r"<https?://[^\s<>]+>")
MASKED = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)\]\(<[^\s<>]+>\)")


def body(messages: list[str]) -> str:
    """The statements of an answer's messages: what stands above notes and sources."""
    text = FENCE.sub(lambda m: m[0].replace("\n-# ", "\n\u200b-# "), "\n".join(messages))
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.startswith("-# "))


def seen(text: str) -> str:
    """What a person sees, blanks aside: escapes taken, fences and zero-width spaces gone."""
    text = ADDRESS.sub(lambda m: m[0][1:-1], text)
    text = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)
    return re.sub(r"[\s\u200b]+", "", text)


@settings(max_examples=150, deadline=None)
@given(answers())
def test_every_message_is_within_two_thousand_characters(answer: Answer) -> None:
    """No message of any answer would be refused with 50035, by either way of counting."""
    for message in render.answer_messages(answer, page="https://ask.example", question=True):
        assert 1 <= utf16_size(message) <= 2_000 and message.strip()


@settings(max_examples=150, deadline=None)
@given(answers())
def test_fences_are_balanced_in_every_message(answer: Answer) -> None:
    """Each message opens and closes its own fences."""
    for message in render.answer_messages(answer):
        assert "```" not in FENCE.sub("", message).replace("\\`", "")


@settings(max_examples=150, deadline=None)
@given(answers())
def test_the_pieces_join_to_the_whole_answer(answer: Answer) -> None:
    """Quoted statements that are no code arrive whole, in order and unchanged, however they are split."""
    quoted = tuple(s for s in answer.statements if s.support == "quoted")
    if not quoted:
        return
    messages = render.answer_messages(replace(answer, statements=quoted, passages=()))
    expected = "".join(
        re.sub(r"[\s\u200b]+", "", visible(s.text)) + "".join(f"[{n}]" for n in s.citations) for s in quoted
    )
    assert seen(body(messages)) == expected


@settings(max_examples=150, deadline=None)
@given(answers())
def test_no_control_of_discord_survives(answer: Answer) -> None:
    """No mention, spoiler, heading, list, quotation, invitation or masked link of a document acts."""
    quoted = tuple(s for s in answer.statements if s.support == "quoted")
    for message in render.answer_messages(replace(answer, statements=quoted, passages=())):
        text = re.sub(r"\\[^0-9A-Za-z\s]", "x", ADDRESS.sub("", FENCE.sub("", message)))
        assert not re.search(r"[*_~`|<>\[]", text)
        assert not re.search(r"^\s*(?:[#+]|-(?!# )|\d+[.)])", text, re.MULTILINE)
        assert not re.search(r"@everyone|@here|discord\.gg", text, re.IGNORECASE)


def letters(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text)


@settings(max_examples=150, deadline=None)
@given(answers())
def test_what_a_chat_model_wrote_arrives_whole_and_in_order(answer: Answer) -> None:
    """Every word of every statement stands there, in order, with its numbers, however it was written anew."""
    expected = [
        letters("".join(block.text for block in statement_blocks(answer, statement)))
        + "".join(str(n) for n in statement.citations)
        for statement in answer.statements
    ]
    text = MASKED.sub(lambda m: m[1], body(render.answer_messages(answer)))
    assert letters(text) == ("".join(expected) or letters("The documents don't say."))


@settings(max_examples=150, deadline=None)
@given(answers())
def test_what_a_chat_model_wrote_pings_and_invites_nobody(answer: Answer) -> None:
    """Outside code no mention, invitation or command acts, whoever wrote it; links are ours, without previews."""
    for message in render.answer_messages(answer, page="https://ask.example", question=True):
        text = ADDRESS.sub("", MASKED.sub(lambda m: m[1], FENCE.sub("", message)))
        text = re.sub(r"\\[^0-9A-Za-z\s]", "x", re.sub(r"(?<!\\)`[^`\n]*`", "", text))
        assert not re.search(r"<[@#:/a]|@everyone|@here|discord\.gg", text, re.IGNORECASE)


@settings(max_examples=100, deadline=None)
@given(answers())
def test_every_footnote_number_has_its_source_and_sources_come_last(answer: Answer) -> None:
    """Each number has a source line below the last statement."""
    text = FENCE.sub("", "\n".join(render.answer_messages(answer)))
    for citation in answer.citations:
        assert re.search(rf"^-# \\\[{citation.number}\] ", text, re.MULTILINE)
    assert not re.search(r"^-# .*\n(?!-# |$)", text, re.MULTILINE)


def test_an_ordinary_answer_reads_well() -> None:
    """The quotation with its marker, then the source as one line of small text."""
    assert render.answer_messages(notice_period()) == [
        "Either party may end it with a notice period of 30 days. \\[1]\n\n"
        "-# \\[1] Contract, p. 4, Termination: “Either party may end it with a notice period of 30 days.”"
    ]


def test_an_abstention_is_plain_and_shows_no_source() -> None:
    """It says that the documents don't say and what was searched."""
    assert render.answer_messages(abstained()) == ["The documents don't say.\n\n-# Searched all 6 documents."]


def test_a_mention_in_a_document_pings_nobody() -> None:
    """Mentions of people, roles and everyone come out as words."""
    answer = Answer("q", (Statement("Ask <@123> or @everyone in <#9>.", ()),))
    assert render.answer_messages(answer) == ["Ask \\<@123\\> or @\u200beveryone in \\<#9\\>."]


def test_addresses_stay_whole_and_make_no_preview() -> None:
    """An address with underscores is written in angle brackets: clickable, unescaped, without an embed."""
    answer = Answer("q", (Statement("See https://a.example/b_c_d?x=1.", ()),))
    assert render.answer_messages(answer) == ["See <https://a.example/b_c_d?x=1>."]


def test_markdown_of_a_chat_model_is_written_anew() -> None:
    """Bold, italics, code, links, lists and tables are ours, not the model's own characters."""
    text = "**Notice** is *30* days, see `x_y` and [the page](https://a.example/?a=1)."
    text += "\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 22 |"
    answer = Answer("q", (Statement(text, (1,), "supported"),), (Citation(1, "d", "T", "s", None, 0, 1, "x"),))
    assert body(render.answer_messages(answer)).strip() == (
        "**Notice** is *30* days, see `x_y` and [the page](<https://a.example/?a=1>)."
        "\n• one\n• two\n```\na  b\n1  22\n``` \\[1]"
    )


def test_answers_of_every_length_keep_their_order_and_their_sources() -> None:
    """Answers of 100 to 20,000 characters: whole sentences, in order, the sources in the last message."""
    for length in (100, 1_900, 2_000, 2_100, 5_000, 20_000):
        sentences = [f"Sentence number {n} says something plain." for n in range(length // 40)]
        answer = Answer("q", (Statement(" ".join(sentences), (1,)),), (Citation(1, "d", "T", "s", None, 0, 1, "x"),))
        messages = render.answer_messages(answer)
        assert "-# \\[1] T: “x”" in messages[-1]
        assert re.findall(r"number (\d+)", "\n".join(messages)) == [str(n) for n in range(len(sentences))]
        assert all(m.rstrip().endswith((".", "\\[1]", "”")) for m in messages)


def test_long_code_is_split_with_its_fences_reopened() -> None:
    """Code over 2,000 characters goes on in a fence of its own in the next message."""
    code = "".join(f"value_{i} = `{i}` * 3\n" for i in range(300))
    passage = Passage("d", "T", "s", 0, len(code), code, 1.0, 1, kind="code")
    answer = Answer("q", (Statement(code, (1,)),), (Citation(1, "d", "T", "s", None, 0, len(code), "c"),), (passage,))
    messages = render.answer_messages(answer)
    assert len(messages) > 3
    lines = [line for m in messages for f in FENCE.findall(m) for line in f[4:-4].split("\n")]
    assert "\n".join(lines) == code.strip("\n")


def test_a_whole_quotation_is_shown_on_request() -> None:
    """The quote button's messages hold the whole quotation under its title."""
    quote = "A long sentence of the source. " * 100
    citation = Citation(3, "d", "Report *x*", "s", 2, 0, len(quote), quote, place="p. 2")
    messages = render.quote_messages(citation)
    assert messages[0].startswith("\\[3] Report \\*x\\*, p. 2\n") and all(len(m) <= 2_000 for m in messages)
    assert seen("".join(messages)).count("Alongsentenceofthesource.") == 100


def test_a_reply_to_a_pleasantry_is_no_abstention() -> None:
    """ "Thanks" is answered with the reply alone: no abstention, no sources, nothing to rate."""
    answer = Answer("thanks", notice="You're welcome!")
    assert render.answer_messages(answer) == ["You're welcome!"]


def test_a_list_that_is_quoted_whole_keeps_its_lines() -> None:
    """Each item stands on a line of its own, and its mark is text."""
    listed = "It holds:\n\n- a saw\n- two nails"
    citation = Citation(1, "a" * 16, "Kit", "/kit.md", None, 0, len(listed), listed)
    answer = Answer("What does it hold?", (Statement(listed, (1,)),), (citation,))
    assert render.statement_texts(answer) == ["It holds:", "\\- a saw", "\\- two nails \\[1]"]


def test_a_verdict_is_bold_before_the_quotation() -> None:
    """And alone where answers are short; the source quotes the sentence."""
    (statement,) = notice_period().statements
    answer = replace(notice_period(), statements=(replace(statement, verdict="no"),), verdict="no")
    (message,) = render.answer_messages(answer)
    assert message.startswith("**No.** “Either party may end it with a notice period of 30 days.” \\[1]\n")
    (message,) = render.answer_messages(replace(answer, short=True))
    assert message.startswith("No. \\[1]\n") and "notice period of 30 days" in message


def test_a_short_answer_is_the_words_that_answer() -> None:
    """Bold, with their mark; the source quotes the sentence."""
    (statement,) = notice_period().statements
    marked = replace(statement, answer=Words("30 days", 48, 55))
    (message,) = render.answer_messages(replace(notice_period(), statements=(marked,), short=True))
    assert message.startswith("**30 days** \\[1]\n") and "notice period of 30 days" in message
