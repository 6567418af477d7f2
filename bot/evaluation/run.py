"""Ask every question of a set and write a run file: `footnote eval SET_DIR RUNS.jsonl`.

A run file holds one JSON object a line: id, passages, answer, abstained, citations, seconds, with offsets
into the set's own documents (their text is stored as it is). Besides, it holds the question with what was
expected, the confidence and the text of the first passages, so that a run can be scored, compared and read
by itself. The library is built in a temporary folder, or kept in `libraries` where one is given.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answer import Answer
from bot.ask import Bot
from bot.errors import SettingError
from bot.evaluation.score import holds, touches
from bot.evaluation.sets import Question, absent_filter, build_library, read_questions
from bot.passages.confidence import has_no_rival, threshold_for
from bot.settings.settings import Settings
from vectorstore.library import Library
from vectorstore.passage import Filter, Passage

PASSAGES = 40
"""Passages in a run: enough to fill 4,000 characters."""
SHOWN = 3
"""Passages whose text is in a run, besides the one that holds the answer."""


def run_set(
    set_dir: Path,
    runs_path: Path,
    *,
    limit: int | None = None,
    absent: bool = False,
    settings: Settings | None = None,
    libraries: Path | None = None,
    model: Any = None,
    on_asked: Callable[[], None] | None = None,
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
        on_asked: Told after each question.

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
    with _library(set_dir, libraries, settings) as library:
        bot = Bot(library, settings=settings, model=model)
        ask_all(bot, questions, runs_path, absent=absent, on_asked=on_asked)
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


def ask_all(
    bot: Bot,
    questions: Sequence[Question],
    runs_path: Path,
    *,
    absent: bool = False,
    on_asked: Callable[[], None] | None = None,
) -> None:
    """Ask questions and write a line of the run file for each as it is answered.

    Raises:
        SettingError: The run file cannot be written.
    """
    try:
        runs_path.parent.mkdir(parents=True, exist_ok=True)
        out = runs_path.open("w", encoding="utf-8")
    except OSError as error:
        raise SettingError(f"{runs_path} cannot be written: {error.strerror}.") from error
    with out:
        for question in questions:
            out.write(json.dumps(run_question(bot, question, absent=absent), ensure_ascii=False) + "\n")
            out.flush()
            if on_asked:
                on_asked()


def run_question(bot: Bot, question: Question, *, absent: bool = False) -> dict[str, Any]:
    """Ask one question, with the documents that hold its answer left out where `absent`; return its row."""
    filter = absent_filter(question) if absent else None
    answer = bot.ask(question.text, filter=filter)
    if absent:
        question = replace(question, answers=(), references=(), answerable=False)
    rank = gold_rank(question, answer.passages)
    return {
        "id": question.id,
        "question": question.text,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "references": list(question.references),
        "passages": [_span(p, text=p.rank <= SHOWN or p.rank == rank) for p in answer.passages],
        "rank": rank,
        "answer": "" if answer.abstained else " ".join(s.text for s in answer.statements),
        "abstained": answer.abstained,
        "citations": _citations(bot.library, answer),
        "confidence": round(answer.confidence, 4),
        "threshold": _threshold(bot, filter, answer),
        "seconds": round(answer.seconds, 5),
    }


def gold_rank(question: Question, passages: Sequence[Passage]) -> int | None:
    """Return the rank of the first passage that holds the answer, as far as the question says where that is.

    With spans, a passage that overlaps one; without, one that holds an accepted answer, in the named document
    where one is named; else the first of the named document.
    """
    if not question.answerable:
        return None
    near = [p for p in passages if any(touches(_span(p), r) for r in question.references)]
    if not question.references:
        near = list(passages)
    if all(r.get("start") is None for r in question.references):
        holding = [p for p in near if holds(p.text, question.answers)]
        near = holding or (near if question.references else [])
    return near[0].rank if near else None


def _threshold(bot: Bot, filter: Filter | None, answer: Answer) -> float:
    """Return the confidence from which an answer was shown."""
    alone = len(bot.library.documents(filter)) == 1
    single = not answer.passages or has_no_rival(answer.passages, alone=alone)
    return threshold_for(bot.settings, single=single)


def _span(passage: Passage, *, text: bool = False) -> dict[str, Any]:
    span = {"doc_id": passage.source, "start": passage.start, "end": passage.end, "score": round(passage.score, 4)}
    return span | {"text": passage.text} if text else span


def _citations(library: Library, answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "doc_id": c.source,
            "start": c.start,
            "end": c.end,
            "quote": c.quote,
            "exact": library.text(c.document, c.start, c.end) == c.quote,
        }
        for c in answer.citations
    ]
