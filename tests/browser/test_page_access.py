"""Keyboard, screen reader, dark, phone, right to left, Japanese, printing, first paint, signing in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, count, leave, lit, overflow

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    """Return what axe-core finds wrong with the page as it stands."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (npm ci --prefix tests/browser)")
    page.wait_for_timeout(350)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", RULES)
    return [
        f"{v['id']}: {v['help']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(scheme: str, width: int, site: Any, open_page: Any) -> None:
    """No barrier on the empty page, an answer, its source, an abstention, the filters, a dialog, the documents."""
    page = open_page(site[0], color_scheme=scheme, viewport={"width": width, "height": 800})
    assert violations(page) == []
    ask(page, "How long is the notice period to end the lease?").locator(".ref").first.click()
    lit(page)
    page.locator(".source-original a").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    ask(page, "Who won the football world cup in 1998?").locator(".fold summary").click()
    page.get_by_text("All documents").click()
    page.locator(".filters input").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("Rename").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.goto(f"{site[0]}/#/documents")
    page.locator("tbody tr").first.wait_for()
    page.get_by_label("Choose Travel policy").check()
    assert violations(page) == []
    page.get_by_role("button", name="Move…").click()
    assert violations(page) == []


def test_everything_is_done_by_keyboard(site: Any, open_page: Any) -> None:
    """Ask, walk to a footnote, open it, close it, come back to it, open the documents: no mouse."""
    page = open_page(site[0])
    assert page.evaluate("document.activeElement.id") == "ask"
    page.keyboard.type("How much may a hotel cost?")
    page.keyboard.press("Enter")
    page.locator(".turn-foot").wait_for()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className").startswith("ref"):
            break
    assert page.locator(".quote-card").is_visible()
    page.keyboard.press("Enter")
    assert lit(page) == "A hotel may cost up to 140 euros a night."
    assert page.evaluate("document.activeElement.closest('.source') !== null")
    page.keyboard.press("Escape")
    assert not page.locator(".source").is_visible()
    assert page.evaluate("document.activeElement.className").startswith("ref")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "ask"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.textContent || document.activeElement.getAttribute('aria-label')")
        seen.add(name)
        if name and name.startswith("Documents"):
            break
    page.keyboard.press("Enter")
    page.locator(".library").wait_for()


def test_statements_and_the_end_are_announced(site: Any, open_page: Any) -> None:
    """A polite live region says the statement and then that the answer is complete."""
    page = open_page(site[0])
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.getElementById('live').textContent))"
        ".observe(document.getElementById('live'), { childList: true })"
    )
    ask(page, "How much may a hotel cost?")
    page.wait_for_timeout(200)
    assert "Answer complete: 1 footnote." in page.evaluate("window.said")
    assert page.locator("#live").get_attribute("aria-live") == "polite"


def test_dark_follows_the_system(site: Any, open_page: Any) -> None:
    """With a dark system the paper is dark and the ink light; print is black on white all the same."""
    page = open_page(site[0], color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert max(int(part) for part in re.findall(r"\d+", page.evaluate(paper))) < 40
    page.emulate_media(color_scheme="light")
    assert min(int(part) for part in re.findall(r"\d+", page.evaluate(paper))) > 240
    ask(page, "How much may a hotel cost?")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("#ask").is_visible() and not page.locator(".side").is_visible()
    assert page.locator(".statement").is_visible() and page.locator(".note-title").is_visible()


def test_paper_shows_the_quote_of_every_footnote(site: Any, open_page: Any) -> None:
    """On the screen a quote that is the statement need not be read twice; on paper it stands at its footnote, whole."""
    page = open_page(site[0], viewport={"width": 390, "height": 844})
    turn = ask(page, "How much may a hotel cost?")
    quote = turn.locator(".note-quote").first
    assert not quote.is_visible()
    page.emulate_media(media="print")
    assert quote.is_visible() and quote.inner_text() == "A hotel may cost up to 140 euros a night."


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_the_page_fits_its_window(width: int, site: Any, open_page: Any) -> None:
    """From a phone to a wide screen nothing is cut; on a phone the source is a sheet over the answer."""
    page = open_page(site[0], viewport={"width": width, "height": 740})
    turn = ask(page, "How long is the notice period to end the lease?")
    assert overflow(page) <= 0
    turn.locator(".ref").first.click()
    lit(page)
    assert overflow(page) <= 0
    pane = page.locator(".source").bounding_box()
    assert pane["width"] == width if width < 896 else pane["width"] < width * 0.6
    page.get_by_label("Close the source").click()
    # Nothing that opens is cut off either, and no label breaks in the middle of a word.
    turn.get_by_label("Not helpful").click()
    send = turn.get_by_role("button", name="Send")
    send.wait_for()
    assert send.bounding_box()["height"] < 40
    page.get_by_text("All documents").click()
    panel = page.locator(".filters").bounding_box()
    for field in page.locator(".filters input[type=date]").all():
        box = field.bounding_box()
        assert box["x"] + box["width"] <= panel["x"] + panel["width"]
    page.keyboard.press("Escape")
    if width < 896:
        page.get_by_label("Show conversations and documents").click()
        page.locator(".side-link", has_text="Documents").click()
    else:
        page.goto(f"{site[0]}/#/documents")
    page.locator("tbody tr").first.wait_for()
    assert overflow(page) <= 0


def test_arabic_reads_from_the_right(site: Any, open_page: Any) -> None:
    """An Arabic question, answer, quote and source run from right to left in a page that runs from the left."""
    page = open_page(site[0])
    turn = ask(page, "متى يفتح المتحف أبوابه؟")
    turn.locator(".ref").first.click()
    lit(page)
    for selector in (".question", ".statement", ".source-text"):
        assert page.locator(selector).first.evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_the_page_speaks_japanese(site: Any, open_page: Any) -> None:
    """A Japanese browser gets Japanese words and may choose English, which is remembered."""
    page = open_page(site[0], locale="ja-JP")
    assert page.locator(".welcome h1").inner_text() == "文書に質問する"
    assert page.evaluate("document.documentElement.lang") == "ja"
    abstention = ask(page, "Who won the football world cup in 1998?").locator(".abstention").inner_text()
    assert "検索した範囲：すべての文書" in abstention and not re.search("documents|searched", abstention)
    told = ask(page, "これらの文書を要約してください").locator(".notice").inner_text()
    assert told.startswith("概要：") and "overview" not in told
    told = ask(page, "How much may a hottel cost?").locator(".notice").inner_text()
    assert told == "“hottel”はどこにもないため、“hotel”として検索しました."
    page.locator(".brand").click()
    page.get_by_label("言語").select_option("en")
    page.locator(".welcome h1", has_text="Ask your documents").wait_for()
    page.reload()
    page.locator(".welcome h1", has_text="Ask your documents").wait_for()


@pytest.mark.parametrize(
    ("locale", "title", "about", "says"),
    [
        ("de-DE", "Fragen Sie Ihre Dokumente", "Worum geht es in diesen Dokumenten?", "Die Dokumente sagen es nicht."),
        ("fr-FR", "Interrogez vos documents", "De quoi parlent ces documents", "Les documents ne le disent pas."),
    ],
)
def test_the_page_speaks_german_and_french(
    locale: str, title: str, about: str, says: str, site: Any, open_page: Any
) -> None:
    """The page is whole in the browser's language, on a phone too, and what it offers to ask is understood."""
    page = open_page(site[0], locale=locale, viewport={"width": 390, "height": 844})
    assert page.locator(".welcome h1").inner_text() == title
    assert page.evaluate("document.documentElement.lang") == locale[:2]
    offer = page.locator(".welcome button")
    assert offer.inner_text().startswith(about)
    offer.click()
    page.locator(".turn-foot").first.wait_for()
    assert page.locator(".statements .ref").count() == 6
    abstention = ask(page, "Who won the football world cup in 1998?").locator(".abstention").inner_text()
    assert says in abstention and not re.search("documents? (?:don|in )|searched|all 6", abstention)
    page.goto(f"{site[0]}/#/documents")
    page.locator("tbody tr").first.wait_for()
    assert overflow(page) <= 0


def test_first_paint_is_small(site: Any, open_page: Any) -> None:
    """All that the empty page loads stays below 100 kB on the wire and comes from this server."""
    page = open_page(site[0])
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map((entry) => [entry.name, entry.transferSize])"
    )
    assert all(name.startswith(site[0]) for name, _ in loaded)
    assert 10_000 < sum(size for _, size in loaded) < 100_000


