"""The printed page of a footnote with its words lit, on a desktop and a phone, by keyboard; tables as tables."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, attribute, count, leave, lit, overflow, until
from format_files import docx_parts, make_zip, paragraph, pptx_parts, shape, text_row, xlsx_parts
from test_page_access import violations

from ingest.options import SyncOptions
from ingest.sync import sync
from vectorstore.library import Library

pytestmark = pytest.mark.browser

QUESTION = "How long is the notice period to end the lease?"
QUOTE = "Either party may end the lease with a notice period of six months to the end of a quarter."
PHONE = {"width": 390, "height": 780}


def link(address: str, library: Library, quote: str) -> str:
    """Return the address of a quote in its document, as Slack, Discord and the API give it."""
    for info in library.documents():
        if (start := library.text(info.id).find(quote)) >= 0:
            return f"{address}/#document={info.id}&start={start}&end={start + len(quote)}"
    raise AssertionError(quote)


def drawn(page: Any) -> Any:
    """Wait until the page is drawn and return its figure."""
    figure = page.locator(".sheets figure").first
    figure.wait_for()
    until(page, "[...document.querySelectorAll('.sheet img')].every((image) => image.complete && image.naturalWidth)")
    return figure


def ink_under_light(page: Any) -> list[float]:
    """Return the share of dark dots of the picture under each lit box, and beside all of them."""
    return page.evaluate(
        """() => {
          const image = document.querySelector(".sheet img");
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const paper = canvas.getContext("2d", { willReadFrequently: true });
          paper.drawImage(image, 0, 0);
          const dark = (x, y, w, h) => {
            const dots = paper.getImageData(x, y, Math.max(1, w), Math.max(1, h)).data;
            let found = 0;
            for (let i = 0; i < dots.length; i += 4) found += dots[i] < 128;
            return found / (dots.length / 4);
          };
          const size = (rect, name, whole) => rect[name].baseVal.value * whole;
          const boxes = [...document.querySelectorAll(".sheet rect")];
          const under = boxes.map((box) => dark(
            size(box, "x", canvas.width), size(box, "y", canvas.height),
            size(box, "width", canvas.width), size(box, "height", canvas.height),
          ));
          return [...under, dark(0, 0, canvas.width, canvas.height)];
        }"""
    )


def test_a_footnote_into_a_pdf_opens_its_page_with_the_words_lit(site: Any, open_page: Any) -> None:
    """The light lies on the ink of the sentence; the text is one press away, and the choice is kept."""
    address, bot = site
    page = open_page(address, printed=True)
    ask(page, QUESTION).locator(".ref").first.click()
    figure = drawn(page)
    assert QUOTE in figure.locator("img").get_attribute("alt")
    assert "Page 3 of Lease of the office." in figure.locator("img").get_attribute("alt")
    assert page.locator(".sheet-number").inner_text() == "3 / 3"
    *under, everywhere = ink_under_light(page)
    assert len(under) == 1 and under[0] > 10 * everywhere
    assert not page.locator(".source-text").is_visible()
    page.get_by_role("button", name="Text", exact=True).click()
    assert lit(page) == QUOTE and not figure.is_visible()
    page.reload()
    page.locator(".ref").first.click()
    assert lit(page) == QUOTE
    page.get_by_role("button", name="Page", exact=True).click()
    drawn(page)
    # A document without printed pages has neither the choice nor the tools of one.
    party = "The band is called Blue Kettle 🫖 and plays until midnight."
    page.goto(link(address, bot.library, party))
    page.locator(".source mark.lit", has_text=party).wait_for()
    assert not page.locator(".source-views").is_visible() and not page.locator(".sheets").is_visible()


def test_the_page_on_a_phone(site: Any, open_page: Any) -> None:
    """It is large enough to read, the lit words are in sight, and nothing is wider than the window."""
    address, bot = site
    page = open_page(link(address, bot.library, QUOTE), printed=True, viewport=PHONE, device_scale_factor=2)
    drawn(page)
    pane, light = page.locator(".sheets").bounding_box(), page.locator(".sheet rect").first.bounding_box()
    assert (
        pane["y"] <= light["y"] < pane["y"] + pane["height"] and pane["x"] <= light["x"] < pane["x"] + pane["width"] / 2
    )
    assert light["height"] > 9 and overflow(page) <= 0
    assert page.locator(".sheet img").get_attribute("src").endswith("width=1600")
    assert not page.locator(".wide-button").is_visible()
    for button in page.locator(".source-views button:visible").all():
        box = button.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] and box["height"] >= 24


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_and_beside_it(scheme: str, site: Any, open_page: Any) -> None:
    """No barrier on the printed page on a phone, nor with page and text side by side."""
    address, bot = site
    page = open_page(link(address, bot.library, QUOTE), printed=True, viewport=PHONE, color_scheme=scheme)
    drawn(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Page and text side by side").click()
    lit(page)
    assert violations(page) == []


def test_the_page_by_keyboard(site: Any, open_page: Any) -> None:
    """Reach it by Tab, make it larger and smaller, turn its pages, put page and text side by side, close it."""
    address, bot = site
    page = open_page(link(address, bot.library, QUOTE), printed=True)
    drawn(page)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('sheets')"):
            break
    width = page.locator(".sheet").bounding_box()["width"]
    page.keyboard.press("+")
    assert page.locator(".sheet").bounding_box()["width"] == pytest.approx(1.5 * width, rel=0.02)
    page.keyboard.press("-")
    assert page.locator(".sheet").bounding_box()["width"] == pytest.approx(width, rel=0.02)
    page.get_by_label("Previous page").press("Enter")
    assert page.locator(".sheet-number").inner_text() == "2 / 3"
    assert page.locator(".sheet rect").count() == 0
    page.get_by_label("Next page").press("Enter")
    count(page.locator(".sheet rect"), 1)
    wide = page.get_by_label("Page and text side by side")
    wide.press("Enter")
    attribute(wide, "aria-pressed", "true")
    assert lit(page) == QUOTE and drawn(page).is_visible()
    sheet, text = page.locator(".sheets").bounding_box(), page.locator(".source-scroll").bounding_box()
    assert sheet["x"] + sheet["width"] <= text["x"] + 1 and page.locator(".source").bounding_box()["width"] == 1280
    page.keyboard.press("Escape")
    assert not page.locator(".source").is_visible()


def refuse(status: int, body: Any, route: Any) -> None:
    """Answer in the server's place."""
    route.fulfill(status=status, json=body)


