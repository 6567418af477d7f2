"""Questions beyond the grammar: each plan that may be meant is found, worked out and told, or refused where unsure."""

from __future__ import annotations

import json

import pytest

from bot.computed.tables.candidates import candidates
from bot.computed.tables.in_words import in_words
from bot.computed.tables.mention import CellMention
from bot.computed.tables.plan import Condition, Plan
from bot.computed.tables.weighed import FITTED, weighed
from bot.computed.tables.work import work
from vectorstore.tables.cells import clock, number
from vectorstore.tables.table import InMemory, Table

RACES = """Year | Race | Country | Winner | Time | Points
2001 | Hill Sprint | France | Anna Berg | 3:02.5 | 10
2002 | Lake Round | Russia | Anna Berg | 2:58 | 12
2003 | Hill Sprint | Germany | Tom Reyes | 3:10 | 7
2004 | Night Ride | France | Mei Tan | 2:41 | 0
2005 | Night Ride (short) | Spain | Mei Tan | 1:12 | 12"""


@pytest.fixture(scope="module")
def races() -> Table:
    (found,) = InMemory().add(RACES)
    return found


def told(plan: Plan, table: Table) -> str | None:
    worked = work(plan, table)
    return in_words(plan, table, worked) if worked else None


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            Plan("same", 1, 5, choices=(CellMention("Lake Round", (1,), (0, 2)),)),
            "Race with the same Points as “Lake Round”: Night Ride (short).",
        ),
        (
            Plan("more", measure=5, choices=(CellMention("2001", (0,), (0, 1), bound=2001.0),)),
            "2 of 5 rows have more Points than “2001”.",
        ),
        (Plan("ahead", choices=(CellMention("Hill Sprint", (1,), (0, 1)),)), None),
        (Plan("ahead", choices=(CellMention("2003", (0,), (0, 1)),)), "2 rows above “2003” in the table."),
        (
            Plan("run", conditions=(Condition((3,), "is", "Anna Berg"),)),
            "At most 2 rows under one another where Winner is “Anna Berg”.",
        ),
        (Plan("highest", 1, 5, place=3), "Number 3 from the highest Points: Hill Sprint, 10."),
        (Plan("first", 1, place=2), "Number 2 from the first in Race: Lake Round."),
        (
            Plan("count", conditions=(Condition((1,), "exactly", "Night Ride"),)),
            "1 of 5 rows where Race is exactly “Night Ride”.",
        ),
        (
            Plan("count", conditions=(Condition((2,), "is not", "France"),)),
            "3 of 5 rows where Country is not “France”.",
        ),
        (Plan("count", conditions=(Condition((5,), "=", "0", 0.0),)), "1 of 5 rows where Points is 0."),
        (
            Plan("next", 3, choices=(CellMention("Anna Berg", (3,), (0, 2)),)),
            "After “Anna Berg” in the table: Tom Reyes.",
        ),
        (
            Plan("next", 3, choices=(CellMention("France", (2,), (0, 1)),)),
            None,  # two rows apart from each other: which of them?
        ),
        (
            Plan("sum", measure=5, choices=(CellMention("2001", (0,), (0, 1)), CellMention("2002", (0,), (1, 2)))),
            "Total of Points, of “2001” and “2002”: 22 (10 + 12).",
        ),
        (
            Plan("sum", measure=4, conditions=(Condition((2,), "is", "France"),)),
            "Total of Time where Country is “France”: 5:43.5 (3:02.5 + 2:41).",
        ),
    ],
)  # fmt: skip
def test_an_operation_is_worked_out_and_told(races: Table, plan: Plan, words: str | None) -> None:
    """Each with the value and how it came about; what two rows could mean is nothing."""
    assert told(plan, races) == words


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("how many russian races are there?", (1.0,)),
        ("which race was won in the same country as Hill Sprint of 2001?", None),
        ("how many races had no points?", (1.0,)),
        ("what is the second highest points?", None),
        ("which race came after lake round?", ("Hill Sprint",)),
        ("how many consecutive races did anna berg win?", (2.0,)),
        ("how many night ride races are there?", (2.0,)),
        ("how many races were held in the 2000's?", (5.0,)),
        ("which race has the longest time?", ("Hill Sprint",)),
        ("who won the most?", ("Anna Berg", "Mei Tan")),
        ("what race did mei tan win other than night ride?", None),
    ],
)
def test_what_may_be_meant_is_among_the_candidates(
    races: Table, question: str, values: tuple[object, ...] | None
) -> None:
    """By nationality, by none of something, within a cell, in a decade, by a time; and every plan is one of SQLite."""
    found = [worked.values for candidate in candidates(question, races) if (worked := work(candidate.plan, races))]
    assert found
    assert values is None or values in found


def test_words_left_over_are_known(races: Table) -> None:
    """A word that no plan has a part for stays with each of them, and speaks against it."""
    for candidate in candidates("how many points did anna berg get in the purple moonlight?", races):
        assert {"purple", "moonlight"} <= set(candidate.plan.unplaced)
        assert candidate.evidence["unused any word"] == 1.0


def test_what_is_not_sure_is_refused(races: Table) -> None:
    """Nothing is answered about what is not in the table, whether the table is given or not."""
    for question in ("what colour is the moon?", "how many chairs does the pope own?", "why did anna berg win?"):
        assert weighed(question, races) is None
        assert weighed(question, races, given=True) is None


def test_where_no_table_is_given_every_word_has_its_part(races: Table) -> None:
    """What is answered of a table that was only found leaves no word over and guesses none."""
    for question in (
        "which race came after lake round?",
        "who won first in paris?",
        "how many night ride races are there?",
    ):
        found = weighed(question, races)
        assert found is None or not found.plan.unplaced


def test_weights_are_as_the_fit_wrote_them() -> None:
    """The file names the command that made it, and how sure an answer must be."""
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    assert fitted["fitted_by"] == "python -m evals.fit_tables"
    assert 0.5 < fitted["least"] < 1
    assert {"any", "complete", "unused any word", "by the grammar"} <= set(fitted["weights"])


@pytest.mark.parametrize(
    ("cell", "seconds"), [("3:02.5", 182.5), ("1:25:00", 5100.0), ("0:19", 19.0), ("2:1", None), ("12:75", None)]
)
def test_a_time_that_something_took_is_its_seconds(cell: str, seconds: float | None) -> None:
    """So that the longest can be found; a score of goals is none."""
    assert number(cell) == seconds
    if seconds is not None:
        assert clock(seconds) == cell
