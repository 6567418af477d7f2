"""Yes and no above the quotes, and short answers: in the page's language, read out, on paper, kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_bot import ScriptedBot, citation, passage
from browser_stage import serving
from browser_steps import ask, overflow

from bot.answer import Answer, Statement, Words
from bot.settings.settings import Settings
from vectorstore.library import Library

pytestmark = pytest.mark.browser

SIX = "Either party may end the lease with a notice period of six months to the end of a quarter."
WORKING = "The working week is 38 hours."
LISTEN = (
    "window.said = []; new MutationObserver(() => said.push(document.getElementById('live').textContent))"
    ".observe(document.getElementById('live'), { childList: true })"
)


def quoting(library: Library) -> ScriptedBot:
    """Return a bot that answers what begins with "May" with yes, and knows the words that answer."""

    def script(question: str) -> Answer:
        start = SIX.index("six months")
        return Answer(
            question,
            statements=(
                Statement(SIX, (1,), answer=Words("six months", start, start + 10), verdict="yes"),
                Statement(WORKING, (2,)),
            ),
            citations=(citation(library, 1, SIX), citation(library, 2, WORKING)),
            passages=(passage(library, SIX),),
            verdict="yes" if question.startswith("May") else None,
        )

    return ScriptedBot(library, script)


def test_the_verdict_stands_above_the_quotes_and_short_answers_are_a_choice(own_library: Path, open_page: Any) -> None:
    """The word is the page's, outside the quotes, and read out; short shows it with its footnote, or the words."""
    settings = Settings(library=str(own_library), questions_per_minute=0, stop_seconds=1)
    with Library.open(own_library) as library, serving(quoting(library), settings) as address:
        page = open_page(address, locale="de-DE")
        page.evaluate(LISTEN)
        turn = ask(page, "May they end it?")
        assert turn.locator(".verdict").inner_text() == "Ja."
        assert turn.locator(".statement").all_inner_texts()[0].startswith(SIX)
        page.wait_for_timeout(200)
        assert any(words.startswith("Ja. Antwort vollständig: 2") for words in page.evaluate("said"))
        page.emulate_media(media="print")
        assert turn.locator(".verdict").is_visible()
        page.emulate_media(media="screen")

        short = page.get_by_role("button", name="Kurze Antworten")
        assert short.get_attribute("aria-pressed") == "false"
        short.click()
        assert short.get_attribute("aria-pressed") == "true"
        turn = ask(page, "May they really?")
        assert turn.locator(".verdict").inner_text() == "Ja.1"
        assert turn.locator(".statement").count() == 0 and turn.locator(".note").count() == 1
        assert turn.locator(".note-quote").inner_text() == SIX
        turn = ask(page, "How long?")
        assert turn.locator(".verdict").count() == 0
        assert turn.locator(".statement").first.inner_text() == "six months1"
        assert turn.locator(".statement").nth(1).inner_text().startswith(WORKING)
        assert turn.locator(".note-quote").first.is_visible()

        page.reload()  # both the choice and the answers were kept
        page.locator(".turn-foot").nth(2).wait_for()
        assert page.locator(".verdict").all_inner_texts()[0] == "Ja."
        assert page.get_by_role("button", name="Kurze Antworten").get_attribute("aria-pressed") == "true"
        page.set_viewport_size({"width": 320, "height": 700})
        assert overflow(page) <= 0
