"""An ASGI application served until somebody stops it; requests under way are finished first."""

from __future__ import annotations

import signal
import socket
import threading
from typing import Any

from bot.errors import SettingError


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


def serve_app(app: Any, listener: socket.socket, *, stop_seconds: int) -> None:
    """Serve until SIGTERM or Ctrl-C, then return, so that the caller can put things in order.

    Args:
        app: The ASGI application.
        listener: Where to listen; it is closed at the end.
        stop_seconds: Longest time that requests under way get.
    """
    import uvicorn

    if threading.current_thread() is threading.main_thread():
        # Uvicorn sends itself the signal once more when it is done; without a handler it would die of it.
        signal.signal(signal.SIGTERM, lambda *_: None)
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=stop_seconds)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        listener.close()
