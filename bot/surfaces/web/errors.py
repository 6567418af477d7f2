"""Every error of the HTTP API: its status, its code, and one body for all."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import errors as bot_errors
from bot.offline import Offline
from ingest import errors as ingest_errors
from vectorstore import errors as library_errors
from vectorstore.errors import FootnoteError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

logger = logging.getLogger("footnote.web")


class Refused(FootnoteError):
    """A request that is answered with an error status.

    Args:
        status: The HTTP status.
        code: What programs go by; the codes are listed in docs/http-api.md.
        message: What happened, for a person.
        remedy: What the person can do about it.
        param: The field that is wrong, or "".
        retry_after: Seconds until a new try makes sense, or None.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        remedy: str = "",
        param: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.code = code
        self.param = param
        self.retry_after = retry_after


STATUS_OF: tuple[tuple[type[FootnoteError], int, str], ...] = (
    (Offline, 409, "offline"),
    (bot_errors.QuestionRefused, 422, "invalid"),
    (bot_errors.ModelError, 502, "model_failed"),
    (bot_errors.ExtraMissing, 422, "unsupported"),
    (bot_errors.SettingError, 422, "invalid"),
    (ingest_errors.OriginalGone, 409, "original_gone"),
    (ingest_errors.OriginalChanged, 409, "original_changed"),
    (bot_errors.ExportError, 422, "invalid"),
    (ingest_errors.IngestError, 422, "invalid"),
    (library_errors.DateInvalid, 422, "invalid"),
    (library_errors.DocumentMissing, 404, "document_missing"),
    (library_errors.LibraryMissing, 503, "library_missing"),
    (library_errors.LibraryBusy, 503, "library_busy"),
    (library_errors.LibraryUnreachable, 503, "library_unreachable"),
    (library_errors.LibraryDamaged, 503, "library_damaged"),
    (library_errors.LibraryReadOnly, 409, "library_read_only"),
    (library_errors.DiskFull, 507, "disk_full"),
    (library_errors.VectorsUnavailable, 503, "vectors_unavailable"),
    (library_errors.LibraryError, 409, "library_conflict"),
)
"""The first entry that fits an error of ours decides."""

JSON_TYPE = re.compile(r"application/([\w.+-]+\+)?json\b", re.IGNORECASE)
TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
PLAIN = {
    400: ("bad_request", "The request cannot be read.", ""),
    404: ("not_found", "There is nothing at this address.", "/openapi.json lists what there is."),
    405: ("method_not_allowed", "This address does not take that method.", "/openapi.json lists what it takes."),
    413: ("body_too_large", "The request is larger than allowed.", ""),
}


def refusal_of(error: FootnoteError) -> Refused:
    """Return the refusal that an error of ours is answered with."""
    if isinstance(error, Refused):
        return error
    for kind, status, code in STATUS_OF:
        if isinstance(error, kind):
            retry_after = 2 if code in ("library_busy", "library_unreachable", "vectors_unavailable") else None
            return Refused(status, code, error.message, remedy=error.remedy, retry_after=retry_after)
    return Refused(409, "library_conflict", error.message, remedy=error.remedy)


def internal_error() -> Refused:
    """Return what is said of an error that is not ours: nothing of its text, which may be a document's."""
    return Refused(
        500,
        "internal",
        "Something went wrong inside Footnote.",
        remedy="Please report it with the request id; the log names the place.",
    )


def body_of(refused: Refused, request_id: str) -> dict[str, Any]:
    """Return the body of an error response."""
    kind = TYPES.get(refused.status, "server_error" if refused.status >= 500 else "invalid_request_error")
    return {
        "error": {
            "code": refused.code,
            "message": refused.message,
            "remedy": refused.remedy,
            "type": kind,
            "param": refused.param,
            "request_id": request_id,
        }
    }


def headers_of(refused: Refused) -> dict[str, str]:
    """Return the headers that an error response carries."""
    headers: dict[str, str] = {}
    if refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Footnote"'
    return headers


def response_of(refused: Refused, request_id: str) -> JSONResponse:
    """Return the response for a refusal."""
    from fastapi.responses import JSONResponse

    return JSONResponse(body_of(refused, request_id), refused.status, headers_of(refused))


def log_internal(error: BaseException, request_id: str) -> None:
    """Log where an unexpected error arose: types and places, never its text, which may hold a document's."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    logger.error(
        "internal error",
        extra={"event": "error", "request_id": request_id, "type": type(error).__name__, "places": places},
    )


def install(app: FastAPI) -> None:
    """Answer every kind of error of the framework and of ours with the one body."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException

    def request_id(request: Request) -> str:
        return str(request.scope.get("footnote_request_id", ""))

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, FootnoteError)
        return response_of(refusal_of(error), request_id(request))

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        other = ("bad_request", "The request cannot be answered.", "")
        code, message, remedy = PLAIN.get(error.status_code, other)
        response = response_of(Refused(error.status_code, code, message, remedy=remedy), request_id(request))
        response.headers.update(error.headers or {})
        return response

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        sort = request.url.path.split("/")[2:3]
        refused = _no_such_id(error.errors()[0], *sort) or _invalid(
            error.errors(), request.headers.get("content-type", "")
        )
        return response_of(refused, request_id(request))

    app.add_exception_handler(FootnoteError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def _no_such_id(first: Any, sort: str = "") -> Refused | None:
    """Return the refusal of an id that has not even the form of one: there is nothing with it."""
    if list(first["loc"]) != ["path", "id"] or sort not in ("documents", "conversations", "jobs", "feedback", "tokens"):
        return None
    name = sort.removesuffix("s")
    return Refused(404, f"{name}_missing", f"There is no {name} with this id.", param="id")


def _invalid(errors: Any, content_type: str) -> Refused:
    first = errors[0]
    place = [str(part) for part in first["loc"]]
    if first["type"] == "json_invalid":
        return Refused(400, "bad_request", "The body is not JSON.")
    if place == ["body"] and not JSON_TYPE.match(content_type):
        # The framework reads JSON from such requests only; a plain `curl -d` names a form.
        remedy = "Send JSON, with the header Content-Type: application/json."
        if first["type"] == "missing":
            return Refused(422, "invalid", "The request has no body.", remedy=remedy, param="body")
        sent = f"is {content_type.split(';')[0][:60]!r}" if content_type else "is missing"
        return Refused(415, "wrong_media_type", f"The request's Content-Type {sent}.", remedy=remedy)
    if place == ["body"] and first["type"] == "model_attributes_type":
        return Refused(422, "invalid", "The body is JSON, but not an object.", remedy='Send {"…": …}.', param="body")
    param = ".".join(place[1:]) if len(place) > 1 else ""
    # pydantic's message names the rule and never the value.
    name = f"'{param}'" if param else f"the {place[0]}"
    return Refused(
        422,
        "invalid",
        f"The value of {name} cannot be taken: {first['msg']}.",
        param=param,
        remedy="See /openapi.json.",
    )


def answer_missing(param: str) -> Refused:
    """Return the refusal of an answer that is not there, or not for this caller: the same words."""
    return Refused(
        404,
        "answer_missing",
        "There is no answer of yours with this id.",
        remedy="Answers outside a conversation are remembered until a thousand others came.",
        param=param,
    )


def conversation_missing() -> Refused:
    """Return the refusal for a conversation that is not there, or somebody else's."""
    return Refused(404, "conversation_missing", "There is no conversation with this id.", param="conversation")
