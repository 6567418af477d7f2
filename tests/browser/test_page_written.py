"""What a chat model may bring about: own words, doubt, disagreement, withheld sentences, stopping, failing."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser_bot import ScriptedBot, written
from browser_stage import serving
from browser_steps import ask, count, lit

from bot.answer import Answer, Citation, Statement
from bot.errors import ModelError
from bot.settings.settings import Settings
from vectorstore.library import Library

pytestmark = pytest.mark.browser


@contextmanager
def scripted(folder: Path, model: str = "ollama:llama3.2") -> Iterator[tuple[str, ScriptedBot]]:
    """Serve the scripted bot over the library in `folder`."""
    settings = Settings(library=str(folder), model=model, questions_per_minute=0, stop_seconds=1)
    with Library.open(folder) as library:
        bot = ScriptedBot(library, written(library))
        with serving(bot, settings) as address:
            yield address, bot


def test_doubt_notice_search_words_and_withheld_sentences_are_shown(own_library: Path, open_page: Any) -> None:
    """What was searched for, the notice, what a source holds only in part, and what was withheld, all stand there."""
    with scripted(own_library) as (address, _):
        page = open_page(address)
        turn = ask(page, "When does the lease end?")
        assert "Searched for: notice period lease deposit" in turn.inner_text()
        assert "read as one about the lease" in turn.locator(".notice").inner_text()
        assert "by bank transfer" in turn.locator(".doubt").inner_text()
        fold = turn.locator(".withheld")
        assert "1 sentence was withheld" in fold.inner_text()
        assert not fold.locator("li").is_visible()
        fold.locator("summary").click()
        assert "may be shortened" in fold.inner_text() and "No passage says so." in fold.inner_text()
        assert "ollama:llama3.2 · 3.1" in turn.locator(".meta").inner_text()
        assert "812 tokens" in turn.locator(".meta").inner_text()


def test_a_models_words_and_the_documents_own_are_told_apart(own_library: Path, open_page: Any) -> None:
    """Above each run of sentences stands whose words they are, in the page's language; quotes have a bar."""
    with scripted(own_library) as (address, _):
        page = open_page(address, locale="de-DE")
        turn = ask(page, "When does the lease end?")
        assert turn.locator(".by").all_inner_texts() == ["Worte eines Modells, geprüft", "Wörtlich aus den Dokumenten"]
        shown = turn.locator(".statement").all()
        assert [one.get_attribute("data-by") for one in shown] == ["model", "model", "documents"]
        bars = [one.evaluate("e => getComputedStyle(e).borderInlineStartWidth") for one in shown]
        assert bars == ["0px", "0px", "3px"]


def test_disagreement_stands_side_by_side(own_library: Path, open_page: Any) -> None:
    """Both values and both sentences stand beside each other, each with its footnote."""
    with scripted(own_library) as (address, _):
        page = open_page(address)
        turn = ask(page, "How many hours a week?")
        sides = turn.locator(".side-by")
        assert [side.locator(".value").inner_text() for side in sides.all()] == ["38 hours", "42.5 hours"]
        boxes = [side.bounding_box() for side in sides.all()]
        assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
        sides.nth(1).locator(".ref").click()
        assert lit(page) == "勤務時間は午前九時から午後五時三十分までです。"
        page.get_by_label("Previous footnote").click()
        assert lit(page) == "The working week is 38 hours."


def test_statements_appear_one_by_one_and_escape_stops(own_library: Path, open_page: Any) -> None:
    """The first statement is there before the second; Escape ends the answer, and nothing of it is kept."""
    with scripted(own_library) as (address, bot):
        bot.gate = threading.Event()
        page = open_page(address)
        page.fill("#ask", "When does the lease end?")
        page.press("#ask", "Enter")
        count(page.locator(".statement"), 1)
        assert page.get_by_label("Stop").is_visible()
        # Its footnote works while the model still writes.
        page.locator(".ref").first.hover()
        page.locator(".quote-card .quote", has_text="six months").wait_for()
        page.locator(".ref").first.click()
        assert "six months" in lit(page)
        page.get_by_label("Close the source").click()
        page.keyboard.press("Escape")
        page.locator(".stopped").wait_for()
        # The server must have noticed before the model goes on, else it would be done by then.
        while "footnote_open_streams 0.0" not in page.request.get(f"{address}/metrics").text():
            page.wait_for_timeout(50)
        bot.gate.set()
        assert bot.given_up.wait(10)
        assert page.locator(".conversation-link").count() == 0
        turn = ask(page, "When does the lease end?")
        assert turn.locator(".statement").count() == 3
        count(page.locator(".conversation-link"), 1)


