"""What chat models make more of than their sources: hedges, scope, roles, additions."""

from __future__ import annotations

import pytest
from held import hold

from bot.check.additions import unheld_tail, unsaid_values
from bot.check.hedges import dropped_hedge
from bot.check.roles import exchanged_roles
from bot.check.scope import widened

MAY_STIR = (
    "In Japan and Korea, American control over investment decisions and profit sharing may stir political resistance "
    "at home."
)


@pytest.mark.parametrize(
    ("statement", "source", "hedge"),
    [
        ("American control over investment decisions stirs political resistance in Japan.", MAY_STIR, "may"),
        ("Korea gets American control over investment decisions and profit sharing.", MAY_STIR, "may"),
        ("American control over investment decisions may stir resistance in Japan.", MAY_STIR, ""),
        ("American control could stir political resistance in Japan and Korea.", MAY_STIR, ""),
        ("The analysis warns that American control stirs political resistance in Japan.", MAY_STIR, ""),
        ("The firm builds a plant in Ohio.", "The firm plans to build a plant in Ohio.", "plans to"),
        ("The firm will build a plant in Ohio.", "The firm plans to build a plant in Ohio.", ""),
        ("The chapel was built in 1620.", "The chapel was probably built in 1620.", "probably"),
        ("The chapel was built in 1620.", "The chapel was built in 1620 and may be open on Sundays.", ""),
    ],
)
def test_a_hedge_turned_to_a_fact_is_told(statement: str, source: str, hedge: str) -> None:
    """What may be is not what is; a hedge in other words, or one of something else, takes nothing from a statement."""
    assert dropped_hedge(hold(statement, source)) == hedge


def test_a_hedge_does_not_count_where_another_sentence_says_it_plainly() -> None:
    """Two sentences say the same, one of them without a hedge."""
    sources = ("The chapel was probably built in 1620.", "The chapel was built in 1620 by monks.")
    assert dropped_hedge(hold("The chapel was built in 1620.", *sources)) == ""


@pytest.mark.parametrize(
    ("statement", "source", "word"),
    [
        ("All members opposed the fee.", "Some members opposed the fee.", "Some"),
        ("All members opposed the fee.", "All members opposed the fee.", ""),
        ("Not all members opposed the fee.", "Some members opposed the fee.", ""),
        ("The pump always fails in frost.", "The pump sometimes fails in frost.", "sometimes"),
        ("The fund pays $500 million to farmers.", "The fund pays up to $500 million to farmers.", "up to"),
        ("The fund pays at most $500 million to farmers.", "The fund pays up to $500 million to farmers.", ""),
        ("It is the largest port in Europe.", "It is one of the largest ports in Europe.", "one of the largest"),
        ("It is among the largest ports in Europe.", "It is one of the largest ports in Europe.", ""),
    ],
)
def test_a_wider_scope_is_told(statement: str, source: str, word: str) -> None:
    """All for some, always for sometimes, a number for its limit, the largest for one of them."""
    assert widened(hold(statement, source)) == word


@pytest.mark.parametrize(
    ("statement", "source", "exchanged"),
    [
        ("In the final Brazil defeated Germany.", "In the final Germany defeated Brazil.", True),
        ("In the final Germany was defeated by Brazil.", "In the final Germany defeated Brazil.", True),
        ("In the final Brazil was defeated by Germany.", "In the final Germany defeated Brazil.", False),
        ("In the final Germany defeated Brazil.", "In the final Germany defeated Brazil.", False),
        ("France and Germany signed it.", "Germany and France signed it.", False),
    ],
)
def test_exchanged_roles_are_told(statement: str, source: str, exchanged: bool) -> None:
    """Who does it and who has it done to them: by order and by voice."""
    assert bool(exchanged_roles(hold(statement, source))) is exchanged


def test_a_clause_that_no_source_holds_is_an_addition() -> None:
    """A moral drawn at the end is named; a clause that the source has is not."""
    source = "The bridge was built in 1889, making the ferry needless."
    drawn = hold("The bridge was built in 1889, highlighting the wealth of local merchants.", source)
    tail = unheld_tail(drawn)
    assert tail is not None
    assert drawn.statement[slice(*tail)] == ", highlighting the wealth of local merchants."
    assert unheld_tail(hold(source, source)) is None


def test_a_valuing_word_that_no_source_says_is_an_addition() -> None:
    """A "historic" deal must be called so by the source."""
    source = "The deal was signed in Tokyo."
    praised = hold("The historic deal was signed in Tokyo.", source)
    assert [praised.statement[slice(*place)] for place in unsaid_values(praised)] == ["historic"]
    assert unsaid_values(hold("The historic deal was signed in Tokyo.", "The historic deal was signed in Tokyo.")) == ()
