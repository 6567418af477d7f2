"""What code works out, on the page: each kind of answer whole, a long list behind one press, with its footnotes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, lit, overflow
from kinds_of_answers import KINDS, Kind, office_library

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over the documents of an office."""
    del browser  # without one nothing is read
    with quoting_site(office_library(tmp_path_factory.mktemp("office"))) as (address, _):
        yield address


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_of_answer(kind: Kind, office: str, open_page: Any) -> None:
    """All of it can be read on a phone, and its first footnote leads to words that are lit in the document."""
    page = open_page(office, viewport={"width": 390, "height": 844})
    turn = ask(page, kind.question)
    more = turn.get_by_role("button", name="Show all")
    if more.count():
        more.click()
    told = " ".join(turn.inner_text().split())
    assert not [words for words in kind.shown if words not in told], told
    assert overflow(page) <= 0
    turn.locator(".ref").first.click()
    assert lit(page)
