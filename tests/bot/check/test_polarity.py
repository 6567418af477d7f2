"""Negations and contraries of a statement beside those of its source."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.polarity import Polarity, read_polarity

NEITHER = Polarity(False, False, False, False, ())


def polarity(statement: str, *texts: str) -> Polarity:
    return read_polarity(hold(statement, *texts))


@pytest.mark.parametrize(
    "text", ["Mazda makes electric cars.", "Mazda does not make electric cars.", "Mazda never sold electric cars."]
)
def test_the_same_polarity_has_no_sign(text: str) -> None:
    """What is said as the source says it, yes or no."""
    assert polarity(text, text) == NEITHER


def test_a_negation_where_the_source_has_none_is_added() -> None:
    """To a source without any, and to one that negates something else."""
    none = polarity("Mazda does not make electric cars.", "Mazda makes electric cars.")
    assert (none.added, none.added_to_none) == (True, True)
    other = polarity("Mazda does not make electric cars.", "Mazda makes electric cars and does not rent bicycles.")
    assert (other.added, other.added_to_none) == (True, False)


def test_a_negation_that_the_statement_leaves_out_is_dropped() -> None:
    """The best sentence negates the very words."""
    found = polarity("Mazda makes electric cars.", "Mazda does not make electric cars.")
    assert (found.dropped, found.fewer) == (True, True)


def test_a_negation_of_what_the_statement_does_not_speak_of_is_not_dropped() -> None:
    """There are fewer, and none of them was left out."""
    found = polarity("Mazda makes electric cars.", "Mazda makes electric cars and does not rent bicycles.")
    assert (found.dropped, found.fewer) == (False, True)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("The council rejected the plan in May.", ["rejected"]),
        ("The council approved the plan in May.", []),
        ("The council did not reject the plan in May.", []),
    ],
)
def test_contraries_count_where_statement_and_source_negate_alike(statement: str, named: list[str]) -> None:
    """A "not" more turns a contrary round: then the word says nothing."""
    found = polarity(statement, "The council approved the plan in May.").contradicted
    assert [statement[start:end] for start, end in found] == named


def test_without_support_there_is_nothing_to_contradict() -> None:
    """A negation is then added to none."""
    assert polarity("Elephants do not dance.", "The mill opened.") == Polarity(True, True, False, False, ())
