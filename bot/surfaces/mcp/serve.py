"""`footnote mcp`: serve the tools over standard input and output, or streamable HTTP."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.errors import ExtraMissing, SettingError

if TYPE_CHECKING:
    from bot.settings.settings import Settings

PATH = "/mcp"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


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
    if http and host not in _LOOPBACK and not settings.access_token:
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
        shown = f"[{host}]" if ":" in host else host
        print(f"MCP at http://{shown}:{listener.getsockname()[1]}{PATH}. Stop with Ctrl-C.", file=sys.stderr)
        app = http_app(server, host=host, token=settings.access_token)
        serve_app(app, listener, stop_seconds=settings.stop_seconds, busy=lambda: server.busy)


def http_app(server: Any, *, host: str = "127.0.0.1", token: str = "") -> Any:
    """Return the ASGI application: the SDK's own, behind the access token if there is one.

    On this machine the SDK also checks Host and Origin, against web pages that reach for local servers.
    """
    app = server.streamable_http_app(streamable_http_path=PATH, host=host)
    return _guarded(app, token) if token else app


def _guarded(app: Any, token: str) -> Callable[..., Awaitable[None]]:
    expected = f"Bearer {token}".encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not secrets.compare_digest(given, expected):
                headers = [(b"content-type", b"application/json"), (b"www-authenticate", b"Bearer")]
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                await send({"type": "http.response.body", "body": b'{"error": "A valid token is needed."}'})
                return
        await app(scope, receive, send)

    return guarded
