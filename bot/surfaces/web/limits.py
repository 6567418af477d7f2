"""Limits of the server: questions a minute, failed sign-ins, open streams. Kept in memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from bot.surfaces.web.errors import Refused

MOST_KEYS = 10_000
"""How many callers are remembered; the one that came longest ago is forgotten first."""


class Rate:
    """A token bucket for each key: `per_minute` at once, refilled evenly.

    Args:
        per_minute: Uses a minute; 0 for no limit.
        clock: Seconds that only grow.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, *, take: bool = True) -> int:
        """Take one use of `key` and return 0, or return the seconds (rounded up) until there is one.

        Args:
            key: Who uses.
            take: False only looks.
        """
        if not self._size:
            return 0
        with self._lock:
            now = self._clock()
            left, then = self._buckets.pop(key, (float(self._size), now))
            left = min(float(self._size), left + (now - then) * self._size / 60)
            free = left >= 1
            self._buckets[key] = (left - 1 if free and take else left, now)
            if len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
            return 0 if free else max(1, ceil((1 - left) * 60 / self._size))

    def give_back(self, key: str) -> None:
        """Undo one use of `key` that turned out to count for nothing."""
        with self._lock:
            if key in self._buckets:
                left, then = self._buckets[key]
                self._buckets[key] = (min(float(self._size), left + 1), then)


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


def refuse_too_many_questions(rate: Rate, key: str) -> None:
    """Take one question of `key`.

    Raises:
        Refused: The caller asked too many in the last minute.
    """
    if seconds := rate.wait(key):
        raise Refused(
            429,
            "too_many_questions",
            "You have asked as many questions as are allowed in a minute.",
            remedy=f"Ask again in {seconds} second{'s' if seconds > 1 else ''}.",
            retry_after=seconds,
        )
