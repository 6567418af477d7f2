"""Uploads, re-ingest and addresses over HTTP, with progress by server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.desk import curated
from bot.surfaces.web.auth import Caller, Editing, Known, collection_missing
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.responses import PING, EventStream, Json, event
from bot.surfaces.web.services import MOST_FILES, DocumentId, Services, services_of
from bot.surfaces.web.shapes import EVENTS, AddressIn, CollectionName, JobOut, JobsOut, JobStarted, errors_for
from bot.surfaces.web.storage.jobs import Incoming
from bot.surfaces.web.storage.uploads import given_name

router = APIRouter(tags=["Documents"])

MEGABYTE = 1024 * 1024
JobId = Annotated[str, Path(pattern=r"^job_[0-9a-f]{24}$", examples=["job_0123456789abcdef01234567"])]
_collection_name: TypeAdapter[str] = TypeAdapter(CollectionName)

UPLOAD_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST_FILES,
                        "items": {"type": "string", "format": "binary"},
                    },
                    "collection": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 64,
                        "examples": ["default"],
                    },
                },
            }
        }
    },
}


@router.post(
    "/v1/documents",
    status_code=202,
    response_model=JobStarted,
    responses=errors_for(400, 401, 404, 409, 413, 415, 422, 503, 507),
    openapi_extra={"requestBody": UPLOAD_BODY},
)
async def upload(request: Request, caller: Editing) -> Response:
    """Take files in and read them in the background. For editors."""
    # The body is parsed here and not by the framework, which would take in a gigabyte from anybody
    # before it looks who sends it.
    services = services_of(request)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refused(415, "wrong_media_type", "Files are sent as multipart/form-data.", param="files")
    size = request.headers.get("content-length", "")
    services.uploads.require_room(2 * int(size) if size.isascii() and size.isdigit() else 0)
    try:
        async with request.form(max_files=MOST_FILES, max_fields=8, max_part_size=4_096) as form:
            return Json({"job": await services.arrivals.run(take_in, services, caller, form)}, 202)
    except HTTPException as error:
        if error.status_code == 400:
            raise Refused(400, "bad_request", "The form cannot be read.", param="files") from error
        raise


def take_in(services: Services, caller: Caller, form: FormData) -> dict[str, Any]:
    """Save the files of a form and queue them. Runs in a thread.

    Raises:
        Refused: There is no file, or the collection cannot be taken.
    """
    collection = wanted_collection(services, caller, form.get("collection"))
    sent = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
    if not sent:
        raise Refused(422, "invalid", "There is no file in the form.", remedy="Send field 'files'.", param="files")
    if len({*form.keys()} - {"files", "collection"}):
        raise Refused(422, "invalid", "The form has a field that is not known.", param="files")
    most = services.settings.file_megabytes
    taken: dict[FilePath, Incoming] = {}
    failed: list[tuple[str, str]] = []
    for part, name in zip(sent, apart([given_name(part.filename) for part in sent]), strict=True):
        if part.size is not None and part.size > most * MEGABYTE:
            failed.append((name, f"The file is larger than {most:,} MB. Split it into smaller files."))
            continue
        path = services.uploads.save(part.file, collection, name)
        taken[path] = Incoming(path, name)
    return services.jobs.add(caller.key, "upload", collection, tuple(taken.values()), failed=failed)


def apart(names: list[str]) -> list[str]:
    """Tell files of one name in one upload apart, "a.pdf" and "a (2).pdf": in a collection a name is one document.

    The same names in the same order get the same new ones, so that sending a folder again changes nothing.
    """
    used, found = set(names), []
    for position, name in enumerate(names):
        if name in names[:position]:
            stem, dot, ending = name.rpartition(".") if "." in name.rpartition("/")[2][1:] else (name, "", "")
            name = next(new for n in count(2) if (new := f"{stem} ({n}){dot}{ending}") not in used)
            used.add(name)
        found.append(name)
    return found


def wanted_collection(services: Services, caller: Caller, given: Any) -> str:
    """Return the collection that a caller's documents go to.

    Raises:
        Refused: The name cannot be taken, or lies outside what the caller may see.
    """
    if given is None:
        own = services.settings.collection
        return own if caller.sees(own) else (caller.collections or (own,))[0]
    try:
        name = _collection_name.validate_python(given)
    except ValidationError as error:
        raise Refused(
            422,
            "invalid",
            "The collection's name cannot be taken.",
            remedy="Use 1 to 64 letters, digits, '-', '_', '.' or blanks.",
            param="collection",
        ) from error
    if not caller.sees(name):
        raise collection_missing(name)
    return name


@router.post(
    "/v1/documents/{id}/reingest",
    status_code=202,
    response_model=JobStarted,
    responses=errors_for(401, 404, 409, 422, 503),
)
def reingest(id: DocumentId, request: Request, caller: Editing) -> Response:
    """Read a document's file again in the background. For editors."""
    services = services_of(request)
    info = services.document(caller, id)
    path = FilePath(info.path)
    if path.parent == services.bot.library.folder / curated.FOLDER:
        raise Refused(409, "library_conflict", "An editor wrote this document.", remedy="Write it again on the desk.")
    if not path.is_file():
        raise Refused(
            409,
            "original_gone",
            "The file is not where it was read from any more.",
            remedy="Upload it again.",
        )
    file = Incoming(path, info.source if info.kept_at else path.name)
    return Json({"job": services.jobs.add(caller.key, "reingest", info.collection, [file])}, 202)


