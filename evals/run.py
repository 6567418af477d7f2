"""Ask every question of a set and write a run file: `footnote eval SET_DIR RUNS.jsonl`.

A run file holds one JSON object a line: id, passages, answer, abstained, citations, seconds, with offsets
into the set's own documents (their text is stored as it is). The library is built in a temporary folder,
or kept in `libraries` where one is given.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answer import Answer
from bot.ask import Bot
from bot.errors import SettingError
from bot.settings import Settings
from evals.sets import Question, absent_filter, build_library, read_questions
from vectorstore.library import Library
from vectorstore.passage import Passage

PASSAGES = 40
"""Passages in a run: enough to fill 4,000 characters."""


def run_set(
    set_dir: Path,
    runs_path: Path,
    *,
    limit: int | None = None,
    absent: bool = False,
    settings: Settings | None = None,
    libraries: Path | None = None,
    model: Any = None,
) -> int:
    """Ask the questions of a set and write the run file.

    Args:
        set_dir: Folder with documents.jsonl and questions.jsonl.
        runs_path: File to write.
        limit: Only the first so many questions.
        absent: Ask each answerable question with the documents that hold its answer left out. The run then
            marks each as unanswerable, and beside it lies a set of its own that does so too (`<runs>.questions/`).
        settings: Settings of the bot; `library` and `collection` are not used.
        libraries: Folder in which the set's library is kept for the next run.
        model: Who answers; None for the one that the settings name.

    Returns:
        The number of questions asked.

    Raises:
        SettingError: The folder holds no set.
    """
    for name in ("documents.jsonl", "questions.jsonl"):
        if not (set_dir / name).is_file():
            raise SettingError(
                f"{set_dir} is not a question set: it has no {name}.",
                remedy="A set is a folder with documents.jsonl and questions.jsonl.",
            )
    questions = read_questions(set_dir)[:limit]
    if absent:
        questions = [q for q in questions if q.answerable and q.references]
        _write_absent_set(set_dir, runs_path, questions)
    settings = settings or Settings.load()
    settings = replace(settings, passages=min(PASSAGES, 100))
    with _library(set_dir, libraries, settings) as library, runs_path.open("w", encoding="utf-8") as out:
        bot = Bot(library, settings=settings, model=model)
        for question in questions:
            row = run_question(bot, question, absent=absent)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
    return len(questions)


@contextmanager
def _library(set_dir: Path, libraries: Path | None, settings: Settings) -> Iterator[Library]:
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as temporary:
        folder = (libraries / set_dir.name) if libraries else Path(temporary) / "library"
        library = build_library(set_dir, folder, model=settings.embedding_model or None)
        try:
            yield library
        finally:
            library.close()


def _write_absent_set(set_dir: Path, runs_path: Path, questions: list[Question]) -> None:
    """Write the questions marked as unanswerable, beside a link to the documents, for the scorer."""
    folder = runs_path.with_suffix(".questions")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as out:
        for question in questions:
            row = {
                "id": question.id,
                "question": question.text,
                "answers": [],
                "references": [],
                "answerable": False,
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    link = folder / "documents.jsonl"
    link.unlink(missing_ok=True)
    link.symlink_to((set_dir / "documents.jsonl").resolve())


def run_question(bot: Bot, question: Question, *, absent: bool = False) -> dict[str, Any]:
    """Ask one question, with the documents that hold its answer left out where `absent`; return its row."""
    answer = bot.ask(question.text, filter=absent_filter(question) if absent else None)
    return {
        "id": question.id,
        "answerable": question.answerable and not absent,
        "passages": [_span(p) for p in answer.passages],
        "answer": "" if answer.abstained else " ".join(s.text for s in answer.statements),
        "abstained": answer.abstained,
        "citations": _citations(answer),
        "confidence": round(answer.confidence, 4),
        "seconds": round(answer.seconds, 5),
    }


def _span(passage: Passage) -> dict[str, Any]:
    return {"doc_id": passage.source, "start": passage.start, "end": passage.end}


def _citations(answer: Answer) -> list[dict[str, Any]]:
    return [{"doc_id": c.source, "start": c.start, "end": c.end, "quote": c.quote} for c in answer.citations]
