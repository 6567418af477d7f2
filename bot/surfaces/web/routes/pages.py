"""Printed pages over HTTP: where words stand on the pages of a PDF, and the pictures of its pages."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from bot.printed import MEDIA_TYPE, PrintedPage
from bot.surfaces.web.auth import Caller, Known
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.responses import Json
from bot.surfaces.web.routes.documents import Offset, check_original
from bot.surfaces.web.services import DocumentId, Services, services_of
from bot.surfaces.web.shapes import PagesOut, errors_for
from ingest.errors import LoadError, OriginalChanged, OriginalGone
from vectorstore.errors import FootnoteError

router = APIRouter(tags=["Documents"])

WIDEST, STEP = 2_400, 400
"""Pixels of the widest picture; widths in between are rounded up to a step, so that few sizes are drawn."""
DRAWN_AS = "1"
"""To be changed when the same page is drawn in another way, so that browsers fetch it again."""


@router.get("/v1/documents/{id}/pages", response_model=PagesOut, responses=errors_for(401, 404, 409, 422, 503))
async def find_on_pages(
    id: DocumentId,
    request: Request,
    caller: Known,
    start: Offset,
    end: Offset,
    unit: Literal["codepoints", "utf16"] = "codepoints",
) -> Response:
    """Return the printed pages on which a run of text stands, with the boxes of its words; only PDFs have any."""
    services = services_of(request)
    return Json(await services.drawing.run(_find, services, caller, id, (start, end), unit))


def _find(services: Services, caller: Caller, id: str, run: tuple[int, int], unit: str) -> dict[str, object]:
    info = services.document(caller, id)
    if unit == "utf16":
        utf16 = services.utf16(info)
        run = utf16.points(run[0]), utf16.points(run[1])
    if info.media_type != MEDIA_TYPE:
        return {"id": info.id, "pages": []}
    check_original(FilePath(info.path), info)
    try:
        pages = services.printed.marks(info, *run)
    except LoadError as error:
        raise _refusal(error) from error
    return {"id": info.id, "pages": [_page(info.id, page) for page in pages]}


def _page(id: str, page: PrintedPage) -> dict[str, object]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "lit": page.lit,
        "scanned": page.scanned,
        "boxes": [dict(zip(("x", "y", "width", "height"), box, strict=True)) for box in page.boxes],
        "picture": f"/v1/documents/{id}/pages/{page.number}",
    }


@router.get(
    "/v1/documents/{id}/pages/{number}",
    response_class=Response,
    responses={
        200: {
            "description": "The page as a picture.",
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "The picture that the client has is still right."},
        **errors_for(401, 404, 409, 422, 503),
    },
)
async def draw_page(
    id: DocumentId,
    request: Request,
    caller: Known,
    number: Annotated[int, Path(ge=1, le=1_000_000)],
    width: Annotated[int, Query(ge=1, le=WIDEST, description="In pixels; rounded up to a multiple of 400.")] = 1_200,
) -> Response:
    """Return the picture of a page of a PDF, drawn from the file that was read."""
    services = services_of(request)
    width = min(-(-width // STEP) * STEP, WIDEST)
    known = request.headers.get("if-none-match", "")
    name, picture = await services.drawing.run(_draw, services, caller, id, number, width, known)
    # The browser keeps it, and asks each time whether the reader may still see it and the file is still the one.
    headers = {"ETag": name, "Cache-Control": "private, no-cache"}
    if picture is None:
        return Response(status_code=304, headers=headers)
    return Response(picture, media_type="image/png", headers=headers)


def _draw(services: Services, caller: Caller, id: str, number: int, width: int, known: str) -> tuple[str, bytes | None]:
    """Return the name of a picture, and the picture, or None where the client knows it."""
    info = services.document(caller, id)
    if info.media_type != MEDIA_TYPE or number > (services.pages(info) or 0):
        raise Refused(404, "page_missing", "The document has no such page that could be drawn.", param="number")
    check_original(FilePath(info.path), info)
    name = f'"{info.sha256[:32]}-{number}-{width}-{DRAWN_AS}"'
    if name in known:
        return name, None
    picture = services.pictures.get(name)
    if picture is None:
        try:
            picture = services.printed.picture(info, number, width)
        except LoadError as error:
            raise _refusal(error) from error
        services.pictures.add(name, picture)
    return name, picture


def _refusal(error: LoadError) -> FootnoteError:
    """Return what is said of a page that cannot be drawn; a file that is gone or changed is said as everywhere."""
    if isinstance(error, (OriginalGone, OriginalChanged)):
        return error
    return Refused(422, "page_not_drawn", error.message, remedy=error.remedy)