@router.post(
    "/v1/documents/address",
    status_code=202,
    response_model=JobStarted,
    responses=errors_for(400, 401, 404, 409, 413, 415, 422, 502, 503, 507),
)
async def add_address(body: AddressIn, request: Request, caller: Editing) -> Response:
    """Fetch a public web page or file and read it, if the setting `addresses` is on. For editors."""
    services = services_of(request)
    if not services.settings.addresses:
        raise Refused(
            403,
            "addresses_off",
            "Reading addresses is switched off.",
            remedy="Whoever runs this server can set FOOTNOTE_ADDRESSES=true.",
        )
    from bot.surfaces.web.addresses import fetch_into

    collection = await run_in_threadpool(wanted_collection, services, caller, body.collection)
    return Json({"job": await services.arrivals.run(fetch_into, services, caller, collection, body.url)}, 202)


@router.get("/v1/jobs", response_model=JobsOut, responses=errors_for(401, 503))
def list_jobs(request: Request, caller: Known) -> Response:
    """List your ingest jobs, newest first."""
    return Json({"jobs": services_of(request).jobs.latest(caller.key)})


@router.get("/v1/jobs/{id}", response_model=JobOut, responses=errors_for(401, 404, 422, 503))
def read_job(id: JobId, request: Request, caller: Known) -> Response:
    """Return an ingest job."""
    return Json(job_of(services_of(request), caller, id))


def job_of(services: Services, caller: Caller, job: str) -> dict[str, Any]:
    """Return a job of the caller.

    Raises:
        Refused: There is none of this id.
    """
    found = services.jobs.get(caller.key, job)
    if not found:
        raise Refused(404, "job_missing", "There is no job of yours with this id.", param="id")
    return found


@router.get(
    "/v1/jobs/{id}/events",
    response_class=Response,
    responses={
        200: {
            "description": "The events `job`, `file`, `done`.",
            "content": EVENTS,
        },
        **errors_for(401, 404, 422, 429, 503),
    },
)
async def watch_job(id: JobId, request: Request, caller: Known) -> Response:
    """Watch an ingest job by server-sent events."""
    services = services_of(request)
    await run_in_threadpool(job_of, services, caller, id)
    services.watchers.open(caller.key)
    pieces = _job_events(services, caller.key, id, services.stopping)
    return EventStream(pieces, on_end=lambda: services.watchers.close(caller.key))


async def _job_events(services: Services, owner: str, job: str, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async for name, data in services.jobs.watch(owner, job, stopping):
        yield PING if name == "ping" else event(name, data)
