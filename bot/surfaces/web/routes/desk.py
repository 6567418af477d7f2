"""The desk over HTTP: what is not answered, and answers that an editor writes to it. For editors.

Whoever is restricted to collections sees nothing of what others ask, and nothing of other collections.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.desk import curated
from bot.desk.gaps import Gap, Unanswered, asked_again, gaps
from bot.surfaces.web.auth import Caller, Editing
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import refuse_too_many_questions
from bot.surfaces.web.responses import Json
from bot.surfaces.web.routes.desk_shapes import (
    AgainOut,
    CuratedIn,
    CuratedListOut,
    CuratedOut,
    DeskDocumentsOut,
    GapsOut,
    LogIdsIn,
)
from bot.surfaces.web.routes.documents import document_object, writing
from bot.surfaces.web.routes.ingest import wanted_collection
from bot.surfaces.web.services import DocumentId, Services, services_of
from bot.surfaces.web.shapes import errors_for
from vectorstore.passage import Filter
from vectorstore.records import DocumentInfo

router = APIRouter(tags=["Desk"])

MOST_AGAIN = 50
"""Different questions that are asked again at once."""
MOST_LISTED = 500


def today() -> str:
    """Return the day in UTC, "2026-11-30"."""
    return datetime.now(UTC).date().isoformat()


def open_questions(services: Services, caller: Caller, ids: Sequence[str] | None = None) -> list[Unanswered]:
    """Return the open questions that a caller may read: all, or the own ones only where the caller is restricted."""
    return services.log.unanswered(owner=None if caller.collections is None else caller.key, ids=ids)


@router.get("/v1/desk/gaps", response_model=GapsOut, responses=errors_for(401, 409, 503))
async def list_gaps(request: Request, caller: Editing) -> Response:
    """List what was asked and not answered, grouped by meaning, what was asked most often first. For editors."""
    services = services_of(request)
    return Json(await services.asking(_gaps, services, caller))


def _gaps(services: Services, caller: Caller) -> dict[str, Any]:
    settings, restricted = services.settings, caller.collections is not None
    totals = services.log.totals()
    asked = open_questions(services, caller)
    found = gaps(asked, services.bot.library.encoder, today=datetime.now(UTC).date()) if asked else []
    return {
        "log": {
            "on": settings.question_log,
            "names": settings.question_log_names,
            "days": settings.question_log_days,
        },
        "restricted": restricted,
        "since": totals.since,
        "answered": None if restricted else totals.answered,
        "unanswered": None if restricted else totals.unanswered,
        "gaps": [gap_object(gap) for gap in found],
    }


def gap_object(gap: Gap) -> dict[str, Any]:
    """Return a gap as the API sends it."""
    wordings = [(text, [one for one in gap.asked if one.text == text]) for text in gap.texts]
    return {
        "question": gap.question,
        "count": len(gap.asked),
        "week": gap.week,
        "week_before": gap.week_before,
        "first": gap.asked[0].day,
        "last": gap.asked[-1].day,
        "questions": [
            {"text": text, "count": len(same), "names": sorted({one.name for one in same} - {""})}
            for text, same in wordings
        ],
        "ids": [one.id for one in gap.asked],
    }


@router.post(
    "/v1/desk/again", response_model=AgainOut, responses=errors_for(400, 401, 404, 409, 413, 415, 422, 429, 502, 503)
)
async def ask_again(body: LogIdsIn, request: Request, caller: Editing) -> Response:
    """Ask questions of the log again; those that are answered now are no gap any more. For editors."""
    services = services_of(request)
    await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    return Json(await services.asking(_again, services, caller, body.ids))


def _again(services: Services, caller: Caller, ids: Sequence[str]) -> dict[str, Any]:
    wordings: dict[tuple[str, str], list[Unanswered]] = {}
    for one in _known(services, caller, ids):
        wordings.setdefault((one.question, one.after), []).append(one)
    where = services.visible(caller, Filter())
    asked = []
    for same in list(wordings.values())[:MOST_AGAIN]:
        answer = asked_again(services.bot, same[0], where)
        if answer:
            services.log.settle([one.id for one in same])
        asked.append({"question": same[0].text, "answer": answer})
    return {"asked": asked}


def _known(services: Services, caller: Caller, ids: Sequence[str]) -> list[Unanswered]:
    """Return the open questions of these ids.

    Raises:
        Refused: None of them is there for the caller.
    """
    found = open_questions(services, caller, ids)
    if not found:
        raise Refused(
            404,
            "question_missing",
            "There are no such questions any more.",
            remedy="GET /v1/desk/gaps lists them.",
            param="ids",
        )
    return found


@router.post("/v1/desk/forget", status_code=204, responses=errors_for(400, 401, 404, 413, 415, 422, 503, 507))
def forget(body: LogIdsIn, request: Request, caller: Editing) -> Response:
    """Delete questions of the log. For editors."""
    services = services_of(request)
    services.log.forget([one.id for one in _known(services, caller, body.ids)])
    return Response(status_code=204)


@router.get("/v1/desk/documents", response_model=DeskDocumentsOut, responses=errors_for(401, 503))
def list_documents(request: Request, caller: Editing) -> Response:
    """List documents that no answer cited since the log began, and what was lost when files were read. For editors."""
    services = services_of(request)
    found: list[DocumentInfo] = services.bot.library.documents(services.visible(caller, Filter()))
    found.sort(key=lambda info: (info.title.casefold(), info.id))
    since, cited, notes = (
        services.log.totals().since,
        services.log.cited(),
        services.bot.library.notes(services.visible(caller, Filter())),
    )
    never = [info for info in found if info.id not in cited] if since else []
    noted = [
        (info, note) for info in found if (note := " ".join(notes.get(info.id, ())) or ("" if info.chunks else NO_TEXT))
    ]
    return Json(
        {
            "since": since,
            "never_cited": [_listed(services, info) for info in never[:MOST_LISTED]],
            "never_cited_total": len(never),
            "noted": [_listed(services, info, note) for info, note in noted[:MOST_LISTED]],
            "noted_total": len(noted),
        }
    )


NO_TEXT = "No text was found in it."


def _listed(services: Services, info: DocumentInfo, note: str = "") -> dict[str, Any]:
    shown = document_object(services, info, (), {})
    return {**{key: shown[key] for key in ("id", "title", "name", "collection", "added")}, "note": note}


@router.get("/v1/desk/answers", response_model=CuratedListOut, responses=errors_for(401, 503))
def list_answers(request: Request, caller: Editing) -> Response:
    """List the answers that editors wrote, and whether their sources have changed since. For editors."""
    services = services_of(request)
    found = curated.present(services.bot.library, services.visible(caller, Filter()))
    shown = [curated_object(services, answer) for answer in found]
    return Json({"answers": [one for one in shown if caller.sees_all(s["collection"] for s in one["sources"])]})


def curated_object(services: Services, answer: curated.Curated) -> dict[str, Any]:
    """Return a curated answer as the API sends it."""
    anchors = curated.anchored(services.bot.library, answer)
    infos = services.infos(anchor.source.document for anchor in anchors)
    return {
        "id": answer.id,
        "questions": list(answer.questions),
        "text": answer.text,
        "collection": answer.collection,
        "written": answer.written,
        "current": all(anchor.state in ("current", "moved") for anchor in anchors),
        "sources": [_source_object(services, anchor, infos.get(anchor.source.document)) for anchor in anchors],
    }


def _source_object(services: Services, anchor: curated.Anchor, info: DocumentInfo | None) -> dict[str, Any]:
    utf16 = services.utf16(info) if info and anchor.end else None
    return {
        "document": anchor.source.document,
        "title": anchor.source.title,
        "collection": anchor.collection,
        "quote": anchor.source.quote,
        "state": anchor.state,
        "start": anchor.start if utf16 else None,
        "end": anchor.end if utf16 else None,
        "start_utf16": utf16.units(anchor.start) if utf16 else None,
        "end_utf16": utf16.units(anchor.end) if utf16 else None,
    }


WRITES = errors_for(400, 401, 404, 409, 413, 415, 422, 503, 507)


@router.post("/v1/desk/answers", status_code=201, response_model=CuratedOut, responses=WRITES)
async def write_answer(body: CuratedIn, request: Request, caller: Editing) -> Response:
    """Write an answer to questions: a document of the library that is shown first when they are asked. For editors."""
    services = services_of(request)
    return Json(await services.answers_written.run(_write, services, caller, body, None), 201)


@router.put("/v1/desk/answers/{id}", response_model=CuratedOut, responses=WRITES)
async def write_answer_again(id: DocumentId, body: CuratedIn, request: Request, caller: Editing) -> Response:
    """Write an answer anew, or confirm it with its sources as they stand now. For editors."""
    services = services_of(request)
    return Json(await services.answers_written.run(_write, services, caller, body, id))


def _write(services: Services, caller: Caller, body: CuratedIn, id: str | None) -> dict[str, Any]:
    library = services.bot.library
    before = None if id is None else services.document(caller, id)
    if before and before.id not in {one.id for one in curated.curated(library.folder)}:
        raise Refused(404, "document_missing", "There is no answer of an editor with this id.", param="id")
    for source in body.sources:
        services.document(caller, source.document)
    sources = [curated.source_at(library, source.document, source.start, source.end) for source in body.sources]
    own = before.collection if before else sources[0].collection if sources else None
    with writing(services):
        answer = curated.write(
            library,
            questions=body.questions,
            text=body.text,
            sources=sources,
            collection=wanted_collection(services, caller, body.collection or own),
            day=today(),
            id=id,
        )
    return curated_object(services, answer)