def without_light(scanned: bool, route: Any) -> None:
    """Let the server answer, and take the boxes away."""
    reply = route.fetch()
    found = reply.json()
    found["pages"][0] |= {"boxes": [], "lit": "none", "scanned": scanned}
    route.fulfill(response=reply, json=found)


def test_where_no_page_can_be_shown_the_text_is_and_why(site: Any, open_page: Any) -> None:
    """A file that cannot be drawn, one that has changed, a picture that does not come: the text, and a sentence."""
    address, bot = site
    words = {"code": "page_not_drawn", "message": "This page cannot be drawn.", "remedy": "Its text is still here."}
    changed = {"code": "original_changed", "message": "The file has changed since it was read.", "remedy": ""}
    for status, error, pattern, told in (
        (422, words, "**/pages?*", "This page cannot be drawn. Its text is still here."),
        (409, changed, "**/pages?*", ""),
        (503, {"code": "library_busy", "message": "Busy.", "remedy": ""}, "**/pages/3?*", "Here is its text."),
    ):
        page = open_page(address, printed=True, expect=("Failed to load resource",))
        body = {"error": {**error, "type": "", "param": "", "request_id": ""}}
        page.route(pattern, partial(refuse, status, body))
        page.goto(link(address, bot.library, QUOTE))
        assert lit(page) == QUOTE
        if told:
            page.locator(".page-trouble", has_text=told).wait_for()
        assert page.locator(".source-text").is_visible() and not page.locator(".sheets").is_visible()
        leave(page)


