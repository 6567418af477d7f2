"""OpenAI's form of a chat: models and completions, with the footnotes in the text and as annotations."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from bot.surfaces.web.answering import error_object, stream_of
from bot.surfaces.web.auth import Known
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.responses import Json, Piece, json_bytes
from bot.surfaces.web.routes.openai_asking import (
    Chat,
    Pieces,
    model_filter,
    model_names,
    reply_in_pieces,
    reply_usage,
    whole_reply,
)
from bot.surfaces.web.routes.openai_shapes import MODEL, CompletionIn, CompletionOut, ModelOut, ModelsOut
from bot.surfaces.web.routes.openai_text import Said
from bot.surfaces.web.services import services_of
from bot.surfaces.web.shapes import EVENTS, errors_for

router = APIRouter(tags=["OpenAI's form"])


def model_object(name: str) -> dict[str, Any]:
    """Return a model in OpenAI's form."""
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


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


def completion_object(body: CompletionIn, said: Said) -> dict[str, Any]:
    """Return a reply as a finished chat."""
    message = {"role": "assistant", "content": said.text, "refusal": None, "annotations": said.annotations}
    return {
        "id": f"chatcmpl-{said.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": reply_usage(body.messages, said),
        "footnote": said.kept,
    }


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
    chat = Chat(body.model, body.messages)
    if not body.stream:
        return Json(completion_object(body, await whole_reply(request, caller, chat)))
    id, pieces = await reply_in_pieces(request, caller, chat)
    request_id = request.scope["footnote_request_id"]
    return await stream_of(services_of(request), caller, lambda: chunks(body, id, pieces, request_id))


@router.post("/v1/completions", summary="Where to go instead", responses=errors_for(401, 422, 503), status_code=422)
async def continue_text(_: Known) -> Response:
    """Say where to ask: this older form continues a text, and answers are not continuations.

    Raises:
        Refused: Always.
    """
    raise Refused(
        422,
        "unsupported",
        # In one sentence, for OpenAI's clients show the message only.
        "Footnote does not continue texts: send a question to /v1/chat/completions or /v1/responses.",
    )


def chunks(body: CompletionIn, id: str, pieces: Pieces, request_id: str) -> Iterator[Piece]:
    """Yield the chunks of a streamed completion. Runs in a thread."""
    head = {
        "id": f"chatcmpl-{id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body.model,
    }
    counted = bool(body.stream_options and body.stream_options.include_usage)

    def chunk(delta: Mapping[str, Any], *, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if counted else {}
        return b"data: %s\n\n" % json_bytes({**head, "choices": [choice], **usage, **more})

    begun = False
    try:
        for piece in pieces():
            if not begun:
                yield chunk({"role": "assistant", "content": ""})
                begun = True
            if isinstance(piece, Said):
                # Open WebUI shows what stands in `event` in its panel of sources; others leave it out.
                yield from (chunk({}, event=source) for source in piece.sources)
                yield chunk({"annotations": piece.annotations}, finish="stop", footnote=piece.kept)
                if counted:
                    usage = reply_usage(body.messages, piece)
                    yield b"data: %s\n\n" % json_bytes({**head, "choices": [], "usage": usage})
                yield b"data: [DONE]\n\n"
            elif piece:
                yield chunk({"content": piece})
    except Exception as error:
        # A stream's own edge: once the status is sent, whatever goes wrong must become a chunk.
        if not begun:
            yield error
            return
        yield b"data: %s\n\n" % json_bytes({"error": error_object(error, request_id)})