def test_a_reader_signs_in_and_cannot_change_documents(own_library: Path, open_page: Any) -> None:
    """The form asks for name and password; a wrong one is said; a reader sees no way to add or remove."""
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import Database

    database = Database(own_library)
    Accounts(database).add("ana", password="correct horse battery", role="reader", collections=None)
    database.close()
    with quoting_site(own_library) as (address, _):
        page = open_page(address, expect=("401",))
        assert violations(page) == []
        page.fill("#sign-name", "ana")
        page.fill("#sign-password", "wrong horse battery")
        page.press("#sign-password", "Enter")
        page.locator(".sign-in .trouble", has_text=".").wait_for()
        page.fill("#sign-password", "correct horse battery")
        page.press("#sign-password", "Enter")
        ask(page, "How much may a hotel cost?")
        page.locator(".side-link", has_text="Documents").click()
        count(page.locator("tbody tr"), 6)
        assert page.locator(".acts button, .take-in").count() == 0
        page.get_by_label("Sign out").click()
        page.locator(".sign-in").wait_for()
        leave(page)


def test_the_server_is_quoted_in_the_language_of_the_page(own_library: Path, open_page: Any) -> None:
    """A wrong token is said in the language of the page, in English where the page has not the browser's."""
    with quoting_site(own_library, access_token="a-token-of-more-than-sixteen-characters") as (address, _):
        for locale, words in (
            ("ja-JP", "トークンが正しくありません。"),
            ("de-DE", "Das Token ist falsch."),
            ("sv-SE", "The token is not right."),
        ):
            page = open_page(address, expect=("401",), locale=locale)
            page.fill("#sign-token", "wrong")
            page.press("#sign-token", "Enter")
            page.locator(".trouble", has_text=words).wait_for()
            leave(page)


def test_a_session_that_ends_costs_no_question(own_library: Path, open_page: Any) -> None:
    """Who is signed out while asking is told so, and finds the question in the box after signing in."""
    token = "a-token-of-more-than-sixteen-characters"
    with quoting_site(own_library, access_token=token) as (address, _):
        page = open_page(address, expect=("401",))

        def sign_in() -> None:
            form = page.locator(".sign-in").bounding_box()
            button, field = page.locator(".sign-in .strong").bounding_box(), page.locator("#sign-token").bounding_box()
            assert form and button["y"] >= field["y"] + field["height"] + 4  # the two do not touch
            page.fill("#sign-token", token)
            page.press("#sign-token", "Enter")
            page.locator("#ask").wait_for()

        sign_in()
        page.context.clear_cookies()
        page.fill("#ask", "How much may a hotel cost?")
        page.press("#ask", "Enter")
        page.locator(".sign-in", has_text="You were signed out. Your question is kept.").wait_for()
        sign_in()
        page.wait_for_function("document.querySelector('#ask').value === 'How much may a hotel cost?'")
        page.press("#ask", "Enter")
        page.locator(".statement").first.wait_for()
        leave(page)
