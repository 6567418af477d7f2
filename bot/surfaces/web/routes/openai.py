"""OpenAI's form of a chat: models and completions, with the footnotes in the text and as annotations."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from bot.answer import ABSTAINED, Answer, Citation, Statement, remarks, searched_words, statement_words, where
from bot.question.conversation import Conversation, remembered
from bot.render import escape_markdown
from bot.surfaces.chat.words import page_address
from bot.surfaces.web.answering import Asked, answered, checked_question, error_object, stream_of, streamed
from bot.surfaces.web.auth import Caller, Known
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import refuse_too_many_questions
from bot.surfaces.web.objects import answer_of
from bot.surfaces.web.responses import Json, Piece, json_bytes
from bot.surfaces.web.services import Services, services_of
from bot.surfaces.web.shapes import EVENTS, AnswerOut, Words, errors_for
from bot.surfaces.web.storage.database import new_id
from bot.text.shown import markers, one_line
from vectorstore.passage import Filter

router = APIRouter(tags=["OpenAI's form"])

MODEL = "footnote"
MOST_MESSAGES = 500
OWN_MARK = re.compile(r"\\\[(\d+)\\\]")


class Part(BaseModel):
    """A part of a message; only text can be read."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: Words | None = None


class Message(BaseModel):
    """One message of the chat so far."""

    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Words | list[Part] | None = None

    def words(self) -> str:
        """Return the text of the message.

        Raises:
            Refused: It is a question that holds something else than text.
        """
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        if self.role == "user" and any(part.type not in ("text", "input_text") for part in self.content):
            raise Refused(422, "unsupported", "Only text can be asked about.", remedy="Leave images and files out.")
        return self.text()

    def text(self) -> str:
        """Return the text of the message; images and files of a turn that is over are left out."""
        if isinstance(self.content, str) or self.content is None:
            return self.content or ""
        return "\n".join(part.text for part in self.content if part.text)


class StreamOptions(BaseModel):
    """What a stream holds besides the answer."""

    model_config = ConfigDict(extra="allow")
    include_usage: bool | None = None


class CompletionIn(BaseModel):
    """A chat to complete. Fields that are not named here are accepted and have no effect."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "How long is the notice period?"}]}]
        },
    )
    model: Annotated[Words, Field(max_length=200)] = MODEL
    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, ge=1, le=1)


class ModelOut(BaseModel):
    """A model in OpenAI's form: all documents, or one collection."""

    id: str = Field(examples=[MODEL])
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsOut(BaseModel):
    """The models that the caller may use."""

    object: Literal["list"]
    data: list[ModelOut]


class UrlCitation(BaseModel):
    """Where a footnote's mark stands in the text, and what it points to."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """One mark of a footnote."""

    type: Literal["url_citation"]
    url_citation: UrlCitation
    footnote: int = Field(description="Number of the citation in `footnote.citations`.")
    quote: str


class MessageOut(BaseModel):
    """The answer as a message."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The one choice."""

    index: int
    message: MessageOut
    logprobs: None
    finish_reason: Literal["stop"]


class Usage(BaseModel):
    """Words, counted plainly, for form's sake."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionOut(BaseModel):
    """A finished chat. `footnote` is the whole answer as /v1/ask gives it."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    footnote: AnswerOut


def model_object(name: str) -> dict[str, Any]:
    """Return a model in OpenAI's form."""
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


def model_names(services: Services, caller: Caller) -> list[str]:
    """Return the names of the models that the caller may use."""
    there = services.bot.library.collections()
    return [MODEL, *(f"{MODEL}:{name}" for name in sorted(there) if caller.sees(name))]


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


@router.get("/v1/models", response_model=ModelsOut, summary="List models", responses=errors_for(401, 503))
def list_models(request: Request, caller: Known) -> Response:
    """List a model for all documents and one for each collection."""
    names = model_names(services_of(request), caller)
    return Json({"object": "list", "data": [model_object(name) for name in names]})


