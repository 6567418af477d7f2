"""Conversations and feedback over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from bot.kept.database import ALL
from bot.surfaces.web.auth import Caller, Editing, Known
from bot.surfaces.web.errors import Refused, answer_missing, conversation_missing
from bot.surfaces.web.responses import Json, download_name
from bot.surfaces.web.services import Cursor, Services, services_of
from bot.surfaces.web.shapes import (
    CONVERSATION,
    ConversationOut,
    ConversationsOut,
    ConversationWithTurns,
    FeedbackIn,
    FeedbackOut,
    FeedbackPage,
    NewConversationIn,
    TitleIn,
    errors_for,
)

router = APIRouter()
TALKS: list[Any] = ["Conversations"]
FEEDBACK: list[Any] = ["Feedback"]
BODY_ERRORS = (400, 401, 404, 413, 415, 422, 503, 507)

ConversationId = Annotated[str, Path(pattern=CONVERSATION, examples=["cnv_0123456789abcdef01234567"])]
FeedbackId = Annotated[str, Path(pattern=r"^fbk_[0-9a-f]{24}$", examples=["fbk_0123456789abcdef01234567"])]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/v1/conversations", tags=TALKS, response_model=ConversationsOut, responses=errors_for(400, 401, 422, 503))
def list_conversations(
    request: Request,
    caller: Known,
    query: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Response:
    """List your conversations, newest change first; `query` looks in titles, questions and answers."""
    last = None
    if cursor:
        updated, _, conversation = cursor.partition("~")
        if not conversation:
            raise _bad_cursor()
        last = (updated, conversation)
    services = services_of(request)
    found = services.store.conversations(
        caller.key,
        query=query,
        collections=caller.collections,
        listed=services.listed(caller) if query else None,
        limit=limit + 1,
        cursor=last,
    )
    page = found[:limit]
    more = f"{page[-1]['updated']}~{page[-1]['id']}" if len(found) > limit else None
    return Json({"conversations": page, "next": more})


@router.post(
    "/v1/conversations",
    tags=TALKS,
    status_code=201,
    response_model=ConversationOut,
    responses=errors_for(*BODY_ERRORS),
)
def create_conversation(body: NewConversationIn, request: Request, caller: Known) -> Response:
    """Begin an empty conversation."""
    return Json(services_of(request).store.create(caller.key, title=body.title), 201)


def turns_for(services: Services, caller: Caller, conversation: str) -> list[dict[str, Any]]:
    """Return the turns as the caller may see them: without the answer where its sources are out of reach."""
    feedback = services.store.feedback_of(caller.key, conversation)
    turns = []
    for turn in services.store.turns(caller.key, conversation):
        hidden = not services.shows(caller, turn["answer"])
        answer = None if hidden else turn["answer"]
        turns.append({**turn, "hidden": hidden, "answer": answer, "feedback": feedback.get(turn["id"])})
    return turns


@router.get(
    "/v1/conversations/{id}",
    tags=TALKS,
    response_model=ConversationWithTurns,
    responses=errors_for(401, 404, 422, 503),
)
def read_conversation(id: ConversationId, request: Request, caller: Known) -> Response:
    """Return a conversation with its turns."""
    services = services_of(request)
    found = services.store.get(caller.key, id)
    if not found:
        raise conversation_missing()
    return Json({**found, "turns": turns_for(services, caller, id)})


@router.patch("/v1/conversations/{id}", tags=TALKS, response_model=ConversationOut, responses=errors_for(*BODY_ERRORS))
def rename_conversation(id: ConversationId, body: TitleIn, request: Request, caller: Known) -> Response:
    """Give a conversation another title."""
    found = services_of(request).store.rename(caller.key, id, body.title)
    if not found:
        raise conversation_missing()
    return Json(found)


@router.delete("/v1/conversations/{id}", tags=TALKS, status_code=204, responses=errors_for(401, 404, 422, 503))
def delete_conversation(id: ConversationId, request: Request, caller: Known) -> Response:
    """Delete a conversation with its turns."""
    if not services_of(request).store.delete(caller.key, id):
        raise conversation_missing()
    return Response(status_code=204)


@router.post(
    "/v1/feedback",
    tags=FEEDBACK,
    status_code=201,
    response_model=FeedbackOut,
    responses=errors_for(*BODY_ERRORS),
)
def give_feedback(body: FeedbackIn, request: Request, caller: Known) -> Response:
    """Keep a thumb and a word for an answer, with its question and passages."""
    services = services_of(request)
    answer = services.store.answer(caller.key, body.answer) or services.recent.get(caller.key, body.answer)
    if not answer:
        raise answer_missing("answer")
    return Json(services.store.add_feedback(caller.key, answer, thumb=body.thumb, comment=body.comment), 201)


@router.delete("/v1/feedback/{id}", tags=FEEDBACK, status_code=204, responses=errors_for(401, 404, 422, 503))
def delete_feedback(id: FeedbackId, request: Request, caller: Known) -> Response:
    """Take your feedback back."""
    if not services_of(request).store.delete_feedback(caller.key, id):
        raise Refused(404, "feedback_missing", "There is no feedback of yours with this id.", param="id")
    return Response(status_code=204)


def feedback_for(
    services: Services, caller: Caller, *, limit: int = ALL, before: int | None = None, thumb: str = ""
) -> list[dict[str, Any]]:
    """Return feedback as the caller may read it, newest first, with at most `limit` items.

    Whoever is restricted reads the own only: what others ask and remark upon is about whatever they may see, also
    where the answer showed nothing.
    """
    owner = None if caller.collections is None else caller.key
    return services.store.feedback(owner=owner, limit=limit, before=before, thumb=thumb)


@router.get("/v1/feedback", tags=FEEDBACK, response_model=FeedbackPage, responses=errors_for(400, 401, 422, 503))
def list_feedback(
    request: Request, caller: Editing, limit: Limit = 50, cursor: Cursor = "", thumb: Literal["", "up", "down"] = ""
) -> Response:
    """List everybody's feedback, newest first; your own where you are restricted to collections. For editors."""
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise _bad_cursor()
    before = int(cursor) if cursor else None
    services = services_of(request)
    rows = feedback_for(services, caller, limit=limit + 1, before=before, thumb=thumb)
    shown = [
        {
            **{key: row[key] for key in ("id", "answer", "thumb", "comment", "created", "name", "question")},
            "text": row["kept"]["text"],
        }
        for row in rows[:limit]
        if services.shows(caller, row["kept"])
    ]
    return Json({"feedback": shown, "next": str(rows[limit - 1]["number"]) if len(rows) > limit else None})


