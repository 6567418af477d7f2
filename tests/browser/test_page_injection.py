"""Nothing that anybody writes runs on the page or breaks its layout, even with the content policy switched off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_bot import ScriptedBot, citation, passage
from browser_stage import quoting_site, serving
from browser_steps import api, count, leave, overflow
from injection_payloads import PAYLOADS

from bot.answer import Answer, Conflict, Statement, Withheld
from bot.settings.settings import Settings
from ingest.splitting.split import split
from vectorstore.document import Document, Heading
from vectorstore.library import Library

pytestmark = pytest.mark.browser

STRANGERS = """() => {
  const made = [...document.querySelectorAll(
    "img, image, iframe, object, embed, base, video, audio, math, style, marquee, meta[http-equiv], animate, use"
  )].map((node) => node.outerHTML);
  for (const node of document.querySelectorAll("*")) {
    for (const { name, value } of node.attributes) {
      if (name.startsWith("on")) made.push(`${node.tagName} ${name}`);
      const leads = /^(href|src|action|xlink:href)$/.test(name);
      if (leads && !/^(\\/|#)/.test(value)) made.push(`${node.tagName} ${name}=${value}`);
    }
  }
  for (const script of document.scripts) {
    if (!script.getAttribute("src")?.startsWith("/web/")) made.push(script.outerHTML);
  }
  return made;
}"""


def paper(number: int, payload: str) -> Document:
    """Return a document that says the payload in its title, its name, its heading and its text."""
    text = f"{payload}\n\nMarker {number} {payload} end."
    return Document(
        id=hashlib.sha256(f"payload {number}".encode()).hexdigest()[:16],
        source=f"/papers/{payload}",
        title=payload,
        media_type="text/plain",
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        collection=f"c{number}",
        headings=(Heading(0, len(payload), 1),),
        size=len(text),
        modified="2026-03-01T00:00:00Z",
    )


@pytest.fixture(scope="module")
def hostile(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose documents and whose model write nothing but payloads."""
    folder = tmp_path_factory.mktemp("hostile") / "library"
    with Library.open(folder, create=True) as library:
        documents = [paper(number, payload) for number, payload in enumerate(PAYLOADS)]
        library.add([(document, split(document.text)) for document in documents])

        def script(question: str) -> Answer:
            number = PAYLOADS.index(question.strip())
            quote = f"Marker {number} {PAYLOADS[number]} end."
            return Answer(
                question,
                statements=(
                    Statement(question, (1,), "partly", question),
                    Statement(quote, (1,), "supported"),
                    Statement(f"{question} {quote}", (1,)),
                ),
                citations=(citation(library, 1, quote),),
                passages=(passage(library, quote),),
                model=question,
                searched_for=question,
                searched=question,
                notice=question,
                conflicts=(Conflict("name", (question, quote), (0, 1)),),
                withheld=(Withheld(question, question),),
            )

        settings = Settings(library=str(folder), model="ollama:x", questions_per_minute=0, stop_seconds=1)
        with serving(ScriptedBot(library, script), settings) as address:
            yield address


def watched(open_page: Any, address: str, **more: Any) -> tuple[Any, list[str]]:
    """Open the page without its content policy, so that only its own care protects it; note what escapes."""
    page = open_page(address, bypass_csp=True, **more)
    escaped: list[str] = []
    page.on("dialog", lambda dialog: (escaped.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address.split("#")[0]) else escaped.append(request.url),
    )
    return page, escaped


def unharmed(page: Any, escaped: list[str]) -> None:
    """Nothing ran, nothing was made of a payload, nothing left, and the page is as wide as its window."""
    assert page.evaluate("window.pwned") is None
    assert page.evaluate(STRANGERS) == []
    assert escaped == []
    assert overflow(page) <= 0


def test_there_are_enough_payloads() -> None:
    """At least sixty, all different."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def test_the_watch_sees_what_is_put_in_as_markup(hostile: str, open_page: Any) -> None:
    """The suite can fail: had the page parsed them, most payloads would be noticed, and scripts would have run."""
    page, escaped = watched(open_page, hostile, expect=("",))
    seen = page.evaluate(
        """([payloads, strangers]) => payloads.filter((payload) => {
          const place = document.createElement("div");
          document.body.append(place);
          place.innerHTML = payload;
          const found = eval(strangers)().length > 0;
          place.remove();
          return found;
        }).length""",
        [PAYLOADS, f"({STRANGERS})"],
    )
    assert seen >= 30
    page.wait_for_timeout(300)
    assert escaped or page.evaluate("window.pwned") is not None


def test_questions_answers_quotes_and_sources_are_text(hostile: str, open_page: Any) -> None:
    """Every payload as question, model output, title, place and document text shows as it stands."""
    page, escaped = watched(open_page, hostile)
    talk = "new"
    for payload in PAYLOADS:
        talk = api(page, "/v1/ask", method="POST", body={"question": payload, "conversation": talk})["conversation"]
    page.goto(f"{hostile}/#/c/{talk}")
    count(page.locator(".turn-foot"), len(PAYLOADS))
    unharmed(page, escaped)
    shown = page.evaluate("[...document.querySelectorAll('.question')].map((node) => node.textContent)")
    assert shown == [payload.strip() for payload in PAYLOADS]
    wide = page.evaluate(
        "[...document.querySelectorAll('.turns *')].filter((n) => n.getBoundingClientRect().right > innerWidth).length"
    )
    assert wide == 0
    page.evaluate("for (const fold of document.querySelectorAll('.turns details')) fold.open = true")
    page.evaluate(
        "for (const ref of document.querySelectorAll('.ref')) ref.dispatchEvent(new MouseEvent('mouseenter'))"
    )
    page.wait_for_timeout(200)
    unharmed(page, escaped)
    for number, turn in enumerate(page.locator(".turn").all()):
        turn.locator(".statements .ref").first.evaluate("node => node.click()")
        page.locator(".source mark.lit", has_text=f"Marker {number} ").first.wait_for()
        assert page.locator(".source h2").evaluate("node => node.textContent") == PAYLOADS[number]
    unharmed(page, escaped)


def test_a_typed_payload_streams_as_text(hostile: str, open_page: Any) -> None:
    """The same holds on the way that a person goes: typed, streamed, hovered, filtered, on a phone."""
    page, escaped = watched(open_page, hostile)
    page.set_viewport_size({"width": 360, "height": 740})
    for payload in (PAYLOADS[5], PAYLOADS[11], "W" * 190, PAYLOADS[68]):
        before = page.locator(".turn").count()
        page.fill("#ask", payload)
        page.press("#ask", "Enter")
        count(page.locator(".turn-foot"), before + 1)
        page.locator(".turn").last.locator(".ref").first.focus()
        unharmed(page, escaped)
    page.get_by_text("All documents").click()
    count(page.locator(".filters fieldset").nth(1).locator(".pick"), len(PAYLOADS))
    page.locator(".filters .pick input").first.check()
    unharmed(page, escaped)


def test_names_of_conversations_are_text(hostile: str, open_page: Any) -> None:
    """Every payload as a conversation's name shows in the list, in the heading and in the dialog."""
    page, escaped = watched(open_page, hostile)
    names = [payload.strip()[:200] for payload in PAYLOADS if payload.strip()]
    for name in names:
        api(page, "/v1/conversations", method="POST", body={"title": name})
    page.reload()
    page.locator(".conversation-link").first.wait_for()
    while page.get_by_text("Show more").is_visible():
        seen = page.locator(".conversation-link").count()
        page.get_by_text("Show more").click()
        page.locator(".conversation-link").nth(seen).wait_for()
    shown = set(page.evaluate("[...document.querySelectorAll('.conversation-link')].map((node) => node.textContent)"))
    assert len(shown) >= len(names) - 2
    unharmed(page, escaped)
    for text in (PAYLOADS[5], PAYLOADS[31]):
        page.evaluate(
            "(text) => [...document.querySelectorAll('.conversation-link')]"
            ".find((node) => node.textContent === text).click()",
            text,
        )
        page.locator("h1", has_text=text).wait_for()
        page.get_by_label("Rename").click()
        assert page.input_value("dialog input") == text
        assert page.title() == f"{text} · Footnote"
        page.keyboard.press("Escape")
        unharmed(page, escaped)


def test_titles_in_the_library_are_text(hostile: str, open_page: Any) -> None:
    """Every payload as a title and a file's name shows in the list and in the question before removal."""
    page, escaped = watched(open_page, f"{hostile}/#/documents")
    count(page.locator("tbody tr"), len(PAYLOADS))
    shown = page.evaluate("[...document.querySelectorAll('.document-open')].map((node) => node.textContent)")
    assert sorted(shown) == sorted(PAYLOADS)
    page.locator(".acts button").nth(3).click()
    page.locator("dialog").wait_for()
    unharmed(page, escaped)
    page.keyboard.press("Escape")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        unharmed(page, escaped)


def test_names_of_uploaded_files_are_text(own_library: Path, open_page: Any) -> None:
    """Every payload as a file's name goes up, is read, is listed, and stays text; so does its content."""
    with quoting_site(own_library) as (address, _):
        page, escaped = watched(open_page, f"{address}/#/documents")
        files = [[f"{payload[:120]}.txt", f"Marker {n} {payload}"] for n, payload in enumerate(PAYLOADS)]
        page.evaluate(
            """([files]) => {
              const transfer = new DataTransfer();
              for (const [name, text] of files) transfer.items.add(new File([text], name));
              document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer: transfer }));
            }""",
            [files],
        )
        page.locator(".job-head", has_text=" read").wait_for(timeout=60_000)
        unharmed(page, escaped)
        page.get_by_label("Dismiss").click()
        page.locator("tbody tr").nth(len(PAYLOADS) // 2).wait_for()
        unharmed(page, escaped)
        leave(page)
