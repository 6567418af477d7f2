"""What a search puts first, with an encoder whose vectors follow from the words alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.document import Heading
from vectorstore.library import Library
from vectorstore.passage import Filter
from vectorstore.search.search import SearchResult

RIVER = "The river Ouse floods each spring. Farmers move their sheep. The mill was built in 1780. It ground corn."
HARBOUR = "The harbour was dug in 1851. Ships bring coal. The lighthouse keeper lives alone."


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    opened = Library.open(place, create=True, encoder=HashEncoder())
    opened.add([make("river.txt", RIVER, title="The river"), make("harbour.txt", HARBOUR, collection="sea")])
    yield opened
    opened.close()


def first(result: SearchResult) -> str:
    return result.passages[0].text


def test_the_chunk_with_the_words_comes_first(library: Library) -> None:
    """The passage that holds the question's words is first, verbatim, with its place in the document."""
    passage = library.search("when was the mill built").passages[0]
    assert passage.text == "The mill was built in 1780." == RIVER[passage.start : passage.end]
    assert passage.rank == 1 and passage.title == "The river"


def test_scores_fall_and_signals_are_shares(library: Library) -> None:
    """Passages come best first, and coverages lie between 0 and 1."""
    passages = library.search("harbour ships coal", limit=7).passages
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    assert all(0 <= p.signals.coverage <= 1 and 0 <= p.signals.section_coverage <= 1.000001 for p in passages)


def test_the_score_does_not_depend_on_the_size_of_the_library(library: Library) -> None:
    """A passage's cosine and coverages stay about the same when unrelated documents come in."""
    before = library.search("lighthouse keeper").passages[0]
    library.add([make(f"noise-{n}.txt", f"Alpha{n} beta{n}. Gamma{n} delta{n}.") for n in range(40)])
    after = library.search("lighthouse keeper").passages[0]
    assert after.text == before.text
    assert abs(after.score - before.score) < 0.05


def test_a_filter_holds_for_every_passage(library: Library) -> None:
    """Nothing outside the filter is found, and what is left out counts for nothing."""
    found = library.search("the mill", filter=Filter(collections=("sea",)))
    assert {p.collection for p in found.passages} == {"sea"}
    assert "mill" in found.unknown
    without = library.search("mill", filter=Filter(without_documents=(make("river.txt", RIVER)[0].id,)))
    assert all(p.title != "The river" for p in without.passages)


def test_headings_are_found_but_not_first(place: str) -> None:
    """A heading that repeats the question stands below the sentence under it."""
    text = "Rent of the mill. The rent of the mill is due in May."
    with Library.open(place, create=True, encoder=HashEncoder()) as library:
        document, chunks = make("lease.txt", text, headings=(Heading(0, 17, 1),))
        from dataclasses import replace

        library.add([(document, [replace(chunks[0], kind="heading"), *chunks[1:]])])
        assert library.search("rent of the mill").passages[0].kind == "body"


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "*",
        "mill*",
        "NEAR(mill corn)",
        "mill - corn",
        "mill AND NOT (corn",
        "'; DROP TABLE chunks; --",
        "😀😀😀",
        "東京の川",
        "\x00",
        "a" * 9000,
    ],
)
def test_operators_and_odd_scripts_are_only_words(library: Library, query: str) -> None:
    """Nothing in a query is an operator of the index, and nothing in it makes a search fail."""
    assert isinstance(library.search(query).passages, tuple)
    assert first(library.search("the mill was built")) == "The mill was built in 1780."


def test_blank_queries_and_empty_libraries_find_nothing(tmp_path: Path, library: Library) -> None:
    """Nothing asked, or nothing there: no passages, and no error."""
    assert library.search("  \n").passages == ()
    with Library.open(tmp_path / "empty", create=True, encoder=HashEncoder()) as empty:
        assert empty.search("anything").passages == ()


def test_context_pulls_towards_the_last_question(library: Library) -> None:
    """A follow-up that names nothing is searched with what it follows on."""
    alone = library.search("and when").passages[0].score
    assert library.search("when", context="the mill built").passages[0].text == "The mill was built in 1780."
    assert alone < library.search("and when", context="the mill built").passages[0].score


def test_the_rival_is_the_best_of_another_document(library: Library) -> None:
    """What was found elsewhere is told, and there is none where one document is searched alone."""
    found = library.search("when was the mill built", limit=2)
    assert found.rival_score is not None and found.rival_score < found.passages[0].score
    alone = library.search("when was the mill built", filter=Filter(collections=("sea",)))
    assert alone.rival_score is None
