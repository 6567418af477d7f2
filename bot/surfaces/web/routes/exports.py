"""Answers and conversations as downloads: Word, PDF, HTML, Markdown, JSON."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from bot.exports.save import FORMATS, SUFFIXES, written
from bot.exports.sheet import Link, sheet_of_answer, sheet_of_turns
from bot.links import address_of
from bot.surfaces.web.auth import Caller, Known
from bot.surfaces.web.errors import answer_missing, conversation_missing
from bot.surfaces.web.objects import answer_of
from bot.surfaces.web.responses import Json, download_name
from bot.surfaces.web.routes.conversations import TALKS, ConversationId, turns_for
from bot.surfaces.web.services import Services, base_address, services_of
from bot.surfaces.web.shapes import ANSWER, errors_for
from ingest.errors import LoadError

router = APIRouter()

Format = Literal["markdown", "html", "docx", "pdf", "json"]
AnswerId = Annotated[str, Path(pattern=ANSWER, examples=["ans_0123456789abcdef01234567"])]
ENDINGS = {format: suffix for suffix, format in reversed(SUFFIXES.items())}
DOWNLOAD: Any = {
    200: {
        "description": "A download.",
        "content": {
            "application/json": {"schema": {}},
            **{
                kind.partition(";")[0]: {"schema": {"type": "string"} if kind.startswith("text/") else {}}
                for kind in FORMATS.values()
            },
        },
    }
}
RESPONSES = {**DOWNLOAD, **errors_for(401, 404, 422, 503)}


@router.get("/v1/conversations/{id}/export", tags=TALKS, response_class=Response, responses=RESPONSES)
async def export_conversation(
    id: ConversationId, request: Request, caller: Known, format: Format = "markdown"
) -> Response:
    """Download a conversation with its quotes and links as Markdown, HTML, Word (docx) or PDF; or as JSON."""
    services = services_of(request)
    return await services.exports.run(_conversation, services, caller, id, format, base_address(request))


def _conversation(services: Services, caller: Caller, id: str, format: Format, base: str) -> Response:
    found = services.store.get(caller.key, id)
    if not found:
        raise conversation_missing()
    turns = turns_for(services, caller, id)
    if format == "json":
        headers = {"Content-Disposition": download_name(found["title"], ".json")}
        return Json({**found, "turns": turns}, headers=headers)
    answers = [(turn["question"], answer_of(turn["answer"]) if turn["answer"] else None) for turn in turns]
    sheet = sheet_of_turns(found["title"], answers, link=_link(base))
    return _download(written(sheet, format), found["title"], format)


@router.get("/v1/answers/{id}/export", tags=TALKS, response_class=Response, responses=RESPONSES)
async def export_answer(id: AnswerId, request: Request, caller: Known, format: Format = "markdown") -> Response:
    """Download one answer, kept or one of the latest, as Markdown, HTML, Word (docx) or PDF; or as JSON.

    A PDF has, after the answer, the pages of PDFs that its footnotes stand on, with their words lit.
    """
    services = services_of(request)
    return await services.exports.run(_answer, services, caller, id, format, base_address(request))


def _answer(services: Services, caller: Caller, id: str, format: Format, base: str) -> Response:
    kept = services.store.answer(caller.key, id) or services.recent.get(caller.key, id)
    if not kept or not services.shows(caller, kept):
        raise answer_missing("id")
    if format == "json":
        return Json(kept, headers={"Content-Disposition": download_name(kept["question"], ".json")})
    answer = answer_of(kept)
    made = written(sheet_of_answer(answer, link=_link(base)), format)
    if format == "pdf":
        with suppress(LoadError):  # the pages could not be put behind it: the answer itself is whole
            made = services.printed.pdf(answer.citations, after=made).pdf
    return _download(made, kept["question"], format)


def _link(base: str) -> Link:
    return lambda citation: address_of(citation, page=base)


def _download(made: bytes, name: str, format: Format) -> Response:
    headers = {"Content-Disposition": download_name(name, ENDINGS[format])}
    return Response(made, media_type=FORMATS[format], headers=headers)
