"""What of a statement a source must hold, and what each piece weighs."""

from __future__ import annotations

import pytest

from bot.check.sentences import read_facts, terms
from bot.check.units import Unit, read_units, weigh_units


def units_of(statement: str) -> list[Unit]:
    return read_units(terms(statement), read_facts(statement))


def test_a_statement_is_cut_into_facts_and_the_words_outside_them() -> None:
    """Units come by place; words without content, and those inside a fact, are none of their own."""
    statement = "In May 2019 the mill of Anna Keller ground 12 tonnes."
    found = [(unit.kind, statement[unit.start : unit.end]) for unit in units_of(statement)]
    assert found == [
        ("date", "May 2019"),
        ("word", "mill"),
        ("name", "Anna Keller"),
        ("word", "ground"),
        ("number", "12 tonnes"),
    ]


def test_what_may_be_no_fact_is_soft() -> None:
    """A capitalised word that opens a statement, and "one", may be none; a name inside it is one."""
    soft = {unit.fact.text: unit.soft for unit in units_of("Keller gave one coin to Brown.") if unit.fact}
    assert soft == {"Keller": True, "one": True, "Brown": False}


def test_facts_weigh_more_than_words_and_soft_ones_less() -> None:
    """All held by the same sentences, a number weighs most, then a name, then a word; a soft name less than a firm."""
    units = [
        Unit("number", 0, 1, ()),
        Unit("name", 2, 3, ()),
        Unit("word", 4, 5, ("mill",)),
        Unit("name", 6, 7, (), soft=True),
    ]
    number, name, word, soft = weigh_units(units, [[1.0, 1.0, 1.0, 1.0]])
    assert number > name > word
    assert soft == pytest.approx(0.7 * name)


def test_a_rare_unit_weighs_more_than_one_that_every_sentence_holds() -> None:
    """What no sentence holds weighs 1.0 as a word; the more hold it, the less."""
    units = [Unit("word", i, i + 1, (str(i),)) for i in range(3)]
    nowhere, once, everywhere = weigh_units(units, [[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.4, 1.0]])
    assert nowhere == pytest.approx(1.0)
    assert nowhere > once > everywhere > 0.35


def test_without_sentences_all_units_are_rare() -> None:
    """The weight of each is that of its kind."""
    assert weigh_units([Unit("word", 0, 4, ("mill",))], []) == [pytest.approx(1.0)]
