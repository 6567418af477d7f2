"""The pictures of pages that were drawn last."""

from __future__ import annotations

import threading
from collections import OrderedDict

KEPT_BYTES = 64 * 1024 * 1024
"""All together."""


class Pictures:
    """The pictures that were drawn last, up to KEPT_BYTES."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        """Return a picture by its name, or None."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def add(self, name: str, picture: bytes) -> None:
        """Keep a picture, and let those go that were asked for longest ago."""
        with self._lock:
            self._bytes += len(picture) - len(self._kept.pop(name, b""))
            self._kept[name] = picture
            while self._bytes > KEPT_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1])
