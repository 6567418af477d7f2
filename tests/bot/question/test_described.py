"""What a question describes instead of naming it is taken apart from what it asks."""

from __future__ import annotations

import pytest

from bot.question.described import described


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("How old is the man who signed it?", "Who signed it?", "How old is X?"),
        ("Where was the author of the report born?", "Who wrote the report?", "Where was X born?"),
        (
            "What is the budget of the project that Amir Nasser leads?",
            "Which is the project that Amir Nasser leads?",
            "What is the budget of X?",
        ),
        ("When does the lease that Petra Vogel signed end?", "Which is the lease that Petra Vogel signed?",
         "When does X end?"),
        ("How many employees does the company founded in 1952 have?", "Which company was founded in 1952?",
         "How many employees does X have?"),
        ("How old is the report's author?", "Who wrote the report?", "How old is X?"),
        ("What is the phone number of the captain of the ferry?", "Who is the captain of the ferry?",
         "What is the phone number of X?"),
        ("How much did the sponsor of Tidewater give away in 2024?", "Who sponsors Tidewater?",
         "How much did X give away in 2024?"),
    ],
)  # fmt: skip
def test_a_description_is_asked_first(question: str, first: str, second: str) -> None:
    """The first question asks what the description means, the second has that in its place."""
    found = described(question)
    assert found is not None
    assert (found.first[0], found.second("X")) == (first, second)


@pytest.mark.parametrize(
    "question",
    [
        "Who is the author of the report?",  # asks nothing more
        "Who was the man who signed it?",
        "How long was Warsaw the capital of Poland?",  # said of Warsaw
        "What did Biden say in his State of the Union Address that was new?",  # named, not described
        "What is the claim that the earth is flat called?",  # describes no thing
        "What share of the world has been infected by it?",
        "Which projects are on hold?",
        "What does the response elicited by these agents lead to?",  # leans on other text
        "",
    ],
)
def test_nothing_is_described(question: str) -> None:
    """Questions that name what they ask of, and those that ask for nothing but what is described, are one question."""
    assert described(question) is None
