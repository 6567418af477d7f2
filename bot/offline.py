"""FOOTNOTE_OFFLINE: forbid every socket that leaves this machine.

Python tells its audit hooks of each connection, name look-up and bind before it happens, whichever library
asks and however it got hold of the socket class; an exception there stops it. Hooks cannot be taken out
again, so ours asks a flag. Code that opens sockets without Python (a native client) is out of its reach:
Footnote starts none when it is offline.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from bot.loopback import is_loopback
from vectorstore.errors import FootnoteError

_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
_NAMED = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "PIP_NO_INDEX": "1",
}


class Offline(FootnoteError, OSError):
    """Something wanted to leave this machine while FOOTNOTE_OFFLINE is set.

    It is an OSError too, so that libraries treat it as a failed connection.
    """


_state = {"on": False, "installed": False}


def go_offline() -> None:
    """Forbid, from now on and in this process, every socket that is not loopback."""
    if not _state["installed"]:
        sys.addaudithook(_watch)
        _state["installed"] = True
    _state["on"] = True
    os.environ.update(_QUIET)


def is_offline() -> bool:
    """Return whether connections are forbidden in this process."""
    return _state["on"]


def refuse_if_offline(what: str) -> None:
    """Raise before `what` is tried at all, in words of its own.

    Raises:
        Offline: FOOTNOTE_OFFLINE is set.
    """
    if _state["on"]:
        raise Offline(f"{what} needs the network, and FOOTNOTE_OFFLINE is set.", remedy="Unset it to go on.")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _state["on"] or not event.startswith("socket."):
        return
    if event in _ADDRESSED:
        sender, address = arguments[0], arguments[1]
        if getattr(sender, "family", None) not in (socket.AF_INET, socket.AF_INET6) or address is None:
            return
        host = address[0] if isinstance(address, tuple) and address else ""
    elif event in _NAMED:
        host = arguments[0]
    else:
        return
    if event in _NAMED and host in (None, "", b""):
        return  # a look-up of the address to listen on asks nobody
    if not is_loopback(host):
        raise Offline(
            "A connection that leaves this machine was stopped: FOOTNOTE_OFFLINE is set.",
            remedy="Unset it, or set a model and a Chroma server on this machine.",
        )
