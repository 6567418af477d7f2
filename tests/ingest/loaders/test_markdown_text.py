"""Markdown becomes plain text: the words stay, the marks go, headings are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import Loaded
from ingest.errors import NoText
from ingest.loaders.markup.markdown import read
from ingest.reading.load import load


def headings(loaded: Loaded) -> list[tuple[str, int]]:
    """Return the headings as words and level."""
    return [(loaded.text[h.start : h.end], h.level) for h in loaded.headings]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Some **bold**, *slanted*, ~~struck~~ and `code` words.", "Some bold, slanted, struck and code words."),
        ("A [link](http://a.b 'title') and <http://c.d>.", "A link and http://c.d."),
        ("A [reference][1].\n\n[1]: http://a.b", "A reference."),
        ("Wrapped\nover lines,  \nthen broken.", "Wrapped over lines,\nthen broken."),
        ("![a picture of a cat](cat.png) sits.", "a picture of a cat sits."),
        ("Escaped \\*stars\\* &amp; an entity.", "Escaped *stars* & an entity."),
        ("- one\n- two\n  more\n\n\nAfter.", "- one\n- two more\n\nAfter."),
        ("3. three\n4. four\n", "3. three\n4. four"),
        ("- a\n  1. b\n  2. c\n- d", "- a\n1. b\n2. c\n- d"),
        ("> quoted\n> words", "quoted words"),
        ("| A | B |\n|---|---|\n| 1 | *2* |\n", "A | B\n1 | 2"),
        ("```python\ndef f():\n    return 1\n```", "def f():\n    return 1"),
        ("Before <!-- hidden --> after.\n\n<!-- all\nof this -->\n\nEnd.", "Before after.\n\nEnd."),
        ('<p align="center">Raw <b>HTML</b></p>\n\nText.', "Raw HTML\n\nText."),
        ("One\n\n---\n\nTwo", "One\n\nTwo"),
    ],
)
def test_marks_go_and_words_stay(source: str, text: str) -> None:
    """Each construct of Markdown leaves the words that a reader sees."""
    assert read(source).text == text


def test_headings_have_levels_and_places() -> None:
    """Both ways of writing headings give their words, levels and exact offsets."""
    loaded = read("# Top *one*\n\nText.\n\nUnder\n-----\n\n### Deep `x`\n\n- # not a heading of the outline\n")
    assert headings(loaded) == [("Top one", 1), ("Under", 2), ("Deep x", 3)]


@pytest.mark.parametrize(
    ("source", "title", "text"),
    [
        ("---\ntitle: 'A title'\ntags: [x]\n---\n# Heading\n\nText.", "A title", "Heading\n\nText."),
        ('+++\ntitle = "Another"\n+++\nText.', "Another", "Text."),
        ("---\ndate: 2026\n---\n# Heading\n\nText.", "Heading", "Heading\n\nText."),
        ("# Only a heading\n\nText.", "Only a heading", "Only a heading\n\nText."),
        ("---\nA sentence between two rules, no keys.\n\n---\nText.", "", None),
        ("Nothing.", "", "Nothing."),
    ],
)
def test_titles(source: str, title: str, text: str | None) -> None:
    """Front matter gives the title and is no text; else the first heading does; two rules are no front matter."""
    loaded = read(source)
    if text is None:
        assert "A sentence between two rules" in loaded.text
    else:
        assert loaded.title == title
        assert loaded.text == text


def test_a_file_without_words_says_so(tmp_path: Path) -> None:
    """Marks alone are no text."""
    path = tmp_path / "marks.md"
    path.write_text("---\n\n***\n\n![](x.png)\n")
    with pytest.raises(NoText):
        load(path)


@given(st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,6}", fullmatch=True), min_size=1, max_size=8))
def test_plain_paragraphs_are_kept_as_they_are(paragraphs: list[str]) -> None:
    """Text without any marks comes through unchanged."""
    text = "\n\n".join(paragraphs)
    assert read(text).text == text


@given(st.text(max_size=300))
def test_any_text_is_read_or_empty(source: str) -> None:
    """Whatever stands in the file, headings point at one line of the text."""
    try:
        loaded = read(source)
    except NoText:
        return
    for words, level in headings(loaded):
        assert words
        assert "\n" not in words
        assert 1 <= level <= 6
