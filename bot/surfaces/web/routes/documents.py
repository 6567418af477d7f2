"""Documents and collections over HTTP: list, read, fetch, remove, restore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, Response

from bot.surfaces.web.auth import Caller, Editing, Known, collection_missing
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.responses import Json, download_name
from bot.surfaces.web.services import LOCK_SECONDS, Cursor, DocumentId, Services, collection_counts, services_of
from bot.surfaces.web.shapes import (
    CollectionsOut,
    DocumentOut,
    DocumentsOut,
    DocumentWithOutline,
    MoveIn,
    RemovedOut,
    TagsOut,
    TextOut,
    errors_for,
)
from bot.surfaces.web.storage import removed_files
from ingest.errors import OriginalChanged, OriginalGone
from vectorstore.document import file_name
from vectorstore.passage import Filter
from vectorstore.records import DocumentInfo, RemovedDocument

router = APIRouter(tags=["Documents"])

MOST_TEXT = 1_000_000
"""Most code points that are sent at once."""
MOST_REMOVED = 500
"""Most removed documents that are listed."""
LARGEST_OFFSET = 2**53 - 1
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf"

Offset = Annotated[int, Query(ge=0, le=LARGEST_OFFSET)]


def document_object(
    services: Services, info: DocumentInfo, notes: Sequence[str], said: Mapping[str, str]
) -> dict[str, Any]:
    """Return a document as the API sends it, with what was remarked on it when it was read, and what it says itself."""
    stored = FilePath(info.path).name
    return {
        "id": info.id,
        "title": info.title,
        "source": info.source,
        "name": file_name(info.source),
        "collection": info.collection,
        "media_type": info.media_type,
        "size": info.size,
        "pages": services.pages(info),
        "chunks": info.chunks,
        "modified": info.modified,
        "added": info.added,
        "uploaded": bool(info.kept_at),
        "original": FilePath(info.path).is_file(),
        "notes": [note.replace(stored, file_name(info.source)) for note in notes],
        "author": said.get("author", ""),
        "created": said.get("created", ""),
        "tags": tags_of(said),
    }


def tags_of(said: Mapping[str, str]) -> list[str]:
    """Return the tags of a document, of what is said of it."""
    return [tag for tag in said.get("tags", "").split(", ") if tag]


def _object(services: Services, info: DocumentInfo) -> dict[str, Any]:
    """Return one document as the API sends it."""
    library, one = services.bot.library, Filter(documents=(info.id,))
    return document_object(services, info, library.notes(one).get(info.id, ()), library.said(one).get(info.id, {}))


@router.get("/v1/documents", response_model=DocumentsOut, responses=errors_for(400, 401, 404, 422, 503))
def list_documents(
    request: Request,
    caller: Known,
    collection: Annotated[str, Query(max_length=64)] = "",
    query: Annotated[str, Query(max_length=200)] = "",
    order: Literal["title", "newest"] = "title",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = "",
) -> Response:
    """List documents by title, or those added last first; `query` looks in title and source."""
    services = services_of(request)
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise Refused(400, "bad_request", "The cursor is not one of ours.", param="cursor")
    wanted = services.visible(caller, Filter(collections=(collection,) if collection else ()))
    words = query.casefold()
    found = [
        info
        for info in services.bot.library.documents(wanted)
        if not words or words in info.title.casefold() or words in info.source.casefold()
    ]
    found.sort(key=lambda info: (info.title.casefold(), info.id))
    if order == "newest":
        found.sort(key=lambda info: info.added, reverse=True)
    begin = int(cursor or 0)
    end = begin + limit
    notes, said = services.bot.library.notes(wanted), services.bot.library.said(wanted)
    shown = [
        document_object(services, info, notes.get(info.id, ()), said.get(info.id, {})) for info in found[begin:end]
    ]
    return Json({"documents": shown, "total": len(found), "next": str(end) if end < len(found) else None})


@router.get("/v1/documents/{id}", response_model=DocumentWithOutline, responses=errors_for(401, 404, 422, 503))
def read_document(id: DocumentId, request: Request, caller: Known) -> Response:
    """Return a document with its headings and places, without its text."""
    services = services_of(request)
    info = services.document(caller, id)
    document = services.bot.library.document(id)
    utf16 = services.utf16(info)
    headings = [
        {
            "start": heading.start,
            "end": heading.end,
            "start_utf16": utf16.units(heading.start),
            "end_utf16": utf16.units(heading.end),
            "level": heading.level,
            "text": document.text[heading.start : heading.end],
        }
        for heading in document.headings
    ]
    places = [
        {"start": p.start, "start_utf16": utf16.units(p.start), "kind": p.kind, "number": p.number, "by_ocr": p.by_ocr}
        for p in document.places
    ]
    return Json(
        {**document_object(services, info, document.notes, dict(document.said)), "headings": headings, "places": places}
    )


@router.get("/v1/documents/{id}/text", response_model=TextOut, responses=errors_for(401, 404, 422, 503))
def read_text(
    id: DocumentId,
    request: Request,
    caller: Known,
    start: Offset = 0,
    end: Annotated[int | None, Query(ge=0, le=LARGEST_OFFSET)] = None,
    unit: Literal["codepoints", "utf16"] = "codepoints",
) -> Response:
    """Return a document's text, or a run of it; `unit` says what `start` and `end` count."""
    services = services_of(request)
    info = services.document(caller, id)
    utf16 = services.utf16(info)
    last = info.characters if end is None else end
    if unit == "utf16":
        start, last = utf16.points(start), info.characters if end is None else utf16.points(end)
    start = min(start, info.characters)
    last = max(start, min(last, info.characters, start + MOST_TEXT))
    return Json(
        {
            "id": id,
            "title": info.title,
            "start": start,
            "end": last,
            "start_utf16": utf16.units(start),
            "end_utf16": utf16.units(last),
            "length": info.characters,
            "length_utf16": utf16.length,
            "text": services.bot.library.text(id, start, last),
        }
    )