@router.get(
    "/v1/models/{id}",
    response_model=ModelOut,
    summary="Look at a model",
    responses=errors_for(401, 404, 422, 503),
)
def read_model(id: Annotated[str, Path(max_length=200, examples=[MODEL])], request: Request, caller: Known) -> Response:
    """Return one model."""
    model_filter(services_of(request), caller, id)
    return Json(model_object(id))


def chat(messages: list[Message]) -> tuple[str, Conversation]:
    """Return the question, which is the last user message, and the conversation before it.

    Raises:
        Refused: There is no user message.
    """
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].role == "user"), None)
    if last is None:
        raise Refused(422, "question_empty", "There is no message of the role 'user'.", param="messages")
    conversation, question = Conversation(), ""
    for message in messages[:last]:
        if message.role == "user":
            question = message.text()
        elif message.role == "assistant" and question:
            conversation, question = conversation.add(question, remembered(question, message.text())), ""
    return messages[last].words(), conversation


def statement_text(statement: Statement, before: Statement | None) -> str:
    """Return a statement as Markdown, with what parts it from the one before."""
    words = escape_markdown(statement_words(Answer(question=""), statement))
    apart = "" if before is None else "\n\n" if {"quoted", "computed"} & {statement.support, before.support} else " "
    return f"{apart}{words} {markers(statement.citations)}".rstrip()


def statements_text(statements: tuple[Statement, ...]) -> str:
    """Return statements as Markdown."""
    before = (None, *statements)
    return "".join(statement_text(s, b) for s, b in zip(statements, before, strict=False))


def footnote_text(citation: Citation, base: str) -> str:
    """Return a footnote as Markdown: number, title with the link to its place, quote."""
    title = escape_markdown(where(citation))
    address = page_address(base, citation)
    name = f"[{title}]({address})" if address else f"**{title}**"
    return f"[{citation.number}] {name} — “{escape_markdown(one_line(citation.quote))}”"


def tail_text(answer: Answer, base: str = "") -> str:
    """Return what follows the statements: remarks, then a footnote a paragraph; or the abstention.

    Most clients drop annotations, so the link of each footnote stands in the text too.

    Args:
        answer: What was answered.
        base: Address of the page that the links lead to; "" for none.
    """
    # Numbers of footnotes in remarks are ours, and marks are read as they are written in the statements.
    blocks = [OWN_MARK.sub(r"[\1]", escape_markdown(line)) for line in remarks(answer)]
    if answer.abstained:
        said = " ".join(part for part in (ABSTAINED, searched_words(answer)) if part)
        return "\n\n".join([escape_markdown(said), *blocks])
    blocks += [footnote_text(citation, base) for citation in answer.citations]
    return "".join(f"\n\n{block}" for block in blocks)


def mark_annotations(answer: Answer, statements: str, base: str) -> list[dict[str, Any]]:
    """Return an annotation for each mark in the statements, in the order of the text."""
    by_number = {citation.number: citation for citation in answer.citations}
    found = []
    # Brackets of the documents' own are escaped, so what looks like a mark is one.
    for match in re.finditer(r"(?<!\\)\[(\d+)\]", statements):
        citation = by_number.get(int(match[1]))
        if citation is None:
            continue
        address = page_address(base, citation)
        found.append(
            {
                "type": "url_citation",
                "url_citation": {
                    "start_index": match.start(),
                    "end_index": match.end(),
                    "title": where(citation),
                    "url": address,
                },
                "footnote": citation.number,
                "quote": citation.quote,
            }
        )
    return found


