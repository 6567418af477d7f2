"""POST /v1/survey: each document asked the same questions, as a stream of rows or as a whole table."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.answer import Citation
from bot.errors import SettingError
from bot.exports.save import SURVEY_FORMATS, SURVEY_SUFFIXES, written_survey
from bot.links import address_of
from bot.surfaces.web.answering import checked_question, error_object, shown_objects, stream_of
from bot.surfaces.web.auth import Caller, Known
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import refuse_too_many_questions
from bot.surfaces.web.responses import Json, Piece, download_name, event
from bot.surfaces.web.routes.ask import wants_events
from bot.surfaces.web.services import Services, base_address, services_of
from bot.surfaces.web.shapes import EVENTS, SurveyIn, SurveyOut, errors_for
from bot.survey.survey import ask_each
from bot.survey.table import Row, Survey, numbered, numbered_row
from bot.survey.where import condition
from vectorstore.records import DocumentInfo

logger = logging.getLogger("footnote.web")
router = APIRouter(tags=["Asking"])

MOST_CELLS = 20_000
"""Documents times questions of one survey: some twenty minutes of two cores."""
LOOKS_EVERY = 1.0
"""Seconds after which it is seen that nobody waits for a table any more."""

Format = Literal["json", "xlsx", "csv", "markdown"]
ENDINGS = {format: suffix for suffix, format in reversed(SURVEY_SUFFIXES.items())}
TABLES: Any = {kind.partition(";")[0]: {"schema": {}} for kind in SURVEY_FORMATS.values() if "json" not in kind}


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey, checked and ready.

    Attributes:
        questions: Each once.
        documents: Whom to ask, within what the caller may see.
        caller: Who asks.
        request_id: For the log.
    """

    questions: tuple[str, ...]
    documents: Sequence[DocumentInfo]
    caller: Caller
    request_id: str


@router.post(
    "/v1/survey",
    response_model=SurveyOut,
    summary="Ask each document",
    responses={
        200: {
            "description": "The table; with `Accept: text/event-stream` the events `begin`, `row`, `done`, `error`; "
            "with `format` a download.",
            "content": {**EVENTS, **TABLES},
        },
        **errors_for(400, 401, 404, 409, 413, 415, 422, 429, 502, 503),
    },
)
async def survey(body: SurveyIn, request: Request, caller: Known, format: Format = "json") -> Response:
    """Ask each document the same questions: a table with a footnote in each cell, or that the document doesn't say."""
    services = services_of(request)
    request_id: str = request.scope["footnote_request_id"]
    asked = await services.asking(_prepare, services, body, caller, request_id)
    for _ in asked.questions:
        await services.of_people(refuse_too_many_questions, services.questions, caller.key)
    if wants_events(request):
        if body.where or body.sort:
            raise Refused(
                422,
                "invalid",
                "A stream has all rows in the order of the documents.",
                remedy="Leave `where` and `sort` out, or ask for the whole table.",
                param="where" if body.where else "sort",
            )
        return await stream_of(services, caller, lambda: _events(services, asked))
    base = base_address(request)
    return await _while_waited_for(
        request, services, caller, lambda stop: _whole(services, asked, body, format, base, stop)
    )


def _prepare(services: Services, body: SurveyIn, caller: Caller, request_id: str) -> Asked:
    questions = tuple(dict.fromkeys(checked_question(services, one, param="questions") for one in body.questions))
    _refuse_wrong_order(body, len(questions))
    documents = services.bot.library.documents(services.visible(caller, body.filter.filter()))
    if len(documents) * len(questions) > MOST_CELLS:
        raise Refused(
            422,
            "survey_too_large",
            f"{len(questions):,} questions of {len(documents):,} documents are too many for one survey.",
            remedy=f"Choose at most {MOST_CELLS // len(questions):,} documents, by collection or otherwise.",
            param="filter",
        )
    caller.noted["count"] = len(documents)
    return Asked(questions, documents, caller, request_id)


def _refuse_wrong_order(body: SurveyIn, questions: int) -> None:
    """Refuse conditions and a column that there are not, before anything is asked."""
    try:
        for text in body.where:
            condition(text, questions)
    except SettingError as error:
        raise Refused(422, "invalid", error.message, remedy=error.remedy, param="where") from error
    if abs(body.sort) > questions:
        raise Refused(422, "invalid", f"There is no question number {abs(body.sort)}.", param="sort")