def test_words_that_are_not_found_on_the_page_are_said(site: Any, open_page: Any) -> None:
    """The page without light, and a sentence on it: of a scan, and of words that are not there."""
    address, bot = site
    for scanned, told in ((True, "This page is a scan"), (False, "The quoted words were not found on the page")):
        page = open_page(address, printed=True)
        page.route("**/pages?*", partial(without_light, scanned))
        page.goto(link(address, bot.library, QUOTE))
        page.locator(".sheets figcaption", has_text=told).wait_for()
        drawn(page)
        assert page.locator(".sheet rect").count() == 0
        leave(page)


@pytest.fixture
def office(own_library: Path, tmp_path: Path) -> Path:
    """A library that also has a workbook, a Word file with a table, and slides."""
    papers = tmp_path / "office"
    papers.mkdir()
    rows = [text_row(1, "Town", "Pier", "Boats")]
    rows += [text_row(number, f"Town {number}", f"Pier {number}", f"{number * 3} boats") for number in range(2, 60)]
    make_zip(papers / "harbours.xlsx", xlsx_parts({"Harbours": "".join(rows)}))
    cell = "<w:tc>{}</w:tc>"
    table = "".join(
        f"<w:tr>{''.join(cell.format(paragraph(words)) for words in row)}</w:tr>"
        for row in (("Colour", "Meaning"), ("Red", "Closed"), ("Blue", "Open at noon"))
    )
    body = paragraph("The flags are these.") + f"<w:tbl>{table}</w:tbl>" + paragraph("They fly until dusk.")
    make_zip(papers / "flags.docx", docx_parts(body))
    make_zip(papers / "slides.pptx", pptx_parts(shape("A first slide."), shape("The tide turns at four.")))
    with Library.open(own_library) as library:
        report = sync(library, [papers], SyncOptions(workers=1))
        assert not report.failed, report.failed
    return own_library


def test_rows_cells_and_slides_are_shown_as_such(office: Path, open_page: Any) -> None:
    """A footnote into a workbook opens at its row in a table, one into Word too, one into slides under its slide."""
    with quoting_site(office) as (address, bot):
        for quote, cells in (
            ("Town 41 | Pier 41 | 123 boats", ["Town 41", "Pier 41", "123 boats"]),
            ("Blue | Open at noon", ["Blue", "Open at noon"]),
        ):
            page = open_page(link(address, bot.library, quote), printed=True, viewport=PHONE)
            assert lit(page) == quote
            row = page.locator(".source-text [role=row]", has_text=cells[0])
            assert [cell.inner_text() for cell in row.locator("[role=cell]").all()] == cells
            assert [mark.inner_text() for mark in row.locator("[role=cell] mark").all()] == cells
            pane, mark = page.locator(".source-scroll").bounding_box(), row.bounding_box()
            assert pane["y"] <= mark["y"] <= pane["y"] + pane["height"] - mark["height"] and overflow(page) <= 0
            info = next(info for info in bot.library.documents() if quote in bot.library.text(info.id))
            shown = page.locator(".source-text").evaluate("node => node.textContent")
            assert shown == bot.library.text(info.id)
            leave(page)
        page = open_page(link(address, bot.library, "The tide turns at four."), printed=True)
        assert lit(page) == "The tide turns at four."
        label = page.locator(".source-text .place").last
        assert label.get_attribute("data-label") == "Slide 2"
        assert label.bounding_box()["y"] < page.locator("mark.lit").bounding_box()["y"]
        leave(page)


def test_axe_finds_nothing_on_tables(office: Path, open_page: Any) -> None:
    """No barrier in a document that is shown as a table."""
    with quoting_site(office) as (address, bot):
        page = open_page(link(address, bot.library, "Town 41 | Pier 41 | 123 boats"))
        lit(page)
        assert violations(page) == []
        leave(page)
