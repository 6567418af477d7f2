"""The made documents say what `evals/close_reading.tsv` takes them to say, and its judge tells answers apart."""

from __future__ import annotations

import pytest

from bot.answer import Answer, Statement, Verdict
from evals.close_reading import Asked, judged, questions, verdict
from evals.close_reading_documents import documents


def test_every_question_is_answered_by_a_document_as_it_says() -> None:
    """What must be shown stands in a document; a question has one of both halves, and no two are the same."""
    texts = "\n".join(text for _, text in documents()).casefold()
    asked = questions()
    for one in asked:
        for wanted in one.holds:
            assert any(part in texts for part in wanted.removeprefix("!").casefold().split("|")), one
    assert {one.half for one in asked} == {"seen", "kept"} and len({one.question for one in asked}) == len(asked)


@pytest.mark.parametrize(
    ("texts", "outcome"),
    [
        (["It is 640 metres long."], "right"),
        (["It is 640 metres long.", "One.", "Two."], "padded"),
        (["It is 640 metres long.", "It is 910 metres long."], "beside"),
        (["It was opened in 1962."], "beside"),
        ([], "refused"),
    ],
)
def test_an_answer_is_judged_by_what_it_shows(texts: list[str], outcome: str) -> None:
    """The wanted words must be there, the other thing's must not."""
    asked = Asked("seen", "k", "How long?", "", ("640", "!910"))
    assert judged(asked, Answer("How long?", statements=tuple(Statement(text, (1,)) for text in texts))) == outcome


def test_an_answer_to_what_nothing_says_is_told() -> None:
    """Refusing is right there."""
    asked = Asked("seen", "k", "How long?", "", ())
    assert judged(asked, Answer("How long?", statements=(Statement("It is old.", (1,)),))) == "answered though unsaid"
    assert judged(asked, Answer("How long?", abstained=True)) == "right"


@pytest.mark.parametrize(("said", "told"), [("yes", "wrong"), ("no", "right"), (None, "unsaid")])
def test_yes_and_no_are_told_by_the_verdict(said: Verdict | None, told: str) -> None:
    """Neither is not wrong; "No" that only begins a quote is not said of the question."""
    asked = Asked("seen", "yes or no", "Did it rise?", "no", ("fell",))
    statements = (Statement("No change was seen; it fell.", (1,)),)
    assert verdict(asked, Answer("Did it rise?", statements=statements, verdict=said)) == told
