"""Conversations, turns and feedback: each belonging to the one who wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.kept.database import ALL, Database
from bot.surfaces.web.objects import collections_of, documents_of
from bot.surfaces.web.storage.database import new_id, now

TITLE_LENGTH = 80
"""Longest title that is made of a first question, in characters."""

Kept = dict[str, Any]
_LISTED = ("id", "title", "created", "updated", "turns")


@dataclass(frozen=True, slots=True)
class Listed:
    """Ids of the documents that have a list of readers, as somebody finds them.

    Attributes:
        open: Whose list names that person.
        closed: Whose list does not.
    """

    open: tuple[str, ...]
    closed: tuple[str, ...]


def out_of_reach(answer: Mapping[str, Any], collections: tuple[str, ...] | None, listed: Listed | None) -> bool:
    """Tell whether a kept answer shows something that is out of reach: what `Services.shows` says of it."""
    if collections is not None and not collections_of(answer) <= {*collections}:
        return True
    if listed is None:
        return False
    return not {*answer.get("restricted", ())} <= {*listed.open} or not documents_of(answer).isdisjoint(listed.closed)


def folded(*texts: str) -> str:
    """Return texts in the form in which they are searched, whatever their case."""
    return "\n".join(texts).casefold()


def title_of(question: str) -> str:
    """Return the title of a conversation that begins with this question: cut at a blank where it is long."""
    line = " ".join(question.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    at_word, _, _ = cut.rpartition(" ")
    return f"{at_word if len(at_word) > TITLE_LENGTH // 2 else cut}…"


class ConversationStore:
    """Conversations and feedback. `owner` is `Caller.key`: nobody sees what another one keeps."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, owner: str, *, title: str = "") -> Kept:
        """Begin a conversation and return it as listed."""
        conversation, time = new_id("cnv"), now()
        self._db.run(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)",
            conversation,
            owner,
            title,
            folded(title),
            time,
            time,
        )
        return {"id": conversation, "title": title, "created": time, "updated": time, "turns": 0}

    def conversations(
        self,
        owner: str,
        *,
        query: str = "",
        collections: tuple[str, ...] | None = None,
        listed: Listed | None = None,
        limit: int = 50,
        cursor: tuple[str, str] | None = None,
    ) -> list[Kept]:
        """Return conversations, newest change first.

        Args:
            owner: Whose.
            query: Must stand in the title, a question or an answer, whatever its case.
            collections: Only in answers that show nothing of others; None for all.
            listed: Only in answers that show nothing of documents that are closed; None for all.
            limit: Most to return.
            cursor: (updated, id) of the last one that was returned before.
        """
        words = folded(query)
        held = bool(words) and (collections is not None or listed is not None)
        found: list[Kept] = []
        while rows := self._page(owner, words, limit, cursor):
            cursor = (rows[-1]["updated"], rows[-1]["id"])
            found += [row for row in rows if not held or self._says(row, words, collections, listed)]
            if len(rows) < limit or len(found) >= limit:
                break
        return [{key: row[key] for key in _LISTED} for row in found[:limit]]

    def _page(self, owner: str, words: str, limit: int, cursor: tuple[str, str] | None) -> list[Kept]:
        """Return the next conversations in which some words stand, "" in all."""
        updated, last = cursor or ("~", "~")
        rows = self._db.rows(
            "SELECT id, title, folded, created, updated, "
            "(SELECT count(*) FROM turns WHERE conversation = c.id) AS turns FROM conversations c "
            "WHERE owner = ? AND (updated, id) < (?, ?) "
            "AND (CAST(? AS TEXT) = '' OR replace(folded, ?, '') <> folded OR EXISTS "
            "(SELECT 1 FROM turns t WHERE conversation = c.id AND replace(t.folded, ?, '') <> t.folded)) "
            "ORDER BY updated DESC, id DESC LIMIT ?",
            *(owner, updated, last, words, words, words, limit),
        )
        return [dict(row) for row in rows]

    def _says(self, row: Kept, words: str, collections: tuple[str, ...] | None, listed: Listed | None) -> bool:
        """Tell whether words stand in a title, a question, or an answer that shows nothing out of reach."""
        if words in row["folded"]:
            return True
        query = "SELECT question, answer FROM turns WHERE conversation = ? AND replace(folded, ?, '') <> folded"
        return any(
            words in folded(turn["question"]) or not out_of_reach(json.loads(turn["answer"]), collections, listed)
            for turn in self._db.rows(query, row["id"], words)
        )

    def get(self, owner: str, conversation: str) -> Kept | None:
        """Return a conversation as listed, or None."""
        row = self._db.row(
            "SELECT id, title, created, updated, "
            "(SELECT count(*) FROM turns WHERE conversation = c.id) AS turns FROM conversations c "
            "WHERE owner = ? AND id = ?",
            *(owner, conversation),
        )
        return dict(row) if row else None

    def rename(self, owner: str, conversation: str, title: str) -> Kept | None:
        """Give a conversation another title; return it, or None."""
        self._db.run(
            "UPDATE conversations SET title = ?, folded = ? WHERE owner = ? AND id = ?",
            *(title, folded(title), owner, conversation),
        )
        return self.get(owner, conversation)

    def delete(self, owner: str, conversation: str) -> bool:
        """Delete a conversation with its turns; return whether there was one."""
        return self._db.run("DELETE FROM conversations WHERE owner = ? AND id = ?", owner, conversation) > 0

    def add_turn(self, owner: str, answer: Mapping[str, Any], *, begin: bool) -> bool:
        """Keep a question with its answer.

        Args:
            owner: Whose conversation it is.
            answer: The answer object of the API; its `conversation` is where it goes.
            begin: Whether the conversation begins with it.

        Returns:
            False when the conversation is not there any more: nothing is kept then.
        """
        conversation, question, time = answer["conversation"], answer["question"], now()
        title = title_of(question)
        with self._db.transaction():
            if begin:
                self._db.run(
                    "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)",
                    *(conversation, owner, title, folded(title), time, time),
                )
            elif not self._db.run(
                "UPDATE conversations SET updated = ?, title = CASE title WHEN '' THEN ? ELSE title END, "
                "folded = CASE title WHEN '' THEN ? ELSE folded END WHERE owner = ? AND id = ?",
                *(time, title, folded(title), owner, conversation),
            ):
                return False
            self._db.run(
                "INSERT INTO turns (id, conversation, question, answer, folded, created) VALUES (?, ?, ?, ?, ?, ?)",
                *(answer["id"], conversation, question, json.dumps(answer), folded(question, answer["text"])),
                answer["created"],
            )
        return True

    def turns(self, owner: str, conversation: str, *, last: int = 0) -> list[Kept]:
        """Return the turns of a conversation in order, each with `id`, `question`, `created`, `answer`.

        Args:
            owner: Whose.
            conversation: Its id.
            last: Only so many of the latest; 0 for all.
        """
        rows = self._db.rows(
            "SELECT * FROM (SELECT t.number, t.id, t.question, t.created, t.answer FROM turns t "
            "JOIN conversations c ON c.id = t.conversation WHERE c.owner = ? AND c.id = ? "
            "ORDER BY t.number DESC LIMIT ?) AS latest ORDER BY number",
            *(owner, conversation, last or ALL),
        )
        return [
            {**{key: row[key] for key in ("id", "question", "created")}, "answer": json.loads(row["answer"])}
            for row in rows
        ]

    def answer(self, owner: str, answer: str) -> Kept | None:
        """Return a kept answer of `owner` by its id, or None."""
        row = self._db.row(
            "SELECT t.answer FROM turns t JOIN conversations c ON c.id = t.conversation WHERE c.owner = ? AND t.id = ?",
            *(owner, answer),
        )
        return json.loads(row["answer"]) if row else None

    def add_feedback(self, owner: str, answer: Mapping[str, Any], *, thumb: str, comment: str) -> Kept:
        """Keep a thumb and a word with the question, the answer and its passages; replaces an earlier one."""
        feedback, time = new_id("fbk"), now()
        with self._db.transaction(alone=f"feedback {answer['id']}"):
            self._db.run("DELETE FROM feedback WHERE owner = ? AND answer_id = ?", owner, answer["id"])
            self._db.run(
                "INSERT INTO feedback (id, owner, answer_id, thumb, comment, question, answer, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(feedback, owner, answer["id"], thumb, comment, answer["question"], json.dumps(answer), time),
            )
        return {"id": feedback, "answer": answer["id"], "thumb": thumb, "comment": comment, "created": time}

    def feedback_of(self, owner: str, conversation: str) -> dict[str, Kept]:
        """Return the feedback on a conversation's answers by the answer's id."""
        rows = self._db.rows(
            "SELECT f.id, f.answer_id AS answer, f.thumb, f.comment, f.created FROM feedback f "
            "JOIN turns t ON t.id = f.answer_id WHERE f.owner = ? AND t.conversation = ?",
            *(owner, conversation),
        )
        return {row["answer"]: dict(row) for row in rows}

    def delete_feedback(self, owner: str, feedback: str) -> bool:
        """Delete one's own feedback; return whether there was one."""
        return self._db.run("DELETE FROM feedback WHERE owner = ? AND id = ?", owner, feedback) > 0

    def feedback(
        self, *, owner: str | None = None, limit: int = ALL, before: int | None = None, thumb: str = ""
    ) -> list[Kept]:
        """Return feedback, newest first, with `number`, `name` and the whole `kept` answer.

        Args:
            owner: Whose; None for everybody's.
            limit: Most to return.
            before: Only those with a smaller number.
            thumb: "up" or "down" only; "" for both.
        """
        rows = self._db.rows(
            "SELECT number, id, owner AS name, answer_id AS answer, thumb, comment, question, created, "
            "answer AS kept FROM feedback WHERE (CAST(? AS TEXT) IS NULL OR owner = ?) AND number < ? "
            "AND (CAST(? AS TEXT) = '' OR thumb = ?) ORDER BY number DESC LIMIT ?",
            *(owner, owner, ALL if before is None else before, thumb, thumb, limit),
        )
        return [{**dict(row), "kept": json.loads(row["kept"])} for row in rows]
