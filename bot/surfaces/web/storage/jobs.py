"""Background ingest: jobs that are kept, resumed after a restart, and watched while they run."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal, Protocol

from bot.kept.database import Database
from bot.surfaces.web.errors import body_of, internal_error, log_internal, refusal_of
from bot.surfaces.web.metrics import Metrics
from bot.surfaces.web.responses import PING_SECONDS
from bot.surfaces.web.storage.database import new_id, now
from vectorstore.errors import FootnoteError, LibraryError, LibraryUnreachable

logger = logging.getLogger("footnote.web")

KEPT_JOBS = 200
LOOKS_EVERY = 1.0
"""Seconds between two looks for what other servers have left, and for what they have done."""
FileState = Literal["waiting", "loading", "added", "changed", "unchanged", "failed"]
OPEN: tuple[FileState, ...] = ("waiting", "loading")
ENDED = ("done", "failed")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that is to be read into the library.

    Attributes:
        path: Where it is.
        name: What a person calls it.
    """

    path: Path
    name: str


class OnFile(Protocol):
    """Told how a file is doing."""

    def __call__(self, path: Path, state: FileState, *, document: str | None = None, message: str = "") -> None:
        """Note the state of the file at `path`, the id of its document, and a sentence."""
        ...


class Ingest(Protocol):
    """Reads files into the library."""

    def __call__(
        self,
        files: Sequence[Incoming],
        collection: str,
        on_file: OnFile,
        *,
        again: bool,
        stop: threading.Event,
    ) -> None:
        """Read `files` into `collection` and tell `on_file` how each is doing. Runs in a thread.

        Args:
            files: What to read.
            collection: Where to.
            on_file: Told of every change.
            again: Whether files that have not changed are read again.
            stop: When set, what is not stored yet is left.
        """
        ...


