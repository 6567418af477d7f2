"""How well one sentence holds one number, date, name or word."""

from __future__ import annotations

import pytest
from held import hold, read, words

from bot.check.alignment import HELD, MISSING
from bot.check.sentences import hold_stem


def degree(piece: str, statement: str, *texts: str) -> float:
    """Return how well the first sentence holds a piece of the statement."""
    alignment = hold(statement, *texts)
    (index,) = [i for i in range(len(alignment.units)) if words(alignment, i) == [piece]]
    return alignment.grid[0][index].degree


@pytest.mark.parametrize(
    ("piece", "text", "expected"),
    [
        ("12 years", "It took twelve years.", 1.0),
        ("12 years", "It took 13 years.", 0.0),
        ("12 years", "It took 144 months.", 1.0),
        ("90 metres", "It is 90 metres long.", 1.0),
        ("90 metres", "It weighs 90 grams.", 0.3),
        ("90 metres", "It grew by 90 %.", 0.0),
    ],
)
def test_a_number_is_held_by_its_value_and_what_it_counts(piece: str, text: str, expected: float) -> None:
    """In words or digits or another unit of the same it is held; of another measure it is neither held nor missing."""
    assert degree(piece, f"It has {piece}.", text) == expected


def test_an_amount_of_money_is_no_other_measure() -> None:
    """Twelve dollars are twelve without a unit, but neither twelve metres nor twelve euros."""
    assert degree("$12", "It cost $12.", "It cost 12.") == 1.0
    assert degree("$12", "It cost $12.", "It is 12 metres long.") == 0.0
    assert degree("$12", "It cost $12.", "It cost 12 euros.") == 0.0


def test_a_doubtful_number_is_nearly_held_by_any_sentence() -> None:
    """ "One" is often no number."""
    assert degree("one", "The mill was one of stone.", "The mill was of stone.") == 0.8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It opened on 4 July 1889.", 1.0),
        ("It opened on July 4, 1889.", 1.0),
        ("It opened on 5 July 1889.", 0.0),
        ("It opened on 4 July. The year was 1889.", 0.6),
        ("It opened on 4 July.", 0.0),
    ],
)
def test_a_date_is_held_in_any_form_and_its_year_must_stand_somewhere(text: str, expected: float) -> None:
    """A date without its year is held in part, and taken back where no sentence gives the year."""
    assert degree("4 July 1889", "It opened on 4 July 1889.", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The engineer was Anna Keller.", 1.0),
        ("The engineer was Keller, Anna by her first name.", 1.0),
        ("The engineer was Otto Braun.", 0.0),
        ("The engineer was Anna Schmidt.", pytest.approx(0.45)),
        ("Anna was the engineer and asked nobody else but the miller, whose name was Keller.", 0.5),
    ],
)
def test_a_name_is_held_whole(text: str, expected: float) -> None:
    """Half a name, and one whose words stand far apart, are not held."""
    assert degree("Anna Keller", "The engineer was Anna Keller.", text) == expected
    assert (expected == 1.0) == (degree("Anna Keller", "The engineer was Anna Keller.", text) >= HELD)


def test_what_stands_in_a_title_is_held_less_well_than_what_is_said() -> None:
    """A sentence need not repeat what its passage is about; that of another passage is not helped."""
    alignment = hold("The Harbour Bridge opened.", "It opened.", "It opened.", titles=("Harbour Bridge", "Mill"))
    name = alignment.indexes("name")[0]
    assert [row[name].degree for row in alignment.grid] == [0.7, 0.0]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("economi", pytest.approx(0.5 + 0.4 * 6 / 7)), ("econom", 1.0), ("ecolog", 0.0), ("eco", 0.0)],
)
def test_a_related_word_counts_less_than_the_word(word: str, expected: float) -> None:
    """Words of the same beginning are related where enough of the longer one is the same."""
    holding = hold_stem(word, read("It is economic.")[0])
    assert holding.degree == expected
    assert bool(holding.places) == (holding.degree > 0)


def test_a_related_word_is_never_called_missing() -> None:
    """The least that a related word counts lies above what is missing."""
    assert hold_stem("decis", read("They decide.")[0]).degree > MISSING
