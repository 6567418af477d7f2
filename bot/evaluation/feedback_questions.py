"""Questions from feedback that `footnote serve` exports: what people called right must stay right.

A thumb up says that the answer was right: its footnotes are where the answer stands, or there is none, where it
abstained. A thumb down says only that something was wrong, not what would be right: such questions are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import SettingError
from bot.evaluation.sets import Question, rows

if TYPE_CHECKING:
    from vectorstore.library import Library


def is_feedback(path: Path) -> bool:
    """Return whether a file of JSON lines is exported feedback."""
    return "thumb" in next(rows(path), {})


def read_feedback(path: Path) -> tuple[list[Question], list[str]]:
    """Return the questions of exported feedback, and a sentence about those that are left out.

    Raises:
        SettingError: It cannot be read, or nobody called an answer right.
    """
    found = list(rows(path))
    right = [row for row in found if row.get("thumb") == "up" and row.get("answerable") is not None]
    if not right:
        raise SettingError(
            f"No answer in {path} was called right.", remedy="Feedback says what is right with a thumb up only."
        )
    questions = [
        Question(
            id=str(row["id"]),
            text=str(row["question"]),
            answers=(),
            references=tuple(
                {"doc_id": quote["source"], "start": quote["start"], "end": quote["end"], "text": quote["quote"]}
                for quote in row.get("quotes") or ()
            ),
            answerable=bool(row["answerable"]),
        )
        for row in right
    ]
    left = len(found) - len(right)
    return questions, [f"{left} with a thumb down left out: they do not say what would be right."] if left else []


def moved(questions: Sequence[Question], library: Library) -> tuple[list[Question], list[str]]:
    """Find the words again where documents have changed since they were called right.

    Args:
        questions: As `csv_questions.place` returns them.
        library: What is asked.

    Returns:
        The questions with the places where their words stand now, and a sentence for each that are nowhere any more.
    """
    ids = {info.source: info.id for info in library.documents()}
    placed, notes = [], []
    for question in questions:
        references = []
        for reference in question.references:
            now = _place_now(reference, library, ids.get(reference["doc_id"]))
            references.append(now or reference)
            if now is None:
                notes.append(f"{question.id}: its document does not say the words any more that were called right.")
        placed.append(replace(question, references=tuple(references)))
    return placed, notes


def _place_now(reference: dict[str, Any], library: Library, document: str | None) -> dict[str, Any] | None:
    """Return where the words of a reference stand; None where its document says them no more."""
    start, words = reference["start"], reference["text"]
    if document is None or start is None or library.text(document, start, reference["end"]) == words:
        return reference
    start = library.text(document).find(words)
    return None if start < 0 else {**reference, "start": start, "end": start + len(words)}
