"""What kind of answer a question asks for, and what of a sentence may be one: built from the tables of bot/text."""

from __future__ import annotations

import pytest

from bot.question.fit import fits
from bot.question.kind import AnswerType, answer_type
from bot.question.question import Question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wer hat den Vertrag unterzeichnet?", "who"),
        ("Wo liegt Bremen?", "where"),
        ("Wann wurde der Turm gebaut?", "when"),
        ("Wie viele Sekunden blieben, als die Mannschaft gewann?", "number"),
        ("Qui a signé l'accord ?", "who"),
        ("Avec qui l'accord a-t-il été signé ?", "who"),
        ("Où se trouve Lyon ?", "where"),
        ("D'où vient le nom ?", "where"),
        ("Quand la tour a-t-elle été construite ?", "when"),
        ("Combien de pays ont signé ?", "number"),
        ("Pourquoi le pont a-t-il fermé ?", "why"),
        ("¿Quién firmó el acuerdo?", "who"),
        ("¿Quiénes lo firmaron?", "who"),
        ("¿Dónde está Lima?", "where"),
        ("¿Cuántas personas viven allí?", "number"),
        ("誰が署名しましたか", "who"),
        ("戴冠式は7月の何日に行われましたか?", "when"),
        ("音楽祭は何日間開催されましたか。", "number"),
    ],
)
def test_question_words_of_other_languages_ask(question: str, kind: AnswerType) -> None:
    """German, French, Spanish and Japanese questions are of the kind that their question word says."""
    assert answer_type(question) == kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What will the two countries consider?", "other"),
        ("What historical significance does the Tower Building hold?", "other"),
        ("Does it have a higher power?", "yes-no"),
        ("Name two spacecraft that were sent to Jupiter.", "list"),
        ("Name six countries.", "list"),
        ("Quel est le pays qui a signé ?", "other"),
    ],
)
def test_no_word_that_only_ends_like_a_question_word_asks(question: str, kind: AnswerType) -> None:
    """ "two" is not German "wo", nor "tower" "wer"; and French "qui" within a sentence joins."""
    assert answer_type(question) == kind


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("It was opened in March.", True),
        ("They met on Sept. 4.", True),
        ("The marketing of Junior products", False),
        ("Marketing and Decisions About Risk", False),
        ("A Novel by Janet Mary Augustine", False),
        ("It reopens on Tuesday.", True),
    ],
)
def test_a_month_is_a_whole_word(text: str, date: bool) -> None:
    """ "Marketing" and "Novel" answer no question that asks when."""
    assert fits("when", text, Question("When was it opened?")) == float(date)


@pytest.mark.parametrize("text", ["The village has twenty pupils.", "It has thirteen.", "生徒は三人です"])
def test_numbers_in_words_answer_how_many(text: str) -> None:
    """Whatever the table of number words holds."""
    assert fits("number", text, Question("How much is it?")) == 1.0
