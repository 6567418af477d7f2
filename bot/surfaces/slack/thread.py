"""A Slack thread as a conversation: read back from Slack, with each of our answers under its question."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.answer import Answer
from bot.question.conversation import Conversation, remembered
from bot.surfaces.slack.events import Me, Question, plain_words
from bot.surfaces.slack.send import Sender, key_of

if TYPE_CHECKING:
    from bot.surfaces.chat.store import ChatStore

log = logging.getLogger(__name__)

REMEMBERED_THREADS = 1_000


class Threads:
    """The conversations of the threads that we are in: the latest in memory, others read back from Slack."""

    def __init__(self, sender: Sender, me: Me, store: ChatStore) -> None:
        self._sender = sender
        self._me = me
        self._store = store
        self._guard = threading.Lock()
        self._known: OrderedDict[str, Conversation] = OrderedDict()

    def add(self, question: Question, answer: Answer) -> None:
        """Note the latest turn of a thread."""
        with self._guard:
            earlier = self._known.pop(question.place, Conversation())
            self._known[question.place] = earlier.add(question.text, answer)
            while len(self._known) > REMEMBERED_THREADS:
                self._known.popitem(last=False)

    def conversation(self, question: Question) -> Conversation:
        """Return what was said in a question's thread before it."""
        with self._guard:
            known = self._known.get(question.place)
        if known is not None or not question.continues:
            return known or Conversation()
        conversation = Conversation()
        try:
            messages = self._sender.thread_messages(question.channel, question.thread)
        except Exception as error:  # the edge: an answer without the thread's context is better than none
            log.warning("a thread could not be read back (%s)", type(error).__name__)
            return conversation
        for text, answer in turns_of(messages, self._me, before=question.ts, kept=self._kept):
            conversation = conversation.add(text, answer)
        with self._guard:
            self._known[question.place] = conversation
        return conversation

    def _kept(self, reference: str) -> Answer | None:
        kept = self._store.kept(reference)
        return kept.answer if kept else None


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
        turns.append((text, kept(rest.partition("/")[0]) or remembered(text, str(message.get("text", "")))))
    if earlier and not turns and not _ours(earlier[0], me) and asked[str(earlier[0]["ts"])]:
        opening = asked[str(earlier[0]["ts"])][:500]
        turns.append((opening, Answer(opening, abstained=True)))
    return turns


def _ours(message: dict[str, Any], me: Me) -> bool:
    return message.get("user") == me.user or (bool(me.bot) and message.get("bot_id") == me.bot)
