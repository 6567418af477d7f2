"""The real server over a real library, in a thread, for a browser to talk to; and the browser."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from browser_papers import write_papers

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.web.app import create_app
from ingest.options import SyncOptions
from ingest.sync import sync
from vectorstore.library import Library

CHROMIUM = Path("/usr/bin/chromium")
NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def build_library(folder: Path) -> Path:
    """Read the papers into a new library below `folder` and return the library's folder."""
    papers = write_papers(folder / "papers")
    library = Library.open(folder / "library", create=True)
    try:
        report = sync(library, [papers], SyncOptions(workers=1))
        assert not report.failed, report.failed
        library.update_index()
    finally:
        library.close()
    return folder / "library"


@contextmanager
def serving(bot: Any, settings: Settings, *, port: int = 0) -> Iterator[str]:
    """Serve page and API for `bot` and yield the address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        create_app(bot, settings), log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


@contextmanager
def quoting_site(library: Path, **more: Any) -> Iterator[tuple[str, Bot]]:
    """Serve the bot that quotes over the library in a folder; yield the address and the bot."""
    settings = Settings(library=str(library), questions_per_minute=0, stop_seconds=1, **more)
    with Library.open(library) as opened:
        bot = Bot(opened, settings=settings)
        with serving(bot, settings) as address:
            yield address, bot


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium; its profile is a new folder each time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
