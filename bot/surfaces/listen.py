"""An ASGI application served until somebody stops it; what is under way is finished first."""

from __future__ import annotations

import errno
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import uvicorn

from bot.errors import SettingError

QUIET_TICKS = 3
"""Looks, a tenth of a second apart, that must find nothing under way: a result must still be sent."""

_NOT_BOUND = {
    errno.EADDRINUSE: "Another program uses it; choose another with --port.",
    errno.EACCES: "Ports below 1,024 need rights that you do not have; choose another with --port.",
}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to a host, which may be a name or an IPv6 address in brackets, and a port.

    Raises:
        SettingError: The port is taken or not allowed, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        why = _NOT_BOUND.get(error.errno or 0, "That is no address of this machine; name one as host.")
        raise SettingError(f"Footnote cannot listen on {host} port {port}.", remedy=why) from error
    return listener


def proxy_options(trusted: Sequence[str]) -> dict[str, Any]:
    """Return the options of uvicorn by which it believes these proxies, and nobody else, who a client is.

    Uvicorn by itself believes whatever comes from this machine, and what an environment variable names.
    """
    return {"proxy_headers": bool(trusted), "forwarded_allow_ips": list(trusted)}


def serve_app(
    app: Any,
    listener: socket.socket,
    *,
    stop_seconds: int,
    busy: Callable[[], bool] = lambda: False,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serve until SIGTERM or Ctrl-C, then return, so that the caller can put things in order.

    Args:
        app: The ASGI application.
        listener: Where to listen; it is closed at the end.
        stop_seconds: Longest time that what is under way gets. A second Ctrl-C waits for nothing.
        busy: Whether something is under way that must be finished before connections are closed.
        trusted_proxies: Addresses or networks whose `X-Forwarded-For` is believed.

    Raises:
        KeyboardInterrupt: It was Ctrl-C.
    """
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=stop_seconds,
        **proxy_options(trusted_proxies),
    )
    server = _Server(config, busy, stop_seconds)
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()
    if server.stopped_by == signal.SIGINT:
        raise KeyboardInterrupt


class _Server(uvicorn.Server):
    """Uvicorn that ends streams of events only when nothing is under way, and does not die of the signal."""

    stopped_by = 0

    def __init__(self, config: uvicorn.Config, busy: Callable[[], bool], stop_seconds: int) -> None:
        super().__init__(config)
        self._busy = busy
        self._stop_seconds = stop_seconds
        self._latest = 0.0
        self._quiet = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del frame
        self.force_exit = self.should_exit = bool(self.stopped_by)
        self.stopped_by = sig
        self._latest = time.monotonic() + self._stop_seconds

    async def on_tick(self, counter: int) -> bool:
        self._quiet = 0 if self._busy() else self._quiet + 1
        if self.stopped_by and (self._quiet >= QUIET_TICKS or time.monotonic() > self._latest):
            self.should_exit = True
        return await super().on_tick(counter)
