"""OpenAI's newer form, `/v1/responses`: the same answers, which some clients ask for by default."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.surfaces.web.answering import error_object, stream_of
from bot.surfaces.web.auth import Known
from bot.surfaces.web.responses import Json, Piece, event
from bot.surfaces.web.routes.openai_asking import Chat, Pieces, reply_in_pieces, reply_usage, whole_reply
from bot.surfaces.web.routes.openai_shapes import ResponseIn, ResponseOut
from bot.surfaces.web.routes.openai_text import Said
from bot.surfaces.web.services import services_of
from bot.surfaces.web.shapes import EVENTS, errors_for

router = APIRouter(tags=["OpenAI's form"])


@router.post(
    "/v1/responses",
    response_model=ResponseOut,
    summary="Make a response",
    responses={
        200: {"description": "The answer; with `stream` events in OpenAI's form.", "content": EVENTS},
        **errors_for(400, 401, 404, 409, 413, 415, 422, 429, 502, 503),
    },
)
async def respond(body: ResponseIn, request: Request, caller: Known) -> Response:
    """Answer the last user message of the input from the documents, in the form of OpenAI's Responses."""
    chat = Chat(body.model, body.messages(), "input")
    if not body.stream:
        said = await whole_reply(request, caller, chat)
        made = _response(body, said.id, "completed")
        return Json({**made, "output": [_message(said)], "usage": _usage(chat, said), "footnote": said.kept})
    id, pieces = await reply_in_pieces(request, caller, chat)
    request_id = request.scope["footnote_request_id"]
    return await stream_of(services_of(request), caller, lambda: _events(body, chat, id, pieces, request_id))


def _response(body: ResponseIn, id: str, status: str) -> dict[str, Any]:
    return {
        "id": f"resp_{id}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": body.instructions,
        "max_output_tokens": None,
        "metadata": body.metadata or {},
        "model": body.model,
        "output": [],
        "parallel_tool_calls": False,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "none",
        "tools": [],
        "top_p": None,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "footnote": None,
    }


def _message(said: Said) -> dict[str, Any]:
    return {**_item(said.id), "status": "completed", "content": [_part(said)]}


def _item(id: str) -> dict[str, Any]:
    return {"id": f"msg_{id}", "type": "message", "status": "in_progress", "role": "assistant", "content": []}


def _part(said: Said | None) -> dict[str, Any]:
    """Return the text of a response; empty at the beginning of a stream."""
    marks = [{"type": "url_citation", **mark["url_citation"]} for mark in said.annotations] if said else []
    return {"type": "output_text", "text": said.text if said else "", "annotations": marks, "logprobs": []}


def _usage(chat: Chat, said: Said) -> dict[str, Any]:
    words = reply_usage(chat.messages, said)
    return {
        "input_tokens": words["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": words["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": words["total_tokens"],
    }


def _events(body: ResponseIn, chat: Chat, id: str, pieces: Pieces, request_id: str) -> Iterator[Piece]:
    """Yield the events of a streamed response. Runs in a thread."""
    numbers = count()

    def made(name: str, **more: Any) -> bytes:
        return event(name, {"type": name, "sequence_number": next(numbers), **more})

    head, place = _response(body, id, "in_progress"), {"item_id": f"msg_{id}", "output_index": 0, "content_index": 0}
    begun = False
    try:
        for piece in pieces():
            if not begun:
                begun = True
                yield made("response.created", response=head)
                yield made("response.in_progress", response=head)
                yield made("response.output_item.added", output_index=0, item=_item(id))
                yield made("response.content_part.added", **place, part=_part(None))
            if isinstance(piece, Said):
                yield from _end(chat, head, place, piece, made)
            elif piece:
                yield made("response.output_text.delta", **place, delta=piece, logprobs=[])
    except Exception as error:
        # A stream's own edge: once the status is sent, whatever goes wrong must become an event.
        if not begun:
            yield error
            return
        told = error_object(error, request_id)
        yield made("error", code=told["code"], message=told["message"], param=None, error=told)


def _end(chat: Chat, head: dict[str, Any], place: dict[str, Any], said: Said, made: Any) -> Iterator[bytes]:
    """Yield what follows the last words: annotations, then each thing that was begun, finished."""
    part, message = _part(said), _message(said)
    for index, mark in enumerate(part["annotations"]):
        yield made("response.output_text.annotation.added", **place, annotation_index=index, annotation=mark)
    yield made("response.output_text.done", **place, text=said.text, logprobs=[])
    yield made("response.content_part.done", **place, part=part)
    yield made("response.output_item.done", output_index=0, item=message)
    done = {**head, "status": "completed", "output": [message], "usage": _usage(chat, said), "footnote": said.kept}
    yield made("response.completed", response=done)
