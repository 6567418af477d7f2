"""What the server refuses when there is too much of it: questions a minute, streams at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.kept.database import Database
from bot.surfaces.rate_limit import RateLimit
from bot.surfaces.web.errors import Refused


class Streams:
    """Counts open streams.

    Args:
        each: Most at once for one caller; over all servers that have the database together.
        total: Most at once for all, of this server.
        database: What is shared with other servers; None for nothing.
        name: Of the limit there.
    """

    def __init__(self, each: int, total: int, *, database: Database | None = None, name: str = "") -> None:
        self._each = each
        self._total = total
        self._db = database if database and database.shared else None
        self._name = name
        self._places: dict[str, list[Callable[[], None]]] = {}
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    @staticmethod
    def _too_many(mine: int) -> Refused:
        return Refused(
            429,
            "too_many_streams",
            f"{mine} answers are already streaming to you.",
            remedy="Wait until one is finished, or stop one.",
            retry_after=2,
        )

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
                raise self._too_many(mine)
            if self.count >= self._total:
                raise Refused(
                    503,
                    "overloaded",
                    "The server is answering as many questions as it can at once.",
                    remedy="Try again in a moment.",
                    retry_after=2,
                )
            self._open[key] = mine + 1
        if self._db is not None:
            try:
                place = self._place(self._db, key)
            except BaseException:
                with self._lock:
                    self._fewer(key)
                raise
            with self._lock:
                self._places.setdefault(key, []).append(place)

    def _place(self, database: Database, key: str) -> Callable[[], None]:
        """Take one of the caller's places, which are free again when this process ends; return what frees it.

        Raises:
            Refused: Streams of other servers have the rest.
        """
        for number in range(self._each):
            if free := database.take(f"{self._name} {number} of {key}"):
                return free
        raise self._too_many(self._each)

    def close(self, key: str) -> None:
        """Count one less."""
        with self._lock:
            if places := self._places.get(key):
                free = places.pop()
                if not places:
                    del self._places[key]
                free()
            self._fewer(key)

    def _fewer(self, key: str) -> None:
        left = self._open.get(key, 0) - 1
        if left > 0:
            self._open[key] = left
        else:
            self._open.pop(key, None)


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
