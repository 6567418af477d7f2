"""One writer at a time: lock files that say who holds them.

`writer.lock` is held for one write, a document or a batch of them, never while text is read or embedded: whoever
removes a document waits for moments. `work.lock` is held for a whole piece of work (an ingest, writing the index,
compacting), so that two never do the same. Whoever needs both takes the work's first.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from vectorstore.catalog.catalog import now
from vectorstore.catalog.schema import of_os
from vectorstore.errors import LibraryBusy

WRITER = "writer.lock"
WORK = "work.lock"

_POLL = 0.05
_QUIET = 0.1
"""Waiting that is over after so many seconds is not worth a word."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that writes.

    Attributes:
        pid, host: Where it runs.
        command: What it runs.
        since: When it took the lock, ISO 8601 in UTC.
    """

    pid: int
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} ({self.command}), since {self.since}"


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
        folder: The library's folder.
        name: `WRITER` or `WORK`.
        wait: Seconds to wait for another holder.
        notice: Called once with the holder when waiting begins.
    """

    def __init__(
        self,
        folder: Path,
        name: str = WRITER,
        *,
        wait: float = 30.0,
        notice: Callable[[Holder | None], None] | None = None,
    ) -> None:
        self._folder = folder
        self._path = folder / name
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
            LibraryReadOnly: The folder cannot be written.
        """
        if self._owner == threading.get_ident():
            yield
            return
        patience = _Patience(self._wait if wait is None else wait, stop)
        self._pass_turnstile(patience)
        try:
            lock = self._acquire(patience)
            try:
                self._owner = threading.get_ident()
                yield
            finally:
                self._owner = None
                lock.release()
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
            f"Another task of this process is writing to the library in {self._folder}.",
            remedy="Try again in a moment.",
        )

    def _acquire(self, patience: _Patience) -> filelock.BaseFileLock:
        lock = filelock.FileLock(self._path, thread_local=False)
        began, noticed = time.monotonic(), self._notice is None
        try:
            while True:
                with suppress(filelock.Timeout):
                    lock.acquire(timeout=0)
                    break
                if patience.over():
                    raise self._busy()
                if not noticed and time.monotonic() - began >= _QUIET:
                    noticed = True
                    assert self._notice is not None
                    self._notice(self.holder())
                time.sleep(_POLL)
        except OSError as error:
            raise of_os(error, self._folder, self._path) from error
        self._sign()
        return lock

    def _busy(self) -> LibraryBusy:
        who = self.holder()
        return LibraryBusy(
            f"Another process is writing to the library in {self._folder}" + (f": {who}." if who else "."),
            remedy="Wait until it has finished, then run the command again.",
        )

    def _sign(self) -> None:
        command = " ".join(Path(part).name for part in sys.argv[:2])[:80]
        holder = Holder(os.getpid(), socket.gethostname(), command or "python", now())
        # Only for people: a disk without room for it does not stop the writer here.
        with suppress(OSError):
            self._path.write_text(json.dumps(asdict(holder)), encoding="utf-8", errors="backslashreplace")

    def holder(self) -> Holder | None:
        """Return who signed the lock last, or None where nobody could."""
        deadline = time.monotonic() + 0.5
        while True:
            # The holder may be signing at this moment.
            with suppress(OSError, ValueError, TypeError):
                return Holder(**json.loads(self._path.read_text(encoding="utf-8")))
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)
