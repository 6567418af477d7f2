"""What chat surfaces must not forget: which events were taken, which threads are ours, answers, feedback.

One small SQLite file in the library's folder. An event is claimed here before it is acknowledged, so
that one delivered twice, to this process or to another, is answered once; one that was claimed and not
finished when the process died is found again at the next start.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from bot.answer import Answer, Citation, Conflict, Statement, Withheld, words_of
from vectorstore.passage import Passage

FILE_NAME = "chats.sqlite"
KEEP_CLAIMS = 7 * 86_400
KEEP_ANSWERS = 90 * 86_400
"""Seconds that claims and answers without feedback are kept."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, job TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, surface TEXT NOT NULL, payload TEXT NOT NULL,
    owner TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS threads (key TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (reference TEXT PRIMARY KEY, surface TEXT NOT NULL, place TEXT NOT NULL,
    person TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (reference TEXT NOT NULL, person TEXT NOT NULL, thumb TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (reference, person)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claims_at ON claims (at);
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given on a chat surface.

    Attributes:
        reference: The id that its buttons carry.
        place: Where it was given: the key of the thread.
        person: Who asked.
        answer: The answer; passages are kept without their text.
    """

    reference: str
    place: str
    person: str
    answer: Answer


class ChatStore:
    """The file. Safe for threads and for several processes.

    Args:
        path: The SQLite file; it is created with its folder.
        clock: Returns seconds since 1970; another one serves tests.
        owner: Name of this process; tests give another one.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, owner: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._lock = threading.Lock()
        self._owner = owner or f"{platform.node()}:{os.getpid()}"
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self.prune()

    def claim(self, keys: Sequence[str], *, surface: str = "", payload: dict[str, Any] | None = None) -> str:
        """Take an event under all of its keys; return the id of the job, or "" if any key was taken before.

        Args:
            keys: Every name that a delivery of the same event may come under.
            surface: "slack" or "discord".
            payload: What is needed to do the work after a restart; without it nothing is kept.
        """
        job = token_hex(8)
        now = self._clock()
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            places = ",".join("?" * len(keys))
            taken = self._db.execute(f"SELECT 1 FROM claims WHERE key IN ({places})", keys).fetchone()
            self._db.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", [(key, job, now) for key in keys])
            if taken:
                return ""
            if payload is not None:
                row = (job, surface, json.dumps(payload), self._owner, now)
                self._db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", row)
        return job

    def unclaim(self, key: str) -> None:
        """Give a claim back: what it stood for did not happen."""
        self._run("DELETE FROM claims WHERE key = ?", key)

    def finish(self, job: str) -> None:
        """Forget a job that is done."""
        self._run("DELETE FROM jobs WHERE id = ?", job)

    def unfinished(self, surface: str, *, seconds: float) -> list[tuple[str, dict[str, Any]]]:
        """Return jobs (id, payload) that a process now dead began at most `seconds` ago; they are ours now.

        Older ones are dropped.
        """
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            oldest = self._clock() - seconds
            self._db.execute("DELETE FROM jobs WHERE surface = ? AND at < ?", (surface, oldest))
            query = "SELECT id, payload, owner FROM jobs WHERE surface = ? ORDER BY at"
            rows = [row for row in self._db.execute(query, (surface,)).fetchall() if not self._lives(row[2])]
            self._db.executemany("UPDATE jobs SET owner = ? WHERE id = ?", [(self._owner, r[0]) for r in rows])
        return [(job, json.loads(payload)) for job, payload, _ in rows]

    def _lives(self, owner: str) -> bool:
        """Whether the process that began a job still runs. One on another machine counts as living."""
        host, _, number = owner.rpartition(":")
        if owner == self._owner or host != platform.node():
            return True
        if os.name == "nt":  # there is no harmless signal to ask with
            return False
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, ValueError):
            return False
        except PermissionError:
            return True
        return True

    def join_thread(self, key: str) -> None:
        """Remember that we answered in a thread."""
        self._run("INSERT OR REPLACE INTO threads VALUES (?, ?)", key, self._clock())

    def leave_thread(self, key: str) -> None:
        """Forget a thread: what is said there next is for us only with a mention."""
        self._run("DELETE FROM threads WHERE key = ?", key)

    def in_thread(self, key: str) -> bool:
        """Whether we answered in a thread before."""
        return bool(self._rows("SELECT 1 FROM threads WHERE key = ?", key))

    def keep(self, reference: str, *, surface: str, place: str, person: str, answer: Answer) -> None:
        """Keep an answer, for its buttons and for feedback."""
        row = (reference, surface, place, person, answer.question, json.dumps(_slim(answer)), self._clock())
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", *row)

    def kept(self, reference: str) -> Kept | None:
        """Return the answer of a reference, or None if it is not kept any more."""
        rows = self._rows("SELECT place, person, answer FROM answers WHERE reference = ?", reference)
        return Kept(reference, rows[0][0], rows[0][1], _answer(json.loads(rows[0][2]))) if rows else None

    def conversation(self, place: str, *, limit: int = 10) -> list[Answer]:
        """Return the latest answers of a thread, oldest first."""
        rows = self._rows("SELECT answer FROM answers WHERE place = ? ORDER BY at DESC LIMIT ?", place, limit)
        return [_answer(json.loads(row[0])) for row in reversed(rows)]

    def rate(self, reference: str, *, person: str, thumb: str) -> bool:
        """Store a person's thumb, "up" or "down", in place of an earlier one. False for an unknown answer."""
        if not self._rows("SELECT 1 FROM answers WHERE reference = ?", reference):
            return False
        self._run("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", reference, person, thumb, self._clock())
        return True

    def ratings(self) -> list[dict[str, Any]]:
        """Return all feedback with question, answer and passages, oldest first."""
        rows = self._rows(
            "SELECT f.thumb, f.person, f.at, a.surface, a.reference, a.question, a.answer FROM feedback f "
            "JOIN answers a USING (reference) ORDER BY f.at"
        )
        names = ("thumb", "person", "at", "surface", "reference", "question")
        return [{**dict(zip(names, row, strict=False)), "answer": json.loads(row[6])} for row in rows]

    def mark(self, name: str, value: str | None = None) -> str:
        """Return the value kept under a name, "" if there is none; with `value`, keep that."""
        if value is not None:
            self._run("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", name, value, self._clock())
            return value
        rows = self._rows("SELECT value FROM marks WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def prune(self) -> None:
        """Drop claims after a week, and answers without feedback after ninety days."""
        now = self._clock()
        self._run("DELETE FROM claims WHERE at < ?", now - KEEP_CLAIMS)
        self._run("DELETE FROM threads WHERE at < ?", now - KEEP_ANSWERS)
        self._run("DELETE FROM marks WHERE at < ? AND name LIKE '%:message:%'", now - KEEP_ANSWERS)
        self._run(
            "DELETE FROM answers WHERE at < ? AND reference NOT IN (SELECT reference FROM feedback)",
            now - KEEP_ANSWERS,
        )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _run(self, sql: str, *values: object) -> None:
        with self._lock:
            self._db.execute(sql, values)

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def _slim(answer: Answer) -> dict[str, Any]:
    """Return what is kept of an answer: passages and withheld sentences without their text."""
    names = ("document", "start", "end", "score")
    return {
        **{name: value for name, value in asdict(answer).items() if name not in ("timings", "usage")},
        "passages": [{name: getattr(p, name) for name in names} for p in answer.passages],
        "withheld": [withheld.reason for withheld in answer.withheld],
    }


def _answer(data: dict[str, Any]) -> Answer:
    """Return the answer that `_slim` wrote; its passages have places and no text."""
    parts = ("passages", "statements", "citations", "conflicts", "withheld")
    plain = {name: value for name, value in data.items() if name not in parts}
    return Answer(
        **plain,
        statements=tuple(
            Statement(**{**s, "citations": tuple(s["citations"]), "answer": words_of(s.get("answer"))})
            for s in data["statements"]
        ),
        citations=tuple(Citation(**c) for c in data["citations"]),
        passages=tuple(
            Passage(p["document"], "", "", p["start"], p["end"], "", p["score"], rank)
            for rank, p in enumerate(data["passages"], start=1)
        ),
        withheld=tuple(Withheld("", reason) for reason in data["withheld"]),
        conflicts=tuple(Conflict(c["kind"], tuple(c["values"]), tuple(c["statements"])) for c in data["conflicts"]),
    )
