"""Loaders in processes of their own, with limits, so that no file can harm the ingest.

A file that crashes its parser, hangs it or makes it swallow memory costs one worker process; the file
fails with a sentence and the next one gets a new worker. Requests and results travel as JSON and bytes:
nothing that a worker sends can run code in the ingest. The pictures of pages (`ingest/printed/`) are drawn in
such processes too. Run as `python -m ingest.reading.worker`, this module is the worker itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, TooLarge, Unreadable
from ingest.reading.load import MAX_BYTES, load, reads_plainly
from ingest.reading.wire import (
    error_from_json,
    loaded_from_json,
    loaded_to_json,
    options_from_json,
    options_to_json,
    receive,
    send,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use.

    Attributes:
        bytes: Size of the file.
        seconds: Time from request to result, less what the worker waits for a processor.
        memory: Bytes of data that a worker may hold.
        written: Bytes of any file that a worker may write (unpacked parts).
    """

    bytes: int = MAX_BYTES
    seconds: float = 30.0
    memory: int = 1536 * 1024 * 1024
    written: int = 512 * 1024 * 1024


class Workers:
    """A set of worker processes, started when needed and used again.

    Safe for many threads: each call takes an idle worker, or starts one while there are fewer than
    `count`, or waits. Use as a context manager; leaving it ends the processes.

    Args:
        count: Worker processes at most; by default one for each core.
        limits: What one file may use.
    """

    def __init__(self, *, count: int | None = None, limits: Limits | None = None) -> None:
        self.count = count or _cores()
        self._limits = limits or Limits()
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(self.count):
            self._idle.put(None)  # a worker that is not started yet
        self._running: set[_Worker] = set()
        self._closed = False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def started(self) -> int:
        """How many worker processes run."""
        return len(self._running)

    def load(self, path: Path, options: LoadOptions) -> Loaded:
        """Read a file as `ingest.reading.load.load` does, within the limits.

        Plain text is read at once in this process: its reader can neither hang nor grow.

        Raises:
            LoadError: Why this file cannot be read and what to do.
        """
        if reads_plainly(path, max_bytes=self._limits.bytes):
            return load(path, options, max_bytes=self._limits.bytes)
        request = {"path": os.fspath(path), "options": options_to_json(options)}
        header, body = self._ask(path, request)
        return loaded_from_json(header, body.decode("utf-8", "replace"))

    def task(self, path: Path, task: Mapping[str, Any], given: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Have `ingest.printed.tasks.perform` do a task with a file, within the limits.

        Args:
            path, task: As there.
            given: Bytes that the task needs beside the file.

        Raises:
            LoadError: Why it cannot be done and what to do.
        """
        return self._ask(path, {"path": os.fspath(path), "task": dict(task)}, given)

    def _ask(self, path: Path, request: dict[str, Any], given: bytes = b"") -> tuple[dict[str, Any], bytes]:
        worker = self._idle.get()
        try:
            if worker is None or not worker.alive:
                worker = _Worker(self._limits)
                self._running.add(worker)
            if self._closed:
                worker.kill()
                raise Unreadable(f"{path.name} was not read: the ingest was stopped.")
            return worker.ask(path, request, given)
        finally:
            if worker is not None and not worker.alive:
                self._running.discard(worker)
                worker = None
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers, also those at work."""
        self._closed = True
        for worker in list(self._running):
            worker.kill()


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


class _Worker:
    """One worker process, seen from the ingest."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        package = os.fspath(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        debug = bool(os.environ.get("FOOTNOTE_DEBUG"))
        self._pipes = threading.RLock()  # held by the thread that uses them
        self._process = subprocess.Popen(
            # -P: a module in the current folder, which may be the documents', must never be imported.
            [sys.executable, "-P", "-m", "ingest.reading.worker", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if debug else subprocess.DEVNULL,
            env=_environment() | {"PYTHONPATH": os.pathsep.join(paths), "OMP_THREAD_LIMIT": "1"},
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and wait for its end. Safe while another thread waits for its answer."""
        self._process.kill()
        self._process.wait()
        with self._pipes:  # a pipe that is closed while a thread reads from it breaks both threads
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def ask(self, path: Path, request: dict[str, Any], given: bytes) -> tuple[dict[str, Any], bytes]:
        """Have one file read; the process is ended when it takes too long or breaks off."""
        with self._pipes:
            header, body = self._exchange(path, request, given)
        if header.get("retired"):
            self.kill()
        if "error" in header:
            raise error_from_json(header)
        return header, body

    def _exchange(self, path: Path, request: dict[str, Any], given: bytes) -> tuple[dict[str, Any], bytes]:
        """Send the request and return the answer's header and bytes."""
        deadline = _Deadline(self._process, self._limits.seconds)
        try:
            assert self._process.stdin
            assert self._process.stdout
            send(self._process.stdin, request, given)
            header, body = receive(self._process.stdout)
            while "more_time" in header:
                deadline.allow(self._limits.seconds + header["more_time"])
                header, body = receive(self._process.stdout)
        except (OSError, EOFError, ValueError, KeyError) as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)  # so that the status says how it ended, not that it was killed
            self.kill()
            raise self._broke_off(path, timed_out=deadline.passed) from error
        finally:
            deadline.cancel()
        return header, body

    def _broke_off(self, path: Path, *, timed_out: bool) -> LoadError:
        if timed_out:
            return TooLarge(
                f"{path.name} was given up after {self._limits.seconds:g} seconds.",
                remedy="Split it, or save it in a simpler form.",
            )
        status = self._process.returncode
        if status == _OUT_OF_MEMORY:
            return _memory_error(path, self._limits.memory)
        return Unreadable(
            f"{path.name} made its reader break off ({_end_of(status)}); it is damaged or too large.",
            remedy="Open it in the program that made it and save it again.",
        )


