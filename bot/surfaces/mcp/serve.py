"""`footnote mcp`: serve the tools over standard input and output, or streamable HTTP."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.errors import ExtraMissing, SettingError
from bot.loopback import is_loopback
from bot.surfaces.rate_limit import RateLimit, address_key

if TYPE_CHECKING:
    from bot.settings.settings import Settings

PATH = "/mcp"
WRONG_TOKENS = 10
"""Wrong tokens that one address may send in a minute."""


def serve(
    settings: Settings,
    *,
    http: bool = False,
    host: str = "127.0.0.1",
    port: int = 8_765,
    allow_ingest: bool = False,
) -> None:
    """Serve until the client goes, or, over HTTP, until the process is told to stop.

    Args:
        settings: Library and model; `access_token` guards HTTP.
        http: Streamable HTTP at http://host:port/mcp instead of standard input and output.
        host, port: Of HTTP. Anything but this machine needs `access_token`.
        allow_ingest: Offer tools that add and remove documents.

    Raises:
        SettingError: HTTP beyond this machine without an access token.
        ExtraMissing: The MCP SDK is not installed.
        LibraryMissing: There is no library.
    """
    if http and not is_loopback(host) and not settings.access_token:
        raise SettingError(
            f"Serving MCP on {host} would open the documents to the network without a password.",
            remedy="Set FOOTNOTE_ACCESS_TOKEN, or leave --host away to serve this machine only.",
        )
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise ExtraMissing("The MCP SDK is not installed.", remedy='pip install "footnote-bot[mcp]"') from None
    from bot.ask import Bot
    from bot.surfaces.listen import listen, serve_app
    from bot.surfaces.mcp.server import FootnoteServer

    listener = listen(host, port) if http else None
    with Bot(settings=settings) as bot:
        server = FootnoteServer(bot, allow_ingest=allow_ingest)
        if listener is None:
            server.run("stdio")
            return
        print(
            f"MCP at http://{_in_address(host)}:{listener.getsockname()[1]}{PATH}. Stop with Ctrl-C.", file=sys.stderr
        )
        app = http_app(server, host=host, token=settings.access_token)
        serve_app(
            app,
            listener,
            stop_seconds=settings.stop_seconds,
            busy=lambda: server.busy,
            trusted_proxies=settings.trusted_proxies,
        )


def http_app(server: Any, *, host: str = "127.0.0.1", token: str = "") -> Any:
    """Return the ASGI application: the SDK's own, behind the access token if there is one.

    On this machine the SDK also checks Host and Origin, against web pages that reach for local servers.
    """
    security = _this_machine_only(host) if is_loopback(host) else None
    app = server.streamable_http_app(streamable_http_path=PATH, host=host, transport_security=security)
    return _guarded(app, token) if token else app


def _this_machine_only(host: str) -> Any:
    from mcp.server.transport_security import TransportSecuritySettings

    names = sorted({"127.0.0.1", "localhost", "[::1]", _in_address(host)})
    return TransportSecuritySettings(
        allowed_hosts=[f"{name}:*" for name in names], allowed_origins=[f"http://{name}:*" for name in names]
    )


def _in_address(host: str) -> str:
    """Return a host as it stands in an address: IPv6 in brackets."""
    return f"[{host.strip('[]')}]" if ":" in host else host


def _guarded(app: Any, token: str) -> Callable[..., Awaitable[None]]:
    expected = f"Bearer {token}".encode()
    wrong = RateLimit(WRONG_TOKENS)

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        address = address_key(scope.get("client"))
        given = dict(scope["headers"]).get(b"authorization", b"")
        # No token at all is no guess.
        if given and (wait := wrong.take(address)):
            await _refuse(send, 429, "There were too many wrong tokens.", (b"retry-after", str(wait).encode()))
        elif not secrets.compare_digest(given, expected):
            await _refuse(send, 401, "A valid token is needed.", (b"www-authenticate", b"Bearer"))
        else:
            wrong.give_back(address)
            await app(scope, receive, send)

    return guarded


async def _refuse(send: Any, status: int, message: str, header: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"application/json"), header]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": message}).encode()})
