"""Where a list begins and ends around a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.question import Question
from bot.quotes.disagreement import disagreement
from bot.text.lists import LONGEST_LIST, lines_of_list, listing, too_long


def found(text: str, part: str) -> tuple[str, int] | None:
    """Return the list around a part of a text, and how many items it has."""
    start = text.index(part)
    whole = listing(text, start, start + len(part))
    return (text[whole.start : whole.end], len(whole.items)) if whole else None


@pytest.mark.parametrize(
    ("text", "part", "whole", "items"),
    [
        ("Kit\n\n- saw\n- nail\n\nEnd.", "- nail", "- saw\n- nail", 2),
        ("It is old. It needs:\n\n1. oil\n2. air\n\nEnd.", "1. oil", "It needs:\n\n1. oil\n2. air", 2),
        ("It needs:\n• oil,\n  much of it\n• air\n", "much of it", "It needs:\n• oil,\n  much of it\n• air", 2),
        ("It needs:\n- oil\n- air", "It needs:", "It needs:\n- oil\n- air", 2),
        ("Who | What\nAnn | Saw\nBob | Nail\n\nEnd.", "Ann | Saw", "Who | What\nAnn | Saw\nBob | Nail", 3),
        ("We warn. First, it is hot. Second, it is loud. Bye.", "Second,", "We warn. First, it is hot. Second, it is loud.", 2),
    ],
)  # fmt: skip
def test_a_list_is_found_from_any_of_its_parts(text: str, part: str, whole: str, items: int) -> None:
    """From an item, its second line, the introduction or a row: the whole list with what introduces it."""
    assert found(text, part) == (whole, items)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("The mill is old.\nIt grinds corn.", "The mill is old."),
        ("2.1 It starts in May.\n\n2.2 It ends in June.", "2.1 It starts in May."),
        ("- alone\n\nThe end.", "- alone"),
        ("We saw this:\n\nThe mill is old.", "We saw this:"),
        ("First, it is hot. Then it is cold.", "First, it is hot."),
    ],
)
def test_what_is_no_list(text: str, part: str) -> None:
    """Paragraphs, clauses of a contract, one item alone and a colon before prose are no lists."""
    assert found(text, part) is None


def test_a_list_can_be_too_long() -> None:
    """A list of very long items is not quoted whole."""
    text = "\n".join(f"- {'word ' * 80}{n}" for n in range(5))
    whole = listing(text, 0, 8)
    assert whole is not None and whole.end > LONGEST_LIST and too_long(whole)


def test_lines_that_mean_something() -> None:
    """Lines of a list and of a table are kept when they are shown; those of wrapped text are not."""
    assert lines_of_list("It needs:\n\n- oil\n- air")
    assert lines_of_list("Who | What\nAnn | Saw")
    assert not lines_of_list("The mill is old\nand grinds corn.")


def test_a_list_contradicts_nobody() -> None:
    """Which number of a whole list is meant cannot be told, so no difference is claimed."""
    listed = "The harbour budget:\n- cranes: $550 billion\n- rails: $20 billion"
    assert (
        disagreement(Question("What is the budget of the harbour?"), listed, "The harbour budget is $500 billion.")
        is None
    )


LINES = st.lists(
    st.sampled_from(
        [
            "- oil",
            "1. air",
            "  and more",
            "It needs:",
            "The mill is old. It grinds.",
            "",
            "a | b | c",
            "First, it is hot.",
        ]
    )
)


@given(LINES, st.integers(0, 200), st.integers(0, 40))
def test_a_list_holds_its_items_in_order(lines: list[str], start: int, length: int) -> None:
    """Whatever stands around a sentence, the items lie in the list, in order, and do not overlap."""
    text = "\n".join(lines)
    whole = listing(text, min(start, len(text)), min(start + length, len(text)))
    if whole is not None:
        edges = [edge for item in whole.items for edge in item]
        assert edges == sorted(edges)
        assert whole.start <= edges[0] and edges[-1] == whole.end <= len(text)
