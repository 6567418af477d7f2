"""A statement lined up with its source: what was exchanged, put in or left out."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.exchanges import Exchanges, read_exchanges

MILL = "The old mill of Anna Keller ground 12 sacks of corn in 1889."


def exchanges(statement: str, *texts: str) -> Exchanges:
    return read_exchanges(hold(statement, *texts))


def test_a_copy_has_nothing_exchanged() -> None:
    """All words are the source's."""
    assert exchanges(MILL, MILL) == Exchanges(1.0, 0.0, 0.0, 0.0, 0.0, False, False)


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("number", "The old mill of Anna Keller ground 15 sacks of corn in 1889."),
        ("date", "The old mill of Anna Keller ground 12 sacks of corn in 1898."),
        ("name", "The old mill of Otto Braun ground 12 sacks of corn in 1889."),
        ("word", "The old mill of Anna Keller ground 12 sacks of gravel in 1889."),
    ],
)
def test_another_value_between_the_same_words_is_an_exchange_of_its_kind(kind: str, statement: str) -> None:
    """Exactly the kind that was changed, surely where many words around it are the same."""
    found = exchanges(statement, MILL)
    strengths = {"number": found.number, "date": found.date, "name": found.name, "word": found.word}
    assert [name for name, strength in strengths.items() if strength > 0] == [kind]
    assert strengths[kind] > 0.5
    assert 0.8 < found.copied < 1.0


def test_the_same_value_in_other_words_is_no_exchange() -> None:
    """ "Twelve" stands in the place of "12" and says the same."""
    assert exchanges("The old mill of Anna Keller ground twelve sacks of corn in 1889.", MILL).number == 0.0


def test_too_few_equal_words_around_a_change_prove_nothing() -> None:
    """Two sentences that share little are put differently; neither has the other's values."""
    assert exchanges("In 1898 a mill was built.", "The year 1889 saw a flood.").date == 0.0


def test_a_value_that_another_sentence_has_so_is_the_source_s() -> None:
    """Beside two sentences that differ in a number, each of their numbers is right."""
    statement = "The mill ground 15 tonnes in spring and 12 tonnes in autumn."
    assert (
        exchanges(statement, "The mill ground 12 tonnes in autumn. The mill ground 15 tonnes in spring.").number == 0.0
    )


@pytest.mark.parametrize(
    ("statement", "source", "inserted", "deleted"),
    [
        ("The old mill did not grind corn.", "The old mill did grind corn.", True, False),
        ("The old mill did grind corn.", "The old mill did not grind corn.", False, True),
        ("The old mill never ground corn.", "The old mill did not grind corn.", False, False),
        ("The old mill ground corn.", "The old mill ground corn.", False, False),
    ],
)
def test_a_not_that_was_put_in_or_left_out(statement: str, source: str, inserted: bool, deleted: bool) -> None:
    """Between the same words; one negation for another is neither."""
    found = exchanges(statement, source)
    assert (found.negation_inserted, found.negation_deleted) == (inserted, deleted)


def test_without_support_nothing_is_copied() -> None:
    """Nothing is lined up."""
    assert exchanges("Elephants dance.", MILL) == Exchanges(0.0, 0.0, 0.0, 0.0, 0.0, False, False)
