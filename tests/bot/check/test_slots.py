"""A fact beside its words, or another value in its place."""

from __future__ import annotations

import pytest
from held import hold, words

from bot.check.alignment import Alignment
from bot.check.slots import Slot, counts_another, read_slot

CARS = "Honda sold 5 million cars in 2019, while Toyota sold 9 million."


def slot(piece: str, alignment: Alignment) -> Slot:
    (index,) = [i for i in range(len(alignment.units)) if words(alignment, i) == [piece]]
    return read_slot(index, alignment)


def test_a_fact_beside_its_words_has_its_slot() -> None:
    """All its neighbours stand in the sentence that holds it, and nothing else has its place."""
    found = slot("5 million", hold("Honda sold 5 million cars in 2019.", CARS))
    assert (found.beside, found.taken, found.suspect) == (1.0, 0.0, False)
    assert found.apart < 0


def test_a_right_number_of_another_subject_finds_its_slot_taken() -> None:
    """Both numbers stand in the sentence; the other one stands nearer to the words around the claimed one."""
    found = slot("9 million", hold("Honda sold 9 million cars in 2019.", CARS))
    assert found.taken > 0.15
    assert found.suspect


def test_a_value_that_is_nowhere_finds_its_slot_taken_by_the_source_s() -> None:
    """A date one year off."""
    assert slot("4 July 1889", hold("It opened on 4 July 1889.", "It opened on 4 July 1890.")).taken > 0.5


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        (
            "The mill closed in 1889. The toll rose. The weather was bad. Rain fell. The bridge over the Ouse opened.",
            True,
        ),
        ("The bridge over the Ouse opened in 1889.", False),
    ],
)
def test_the_words_of_a_fact_may_stand_apart_from_it(text: str, apart: bool) -> None:
    """The year stands in one sentence and its words in another."""
    found = slot("1889", hold("The bridge over the Ouse opened in 1889.", text))
    assert (found.apart > 0.5) is apart
    assert (found.beside == 1.0) is not apart
    assert found.suspect is apart


def test_the_sentences_before_and_after_count_less_than_the_sentence_itself() -> None:
    """What "it" stands for is mostly said in the sentence before."""
    statement = "The bridge opened in 1889."
    alone = slot("1889", hold(statement, "The bridge opened in 1889.")).beside
    before = slot("1889", hold(statement, "The bridge is long. It opened in 1889.")).beside
    after = slot("1889", hold(statement, "It opened in 1889. The bridge is long.")).beside
    apart = slot("1889", hold(statement, "It opened in 1889. Rain fell. The bridge is long.")).beside
    assert alone is not None and before is not None and after is not None and apart is not None
    assert alone > before > after > apart


def test_a_fact_without_neighbours_has_nothing_to_stand_beside() -> None:
    """A year alone."""
    assert slot("1889", hold("1889", "It opened in 1889.")) == Slot(None, 0.0, 0.0, False)


def test_a_fact_that_no_sentence_holds_stands_beside_nothing() -> None:
    """There is no sentence in which to look."""
    assert slot("1898", hold("The mill opened in 1898.", "The mill opened in 1889.")).beside is None


@pytest.mark.parametrize(
    ("statement", "text", "expected"),
    [
        ("Honda sold 9 million cars.", CARS, True),
        ("Honda sold 5 million cars.", CARS, False),
        ("It has 12 windows of glass.", "It has 12 windows.", False),
        (
            "It has 12 windows of glass.",
            "There are 12 doors on all its old stone floors. It has 40 windows of glass.",
            True,
        ),
        ("It has 12 windows of glass.", "It has 12 doors.", False),
    ],
)
def test_what_a_number_counts_must_stand_beside_it(statement: str, text: str, expected: bool) -> None:
    """Beside another number only, it is counted by that; where it stands nowhere, this sign says nothing."""
    assert counts_another(hold(statement, text)) is expected
