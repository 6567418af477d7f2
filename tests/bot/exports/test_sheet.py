"""What is written of answers in every format: numbering, what is said, links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_answers import citation, code, differing, notice, refused

from bot.answer import Answer, Statement
from bot.exports.sheet import OUT_OF_REACH, numbered, right_to_left, sheet_of_answer, sheet_of_turns
from bot.links import LONGEST, address_of


def no_link(_: object) -> str:
    """Link nowhere."""
    return ""


def test_a_single_answer_has_its_question_as_title_and_its_footnotes_in_order() -> None:
    """Bold words are those of the answer; place and source stand with each quote."""
    sheet = sheet_of_answer(notice(), link=lambda c: f"https://page/#{c.number}")
    (entry,) = sheet.entries
    assert sheet.single and sheet.title == notice().question
    first, second = (paragraph[0] for paragraph in entry.paragraphs)
    assert first.pieces() == ("It ends with a notice period of ", "30 days", ".")
    assert second.pieces() == ("", "", "The tenant may leave earlier.") and second.notes == (2, 3)
    assert [(note.number, note.where, note.link) for note in sheet.notes] == [
        (1, "Lease, p. 3", "https://page/#1"),
        (2, "Contract, row 7", "https://page/#2"),
        (3, "Plan, slide 4", "https://page/#3"),
    ]
    assert entry.about == "Searched all 3 documents. No model wrote this."


def test_what_is_not_a_sentence_is_said() -> None:
    """That the documents don't say; disagreements with their numbers, what was withheld, a notice, who wrote."""
    sheet = sheet_of_turns("", [("a", refused()), ("b", differing()), ("c", None)], link=no_link)
    first, second, third = sheet.entries
    assert first.said == "The documents don't say." and not first.paragraphs
    assert third.said == OUT_OF_REACH and not third.about
    assert second.remarks == (
        "These sources differ on a number: 4,200 EUR (Lease [1]); 4,300 EUR (Plan [2]).",
        "1 sentence withheld: not supported by the sources.",
        "A notice.",
    )
    assert second.about == "Searched 2 documents for “rent amount”. Written by qwen.gguf, checked by Footnote."
    assert second.paragraphs[0][1].text.endswith("(partly supported: “in the plan” was not found)")


def test_a_conversation_is_numbered_through() -> None:
    """Its remarks too; a title that only repeats the first question, or its begin, is not said twice."""
    turns = [("What now?", notice()), ("And the rent?", differing())]
    sheet = sheet_of_turns("What…", turns, link=no_link)
    assert sheet.title == "Conversation" and sheet_of_turns("The lease", turns, link=no_link).title == "The lease"
    assert [note.number for note in sheet.notes] == [1, 2, 3, 4, 5]
    assert "(Lease [4])" in sheet.entries[1].remarks[0]
    alone = sheet_of_turns("The lease", turns[:1], link=no_link)
    assert alone.single and alone.title == "What now?"


@given(st.lists(st.lists(st.integers(1, 9), max_size=4), max_size=6), st.integers(1, 50))
def test_numbers_follow_the_order_of_first_use(used: list[list[int]], first: int) -> None:
    """From `first` without a gap, whatever the answer's own order; a sentence keeps its sources."""
    answer = Answer(
        "q",
        tuple(Statement(f"s{i}", tuple(numbers)) for i, numbers in enumerate(used)),
        tuple(citation(n, f"quote {n}") for n in range(1, 8)),
    )
    made = numbered(answer, first)
    seen = list(dict.fromkeys(n for statement in made.statements for n in statement.citations))
    assert seen == [c.number for c in made.citations] == list(range(first, first + len(seen)))
    quotes = {c.number: c.quote for c in made.citations}
    for before, after in zip(used, made.statements, strict=True):
        known = dict.fromkeys(n for n in before if n < 8)
        assert [quotes[n] for n in after.citations] == [f"quote {n}" for n in known]


def test_lines_stay_where_they_mean_something() -> None:
    """In code, in lists and in tables; elsewhere a line end is a blank."""
    (note,) = sheet_of_answer(code(), link=no_link).notes
    assert note.quote == "def add(a, b):\n\treturn a + b\nprint(add(1, 2))"
    (note,) = sheet_of_answer(replace(code(), passages=()), link=no_link).notes
    assert "\n" not in note.quote


@pytest.mark.parametrize(("text", "turned"), [("30 يوما", True), ("(שלום) a", True), ("a شهر", False), ("1.", False)])
def test_direction_is_that_of_the_first_letter(text: str, turned: bool) -> None:
    """As browsers find it; what has no letter runs from left to right."""
    assert right_to_left(text) is turned


def test_a_footnote_links_to_the_page_its_address_or_its_file(tmp_path: Path) -> None:
    """In this order; a file that is gone, a long address and a name that no system can hold link nowhere."""
    paper = tmp_path / "a ü.pdf"
    paper.write_bytes(b"%PDF-")
    here, web = citation(1, "x", source=str(paper)), citation(2, "x", source="https://example.org/a <b>?q=ü")
    assert address_of(here, page="https://page/") == f"https://page/#document={'d' * 16}&start=0&end=1"
    assert address_of(here) == f"{paper.as_uri()}#page=3"
    assert address_of(web) == "https://example.org/a%20%3Cb%3E?q=%C3%BC"
    for source in ("/nowhere/a.pdf", "a.pdf", "/x\x00", "javascript:alert(1)", f"https://e.org/{'x' * LONGEST}"):
        assert address_of(citation(1, "x", source=source)) == ""
