"""What the browser tests share: one library and one browser a run, a fresh page each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_stage import CHROMIUM, NO_CHROMIUM, build_library, chromium, quoting_site

from bot.ask import Bot


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium, or the word why there is none."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(NO_CHROMIUM)
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def papers_library(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the papers, not to be changed."""
    return build_library(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="session")
def site(papers_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Bot]]:
    """The server that quotes, one for all tests that do not change documents."""
    with quoting_site(papers_library) as serving:
        yield serving


@pytest.fixture
def own_library(papers_library: Path, tmp_path: Path) -> Path:
    """A copy of the library that a test may change."""
    talks = shutil.ignore_patterns("conversations.db*")  # what other tests asked of the shared one
    return Path(shutil.copytree(papers_library, tmp_path / "library", ignore=talks))


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Open an address in a browser context of its own; at the end no page may have complained.

    Sources open as text, as for a reader who chose that, unless `printed` is set: then as for a new reader.
    """
    contexts = []
    complaints: list[str] = []

    def open_at(address: str, *, expect: tuple[str, ...] = (), printed: bool = False, **options: Any) -> Any:
        chosen = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options}
        context = browser.new_context(**chosen)
        context.set_default_timeout(60_000)
        if not printed:
            context.add_init_script("if (location.protocol === 'http:') localStorage.setItem('footnote.view', 'text')")
        contexts.append(context)
        page = context.new_page()

        def note(message: Any) -> None:
            if message.type in ("error", "warning") and not any(words in message.text for words in expect):
                complaints.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector("textarea, .sign-in, .library")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not complaints, complaints
