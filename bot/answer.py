"""Answer and its parts: what every surface shows, and its words as plain text and Markdown.

Text of documents is data: whatever is shown of a document, a title or a file's name passes through `visible` or
`one_line`, which take out what could act on a terminal, and `escape_markdown`, which takes out what could be markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from bot.models.chat_model import QUOTES
from bot.models.usage import Usage
from bot.text.markdown import escape_markdown
from bot.text.shown import TITLE_LENGTH, markers, one_line, shown_source, titled, visible
from vectorstore.passage import Passage

Support = Literal["quoted", "computed", "supported", "partly"]
"""quoted: verbatim. computed: worked out by code from what its footnotes quote. supported: a chat model's words,
checked. partly: checked, with `note` naming what was not found."""

By = Literal["documents", "model", "code"]
"""Whose words a statement is: the documents' own, verbatim; a chat model's, checked; or worked out by code."""

Verdict = Literal["yes", "no"]
"""What sources say to a question that asks for yes or no."""


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
class Words:
    """The words of a statement that answer: statement.text[start:end] == text."""

    text: str
    start: int
    end: int


def words_of(kept: Mapping[str, Any] | None) -> Words | None:
    """Return the marked words that were kept as an object of JSON."""
    return Words(kept["text"], kept["start"], kept["end"]) if kept else None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer.

    Attributes:
        text: The sentence.
        citations: Numbers of its footnotes.
        support: How it is held by them.
        note: What of it is not.
        answer: The words in it that answer the question; None where no reader named them.
        verdict: What it says to a question that asks for yes or no; None where it says neither, where no reader is sure
            of it, and to any other question.
    """

    text: str
    citations: tuple[int, ...]
    support: Support = "quoted"
    note: str = ""
    answer: Words | None = None
    verdict: Verdict | None = None

    @property
    def by(self) -> By:
        """Whose words it is."""
        return "documents" if self.support == "quoted" else "code" if self.support == "computed" else "model"


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
class Found:
    """What a search found, before anything is answered.

    Attributes:
        passages: Best first.
        searched_for: The query, when it differs from the question; else "".
        searched: What was searched, for a person.
        model: Who answers, as in `Answer`.
    """

    passages: tuple[Passage, ...]
    searched_for: str
    searched: str
    model: str = QUOTES


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
        usage: What a chat model read and wrote for it; None where none was asked.
        verdict: "yes" or "no", with which the answer begins: what its statements say to a question that asks for that,
            by a reader's word. It is no statement and has no footnote. None where the reader is not sure or not used,
            where statements disagree, where a chat model answers, and for any other question.
        short: Whether it is shown short: of a statement only the words that answer, of a verdict only the verdict. The
            statements are whole in any case.
    """

    question: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    abstained: bool = False
    model: str = QUOTES
    seconds: float = 0.0
    confidence: float = 0.0
    searched_for: str = ""
    searched: str = ""
    conflicts: tuple[Conflict, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    notice: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    usage: Usage | None = None
    verdict: Verdict | None = None
    short: bool = False

    @property
    def writes(self) -> bool:
        """Whether a chat model answers."""
        return self.model != QUOTES

    @property
    def text(self) -> str:
        """The answer as plain text with its footnotes."""

        return plain_text(self)

    def __str__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        """Return the answer as a notebook shows it."""
        return markdown(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `footnote ask --json` prints and that the HTTP API sends.

        "answer" is what a person reads, without footnote marks: the statements, or that the documents don't say.
        """

        seen = shown(self)
        said = " ".join(part for s in seen.statements for part in (opening(seen, s), s.text) if part)
        return {
            "question": self.question,
            "answer": ABSTAINED if self.abstained else said or self.notice,
            "verdict": self.verdict,
            "short": self.short,
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
            "usage": self.usage.as_dict() if self.usage else None,
        }


def part_dict(part: Statement | Citation | Passage | Conflict | Withheld) -> dict[str, Any]:
    """Return a part of an answer as `Answer.as_dict` holds it."""
    names = _PASSAGE_FIELDS if isinstance(part, Passage) else part.__slots__
    if isinstance(part, Statement):
        names = (*names, "by")
    return {name: _plain(getattr(part, name)) for name in names}


_PASSAGE_FIELDS = tuple("document title source collection start end page place heading kind score rank text".split())


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Words):
        return asdict(value)
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float) -> float:
    # Whoever computed it in numpy would hand out what JSON does not take.
    return round(float(value), 6)


ABSTAINED = "The documents don't say."

NEAREST = "Nearest passages, which do not answer it:"


_YES_OR_NO: dict[Verdict, str] = {"yes": "Yes.", "no": "No."}


