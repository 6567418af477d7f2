"""The keyword index holds exactly the terms of what is stored."""

from __future__ import annotations

import numpy as np
import pytest
from hash_encoder import HashEncoder, make

from vectorstore.catalog.layout import fts_terms
from vectorstore.catalog.lookup import Lookup
from vectorstore.document import Heading
from vectorstore.errors import LibraryOutdated
from vectorstore.library import Library
from vectorstore.words import tokens


@pytest.fixture
def library(place: str) -> Library:
    """An empty library with a quick encoder."""
    return Library.open(place, create=True, encoder=HashEncoder())


ODD = [
    "don't",
    'a"b',
    "c++",
    "3.5",
    "日本",
    "x*",
    "near",
    "-",
    "é",
    "\ud800z",
    "café_x",
    "(",
    "a:b",
    "^q",
    "🙂",
    "a b",
    "\0",
]


def test_terms_with_operators_quotes_and_odd_characters_are_found_as_they_are(library: Library) -> None:
    """FTS operators mean nothing: every term is found by itself and by nothing else."""
    with library.writer.transaction() as connection:
        connection.add_words(1, [(id, fts_terms([term])) for id, term in enumerate(ODD, start=1)])
    lookup = Lookup(library.catalog)
    for id, term in enumerate(ODD, start=1):
        assert lookup.postings(term).tolist() == [id], ascii(term)
    for term in ("b", "c", "日", "don", "", '"', "NEAR(", "a OR b"):
        assert lookup.postings(term).tolist() == [], ascii(term)


def test_postings_follow_adds_and_removals_at_once(library: Library) -> None:
    """The cache of postings never outlives the state it was read from."""
    library.add([make("a.txt", "Apples here. Pears there.")])
    with library.view() as view:
        assert view.catalog.postings("appl").tolist() == [1]
    library.add([make("b.txt", "More apples.")])
    with library.view() as view:
        assert view.catalog.postings("appl").tolist() == [1, 3]
    library.remove([library.find("a.txt").id])
    with library.view() as view:
        assert view.catalog.postings("appl").tolist() == [3]
        assert view.catalog.postings("pear").tolist() == []


def test_headings_are_searched_with_the_chunks_below_them(library: Library) -> None:
    """A chunk is found by the words of the headings that it stands under."""
    text = "Minerals. Cobalt is rare. Treaties. Signed in Tokyo."
    library.add([make("a.txt", text, headings=(Heading(0, 9, 1), Heading(26, 35, 1)))])
    with library.view() as view:
        found = view.catalog.passages(view.catalog.postings("treati"))
    assert [passage.text for passage in found] == ["Treaties.", "Signed in Tokyo."]


def test_words_of_title_and_file_name_lead_to_the_document(library: Library) -> None:
    """Underscores and hyphens of a file name separate words."""
    library.add([make("annual_report-2026.txt", "One.", title="Market budget"), make("b.txt", "Two.")])
    with library.view() as view:
        for term in ("market", "budget", "annual", "report", "2026"):
            assert view.catalog.title_postings(term).tolist() == [1], term


def test_removing_everything_leaves_no_term(library: Library) -> None:
    """Deletion gives the index exactly what insertion gave it, so nothing is left over."""
    texts = ["Apples. \0 Pears 🙂 don't.", "日本の技術. C++ and 3.5 % (x).", "\ud800 odd."]
    library.add([make(f"{number}.txt", text) for number, text in enumerate(texts)])
    library.remove([info.id for info in library.documents()])
    with library.catalog.snapshot() as connection:
        assert all(connection.vocabulary(bytes([first])) == [] for first in range(1, 128))
        assert connection.vocabulary("日".encode()) == connection.vocabulary("🙂".encode()) == []


def test_another_version_of_words_is_indexed_again_without_the_model(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library whose words were cut by older rules is renewed at the first search or write."""
    folder = place
    with Library.open(folder, create=True, encoder=HashEncoder()) as library:
        library.add([make("a.txt", "Apples here.")])
    monkeypatch.setattr(tokens, "VERSION", tokens.VERSION + 1)
    monkeypatch.setattr(tokens, "tokens", lambda text: text.upper().split())
    with Library.open(folder, read_only=True, encoder=HashEncoder()) as library:
        with pytest.raises(LibraryOutdated, match="doctor"), library.view():
            pass
        assert library.text(library.find("a.txt").id) == "Apples here."
    with Library.open(folder, encoder=HashEncoder()) as library, library.view() as view:
        # The tokenizer of the index lower-cases ASCII on both sides.
        assert view.catalog.postings("HERE.").tolist() == [1]
        assert view.catalog.postings("appl").tolist() == []
        assert int(library.catalog.meta("words")) == tokens.VERSION


def test_a_large_document_is_indexed_across_reading_windows(library: Library) -> None:
    """Terms are read from stored pieces in windows; every chunk gets its own."""
    text = " ".join(f"Word{number} filler filler filler." for number in range(20_000))
    library.add([make("big.txt", text)])
    with library.view() as view:
        for number in (0, 7, 9_000, 19_999):
            ids = view.catalog.postings(f"word{number}")
            assert ids.tolist() == [number + 1]
            assert view.catalog.passages(ids)[0].text == f"Word{number} filler filler filler."
        assert np.array_equal(view.catalog.postings("filler"), np.arange(1, 20_001))
    if library.catalog.home.path is not None:
        with library.catalog.home.errors(), library.writer.transaction() as connection:
            connection.execute("INSERT INTO words(words) VALUES('integrity-check')")
