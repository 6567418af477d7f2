"""What chat surfaces must not forget: which events were taken, which threads are ours, answers, feedback.

The store `chats`: one small SQLite file in the library's folder, or a schema of its database. An event is claimed here
before it is acknowledged, so that one delivered twice, to this process or to another, is answered once; one that was
claimed and not finished when its process died is found again, at the next start or by another process.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Citation, Conflict, Statement, Withheld, words_of
from bot.kept.database import Database, Form
from bot.kept.file import FileDatabase
from bot.kept.open import open_store
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Home

FILE_NAME = "chats.sqlite"
TAKES_OVER = 60.0
"""Seconds between two looks for what another process left, where several share a store."""
KEEP_CLAIMS = 7 * 86_400
KEEP_ANSWERS = 90 * 86_400
"""Seconds that claims and answers without feedback are kept."""

_SCRIPT = """
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
_SHARED = """
CREATE TABLE limits (
    key TEXT PRIMARY KEY, uses DOUBLE PRECISION NOT NULL, at DOUBLE PRECISION NOT NULL) WITHOUT ROWID;
"""
CHATS = Form(
    "chats",
    FILE_NAME,
    (_SCRIPT,),
    shared=_SHARED,
    holds=(
        "What Slack and Discord need is kept in it: answers for their buttons, and feedback.",
        "Restore it from a backup, or move it away.",
    ),
)


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
    """The store. Safe for threads and for several processes.

    Args:
        kept: The SQLite file, which is created with its folder; or the store on a server.
        clock: Returns seconds since 1970; another one serves tests.
        owner: Name of this process; tests give another one.
    """

    def __init__(self, kept: Path | Database, *, clock: Callable[[], float] = time.time, owner: str = "") -> None:
        self._db = FileDatabase(kept, CHATS) if isinstance(kept, Path) else kept
        self._clock = clock
        self._owner = owner or f"{platform.node()}:{os.getpid()}"
        if self._db.shared:
            self._owner = f"{self._owner}:{token_hex(4)}"
            self._living()
        self.prune()

    @property
    def database(self) -> Database:
        """What it is kept in."""
        return self._db

    def _living(self) -> None:
        """Say, for as long as this process runs, that it does."""
        self._db.take(f"process {self._owner}")

    def claim(self, keys: Sequence[str], *, surface: str = "", payload: dict[str, Any] | None = None) -> str:
        """Take an event under all of its keys; return the id of the job, or "" if any key was taken before.

        Args:
            keys: Every name that a delivery of the same event may come under.
            surface: "slack" or "discord".
            payload: What is needed to do the work after a restart; without it nothing is kept.
        """
        job = token_hex(8)
        now = self._clock()
        with self._db.transaction():
            # In order, so that two processes never wait for each other's keys.
            new = [
                self._db.run("INSERT INTO claims VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, job, now)
                for key in sorted(set(keys))
            ]
            if not all(new):
                return ""
            if payload is not None:
                row = (job, surface, json.dumps(payload), self._owner, now)
                self._db.run("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", *row)
        return job

    def unclaim(self, key: str) -> None:
        """Give a claim back: what it stood for did not happen."""
        self._db.run("DELETE FROM claims WHERE key = ?", key)

    def finish(self, job: str) -> None:
        """Forget a job that is done."""
        self._db.run("DELETE FROM jobs WHERE id = ?", job)

    def unfinished(self, surface: str, *, seconds: float) -> list[tuple[str, dict[str, Any]]]:
        """Return jobs (id, payload) that a process now dead began at most `seconds` ago; they are ours now.

        Older ones are dropped.
        """
        if self._db.shared:
            self._living()  # again, where the connection that said so was lost
        with self._db.transaction(alone=f"unfinished {surface}"):
            self._db.run("DELETE FROM jobs WHERE surface = ? AND at < ?", surface, self._clock() - seconds)
            query = "SELECT id, payload, owner FROM jobs WHERE surface = ? ORDER BY at"
            left = [dict(row) for row in self._db.rows(query, surface)]
            living = {owner: self._lives(owner) for owner in {row["owner"] for row in left}}
            left = [row for row in left if not living[row["owner"]]]
            for row in left:
                self._db.run("UPDATE jobs SET owner = ? WHERE id = ?", self._owner, row["id"])
        return [(row["id"], json.loads(row["payload"])) for row in left]

    def _lives(self, owner: str) -> bool:
        """Whether the process that began a job still runs; on this machine, or any where they share the store."""
        if owner == self._owner:
            return True
        if self._db.shared:
            if give_back := self._db.take(f"process {owner}"):
                give_back()
            return give_back is None
        host, _, number = owner.rpartition(":")
        if host != platform.node():
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
        self._db.run(
            "INSERT INTO threads VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at", key, self._clock()
        )

    def leave_thread(self, key: str) -> None:
        """Forget a thread: what is said there next is for us only with a mention."""
        self._db.run("DELETE FROM threads WHERE key = ?", key)

    def in_thread(self, key: str) -> bool:
        """Whether we answered in a thread before."""
        return self._db.row("SELECT 1 FROM threads WHERE key = ?", key) is not None

    def keep(self, reference: str, *, surface: str, place: str, person: str, answer: Answer) -> None:
        """Keep an answer, for its buttons and for feedback."""
        row = (reference, surface, place, person, answer.question, json.dumps(_slim(answer)), self._clock())
        with self._db.transaction():
            self._db.run("DELETE FROM answers WHERE reference = ?", reference)
            self._db.run("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", *row)

    def kept(self, reference: str) -> Kept | None:
        """Return the answer of a reference, or None if it is not kept any more."""
        row = self._db.row("SELECT place, person, answer FROM answers WHERE reference = ?", reference)
        return Kept(reference, row["place"], row["person"], _answer(json.loads(row["answer"]))) if row else None

    def conversation(self, place: str, *, limit: int = 10) -> list[Answer]:
        """Return the latest answers of a thread, oldest first."""
        rows = self._db.rows("SELECT answer FROM answers WHERE place = ? ORDER BY at DESC LIMIT ?", place, limit)
        return [_answer(json.loads(row["answer"])) for row in reversed(rows)]

    def rate(self, reference: str, *, person: str, thumb: str) -> bool:
        """Store a person's thumb, "up" or "down", in place of an earlier one. False for an unknown answer."""
        if not self._db.row("SELECT 1 FROM answers WHERE reference = ?", reference):
            return False
        self._db.run(
            "INSERT INTO feedback VALUES (?, ?, ?, ?) "
            "ON CONFLICT (reference, person) DO UPDATE SET thumb = excluded.thumb, at = excluded.at",
            *(reference, person, thumb, self._clock()),
        )
        return True

    def ratings(self) -> list[dict[str, Any]]:
        """Return all feedback with question, answer and passages, oldest first."""
        rows = self._db.rows(
            "SELECT f.thumb, f.person, f.at, a.surface, a.reference, a.question, a.answer FROM feedback f "
            "JOIN answers a ON a.reference = f.reference ORDER BY f.at"
        )
        return [{**dict(row), "answer": json.loads(row["answer"])} for row in rows]

    def mark(self, name: str, value: str | None = None) -> str:
        """Return the value kept under a name, "" if there is none; with `value`, keep that."""
        if value is not None:
            self._db.run(
                "INSERT INTO marks VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
                *(name, value, self._clock()),
            )
            return value
        row = self._db.row("SELECT value FROM marks WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def prune(self) -> None:
        """Drop claims after a week, and answers without feedback after ninety days."""
        now = self._clock()
        self._db.run("DELETE FROM claims WHERE at < ?", now - KEEP_CLAIMS)
        self._db.run("DELETE FROM threads WHERE at < ?", now - KEEP_ANSWERS)
        self._db.run("DELETE FROM marks WHERE at < ? AND name LIKE '%:message:%'", now - KEEP_ANSWERS)
        self._db.run(
            "DELETE FROM answers WHERE at < ? AND reference NOT IN (SELECT reference FROM feedback)",
            now - KEEP_ANSWERS,
        )

    def close(self) -> None:
        """Close it."""
        self._db.close()


def open_chats(library: str | os.PathLike[str] | Home) -> ChatStore:
    """Open the store of a library: its folder, its address, or its home; see `open_store`."""
    return ChatStore(open_store(library, CHATS))


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
