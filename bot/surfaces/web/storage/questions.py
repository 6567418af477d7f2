"""What the desk is made from: the questions that the documents don't answer, kept only where an owner wants it.

Of a question that is answered no word is kept, only that there was one, and which documents its footnotes stood in.
Days are kept, no times. Everything ends after the number of days that the settings say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.desk.gaps import Unanswered
from bot.kept.database import Database
from bot.settings.settings import Settings
from bot.surfaces.web.storage.database import new_id, now

_FOLLOWS = re.compile(r" \(after: (?P<after>.*)\)$", re.DOTALL)
"""How an answer tells what a follow-up was searched with."""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many questions were answered and were not, since the first day that is kept ("" for none)."""

    answered: int
    unanswered: int
    since: str


class QuestionLog:
    """The log of one library.

    Args:
        database: Where it is kept.
        settings: Whether it is kept, with names or without, and for how long.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._db = database
        self._settings = settings
        self._tidied = ""

    def note(self, owner: str, answer: Mapping[str, Any]) -> None:
        """Keep what is wanted of an answer object; nothing where the log is off, or nothing was searched.

        Args:
            owner: Who asked; kept only where the settings say so.
            answer: As the API sends it.
        """
        if not self._settings.question_log or not (answer["abstained"] or answer["statements"]):
            return
        self.tidy()
        day = _today()
        with self._db.transaction():
            self._db.run("INSERT INTO asked VALUES (?, 0, 0) ON CONFLICT DO NOTHING", day)
            if answer["abstained"]:
                question, after = _asked(answer)
                name = owner if self._settings.question_log_names else ""
                self._db.run("UPDATE asked SET unanswered = unanswered + 1 WHERE day = ?", day)
                self._db.run(
                    "INSERT INTO unanswered (id, question, after, owner, day) VALUES (?, ?, ?, ?, ?)",
                    *(new_id("qst"), question, after, name, day),
                )
                return
            self._db.run("UPDATE asked SET answered = answered + 1 WHERE day = ?", day)
            for document in sorted(
                {citation["document"] for citation in answer["citations"]}
            ):  # two never wait crosswise
                self._db.run(
                    "INSERT INTO cited VALUES (?, ?, 1) "
                    "ON CONFLICT (document, day) DO UPDATE SET times = cited.times + 1",
                    *(document, day),
                )

    def tidy(self) -> None:
        """Delete what is over its time; once a day is enough."""
        if self._tidied == _today():
            return
        last = now(days=-self._settings.question_log_days)[:10]
        with self._db.transaction():
            for table in ("asked", "cited", "unanswered"):
                self._db.run(f"DELETE FROM {table} WHERE day < ?", last)
        self._tidied = _today()

    def unanswered(self, *, owner: str | None = None, ids: Sequence[str] | None = None) -> list[Unanswered]:
        """Return the questions that are still open, oldest first.

        Args:
            owner: Asked by this one only; None for everybody.
            ids: Only these; None for all.
        """
        self.tidy()
        rows = self._db.rows(
            "SELECT id, question, after, day, owner AS name FROM unanswered WHERE settled IS NULL "
            "AND (CAST(? AS TEXT) IS NULL OR owner = ?) ORDER BY number",
            *(owner, owner),
        )
        wanted = None if ids is None else set(ids)
        return [Unanswered(**dict(row)) for row in rows if wanted is None or row["id"] in wanted]

    def settle(self, ids: Sequence[str]) -> None:
        """Note that questions are answered now: they are no gap any more."""
        with self._db.transaction():
            for id in ids:
                self._db.run("UPDATE unanswered SET settled = ? WHERE id = ?", _today(), id)

    def forget(self, ids: Sequence[str] | None = None) -> int:
        """Delete questions, or everything that is kept; return how many questions there were."""
        with self._db.transaction():
            if ids is not None:
                return sum(self._db.run("DELETE FROM unanswered WHERE id = ?", id) for id in ids)
            self._db.run("DELETE FROM asked")
            self._db.run("DELETE FROM cited")
            return self._db.run("DELETE FROM unanswered")

    def totals(self) -> Totals:
        """Return how many questions were answered and were not."""
        self.tidy()
        row = self._db.row("SELECT sum(answered) AS a, sum(unanswered) AS u, min(day) AS since FROM asked")
        assert row is not None
        return Totals(row["a"] or 0, row["u"] or 0, row["since"] or "")

    def cited(self) -> dict[str, int]:
        """Return in how many answers each document was cited, by its id."""
        rows = self._db.rows("SELECT document, sum(times) AS times FROM cited GROUP BY document")
        return {row["document"]: row["times"] for row in rows}


def _asked(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return the question, and what it leaned on; where a chat model made it whole, the whole one."""
    searched = answer["searched_for"]
    if follows := _FOLLOWS.search(searched):
        return answer["question"], follows["after"]
    return searched or answer["question"], ""


def _today() -> str:
    return now()[:10]
