"""Each document asked: several questions at once, a table that is sorted, filtered, saved, and read at footnotes."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import count, overflow, saved
from test_page_access import violations

from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

pytestmark = pytest.mark.browser

ENDS, TENANT = "When does the lease end?", "Who is the tenant?"
LEASES = {
    "North": "This lease begins on 1 March 2022. It ends on 28 February 2031. The tenant is Amir Nasser.",
    "East": "The flat has a balcony. The lease ends on 30 June 2026. Dogs are not allowed.",
    "South <b>": "This lease ends on 31 December 2028. The tenant is Petra Vogel.",
    "Menu": "Soup is served at noon. The bread is baked in the house every morning.",
}


@pytest.fixture(scope="module")
def leases(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server over four short documents."""
    folder = tmp_path_factory.mktemp("leases") / "library"
    with Library.open(folder, create=True) as library:
        documents = [
            Document(
                id=f"{number:016x}",
                source=f"/leases/{title}.txt",
                title=title,
                media_type="text/plain",
                text=text,
                sha256=title,
                collection="leases",
            )
            for number, (title, text) in enumerate(LEASES.items())
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
    with quoting_site(folder) as site:
        yield site


def ask_each(page: Any, *questions: str) -> Any:
    """Switch to asking each document, ask, and return the finished table's turn."""
    each = page.locator(".ask-row [aria-pressed]").first
    if each.get_attribute("aria-pressed") == "false":
        each.click()
    page.fill("#ask", "\n".join(questions))
    page.press("#ask", "Enter")
    turn = page.locator(".survey").last
    count(turn.locator("tbody tr"), len(LEASES))
    turn.locator(".survey-going").wait_for(state="detached")
    return turn


def titles(turn: Any) -> list[str]:
    """Return the documents that are shown, from the top."""
    return [str(words) for words in turn.locator("tbody th").all_inner_texts()]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_table_is_sorted_filtered_and_saved(width: int, leases: Any, open_page: Any) -> None:
    """By the values and not the letters; what is saved is what is shown; the page is nowhere wider than its window."""
    page = open_page(leases[0], viewport={"width": width, "height": 800})
    turn = ask_each(page, ENDS, TENANT)
    assert "3 of 4 documents say" in turn.inner_text() and "doesn’t say" in turn.inner_text()
    assert overflow(page) <= 0 and violations(page) == []
    if width > 1000:
        turn.get_by_role("button", name=ENDS).click()
        assert turn.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    else:
        turn.locator(".survey-order").select_option("0 up")
    assert titles(turn) == ["East", "South <b>", "North", "Menu"]
    turn.locator(".survey-tools select").first.select_option(label=ENDS)
    turn.locator(".survey-tools input[type=search]").fill(">2026-12")
    assert titles(turn) == ["South <b>", "North"]
    rows = list(csv.DictReader(io.StringIO(saved(turn, "CSV").read_text(encoding="utf-8-sig"))))
    assert [row[f"{ENDS} (value)"] for row in rows] == ["2028-12-31", "2031-02-28"]
    with zipfile.ZipFile(saved(turn, "Excel")) as book:
        assert "31 December 2028" in book.read("xl/worksheets/sheet1.xml").decode()
    turn.locator(".survey-tools input[type=search]").fill("2026")
    assert titles(turn) == ["East"]
    turn.locator(".survey-tools input[type=search]").fill("")
    turn.get_by_text("Only rows with an answer").click()
    assert titles(turn) == ["East", "South <b>", "North"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_cell_opens_its_footnote(width: int, leases: Any, open_page: Any) -> None:
    """With the keyboard too; "Next" goes to the next cell's; closing gives the focus back; no document is markup."""
    page = open_page(leases[0], viewport={"width": width, "height": 800})
    turn = ask_each(page, ENDS, TENANT)
    assert "South <b>" in titles(turn)
    first = turn.locator("tbody .ref").first
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".source mark.lit")
    assert "Footnote 1 of" in page.locator(".source").inner_text()
    page.get_by_label("Next footnote").click()
    page.get_by_text("Footnote 2 of").wait_for()
    page.get_by_label("Close the source").click()
    assert page.evaluate("document.activeElement.dataset.number") == "1"


def test_too_many_questions_are_told_before_they_are_asked(leases: Any, open_page: Any) -> None:
    """Beside the box, which keeps them."""
    page = open_page(leases[0])
    page.locator(".ask-row [aria-pressed]").first.click()
    page.fill("#ask", "\n".join(f"Question {number}?" for number in range(21)))
    assert "21 questions; 20 are allowed." in page.locator(".ask-row").inner_text()
    assert page.locator(".send").is_disabled()


@pytest.mark.parametrize(("locale", "words"), [("de-DE", "sagt nichts dazu"), ("fr-FR", "ne le dit pas")])
def test_it_speaks_german_and_french(locale: str, words: str, leases: Any, open_page: Any) -> None:
    """Also what a cell says that says nothing."""
    page = open_page(leases[0], locale=locale)
    assert words in ask_each(page, ENDS).inner_text()


def test_a_survey_that_is_stopped_goes_on(leases: Any, open_page: Any) -> None:
    """Stopped, it keeps the rows that it has and offers to go on; then it is whole."""
    page = open_page(leases[0])
    page.locator(".ask-row [aria-pressed]").first.click()
    page.fill("#ask", "What is on the menu today?")
    page.press("#ask", "Enter")
    page.locator(".send").click()
    turn = page.locator(".survey").last
    turn.locator(".stopped, .survey-tools").first.wait_for()
    if turn.locator(".stopped").count():
        turn.get_by_role("button", name="Go on").click()
    count(page.locator(".survey").last.locator("tbody tr"), len(LEASES))
