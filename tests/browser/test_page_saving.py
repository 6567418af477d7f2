"""The menu "Save as…" at an answer and at a conversation: with the mouse, on a phone, by keyboard."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, overflow, saved
from test_page_access import violations

pytestmark = pytest.mark.browser

QUESTION = "How much may a hotel cost?"
QUOTE = "A hotel may cost up to 140 euros a night."


def footnotes(content: bytes) -> str:
    """Return the footnotes of a Word file."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read("word/footnotes.xml").decode()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_answer_and_a_conversation_are_saved(width: int, site: Any, open_page: Any) -> None:
    """As each format that is offered; the menu stands whole on the page, and closes."""
    page = open_page(site[0], viewport={"width": width, "height": 800})
    turn = ask(page, QUESTION)
    refused = ask(page, "Who won the football world cup in 1998?")
    assert QUOTE in footnotes(saved(turn, "Word").read_bytes())
    assert page.locator(".toast").inner_text().startswith("Saved: How much may a hotel cost_.docx")
    assert "The documents don&#8217;t say" in saved(refused, "Web page").read_text("utf-8").replace("'", "&#8217;")
    assert f"“{QUOTE}”" in saved(page.locator(".top"), "Markdown").read_text(encoding="utf-8")
    assert not page.locator(".menu[open]").count()
    for place in (refused, page.locator(".top")):
        place.locator(".menu summary").click()
        box = place.locator(".menu-list").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0 and overflow(page) <= 0
        page.locator(".question").first.click()
        assert not page.locator(".menu[open]").count()


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_at_an_open_menu(width: int, site: Any, open_page: Any) -> None:
    """Neither at an answer's nor at the conversation's."""
    page = open_page(site[0], viewport={"width": width, "height": 800})
    turn = ask(page, QUESTION)
    for place in (turn, page.locator(".top")):
        place.locator(".menu summary").click()
        assert violations(page) == []


def test_it_is_saved_by_keyboard(site: Any, open_page: Any) -> None:
    """Enter opens the menu, Tab walks through it, Escape closes it and gives the focus back, Enter saves."""
    page = open_page(site[0])
    turn = ask(page, QUESTION)
    turn.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.locator(".menu-list button").first.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.format") == "docx"
    page.keyboard.press("Escape")
    assert not page.locator(".menu[open]").count()
    assert page.evaluate("document.activeElement.textContent") == "Save as…"
    page.keyboard.press("Enter")
    page.locator(".menu-list button").first.wait_for()
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert QUOTE in footnotes(download.value.path().read_bytes())
    assert page.evaluate("document.activeElement.textContent") == "Save as…"


def test_what_cannot_be_saved_is_said(own_library: Any, open_page: Any) -> None:
    """A conversation that was deleted elsewhere: in words, and no file."""
    with quoting_site(own_library) as (address, _):
        page = open_page(address, expect=("404",))
        turn = ask(page, QUESTION)
        talk = page.url.rpartition("/")[2]
        assert page.request.delete(f"{address}/v1/conversations/{talk}").ok
        turn.locator(".menu summary").click()
        turn.locator(".menu-list").get_by_text("Markdown").click()
        page.locator(".toast", has_text="There is no answer of yours with this id.").wait_for()
        page.goto("about:blank")