@router.get(
    "/v1/feedback/export",
    tags=FEEDBACK,
    response_class=Response,
    responses={
        200: {"description": "JSON lines.", "content": {"application/jsonl": {"schema": {"type": "string"}}}},
        **errors_for(401, 503),
    },
)
def export_feedback(request: Request, caller: Editing) -> Response:
    """Download the same as an eval set, one JSON object a line. For editors."""
    services = services_of(request)
    items = feedback_for(services, caller)
    shown = (item for item in items if services.shows(caller, item["kept"]))
    lines = (json.dumps(eval_item(item)) + "\n" for item in shown)
    headers = {"Content-Disposition": download_name("feedback", ".jsonl")}
    return StreamingResponse(lines, media_type="application/jsonl", headers=headers)


def eval_item(feedback: Mapping[str, Any]) -> dict[str, Any]:
    """Return feedback as an item of an eval set.

    A thumb up says that the answer was right, so whether it abstained says whether the documents hold an
    answer. A thumb down leaves that open.
    """
    answer = feedback["kept"]
    up = feedback["thumb"] == "up"
    return {
        "id": feedback["id"],
        "question": feedback["question"],
        "thumb": feedback["thumb"],
        "comment": feedback["comment"],
        "answerable": (not answer["abstained"]) if up else None,
        "answer": answer["text"],
        "quotes": [
            {key: citation[key] for key in ("document", "title", "source", "start", "end", "quote")}
            for citation in answer["citations"]
        ],
        "passages": answer["passages"],
        "model": answer["model"],
        "created": feedback["created"],
    }


def _bad_cursor() -> Refused:
    return Refused(
        400,
        "bad_request",
        "The cursor is not one of ours.",
        remedy="Send `next` of the page before.",
        param="cursor",
    )
