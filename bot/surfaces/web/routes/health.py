"""Status, health and metrics."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from bot.exports.save import available
from bot.surfaces.web.auth import Known
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.metrics import Metrics
from bot.surfaces.web.responses import Json
from bot.surfaces.web.services import MOST_FILES, collection_counts, footnote_version, services_of, text_goes_to
from bot.surfaces.web.shapes import StatusOut, errors_for

router = APIRouter()
HEALTH: list[Any] = ["Health"]


class Healthy(BaseModel):
    """The process serves."""

    status: Literal["ok"]


class Ready(BaseModel):
    """The library can be read."""

    status: Literal["ready"]


@router.get("/v1/status", tags=HEALTH, response_model=StatusOut, responses=errors_for(401, 503))
def status(request: Request, caller: Known) -> Response:
    """Say which model answers, whether text leaves the machine, how much there is, and what is allowed."""
    from bot.models.chat_model import QUOTES

    services = services_of(request)
    settings = services.settings
    counts = collection_counts(services, caller)
    place = text_goes_to(settings)
    limits = {
        "question_characters": settings.max_question_length,
        "upload_megabytes": min(settings.upload_megabytes, settings.file_megabytes),
        "upload_files": MOST_FILES,
        "questions_per_minute": settings.questions_per_minute,
        "streams": settings.streams_each,
    }
    return Json(
        {
            "name": "Footnote",
            "version": footnote_version(),
            "model": settings.model,
            "writes": settings.model != QUOTES,
            "text_leaves": bool(place),
            "text_goes_to": place,
            "documents": sum(count["documents"] for count in counts.values()),
            "chunks": sum(count["chunks"] for count in counts.values()),
            "collections": len(counts),
            "ingesting": any(map(caller.sees, services.jobs.running)),
            "upload_types": upload_types(),
            "exports": list(available()),
            "limits": limits,
            "addresses": settings.addresses,
            "short_answers": settings.short_answers,
            "question_log": {"days": settings.question_log_days, "names": settings.question_log_names}
            if settings.question_log
            else None,
        }
    )


def upload_types() -> list[str]:
    """Return the endings of the files that can be read."""
    from ingest.reading.load import FORMATS, added_formats

    return sorted({suffix for kind in (*FORMATS, *added_formats().values()) for suffix in kind.suffixes})


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", tags=HEALTH, response_model=Healthy, responses=errors_for())
async def healthy() -> Response:
    """Say that the process serves."""
    return Json({"status": "ok"})


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", tags=HEALTH, response_model=Ready, responses=errors_for(503))
def ready(request: Request) -> Response:
    """Say whether questions can be answered: the library can be read, and the server is not stopping."""
    services = services_of(request)
    if services.stopping.is_set():
        raise Refused(503, "stopping", "The server is stopping.", retry_after=5)
    services.bot.library.collections()
    return Json({"status": "ready"})


@router.get(
    "/metrics",
    tags=HEALTH,
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus' text form.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **errors_for(401, 503),
    },
)
def metrics(request: Request, caller: Known) -> Response:
    """Return counts and times for Prometheus. They count all collections, so all must be the caller's.

    Documents are those that exist for the caller.
    """
    services = services_of(request)
    if caller.collections is not None:
        raise Refused(
            403,
            "not_allowed",
            "The metrics count all collections, and you may see only some.",
            remedy="Ask whoever runs this server for an account without --collection.",
        )
    counts = collection_counts(services, caller).values()
    with services.metrics.counting:  # one caller's counts are never another's
        services.metrics.documents.set(sum(count["documents"] for count in counts))
        services.metrics.chunks.set(sum(count["chunks"] for count in counts))
        text = services.metrics.text()
    return Response(text, media_type=Metrics.content_type)
