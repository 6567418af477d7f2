"""Conditions on a survey's cells: by the values that were read, never by how they are written."""

from __future__ import annotations

import pytest

from bot.computed.value import Value
from bot.errors import SettingError
from bot.survey.cell import Cell
from bot.survey.table import Row, Survey
from bot.survey.where import condition
from vectorstore.records import DocumentInfo

QUESTION = "When does it end?"
SILENT = Cell(QUESTION)


def cell(words: str, value: Value | None = None) -> Cell:
    return Cell(QUESTION, words, value)


def row(one: Cell) -> Row:
    return Row(DocumentInfo("a" * 16, "/x/a.txt", "", "text/plain", "default", "s", 1, "", "", 1, 1), (one,))


DAY = cell("28 February 2027", Value("2027-02-28", "date"))
YEAR = cell("in 2027", Value("2027", "date"))
RENT = cell("2,400 EUR a month", Value(2400.0, "eur"))
TERM = cell("5 years", Value(60.0, "month"))
NAME = cell("Amir Nasser")


@pytest.mark.parametrize(
    ("asked", "one", "holds"),
    [
        ("1=2027", DAY, True),
        ("1 = February 2027", DAY, True),
        ("1=2027-03", DAY, False),
        ("1=28 February 2027", DAY, True),
        ("1<2027-03", DAY, True),
        ("1<2027", DAY, False),
        ("1<=2027", DAY, True),
        ("1>2026", DAY, True),
        ("1>2027", DAY, False),
        ("1=2027-02", YEAR, False),
        ("1<2027-02", YEAR, False),
        ("1<2028-02", YEAR, True),
        ("1>2000", RENT, True),
        ("1>=2,400", RENT, True),
        ("1>2,400 EUR", RENT, False),
        ("1>2000 USD", RENT, False),
        ("1=2400", RENT, True),
        ("1>4 years", TERM, True),
        ("1>4", TERM, False),
        ("1<100", TERM, False),
        ("1~NASSER", NAME, True),
        ("1=amir nasser", NAME, True),
        ("1=amir", NAME, False),
        ("1>2000", NAME, False),
        ("1~nasser", SILENT, False),
        ("1 says", NAME, True),
        ("1 silent", NAME, False),
        ("1 silent", SILENT, True),
    ],
)
def test_a_condition_holds_by_the_value(asked: str, one: Cell, holds: bool) -> None:
    """A day lies in its month and year; a coarser date is compared only where it can be; units must agree."""
    assert condition(asked, 1).holds(one) is holds


@pytest.mark.parametrize("asked", ["", "2026", "=2026", "0=1", "2=1", "1", "1=", "1<soon", "1 perhaps", "x=1"])
def test_what_is_no_condition_is_refused_with_examples(asked: str) -> None:
    """Also a column that is not there, and an order against words."""
    with pytest.raises(SettingError) as error:
        condition(asked, 1).holds(DAY)
    assert "1=2026" in error.value.remedy


def test_all_conditions_must_hold_and_footnotes_are_numbered_anew() -> None:
    """Rows that are left out take their numbers with them."""
    found = Survey((QUESTION,), (row(SILENT), row(DAY), row(YEAR)))
    assert [r.cells[0].words for r in found.where("1=2027", "1<2027-03").rows] == ["28 February 2027"]
    assert found.where().rows == found.rows