def shown(answer: Answer) -> Answer:
    """Return an answer as it is shown: itself, or where it is short the words that answer in place of its sentences.

    Of an answer with a verdict the verdict alone is left, with the footnotes of the statements that say so.
    """
    if not answer.short or answer.abstained:
        return answer
    if answer.verdict:
        said = [statement for statement in answer.statements if statement.verdict == answer.verdict]
        numbers = tuple(dict.fromkeys(n for statement in said or answer.statements for n in statement.citations))
        return replace(
            answer,
            statements=(Statement(_YES_OR_NO[answer.verdict], numbers, "computed"),),
            citations=tuple(citation for citation in answer.citations if citation.number in numbers),
            verdict=None,
        )
    return replace(answer, statements=tuple(short_statement(statement) for statement in answer.statements))


def short_statement(statement: Statement) -> Statement:
    """Return a statement with the words that answer as its text; as it is where no reader named them."""
    if statement.answer is None:
        return statement
    words = statement.answer.text
    return replace(statement, text=words, answer=Words(words, 0, len(words)))


def opening(answer: Answer, statement: Statement) -> str:
    """Return what stands before a statement and is no part of it: "Yes." or "No." before the first; else ""."""
    if answer.verdict is None or not answer.statements or statement is not answer.statements[0]:
        return ""
    return _YES_OR_NO[answer.verdict]


def where(citation: Citation | Passage) -> str:
    """Return title and place of a citation or passage: "Title, p. 14, Liquidity"."""
    title = one_line(citation.title, limit=TITLE_LENGTH) or shown_source(citation.source)
    heading = citation.heading if isinstance(citation, Passage) else ""
    place = ", ".join(one_line(part, limit=2 * TITLE_LENGTH) for part in (citation.place, heading) if part)
    return titled(title, place)


def searched_words(answer: Answer) -> str:
    """Return what was searched, as a sentence: "Searched all 6 documents for “…”."; "" if it is not known."""
    query = f" for “{one_line(answer.searched_for, limit=300)}”" if answer.searched_for else ""
    if not answer.searched and not query:
        return ""
    return f"Searched {answer.searched or 'the documents'}{query}."


def conflict_words(answer: Answer, conflict: Conflict) -> str:
    """Return one disagreement as a sentence with each value and its source."""
    by_number = {citation.number: citation for citation in answer.citations}
    sides = []
    for value, index in zip(conflict.values, conflict.statements, strict=False):
        numbers = answer.statements[index].citations
        titles = dict.fromkeys(one_line(by_number[n].title, limit=TITLE_LENGTH) for n in numbers if n in by_number)
        source = " ".join((*titles, markers(numbers))).strip()
        sides.append(f"{one_line(value)} ({source})" if source else one_line(value))
    return f"These sources differ on a {conflict.kind}: {'; '.join(sides)}."


def withheld_words(answer: Answer) -> str:
    """Return how many sentences of a chat model were withheld, as a sentence; "" if none were."""
    count = len(answer.withheld)
    if not count:
        return ""
    return f"{count} sentence{'s' if count > 1 else ''} withheld: not supported by the sources."


def remarks(answer: Answer, *, show_withheld: bool = False) -> tuple[str, ...]:
    """Return the sentences that stand between an answer and its footnotes: conflicts, withheld, notice."""
    lines = [conflict_words(answer, conflict) for conflict in answer.conflicts]
    if answer.withheld:
        lines.append(withheld_words(answer))
        if show_withheld:
            lines += [f"- Withheld: {one_line(w.text)} ({one_line(w.reason)})" for w in answer.withheld]
    if answer.notice:
        lines.append(one_line(answer.notice))
    return tuple(lines)


def statement_words(answer: Answer, statement: Statement) -> str:
    """Return the words of a statement without its footnotes' marks, on one line unless it is code or a table.

    Where other words stand beside them, a chat model's or a verdict, the documents' own stand in quotation marks.
    """
    text = quoted_words(answer, statement.text) if statement.by == "documents" else one_line(statement.text)
    if in_quotation_marks(answer, statement):
        return f"“{text}”"
    if statement.support == "partly" and statement.note:
        return f"{text} (partly supported: {one_line(statement.note)})"
    return text


def statement_line(answer: Answer, statement: Statement) -> str:
    """Return a statement as plain text: the verdict where it is the first, its words, the marks of its footnotes."""
    parts = (opening(answer, statement), statement_words(answer, statement), markers(statement.citations))
    return " ".join(part for part in parts if part)


def in_quotation_marks(answer: Answer, statement: Statement) -> bool:
    """Tell whether a statement is set in quotation marks: what stands beside it, a chat model's words or a verdict, is
    then taken for no document's."""
    return statement.by == "documents" and (answer.writes or answer.verdict is not None)


