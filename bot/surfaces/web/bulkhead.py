"""A place of its own for work that may wait, so that nothing else waits with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from bot.surfaces.web.errors import Refused

Result = TypeVar("Result")


class Bulkhead:
    """A few threads with a queue that is neither long nor slow. Use it on the event loop.

    Args:
        name: Of the threads.
        threads: How many work at once.
        queued: How many may wait for a thread.
        seconds: How long they may.
        message: What is said to those who come to nothing.
    """

    def __init__(self, name: str, *, threads: int, queued: int, seconds: float, message: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + queued
        self._seconds = seconds
        self._message = message
        self._inside = 0

    async def run(self, work: Callable[..., Result], *values: Any) -> Result:
        """Run `work` in one of the threads.

        Raises:
            Refused: There are too many, or none came to its end in time; the work was not begun.
        """
        if self._inside >= self._most:
            raise self._refusal()
        self._inside += 1
        try:
            job = self._threads.submit(partial(work, *values))
            waiting = asyncio.wrap_future(job)
            done, _ = await asyncio.wait((waiting,), timeout=self._seconds)
            # What has begun comes to its end: "not done" must not be said of what is done a moment later.
            if not done and job.cancel():
                raise self._refusal()
            return await waiting
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _refusal(self) -> Refused:
        return Refused(503, "library_busy", self._message, remedy="Try again in a moment.", retry_after=5)
