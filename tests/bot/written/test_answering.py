"""Whether a true sentence answers the question."""

from __future__ import annotations

import pytest

from bot.question.question import Question
from bot.written.pertinence import answers_as_well, why_no_answer


@pytest.mark.parametrize(
    ("statement", "question", "why"),
    [
        (
            "The two importers claimed that they were prevented.",
            "Which two importers claimed that they were prevented?",
            "repeats",
        ),
        ("The passage describes a class of T cells.", "What class of T cells is it?", "about the passages"),
        ("This sentence lists the laws.", "Which laws are listed?", "about the passages"),
        ("The deal was signed in Tokyo.", "Where was the deal signed?", ""),
        ("The deal was signed in Tokyo.", "Was the deal signed in Tokyo?", ""),
        ("The passage was closed in 1914.", "When was the passage closed?", ""),
        ("東京で署名された。", "どこで署名されましたか", ""),
    ],
)
def test_a_sentence_that_says_nothing_is_told(statement: str, question: str, why: str) -> None:
    """The question turned into a statement, and words about the passages, answer nothing."""
    found = why_no_answer(statement, Question(question))
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    ("statement", "best", "question", "well"),
    [
        (
            "It was signed on October 28, 2025.",
            "Kimi Onoda signed it on October 28, 2025.",
            "When was it signed?",
            True,
        ),
        ("Kimi Onoda signed it.", "Kimi Onoda signed it on October 28, 2025.", "When was it signed?", False),
        (
            "They claimed that it was unlawful.",
            "In Keck two importers claimed it was unlawful.",
            "Who claimed it?",
            False,
        ),
        (
            "Free movement is based on citizenship.",
            "Free movement was based on citizenship and rights.",
            "What is free movement based on?",
            True,
        ),
        ("Kimi Onoda.", "It was signed by Kimi Onoda, who is a minister.", "Who signed it?", False),
        (
            "Free movement is a basis.",
            "Free movement was based on citizenship and rights of workers in firms.",
            "What is free movement based on?",
            False,
        ),
    ],
)
def test_an_answer_must_say_what_its_source_says(statement: str, best: str, question: str, well: bool) -> None:
    """An answer that loses the date, the name or the matter of its source is told from one that keeps it."""
    assert answers_as_well(statement, best, Question(question)) is well
