"""Which sentences support a statement together."""

from __future__ import annotations

from held import hold, read, words

from bot.check.alignment import align

MILL = "The mill opened in 1889. It ground corn. Nobody knows more. The toll was abolished in 1931."


def test_the_best_sentence_comes_first_and_another_where_it_adds_something() -> None:
    """One sentence where one holds all, two where the statement joins two."""
    assert hold("The mill opened in 1889.", MILL).best == (0,)
    assert hold("The mill opened in 1889 and the toll was abolished in 1931.", MILL).best in ((0, 3), (3, 0))


def test_at_most_three_sentences_support_a_statement() -> None:
    """However many it is strewn over."""
    alignment = hold("Corn, barley, wheat, oats and rye.", "Corn. Barley. Wheat. Oats. Rye.")
    assert len(alignment.best) == 3
    assert len(alignment.missing) == 2


def test_a_further_sentence_that_adds_little_is_left_out() -> None:
    """It would have to be read for a word."""
    text = ", ".join(f"mill number {n}" for n in range(2, 30))
    alignment = hold(f"{text}, closed", f"{text}. It closed.")
    assert alignment.best == (0,)
    assert words(alignment, len(alignment.units) - 1) == ["closed"]
    assert alignment.held[-1] == 0.0


def test_of_two_that_add_the_same_the_nearer_is_taken() -> None:
    """A sentence of the same passage before one of another, whatever their order."""
    alignment = hold(
        "The mill opened in 1889 and ground corn.", "It ground corn.", "The mill opened in 1889. It ground corn."
    )
    assert alignment.best == (1, 2)


def test_the_writer_s_mark_decides_between_equals_only() -> None:
    """A cited passage comes first of two that say the same, and stays second to one that says more."""
    same = read("The mill opened in 1889.", "The mill opened in 1889.")
    assert align("The mill opened in 1889.", same, preferred={1}).best == (1,)
    less = read("The mill opened in 1889.", "The mill opened.")
    assert align("The mill opened in 1889.", less, preferred={1}).best[0] == 0


def test_held_is_of_the_best_and_anywhere_of_all() -> None:
    """A word that only a sentence outside the best holds is missing, but not nowhere."""
    alignment = hold("Corn, barley, wheat and oats.", "Corn. Barley. Wheat. Oats.")
    (left,) = [i for i, held in enumerate(alignment.held) if not held]
    assert alignment.anywhere[left] == 1.0
    assert [unit.start for unit in alignment.missing] == [alignment.units[left].start]


def test_nothing_supports_what_is_held_against_nothing() -> None:
    """No sentences, or no units: no support, and no error."""
    without = hold("The mill opened in 1889.")
    assert (without.best, without.held, without.anywhere) == ((), (0.0,) * 3, (0.0,) * 3)
    assert len(without.missing) == 3
    assert hold("It is.", MILL).units == ()


def test_neighbours_are_of_the_same_passage() -> None:
    """The sentence before the first of a passage is none, nor is the one after the last."""
    alignment = hold("The mill.", "One mill. Two mills.", "Three mills.")
    assert [alignment.neighbour(s, -1) for s in range(3)] == [None, 0, None]
    assert [alignment.neighbour(s, 1) for s in range(3)] == [1, None, None]
