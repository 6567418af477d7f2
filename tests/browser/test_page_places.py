"""Links of Slack, Discord and the API to a footnote open the page with its source lit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from browser_steps import ask, lit

from bot.answer import Answer
from bot.links import page_address

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


def slack_link(address: str, answer: Answer) -> str:
    """Return the link of the first footnote in Slack's message."""
    from bot.surfaces.slack.render import answer_messages

    sent = json.dumps(answer_messages(answer, reference="r", page=address), ensure_ascii=False)
    return re.findall(r"https?://[^\s|>\"]+/#document=[^|>\"\s]+", sent)[0].replace("&amp;", "&")


def discord_link(address: str, answer: Answer) -> str:
    """Return the link of the first footnote in Discord's message."""
    from bot.surfaces.discord.render import answer_messages

    return re.findall(r"https?://[^\s)>]+/#document=[^)>\s]+", "\n".join(answer_messages(answer, page=address)))[0]


def api_link(address: str, answer: Answer) -> str:
    """Return the link of the first annotation in OpenAI's form."""
    body = {"messages": [{"role": "user", "content": answer.question}]}
    done = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=60).json()
    return str(done["choices"][0]["message"]["annotations"][0]["url_citation"]["url"])


@pytest.mark.parametrize("link_of", [slack_link, discord_link, api_link])
def test_a_link_keeps_its_address_and_nothing_is_said_wrong(
    link_of: Callable[[str, Answer], str], site: Any, open_page: Any
) -> None:
    """In a fresh profile the source is lit, the address stays for a reload, and the ask box gets the focus back."""
    address, bot = site
    answer = bot.ask(QUESTIONS[0])
    link = link_of(address, answer)
    page = open_page(link)
    assert lit(page) == answer.citations[0].quote
    page.wait_for_function("document.activeElement === document.querySelector('.source h2')")
    assert page.url == link
    assert page.locator(".toast").count() == 0
    page.reload()
    assert lit(page) == answer.citations[0].quote
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement === document.querySelector('#ask')")
