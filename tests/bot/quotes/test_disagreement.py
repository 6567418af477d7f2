"""When two sources differ, and when they only speak of two things."""

from __future__ import annotations

import pytest

from bot.answer import Citation, Statement
from bot.question.question import Question
from bot.quotes.disagreement import conflicts, disagreement

BUDGET = "What is the budget of the harbour?"


@pytest.mark.parametrize(
    ("question", "one", "other", "values"),
    [
        (
            BUDGET,
            "The harbour budget is $550 billion.",
            "The budget of the harbour is $500 billion.",
            ("$550 billion", "$500 billion"),
        ),
        ("When was the mill built?", "The mill was built in 1780.", "The mill was built in 1785.", ("1780", "1785")),
        ("How many rooms does the inn have?", "The inn has 40 rooms.", "The inn has 45 rooms.", ("40", "45")),
        (
            BUDGET,
            "The harbour budget is $550 billion.",
            "The harbour budget of $550 billion is replaced by $600 billion.",
            ("$550 billion", "$600 billion"),
        ),
        (
            "How many records have been moved?",
            "310,000 of 385,000 records have been moved.",
            "344,000 records have been moved.",
            ("310,000", "344,000"),
        ),
    ],
)
def test_different_values_for_the_same_thing(question: str, one: str, other: str, values: tuple[str, str]) -> None:
    """Two sentences about the same thing with other amounts or dates differ, and the values are named."""
    found = disagreement(Question(question), one, other)
    assert found is not None
    assert found[1:] == values or (values[0] in found[1] and values[1] in found[2])


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (BUDGET, "The harbour budget is $550 billion.", "The budget of the harbour is 550 billion dollars."),
        (BUDGET, "In 2022 the harbour budget was $5 million.", "In 2023 the harbour budget was $6 million."),
        (BUDGET, "The harbour budget is $550 billion.", "The harbour is 12 km long."),
        (BUDGET, "The harbour budget is $550 billion.", "Coal costs $3."),
        ("When was the mill built?", "The mill was built in 1780.", "The mill, built in 1780, was sold in 1900."),
        ("When was the mill built?", "The mill was built in 1780.", "The mill was built in May 1780."),
        ("Who built the mill?", "Brown built the mill in 1780.", "Brown built the mill in 1785."),
        (
            "How many boxes did Lindhaven handle in 2024?",
            "The port of Lindhaven handled 412 boxes in 2024.",
            "Its rival, the port of Skagby, handled 560 boxes in 2024.",
        ),
        (
            "notice period",
            "The notice period of 180 days begins at once.",
            "It renews for a period of twelve months each unless a party, in the form that is laid down, gives notice "
            "of non-renewal, by registered letter, at least 90 days before.",
        ),
    ],
)
def test_no_disagreement_where_there_is_none(question: str, one: str, other: str) -> None:
    """Other forms, other years, other things and other questions are no difference."""
    assert disagreement(Question(question), one, other) is None


def test_one_document_does_not_contradict_itself() -> None:
    """Only statements from different documents are held against each other."""
    statements = [Statement("The inn has 40 rooms.", (1,)), Statement("The inn has 45 rooms.", (2,))]
    question = "How many rooms does the inn have?"

    def cite(number: int, document: str) -> Citation:
        return Citation(number, document, "Inn", "/inn.txt", None, 0, 1, "x")

    assert conflicts(Question(question), statements, [cite(1, "a"), cite(2, "a")]) == ()
    found = conflicts(Question(question), statements, [cite(1, "a"), cite(2, "b")])
    assert [(c.kind, c.statements) for c in found] == [("number", (0, 1))]
