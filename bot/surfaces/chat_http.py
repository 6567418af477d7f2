"""An ASGI application served until somebody stops it; what is under way is finished first."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from bot.errors import SettingError

QUIET_TICKS = 3
"""Looks, a tenth of a second apart, that must find nothing under way: a result must still be sent."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        SettingError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise SettingError(
            f"Footnote cannot listen on {host} port {port} ({error.strerror or error}).",
            remedy="Another program may use it; choose another with --port.",
        ) from error


def serve_app(
    app: Any, listener: socket.socket, *, stop_seconds: int, busy: Callable[[], bool] = lambda: False
) -> None:
    """Serve until SIGTERM or Ctrl-C, then return, so that the caller can put things in order.

    Args:
        app: The ASGI application.
        listener: Where to listen; it is closed at the end.
        stop_seconds: Longest time that what is under way gets. A second Ctrl-C waits for nothing.
        busy: Whether something is under way that must be finished before connections are closed.

    Raises:
        KeyboardInterrupt: It was Ctrl-C.
    """
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=stop_seconds)
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