class _Deadline:
    """Ends a process that takes too long. Time in which it waits for a processor is not its own and does not count.

    On a busy machine a reader, which lets everybody else go first, may wait far longer than it runs.

    Args:
        process: Which one.
        seconds: For which it may run or sleep from now on.

    Attributes:
        passed: Whether it was ended.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.passed = False
        self._process = process
        self._ends = 0.0
        self._timer: threading.Timer | None = None
        self.allow(seconds)

    def allow(self, seconds: float) -> None:
        """Allow so many seconds from now on, whatever was allowed before."""
        self.cancel()
        self._ends = self._own_time() + seconds
        self._begin(seconds)

    def cancel(self) -> None:
        """End nothing any more."""
        if self._timer:
            self._timer.cancel()

    def _own_time(self) -> float:
        return time.monotonic() - _waited(self._process.pid)

    def _begin(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        left = self._ends - self._own_time()
        if left > 0:
            self._begin(left)
        else:
            self.passed = True
            self._process.kill()


def _waited(pid: int) -> float:
    """Return the seconds that a process has waited for a processor; 0.0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    return 0.0


def _environment() -> dict[str, str]:
    """Return the environment without keys and passwords: a reader of strange files needs none."""
    secret = re.compile("KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
    return {name: value for name, value in os.environ.items() if not secret.search(name)}


def _end_of(status: int) -> str:
    """Say how a process ended."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return f"status {status}"


def _memory_error(path: Path, memory: int) -> TooLarge:
    return TooLarge(
        f"{path.name} needs more than {memory // 2**20:,} MB of memory to be read.",
        remedy="Split it, or save it in a simpler form.",
    )


# The worker's side.

_OUT_OF_MEMORY = 99
_ORPHANED = 60.0
"""Times what is allowed to run after which a reader that waits or sleeps ends by itself."""


def main() -> None:
    """Read requests from standard input until it ends, and answer each on standard output."""
    limits = Limits(**json.loads(sys.argv[1]))
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Libraries that print would break the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    _arm(limits)
    while True:
        try:
            request, given = receive(requests)
        except EOFError:
            return
        path = Path(request["path"])
        # If the ingest is killed, nobody else ends a reader that hangs.
        _alarm(limits.seconds + 5)

        def more_time(seconds: float) -> None:
            _alarm(limits.seconds + seconds + 5)
            send(answers, {"more_time": seconds})

        try:
            if "task" in request:
                from ingest.printed.tasks import perform

                send(answers, *perform(path, request["task"], given, max_bytes=limits.bytes, more_time=more_time))
            else:
                options = replace(options_from_json(request["options"]), more_time=more_time)
                loaded = load(path, options, max_bytes=limits.bytes)
                send(answers, loaded_to_json(loaded), loaded.text.encode("utf-8", "replace"))
        except LoadError as error:
            # After a MemoryError, what took the memory may still hold it: the ingest ends this process.
            retired = isinstance(error.__cause__, MemoryError)
            answer = {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}
            send(answers, answer | {"retired": retired})
        except MemoryError:
            # os._exit: unwinding needs memory too.
            os._exit(_OUT_OF_MEMORY)
        _alarm(0)


def _arm(limits: Limits) -> None:
    """Set the limits that the system keeps. Where it has none (Windows), time is still limited."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the ingest, which ends its workers.
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written, limits.written))
    # Data, not address space: libraries reserve far more addresses than they ever use.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    with contextlib.suppress(OSError):
        os.nice(5)  # The encoder and whoever asks come first.


def _alarm(seconds: float) -> None:
    """End this process once it has run for so many seconds, or after many times as long however little it ran."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, _ORPHANED * seconds)


if __name__ == "__main__":
    main()
