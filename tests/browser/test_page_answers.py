"""Ask, read, click a footnote: the lit characters are the quote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser_papers import ARABIC, HANDBOOK, PARTY
from browser_stage import quoting_site
from browser_steps import api, ask, attribute, count, leave, lit, saved
from test_page_library import DROP

pytestmark = pytest.mark.browser

DOCUMENTS = ("handbook", "party", "rules", "visitors", "travel", "lease")
"""What the site holds."""
QUESTIONS = {
    "markdown": ("How many days of paid leave does every employee have?", "28 days"),
    "pdf": ("How long is the notice period to end the lease?", "six months"),
    "docx": ("How much may a hotel cost?", "140 euros"),
    "emoji": ("When does the summer party begin?", "🇯🇵 The summer party begins at nine"),
    "japanese": ("年次有給休暇は何日ですか", "二十日"),
    "arabic": ("متى يفتح المتحف أبوابه؟", "الساعة التاسعة"),
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_lit_text_is_the_quote_of_each_footnote(kind: str, site: Any, open_page: Any) -> None:
    """Every footnote of an answer opens its source with exactly the quoted characters lit and in sight."""
    question, words = QUESTIONS[kind]
    page = open_page(site[0])
    turn = ask(page, question)
    answer = api(page, f"/v1/conversations/{page.url.split('/')[-1]}")["turns"][-1]["answer"]
    assert words in turn.locator(".statements").inner_text()
    assert answer["citations"]
    for citation in answer["citations"]:
        turn.locator(f".ref[data-number='{citation['number']}']").first.click()
        assert lit(page) == citation["quote"]
        text = api(page, f"/v1/documents/{citation['document']}/text")["text"]
        shown = page.locator(".source-text").evaluate("node => node.textContent")
        assert shown == text
        mark = page.locator(".source mark.lit").first.bounding_box()
        pane = page.locator(".source-scroll").bounding_box()
        assert pane["y"] <= mark["y"] <= pane["y"] + pane["height"]


def test_a_pdf_footnote_names_its_page_and_opens_the_file_there(site: Any, open_page: Any) -> None:
    """The pane shows the page's number and links the original PDF at that page."""
    page = open_page(site[0])
    ask(page, "How long is the notice period to end the lease?").locator(".ref").first.click()
    link = page.locator(".source-original a")
    link.wait_for()
    assert "page 3" in link.inner_text()
    assert link.get_attribute("href").endswith("/original?inline=true#page=3")
    assert (
        page.request.get(site[0] + link.get_attribute("href").split("#")[0]).headers["content-type"]
        == "application/pdf"
    )
    assert "p. 3" in page.locator(".source-place").inner_text()


def test_hover_and_focus_show_the_quote(site: Any, open_page: Any) -> None:
    """The quote shows beside the number, for a mouse and for the keyboard, and goes away again."""
    page = open_page(site[0])
    ref = ask(page, "When does the summer party begin?").locator(".ref").first
    ref.hover()
    card = page.locator(".quote-card")
    assert (
        card.locator(".quote").inner_text()
        == "🇯🇵 The summer party begins at nine in the evening on the roof terrace. 🎆🎆"
    )
    page.mouse.move(5, 5)
    card.wait_for(state="detached")
    ref.focus()
    card.wait_for()
    assert ref.get_attribute("aria-describedby") == card.get_attribute("id")


def test_an_abstention_says_what_was_searched_and_shows_no_source(site: Any, open_page: Any) -> None:
    """No statement, no footnote; the nearest passages are folded away and open their document."""
    page = open_page(site[0])
    turn = ask(page, "Who won the football world cup in 1998?")
    box = turn.locator(".abstention")
    assert "The documents don’t say." in box.inner_text()
    assert "all 6 documents" in box.inner_text()
    assert turn.locator(".ref, .note").count() == 0
    assert box.locator(".passage").count() == 0
    box.locator("summary").click()
    box.locator(".passage").first.click()
    page.wait_for_selector(".source mark.near")


def test_a_follow_up_stays_in_the_conversation(site: Any, open_page: Any) -> None:
    """A second question continues the first one's conversation and says what was searched for."""
    page = open_page(site[0])
    ask(page, "How long is the notice period to end the lease?")
    address = page.url
    turn = ask(page, "and when is the deposit returned?")
    assert page.url == address
    assert "eight weeks" in turn.locator(".statements").inner_text()
    assert "Searched for" in turn.inner_text()
    page.reload()
    page.wait_for_selector(".turn >> nth=1")
    assert page.locator(".turn").count() == 2


