"""Labelled lines: what their keys and values are, and which of them are asked for."""

from __future__ import annotations

import pytest

from bot.question.plain import labelled, plain_answers
from bot.question.question import Question
from vectorstore.passage import Passage


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("Total: 128.40 GBP", (("Total",), "128.40 GBP")),
        ("cache: port: 6380", (("cache", "port"), "6380")),
        ("MAX_WORKERS = 8", (("MAX_WORKERS",), "8")),
        ("Badge number:\n7714", (("Badge number",), "7714")),
        ("Invoice Date      3 May 2024", (("Invoice Date",), "3 May 2024")),
        ("TOTAL $553.32", (("TOTAL",), "$553.32")),
        ("Amount due | 128.40", (("Amount due",), "128.40")),
    ],
)
def test_a_line_with_a_label(line: str, pair: tuple[tuple[str, ...], str]) -> None:
    """A colon, an equals sign, a gap, a cell or an amount at the end parts label and value."""
    assert labelled(line) == pair


@pytest.mark.parametrize("line", ["The mill was built in 1780.", "At 10:30 the train left.", "Chapter 4", ""])
def test_prose_has_no_label(line: str) -> None:
    """Times, numbers of chapters and sentences are no labels with values."""
    assert labelled(line) is None


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("What is the total?", 0),
        ("What is the total of the bill?", 0),
        ("What is the total weight?", None),
        ("Who is the total?", None),
        ("When is the delivery?", 20),
        ("Which port does the mail server use?", None),
    ],
)
def test_a_label_must_be_asked_for_whole(question: str, start: int | None) -> None:
    """A question that says what neither the line nor its document says is not answered by its label."""
    lines = Passage(
        document="a",
        title="Bill",
        source="/bill.txt",
        start=0,
        end=48,
        text="Total: 128.40 EUR   Delivery: 3 May   port: 6380",
        score=1.0,
        rank=1,
        sentences=((0, 17), (20, 35), (38, 48)),
    )
    assert plain_answers(Question(question), [lines]) == (frozenset() if start is None else {("a", start)})
