"""The gate that every request passes: its id, where it may come from, what every response carries."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.loopback import is_loopback
from bot.surfaces.web.audit import Audit
from bot.surfaces.web.errors import Refused, internal_error, log_internal, response_of
from bot.surfaces.web.metrics import Metrics

logger = logging.getLogger("footnote.web")

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
UPLOAD_PATH = "/v1/documents"
JSON_BODY = 1024 * 1024
"""Largest body of any request but an upload, in bytes."""
CLIENT_LEFT = 499
"""Noted, as nginx does, of a request whose client left before its body was whole; nobody is sent it."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
HEADERS = {
    "Content-Security-Policy": API_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Set on every response that does not set them itself."""


class Gate:
    """ASGI middleware around the whole app.

    Args:
        app: What it guards.
        metrics: Where requests are counted.
        audit: Where is noted who did what.
        hosts: Names that are answered besides this machine's own, without port; None for any.
        upload_bytes: Largest body of an upload; `JSON_BODY` holds for all others.
    """

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, audit: Audit, hosts: Iterable[str] | None, upload_bytes: int
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._audit = audit
        self._upload_bytes = upload_bytes
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope["footnote_request_id"] = request_id
        status = 0
        body = _Body(receive, self._most_bytes(scope))

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _mark(MutableHeaders(scope=message), request_id)
            await send(message)

        async def send_checked(message: Message) -> None:
            # Whatever was made of the half of a body that is too large is not sent.
            if body.too_large and message.get("status", 413) != 413 and not status:
                body.replaced = True
                await response_of(body.refusal(), request_id)(scope, receive, send_marked)
            if not body.replaced:
                await send_marked(message)

        try:
            self._check(scope, headers)
            body.expect(headers.get("content-length", ""))
            await self._app(scope, body.receive, send_checked)
        except Refused as refused:
            await response_of(refused, request_id)(scope, receive, send_marked)
        except ClientDisconnect:
            status = status or CLIENT_LEFT
        except Exception as error:
            # The edge of the surface: whatever went wrong inside, a person gets a sentence and the log
            # gets the place. A response that has begun cannot be taken back; its connection is cut.
            log_internal(error, request_id)
            if status:
                raise _Cut from None
            await response_of(internal_error(), request_id)(scope, receive, send_marked)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _check(self, scope: Scope, headers: Headers) -> None:
        named = headers.getlist("host")
        if len(named) > 1:
            raise Refused(
                400,
                "bad_request",
                f"The request names {len(named)} hosts, in as many Host headers.",
                remedy="Send one, or look at what the proxy in front adds.",
            )
        host = _host_name(named[0]) if named else ""
        if self._hosts is not None and host not in self._hosts and not is_loopback(host):
            raise Refused(
                421,
                "wrong_host",
                "This server does not answer to that name.",
                remedy="Use http://127.0.0.1 or http://localhost, or set allowed_hosts.",
            )
        if _comes_from_elsewhere(scope, headers):
            raise Refused(
                403,
                "cross_origin",
                "The request comes from another site.",
                remedy="Open Footnote's own page, or call the API from a program.",
            )

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        labels = {"method": scope["method"] if route else "-", "route": route or "-", "status": str(status)}
        self._metrics.requests.labels(**labels).inc()
        self._metrics.request_seconds.labels(route or "-").observe(seconds)
        self._audit.request(scope, status)
        logger.info(
            "request",
            extra={
                "event": "request",
                "request_id": scope["footnote_request_id"],
                "ms": round(seconds * 1000, 1),
                "caller": scope.get("footnote_caller", ""),
                **labels,
            },
        )

    def _most_bytes(self, scope: Scope) -> int:
        upload = scope["method"] == "POST" and scope["path"] == UPLOAD_PATH
        return self._upload_bytes if upload else JSON_BODY


class _Body:
    """Counts the body of a request.

    Args:
        receive: Where it comes from.
        most: Most bytes that are taken.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._left = most
        self.too_large = False
        self.replaced = False

    def expect(self, content_length: str) -> None:
        """Refuse a body that says beforehand that it is too large."""
        self.too_large = content_length.isascii() and content_length.isdigit() and int(content_length) > self._most
        self.check()

    async def receive(self) -> Message:
        """Receive the next message, unless the body has become too large."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.too_large = self.too_large or self._left < 0
        self.check()
        return message

    def check(self) -> None:
        """Raise the refusal when the body is too large."""
        if self.too_large:
            raise self.refusal()

    def refusal(self) -> Refused:
        """Return the refusal of a body that is too large."""
        return Refused(
            413,
            "upload_too_large" if self._most > JSON_BODY else "body_too_large",
            f"The request is larger than {self._most // 2**20:,} MB.",
            remedy="Send less at once.",
        )


class _Cut(Exception):
    """Ends a response that cannot be finished; the reason is in the log."""


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else f"req_{token_hex(8)}"


def _mark(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _host_name(host: str) -> str:
    """Return the name in a Host header, without its port, in lower case."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _comes_from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser says that another site sends a request that changes or reads something.

    Browsers of today say so in Sec-Fetch-Site; older ones in Origin for everything that changes something.
    Programs send neither. What a person follows (a link, an address typed) is let through if it only reads.
    """
    site = headers.get("sec-fetch-site")
    if scope["method"] in SAFE_METHODS:
        reads_api = scope["path"].startswith("/v1/")
        return reads_api and site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate"
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit_host(origin) != headers.get("host", "").lower()


def urlsplit_host(origin: Any) -> str:
    """Return host and port of an Origin header; "" for "null" and for what is not an address."""
    try:
        return urlsplit(str(origin)).netloc.lower()
    except ValueError:
        return ""
