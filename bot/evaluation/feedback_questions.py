"""Questions from feedback that `footnote serve` exports: what people called right must stay right.

A thumb up says that the answer was right: its footnotes are where the answer stands, or there is none, where it
abstained. A thumb down says only that something was wrong, not what would be right: such questions are left out.
"""

from __future__ import annotations

from pathlib import Path

from bot.errors import SettingError
from bot.evaluation.sets import Question, rows


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
