"""model.db: the SQLite file beside the catalog that keeps the day's tokens, and replies of the chat model.

A reply is kept under the digest of all that the model was told, passages and question word for word, so that only the
very same prompt to the same model finds it again; what it says is checked anew each time. A file of its own: nothing
in it is needed, and `footnote compact` empties it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import ModelError
from bot.models.usage import Usage
from vectorstore.errors import LibraryBusy

if TYPE_CHECKING:
    from bot.models.chat_model import Message

FILE_NAME = "model.db"
MOST_REPLIES = 1_000
"""Replies that are kept; beyond, those go first that were longest not asked for. A reply has about a kilobyte."""
REPLY_DAYS = 30
"""Days after which a reply goes: as long as the bin keeps a removed document."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    day TEXT NOT NULL, model TEXT NOT NULL, read INTEGER NOT NULL, written INTEGER NOT NULL, cached INTEGER NOT NULL,
    calls INTEGER NOT NULL, kept INTEGER NOT NULL, PRIMARY KEY (day, model)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reserved (number INTEGER PRIMARY KEY, day TEXT NOT NULL, tokens INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replies (
    digest TEXT PRIMARY KEY, reply TEXT NOT NULL, written TEXT NOT NULL, asked TEXT NOT NULL) WITHOUT ROWID;
"""
_PATIENCE = 5.0
"""Seconds that one writer waits for another."""


def today() -> str:
    """Return the day, in UTC, that tokens are counted under."""
    return datetime.now(UTC).date().isoformat()


def digest(model: str, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
    """Return what a reply is kept under: the sha256 of the model and of all that it is told."""
    told = json.dumps([model, [list(message) for message in messages], schema], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class Ledger:
    """The model.db of one library. Safe in many threads and processes; made at the first thing that it keeps.

    Args:
        folder: Folder of the library.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def used(self, day: str = "") -> Usage:
        """Return what was used on a day, of all models; "" for today. Nothing where nothing can be read."""
        if not self.path.is_file():
            return Usage()
        try:
            with self._open() as connection:
                row = connection.execute(
                    "SELECT total(read), total(written), total(cached), total(calls), total(kept) FROM tokens "
                    "WHERE day = ?",
                    (day or today(),),
                ).fetchone()
        except (sqlite3.Error, OSError):
            return Usage()
        read, written, cached, calls, kept = (int(number) for number in row)
        return Usage(read, written, cached, calls, kept)

    def reserve(self, tokens: int, budget: int) -> int:
        """Set tokens aside out of today's budget until `count` says how many there were.

        Set aside first, so that many questions at once, and a process that is killed, never use more than is left.

        Args:
            tokens: As many as a call may take.
            budget: Tokens a day.

        Returns:
            The number of the reservation; 0 where so many are not left.

        Raises:
            ModelError: The file cannot be written: then nothing may be spent.
        """
        try:
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE")
                spent = connection.execute(
                    "SELECT (SELECT total(read) + total(written) FROM tokens WHERE day = :day) "
                    "+ (SELECT total(tokens) FROM reserved WHERE day = :day)",
                    {"day": today()},
                ).fetchone()[0]
                number = 0
                if spent + tokens <= budget:
                    row = connection.execute("INSERT INTO reserved (day, tokens) VALUES (?, ?)", (today(), tokens))
                    number = int(row.lastrowid or 0)
                connection.execute("DELETE FROM reserved WHERE day < ?", (today(),))
                connection.execute("COMMIT")
                return number
        except (sqlite3.Error, OSError) as error:
            raise ModelError(
                f"The day's tokens cannot be counted: {self.path.name} in the library cannot be written.",
                remedy="Check the rights of the library's folder, or set no budget (FOOTNOTE_MODEL_DAILY_TOKENS=0).",
            ) from error

    def count(self, model: str, usage: Usage, *, reservation: int = 0) -> None:
        """Add what was used to today's count; its reservation, if there was one, ends."""
        try:
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, model) DO UPDATE SET "
                    "read = read + excluded.read, written = written + excluded.written, "
                    "cached = cached + excluded.cached, calls = calls + excluded.calls, kept = kept + excluded.kept",
                    (today(), model, usage.read, usage.written, usage.cached, usage.calls, usage.kept),
                )
                connection.execute("DELETE FROM reserved WHERE number = ?", (reservation,))
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError):  # the answer is worth more than its count; a reservation that stays is safe
            return

    def reply(self, key: str) -> str | None:
        """Return the reply that was kept under a digest, or None."""
        if not self.path.is_file():
            return None
        try:
            with self._open() as connection:
                found = connection.execute(
                    "UPDATE replies SET asked = ? WHERE digest = ? AND written > ? RETURNING reply",
                    (moment(), key, moment(-REPLY_DAYS)),
                ).fetchall()
        except (sqlite3.Error, OSError):
            return None
        return str(found[0][0]) if found else None

    def keep(self, key: str, reply: str) -> None:
        """Keep a reply under its digest; the oldest go where there are too many. Failing, nothing is kept."""
        try:
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE")
                now = moment()
                connection.execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", (key, reply, now, now))
                connection.execute("DELETE FROM replies WHERE written <= ?", (moment(-REPLY_DAYS),))
                connection.execute(
                    "DELETE FROM replies WHERE digest IN (SELECT digest FROM replies ORDER BY asked DESC "
                    "LIMIT -1 OFFSET ?)",
                    (MOST_REPLIES,),
                )
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError):
            return

    def forget(self) -> int:
        """Delete all replies, so that nothing of them can be read in the file; return how many there were.

        Raises:
            LibraryBusy: Another process holds the file.
        """
        if not self.path.is_file():
            return 0
        try:
            with self._open() as connection:
                count = connection.execute("DELETE FROM replies").rowcount
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return int(count)
        except sqlite3.OperationalError as error:
            raise LibraryBusy(f"{self.path.name} is in use by another process.", remedy="Try again soon.") from error
        except sqlite3.DatabaseError:  # it is damaged, nobody needs it, and it may hold words: it goes
            for part in self.path.parent.glob(f"{FILE_NAME}*"):
                part.unlink(missing_ok=True)
            return 0

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one piece of work, which costs a tenth of a millisecond and is safe after a fork."""
        if not self.path.is_file():
            self.path.touch(mode=0o600)  # replies say what documents say
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                connection.execute(f"PRAGMA {pragma}")
            connection.executescript(_SCHEMA)
            yield connection


def moment(days: int = 0) -> str:
    """Return the time in UTC, or that in some days, to the millisecond."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds")
