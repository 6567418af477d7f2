"""Gaps: what was asked and not answered, by meaning, with how often and whether more often of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.ask import Bot
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.passage import Filter

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the documents did not answer.

    Attributes:
        id: Its id in the log.
        question: As it was asked.
        after: The question that it leaned on, or "".
        day: When it was asked, "2026-11-30".
        name: Who asked, where that is kept; else "".
    """

    id: str
    question: str
    after: str
    day: str
    name: str = ""

    @property
    def text(self) -> str:
        """The question for a person, with what it leaned on before it."""
        return f"{self.after} … {self.question}" if self.after else self.question


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions without an answer that ask the same.

    Attributes:
        question: What was asked most often of them.
        asked: All of them, oldest first.
        week, week_before: How many were asked in the last seven days, and in the seven days before.
    """

    question: str
    asked: tuple[Unanswered, ...]
    week: int
    week_before: int

    @property
    def texts(self) -> tuple[str, ...]:
        """The different questions, what was asked first first."""
        return tuple(dict.fromkeys(asked.text for asked in self.asked))


def gaps(asked: Sequence[Unanswered], encoder: Encoder, *, today: date) -> list[Gap]:
    """Return the gaps, what was asked most often first.

    Args:
        asked: Questions of the log, oldest first.
        encoder: The library's embedding model.
        today: The last of the seven days of the trend.
    """
    if not asked:
        return []
    from bot.desk.groups import grouped, most_asked  # numpy

    week, week_before = (today - WEEK).isoformat(), (today - 2 * WEEK).isoformat()
    found = []
    for members in grouped([one.text for one in asked], encoder):
        group = tuple(asked[index] for index in sorted(members))
        found.append(
            Gap(
                most_asked([one.text for one in group]),
                group,
                week=sum(one.day > week for one in group),
                week_before=sum(week_before < one.day <= week for one in group),
            )
        )
    return found


def asked_again(bot: Bot, one: Unanswered, filter: Filter | None) -> str:
    """Ask a question of the log, after what it leaned on; return the answer's words, "" where there is none.

    Args:
        bot: Who answers.
        one: The question.
        filter: Where to look.
    """
    from bot.answer import Answer
    from bot.question.conversation import Conversation

    before = Conversation().add(one.after, Answer(one.after, abstained=True)) if one.after else Conversation()
    answer = bot.ask(one.question, conversation=before, filter=filter)
    return " ".join(statement.text for statement in answer.statements)
