"""What a person does on the page, and what one sees there."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def ask(page: Any, question: str) -> Any:
    """Ask, wait for the whole answer, and return its turn."""
    count = page.locator(".turn").count()
    page.fill("#ask", question)
    page.press("#ask", "Enter")
    turn = page.locator(".turn").nth(count)
    turn.locator(".turn-foot").wait_for()
    return turn


def lit(page: Any) -> str:
    """Return the characters that are lit in the source pane."""
    page.wait_for_selector(".source mark.lit")
    return str(page.evaluate("[...document.querySelectorAll('.source mark.lit')].map(m => m.textContent).join('')"))


def saved(place: Any, label: str) -> Path:
    """Choose a format of the menu "Save as…" in a part of the page and return the file."""
    place.locator(".menu summary").click()
    with place.page.expect_download(timeout=60_000) as download:
        place.locator(".menu-list").get_by_text(label).click()
    return Path(download.value.path())


def overflow(page: Any) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def api(page: Any, path: str, *, method: str = "GET", body: Any = None) -> Any:
    """Call the API as the page does and return the JSON."""
    return page.evaluate(
        """async ([path, method, body]) => {
          const options = { method };
          if (body !== null) {
            options.body = JSON.stringify(body);
            options.headers = { "Content-Type": "application/json" };
          }
          const answer = await fetch(path, options);
          return answer.status === 204 ? null : await answer.json();
        }""",
        [path, method, body],
    )


def count(locator: Any, number: int) -> None:
    """Wait until so many elements are there."""
    from playwright.sync_api import expect

    expect(locator).to_have_count(number, timeout=60_000)


def attribute(locator: Any, name: str, value: str) -> None:
    """Wait until an attribute has a value."""
    from playwright.sync_api import expect

    expect(locator).to_have_attribute(name, value, timeout=15_000)


def until(page: Any, expression: str, value: object = True) -> None:
    """Wait until an expression has a value; the page's policy forbids Playwright's own way, which evaluates text."""
    for _ in range(1200):
        if page.evaluate(expression) == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} is {page.evaluate(expression)!r} and not {value!r}")


def leave(page: Any) -> None:
    """Leave the page, so that it does not miss a server that is about to stop."""
    page.goto("about:blank")
