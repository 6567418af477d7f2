"""Question sets: folders with documents.jsonl and questions.jsonl, as `../shared/eval` holds them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter

BATCH = 32


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
    folder = Path(chosen) if chosen else Path(__file__).resolve().parents[2] / "shared"
    return folder if (folder / "eval").is_dir() else None


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def read_questions(set_dir: Path) -> list[Question]:
    """Return the questions of a set."""
    known = {"id", "question", "answers", "references", "answerable"}
    return [
        Question(
            id=row["id"],
            text=row["question"],
            answers=tuple(row.get("answers") or ()),
            references=tuple(r for r in row.get("references") or ()),
            answerable=bool(row["answerable"]),
            extra={key: value for key, value in row.items() if key not in known},
        )
        for row in rows(set_dir / "questions.jsonl")
    ]


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
