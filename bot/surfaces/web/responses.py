"""Responses: JSON that any document's text fits into, and server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

PING_SECONDS = 15.0
PING = b": still here\n\n"
EVENT_STREAM = "text/event-stream"


def json_bytes(data: Any) -> bytes:
    """Return JSON in ASCII: half characters from odd file names are escaped instead of failing."""
    return json.dumps(data, separators=(",", ":")).encode("ascii")


class Json(Response):
    """A JSON response that is sent as it is made, without a second validation."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body; bytes are taken as finished JSON."""
        return content if isinstance(content, bytes) else json_bytes(content)


def event(name: str, data: Any) -> bytes:
    """Return one server-sent event; the data is one line, since JSON escapes line ends."""
    return b"event: %s\ndata: %s\n\n" % (name.encode("ascii"), json_bytes(data))


def download_name(name: str, suffix: str) -> str:
    """Return the Content-Disposition of a download.

    Args:
        name: What it is called, any text.
        suffix: ".md", or "" when the name holds it.
    """
    from urllib.parse import quote

    line = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name).strip(". ") or "download"
    line = line.encode("utf-8", "replace").decode("utf-8")[:120]
    plain = line.encode("ascii", "replace").decode("ascii").replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(line + suffix, safe='')}"


Piece = bytes | Exception


class ThreadEvents:
    """Brings what a thread produces to the event loop, piece by piece.

    Make it on the event loop. `produce` runs in a thread; it is closed at its next piece after `stop`.

    Args:
        produce: A generator function that yields pieces of the response. It handles its own errors, and
            yields an error only as its first piece.
    """

    def __init__(self, produce: Callable[[], Iterator[Piece]]) -> None:
        self._produce = produce
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        self._stopped = False

    def run(self) -> None:
        """Produce until the end or until stopped. Runs in the thread."""
        pieces = self._produce()
        try:
            for piece in pieces:
                if self._stopped:
                    break
                self._put(piece)
        finally:
            close = getattr(pieces, "close", None)
            if close:
                close()
            self._put(None)

    def _put(self, piece: Piece | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._pieces.put_nowait, piece)
        except RuntimeError:
            # The loop is closed: the server has stopped and nobody reads any more.
            self._stopped = True

    def stop(self) -> None:
        """Close the generator at its next piece."""
        self._stopped = True

    async def first(self) -> bytes:
        """Return the first piece, or raise it when it is an error."""
        piece = await self._pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece or b""

    async def rest(self, first: bytes) -> AsyncIterator[bytes]:
        """Yield `first` and what follows, with a comment whenever it takes long."""
        yield first
        while (piece := await self._next()) is not None:
            yield piece

    async def _next(self) -> bytes | None:
        try:
            piece = await asyncio.wait_for(self._pieces.get(), PING_SECONDS)
        except TimeoutError:
            return PING
        assert not isinstance(piece, Exception)
        return piece


class EventStream(StreamingResponse):
    """A response of server-sent events.

    Args:
        pieces: The events.
        on_end: Called once when it is over, however it ended.
    """

    def __init__(self, pieces: AsyncIterator[bytes], *, on_end: Callable[[], None] = lambda: None) -> None:
        # Proxies are asked not to hold events back.
        super().__init__(pieces, media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until they end or the client leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()