@router.get(
    "/v1/documents/{id}/original",
    response_class=Response,
    responses={
        200: {
            "description": "The file as it was read.",
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        206: {"description": "A part of the file, for a Range header."},
        416: {"description": "The Range header asks for what is not there."},
        **errors_for(400, 401, 404, 409, 422, 503),
    },
)
def read_original(id: DocumentId, request: Request, caller: Known, inline: bool = False) -> Response:
    """Download the file that was read. Only a PDF is ever shown in the browser, with `inline`."""
    services = services_of(request)
    info = services.document(caller, id)
    path = FilePath(info.path)
    check_original(path, info)
    disposition = download_name(file_name(info.source), "")
    if inline and is_pdf(path):
        headers = {
            "Content-Disposition": disposition.replace("attachment", "inline", 1),
            "Content-Security-Policy": PDF_POLICY,
        }
        return FileResponse(path, media_type="application/pdf", headers=headers)
    # Never by its own type: what somebody uploaded must not run as a page of this server.
    return FileResponse(path, media_type="application/octet-stream", headers={"Content-Disposition": disposition})


def check_original(path: FilePath, info: DocumentInfo) -> None:
    """Check that a document's file is there and is byte for byte the one that was read.

    Raises:
        OriginalGone, OriginalChanged: It is not; so a link that was put in its place is never followed to another
            file's bytes.
    """
    try:
        status = path.stat()
        digest = _digest(str(path), status.st_ino, status.st_mtime_ns, status.st_size) if path.is_file() else ""
    except OSError:
        digest = ""
    if not digest:
        raise OriginalGone()
    if digest != info.sha256:
        raise OriginalChanged()


@lru_cache(maxsize=1_024)
def _digest(path: str, inode: int, modified: int, size: int) -> str:
    """Return the digest of a file's bytes; the other arguments make a changed file another key."""
    del inode, modified, size
    digest = sha256()
    with FilePath(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_pdf(path: FilePath) -> bool:
    """Return whether a file is a PDF by its first bytes."""
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


@router.patch(
    "/v1/documents/{id}", response_model=DocumentOut, responses=errors_for(400, 401, 404, 409, 413, 415, 422, 503)
)
async def move_document(id: DocumentId, body: MoveIn, request: Request, caller: Editing) -> Response:
    """Move a document to another collection; its id stays, and so do links to its footnotes. For editors."""
    services = services_of(request)
    return Json(await services.removals.run(_move, services, caller, id, body.collection))


def _move(services: Services, caller: Caller, id: str, collection: str) -> dict[str, Any]:
    if not caller.sees(collection):
        raise collection_missing(collection)
    info = services.document(caller, id)
    with writing(services):
        if not services.uploads.move(info.path, collection):
            raise Refused(
                409,
                "library_conflict",
                "That collection has a document of this name.",
                remedy="Remove one of the two first.",
            )
        try:
            services.bot.library.move(id, collection)
        except BaseException:
            services.uploads.move(info.path, info.collection)
            raise
    info = services.document(caller, id)
    return _object(services, info)


@router.delete("/v1/documents/{id}", status_code=204, responses=errors_for(401, 404, 409, 422, 503))
async def delete_document(id: DocumentId, request: Request, caller: Editing) -> Response:
    """Remove a document; it can be restored for 30 days. An uploaded file goes with it. For editors."""
    services = services_of(request)
    await services.removals.run(_remove, services, caller, id)
    return Response(status_code=204)


def _remove(services: Services, caller: Caller, id: str) -> None:
    info = services.document(caller, id)
    with writing(services):
        services.bot.library.remove([id])
    removed_files.set_aside(services.folder, [info.path])
    services.tidy_removed()


def writing(services: Services) -> AbstractContextManager[object]:
    """Hold the library's lock for a person, who is told to come again rather than kept waiting.

    Raises:
        LibraryBusy: Somebody else writes for long.
    """
    return services.bot.library.writing(wait=LOCK_SECONDS, stop=services.stopping.is_set)


@router.get("/v1/removed", response_model=RemovedOut, responses=errors_for(401, 503))
def list_removed(request: Request, caller: Editing) -> Response:
    """List removed documents that can be restored, last removed first. For editors."""
    services = services_of(request)
    found = services.bot.library.removed(caller.narrowed(Filter()))
    return Json({"documents": [removed_object(gone) for gone in found[:MOST_REMOVED]], "total": len(found)})


@router.post("/v1/documents/{id}/restore", response_model=DocumentOut, responses=errors_for(401, 404, 409, 422, 503))
async def restore_document(id: DocumentId, request: Request, caller: Editing) -> Response:
    """Bring a removed document back as it was, with its uploaded file. For editors."""
    services = services_of(request)
    return Json(await services.removals.run(_restore, services, caller, id))


def _restore(services: Services, caller: Caller, id: str) -> dict[str, Any]:
    removed = services.bot.library.removed(caller.narrowed(Filter(documents=(id,))))
    if not removed:
        raise Refused(
            404,
            "document_missing",
            "There is no removed document with this id.",
            remedy="GET /v1/removed lists them.",
            param="id",
        )
    if removed[0].present:
        raise Refused(
            409,
            "library_conflict",
            "The library has a document in its place again.",
            remedy="Remove that one first.",
        )
    removed_files.bring_back(services.folder, [removed[0].info.path])
    try:
        with writing(services):
            (info,) = services.bot.library.restore([id])
    finally:
        services.tidy_removed()  # what was not restored is set aside again
    return _object(services, info)


def removed_object(gone: RemovedDocument) -> dict[str, Any]:
    """Return a removed document as the API sends it."""
    info = gone.info
    return {
        **{key: getattr(info, key) for key in ("id", "title", "source", "collection", "media_type", "size")},
        "name": file_name(info.source),
        "removed": gone.removed,
        "present": gone.present,
    }


@router.get("/v1/collections", response_model=CollectionsOut, responses=errors_for(401, 503))
def list_collections(request: Request, caller: Known) -> Response:
    """List the collections that you may see."""
    counts = collection_counts(services_of(request), caller)
    return Json({"collections": [{"name": name, **count} for name, count in sorted(counts.items())]})


@router.get("/v1/tags", response_model=TagsOut, responses=errors_for(401, 503))
def list_tags(request: Request, caller: Known) -> Response:
    """List the tags of the documents that you may see, in alphabetical order; a capital makes no other tag."""
    services = services_of(request)
    written: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for said in services.bot.library.said(services.visible(caller, Filter())).values():
        tags = tags_of(said)
        counts.update({tag.casefold() for tag in tags})
        for tag in tags:
            written.setdefault(tag.casefold(), set()).add(tag)
    return Json({"tags": [{"name": min(written[key]), "documents": counts[key]} for key in sorted(counts)]})
