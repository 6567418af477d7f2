"""One writer at a time: a lock file that says who holds it."""

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

FILE_NAME = "writer.lock"


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


class WriterLock:
    """Held by whoever writes to a library; free again the moment its process ends, however it ends.

    Args:
        folder: The library's folder.
        wait: Seconds to wait for another holder.
        notice: Called once with the holder when waiting begins.
    """

    def __init__(self, folder: Path, *, wait: float = 30.0, notice: Callable[[Holder | None], None] | None = None):
        self._folder = folder
        self._path = folder / FILE_NAME
        self._wait = wait
        self._notice = notice
        self.after_fork()

    def after_fork(self) -> None:
        """Begin afresh in a forked child: what the parent holds, the child does not."""
        self._threads = threading.RLock()
        self._depth = 0
        self._lock: filelock.BaseFileLock | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; calls in the same thread nest, other threads wait.

        Raises:
            LibraryBusy: Another process still holds it after the wait.
            LibraryReadOnly: The folder cannot be written.
        """
        with self._threads:
            if self._depth == 0:
                self._lock = self._acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._lock is not None:
                    self._lock.release()
                    self._lock = None

    def _acquire(self) -> filelock.BaseFileLock:
        lock = filelock.FileLock(self._path, thread_local=False)
        try:
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                if self._notice is not None and self._wait > 0:
                    self._notice(self.holder())
                lock.acquire(timeout=self._wait, poll_interval=0.1)
        except filelock.Timeout as error:
            who = self.holder()
            raise LibraryBusy(
                f"Another process is writing to the library in {self._folder}" + (f": {who}." if who else "."),
                remedy="Wait until it has finished, then run the command again.",
            ) from error
        except OSError as error:
            raise of_os(error, self._folder, self._path) from error
        self._sign()
        return lock

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
