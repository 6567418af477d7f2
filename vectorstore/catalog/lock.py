"""One writer at a time: locks that say who holds them, files or what a server has for it.

`WRITER` is held for one write, a document or a batch of them, never while text is read or embedded: whoever
removes a document waits for moments. `WORK` is held for a whole piece of work (an ingest, writing the index,
compacting), so that two never do the same. Whoever needs both takes the work's first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vectorstore.catalog.homes.home import Home
from vectorstore.errors import LibraryBusy
from vectorstore.records import Holder

WRITER = "writer.lock"
WORK = "work.lock"

_POLL = 0.05
_QUIET = 0.1
"""Waiting that is over after so many seconds is not worth a word."""


class _Patience:
    """How long a lock is waited for."""

    def __init__(self, seconds: float, stop: Callable[[], bool]) -> None:
        self._until = time.monotonic() + seconds
        self._stop = stop

    def over(self) -> bool:
        return self._stop() or time.monotonic() >= self._until

    def acquire(self, lock: threading.Lock) -> bool:
        """Acquire a lock of threads, unless the patience is over before it is free."""
        while not lock.acquire(timeout=_POLL):
            if self.over():
                return False
        return True


class LibraryLock:
    """Held by one thread of one process; free again the moment its process ends, however it ends.

    Args:
        home: Where the library's catalog lives.
        name: `WRITER` or `WORK`.
        wait: Seconds to wait for another holder.
        notice: Called once with the holder when waiting begins.
    """

    def __init__(
        self,
        home: Home,
        name: str = WRITER,
        *,
        wait: float = 30.0,
        notice: Callable[[Holder | None], None] | None = None,
    ) -> None:
        self._home = home
        self._name = name
        self._wait = wait
        self._notice = notice
        self.after_fork()

    def after_fork(self) -> None:
        """Begin afresh in a forked child: what the parent holds, the child does not."""
        # Whoever waits stands in the turnstile, so that a thread that writes again and again lets it pass.
        self._turnstile = threading.Lock()
        self._threads = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def held(self, *, wait: float | None = None, stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Hold the lock; calls in the same thread nest, other threads and processes wait.

        Args:
            wait: Seconds to wait for another holder; None for those that were given at first.
            stop: Asked while waiting; True ends the wait.

        Raises:
            LibraryBusy: It is still held after the wait.
            LibraryReadOnly: The library cannot be written.
        """
        if self._owner == threading.get_ident():
            yield
            return
        patience = _Patience(self._wait if wait is None else wait, stop)
        self._pass_turnstile(patience)
        try:
            free = self._acquire(patience)
            try:
                self._owner = threading.get_ident()
                yield
            finally:
                self._owner = None
                free()
        finally:
            self._threads.release()

    def _pass_turnstile(self, patience: _Patience) -> None:
        """Take the place of the one thread of this process that may hold the lock."""
        if patience.acquire(self._turnstile):
            try:
                if patience.acquire(self._threads):
                    return
            finally:
                self._turnstile.release()
        raise LibraryBusy(
            f"Another task of this process is writing to the library in {self._home.place}.",
            remedy="Try again in a moment.",
        )

    def _acquire(self, patience: _Patience) -> Callable[[], None]:
        """Take the place of the one process; return what gives it up."""
        began, noticed = time.monotonic(), self._notice is None
        while (free := self._home.acquire(self._name)) is None:
            if patience.over():
                raise self._busy()
            if not noticed and time.monotonic() - began >= _QUIET:
                noticed = True
                assert self._notice is not None
                self._notice(self.holder())
            time.sleep(_POLL)
        return free

    def _busy(self) -> LibraryBusy:
        who = self.holder()
        return LibraryBusy(
            f"Another process is writing to the library in {self._home.place}" + (f": {who}." if who else "."),
            remedy="Wait until it has finished, then run the command again.",
        )

    def holder(self) -> Holder | None:
        """Return who signed the lock last, or None where nobody could."""
        return self._home.holder(self._name)
