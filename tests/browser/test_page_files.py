"""The page's files by themselves: its words in every language, what it never does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "bot" / "surfaces" / "web" / "page"
KEY = re.compile(r'\bt\(\s*(?:[\w.!= ]+\?\s*)?"([\w.]+)"')
SCRIPTS = sorted(path for path in WEB.glob("*.js"))


def words(language: str) -> dict[str, str | dict[str, str]]:
    """Return the entries of a language's file, those of several forms by form."""
    found: dict[str, str | dict[str, str]] = {}
    for line in re.split(r',\n(?=  "|\n|\})', (WEB / "strings" / f"{language}.js").read_text(encoding="utf-8")):
        entry = re.search(r'^  "([\w.]+)":\s*(.+)$', line, re.MULTILINE | re.DOTALL)
        if entry:
            value = re.sub(r'([{,]\s*)(\w+): "', r'\1"\2": "', entry[2])
            found[entry[1]] = json.loads(re.sub(r",\s*\}", "}", value))
    return found


def languages() -> list[str]:
    """Return the languages that the page offers."""
    (offered,) = re.findall(r"LANGUAGES = \{(.+)\}", (WEB / "words.js").read_text(encoding="utf-8"))
    return re.findall(r"(\w+): ", offered)


def test_the_languages_that_are_offered_are_those_that_are_there() -> None:
    """Each file of words is offered under its own name, and nothing else is."""
    assert {"en", "de", "fr", "ja"} <= set(languages())
    assert set(languages()) == {path.stem for path in (WEB / "strings").glob("*.js")}


@pytest.mark.parametrize("language", languages())
def test_every_word_is_there_in_every_language(language: str) -> None:
    """All languages have the same keys; each form of a word has the same names to fill in, and none is empty."""
    english, other = words("en"), words(language)
    assert other.keys() == english.keys()
    for key, text in english.items():
        names = re.findall(r"\{(\w+)\}", text if isinstance(text, str) else text["other"])
        forms = other[key]
        if isinstance(forms, dict):
            assert "other" in forms and set(forms) <= {"one", "other"}, key
        for form in [forms] if isinstance(forms, str) else list(forms.values()):
            assert form.strip(), key
            # "the nearest passage" and 「これらの文書」 need no number.
            assert set(re.findall(r"\{(\w+)\}", form)) | {"n"} == {*names, "n"}, key


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
def test_no_sentence_is_left_in_english(language: str) -> None:
    """What reads the same in two languages is a name, a figure or a word of both."""
    english, other = words("en"), words(language)
    texts = {key: text for key, text in english.items() if isinstance(text, str)}
    texts = {key: text for key, text in texts.items() if len(re.sub(r"\{\w+\}|/", "", text).split()) > 2}
    assert not {key for key, text in texts.items() if other[key] == text}


def test_the_notices_that_are_translated_are_those_that_are_sent() -> None:
    """The page knows them by their English words."""
    from bot.answerer import WHOLE_QUESTION
    from bot.computed import curated
    from bot.finder import RESPELLED, WORDS_ALONE
    from bot.models.metered import SPENT, SPENT_REMEDY
    from bot.quotes import overview
    from bot.quotes.whole import SOME_ITEMS, SOME_ROWS
    from bot.written.answer import INSTEAD, UNSUPPORTED
    from bot.written.writing import CUT

    sent = {
        "unsupported": UNSUPPORTED,
        "instead": INSTEAD,
        "spent": f"{SPENT} {SPENT_REMEDY}",
        "cut": CUT,
        "words": WORDS_ALONE,
        "overview": overview.NOTICE,
        "nothing": overview.NOTHING,
        "many": overview.TOO_MANY.replace("{count:,}", "{count}"),
        "respelled": RESPELLED,
        "question": WHOLE_QUESTION,
        "list": SOME_ITEMS,
        "rows": SOME_ROWS,
        "curated": curated.WRITTEN,
        "curated.changed": curated.CHANGED,
    }
    english = words("en")
    assert {key: text for key, text in english.items() if key.startswith("notice.")} == {
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
