"""Two questions in one are told apart, and put so that each stands alone."""

from __future__ import annotations

import pytest

from bot.question.parts import parts


@pytest.mark.parametrize(
    ("question", "two"),
    [
        ("Who signed the deal, and when?", ("Who signed the deal?", "When was the deal signed?")),
        (
            "Who bought the Old Quay, and for how much?",
            ("Who bought the Old Quay?", "For how much was the Old Quay bought?"),
        ),
        (
            "When does the archive move and where to?",
            ("When does the archive move?", "Where does the archive move to?"),
        ),
        ("Who led the dig, and who paid for it?", ("Who led the dig?", "Who paid for it?")),
    ],
)
def test_two_questions(question: str, two: tuple[str, str]) -> None:
    """What the second leaves out is taken from the first."""
    assert parts(question) == two


@pytest.mark.parametrize(
    "question",
    [
        "Who are Anna and Tom?",
        "What is the time lag between when it changes and when it is seen?",
        "When?",
        "Is the lease signed and when does it end?",
    ],
)
def test_one_question(question: str) -> None:
    """An "and" inside of one question parts nothing."""
    assert parts(question) is None
