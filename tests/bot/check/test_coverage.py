"""The signs of coverage, one by one."""

from __future__ import annotations

import pytest
from held import hold, words

from bot.check.coverage import Coverage, read_coverage, split_clauses

MILL = "The mill opened in 1889. It ground corn."


def coverage(statement: str, *texts: str) -> Coverage:
    return read_coverage(hold(statement, *texts))


def test_a_statement_that_is_held_is_covered_in_every_way() -> None:
    """All shares are 1, nothing is missing."""
    found = coverage("The mill opened in 1889.", MILL)
    shares = (found.together, found.by_best, found.anywhere, found.words_anywhere)
    clauses = (found.worst_clause, found.worst_clause_anywhere, found.worst_clause_in_one)
    assert shares + clauses == (1.0,) * 7
    assert (found.gap, found.gap_share, found.heaviest_nowhere, found.words_missing) == (0.0,) * 4


def test_together_is_more_than_by_the_best_where_two_sentences_support() -> None:
    """The best sentence holds a part, both all of it."""
    found = coverage("The mill opened in 1889 and ground corn.", MILL)
    assert found.by_best < found.together == 1.0
    assert found.sentences == 0.5


def test_anywhere_counts_what_stands_outside_the_best_sentences() -> None:
    """Five words strewn over five sentences: the best three hold three of them."""
    found = coverage("Mills grind corn, barley, wheat and oats.", "Mills. Grind. Corn. Barley. Wheat. Oats.")
    assert found.together < found.anywhere == 1.0
    assert found.sentences == 1.0


def test_words_anywhere_leaves_facts_out() -> None:
    """A wrong year lowers what is held, not what is held of the words."""
    found = coverage("The mill opened in 1898.", MILL)
    assert found.words_anywhere == 1.0
    assert found.anywhere < 1.0


def test_the_worst_clause_is_the_one_that_is_held_least() -> None:
    """An invented clause after a true one is seen though most of the statement is held."""
    found = coverage("The mill opened in 1889, greedy merchants emptied taverns.", MILL)
    assert found.worst_clause == found.worst_clause_anywhere == found.worst_clause_in_one == 0.0
    assert found.together > 0.3


def test_a_clause_that_is_strewn_over_sentences_is_held_by_no_one_of_them() -> None:
    """Each word stands somewhere in the passage; no sentence has them together."""
    text = "Corn is dear. Nobody knows why. Rivers are long. Nobody asks. Stone is old."
    found = coverage("Corn rivers stone.", text)
    assert found.worst_clause_anywhere == 1.0
    assert found.worst_clause_in_one == pytest.approx(1 / 3, abs=0.01)


def test_a_clause_may_lean_on_the_sentence_before() -> None:
    """ "It" stands for what the sentence before names: that counts half."""
    together = coverage("Mills grind corn.", "There are mills. They grind corn.")
    apart = coverage("Mills grind corn.", "There are mills. Nobody knows why. They grind corn.")
    assert together.worst_clause_in_one > apart.worst_clause_in_one


def test_words_missing_in_a_row_and_in_all() -> None:
    """Two in a row and one apart: the gap is two, of five units; three words are missing."""
    found = coverage("Greedy merchants opened mills happily.", "The mills opened.")
    assert found.gap == 2 / 8
    assert found.gap_share == 2 / 5
    assert found.words_missing == pytest.approx(2 / 6)  # "Greedy" may be a name


def test_the_heaviest_word_nowhere_is_a_share_of_the_statement() -> None:
    """One of two words that weigh most is nowhere: less than all of the statement, more than nothing."""
    assert 0.5 < coverage("It ground barley.", MILL).heaviest_nowhere < 1.0
    assert coverage("It ground corn.", MILL).heaviest_nowhere == 0.0


@pytest.mark.parametrize(("statement", "short", "length"), [("It ground corn.", True, 2 / 30), ("a", True, 0.0)])
def test_a_statement_of_few_units_is_short(statement: str, short: bool, length: float) -> None:
    """Length counts units, not words."""
    found = coverage(statement, MILL)
    assert (found.short, found.length) == (short, length)


def test_a_statement_of_six_units_is_not_short_and_length_ends_at_one() -> None:
    """From there a missing word is little of it; from thirty units on longer says nothing."""
    assert not coverage("Corn, barley, wheat, oats, rye and hops.", MILL).short
    assert coverage(", ".join(f"mill number {n}" for n in range(2, 40)), MILL).length == 1.0


@pytest.mark.parametrize(("statement", "expected"), [("Elephants dance.", -0.5), ("The mill opened.", 0.0)])
def test_the_number_of_supporting_sentences(statement: str, expected: float) -> None:
    """None is -0.5: the coefficients were fitted so."""
    assert coverage(statement, MILL).sentences == expected


def test_clauses_have_three_units_but_for_the_last() -> None:
    """A short clause joins what follows, and a last one of one unit what precedes."""
    joined = hold("In Leeds, old mills ground corn, while the river was low and cold.", MILL)
    assert [words(joined, *clause) for clause in split_clauses(joined)] == [
        ["Leeds", "old", "mills", "ground", "corn"],
        ["river", "low", "cold."],
    ]
    single = hold("Old mills ground corn, happily.", MILL)
    assert len(split_clauses(single)) == 1
    assert split_clauses(hold("", MILL)) == [[]]
