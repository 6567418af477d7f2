"""Connections: how many there may be, and how long each may keep the server waiting.

uvicorn parses HTTP and asks for answers; it waits for ever for a head, a body or a reader, of any number of clients.
`Connection` stands before its protocol and passes on what comes; once a second the `Door` looks at all of them and
ends those that it has waited for too long. A connection that waits for a head makes room for a new one, so that
whoever sends a whole request is answered, however many others do not.
"""

from __future__ import annotations

import asyncio
import ipaddress
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from bot.surfaces.web.errors import Refused, body_of, headers_of
from bot.surfaces.web.gate import HEADERS
from bot.surfaces.web.responses import json_bytes

LOOK_SECONDS = 1.0
REFUSED_SECONDS = 1.0
"""So long a refused client may take to read why; what it sends meanwhile is thrown away."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take. The defaults are for any office; nobody has needed others.

    Attributes:
        connections: Most at once. Far below the 1,024 files that a process may open on most systems.
        each: Most of one address: a browser opens six, a proxy with many people behind it some dozens.
        head_bytes: Largest head of a request, and largest framing without content in a body.
        head_seconds: For a whole head, from the opening of the connection or its first byte.
        body_seconds: For a body to begin, and longest pause in it; also for what still comes of one that is answered.
        read_seconds: For a client to begin to read, and longest pause in it.
        rate: Bytes a second, of a body or an answer, that keep a slow client's connection open.
        unsent_bytes: Answers that wait in memory for clients to read them, of all together.
        stop_seconds: Longest of these waits while the server stops.
    """

    connections: int = 512
    each: int = 128
    head_bytes: int = 64 * 1024
    head_seconds: float = 20.0
    body_seconds: float = 20.0
    read_seconds: float = 30.0
    rate: float = 500.0
    unsent_bytes: int = 256 * 1024 * 1024
    stop_seconds: float = 2.0


class Patience:
    """How long somebody is still waited for: a time to begin with, and more for all that comes.

    Args:
        seconds: Most that is ever left.
        rate: Bytes that buy one second.
    """

    def __init__(self, seconds: float, rate: float) -> None:
        self._seconds = seconds
        self._rate = rate
        self._until = time.monotonic() + seconds

    def add(self, amount: int) -> None:
        """Wait longer, since `amount` bytes have come or gone."""
        self._until = min(self._until + amount / self._rate, time.monotonic() + self._seconds)

    def shorten(self, seconds: float) -> None:
        """Wait no longer than `seconds` from now."""
        self._until = min(self._until, time.monotonic() + seconds)

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return time.monotonic() >= self._until


