"""The set of short questions: what it holds, and how an answer to one is scored."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Answer, Statement
from bot.evaluation.sets import rows
from bot.question.question import FEW_TERMS, Question
from evals.short_questions import QUESTIONS, Asked, table


def test_the_set_has_sixty_of_each_and_those_that_stand_alone_are_short() -> None:
    """Each is asked once after one turn; what stands alone has no more words than the rule is about."""
    found = list(rows(QUESTIONS))
    alone = [row["question"] for row in found if row["stands"] == "alone"]
    assert len(alone) == 60 == len(found) - 60 and len(set(alone)) == 60
    assert all(len(Question(text).terms) <= FEW_TERMS for text in alone)
    assert not any(Question(text).refers_back for text in alone)


def test_an_answer_is_right_by_its_words_or_by_being_refused() -> None:
    """One of the texts must stand in a sentence; where none answers, only refusing is right."""
    answer = Answer("Where?", (Statement("It was signed in Tokyo.", (1,)),), searched_for="Where? When?")
    asked = Asked(True, "When?", "Where?", ("Tokyo", "Osaka"), answer)
    refused = replace(asked, leans=False, says=(), answer=Answer("Where?", abstained=True))
    assert asked.right and asked.leaned and refused.right and not refused.leaned
    assert not replace(asked, says=("Osaka",)).right and not replace(asked, says=()).right
    assert "| lean on the turn before | 1 | 1 | 1 |" in table([asked, refused])
