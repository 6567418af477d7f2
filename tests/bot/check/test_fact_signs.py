"""The signs of numbers, dates and names, and of names that may be none."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.fact_signs import read_fact_signs, read_opening_names, reversed_names
from bot.check.units import FACT_KINDS, FactKind

NOTE = "The mill of Anna Keller opened on 4 July 1889 with 12 stones. The toll rose to 15 pence."


@pytest.mark.parametrize("kind", FACT_KINDS)
def test_right_facts_are_held_beside_their_words(kind: FactKind) -> None:
    """Nothing is missing and no place is taken."""
    signs = read_fact_signs(kind, hold("The mill of Anna Keller opened on 4 July 1889 with 12 stones.", NOTE))
    assert not signs.missing and not signs.nowhere
    assert (signs.least, signs.beside, signs.apart, signs.taken, signs.suspects) == (1.0, 1.0, 0.0, 0.0, ())


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("number", "The mill opened with 13 stones."),
        ("date", "The mill opened on 5 July 1889."),
        ("name", "The mill of Otto Braun opened."),
    ],
)
def test_a_wrong_fact_is_missing_in_its_kind_only(kind: FactKind, statement: str) -> None:
    """A wrong number says nothing of dates and names."""
    alignment = hold(statement, NOTE)
    for other in FACT_KINDS:
        signs = read_fact_signs(other, alignment)
        assert (signs.missing, signs.nowhere, signs.least < 0.55) == ((other == kind),) * 3


def test_a_fact_outside_the_supporting_sentences_is_missing_but_not_nowhere() -> None:
    """Four numbers in four sentences: one more than can support a statement."""
    signs = read_fact_signs("number", hold("12, 15, 18 and 24.", "12 stones. 15 pence. 18 men. 24 hours."))
    assert signs.missing and not signs.nowhere
    assert signs.least == 0.0


def test_without_facts_all_is_well() -> None:
    """What is not claimed is not wrong."""
    signs = read_fact_signs("number", hold("The mill opened.", NOTE))
    assert (signs.missing, signs.least, signs.beside, signs.apart, signs.taken) == (False, 1.0, 1.0, 0.0, 0.0)


def test_a_doubtful_number_counts_for_nothing_and_a_doubtful_name_for_its_place() -> None:
    """ "One" has no slot; a word that opens the statement has one, for it is often the subject."""
    assert read_fact_signs("number", hold("The mill was one of stone.", "The mill was built of stone.")).taken == 0.0
    corn = read_fact_signs("name", hold("Barley grows in the valley.", "Corn grows in the valley."))
    assert not corn.missing
    assert corn.apart == 1.0
    assert corn.suspects == (0,)


@pytest.mark.parametrize(
    ("statement", "missing", "nowhere"),
    [
        ("Barley grows in the valley.", True, True),
        ("Corn grows in the valley.", False, False),
        ("In the valley grows Barley.", False, False),
    ],
)
def test_opening_names_are_only_those_that_may_be_none(statement: str, missing: bool, nowhere: bool) -> None:
    """A capitalised word inside a statement is a name and counts there."""
    signs = read_opening_names(hold(statement, "Corn grows in the valley."))
    assert (signs.missing, signs.nowhere) == (missing, nowhere)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Anna Keller met Otto Braun.", 0.0),
        ("Otto Braun met Anna Keller.", 1.0),
        ("Otto Braun and Anna Keller met in Leeds.", 0.5),
        ("Anna Keller walked.", 0.0),
        ("Elephants dance.", 0.0),
    ],
)
def test_the_share_of_names_that_the_source_has_in_the_other_order(statement: str, expected: float) -> None:
    """Of neighbouring pairs; none where fewer than two stand there."""
    assert reversed_names(hold(statement, "Anna Keller met Otto Braun in Leeds.")) == expected