class Door:
    """Lets connections in and looks after them. One for each server; all of it runs on the event loop."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.stopping = False
        self._open: set[Connection] = set()
        self._refused: set[Connection] = set()
        self._of_address: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        """Connections that are open."""
        return len(self._open)

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the class of connections through this door, as uvicorn takes it."""
        return type("Connection", (Connection,), {"door": self})

    def stop(self) -> None:
        """Wait for nobody long from now on; what is being answered is not touched."""
        self.stopping = True
        for connection in self._open:
            connection.shorten(self.limits.stop_seconds)

    def admit(self, connection: Connection) -> bool:
        """Let a connection in, in the place of one that waits for its head if need be; return whether it is in."""
        limits, address = self.limits, connection.address
        if self._of_address[address] >= limits.each:
            self._make_room(other for other in self._open if other.address == address)
        elif len(self._open) >= limits.connections:
            self._make_room(self._open)
        if self._of_address[address] >= limits.each or len(self._open) >= limits.connections:
            return False
        self._open.add(connection)
        self._of_address[address] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)
        return True

    def linger(self, connection: Connection) -> bool:
        """Return whether a refused connection may stay until its client has read why."""
        if len(self._refused) >= self.limits.each:
            return False
        self._refused.add(connection)
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection; twice is harmless."""
        self._refused.discard(connection)
        if connection in self._open:
            self._open.remove(connection)
            self._of_address[connection.address] -= 1
            if not self._of_address[connection.address]:
                del self._of_address[connection.address]

    def _make_room(self, among: Iterable[Connection]) -> None:
        """End the connection that has waited for a head longest, of the address that has most."""
        waiting = [connection for connection in among if connection.awaits_head]
        if waiting:
            longest = min(waiting, key=lambda one: (-self._of_address[one.address], one.since))
            self.leave(longest)
            longest.cut()

    def _look(self) -> None:
        for connection in list(self._open):
            connection.look()
        self._bound_unsent()
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look) if self._open else None

    def _bound_unsent(self) -> None:
        """End whoever reads least while answers fill the memory."""
        over = sum(connection.unsent for connection in self._open) - self.limits.unsent_bytes
        for connection in sorted(self._open, key=lambda one: -one.unsent):
            if over <= 0:
                return
            over -= connection.unsent
            connection.cut()


class Connection(asyncio.Protocol):
    """One connection: uvicorn's protocol, and the patience with its client.

    Attributes:
        door: Which it came through.
        address: Of the client, as far as it is counted.
        since: When the waiting for the head at hand began.
        unsent: Bytes of answers that the client had not read at the last look.
    """

    door: ClassVar[Door]

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        protocol: Any = AutoHTTPProtocol
        self._http = protocol(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self._transport: Any = None
        self._refused = False
        self._fruitless = 0  # bytes since a head was whole or content came
        self._head: Patience | None = None
        self._body: Patience | None = None
        self._reading: Patience | None = None
        self.address = ""
        self.since = time.monotonic()
        self.unsent = 0

    # ---- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client in, or tell it that there is no room."""
        self._transport = transport
        self.address = _address(transport.get_extra_info("peername"))
        if self.door.admit(self):
            self._head = self._patience(self.door.limits.head_seconds)
            self._http.connection_made(transport)
            return
        self._refused = True
        busy = Refused(503, "overloaded", "The server has too many connections.", remedy="Try again.", retry_after=5)
        if self.door.linger(self):
            self._transport.write(_raw(busy))
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(REFUSED_SECONDS, self.cut)
        else:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Pass on what comes, and look whether it leads to anything."""
        if self._refused or self._transport.is_closing():
            return
        cycle, content = self._http.cycle, self._content()
        self._http.data_received(data)
        more = self._content() - content if self._http.cycle is cycle else 1
        if more > 0:
            self._fruitless = 0
        elif not self._is_late():
            self._fruitless += len(data)
            if self._fruitless > self.door.limits.head_bytes:
                self._refuse(Refused(431, "head_too_large", "The head of the request is too large."))
                return
        self._expect(max(more, 0))

    def eof_received(self) -> None:
        """Pass on that the client sends no more."""
        if not self._refused:
            self._http.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.door.leave(self)
        if not self._refused or self._http.transport is not None:
            self._http.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that the client does not read."""
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the client reads again."""
        self._http.resume_writing()

    # ---- what the door calls

    @property
    def awaits_head(self) -> bool:
        """Whether nothing is being done for the client: it has not sent a whole head."""
        cycle = self._http.cycle
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def look(self) -> None:
        """End the connection if its client was waited for too long."""
        self._expect(0)
        self._look_at_reading()
        cycle = self._http.cycle
        if self._reading and self._reading.over:
            self.cut()
        elif self._head and self._head.over:
            self._refuse_slow("head")
        elif self._body and self._body.over:
            if cycle.response_started:
                self.cut()
            else:
                self._refuse_slow("body")

    def shorten(self, seconds: float) -> None:
        """Wait no longer than `seconds` for anything of the client."""
        for patience in (self._head, self._body, self._reading):
            if patience:
                patience.shorten(seconds)

    def cut(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    # ---- the waiting

    def _content(self) -> int:
        """Return the bytes of content that wait to be taken by the application."""
        return len(self._http.cycle.body) if self._http.cycle else 0

    def _is_late(self) -> bool:
        """Return whether what comes belongs to a request that was answered already, and is thrown away."""
        cycle = self._http.cycle
        return bool(cycle and cycle.response_complete and cycle.more_body)

    def _expect(self, more: int) -> None:
        """Begin, lengthen or end the waiting for a head or a body, after `more` bytes of content."""
        limits = self.door.limits
        if self.awaits_head:
            if self._head is None:
                self.since = time.monotonic()
                if self._fruitless:  # a head has begun; until then uvicorn's own time for an idle connection holds
                    self._head = self._patience(limits.head_seconds)
        else:
            self._head = None
        if not (self._http.cycle and self._http.cycle.more_body):
            self._body = None
        elif self._body is None:
            self._body = self._patience(limits.body_seconds)
        elif not self._is_late():
            # While the application has not taken what came, the client may not go on.
            self._body.add(round(limits.rate * limits.body_seconds) if self._http.flow.read_paused else more)

    def _look_at_reading(self) -> None:
        before, self.unsent = self.unsent, self._transport.get_write_buffer_size()
        if not self.unsent:
            self._reading = None
        elif self._reading is None:
            self._reading = self._patience(self.door.limits.read_seconds)
        else:
            self._reading.add(max(0, before - self.unsent))

    def _patience(self, seconds: float) -> Patience:
        limits = self.door.limits
        return Patience(min(seconds, limits.stop_seconds) if self.door.stopping else seconds, limits.rate)

    def _refuse_slow(self, part: str) -> None:
        if self.door.stopping:
            self._refuse(Refused(503, "stopping", "The server is stopping.", retry_after=5))
        else:
            self._refuse(Refused(408, "too_slow", f"The {part} of the request did not come in time."))

    def _refuse(self, refused: Refused) -> None:
        """Tell the client why, and end the connection; whoever answers it learns that it has gone."""
        self._refused = True
        if self._transport.is_closing():
            self.cut()
            return
        if self._http.cycle and not self._http.cycle.response_complete:
            self._http.cycle.disconnected = True
            self._http.cycle.message_event.set()
        self._transport.write(_raw(refused))
        self._transport.close()


def _address(peer: Any) -> str:
    """Return whom a connection is counted for: an IPv4 address, or the /64 network that a host has in IPv6."""
    try:
        address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    except (ValueError, TypeError, IndexError):
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)


def _raw(refused: Refused) -> bytes:
    """Return the response of a refusal for which there is no application."""
    body = json_bytes(body_of(refused, ""))
    headers = {**HEADERS, **headers_of(refused), "Content-Type": "application/json", "Connection": "close"}
    lines = [f"HTTP/1.1 {refused.status} {HTTPStatus(refused.status).phrase}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def raise_open_files(wanted: int = 8_192) -> None:
    """Let this process open as many files as it may, up to `wanted`: connections and uploads are some."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
