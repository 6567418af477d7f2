"""Numbered places: which questions ask for one, and where it begins and ends."""

from __future__ import annotations

import pytest

from bot.computed.places import NumberedPlace, following, numbered_place, section_span

CONTRACT = """Contents
1. Term
2. Rent
3. Repairs

1. Term
1.1 This lease begins on 1 March 2022.
1.2 It may be ended with six months of notice.
1.10 Notices are written.

2. Rent
2.1 The rent is 2,400 EUR.
2.2 Late payments:
(a) bear interest at 5 % a year;
(b) may be asked for in writing.

3. Repairs
The landlord keeps the roof in repair.
Table 1
Roof | 2,000
"""


def span(noun: str, number: str, *part: str) -> str | None:
    found = section_span(CONTRACT, NumberedPlace(noun, number, part))
    return CONTRACT[slice(*found)].strip() if found else None


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("What does section 4.2 say?", NumberedPlace("section", "4.2")),
        ("§ 5", NumberedPlace("§", "5")),
        ("what is in Art. 12(3) of the treaty?", NumberedPlace("art.", "12", ("3",), "the treaty")),
        ("Show me Table 2", NumberedPlace("table", "2")),
        ("What does Annex B say?", NumberedPlace("annex", "B")),
        ("page 7 of report.pdf", NumberedPlace("page", "7", (), "report.pdf")),
        ("What does clause 3(a)(2) require?", NumberedPlace("clause", "3", ("a", "2"))),
    ],
)
def test_a_question_for_a_place_is_known(question: str, place: NumberedPlace) -> None:
    """By its noun, its number, what stands in brackets, and the document."""
    assert numbered_place(question) == place


@pytest.mark.parametrize(
    "question",
    [
        "What does section 4.2 say about rent?",
        "Who wrote chapter 3?",
        "parts of a tag.",
        "What is part of a cell?",
        "page",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    """One that asks something of a section is searched like any other."""
    assert numbered_place(question) is None


def test_a_section_ends_where_the_next_begins() -> None:
    """1.1 is not 1.10, and the entry in the contents is not the section."""
    assert span("clause", "1.1") == "1.1 This lease begins on 1 March 2022."
    assert span("section", "1") is not None and "1.10 Notices" in str(span("section", "1"))
    assert span("section", "3") == CONTRACT[CONTRACT.index("3. Repairs\nThe") :].strip()


def test_a_part_of_a_section_is_found_inside_it() -> None:
    """(a) ends where (b) begins, the last part with its section."""
    assert span("clause", "2.2", "a") == "(a) bear interest at 5 % a year;"
    assert span("clause", "2.2", "b") == "(b) may be asked for in writing."
    assert span("clause", "2.2", "c") is None


def test_a_table_needs_its_noun() -> None:
    """ "Table 1" is not section 1; what is not there is not found."""
    assert str(span("table", "1")).startswith("Table 1")
    assert span("table", "2") is None
    assert span("section", "9") is None


def test_the_numbers_that_may_follow() -> None:
    """The next of its level, and of each level above."""
    assert following("4.2") == ["4.3", "4.3.1", "5", "5.1"]
    assert following("B") == ["C", "C.1"]
