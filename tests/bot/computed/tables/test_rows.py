"""Rows computed: which questions become a plan, what it comes to, and that what is not understood is left alone."""

from __future__ import annotations

import pytest

from bot.computed.tables.grammar import plan
from bot.computed.tables.in_words import in_words
from bot.computed.tables.work import nothing_meets, work
from vectorstore.tables.cells import number
from vectorstore.tables.table import At, InMemory, Table

TEXT = """Projects of 2026

Project | Status | Owner | Budget | Started
Alpha | on hold | Anna Berg | 1,200 | 4 May 2024
Beta | running | Tom Reyes | 800 | 1 March 2025

Project | Status | Owner | Budget | Started
Gamma | on hold | Mei Tan | 2500 | 12 June 2023
Delta | closed | Anna Berg, Tom Reyes | – | 2 July 2025
Total |  |  | 4,500

What follows is prose."""


@pytest.fixture(scope="module")
def table() -> Table:
    (found,) = InMemory().add(TEXT)
    return found


def answer(question: str, table: Table) -> str | None:
    made = plan(question, table)
    worked = work(made, table) if made else None
    return in_words(made, table, worked) if made and worked else None


def test_a_long_table_that_repeats_its_heading_is_one(table: Table) -> None:
    """Rows keep their places in the text; a row of totals is no entry."""
    assert table.names == ("Project", "Status", "Owner", "Budget", "Started")
    rows = [table.row(At(table.parts[0].id, i)) for i in range(table.rows)]
    assert [row.cells[0] for row in rows] == ["Alpha", "Beta", "Gamma", "Delta", "Total"]
    assert table.entries == 4
    assert TEXT[rows[2].start : rows[2].end].startswith("Gamma | on hold")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which projects are on hold?", "Project where Status is “on hold”: Alpha, Gamma (2 rows)."),
        ("How many projects are on hold?", "2 of 4 rows where Status is “on hold”."),
        ("How many projects does Anna Berg own?", "2 of 4 rows where Owner is “Anna Berg”."),
        ("How many projects are listed in the table?", "4 rows."),
        ("How many projects is Anna Berg the owner of?", "2 of 4 rows where Owner is “Anna Berg”."),
        ("Which projects are not running?", "Project where Status is not “running”: Alpha, Gamma, Delta (3 rows)."),
        ("How many projects aren't closed or on hold?", "1 of 4 rows where Status is neither “closed” nor “on hold”."),
        (
            "Which projects are neither closed nor on hold?",
            "Project where Status is neither “closed” nor “on hold”: Beta.",
        ),
        (
            "Which projects that are not closed does Anna Berg own?",
            "Project where Status is not “closed” and Owner is “Anna Berg”: Alpha.",
        ),
        ("List all owners.", "Owner: Anna Berg, Tom Reyes, Mei Tan, Anna Berg, Tom Reyes (4 rows)."),
        ("Which statuses are there?", "Status: on hold, running, closed (4 rows)."),
        ("Which of them budget more than 1,000?", "Project where Budget is more than 1,000: Alpha, Gamma (2 rows)."),
        (
            "Which projects are on hold or closed?",
            "Project where Status is “on hold” or “closed”: Alpha, Gamma, Delta (3 rows).",
        ),
        ("How many projects are running and on hold?", "3 of 4 rows where Status is “running” or “on hold”."),
        (
            "What is the total budget of Alpha and Gamma?",
            "Total of Budget where Project is “Alpha” or “Gamma”: 3,700 (1,200 + 2500).",
        ),
        (
            "How many projects do Anna Berg and Tom Reyes own?",  # a cell lists both
            "1 of 4 rows where Owner is “Anna Berg” and Owner is “Tom Reyes”.",
        ),
        (
            "What is the total budget of projects started before 2025?",
            "Total of Budget where Started is before 2025: 3,700 (1,200 + 2500).",
        ),
        ("What is the total budget?", "Total of Budget: 4,500 (1,200 + 800 + 2500)."),
        (
            "What is the total budget of projects on hold?",
            "Total of Budget where Status is “on hold”: 3,700 (1,200 + 2500).",
        ),
        ("What is the average budget?", "Average of Budget: 1,500 ((1,200 + 800 + 2500) ÷ 3)."),
        ("Which project has the highest budget?", "Highest Budget: Gamma, 2500."),
        ("Which project has the lowest budget?", "Lowest Budget: Beta, 800."),
        ("What is the highest budget?", "Highest Budget: 2500."),
        ("What is the budget of Beta?", "Budget where Project is “Beta”: 800."),
        ("Who is the owner of Gamma?", "Owner where Project is “Gamma”: Mei Tan."),
        ("How many projects have a budget of more than 1,000?", "2 of 4 rows where Budget is more than 1,000."),
        ("How many projects have a budget of at least 1,200?", "2 of 4 rows where Budget is at least 1,200."),
        ("What is the difference in budget between Alpha and Beta?", "Difference in Budget: 400 (1,200 and 800)."),
        ("Which has the higher budget, Alpha or Beta?", "Highest Budget: Alpha, 1,200."),
        ("Which project comes after Alpha?", "After “Alpha” in the table: Beta."),
        ("Which project started earliest?", "Lowest Started: Gamma, 12 June 2023."),
        ("What is the first project on the list?", "First Project: Alpha."),
    ],
)
def test_a_question_is_worked_out(table: Table, question: str, told: str | None) -> None:
    """The value, and in words what it was made from."""
    assert answer(question, table) == told


