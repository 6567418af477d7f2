"""The page's files by themselves: its words in every language, what it never does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "bot" / "surfaces" / "web" / "page"
ENTRY = re.compile(r'^\s+"([\w.]+)":\s*(.+?),?$', re.MULTILINE)
KEY = re.compile(r'\bt\(\s*(?:[\w.!= ]+\?\s*)?"([\w.]+)"')
SCRIPTS = sorted(path for path in WEB.glob("*.js"))


def words(language: str) -> dict[str, str]:
    """Return the entries of a language's file; one of several lines keeps its first."""
    return dict(ENTRY.findall((WEB / "strings" / f"{language}.js").read_text(encoding="utf-8")))


def test_every_word_is_there_in_japanese() -> None:
    """Both languages have the same keys, and their words the same names to fill in."""
    english, japanese = words("en"), words("ja")
    assert english.keys() == japanese.keys()
    for key, text in english.items():
        if "{" in text and not text.startswith("{"):
            names = set(re.findall(r"\{(\w+)\}", text))
            assert set(re.findall(r"\{(\w+)\}", japanese[key])) == names, key


def test_the_notices_that_are_translated_are_those_that_are_sent() -> None:
    """The page knows them by their English words."""
    from bot.answerer import WHOLE_QUESTION
    from bot.finder import RESPELLED, WORDS_ALONE
    from bot.quotes import overview

    sent = {
        "words": WORDS_ALONE,
        "overview": overview.NOTICE,
        "nothing": overview.NOTHING,
        "many": overview.TOO_MANY.replace("{count:,}", "{count}"),
        "respelled": RESPELLED,
        "question": WHOLE_QUESTION,
    }
    english = words("en")
    assert {key: text.strip('"') for key, text in english.items() if key.startswith("notice.")} == {
        f"notice.{name}": text for name, text in sent.items()
    }


def test_every_word_that_the_page_asks_for_is_there() -> None:
    """No script asks for a key that English does not have."""
    asked = {key for path in SCRIPTS for key in KEY.findall(path.read_text(encoding="utf-8"))}
    assert len(asked) > 100
    assert asked <= words("en").keys()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_parses_markup_or_leaves_the_server(path: Path) -> None:
    """Nothing is written as HTML, evaluated, or fetched from elsewhere."""
    code = path.read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function", code
    )
    assert not re.search(r"""["'`]https?://(?!www\.w3\.org)\w""", code)
    assert len(code.splitlines()) <= 320


def test_the_html_has_no_inline_script_or_style() -> None:
    """The policy forbids both; every file that it names is there."""
    html = (WEB / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)
    for name in re.findall(r'(?:href|src)="/web/([^"]+)"', html):
        assert (WEB / name).is_file(), name
