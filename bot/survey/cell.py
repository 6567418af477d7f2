"""What one document says to one question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.answer import Citation, part_dict
from bot.computed.value import Value
from bot.text.shown import markers, one_line

NOT_SAID = "doesn't say"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one document says to one question.

    Attributes:
        question: As it was asked.
        words: The words that answer where the reader named them, else the whole answer; "" where it doesn't say.
        value: The date or number in these words, to sort by; None where there is none, or several.
        citations: Footnotes, numbered through the whole survey.
        notice: What a person should know.
    """

    question: str
    words: str = ""
    value: Value | None = None
    citations: tuple[Citation, ...] = ()
    notice: str = ""

    @property
    def says(self) -> bool:
        """Whether the document answers."""
        return bool(self.words)

    @property
    def text(self) -> str:
        """The words with their footnote marks, or that the document doesn't say, on one line."""
        marks = markers(citation.number for citation in self.citations)
        return f"{one_line(self.words)} {marks}".strip() if self.says else NOT_SAID

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "question": self.question,
            "says": self.says,
            "words": self.words,
            "value": self.value.value if self.value else None,
            "unit": self.value.unit if self.value else "",
            "notice": self.notice,
            "citations": [part_dict(citation) for citation in self.citations],
        }
