"""The supported half of a sentence."""

from __future__ import annotations

import pytest

from bot.written.halves import halves, supported_half


@pytest.mark.parametrize(
    ("sentence", "half"),
    [
        ("The bridge was built in 1889, highlighting local wealth.", "The bridge was built in 1889."),
        ("The bridge was built in 1889, which made Anders famous.", "The bridge was built in 1889."),
        ("The bridge was built in 1889; the toll ended later.", "The bridge was built in 1889."),
    ],
)
def test_a_clause_is_cut_where_what_is_left_is_a_sentence(sentence: str, half: str) -> None:
    """The beginning stands for itself, with a full stop."""
    assert half in halves(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The toll is due, which only holds unless it rains.",
        "France, Germany, and the United States.",
        "The bridge was built in 1889.",
    ],
)
def test_no_condition_is_cut_off_and_no_list_is_cut(sentence: str) -> None:
    """What is left would not be as true, or no sentence."""
    assert halves(sentence) == []


def test_the_longest_half_that_stands_is_taken() -> None:
    """Of several, and none where none stands."""
    sentence = "The bridge was built in 1889, which helped trade, showing great skill."
    assert supported_half(sentence, lambda _: True) == "The bridge was built in 1889, which helped trade."
    assert supported_half(sentence, lambda half: "trade" not in half) == "The bridge was built in 1889."
    assert supported_half(sentence, lambda _: False) == ""