def _rows(services: Services, asked: Asked) -> Generator[Row, None, None]:
    """Yield the rows as they come; a survey that is given up keeps its cells for the next one."""
    began = perf_counter()
    rows = ask_each(
        services.bot, asked.documents, asked.questions, workers=services.surveying, kept=services.survey_cells
    )
    done = 0
    try:
        for row in rows:
            yield row
            done += 1
            if services.stopping.is_set():
                raise Refused(503, "stopping", "The server is stopping.", retry_after=5)
    finally:
        rows.close()
        logger.info(
            "survey",
            extra={
                "event": "survey",
                "request_id": asked.request_id,
                "state": "done" if done == len(asked.documents) else "left",
                "seconds": round(perf_counter() - began, 3),
            },
        )


def _events(services: Services, asked: Asked) -> Iterator[Piece]:
    """Yield the server-sent events of a survey. Runs in a thread."""
    says, footnotes = [0] * len(asked.questions), 0
    yield event("begin", {"questions": asked.questions, "asked": len(asked.documents)})
    try:
        for index, row in enumerate(_rows(services, asked)):
            row = numbered_row(row, footnotes + 1)
            for column, cell in enumerate(row.cells):
                says[column] += cell.says
                footnotes += len(cell.citations)
            yield event("row", {"index": index, **_row_object(services, asked.caller, row)})
        yield event("done", {"questions": asked.questions, "asked": len(asked.documents), "says": says})
    except Exception as error:
        # A stream's own edge: once the status is sent, whatever goes wrong must become an event.
        yield event("error", error_object(error, asked.request_id))


def _whole(
    services: Services, asked: Asked, body: SurveyIn, format: Format, base: str, stop: threading.Event
) -> Response:
    """Return the table as a response. Runs in a thread; ends at its next row once `stop` is set."""
    rows: list[Row] = []
    coming = _rows(services, asked)
    for row in coming:
        rows.append(row)
        if stop.is_set():
            coming.close()
            return Response(status_code=503)  # to nobody
    whole = numbered(asked.questions, rows)
    found = whole.where(*body.where)
    if body.sort:
        found = found.sorted_by(abs(body.sort) - 1, descending=body.sort < 0)
    if format == "json":
        return Json(_table_object(services, asked, whole, found))

    def link(citation: Citation) -> str:
        return address_of(citation, page=base)

    return Response(
        written_survey(found, format, link=link),
        media_type=SURVEY_FORMATS[format],
        headers={"Content-Disposition": download_name("survey", ENDINGS[format])},
    )


def _table_object(services: Services, asked: Asked, whole: Survey, found: Survey) -> dict[str, Any]:
    return {
        "questions": list(found.questions),
        "asked": len(whole.rows),
        "says": [sum(row.cells[column].says for row in whole.rows) for column in range(len(whole.questions))],
        "documents": [_row_object(services, asked.caller, row) for row in found.rows],
    }


def _row_object(services: Services, caller: Caller, row: Row) -> dict[str, Any]:
    """Return a row as the API sends it: what `footnote survey --json` prints, with offsets in UTF-16 and collections.

    Raises:
        RuntimeError: A footnote lies outside what the caller may see.
    """
    found = row.as_dict()
    for cell, sent in zip(row.cells, found["cells"], strict=True):
        sent["citations"] = shown_objects(services, caller, (), cell.citations)[1]
    return {**found, "collection": row.document.collection}


async def _while_waited_for(
    request: Request, services: Services, caller: Caller, work: Callable[[threading.Event], Response]
) -> Response:
    """Run `work` in a stream's thread; its event is set when the client leaves.

    Raises:
        Refused: Too many streams are open.
    """
    stop = threading.Event()
    await services.of_people(services.streams.open, caller.key)
    try:
        working = asyncio.wrap_future(services.start_stream(lambda: work(stop)))
        while True:
            done, _ = await asyncio.wait((working,), timeout=LOOKS_EVERY)
            if done:
                return working.result()
            if await request.is_disconnected():
                stop.set()
    finally:
        stop.set()
        services.let_go(services.streams.close, caller.key)
