"""Answer and its parts: what every surface shows and nothing else decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from vectorstore.passage import Passage

Support = Literal["quoted", "supported", "partly"]
"""quoted: verbatim. supported: a chat model's words, checked. partly: checked, with `note` naming what was not found."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One footnote: a verbatim run of a document. `quote` equals the stored text[start:end].

    Attributes:
        number: The footnote's number, from 1.
        document: Id of the document.
        title, source: Of the document.
        page: Page or slide number, or None.
        start, end: Offsets into the document's text, end exclusive.
        quote: The verbatim text.
        place: What a person reads: "p. 14, Liquidity"; "" where there is none.
    """

    number: int
    document: str
    title: str
    source: str
    page: int | None
    start: int
    end: int
    quote: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with the numbers of its citations and its support."""

    text: str
    citations: tuple[int, ...]
    support: Support = "quoted"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that give different values for the same thing.

    Attributes:
        kind: "number", "date" or "name".
        values: The values that differ, in the order of `statements`.
        statements: Indexes into `Answer.statements`.
    """

    kind: Literal["number", "date", "name"]
    values: tuple[str, ...]
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence of a chat model that was not shown, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what was found, and where it stands.

    When `abstained` is true there are no statements and no citations.

    Attributes:
        question: As the person wrote it.
        statements: Sentences in reading order.
        citations: Footnotes, numbered from 1 in order of first use.
        passages: What was found, best first.
        abstained: True when the documents do not say.
        model: Name of the answerer: "quotes", or the chat model's name.
        seconds: From question to finished answer.
        confidence: Calibrated probability that the passages hold an answer, 0 to 1.
        searched_for: The query that was searched when it differs from the question, else "".
        searched: What was searched, for a person: "all 6 documents", "collection legal, 3 documents".
        conflicts: Where statements disagree.
        withheld: Sentences of a chat model that failed their check.
        notice: One sentence that a person should read with the answer, or "".
        timings: Seconds by step: "search", "answer", "check".
    """

    question: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    abstained: bool = False
    model: str = "quotes"
    seconds: float = 0.0
    confidence: float = 0.0
    searched_for: str = ""
    searched: str = ""
    conflicts: tuple[Conflict, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    notice: str = ""
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer as plain text with its footnotes."""
        from bot.render import plain_text

        return plain_text(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `footnote ask --json` prints and that the HTTP API sends.

        "answer" is what a person reads, without footnote marks: the statements, or that the documents don't say.
        """
        from bot.render import ABSTAINED

        shown = " ".join(statement.text for statement in self.statements)
        return {
            "question": self.question,
            "answer": ABSTAINED if self.abstained else shown or self.notice,
            "abstained": self.abstained,
            "statements": [part_dict(statement) for statement in self.statements],
            "citations": [part_dict(citation) for citation in self.citations],
            "passages": [part_dict(passage) for passage in self.passages],
            "model": self.model,
            "seconds": _rounded(self.seconds),
            "confidence": _rounded(self.confidence),
            "searched_for": self.searched_for,
            "searched": self.searched,
            "conflicts": [part_dict(conflict) for conflict in self.conflicts],
            "withheld": [part_dict(withheld) for withheld in self.withheld],
            "notice": self.notice,
            "timings": {name: _rounded(seconds) for name, seconds in self.timings.items()},
        }


def part_dict(part: Statement | Citation | Passage | Conflict | Withheld) -> dict[str, Any]:
    """Return a part of an answer as `Answer.as_dict` holds it."""
    names = _PASSAGE_FIELDS if isinstance(part, Passage) else part.__slots__
    return {name: _plain(getattr(part, name)) for name in names}


_PASSAGE_FIELDS = tuple("document title source collection start end page place heading score rank text".split())


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float) -> float:
    # Whoever computed it in numpy would hand out what JSON does not take.
    return round(float(value), 6)
