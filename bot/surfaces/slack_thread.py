"""A Slack thread as a conversation: read back from Slack, with each of our answers under its question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.answer import Answer, Statement
from bot.surfaces.slack_events import Me, plain_words
from bot.surfaces.slack_send import key_of
from vectorstore.passage import Passage

_MARKS = re.compile(r"\s*(?:\[\d+\])+")


def turns_of(
    messages: Sequence[dict[str, Any]], me: Me, *, before: str, kept: Callable[[str], Answer | None]
) -> list[tuple[str, Answer]]:
    """Return the questions and answers of a thread that stand before the message `before`, oldest first.

    People's words among themselves are no turns. But when somebody calls us into a thread, its first
    message is what they talk about: it becomes a turn without an answer.

    Args:
        messages: As `conversations.replies` returns them.
        me: Who we are.
        before: Timestamp of the question that is about to be answered.
        kept: Returns the answer of a reference, or None where it is not kept on this machine.
    """
    earlier = sorted((m for m in messages if float(m["ts"]) < float(before)), key=lambda m: float(m["ts"]))
    asked = {str(m["ts"]): plain_words(str(m.get("text", "")), me) for m in earlier if not _ours(m, me)}
    turns: list[tuple[str, Answer]] = []
    answered: set[str] = set()
    last_question = ""
    for message in earlier:
        if not _ours(message, me):
            last_question = str(message["ts"])
            continue
        question_ts, _, rest = key_of(message).partition("/")
        question_ts = question_ts or last_question
        if question_ts not in asked or question_ts in answered:
            continue  # a later part of an answer, or one that stands without its question
        answered.add(question_ts)
        text = asked[question_ts]
        turns.append((text, kept(rest.partition("/")[0]) or _answer_from(text, message)))
    if earlier and not turns and not _ours(earlier[0], me) and asked[str(earlier[0]["ts"])]:
        opening = asked[str(earlier[0]["ts"])][:500]
        turns.append((opening, Answer(opening, abstained=True)))
    return turns


def _ours(message: dict[str, Any], me: Me) -> bool:
    return message.get("user") == me.user or (bool(me.bot) and message.get("bot_id") == me.bot)


def _answer_from(question: str, message: dict[str, Any]) -> Answer:
    """Return what can be known of an answer from the words that Slack shows of it."""
    from bot.render import ABSTAINED

    words = _MARKS.sub("", str(message.get("text", ""))).strip()
    if not words or words == ABSTAINED:
        return Answer(question, abstained=True)
    # That something was found makes it a turn that a follow-up can lean on; what it was, Slack doesn't say.
    found = Passage("", "", "", 0, 0, "", 0.0, 1)
    return Answer(question, statements=(Statement(words, ()),), passages=(found,))