def usage(body: CompletionIn, text: str) -> dict[str, int]:
    """Return the words of the chat and of the answer."""
    asked = sum(len(message.text().split()) for message in body.messages)
    said = len(text.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def text_of(kept: Mapping[str, Any], base: str) -> str:
    """Return the text of an answer object in OpenAI's form: what is sent whole, and what a stream adds up to."""
    answer = answer_of(kept)
    return statements_text(answer.statements) + tail_text(answer, base)


def completion_object(body: CompletionIn, kept: Mapping[str, Any], base: str) -> dict[str, Any]:
    """Return the answer object as a finished chat."""
    answer = answer_of(kept)
    said = statements_text(answer.statements)
    text = text_of(kept, base)
    message = {
        "role": "assistant",
        "content": text,
        "refusal": None,
        "annotations": mark_annotations(answer, said, base),
    }
    return {
        "id": f"chatcmpl-{kept['id']}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage(body, text),
        "footnote": kept,
    }


def prepare_chat(services: Services, body: CompletionIn, caller: Caller, request_id: str) -> Asked:
    """Check a chat. Runs in a thread.

    Raises:
        Refused: The model or the question cannot be taken.
    """
    question, conversation = chat(body.messages)
    question = checked_question(services, question, param="messages")
    wanted = model_filter(services, caller, body.model)
    return Asked(new_id("ans"), question, caller, wanted, conversation, None, False, request_id)


@router.post(
    "/v1/chat/completions",
    response_model=CompletionOut,
    summary="Complete a chat",
    responses={
        200: {
            "description": "The answer; with `stream` chunks in OpenAI's form.",
            "content": EVENTS,
        },
        **errors_for(400, 401, 404, 409, 413, 415, 422, 429, 502, 503),
    },
)
async def complete(body: CompletionIn, request: Request, caller: Known) -> Response:
    """Answer the last user message from the documents, in OpenAI's form."""
    services = services_of(request)
    refuse_too_many_questions(services.questions, caller.key)
    request_id = request.scope["footnote_request_id"]
    base = services.settings.page_url or str(request.base_url)
    if not body.stream:
        return Json(await services.asking(_complete, services, body, caller, request_id, base))
    asked = await services.asking(prepare_chat, services, body, caller, request_id)
    return await stream_of(services, caller, lambda: chunks(services, body, asked, base))


def _complete(services: Services, body: CompletionIn, caller: Caller, request_id: str, base: str) -> bytes:
    kept = answered(services, prepare_chat(services, body, caller, request_id))
    return json_bytes(completion_object(body, kept, base))


def chunks(services: Services, body: CompletionIn, asked: Asked, base: str) -> Iterator[Piece]:
    """Yield the chunks of a streamed completion. Runs in a thread."""
    head = {
        "id": f"chatcmpl-{asked.id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body.model,
    }

    def chunk(delta: Mapping[str, Any], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: %s\n\n" % json_bytes({**head, "choices": [choice], **more})

    begun = False
    said: list[Statement] = []
    try:
        for piece in streamed(services, asked):
            if not begun:
                yield chunk({"role": "assistant", "content": ""})
                begun = True
            if isinstance(piece, Statement):
                yield chunk({"content": statement_text(piece, said[-1] if said else None)})
                said.append(piece)
            elif isinstance(piece, dict):
                yield from _last_chunks(piece, tuple(said), chunk, base)
                if body.stream_options and body.stream_options.include_usage:
                    yield b"data: %s\n\n" % json_bytes(
                        {**head, "choices": [], "usage": usage(body, text_of(piece, base))}
                    )
                yield b"data: [DONE]\n\n"
    except Exception as error:
        # A stream's own edge: once the status is sent, whatever goes wrong must become a chunk.
        if not begun:
            yield error
            return
        yield b"data: %s\n\n" % json.dumps({"error": error_object(error, asked.request_id)}).encode()


def _last_chunks(kept: Mapping[str, Any], said: tuple[Statement, ...], chunk: Any, base: str) -> Iterator[bytes]:
    """Yield what is still to be said, then the annotations."""
    answer = answer_of(kept)
    whole, sent = statements_text(answer.statements), statements_text(said)
    # What was streamed stands in the finished answer; where it does not, the finished one is said again.
    rest = whole[len(sent) :] if whole.startswith(sent) else f"\n\n---\n\n{whole}"
    offset = 0 if whole.startswith(sent) else len(sent) + len("\n\n---\n\n")
    marks = mark_annotations(answer, whole, base)
    for mark in marks:
        mark["url_citation"]["start_index"] += offset
        mark["url_citation"]["end_index"] += offset
    yield chunk({"content": rest + tail_text(answer, base)})
    yield chunk({"annotations": marks}, finish="stop", footnote=kept)
