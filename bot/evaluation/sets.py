"""Question sets: folders with documents.jsonl and questions.jsonl, as `../shared/eval` holds them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import SettingError
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter

BATCH = 32
_KNOWN = frozenset({"id", "question", "answers", "references", "answerable"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set.

    Attributes:
        id: Its id in the set.
        text: The question.
        answers: Accepted answers, or empty.
        references: Spans that hold the answer: {"doc_id", "start", "end", "text"}.
        answerable: Whether the documents hold an answer.
        extra: Everything else that the set says of it.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    references: tuple[dict[str, Any], ...]
    answerable: bool
    extra: dict[str, Any] = field(default_factory=dict)


def shared_folder() -> Path | None:
    """Return the folder of public sets: FOOTNOTE_SHARED, or `shared` beside the repository; None where absent."""
    chosen = os.environ.get("FOOTNOTE_SHARED")
    folder = Path(chosen) if chosen else Path(__file__).resolve().parents[3] / "shared"
    return folder if (folder / "eval").is_dir() else None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of one JSON object a line.

    Raises:
        SettingError: The file cannot be read, or a line is no JSON object; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise _no_object(path, number)
                yield row
    except json.JSONDecodeError as error:
        raise _no_object(path, number) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingError(f"{path} cannot be read: {reason}.") from error


def _no_object(path: Path, number: int) -> SettingError:
    return SettingError(
        f"Line {number} of {path} is not a JSON object.",
        remedy="Question sets and run files hold one JSON object a line.",
    )


def read_questions(set_dir: Path) -> list[Question]:
    """Return the questions of a set.

    Raises:
        SettingError: A line lacks id, question or answerable.
    """
    path = set_dir / "questions.jsonl"
    return [question_from_row(row, where=f"Question {number} of {path}") for number, row in enumerate(rows(path), 1)]


def question_from_row(row: dict[str, Any], *, where: str) -> Question:
    """Return a question from a line of a set, or from a line of a run file, which holds the same.

    Raises:
        SettingError: Something is missing; the message begins with `where`.
    """
    missing = [name for name in ("id", "question", "answerable") if name not in row]
    if missing:
        raise SettingError(
            f"{where} has no {missing[0]!r}.",
            remedy="A question has id, question, answerable and, where there are any, answers and references.",
        )
    return Question(
        id=row["id"],
        text=row["question"],
        answers=tuple(row.get("answers") or ()),
        references=tuple(row.get("references") or ()),
        answerable=bool(row["answerable"]),
        extra={key: value for key, value in row.items() if key not in _KNOWN},
    )


def document_id(doc_id: str) -> str:
    """Return the id in the library of a document of a set."""
    return hashlib.sha256(doc_id.encode()).hexdigest()[:16]


def read_documents(set_dir: Path) -> Iterator[Document]:
    """Yield the documents of a set; `source` is their id in the set."""
    for row in rows(set_dir / "documents.jsonl"):
        yield Document(
            id=document_id(row["id"]),
            source=row["id"],
            title=row.get("title") or row["id"],
            media_type="text/plain",
            text=row["text"],
            sha256=hashlib.sha256(row["text"].encode()).hexdigest(),
        )


def build_library(set_dir: Path, folder: Path, *, model: str | None = None) -> Library:
    """Return a library with the documents of a set, adding those that are missing."""
    library = Library.open(folder, model=model, create=True)
    have = {info.source for info in library.documents()}
    batch = []
    for document in read_documents(set_dir):
        if document.source in have:
            continue
        encoder = library.encoder
        chunks = split(document.text, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        batch.append((document, chunks))
        if len(batch) == BATCH:
            library.add(batch)
            batch = []
    if batch:
        library.add(batch)
    return library


def absent_filter(question: Question) -> Filter:
    """Return the filter that leaves out every document that holds the question's answer."""
    holding = {reference["doc_id"] for reference in question.references}
    return Filter(without_documents=tuple(sorted(document_id(doc_id) for doc_id in holding)))
