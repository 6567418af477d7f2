"""Links of Slack, Discord and the API to a footnote open the page with its source lit."""

from __future__ import annotations

from typing import Any

import pytest
from browser_steps import ask, lit

from bot.surfaces.chat.words import page_address

pytestmark = pytest.mark.browser

QUESTIONS = ("How long is the notice period to end the lease?", "When does the summer party begin?")


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_link_of_a_footnote_opens_its_source(question: str, site: Any, open_page: Any) -> None:
    """The address under an answer in Slack lights exactly the quotation, also behind emoji and on a PDF's page."""
    address, bot = site
    citation = bot.ask(question).citations[0]
    page = open_page(page_address(address, citation))
    assert lit(page) == citation.quote
    assert page.locator(".source h2").inner_text() == citation.title
    if citation.page:
        assert f"page {citation.page}" in page.locator(".source-place").inner_text().lower()
    page.keyboard.press("Escape")
    page.locator(".source").wait_for(state="hidden")
    assert ask(page, "How much may a hotel cost?").locator(".ref").count() == 1


def test_a_link_to_a_document_that_is_gone_says_so(site: Any, open_page: Any) -> None:
    """The page says that there is no such document, in words for a person, and is ready for a question."""
    page = open_page(f"{site[0]}/#document=ffffffffffffffff&start=1&end=2", expect=("404", "422"))
    toast = page.locator(".toast").first
    toast.wait_for()
    assert toast.inner_text() == "This document is not there any more."
    assert toast.bounding_box()["y"] < page.locator("#ask").bounding_box()["y"] - 100, "it lies on the ask box"
    assert not page.locator(".source").is_visible() and page.locator("#ask").is_visible()
