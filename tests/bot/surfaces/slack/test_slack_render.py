"""Slack messages: limits, order, escaping, sources; for any answer."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

from chat_answers import abstained, answers, notice_period
from hypothesis import given, settings

from bot.answer import Answer, Citation, Conflict, Statement, Withheld, Words
from bot.surfaces.chat.markup import statement_blocks
from bot.surfaces.chat.split import utf16_size
from bot.surfaces.slack import render
from bot.surfaces.slack.mrkdwn import escape, streamed_markdown
from bot.text.shown import visible
from vectorstore.passage import Passage

LINK = re.compile(r"<(https?|mailto):[^<>|\s]*\|([^<>|]*)>")
ENTITY = re.compile(r"&(?:amp|lt|gt);")


def text_objects(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All text objects of messages, buttons left out."""
    found = []
    for message in messages:
        for block in message["blocks"]:
            if block["type"] != "actions":
                found += [block["text"]] if "text" in block else block["elements"]
    return found


def sections(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The text objects of the sections."""
    return [b["text"] for m in messages for b in m["blocks"] if b["type"] == "section"]


def seen(text: dict[str, Any]) -> str:
    """What a person sees of a text object, without fences and zero-width spaces."""
    words = text["text"]
    if text["type"] == "mrkdwn":
        words = words.replace("```", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[\s\u200b]+", "", words)


@settings(max_examples=150, deadline=None)
@given(answers())
def test_every_piece_is_within_the_limits_of_slack(answer: Answer) -> None:
    """Sections, context elements, blocks a message and characters a message stay within Slack's limits."""
    messages = render.answer_messages(answer, reference="r" * 40, page="https://ask.example", question=True, share=True)
    for message in messages:
        assert 1 <= len(message["blocks"]) <= 50
        assert len(message["text"]) <= 40_000 and message["text"]
        assert sum(utf16_size(t["text"]) for t in text_objects([message])) <= 12_000
        for block in message["blocks"]:
            assert len(block.get("elements", ())) <= (25 if block["type"] == "actions" else 10)
    for text in text_objects(messages):
        assert 1 <= utf16_size(text["text"]) <= 3_000
    for button in (
        b for m in messages for block in m["blocks"] if block["type"] == "actions" for b in block["elements"]
    ):
        assert len(button["text"]["text"]) <= 75 and len(button.get("url", "")) <= 3_000


@settings(max_examples=150, deadline=None)
@given(answers())
def test_the_pieces_join_to_the_whole_answer(answer: Answer) -> None:
    """Quoted statements arrive whole, in order and unchanged, however they are split."""
    quoted = tuple(s for s in answer.statements if s.support == "quoted")
    if not quoted:
        return
    messages = render.answer_messages(replace(answer, statements=quoted), reference="r")
    expected = "".join(
        re.sub(r"[\s\u200b]+", "", visible(s.text).replace("```", "")) + "".join(f"[{n}]" for n in s.citations)
        for s in quoted
    )
    # Fences come from joining too: "`` `" is one once its blanks are taken out.
    assert "".join(seen(text) for text in sections(messages)).replace("```", "") == expected.replace("```", "")


@settings(max_examples=150, deadline=None)
@given(answers())
def test_no_control_of_slack_survives(answer: Answer) -> None:
    """No mention, link, emoji or formatting of a document acts; only links that we wrote remain."""
    for text in text_objects(render.answer_messages(answer, reference="r", page="https://ask.example")):
        if text["type"] == "plain_text":
            assert text["emoji"] is False
            continue
        assert text["verbatim"] is True
        rest = LINK.sub("", text["text"])
        assert "<" not in rest and ">" not in rest
        assert "&" not in ENTITY.sub("", rest)


def letters(text: str) -> str:
    """The letters and digits of a text."""
    return re.sub(r"[\W_]+", "", text)


def said(text: dict[str, Any]) -> str:
    """What a text object says: links by their words, entities read."""
    return html.unescape(LINK.sub(r"\2", text["text"])) if text["type"] == "mrkdwn" else str(text["text"])


@settings(max_examples=150, deadline=None)
@given(answers())
def test_what_a_chat_model_wrote_arrives_whole_and_in_order(answer: Answer) -> None:
    """Every word of every statement stands there, in order, with its numbers, however it was written anew."""
    messages = render.answer_messages(replace(answer, question=""), reference="r")
    expected = [
        letters("".join(block.text for block in statement_blocks(answer, statement)))
        + "".join(str(n) for n in statement.citations)
        for statement in answer.statements
    ]
    written = "".join(letters(said(text)) for text in sections(messages))
    assert written == ("".join(expected) or letters("The documents don't say."))


@settings(max_examples=100, deadline=None)
@given(answers())
def test_an_answer_as_text_holds_what_its_blocks_hold(answer: Answer) -> None:
    """What is sent where Slack refuses the blocks: all of it, escaped, within 40,000 characters."""
    for message in render.answer_messages(answer, reference="r", page="https://ask.example"):
        text = render.as_text(message)
        assert 1 <= utf16_size(text) <= 40_000
        rest = LINK.sub("", text)
        assert "<" not in rest and ">" not in rest and "&" not in ENTITY.sub("", rest)
        whole = "".join(letters(said(part)) for part in text_objects([message]))
        assert letters(said({"type": "mrkdwn", "text": text})) == whole


@settings(max_examples=100, deadline=None)
@given(answers())
def test_quoted_text_is_never_formatted(answer: Answer) -> None:
    """In mrkdwn sections of quotations no formatting character stands outside a fence of ours."""
    quoted = tuple(s for s in answer.statements if s.support == "quoted")
    for text in sections(render.answer_messages(replace(answer, statements=quoted), reference="r")):
        if text["type"] == "mrkdwn":
            outside = re.sub(r"```\n.*?\n```", "", text["text"], flags=re.DOTALL)
            assert not re.search(r"[*_~`]|:[^\s:]+:", outside)
            assert text["text"].count("```") % 2 == 0


@settings(max_examples=100, deadline=None)
@given(answers())
def test_every_footnote_number_has_its_source_and_sources_come_last(answer: Answer) -> None:
    """Each number has one source line, after the last statement; each statement ends with its numbers."""
    messages = render.answer_messages(answer, reference="r")
    kinds = [b["type"] for m in messages for b in m["blocks"]]
    assert kinds == sorted(kinds, key=["section", "context", "actions"].index)
    lines = "\n".join(t["text"] for m in messages for b in m["blocks"] if b["type"] == "context" for t in b["elements"])
    for citation in answer.citations:
        assert len(re.findall(rf"^\[{citation.number}\] ", lines, re.MULTILINE)) >= 1
    joined = "".join(seen(text) for text in sections(messages))
    for statement in answer.statements:
        assert "".join(f"[{n}]" for n in statement.citations) in joined


def test_an_ordinary_answer_reads_well() -> None:
    """One section with the marker, one context line with title, place and quote, two feedback buttons."""
    (message,) = render.answer_messages(notice_period(), reference="ref1")
    section, context, actions = message["blocks"]
    assert section["text"]["text"] == "Either party may end it with a notice period of 30 days. [1]"
    assert context["elements"][0]["text"] == (
        "[1] *Contract, p. 4, Termination*: “Either party may end it with a notice period of 30 days.”"
    )
    assert [b["text"]["text"] for b in actions["elements"]] == ["👍", "👎"]
    assert {b["value"] for b in actions["elements"]} == {"ref1"}
    assert message["text"].startswith("Either party may end it")


def test_an_abstention_is_plain_and_shows_no_source() -> None:
    """It says that the documents don't say and what was searched, and nothing looks like a source."""
    (message,) = render.answer_messages(abstained(), reference="r")
    assert [t["text"] for t in text_objects([message])] == [
        "The documents don't say.",
        "Searched all 6 documents.",
    ]


def test_a_page_address_gives_links_and_buttons_to_the_footnote() -> None:
    """With an address configured each source links to its passage, and a button opens it."""
    (message,) = render.answer_messages(notice_period(), reference="r", page="https://ask.example/")
    url = "https://ask.example/#document=c0ffee0000000001&start=38&end=94"
    assert f"<{url}|Contract, p. 4, Termination>" in message["blocks"][1]["elements"][0]["text"]
    button = message["blocks"][2]["elements"][-1]
    assert button["text"]["text"] == "Open [1]" and button["url"] == url


def test_markdown_of_a_chat_model_becomes_mrkdwn() -> None:
    """Bold, italics, code, links, lists, headings and tables are written as Slack reads them."""
    text = (
        "# Terms\n\n**Notice** is *30* days, see `x_y` and [the page](https://a.example/?a=1|2).\n\n"
        "- one\n- two\n  1. deep\n\n"
        "| item | fee |\n| --- | --- |\n| rent | 4,200 |\n\n```py\nprint(1 < 2)\n```"
    )
    answer = Answer("q", (Statement(text, (1,), "supported"),), (Citation(1, "d", "T", "s", None, 0, 1, "x"),))
    (section,) = sections(render.answer_messages(answer, reference="r"))
    assert section["text"] == (
        "*Terms*\n\n*Notice* is _30_ days, see `x_y` and <https://a.example/?a=1%7C2|the page>.\n\n"
        "• one\n• two\n   1. deep\n\n"
        "```\nitem  fee\nrent  4,200\n```\n\n```\nprint(1 &lt; 2)\n``` [1]"
    )


def test_images_and_unsafe_links_of_a_chat_model_are_only_words() -> None:
    """An image never loads and a javascript: address never links: the words stay."""
    text = "![pixel](https://evil.example/?q=secret) and [go](javascript:alert(1)) <b>x</b>"
    answer = Answer("q", (Statement(text, (), "supported"),))
    (section,) = sections(render.answer_messages(answer, reference="r"))
    assert "evil.example" not in section["text"] and "javascript" not in section["text"].replace("[go](javascript", "")
    assert "<" not in section["text"]


def test_a_long_code_passage_is_split_with_its_fences_reopened() -> None:
    """Each piece of code has its own pair of fences; the split stands at a line end."""
    code = "".join(f"value_{i} = {i} < 3  # line {i}\n" for i in range(400))
    passage = Passage("d", "T", "s", 0, len(code), code, 1.0, 1, kind="code")
    answer = Answer("q", (Statement(code, (1,)),), (Citation(1, "d", "T", "s", None, 0, len(code), code),), (passage,))
    messages = render.answer_messages(answer, reference="r")
    texts = [t["text"] for t in sections(messages)]
    assert len(texts) > 3 and all(t.startswith("```\n") and t.count("```") == 2 for t in texts)
    lines = [line for t in texts for line in t.replace("```", "").replace(" [1]", "").strip("\n").split("\n")]
    assert "\n".join(lines) == escape(code.strip("\n"))


def test_a_long_answer_is_split_at_sentence_ends() -> None:
    """A section that must be split ends with a whole sentence."""
    text = "This is one sentence of the text, neither short nor long. " * 120
    answer = Answer("q", (Statement(text.strip(), (1,)),), (Citation(1, "d", "T", "s", None, 0, 1, "x"),))
    texts = [t["text"] for t in sections(render.answer_messages(answer, reference="r"))]
    assert len(texts) >= 3 and all(re.search(r"\. (?:\[1\])?$", t) for t in texts)


def test_conflicts_notices_and_withheld_sentences_are_said() -> None:
    """What a person should know beside the answer stands above the sources."""
    answer = replace(
        notice_period(),
        searched_for="notice period of the contract",
        conflicts=(Conflict("number", ("30 days", "60 days"), (0, 0)),),
        withheld=(Withheld("x", "unsupported"),),
        notice="The model could not be reached; these are quotations.",
    )
    (message,) = render.answer_messages(answer, reference="r")
    text = message["blocks"][1]["elements"][0]["text"]
    assert text.split("\n")[:4] == [
        "Searched all 6 documents for “notice period of the contract”.",
        "These sources differ on a number: 30 days (Contract [1]); 60 days (Contract [1]).",
        "1 sentence withheld: not supported by the sources.",
        "The model could not be reached; these are quotations.",
    ]


@settings(max_examples=100, deadline=None)
@given(answers())
def test_streamed_text_is_within_its_limit_and_escaped(answer: Answer) -> None:
    """A piece for Slack's streaming holds at most 12,000 characters and no bare control character."""
    for index in range(len(answer.statements)):
        text = streamed_markdown(answer, index)
        assert utf16_size(text) <= 12_000
        assert "<" not in text


def test_streamed_text_has_no_more_backslashes_than_it_needs() -> None:
    """Plain words are streamed as they are; what Markdown would act on is defused."""

    def streamed(text: str) -> str:
        return streamed_markdown(Answer("q", (Statement(text, (1,)),)), 0)

    assert streamed("The fee (4,200 EUR) is due on 1.3. for snake_case!") == (
        "The fee (4,200 EUR) is due on 1.3. for snake_case! [1]\n\n"
    )
    assert streamed("# *Big* _x_ [a](b) `c` <!here>") == (
        "\\# \\*Big\\* \\_x\\_ \\[a](b) \\`c\\` &lt;!here&gt; [1]\n\n"
    )
    assert streamed("1. one") == "1\\. one [1]\n\n"


def test_a_reply_to_a_pleasantry_is_no_abstention() -> None:
    """ "Thanks" is answered with the reply alone: no abstention, no sources, nothing to rate."""
    answer = Answer("thanks", notice="You're welcome!")
    (message,) = render.answer_messages(answer, reference="r")
    assert [b["type"] for b in message["blocks"]] == ["section"]
    assert message["blocks"][0]["text"]["text"] == "You're welcome!"


def test_a_verdict_is_bold_before_the_quotation() -> None:
    """In the message, in its notification, and alone where answers are short; the source quotes the sentence."""
    (statement,) = notice_period().statements
    answer = replace(notice_period(), statements=(replace(statement, verdict="yes"),), verdict="yes")
    (message,) = render.answer_messages(answer, reference="r")
    quote = "“Either party may end it with a notice period of 30 days.” [1]"
    assert sections([message])[0]["text"] == f"*Yes.* {quote}"
    assert message["text"] == "Yes. Either party may end it with a notice period of 30 days. [1]"
    (message,) = render.answer_messages(replace(answer, short=True), reference="r")
    assert sections([message])[0]["text"] == message["text"] == "Yes. [1]"
    assert "notice period of 30 days" in str(message["blocks"][1])


def test_a_short_answer_is_the_words_that_answer() -> None:
    """Bold, with their mark; the source quotes the sentence."""
    (statement,) = notice_period().statements
    marked = replace(statement, answer=Words("30 days", 48, 55))
    (message,) = render.answer_messages(replace(notice_period(), statements=(marked,), short=True), reference="r")
    assert sections([message])[0]["text"] == "*30 days* [1]"
    assert "notice period of 30 days" in str(message["blocks"][1])
