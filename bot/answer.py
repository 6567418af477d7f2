"""Answer and its parts: what every surface shows and nothing else decides."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
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
        """Return the object that `footnote ask --json` prints.

        "answer" is what a person reads, without footnote marks: the statements, or that the documents don't say.
        """
        from bot.render import ABSTAINED

        data = asdict(self)
        shown = " ".join(statement.text for statement in self.statements)
        data["answer"] = ABSTAINED if self.abstained else shown or self.notice
        data["passages"] = [
            {k: getattr(p, k) for k in ("document", "title", "source", "start", "end", "page", "score", "text")}
            for p in self.passages
        ]
        return data
