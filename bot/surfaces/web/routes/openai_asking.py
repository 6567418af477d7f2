"""What chats and responses in OpenAI's form share: which model looks where, and the way from messages to a reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request

from bot.answer import Answer, Statement
from bot.question.conversation import Conversation, remembered
from bot.surfaces.web.answering import Asked, answered, checked_question, streamed
from bot.surfaces.web.auth import Caller
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import refuse_too_many_questions
from bot.surfaces.web.routes.openai_shapes import MODEL, Message
from bot.surfaces.web.routes.openai_tasks import task_reply
from bot.surfaces.web.routes.openai_text import Said, said_of, statement_text
from bot.surfaces.web.services import Services, base_address, services_of
from bot.surfaces.web.storage.database import new_id
from vectorstore.passage import Filter

Pieces = Callable[[], Iterator[str | Said]]
"""Yields the text of a reply as it comes, last the whole reply. Runs in a thread."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as the wire gave it.

    Attributes:
        model: Name of the model that is asked.
        messages: The chat so far.
        param: What the messages are called in the body, for refusals.
    """

    model: str
    messages: list[Message]
    param: str = "messages"


def model_names(services: Services, caller: Caller) -> list[str]:
    """Return the names of the models that the caller may use."""
    return [MODEL, *(f"{MODEL}:{name}" for name in sorted(services.collections(caller)))]


def model_filter(services: Services, caller: Caller, model: str) -> Filter:
    """Return where a model looks.

    Raises:
        Refused: There is no such model, or not for this caller.
    """
    if model not in model_names(services, caller):
        raise Refused(
            404,
            "model_missing",
            f"There is no model called {model!r}.",
            remedy="GET /v1/models lists them.",
            param="model",
        )
    name = model.partition(":")[2]
    return services.visible(caller, Filter(collections=(name,) if name else ()))


def chat(messages: list[Message], param: str = "messages") -> tuple[str, Conversation]:
    """Return the question, which is the last user message, and the conversation before it.

    Raises:
        Refused: There is no user message.
    """
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].role == "user"), None)
    if last is None:
        raise Refused(422, "question_empty", "There is no message of the role 'user'.", param=param)
    conversation, question = Conversation(), ""
    for message in messages[:last]:
        if message.role == "user":
            question = message.text()
        elif message.role == "assistant" and question:
            conversation, question = conversation.add(question, remembered(question, message.text())), ""
    return messages[last].words(), conversation


def _prepared(services: Services, chat_: Chat, caller: Caller, request_id: str) -> Asked:
    """Check a chat. Runs in a thread.

    Raises:
        Refused: The model or the question cannot be taken.
    """
    question, conversation = chat(chat_.messages, chat_.param)
    question = checked_question(services, question, param=chat_.param)
    wanted = model_filter(services, caller, chat_.model)
    return Asked(new_id("ans"), question, caller, wanted, conversation, None, False, request_id)


async def _task(services: Services, chat_: Chat, caller: Caller) -> Said | None:
    """Return the reply to what a chat program asks for its own use; it takes none of the caller's questions."""
    reply = task_reply(chat_.messages)
    if reply is None:
        return None
    await asyncio.to_thread(model_filter, services, caller, chat_.model)
    return Said(new_id("ans"), reply)


async def whole_reply(request: Request, caller: Caller, chat_: Chat) -> Said:
    """Return the reply to a chat.

    Raises:
        Refused: The chat cannot be taken, or the caller asks too often.
    """
    services = services_of(request)
    if said := await _task(services, chat_, caller):
        return said
    await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    request_id, base = request.scope["footnote_request_id"], base_address(request)

    def work() -> Said:
        return said_of(answered(services, _prepared(services, chat_, caller, request_id)), base)

    return await services.asking(work)


async def reply_in_pieces(request: Request, caller: Caller, chat_: Chat) -> tuple[str, Pieces]:
    """Return the id of the reply to a chat, and what yields it.

    Raises:
        Refused: The chat cannot be taken, or the caller asks too often.
    """
    services = services_of(request)
    if said := await _task(services, chat_, caller):
        return said.id, lambda: iter((said.text, said))
    await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    request_id, base = request.scope["footnote_request_id"], base_address(request)
    asked: Asked = await services.asking(_prepared, services, chat_, caller, request_id)
    return asked.id, lambda: _pieces(services, asked, base)


def _pieces(services: Services, asked: Asked, base: str) -> Iterator[str | Said]:
    sent, so_far = "", Answer(question="")
    before: Statement | None = None
    for piece in streamed(services, asked):
        if isinstance(piece, Statement):
            if not so_far.writes:
                continue  # quotes come all at once; what they say, yes or no, stands before them
            part = statement_text(so_far, piece, before)
            sent, before = sent + part, piece
            yield part
        elif isinstance(piece, dict):
            said = said_of(piece, base, sent)
            yield said.text[len(sent) :]
            yield said
        else:
            so_far = replace(so_far, model=piece.model)
            yield ""  # it has searched: the head of the stream can go out


def reply_usage(messages: list[Message], said: Said) -> dict[str, Any]:
    """Return the words of a chat and of its reply, counted plainly."""
    asked, replied = sum(len(message.text().split()) for message in messages), len(said.text.split())
    return {"prompt_tokens": asked, "completion_tokens": replied, "total_tokens": asked + replied}
