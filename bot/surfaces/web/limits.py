"""What the server refuses when there is too much of it: questions a minute, streams at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.surfaces.rate_limit import RateLimit
from bot.surfaces.web.errors import Refused


class Streams:
    """Counts open streams.

    Args:
        each: Most at once for one caller.
        total: Most at once for all.
    """

    def __init__(self, each: int, total: int) -> None:
        self._each = each
        self._total = total
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """Open streams."""
        return sum(self._open.values())

    def open(self, key: str) -> None:
        """Count one more; `close` must follow.

        Raises:
            Refused: There are too many, of this caller or in all.
        """
        with self._lock:
            mine = self._open.get(key, 0)
            if mine >= self._each:
                raise Refused(
                    429,
                    "too_many_streams",
                    f"{mine} answers are already streaming to you.",
                    remedy="Wait until one is finished, or stop one.",
                    retry_after=2,
                )
            if self.count >= self._total:
                raise Refused(
                    503,
                    "overloaded",
                    "The server is answering as many questions as it can at once.",
                    remedy="Try again in a moment.",
                    retry_after=2,
                )
            self._open[key] = mine + 1

    def close(self, key: str) -> None:
        """Count one less."""
        with self._lock:
            left = self._open.get(key, 0) - 1
            if left > 0:
                self._open[key] = left
            else:
                self._open.pop(key, None)

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Count one more while the block runs."""
        self.open(key)
        try:
            yield
        finally:
            self.close(key)


def refuse_too_many_questions(limit: RateLimit, key: str) -> None:
    """Take one question of `key`.

    Raises:
        Refused: The caller asked too many in the last minute.
    """
    if seconds := limit.wait(key):
        raise Refused(
            429,
            "too_many_questions",
            "You have asked as many questions as are allowed in a minute.",
            remedy=f"Ask again in {seconds} second{'s' if seconds > 1 else ''}.",
            retry_after=seconds,
        )