class Jobs:
    """The ingest jobs of a library. A server runs one at a time, since the library has one writer.

    Where several servers have the database together, each job is one server's: of those that can reach its files, and
    another's as soon as that server is gone.

    Args:
        database: Keeps them.
        ingest: Reads files into the library.
        metrics: Where files are counted.
        ended: Told of each job that has ended: whose, its id, the documents that it brought in, how many files failed.
        unread: Told of the collection and the paths of files that could not be read, and when their job was taken in.
        place: Name of the folder that its files lie in, the same for all servers that reach it.
    """

    def __init__(
        self,
        database: Database,
        ingest: Ingest,
        metrics: Metrics,
        unread: Callable[[str, Sequence[str], str], None],
        ended: Callable[[str, str, Sequence[str], int], None],
        *,
        place: str = "",
    ) -> None:
        self._db = database
        self._ingest = ingest
        self._metrics = metrics
        self._unread = unread
        self._ended = ended
        self._place = place
        self._taker = token_hex(8)
        self._more = threading.Event()
        self._watchers: dict[str, list[Callable[[tuple[str, Any]], None]]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> list[str]:
        """Collections into which files are being read now."""
        return [row["collection"] for row in self._db.rows("SELECT collection FROM jobs WHERE state = 'running'")]

    def start(self) -> None:
        """Take up what was left unfinished, and begin to work."""
        self._thread = threading.Thread(target=self._work, name="footnote-ingest", daemon=True)
        self._thread.start()

    def leave_off(self) -> None:
        """Begin nothing more and leave the file at hand; the next start goes on with it and the rest."""
        self._stopping.set()
        self._more.set()

    def stop(self, *, seconds: float) -> bool:
        """Leave off, and wait until nothing is written any more.

        Args:
            seconds: Longest time to wait.

        Returns:
            Whether the work has ended.
        """
        self.leave_off()
        if self._thread:
            self._thread.join(seconds)
        return not (self._thread and self._thread.is_alive())

    def add(
        self,
        owner: str,
        kind: str,
        collection: str,
        files: Sequence[Incoming],
        *,
        failed: Sequence[tuple[str, str]] = (),
    ) -> dict[str, Any]:
        """Keep a job, queue it and return it.

        Args:
            owner: Who sent it.
            kind: "upload", "reingest" or "address".
            collection: Collection that the files go to.
            files: What is to be read.
            failed: (name, reason) of files that were refused before.
        """
        job = new_id("job")
        rows = [(file.name, str(file.path), "waiting", "") for file in files]
        rows += [(name, "", "failed", reason) for name, reason in failed]
        with self._db.transaction():
            self._db.run(
                "INSERT INTO jobs (id, owner, kind, collection, state, created) VALUES (?, ?, ?, ?, 'waiting', ?)",
                *(job, owner, kind, collection, now()),
            )
            if self._db.shared:
                self._db.run("INSERT INTO takers VALUES (?, ?, '')", job, self._place)
            for position, (name, path, state, message) in enumerate(rows):
                self._db.run(
                    "INSERT INTO job_files VALUES (?, ?, ?, ?, ?, NULL, ?)",
                    job,
                    position,
                    name,
                    path,
                    state,
                    message,
                )
            self._db.run(
                "DELETE FROM jobs WHERE state IN ('done', 'failed') AND number <= (SELECT max(number) FROM jobs) - ?",
                KEPT_JOBS,
            )
        self._more.set()
        found = self.get(owner, job)
        assert found is not None
        return found

    def get(self, owner: str, job: str) -> dict[str, Any] | None:
        """Return a job of `owner` as the API sends it, or None."""
        row = self._db.row("SELECT * FROM jobs WHERE owner = ? AND id = ?", owner, job)
        return self._object(row) if row else None

    def latest(self, owner: str, *, limit: int = 50) -> list[dict[str, Any]]:
        """Return the jobs of `owner`, newest first."""
        rows = self._db.rows("SELECT * FROM jobs WHERE owner = ? ORDER BY number DESC LIMIT ?", owner, limit)
        return [self._object(row) for row in rows]

    def _object(self, row: Any) -> dict[str, Any]:
        files = self._db.rows("SELECT * FROM job_files WHERE job = ? ORDER BY position", row["id"])
        keys = ("id", "state", "kind", "collection", "created", "finished")
        return {
            **{key: row[key] for key in keys},
            "files": [_file_object(file) for file in files],
            "error": json.loads(row["error"]) if row["error"] else None,
        }

    async def watch(self, owner: str, job: str, stopping: asyncio.Event) -> AsyncIterator[tuple[str, Any]]:
        """Yield ("job", J), then ("file", F) for each change, last ("done", J); ("ping", None) in pauses.

        Args:
            owner: Whose job.
            job: Its id.
            stopping: Ends the watching when the server stops; the client comes again.
        """
        loop = asyncio.get_running_loop()
        changes: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

        def tell(change: tuple[str, Any]) -> None:
            with suppress(RuntimeError):  # The loop is closed: nobody watches any more.
                loop.call_soon_threadsafe(changes.put_nowait, change)

        with self._lock:
            self._watchers.setdefault(job, []).append(tell)
        try:
            found = await asyncio.to_thread(self.get, owner, job) if self._db.shared else self.get(owner, job)
            yield "job", found
            if not found or found["state"] in ENDED:
                yield "done", found
                return
            looking = asyncio.create_task(self._look(owner, job, found, tell)) if self._db.shared else None
            try:
                while (change := await _next(changes, stopping)) is not None:
                    yield change
                    if change[0] == "done":
                        return
            finally:
                if looking:
                    looking.cancel()
        finally:
            with self._lock:
                self._watchers[job].remove(tell)
                if not self._watchers[job]:
                    del self._watchers[job]

    async def _look(self, owner: str, job: str, seen: dict[str, Any], tell: Callable[[tuple[str, Any]], None]) -> None:
        """Tell what has changed in a job that any server may run, until it ends."""
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            try:
                found = await asyncio.to_thread(self.get, owner, job)
            except LibraryError:  # the database is away for a moment: the next look tells
                continue
            for before, file in zip(seen["files"], found["files"] if found else (), strict=False):
                if file != before:
                    tell(("file", file))
            if not found or found["state"] in ENDED:
                tell(("done", found))
                return
            seen = found

    def _tell(self, job: str, change: tuple[str, Any]) -> None:
        if self._db.shared:
            return  # who watches looks, for another server may run it
        with self._lock:
            for tell in self._watchers.get(job, ()):
                tell(change)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._more.clear()
            try:
                worked = self._run_next()
            except LibraryError as error:  # what keeps the jobs is away, or full: later
                logger.warning("ingest jobs", extra={"event": "jobs_failed", "type": type(error).__name__})
                self._stopping.wait(LOOKS_EVERY)
                continue
            if not worked:
                self._more.wait(LOOKS_EVERY if self._db.shared else None)

    def _run_next(self) -> bool:
        """Run the oldest job that is open and nobody else's; return whether there was one."""
        query = "SELECT id FROM jobs WHERE finished IS NULL ORDER BY number"
        if self._db.shared:
            # What was brought along from a file is anybody's.
            query = query.replace("WHERE", "LEFT JOIN takers ON job = id WHERE (place IS NULL OR place = ?) AND")
        for row in self._db.rows(query, *((self._place,) if self._db.shared else ())):
            if give_back := self._db.take(f"job {row['id']}"):
                try:
                    if self._begin(row["id"]):
                        self._run(row["id"])
                        return True
                finally:
                    give_back()
        return False

    def _begin(self, job: str) -> bool:
        """Note that a job is this server's now; return False where it has ended meanwhile."""
        with self._db.transaction():
            if not self._db.run("UPDATE jobs SET state = 'running' WHERE id = ? AND finished IS NULL", job):
                return False
            if self._db.shared:
                self._db.run(
                    "INSERT INTO takers VALUES (?, ?, ?) ON CONFLICT (job) DO UPDATE SET taker = excluded.taker",
                    *(job, self._place, self._taker),
                )
            self._db.run("UPDATE job_files SET state = 'waiting' WHERE job = ? AND state = 'loading'", job)
        return True

    def _run(self, job: str) -> None:
        row = self._db.row("SELECT * FROM jobs WHERE id = ?", job)
        if not row:
            return
        waiting = self._db.rows("SELECT * FROM job_files WHERE job = ? AND state = 'waiting' ORDER BY position", job)
        files = [Incoming(Path(file["path"]), file["name"]) for file in waiting]
        positions = {file["path"]: file["position"] for file in waiting}

        def on_file(path: Path, state: FileState, *, document: str | None = None, message: str = "") -> None:
            self._note(job, positions[str(path)], state, document, message)

        error: dict[str, Any] | None = None
        try:
            if files:
                again = row["kind"] == "reingest"
                self._ingest(files, row["collection"], on_file, again=again, stop=self._stopping)
        except LibraryUnreachable:
            raise  # neither its files' fault nor for long: the job stays open
        except Exception as failure:
            # The thread's own edge: a job that fails must not end the thread that runs the next one.
            error = _error_object(failure, job)
        if self._mine(job) and (not self._stopping.is_set() or not self._left(job)):
            if not error:
                failed = self._db.rows("SELECT path FROM job_files WHERE job = ? AND state = 'failed'", job)
                self._unread(row["collection"], [file["path"] for file in failed if file["path"]], row["created"])
            self._finish(job, row["owner"], error)

    def _mine(self, job: str) -> bool:
        """Tell whether a job is still this server's: whoever was cut off from the database may have lost it."""
        row = self._db.row("SELECT taker FROM takers WHERE job = ?", job) if self._db.shared else None
        return not self._db.shared or bool(row and row["taker"] == self._taker)

    def _left(self, job: str) -> Sequence[Any]:
        return self._db.rows("SELECT position FROM job_files WHERE job = ? AND state IN ('waiting', 'loading')", job)

    def _note(self, job: str, position: int, state: FileState, document: str | None, message: str) -> None:
        if not self._mine(job):
            return
        self._db.run(
            "UPDATE job_files SET state = ?, document = ?, message = ? WHERE job = ? AND position = ?",
            *(state, document, message, job, position),
        )
        if state not in OPEN:
            self._metrics.uploaded.labels(state).inc()
        row = self._db.row("SELECT * FROM job_files WHERE job = ? AND position = ?", job, position)
        if row:
            self._tell(job, ("file", _file_object(row)))

    def _finish(self, job: str, owner: str, error: dict[str, Any] | None) -> None:
        message = error["message"] if error else "It was not read."
        for row in self._left(job):
            self._note(job, row["position"], "failed", None, message)
        state = "failed" if error else "done"
        if not self._db.run(
            "UPDATE jobs SET state = ?, finished = ?, error = ? WHERE id = ? AND state = 'running'",
            *(state, now(), json.dumps(error) if error else None, job),
        ):
            return
        found = self.get(owner, job)
        logger.info(
            "ingest job",
            extra={"event": "job", "job": job, "state": state, "files": len(found["files"]) if found else 0},
        )
        files = self._db.rows("SELECT state, document FROM job_files WHERE job = ?", job)
        documents = [file["document"] for file in files if file["document"] and file["state"] in ("added", "changed")]
        self._ended(owner, job, documents, sum(file["state"] == "failed" for file in files))
        self._tell(job, ("done", found))


async def _next(changes: asyncio.Queue[tuple[str, Any]], stopping: asyncio.Event) -> tuple[str, Any] | None:
    """Return the next change, ("ping", None) when there is none for long, or None when the server stops."""
    change, stop = asyncio.ensure_future(changes.get()), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((change, stop), timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if change.done():
            return change.result()
        return None if stop.done() else ("ping", None)
    finally:
        change.cancel()
        stop.cancel()


def _file_object(row: Any) -> dict[str, Any]:
    return {
        "index": row["position"],
        **{key: row[key] for key in ("name", "state", "document", "message")},
    }


def _error_object(error: Exception, job: str) -> dict[str, Any]:
    if isinstance(error, FootnoteError):
        inner = body_of(refusal_of(error), job)["error"]
    else:
        log_internal(error, job)
        inner = body_of(internal_error(), job)["error"]
    assert isinstance(inner, dict)
    return inner
