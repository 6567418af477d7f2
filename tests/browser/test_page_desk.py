"""The desk: gaps, the answer that an editor writes to one, asking again; on a phone, by keyboard; for editors only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, count, leave, lit, overflow
from test_page_access import AXE, violations

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database

pytestmark = pytest.mark.browser

GYM = ("Is there a gym in the building?", "Does the building have a gym?")
ANSWER = "The gym is in the basement. It opens at seven."


def barriers(page: Any) -> list[str]:
    """Return what axe-core finds wrong; nothing where it is not installed, so that the rest is still looked at."""
    return violations(page) if AXE.exists() else []


def fresh(page: Any) -> None:
    """Begin another conversation."""
    page.locator(".side-links a").first.evaluate("node => node.click()")
    page.locator(".welcome").wait_for()


def test_a_gap_is_answered_by_an_editor_and_asked_again(own_library: Path, open_page: Any) -> None:
    """Askers are told; the gap is counted; what is written wins from then on, marked, with its footnotes lit."""
    with quoting_site(own_library, question_log=True) as (address, bot):
        page = open_page(address)
        page.locator(".plainly", has_text="are kept for 90 days, without your name").wait_for()
        for question in (*GYM, "Who won the football world cup in 1998?"):
            ask(page, question).locator(".abstention").wait_for()
            fresh(page)
        page.locator(".side-link", has_text="Desk").click()
        gap = page.locator(".gap", has_text=GYM[0])
        gap.wait_for()
        count(page.locator(".desk > section .gap"), 2)
        assert "2 times" in gap.inner_text() and "↗ 2 this week, 0 the week before" in gap.inner_text()
        assert barriers(page) == []
        gap.get_by_role("button", name="Write the answer").click()
        assert page.evaluate("document.activeElement.id") == "desk-text"
        assert page.input_value("#desk-questions").splitlines() == list(GYM)
        page.keyboard.type(ANSWER)
        page.get_by_label("Find a passage").fill("hotel")
        page.get_by_role("button", name="Find", exact=True).click()
        page.locator(".pick", has_text="A hotel may cost up to 140 euros").locator("input").check()
        assert barriers(page) == []
        page.get_by_role("button", name="Keep the answer").click()
        gap.locator(".again", has_text="2 of 2 answered now.").wait_for()
        written = page.get_by_role("region", name="Answers that editors wrote")
        written.locator(".gap", has_text=ANSWER).wait_for()
        page.reload()
        count(page.locator(".desk > section").first.locator(".gap"), 1)
        fresh(page)
        turn = ask(page, GYM[0])
        assert "An editor wrote this answer on" in turn.locator(".notice").inner_text()
        count(turn.locator(".statement"), 2)
        turn.locator(".ref").nth(2).click()
        assert "A hotel may cost up to 140 euros a night." in lit(page)
        page.keyboard.press("Escape")
        (travel,) = (info.id for info in bot.library.documents() if info.title == "Travel policy")
        bot.library.remove([travel])
        page.goto(f"{address}/#/desk")
        page.get_by_text("Its sources have changed since.").wait_for()
        assert "The document was removed." in written.inner_text()
        leave(page)


def test_on_a_phone_and_by_keyboard(own_library: Path, open_page: Any) -> None:
    """Every step by Tab, Enter and Escape at 390 pixels; nothing is wider than the window; the focus is never lost."""
    with quoting_site(own_library, question_log=True) as (address, _):
        page = open_page(address, viewport={"width": 390, "height": 780})
        ask(page, GYM[0])
        page.goto(f"{address}/#/desk")
        page.locator(".gap").first.wait_for()
        assert overflow(page) <= 0 and barriers(page) == []

        def tab_to(name: str) -> None:
            for _ in range(80):
                page.keyboard.press("Tab")
                said = "document.activeElement.textContent || document.activeElement.getAttribute('aria-label')"
                if page.evaluate(said) == name:
                    return
            raise AssertionError(f"{name} is not reached")

        tab_to("Write the answer")
        page.keyboard.press("Enter")
        page.locator(".pick").first.wait_for()
        assert overflow(page) <= 0
        page.keyboard.press("Escape")
        count(page.locator(".write"), 0)
        assert page.evaluate("document.activeElement.textContent") == "Write the answer"
        page.keyboard.press("Enter")
        page.keyboard.type(ANSWER)
        tab_to("Keep the answer")
        page.keyboard.press("Enter")
        page.locator(".again", has_text="1 of 1 answered now.").wait_for()
        page.locator(".toast").wait_for(state="detached")
        assert overflow(page) <= 0 and barriers(page) == []
        leave(page)


def test_a_question_is_taken_off_the_desk(own_library: Path, open_page: Any) -> None:
    """After a yes; then nothing is without an answer. A thumb down is listed by itself."""
    with quoting_site(own_library, question_log=True) as (address, _):
        page = open_page(address)
        ask(page, GYM[0]).get_by_label("Not helpful").click()
        page.goto(f"{address}/#/desk")
        page.get_by_role("button", name="Take off the desk").click()
        page.locator("dialog").get_by_text("Take off the desk", exact=True).click()
        page.get_by_text("No question is without an answer.").wait_for()
        page.get_by_text("Answered, with a thumb down (1)").click()
        assert GYM[0] in page.locator(".desk-part").first.inner_text()
        page.get_by_text("Documents that no answer cited").click()
        page.locator(".desk-part").nth(1).locator("li").first.wait_for()
        assert barriers(page) == []
        leave(page)


def test_readers_see_no_desk_and_the_log_is_off_by_itself(own_library: Path, open_page: Any) -> None:
    """Neither the way to it nor the page; without the setting nothing of a log is said to whoever asks."""
    database = Database(own_library)
    Accounts(database).add("ben", password="correct horse battery", role="reader")
    database.close()
    with quoting_site(own_library) as (address, _):
        page = open_page(address, expect=("401",))
        page.fill("#sign-name", "ben")
        page.fill("#sign-password", "correct horse battery")
        page.keyboard.press("Enter")
        page.locator(".plainly span").wait_for()
        assert "kept" not in page.locator(".plainly").inner_text()
        assert page.locator(".side-link", has_text="Desk").count() == 0
        page.goto(f"{address}/#/desk")
        page.locator(".welcome").wait_for()
        assert page.locator(".desk").count() == 0
        leave(page)
