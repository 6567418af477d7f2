"""Terms of the keyword index: folded, stemmed, in every script."""

from __future__ import annotations

import pytest

from vectorstore.words.tokens import is_foreign, mostly_latin, query_terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Agreements agreed", ["agreement", "agre"]),
        ("The U.S. and US", ["the", "us", "and", "us"]),
        ("1,000.5 and 1000.5", ["1000.5", "and", "1000.5"]),
        ("Café NAÏVE", ["cafe", "naiv"]),
        ("US-Japan 6G", ["us", "japan", "6g"]),
        ("東京都", ["東京", "京都"]),
        ("नमस्ते", ["नमस्त"]),
        ("ไทยแลนด์"[:4], ["ไทย", "ทยแ"]),
        ("Ёлка ёлки", ["елк", "елк"]),
        ("книга книгами", ["книг", "книг"]),
        ("δρόμος δρόμου", ["δρομ", "δρομ"]),
        ("الكتاب كتاب", ["كتاب", "كتاب"]),
        ("किताबें किताबों", ["किताब", "किताब"]),
        ("كِتَاب كتاب", ["كتاب", "كتاب"]),
        ("", []),
        ('"*-NEAR', ["near"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    """One word has one term however it is written; scripts without blanks become n-grams."""
    assert tokens(text) == expected


def test_a_query_keeps_its_content_words() -> None:
    """Stop words go, unless nothing else remains; each term counts once."""
    assert query_terms("What is the price of the price list?") == ["price"]
    assert query_terms("what is it?") == ["what", "is", "it"]


def test_phrases_about_the_document_are_no_content() -> None:
    """ "In the article" and "according to the document" do not look for the word article."""
    assert query_terms("What does WTO stand for in the article?") == ["wto"]
    assert "document" not in query_terms("According to the document, who signed?")


@pytest.mark.parametrize(
    ("asked", "written"),
    [("sleep", "slept"), ("build", "built"), ("write", "written"), ("child", "Children"), ("pay", "paid")],
)
def test_irregular_forms_are_the_word_that_they_are_of(asked: str, written: str) -> None:
    """What is asked as "did they sleep" stands in texts as "slept"."""
    assert tokens(written) == tokens(asked)


def test_a_possessive_is_its_word() -> None:
    """Japan's is Japan, with either apostrophe."""
    assert tokens("Japan's")[0] == tokens("Japan’s")[0] == "japan"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Когда был подписан договор?", ["подписа", "договор"]),
        ("متى تم توقيع الاتفاق؟", ["تم", "توقيع", "اتفاق"]),
        ("Πότε ήταν η συμφωνία;", ["συμφων"]),
        ("समझौता कब हुआ?", ["समझौत", "हुआ"]),
        ("Wann wurde das Abkommen unterzeichnet?", ["abkommen", "unterzeichnet"]),
        ("¿Cuándo se firmó el acuerdo?", ["firmo", "acuerdo"]),
    ],
)
def test_function_words_of_other_languages_are_no_content(question: str, expected: list[str]) -> None:
    """What asks, and what only joins, is left out of a query in other languages too."""
    assert query_terms(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who was the Kaiser of Germany in 1914?",
        "What is São Paulo's café culture?",
        "Did Beyoncé and Jay-Z sing die Nacht?",
        "list of El Niño and La Niña years",
        "notice period",
        "Was the plan agreed in Los Angeles?",
        "",
        "1234",
    ],
)
def test_an_english_query_is_never_taken_for_another_language(question: str) -> None:
    """Names and loan words from other languages leave a query English."""
    assert not is_foreign(question)
    assert mostly_latin(question)


def test_queries_in_other_languages_in_latin_letters_are_told() -> None:
    """Two function words, or words with letters that English lacks, are enough; other scripts are another matter."""
    assert is_foreign("Wann wurde das Abkommen unterzeichnet?")
    assert is_foreign("Anlaşma hangi yıl imzalandı?")
    assert is_foreign("Quando è stato firmato l'accordo?")
    assert not is_foreign("協定はいつ署名されましたか?")
    assert not mostly_latin("協定はいつ署名されましたか?")