def test_reload_shows_the_conversation_with_footnotes_that_work(site: Any, open_page: Any) -> None:
    """After a reload the same answer stands there and its footnote lights the same characters."""
    page = open_page(site[0])
    turn = ask(page, "How much may a hotel cost?")
    before = turn.locator(".statements").inner_text()
    page.reload()
    page.wait_for_selector(".turn-foot")
    assert page.locator(".statements").inner_text() == before
    page.locator(".ref").first.click()
    assert lit(page) == "A hotel may cost up to 140 euros a night."


def test_a_copied_link_reopens_the_conversation_at_the_footnote(site: Any, open_page: Any) -> None:
    """The link of a footnote leads a fresh page to the lit passage."""
    page = open_page(site[0], permissions=["clipboard-read", "clipboard-write"])
    ask(page, "How many days of paid leave does every employee have?")
    page.locator(".note .icon-button").first.click()
    page.wait_for_selector(".toast")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site[0]}/#/c/cnv_")
    other = open_page(link)
    assert lit(other) == "Every employee has 28 days of paid leave a year."


def test_an_answer_is_copied_with_its_footnotes(site: Any, open_page: Any) -> None:
    """As text it is what `footnote ask` prints, as Markdown its footnotes are Markdown's."""
    page = open_page(site[0], permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, "How many days of paid leave does every employee have?")
    turn.get_by_text("Copy", exact=True).click()
    page.wait_for_selector(".toast")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "28 days of paid leave a year." in text and "[1]" in text and "Staff handbook" in text
    turn.get_by_text("Copy as Markdown").click()
    page.wait_for_timeout(100)
    text = page.evaluate("navigator.clipboard.readText()")
    assert "a year.[^1]" in text
    note = next(line for line in text.splitlines() if line.startswith("[^1]: "))
    assert note.startswith(f"[^1]: [Staff handbook, Leave]({site[0]}/#document=") and note.count("Staff handbook") == 1
    assert note.endswith("): “Every employee has 28 days of paid leave a year.”")
    other = open_page(note.split("](")[1].split(")")[0])
    assert lit(other) == "Every employee has 28 days of paid leave a year."


def test_copied_markdown_escapes_only_what_would_be_markup(site: Any, open_page: Any) -> None:
    """Money, ampersands, names with underscores stay readable; emphasis, links, HTML and formulas become none."""
    page = open_page(site[0])
    text = page.evaluate(
        """async () => (await import("/web/copying.js")).markdownOf({
          question: "US$ 550 billion for R&D & a_b?", citations: [],
          statements: [{ text: "It costs $5, 4 < 5! *x* [a](b) <b> $y$ &amp;", citations: [1] }],
        })"""
    )
    assert (
        text == "**US$ 550 billion for R&D & a_b?**\n\nIt costs $5, 4 < 5! \\*x\\* \\[a\\](b) \\<b> \\$y$ \\&amp;[^1]\n"
    )


def test_up_brings_back_earlier_questions(site: Any, open_page: Any) -> None:
    """Up walks back through the questions of the conversation, Down forward again; Shift+Enter breaks the line."""
    page = open_page(site[0])
    for question in ("How much may a hotel cost?", "How long is a working week?"):
        ask(page, question)
    page.press("#ask", "ArrowUp")
    assert page.input_value("#ask") == "How long is a working week?"
    page.press("#ask", "ArrowUp")
    assert page.input_value("#ask") == "How much may a hotel cost?"
    page.press("#ask", "ArrowDown")
    page.press("#ask", "ArrowDown")
    assert page.input_value("#ask") == ""
    page.type("#ask", "one")
    page.press("#ask", "Shift+Enter")
    page.type("#ask", "two")
    assert page.input_value("#ask") == "one\ntwo"


