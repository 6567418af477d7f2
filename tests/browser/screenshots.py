"""Make the pictures of docs/screenshots: `python tests/browser/screenshots.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1]), str(HERE.parent / "ingest" / "loaders")]

from browser_bot import ScriptedBot, written  # noqa: E402
from browser_stage import build_library, chromium, quoting_site, serving  # noqa: E402
from browser_steps import ask, count, leave, lit  # noqa: E402
from test_page_library import DROP  # noqa: E402
from test_page_printed import drawn  # noqa: E402

from bot.settings.settings import Settings  # noqa: E402
from vectorstore.library import Library  # noqa: E402

FOLDER = HERE.parents[1] / "docs" / "screenshots"
DESKTOP = {"width": 1280, "height": 760}
PHONE = {"width": 360, "height": 740}
LEASE = "How long is the notice period to end the lease?"
PARTY = "When does the summer party begin?"


class Pictures:
    """Takes pictures of pages in one browser."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def page(self, address: str, size: dict[str, int], scheme: str = "light", locale: str = "en-GB") -> Any:
        """Open a page in a context of its own."""
        context = self._browser.new_context(
            viewport=size, color_scheme=scheme, locale=locale, reduced_motion="reduce", device_scale_factor=1
        )
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("textarea, .library, .sign-in")
        return page

    def take(self, page: Any, name: str) -> None:
        """Keep the page as it stands, in 64 colours, which a page of text does not miss."""
        from PIL import Image

        page.wait_for_timeout(400)
        path = self._folder / f"{name}.png"
        page.screenshot(path=str(path))
        with Image.open(path) as image:
            image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def quoting(pictures: Pictures, library: Path) -> None:
    """Pictures of the bot that quotes."""
    with quoting_site(library) as (address, _):
        page = pictures.page(address, DESKTOP)
        pictures.take(page, "start")
        ask(page, LEASE)
        ask(page, PARTY).locator(".ref").first.click()
        lit(page)
        pictures.take(page, "source-emoji")
        page.keyboard.press("Escape")
        ask(page, LEASE).locator(".ref").first.click()
        page.locator(".source-original a").wait_for()
        drawn(page)
        pictures.take(page, "source-pdf")
        page.get_by_label("Page and text side by side").click()
        lit(page)
        pictures.take(page, "source-wide")
        page.keyboard.press("Escape")
        ask(page, "Who won the football world cup in 1998?").locator(".fold summary").click()
        pictures.take(page, "abstention")
        page.get_by_text("All documents").click()
        page.locator(".filters input").first.wait_for()
        pictures.take(page, "filters")
        page = pictures.page(address, DESKTOP, "dark")
        ask(page, "How many days of paid leave does every employee have?").locator(".ref").first.click()
        lit(page)
        pictures.take(page, "source-dark")
        page = pictures.page(address, DESKTOP, locale="ja-JP")
        ask(page, "年次有給休暇は何日ですか").locator(".ref").first.click()
        lit(page)
        pictures.take(page, "japanese")
        page = pictures.page(address, DESKTOP)
        ask(page, "متى يفتح المتحف أبوابه؟").locator(".ref").first.click()
        lit(page)
        pictures.take(page, "arabic")
        phone(pictures, address)


def phone(pictures: Pictures, address: str) -> None:
    """Pictures of a phone's width."""
    for scheme in ("light", "dark"):
        page = pictures.page(address, PHONE, scheme)
        turn = ask(page, LEASE)
        pictures.take(page, f"phone-{scheme}")
        turn.locator(".ref").first.click()
        drawn(page)
        pictures.take(page, f"phone-source-{scheme}")
    page = pictures.page(f"{address}/#/documents", PHONE)
    page.locator("tbody tr").first.wait_for()
    pictures.take(page, "phone-documents")


def writing(pictures: Pictures, library: Path) -> None:
    """Pictures of what a chat model may bring about."""
    settings = Settings(library=str(library), model="ollama:llama3.2", questions_per_minute=0, stop_seconds=1)
    with Library.open(library) as opened, serving(ScriptedBot(opened, written(opened)), settings) as address:
        page = pictures.page(address, DESKTOP)
        ask(page, "When does the lease end, and what of the deposit?").locator(".withheld summary").click()
        page.locator(".statements .ref").first.hover()
        pictures.take(page, "written")
        page = pictures.page(address, DESKTOP)
        ask(page, "How many hours a week?")
        pictures.take(page, "disagreement")


def uploading(pictures: Pictures, library: Path) -> None:
    """The library side, with files that were dropped."""
    with quoting_site(library) as (address, _):
        page = pictures.page(f"{address}/#/documents", DESKTOP)
        files = [
            ["canteen 🍜.md", "# Canteen\n\nThe canteen closes at half past two. Soup costs three euros.\n"],
            ["broken.pdf", "%PDF-1.7 and nothing more"],
            ["minutes.txt", "The meeting of 3 November decided to paint the hall green.\n"],
        ]
        page.evaluate(DROP, [files])
        count(page.locator(".job-file.added"), 2)
        page.locator("tr", has_text="Canteen").wait_for()
        pictures.take(page, "documents")
        leave(page)


def main() -> None:
    """Make all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, chromium() as browser:
        library = build_library(Path(temporary))
        pictures = Pictures(browser, FOLDER)
        quoting(pictures, library)
        writing(pictures, library)
        uploading(pictures, library)


if __name__ == "__main__":
    main()
