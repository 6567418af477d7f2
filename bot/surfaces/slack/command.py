"""The slash command: answered for the one who gave it, in late replies."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Protocol

from bot.surfaces.chat import words
from bot.surfaces.chat.long import REST_ON_MENTION, parts
from bot.surfaces.chat.survey import ON_MENTION, summary, survey_questions
from bot.surfaces.slack import render
from bot.surfaces.slack.events import Question, read_command
from bot.surfaces.slack.send import editable

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.settings import Settings
    from bot.survey.table import Survey

log = logging.getLogger(__name__)

LATE_REPLIES = 5
"""Messages that Slack takes at a response_url."""


class Answerer(Protocol):
    """What the command needs of the surface."""

    settings: Settings

    def ask(self, question: Question) -> Answer | None:
        """Answer within what the place may see; None where it may see nothing."""

    def survey(self, question: Question, questions: Sequence[str]) -> Survey | None:
        """Ask each document that the place may see; None where it may see none."""

    def refusal(self, question: Question) -> str:
        """Why a question is not answered where it was put; "" where it is."""

    def keep(self, reference: str, question: Question, answer: Answer) -> None:
        """Keep an answer for its buttons."""


def answer_command(surface: Answerer, body: dict[str, Any]) -> None:
    """Answer a slash command for the one who gave it, with the question restated."""
    reference = token_hex(4)
    question = read_command(body)
    try:
        messages = _command_messages(surface, question, reference)
    except Exception as error:  # the edge: a person gets a sentence, never silence
        log.error("answer %s failed: %s", reference, words.log_words(error))
        messages = [render.plain_message(words.failure(error, reference))]
    if len(messages) > LATE_REPLIES:
        log.info("answer %s is longer than a slash command's reply may be", reference)
        messages = [*messages[: LATE_REPLIES - 1], render.plain_message(words.TOO_LONG_HERE)]
    for message in messages:
        respond(body, response_type="ephemeral", replace_original=False, **message)


def _command_messages(surface: Answerer, question: Question, reference: str) -> list[dict[str, Any]]:
    if not question.text:
        return [render.plain_message(words.EMPTY_COMMAND)]
    if refusal := surface.refusal(question):
        return [render.plain_message(refusal)]
    if (questions := survey_questions(question.text)) is not None:
        found = surface.survey(question, questions)
        return render.text_messages(words.NO_COLLECTIONS if found is None else summary(found, ON_MENTION))
    answer = surface.ask(question)
    if answer is None:
        return [render.plain_message(words.NO_COLLECTIONS)]
    surface.keep(reference, question, answer)
    first, _ = parts(answer, REST_ON_MENTION)  # there is no thread for the rest
    return render.answer_messages(first, reference=reference, page=surface.settings.page_url, question=True, share=True)


def respond(body: dict[str, Any], **message: Any) -> None:
    """Send a late reply to the address that came with a command or a button."""
    from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler
    from slack_sdk.webhook import WebhookClient

    address = str(body.get("response_url") or "")
    if not address:
        return
    handlers = [RateLimitErrorRetryHandler(max_retry_count=10), ConnectionErrorRetryHandler(max_retry_count=3)]
    client = WebhookClient(address, retry_handlers=handlers)
    blocks = message.pop("blocks", None)
    response = client.send_dict(editable({**message, "blocks": blocks} if blocks else message))
    if response.status_code == 400 and blocks:
        response = client.send_dict({**message, "text": render.as_text({"blocks": blocks})})
    if response.status_code != 200:
        log.error("a late reply was refused: %s", response.status_code)