@pytest.mark.parametrize(
    "question",
    [
        "What is the total budget of Omega?",
        "How many projects are in Berlin?",
        "Which region had the highest revenue?",
        "What is the total budget in 2019?",
        "Why is Alpha on hold?",
        "Who decided that Gamma is on hold?",
        "What is the status?",
        "How many projects are there?",
        "What is the first project that Anna Berg finished?",
        "How many projects have a higher budget than Beta?",
    ],
)
def test_what_is_not_all_understood_is_left_alone(table: Table, question: str) -> None:
    """A sum over all rows for a city that is not there is worse than no answer."""
    assert answer(question, table) is None


def test_ties_are_all_told(table: Table) -> None:
    """Two rows with the same highest number are both the answer."""
    (tied,) = InMemory().add("Name | Points\nAnna | 7\nTom | 9\nMei | 9")
    assert answer("Who has the most points?", tied) == "Highest Points: Tom, Mei, 9 (2 are equal)."


def test_a_value_that_is_part_of_others_is_not_counted() -> None:
    """ "York" in a column that also has "New York" may mean either."""
    (towns,) = InMemory().add("Town | Shops\nYork | 4\nNew York | 9\nLeeds | 3")
    assert answer("How many shops are there in York?", towns) is None
    assert answer("How many shops are there in Leeds?", towns) == "Total of Shops where Town is “Leeds”: 3."


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("33,119", 33119.0), ("49.90 %", 49.9), ("$1,200", 1200.0), ("9 years", 9.0), ("1st", 1.0), ("-4", -4.0),
        ("12 (24)", 12.0), ("4-2", None), ("", None), ("B12", None), ("2.400,00", None),
    ],
)  # fmt: skip
def test_the_number_of_a_cell(cell: str, value: float | None) -> None:
    """With its unit, sign and notes; what may be read in two ways is none."""
    assert number(cell) == value


INVOICES = """Invoice | Supplier | Date | Amount
2301 | Inkwell | 2023-11-20 | 410 EUR
2401 | Sparrow | 2024-03-05 | 1,540 EUR
2402 | Sparrow | 2024-03-28 | 3,225 EUR
2501 | Inkwell | 2025-01-07 | 3,225 EUR"""


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which invoices are over 500 EUR?", "Invoice where Amount is more than 500: 2401, 2402, 2501 (3 rows)."),
        (
            "How many invoices are between 400 and 2,000 EUR?",
            "2 of 4 rows where Amount is at least 400 and Amount is at most 2,000.",
        ),
        ("How many invoices are dated after 2023?", "3 of 4 rows where Date is after 2023."),
        ("Which invoices are dated in March 2024?", "Invoice where Date is in march 2024: 2401, 2402 (2 rows)."),
        ("What is the total of the invoices before 2024?", "Total of Amount where Date is before 2024: 410."),
        ("What are the two largest invoices?", "Highest 2 by Amount: 2402, 3,225 EUR; 2501, 3,225 EUR."),
        ("What is the largest invoice?", None),
        (
            "What share of the amount comes from Sparrow?",
            "56.7 % of the total of Amount where Supplier is “Sparrow” (4,765 of 8,400).",
        ),
        ("What share of invoices is from Sparrow?", "50 % of the rows where Supplier is “Sparrow” (2 of 4)."),
        ("What share of invoices is from Nightwatch?", None),
        ("Which invoices are over 9,000 EUR in Berlin?", None),
        ("When was invoice 2401 issued?", "Date where Invoice is “2401”: 2024-03-05."),
    ],
)
def test_conditions_the_first_few_and_shares(question: str, told: str | None) -> None:
    """By amounts and dates, the largest few with ties at their end, and what part of a whole it is."""
    (invoices,) = InMemory().add(INVOICES)
    assert answer(question, invoices) == told


def test_the_largest_few_take_ties_along() -> None:
    """Where the last of the two is equal to the third, three are told."""
    (points,) = InMemory().add("Name | Points\nAnna | 7\nTom | 9\nMei | 7")
    told = "Highest 2 by Points: Tom, 9; Anna, 7; Mei, 7 (3, since the last are equal)."
    assert answer("Which two names have the highest points?", points) == told


def test_nothing_meets_is_certain() -> None:
    """Only where every condition is understood."""
    (invoices,) = InMemory().add(INVOICES)
    made = plan("Which invoices are over 9,000 EUR?", invoices)
    assert made is not None
    assert work(made, invoices) is None
    assert nothing_meets(made, invoices)
