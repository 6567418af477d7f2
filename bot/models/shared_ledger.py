"""The ledger of a library in PostgreSQL: budgets and kept replies of all who ask it, on whatever machine."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.kept.database import Database, Form
from bot.kept.open import home, open_store
from bot.models.ledger import FILE_NAME, MOST_REPLIES, REPLY_DAYS, Ledger, moment, today
from bot.models.usage import Usage
from vectorstore.errors import LibraryError

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Home

MODEL = Form(
    "model",
    FILE_NAME,
    (
        """
CREATE TABLE tokens (
    day TEXT NOT NULL, model TEXT NOT NULL, read INTEGER NOT NULL, written INTEGER NOT NULL, cached INTEGER NOT NULL,
    calls INTEGER NOT NULL, kept INTEGER NOT NULL, PRIMARY KEY (day, model)) WITHOUT ROWID;
CREATE TABLE reserved (number INTEGER PRIMARY KEY, day TEXT NOT NULL, tokens INTEGER NOT NULL);
CREATE TABLE replies (
    digest TEXT PRIMARY KEY, reply TEXT NOT NULL, written TEXT NOT NULL, asked TEXT NOT NULL) WITHOUT ROWID;
""",
    ),
    holds=(
        "The tokens of chat models are counted in it.",
        "Drop the schema: it is made again, and counts from then on.",
    ),
)

_COUNTED = ("read", "written", "cached", "calls", "kept")


class SharedLedger(Ledger):
    """See `Ledger`. Opened at the first thing that is asked of it, for who only reads may not make it.

    Args:
        of: Home of the library.
    """

    def __init__(self, of: Home) -> None:
        super().__init__(of.folder)
        self._home = of
        self._opening = threading.Lock()
        self._kept: Database | None = None

    @property
    def _db(self) -> Database:
        with self._opening:
            if self._kept is None:
                self._kept = open_store(self._home, MODEL, bring=False)
            return self._kept

    def used(self, day: str = "") -> Usage:
        """See `Ledger.used`."""
        columns = ", ".join(
            f"coalesce(sum({name}), 0) AS {name}" for name in ("read", "written", "cached", "calls", "kept")
        )
        try:
            row = self._db.row(f"SELECT {columns} FROM tokens WHERE day = ?", day or today())
        except LibraryError:
            return Usage()
        read, written, cached, calls, kept = (int(row[name]) for name in _COUNTED)
        return Usage(read, written, cached, calls, kept)

    def reserve(self, tokens: int, budget: int) -> int:
        """See `Ledger.reserve`."""
        try:
            with self._db.transaction(alone="reserve"):
                self._db.run("DELETE FROM reserved WHERE day < ?", today())
                row = self._db.row(
                    "SELECT (SELECT coalesce(sum(read + written), 0) FROM tokens WHERE day = ?) "
                    "+ (SELECT coalesce(sum(tokens), 0) FROM reserved WHERE day = ?) AS spent",
                    *(today(), today()),
                )
                if int(row["spent"]) + tokens > budget:
                    return 0
                statement = "INSERT INTO reserved (day, tokens) VALUES (?, ?) RETURNING number"
                return int(self._db.row(statement, today(), tokens)["number"])
        except LibraryError as error:
            raise ModelError(
                f"The day's tokens cannot be counted. {error.message}",
                remedy=error.remedy or "Set no budget (FOOTNOTE_MODEL_DAILY_TOKENS=0).",
            ) from error

    def count(self, model: str, usage: Usage, *, reservation: int = 0) -> None:
        """See `Ledger.count`."""
        more = ", ".join(f"{name} = tokens.{name} + excluded.{name}" for name in _COUNTED)
        try:
            with self._db.transaction():
                self._db.run(
                    f"INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, model) DO UPDATE SET {more}",
                    *(today(), model, *(getattr(usage, name) for name in _COUNTED)),
                )
                self._db.run("DELETE FROM reserved WHERE number = ?", reservation)
        except LibraryError:  # the answer is worth more than its count; a reservation that stays is safe
            return

    def reply(self, key: str) -> str | None:
        """See `Ledger.reply`."""
        try:
            row = self._db.row(
                "UPDATE replies SET asked = ? WHERE digest = ? AND written > ? RETURNING reply",
                *(moment(), key, moment(-REPLY_DAYS)),
            )
        except LibraryError:
            return None
        return str(row["reply"]) if row else None

    def keep(self, key: str, reply: str) -> None:
        """See `Ledger.keep`."""
        try:
            with self._db.transaction(alone="keep"):
                self._db.run("DELETE FROM replies WHERE digest = ? OR written <= ?", key, moment(-REPLY_DAYS))
                self._db.run("INSERT INTO replies VALUES (?, ?, ?, ?)", key, reply, moment(), moment())
                self._db.run(
                    "DELETE FROM replies WHERE digest IN (SELECT digest FROM replies ORDER BY asked DESC OFFSET ?)",
                    MOST_REPLIES,
                )
        except LibraryError:
            return

    def forget(self) -> int:
        """See `Ledger.forget`; the table is written anew, so that nothing of them is left in it."""
        try:
            count = self._db.run("DELETE FROM replies")
        except LibraryError:
            return 0
        self._db.run("VACUUM (FULL) replies")
        return count


def ledger_of(library: str | os.PathLike[str] | Home) -> Ledger:
    """Return the ledger of a library: its folder, its address, or its home."""
    found = home(library)
    return Ledger(found.folder) if found.server is None else SharedLedger(found)
