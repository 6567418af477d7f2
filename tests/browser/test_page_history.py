"""Back and forward, and what a reload keeps: a source is a step of its own, a question is never lost."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from browser_bot import ScriptedBot, written
from browser_stage import serving
from browser_steps import api, ask, count, leave, lit, until
from test_page_written import scripted

from bot.errors import ModelError
from bot.settings.settings import Settings
from vectorstore.library import Library

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
HOTEL = "A hotel may cost up to 140 euros a night."


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_back_closes_the_footnote_and_not_the_page(size: dict[str, int], site: Any, open_page: Any) -> None:
    """Back from a source leads to the answer, with the focus on its footnote; forward opens it again."""
    page = open_page(site[0], viewport=size)
    turn = ask(page, "How much may a hotel cost?")
    talk = page.url
    turn.locator(".ref").first.click()
    assert lit(page) == HOTEL
    assert page.url.startswith(f"{talk}/ans_") and page.url.endswith("/1")
    page.go_back()
    page.locator(".source").wait_for(state="hidden")
    assert page.url == talk and page.locator(".statement").is_visible()
    until(page, "document.activeElement.classList.contains('ref')")
    page.go_forward()
    assert lit(page) == HOTEL
    page.keyboard.press("Escape")
    page.wait_for_url(talk)
    assert not page.locator(".source").is_visible()
    turn.locator(".ref").first.click()
    lit(page)
    page.reload()  # the address is the footnote's now
    assert lit(page) == HOTEL
    page.get_by_label("Close the source").click()
    page.wait_for_url(talk)
    count(page.locator(".turn"), 1)


def test_back_closes_a_document_that_was_opened_from_the_list(site: Any, open_page: Any) -> None:
    """On a phone the list of documents stands there again."""
    page = open_page(f"{site[0]}/#/documents", viewport=PHONE)
    page.locator(".document-open", has_text="Travel policy").click()
    page.locator(".source-text", has_text="A hotel may cost").wait_for()
    page.go_back()
    page.locator(".source").wait_for(state="hidden")
    assert page.url.endswith("#/documents") and page.locator("tbody tr").count() == 6


def test_back_from_a_source_that_was_opened_early_keeps_the_conversation(own_library: Path, open_page: Any) -> None:
    """The conversation had no address yet when its first footnote was opened; Back does not lead away from it."""
    with scripted(own_library) as (address, bot):
        bot.gate = threading.Event()
        page = open_page(address, viewport=PHONE)
        page.fill("#ask", "When does the lease end?")
        page.press("#ask", "Enter")
        page.locator(".ref").first.click()
        assert "six months" in lit(page)
        bot.gate.set()
        until(page, "location.hash.startsWith('#/c/cnv_')")
        page.go_back()
        page.locator(".source").wait_for(state="hidden")
        count(page.locator(".statement"), 3)
        assert "#/c/cnv_" in page.url
        leave(page)


def test_a_reload_asks_again_what_was_being_answered(own_library: Path, open_page: Any) -> None:
    """The question stands there at once, its answer comes, and it is kept once."""
    with scripted(own_library) as (address, bot):
        bot.gate = threading.Event()
        page = open_page(address, viewport=PHONE)
        page.fill("#ask", "When does the lease end?")
        page.press("#ask", "Enter")
        count(page.locator(".statement"), 1)
        page.reload()
        count(page.locator(".statement"), 1)
        assert page.locator(".question").inner_text() == "When does the lease end?"
        # The server must have noticed that the first page left, else that answer would be kept too.
        while "footnote_open_streams 1.0" not in page.request.get(f"{address}/metrics").text():
            page.wait_for_timeout(50)
        bot.gate.set()
        page.locator(".turn-foot").wait_for()
        count(page.locator(".statement"), 3)
        assert len(api(page, "/v1/conversations")["conversations"]) == 1
        page.reload()
        page.locator(".turn-foot").wait_for()
        count(page.locator(".turn"), 1)
        leave(page)


def test_an_answer_that_came_meanwhile_is_shown_and_not_asked_again(site: Any, open_page: Any) -> None:
    """Where the server was done before the page was there again, the kept answer opens."""
    page = open_page(site[0])
    ask(page, "How much may a hotel cost?")
    talk = page.url
    conversation = talk.rpartition("/")[2]
    answer = api(page, f"/v1/conversations/{conversation}")["turns"][0]["id"]
    kept = {"question": "How much may a hotel cost?", "conversation": conversation, "answer": answer, "began": True}
    page.evaluate("(kept) => sessionStorage.setItem('footnote.unasked', JSON.stringify(kept))", kept)
    page.evaluate("location.hash = '#/'")
    page.locator(".welcome").wait_for()
    page.reload()
    page.wait_for_url(talk)
    page.locator(".turn-foot").wait_for()
    assert len(api(page, f"/v1/conversations/{conversation}")["turns"]) == 1
    assert page.evaluate("sessionStorage.getItem('footnote.unasked')") is None


def test_a_question_that_failed_waits_in_the_box_after_a_reload(own_library: Path, open_page: Any) -> None:
    """It is not asked again by itself: what failed may fail again."""
    settings = Settings(library=str(own_library), model="ollama:llama3.2", questions_per_minute=0, stop_seconds=1)
    with Library.open(own_library) as library:
        bot = ScriptedBot(library, written(library), error=ModelError("The model does not answer.", remedy="Start it."))
        with serving(bot, settings) as address:
            page = open_page(address)
            page.fill("#ask", "When does the lease end?")
            page.press("#ask", "Enter")
            page.locator(".failure").wait_for()
            page.reload()
            until(page, "document.querySelector('#ask')?.value", "When does the lease end?")
            count(page.locator(".turn"), 0)
            leave(page)
