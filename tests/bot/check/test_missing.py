"""What is said to be missing, in the statement's own words."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.missing import missing_pieces
from bot.check.signs import read_signs
from bot.check.weigh import Factor

CARS = "Honda sold 5 million cars in 2019, while Toyota sold 9 million. Mazda does not make electric cars."


def named(statement: str, *down: Factor) -> tuple[str, ...]:
    alignment = hold(statement, CARS)
    return missing_pieces(alignment, read_signs(alignment), down)


def test_a_fact_that_is_not_held_is_named_whether_its_factor_fails_or_not() -> None:
    """It is certainly false."""
    assert named("Honda sold 6 million cars in 2019.") == ("6 million",)


def test_a_fact_that_is_held_is_named_where_its_factor_fails() -> None:
    """The one whose place another value has, though it stands in the source."""
    assert named("Honda sold 9 million cars in 2019.", "number") == ("9 million",)


@pytest.mark.parametrize(
    ("statement", "piece"),
    [
        ("Mazda makes electric cars.", "a “not” that the source has"),
        ("Honda did not sell cars.", "“not”"),
    ],
)
def test_a_negation_is_named_as_the_statement_s_or_as_the_source_s(statement: str, piece: str) -> None:
    """Where the statement has one it is that, else the one that it left out."""
    assert named(statement, "polarity") == (piece,)


def test_missing_words_are_named_as_stretches_the_longest_first() -> None:
    """Small words between two missing ones belong to the piece; at most three pieces are named."""
    found = named("Honda greatly sold cars because of protests by angry farmers in 2019.", "coverage")
    assert found == ("protests by angry farmers", "greatly")


def test_at_most_three_pieces_are_named() -> None:
    """Who reads ten reads none."""
    assert len(named("Honda sold 1, 3, 4, 6, 7 and 8 cars.")) == 3


def test_something_is_always_named_of_what_is_missing() -> None:
    """Where no factor says which piece, the words that are missing."""
    assert named("Elephants dance.") == ("dance",) or named("Elephants dance.") == ("Elephants dance",)
