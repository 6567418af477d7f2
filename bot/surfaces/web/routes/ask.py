"""POST /v1/ask and POST /v1/search: the question's way from the wire to the bot and back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.answer import Citation, Statement, part_dict
from bot.surfaces.web.answering import (
    Asked,
    answered,
    checked_question,
    error_object,
    footnote_objects,
    found_object,
    prepare,
    shown_objects,
    stream_of,
    streamed,
)
from bot.surfaces.web.auth import Caller, Known
from bot.surfaces.web.limits import refuse_too_many_questions
from bot.surfaces.web.responses import EVENT_STREAM, Json, Piece, event, json_bytes
from bot.surfaces.web.services import Services
from bot.surfaces.web.shapes import EVENTS, AnswerOut, AskIn, PassagesOut, SearchIn, errors_for
from vectorstore.errors import LibraryError

logger = logging.getLogger("footnote.web")
router = APIRouter(tags=["Asking"])


def events(services: Services, asked: Asked) -> Iterator[Piece]:
    """Yield the server-sent events of an answer. Runs in a thread."""
    index = 0
    begun = False
    fresh: list[Citation] = []
    try:
        for piece in streamed(services, asked, fresh.append):
            if isinstance(piece, dict):
                note(services, asked, piece)
                yield event("done", piece)
            elif isinstance(piece, Statement):
                footnotes = footnote_objects(services, asked, fresh)
                yield event("statement", {"index": index, **part_dict(piece), "footnotes": footnotes})
                index += 1
                fresh.clear()
            else:
                yield event("passages", found_object(services, asked, piece))
            begun = True
    except Exception as error:
        # A stream's own edge: once the status is sent, whatever goes wrong must become an event.
        yield event("error", error_object(error, asked.request_id)) if begun else error


def note(services: Services, asked: Asked, answer: dict[str, Any]) -> None:
    """Keep for the desk what the settings say of an answer.

    Only of what is asked here and on the page, where people are told; and only where the whole library, or collections
    of it, could have answered: what two chosen documents don't say is no gap.
    """
    if replace(asked.filter, collections=()).chooses:
        return
    try:
        services.log.note(asked.caller.key, answer)
    except LibraryError as error:  # the answer is there, and worth more than a note of it
        logger.warning("question log", extra={"event": "log_failed", "state": type(error).__name__})


def wants_events(request: Request) -> bool:
    """Return whether the request asks for server-sent events."""
    return EVENT_STREAM in request.headers.get("accept", "").lower()


@router.post(
    "/v1/ask",
    response_model=AnswerOut,
    summary="Ask a question",
    responses={
        200: {
            "description": "The answer; with `Accept: text/event-stream` the events `passages`, `statement`, "
            "`done`, `error`.",
            "content": EVENTS,
        },
        **errors_for(400, 401, 404, 409, 413, 415, 422, 429, 502, 503),
    },
)
async def ask(body: AskIn, request: Request, caller: Known) -> Response:
    """Answer a question from the documents, every sentence with a footnote, or say that they don't say."""
    services: Services = request.app.state.services
    await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    request_id = request.scope["footnote_request_id"]
    if not wants_events(request):
        return Json(await services.asking(_ask, services, body, caller, request_id))
    asked = await services.asking(prepare, services, body, caller, request_id)
    return await stream_of(services, caller, lambda: events(services, asked))


def _ask(services: Services, body: AskIn, caller: Caller, request_id: str) -> bytes:
    """All of a plain question in one thread, down to the bytes: each hop between threads costs time."""
    asked = prepare(services, body, caller, request_id)
    answer = answered(services, asked)
    note(services, asked, answer)
    return json_bytes(answer)


@router.post(
    "/v1/search",
    response_model=PassagesOut,
    summary="Search for passages",
    responses=errors_for(400, 401, 404, 409, 413, 415, 422, 429, 503),
)
async def search(body: SearchIn, request: Request, caller: Known) -> Response:
    """Return the passages nearest to a query, best first, whether or not they answer it."""
    services: Services = request.app.state.services
    await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    return Json(await services.asking(_search, services, body, caller))


def _search(services: Services, body: SearchIn, caller: Caller) -> dict[str, Any]:
    query = checked_question(services, body.query, param="query")
    wanted = services.visible(caller, body.filter.filter())
    found = services.bot.library.search(query, limit=body.limit, filter=wanted)
    caller.noted["documents"] = list(dict.fromkeys(passage.document for passage in found.passages))
    return {"passages": shown_objects(services, caller, found.passages)[0]}
