"""Tags in the panel that says where to look: chosen, found among many, and told to those alone who may see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, attribute, count, overflow
from test_page_access import violations

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database
from vectorstore.access import ACCESS, stored
from vectorstore.library import Library

pytestmark = pytest.mark.browser

LEAVE = "How many days of paid leave does every employee have?"


def tag(library: Library, title: str, tags: str, *more: tuple[str, str]) -> None:
    """Give a document tags, as its sidecar would."""
    library.describe(replace(library.document(title), said=(("tags", tags), *more)))


@pytest.mark.parametrize("width", [1280, 360])
def test_a_question_is_asked_of_what_has_a_tag(width: int, own_library: Path, open_page: Any) -> None:
    """By keyboard, on a phone too: a chip for each tag, an answer within it, and it can be dropped; axe is content."""
    with quoting_site(own_library) as (address, bot):
        tag(bot.library, "Travel policy", "Policy, on the road")
        tag(bot.library, "Staff handbook", "policy, people")
        page = open_page(address, viewport={"width": width, "height": 780})
        page.get_by_text("All documents").press("Enter")
        group = page.get_by_role("group", name="Tags")
        group.wait_for()
        assert group.locator(".pick").all_inner_texts() == ["on the road", "people", "Policy"]
        group.get_by_label("on the road").press("Space")
        assert overflow(page) <= 0 and violations(page) == []
        page.keyboard.press("Escape")
        assert page.locator(".chip").all_inner_texts() == ["on the road"]
        count(ask(page, LEAVE).locator(".abstention"), 1)
        page.get_by_role("button", name="Remove on the road").press("Enter")
        page.get_by_text("All documents").press("Enter")
        group.get_by_label("people").press("Space")
        page.keyboard.press("Escape")
        assert "28 days" in ask(page, LEAVE).locator(".statements").inner_text()


def test_a_tag_is_found_among_many(own_library: Path, open_page: Any) -> None:
    """In the reader's language, and what is chosen stays chosen."""
    with quoting_site(own_library) as (address, bot):
        tag(bot.library, "Travel policy", ", ".join(f"Reise {number}" for number in range(40)))
        page = open_page(address, locale="de-DE")
        page.get_by_text("Alle Dokumente").click()
        group = page.get_by_role("group", name="Schlagw\u00f6rter")
        count(group.locator(".pick"), 40)
        find = group.get_by_label("Schlagwort suchen")
        find.fill("REISE 17")
        group.locator(".pick input").check()
        find.fill("nichts")
        group.get_by_text("Nichts passt.").wait_for()
        find.fill("")
        count(group.locator("input:checked"), 1)
        attribute(page.locator(".chip button"), "aria-label", "Reise 17 weglassen")


def test_without_tags_there_is_no_word_of_them(site: Any, open_page: Any) -> None:
    """The panel is as it was."""
    page = open_page(site[0])
    page.get_by_text("All documents").click()
    page.get_by_role("group", name="Documents").wait_for()
    count(page.get_by_role("group", name="Tags"), 0)


def test_a_tag_is_told_to_those_alone_who_may_see_a_document_of_it(own_library: Path, open_page: Any) -> None:
    """One of a document that has a list of readers is in nobody else's panel."""
    database = Database(own_library)
    for name in ("ana", "ben"):
        Accounts(database).add(name, password="correct horse battery")
    database.close()
    with quoting_site(own_library) as (address, bot):
        tag(bot.library, "Travel policy", "merger", (ACCESS, stored(["person:ben"])))
        tag(bot.library, "Staff handbook", "people")
        for name, tags in (("ana", ["people"]), ("ben", ["merger", "people"])):
            page = open_page(address)
            page.fill("#sign-name", name)
            page.fill("#sign-password", "correct horse battery")
            page.press("#sign-password", "Enter")
            page.get_by_text("All documents").click()
            group = page.get_by_role("group", name="Tags")
            group.wait_for()
            assert group.locator(".pick").all_inner_texts() == tags
            assert ("merger" in page.content()) is (name == "ben")