def test_a_failing_model_is_said_and_the_question_can_be_asked_again(own_library: Path, open_page: Any) -> None:
    """The reason and the remedy stand in the turn, with a button that asks once more."""
    with scripted(own_library) as (address, bot):
        bot.error = ModelError("The model does not answer.", remedy="Start it.")
        page = open_page(address)
        page.fill("#ask", "When does the lease end?")
        page.press("#ask", "Enter")
        failure = page.locator(".failure")
        failure.wait_for()
        assert "The model does not answer. Start it." in failure.inner_text()
        bot.error = None
        failure.get_by_text("Ask again").click()
        page.locator(".turn-foot").wait_for()
        assert page.locator(".turn").count() == 1


def test_the_page_says_when_text_leaves_the_machine(own_library: Path, open_page: Any) -> None:
    """With a provider's model, the page names the model and who the text is sent to."""
    with scripted(own_library, "openai:gpt-5-mini") as (address, _):
        words = open_page(address).locator(".plainly.leaves").inner_text()
        assert "openai:gpt-5-mini writes the answers" in words
        assert "are sent to api.openai.com" in words


def test_a_model_in_a_file_is_named_without_its_path(own_library: Path, open_page: Any) -> None:
    """Where the file lies is nobody's business."""
    with scripted(own_library, "local:/srv/secret/Small-135M.Q4.gguf") as (address, _):
        page = open_page(address)
        page.locator(".plainly", has_text="Small-135M.Q4.gguf writes the answers").wait_for()
        assert "secret" not in page.locator("body").inner_text()


def test_the_page_finds_the_server_again(own_library: Path, open_page: Any) -> None:
    """While the server is away a banner says so; when it is back the banner goes and asking works."""
    expect = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
    with scripted(own_library) as (address, _):
        page = open_page(address, expect=expect)
        ask(page, "When does the lease end?")
    page.fill("#ask", "How many hours a week?")
    page.press("#ask", "Enter")
    page.locator(".banner").wait_for()
    assert "Footnote cannot be reached." in page.locator(".failure").inner_text()
    port = int(address.rpartition(":")[2])
    settings = Settings(library=str(own_library), model="ollama:llama3.2", questions_per_minute=0, stop_seconds=1)
    with Library.open(own_library) as library, serving(ScriptedBot(library, written(library)), settings, port=port):
        page.locator(".banner").wait_for(state="hidden")
        page.locator(".failure").get_by_text("Ask again").click()
        count(page.locator(".turn-foot"), 2)


def long_answer(library: Library, question: str) -> Answer:
    """Return an answer of 34 computed statements, each with a footnote of its own."""
    info = max(library.documents(), key=lambda document: document.characters)
    text = library.text(info.id)
    places = [word.span() for word in re.finditer(r"\w{4,}", text)][:34]
    return Answer(
        question,
        statements=tuple(Statement(f"Project {n} is on hold.", (n,), "computed") for n in range(1, 35)),
        citations=tuple(
            Citation(n, info.id, info.title, info.source, None, start, end, text[start:end])
            for n, (start, end) in enumerate(places, 1)
        ),
        notice="34 of 102 projects are on hold.",
    )


def test_a_long_answer_shows_ten_and_all_when_asked(own_library: Path, open_page: Any) -> None:
    """Ten statements with their footnotes stand there, how many there are is said, and one press shows all of them."""
    with scripted(own_library) as (address, bot):
        bot.script = lambda question: long_answer(bot.library, question)
        page = open_page(address, permissions=["clipboard-read", "clipboard-write"])
        turn = ask(page, "Which projects are on hold?")
        count(turn.locator(".statement:visible"), 10)
        count(turn.locator(".note:visible"), 10)
        assert "34 of 102" in turn.locator(".notice").inner_text()
        turn.get_by_text("Copy", exact=True).click()
        page.wait_for_selector(".toast")
        assert "Project 34 is on hold." in page.evaluate("navigator.clipboard.readText()")
        turn.get_by_text("Show all 34").click()
        count(turn.locator(".statement:visible"), 34)
        count(turn.locator(".note:visible"), 34)
        count(turn.locator(".show-all"), 0)
        assert page.evaluate("document.activeElement.dataset.number") == "11"
        page.reload()
        page.locator(".show-all").wait_for()
        count(page.locator(".statement:visible"), 10)
        page.emulate_media(media="print")  # paper has no button
        count(page.locator(".statement:visible"), 34)
        count(page.locator(".note:visible .note-quote:visible"), 34)
        count(page.locator(".show-all:visible"), 0)


def test_a_footnote_that_waits_is_shown_when_it_is_opened(own_library: Path, open_page: Any) -> None:
    """Going on from the tenth footnote in the source pane to the next one shows the whole answer."""
    with scripted(own_library) as (address, bot):
        bot.script = lambda question: long_answer(bot.library, question)
        page = open_page(address)
        turn = ask(page, "Which projects are on hold?")
        turn.locator(".ref").nth(9).click()
        page.get_by_label("Next footnote").click()
        count(turn.locator(".statement:visible"), 34)
