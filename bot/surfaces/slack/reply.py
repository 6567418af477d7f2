"""One answer on its way into its Slack thread: status, parts as they come, then the whole, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.surfaces.chat.words import WORKING
from bot.surfaces.slack import render
from bot.surfaces.slack.mrkdwn import streamed_markdown
from bot.surfaces.slack.send import Sender, editable, metadata

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.surfaces.slack.events import Question

log = logging.getLogger(__name__)

STREAM_LIMIT = 9_000
"""Characters that are streamed into one message; the rest of a longer answer is posted at the end."""


class Reply:
    """One answer on its way into its thread.

    While it is worked on Slack shows a status. When statements come slowly they are streamed, or, where
    Slack offers no streaming, one message is edited at most once a second. Whatever was shown before,
    `finish` leaves the whole answer there exactly once.

    Args:
        sender: The way to Slack.
        question: What is answered.
        reference: Id of the answer.
        page: Address of the chat page, or "".
        patience: Seconds before parts are shown; most answers are done by then.
        pause: Least seconds between two changes of what is shown.
        clock: Returns seconds.
    """

    def __init__(
        self,
        sender: Sender,
        question: Question,
        *,
        reference: str,
        page: str = "",
        patience: float = 1.0,
        pause: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sender = sender
        self._question = question
        self._reference = reference
        self._page = page
        self._pause = pause
        self._clock = clock
        self._next_change = clock() + patience
        self._ts = ""
        self._streamed: list[str] | None = None
        self._reacted = False

    def working(self) -> None:
        """Show that the question arrived: the thread's status, or a reaction where there is none."""
        where = {"channel_id": self._question.channel, "thread_ts": self._question.thread}
        response, _ = self._sender.attempt("assistant.threads.setStatus", **where, status=WORKING)
        if response is None:
            self._reacted = self._react("add")

    def show(self, partial: Answer) -> None:
        """Show the statements so far, if it is time for it."""
        now = self._clock()
        if now < self._next_change or not partial.statements:
            return
        self._next_change = now + self._pause
        if self._streamed is not None or (not self._ts and self._sender.streaming):
            self._stream(partial)
        if self._streamed is None:
            self._edit(partial)

    def finish(self, answer: Answer) -> str:
        """Show the whole answer and return the timestamp of its first message."""
        messages = render.answer_messages(answer, reference=self._reference, page=self._page)
        if self._streamed is not None:
            self._end_stream(answer, messages)
        else:
            self._place(messages[0])
        for number, message in enumerate(messages[1:] if not self._whole_streamed(answer) else (), start=1):
            self._post(message, number)
        self._unreact()
        return self._ts

    def fail(self, text: str) -> None:
        """Say that it failed, in place of what was shown."""
        message = render.plain_message(text)
        if self._streamed is None or not self._stop_stream(blocks=message["blocks"]):
            self._place(message)
        self._unreact()

    def tell(self, messages: Sequence[dict[str, Any]]) -> None:
        """Show messages that are no answer, in order."""
        self._place(messages[0])
        for number, message in enumerate(messages[1:], start=1):
            self._post(message, number)
        self._unreact()

    def _place(self, message: dict[str, Any]) -> None:
        """Put a message where the answer stands so far; post it anew where Slack does not let us."""
        if self._ts and self._sender.update(self._question.channel, self._ts, message):
            return
        if self._ts:
            self._sender.attempt("chat.delete", channel=self._question.channel, ts=self._ts)
        self._ts = self._post(message, 0)

    def _post(self, message: dict[str, Any], number: int) -> str:
        question = self._question
        return self._sender.post(question.channel, question.thread, message, key=self._key(number))

    def _key(self, number: int) -> str:
        return f"{self._question.ts}/{self._reference}/{number}"

    def _edit(self, partial: Answer) -> None:
        blocks = render.statement_sections(partial)[: render.BLOCK_LIMIT]
        message = {"text": render.fallback_text(partial), "mrkdwn": False, "blocks": blocks}
        if not self._ts:
            self._ts = self._post(message, 0)
            return
        self._sender.attempt("chat.update", channel=self._question.channel, ts=self._ts, **editable(message))

    def _stream(self, partial: Answer) -> None:
        texts = [streamed_markdown(partial, index) for index in range(len(partial.statements))]
        done = self._streamed or []
        new = "".join(texts[len(done) :])
        if texts[: len(done)] != done or len("".join(texts)) > STREAM_LIMIT or not new:
            return
        question = self._question
        if self._streamed is None:
            response, code = self._sender.attempt(
                "chat.startStream",
                channel=question.channel,
                thread_ts=question.thread,
                recipient_team_id=question.team,
                recipient_user_id=question.user,
                markdown_text=new,
            )
            if response is None:
                # Not offered here: from now on one message is edited instead.
                self._sender.streaming = code == "ratelimited"
                return
            self._ts = str(response["ts"])
        else:
            append = {"channel": question.channel, "ts": self._ts, "markdown_text": new}
            if self._sender.attempt("chat.appendStream", **append)[0] is None:
                return
        self._streamed = texts

    def _whole_streamed(self, answer: Answer) -> bool:
        texts = [streamed_markdown(answer, index) for index in range(len(answer.statements))]
        return self._streamed is not None and texts == self._streamed

    def _end_stream(self, answer: Answer, messages: Sequence[dict[str, Any]]) -> None:
        texts = [streamed_markdown(answer, index) for index in range(len(answer.statements))]
        done = self._streamed or []
        rest = "".join(texts[len(done) :])
        arguments: dict[str, Any] = {}
        whole = bool(texts) and texts[: len(done)] == done and len("".join(texts)) <= STREAM_LIMIT
        if whole:
            arguments["blocks"] = render.ending(answer, reference=self._reference, page=self._page)
            if rest:
                arguments["markdown_text"] = rest
        if self._stop_stream(**arguments) and whole:
            self._streamed = texts
            return
        # What was streamed is not what came out, or Slack ended the stream: put the answer in its place.
        self._streamed = None
        if arguments:
            self._stop_stream()  # perhaps it was our blocks that Slack refused; a running stream takes no edit
        self._place(messages[0])

    def _stop_stream(self, **arguments: Any) -> bool:
        from slack_sdk.errors import SlackApiError

        try:
            self._sender.posting.chat_stopStream(
                channel=self._question.channel, ts=self._ts, metadata=metadata(self._key(0)), **arguments
            )
        except (SlackApiError, OSError) as error:
            log.debug("chat.stopStream: %s", type(error).__name__)
            return False
        return True

    def _react(self, what: str) -> bool:
        where = {"channel": self._question.channel, "timestamp": self._question.ts, "name": "eyes"}
        return self._sender.attempt(f"reactions.{what}", **where)[0] is not None

    def _unreact(self) -> None:
        if self._reacted:
            self._react("remove")
