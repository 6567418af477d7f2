"""What an encoder that knows English only is not asked, and how words of other languages are found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.embedding.model_files import MINILM
from vectorstore.library import Library
from vectorstore.search.search import search

RIVER = "The river Ouse floods each spring. Farmers move their sheep. The mill was built in 1780. It ground corn."
TREATY = "条約は2025年10月に東京で署名された。両国は人工知能の研究で協力する。費用は折半する。"
DAM = "Der Damm wurde 1912 gebaut. Die Fischer verloren ihre Boote. Das Wasser stieg im Herbst."
RUSSIAN = "Договор подписали в Москве. Стороны обменялись нотами. Старую мельницу построили в 1780 году."


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    opened = Library.open(place, create=True, encoder=HashEncoder(MINILM))
    opened.add([make(f"{n}.txt", text) for n, text in enumerate((RIVER, TREATY, DAM, RUSSIAN))])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "query", ["when was the mill built", "floods in São Paulo", "Ouse", "1780", "Who was the Kaiser?", "dam 1912?"]
)
def test_english_queries_are_found_as_ever(library: Library, query: str) -> None:
    """A query that is not surely of another language goes through encoder and words together, unchanged."""
    with library.view() as view:
        assert search(view, query) == search(view, query, dense=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("条約はいつ署名されましたか", "条約は2025年10月に東京で署名された。"),
        ("Кто построил мельницы?", "Старую мельницу построили в 1780 году."),
        ("Wann wurden die Dämme gebaut?", "Der Damm wurde 1912 gebaut."),
    ],
)
def test_queries_in_other_languages_are_searched_by_words_alone(library: Library, query: str, found: str) -> None:
    """The encoder takes no part, the result says so, and no cosine of noise is in the score."""
    result = library.search(query)
    assert not result.dense
    assert result.passages[0].text.startswith(found)
    assert all(p.signals.cosine == pytest.approx(1.3 * p.signals.coverage) for p in result.passages)


def test_words_alone_find_nothing_where_no_word_stands(library: Library) -> None:
    """A question in Japanese about what no document names finds no passage at all."""
    assert not library.search("火星").passages


def test_another_encoder_takes_part_in_every_language(place: str) -> None:
    """Only of the bundled model is it known that it reads English alone."""
    with Library.open(place, create=True, encoder=HashEncoder()) as library:
        library.add([make("1.txt", TREATY)])
        assert library.search("条約はいつ署名されましたか").dense


def test_a_word_is_found_by_its_first_letters_only_in_other_languages(library: Library) -> None:
    """Endings do not matter in a German query; in English one the stem does."""
    assert not library.search("Wo sind die Fischerei und die Boote?").unknown
    assert library.search("the fisherei").unknown


def test_a_title_is_found_by_first_letters_too(library: Library) -> None:
    """The first letters of a word find it in titles as in text."""
    library.add([make("5.txt", "Nichts.", title="Geschichten vom Rhein")])
    with library.view() as view:
        assert len(view.catalog.title_postings("gesch*")) == 1
        assert len(view.catalog.title_postings("geschichte*")) == 1
        assert not len(view.catalog.title_postings("geschichte"))
        assert not len(view.catalog.postings("gesch*"))
        assert not len(view.catalog.postings("*"))