def written_by(answer: Answer) -> str:
    """Return who wrote the sentences of an answer, as a sentence or two; "" where no chat model wrote any."""
    whose = {statement.by for statement in answer.statements}
    if not answer.writes or "model" not in whose:
        return ""
    told = f"Written by {one_line(model_words(answer.model))}, checked by Footnote."
    return f"{told} What stands in “quotation marks” is the documents' own." if "documents" in whose else told


def model_words(model: str) -> str:
    """Return a model's name for a person: of a local file, its name without folders."""
    return re.split(r"[\\/]", model)[-1] if model.startswith("local:") else model


def paragraphs(answer: Answer) -> tuple[tuple[Statement, ...], ...]:
    """Return the statements by paragraph: quotes stand each on their own, written sentences flow."""
    if any(statement.support in ("quoted", "computed") for statement in answer.statements):
        return tuple((statement,) for statement in answer.statements)
    return (answer.statements,) if answer.statements else ()


def footnote_line(citation: Citation, *, folder: str = "") -> str:
    """Return one footnote on a line: number, title, place, quote, source."""
    source = shown_source(citation.source, folder=folder)
    return f"[{citation.number}] {where(citation)} — “{one_line(citation.quote)}” ({source})"


def plain_text(
    answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = ""
) -> str:
    """Return an answer as plain text: statements with [1] marks, remarks, then a footnote a line.

    Args:
        answer: What to show.
        nearest: Passages to offer when it abstained; none are shown otherwise.
        show_withheld: Whether withheld sentences are shown with the reason.
        folder: Sources inside this folder are shown relative to it.
    """
    answer = shown(answer)
    notes = remarks(answer, show_withheld=show_withheld)
    if answer.abstained:
        lines = [" ".join(part for part in (ABSTAINED, searched_words(answer)) if part), *notes]
        return "\n".join(lines + _nearest_lines(nearest))
    body = [" ".join(statement_line(answer, statement) for statement in part) for part in paragraphs(answer)]
    feet = [footnote_line(citation, folder=folder) for citation in answer.citations]
    searched = [searched_words(answer)] if answer.searched_for else []
    lines = [line for line in (*notes, *searched, written_by(answer)) if line]
    blocks = ["\n".join(body), "\n".join(lines), "\n".join(feet)]
    return "\n\n".join(block for block in blocks if block)


def markdown(answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = "") -> str:
    """Return an answer as Markdown in which no document's text is markup. Arguments as for `plain_text`."""
    answer = shown(answer)
    notes = [escape_markdown(line) for line in remarks(answer, show_withheld=show_withheld)]
    searched = searched_words(answer)
    if answer.abstained:
        first = f"**{ABSTAINED}** {escape_markdown(searched)}".strip()
        return "\n\n".join([first, *notes, *(escape_markdown(line) for line in _nearest_lines(nearest))])
    body = [
        " ".join(_markdown_statement(answer, statement) for statement in paragraph) for paragraph in paragraphs(answer)
    ]
    about = (searched if answer.searched_for else "", written_by(answer))
    notes += [f"*{escape_markdown(line)}*" for line in about if line]
    feet = [
        f"- \\[{c.number}\\] **{escape_markdown(where(c))}** — “{escape_markdown(one_line(c.quote))}” "
        f"({escape_markdown(shown_source(c.source, folder=folder))})"
        for c in answer.citations
    ]
    return "\n\n".join([*body, *notes, *(["\n".join(feet)] if feet else [])])


def _markdown_statement(answer: Answer, statement: Statement) -> str:
    lines = escape_markdown(statement_words(answer, statement)).replace("\n", "\\\n")
    said = f"**{verdict}** " if (verdict := opening(answer, statement)) else ""
    return f"{said}{lines} {escape_markdown(markers(statement.citations))}".rstrip()


def _nearest_lines(nearest: Sequence[Passage]) -> list[str]:
    if not nearest:
        return []
    return ["", NEAREST, *(f"- {where(p)} — “{one_line(p.text, limit=300)}”" for p in nearest)]


def quoted_words(answer: Answer, text: str) -> str:
    """Return verbatim words as they are shown: on one line unless they are code, a list or a table."""
    if "\n" not in text:
        return one_line(text)
    from bot.text.lists import lines_of_list  # it knows how sentences end, which takes long to learn

    if lines_of_list(text) or any(p.kind in ("code", "table") and text in p.text for p in answer.passages):
        return re.sub(r"\n\s*\n", "\n", visible(text).strip())
    return one_line(text)
