"""Terms of the keyword index: folded, stemmed, in every script."""

from __future__ import annotations

import pytest

from vectorstore.words import query_terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Agreements agreed", ["agreement", "agre"]),
        ("The U.S. and US", ["the", "us", "and", "us"]),
        ("1,000.5 and 1000.5", ["1000.5", "and", "1000.5"]),
        ("Café NAÏVE", ["cafe", "naiv"]),
        ("US-Japan 6G", ["us", "japan", "6g"]),
        ("東京都", ["東京", "京都"]),
        ("नमस्ते", ["नमस्ते"]),
        ("ไทยแลนด์"[:4], ["ไทย", "ทยแ"]),
        ("Ёлка", ["елка"]),
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


def test_a_possessive_is_its_word() -> None:
    """Japan's is Japan, with either apostrophe."""
    assert tokens("Japan's")[0] == tokens("Japan’s")[0] == "japan"