def test_an_input_method_keeps_its_enter(site: Any, open_page: Any) -> None:
    """Enter that ends a composition (Japanese, Chinese, Korean) does not send the question."""
    page = open_page(site[0])
    page.fill("#ask", "ねんきゅう")
    page.dispatch_event("#ask", "keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    page.dispatch_event("#ask", "keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    assert page.locator(".turn").count() == 0


def test_conversations_are_renamed_searched_exported_and_deleted(site: Any, open_page: Any) -> None:
    """What is done to a conversation shows in the list at once."""
    page = open_page(site[0])
    ask(page, "How much may a hotel cost?")
    page.get_by_label("Rename").click()
    page.fill("dialog input", "Hotels of the institute")
    page.press("dialog input", "Enter")
    page.locator(".conversation-link", has_text="Hotels of the institute").wait_for()
    assert page.locator("h1").inner_text() == "Hotels of the institute"
    page.fill(".side-search input", "Hotels of the institute")
    count(page.locator(".conversation-link"), 1)
    for label, sign in (("Markdown", "# How much may a hotel cost?"), ("JSON", '"Hotels of the institute"')):
        assert sign in saved(page.locator(".top"), label).read_text(encoding="utf-8")
    page.get_by_label("Delete").click()
    page.locator("dialog .trouble").click()
    count(page.locator(".conversation-link"), 0)
    assert page.url.endswith("#/")
    page.locator(".welcome").wait_for()


def test_a_thumb_and_a_word_are_kept(site: Any, open_page: Any) -> None:
    """Feedback is stored with the answer, survives a reload, and can be taken back."""
    page = open_page(site[0])
    turn = ask(page, "How much may a hotel cost?")
    turn.get_by_label("Not helpful").click()
    turn.locator(".word input").fill("Too short")
    turn.locator(".word input").press("Enter")
    page.wait_for_selector(".toast")
    kept = page.request.get(f"{site[0]}/v1/feedback/export").text()
    line = next(json.loads(line) for line in kept.splitlines() if "Too short" in line)
    assert (line["thumb"], line["question"]) == ("down", "How much may a hotel cost?")
    page.reload()
    thumb = page.get_by_label("Not helpful")
    thumb.wait_for()
    assert thumb.get_attribute("aria-pressed") == "true"
    thumb.click()
    attribute(thumb, "aria-pressed", "false")


def test_a_question_is_asked_of_the_chosen_documents_only(site: Any, open_page: Any) -> None:
    """A filter shows as a chip, holds for the next question, and can be dropped."""
    page = open_page(site[0])
    page.get_by_text("All documents").click()
    page.locator(".filters").get_by_label("Travel policy").check()
    page.get_by_text("Done").click()
    assert page.locator(".chip").inner_text() == "Travel policy"
    turn = ask(page, "How many days of paid leave does every employee have?")
    assert turn.locator(".abstention").count() == 1
    page.locator(".chip button").click()
    turn = ask(page, "How many days of paid leave does every employee have?")
    assert "28 days" in turn.locator(".statements").inner_text()


def test_the_page_says_who_writes_and_where_text_goes(site: Any, open_page: Any) -> None:
    """With the bot that quotes: no model writes, nothing leaves."""
    page = open_page(site[0])
    words = page.locator(".plainly").inner_text()
    assert "No model writes" in words and "Nothing leaves this machine" in words


def test_the_papers_are_what_the_questions_rest_on() -> None:
    """The fixtures still hold what the tests ask for."""
    assert "28 days" in HANDBOOK and "🇯🇵" in PARTY and "التاسعة" in ARABIC


def test_an_empty_page_offers_an_overview(site: Any, open_page: Any) -> None:
    """One press shows what the documents are about, a sentence of each, and the offer is gone."""
    page = open_page(site[0])
    page.locator(".welcome button").click()
    turn = page.locator(".turn").last
    turn.locator(".turn-foot").wait_for()
    assert turn.locator("h2").inner_text() == "What are these documents about?"
    count(turn.locator(".statements .ref"), len(DOCUMENTS))
    count(page.locator(".welcome"), 0)
    answer = api(page, f"/v1/conversations/{page.url.split('/')[-1]}")["turns"][-1]["answer"]
    turn.locator(".ref").first.click()
    assert lit(page) == answer["citations"][0]["quote"]


def test_a_library_too_large_for_an_overview_offers_its_newest_documents(own_library: Path, open_page: Any) -> None:
    """Three questions about single documents are offered instead, and one press answers one of them."""
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        files = [
            [f"note {n}.md", f"# Note {n}\n\nThis note describes how the gate number {n} of the harbour is opened.\n"]
            for n in range(8)
        ]
        page.evaluate(DROP, [files])
        page.locator(".job-head", has_text="8 of 8 read").wait_for()
        page.get_by_text("New question").click()
        offers = page.locator(".welcome button")
        count(offers, 3)
        assert all(text.startswith("What is “Note ") for text in offers.all_inner_texts())
        number = offers.first.inner_text().split("Note ")[1][0]
        offers.first.click()
        page.locator(".turn-foot").wait_for()
        assert f"gate number {number} of" in page.locator(".statements").inner_text()
        leave(page)
