"""Each document asked the same questions: a table of documents by questions, with a footnote in each cell.

>>> with Bot() as bot:  # doctest: +SKIP
...     print(survey(bot, ["When does the lease end?", "Who is the tenant?"]).markdown())

A cell is the ordinary answer, asked of that document alone; where it does not say, the cell says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Citation, footnote_line, part_dict, where
from bot.computed.value import Value, value_in
from bot.kept_cells import KeptCells, key_of
from bot.question.kind import answer_type
from bot.text.markdown import escape_markdown
from bot.text.shown import TITLE_LENGTH, markers, one_line, shown_source
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from bot.ask import Bot
    from vectorstore.records import DocumentInfo

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


@dataclass(frozen=True, slots=True)
class Row:
    """One document and what it says, a cell for each question."""

    document: DocumentInfo
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """A table of documents by questions.

    Attributes:
        questions: The columns.
        rows: One for each document.
    """

    questions: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All footnotes, numbered from 1."""
        return tuple(citation for row in self.rows for cell in row.cells for citation in cell.citations)

    @property
    def summary(self) -> tuple[str, ...]:
        """How many documents answer each question, a sentence each."""
        told = []
        for index, question in enumerate(self.questions):
            says = sum(row.cells[index].says for row in self.rows)
            told.append(f"{one_line(question)} {says:,} of {len(self.rows):,} documents say.")
        return tuple(told)

    def sorted_by(self, column: int) -> Survey:
        """Return it in the order of a column's values, what has none by its words, what doesn't say last.

        Args:
            column: Of the question, from 0.
        """

        def order(row: Row) -> tuple[bool, bool, str, float, str, str]:
            cell = row.cells[column]
            value = cell.value
            number = value.value if value and isinstance(value.value, float) else 0.0
            day = value.value if value and isinstance(value.value, str) else ""
            return (not cell.says, value is None, value.unit if value else "", number, day, cell.words.casefold())

        return _numbered(self.questions, sorted(self.rows, key=order))

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `footnote survey --json` prints and that the HTTP API sends."""
        return {
            "questions": list(self.questions),
            "documents": [
                {
                    "id": row.document.id,
                    "title": row.document.title,
                    "source": row.document.source,
                    "cells": [cell.as_dict() for cell in row.cells],
                }
                for row in self.rows
            ],
        }

    def csv(self) -> str:
        """Return it as CSV: for each question its words, value, unit, and the quote with its place.

        What a spreadsheet would take for a formula gets an apostrophe before it.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        parts = ("", " (value)", " (unit)", " (quote)", " (place)")
        writer.writerow(["document", "source", *(_harmless(q + part) for q in self.questions for part in parts)])
        for row in self.rows:
            cells = [part for cell in row.cells for part in _csv_parts(cell)]
            writer.writerow([_harmless(row.document.title), _harmless(row.document.source), *cells])
        return out.getvalue()

    def markdown(self, *, folder: str = "") -> str:
        """Return it as a table of Markdown in which no document's text is markup, with its footnotes."""
        head = ["document", *self.questions]
        lines = [_markdown_row(head), "|" + " --- |" * len(head)]
        for row in self.rows:
            lines.append(_markdown_row([title_of(row.document), *(cell.text for cell in row.cells)]))
        feet = [
            f"- \\[{c.number}\\] **{escape_markdown(where(c))}** — “{escape_markdown(one_line(c.quote))}” "
            f"({escape_markdown(shown_source(c.source, folder=folder))})"
            for c in self.citations
        ]
        return "\n\n".join(block for block in ("\n".join(lines), "\n".join(feet)) if block)

    def footnotes(self, *, folder: str = "") -> list[str]:
        """Return the footnotes, each on a line."""
        return [footnote_line(citation, folder=folder) for citation in self.citations]


def survey(
    bot: Bot,
    questions: Sequence[str],
    *,
    filter: Filter | None = None,
    kept: KeptCells | None = None,
    on_cell: Callable[[int, int], None] | None = None,
) -> Survey:
    """Ask each document each question.

    Args:
        bot: Who answers.
        questions: In plain words; one asked twice is asked once.
        filter: Which documents to ask; None for all.
        kept: Cells of an earlier run, which are taken and added to; None to keep nothing.
        on_cell: Told after each cell how many are done, and of how many.

    Raises:
        QuestionRefused: There is no question, or one is empty or too long.
    """
    asked = tuple(dict.fromkeys(question.strip() for question in questions))
    for question in asked or ("",):
        bot.refuse(question)
    documents = bot.library.documents(filter)
    of, done = len(documents) * len(asked), 0
    rows = []
    for document in documents:
        cells = []
        for question in asked:
            cells.append(_cell(bot, document, question, kept))
            done += 1
            if on_cell:
                on_cell(done, of)
        rows.append(Row(document, tuple(cells)))
    return _numbered(asked, rows)


def _cell(bot: Bot, document: DocumentInfo, question: str, kept: KeptCells | None) -> Cell:
    key = key_of(document, question, bot.model_name)
    if kept is not None and (found := kept.get(key)) is not None:
        return _made(question, found["words"], [Citation(**c) for c in found["citations"]], found["notice"])
    answer = bot.ask(question, filter=Filter(documents=(document.id,)))
    cell = _from_answer(question, answer)
    stood_in = bot.writes and bool(answer.notice)  # the model may answer the next time
    if kept is not None and not stood_in:
        kept.put(key, cell.as_dict())
    return cell


def _from_answer(question: str, answer: Answer) -> Cell:
    if answer.abstained:
        return Cell(question, notice=answer.notice)
    named = [statement for statement in answer.statements if statement.answer]
    shown = named or answer.statements
    words = "; ".join(s.answer.text for s in named if s.answer) or " ".join(s.text for s in shown) or answer.notice
    numbers = {number for statement in shown for number in statement.citations}
    citations = [citation for citation in answer.citations if citation.number in numbers]
    return _made(question, words, citations, answer.notice if words != answer.notice else "")


def _made(question: str, words: str, citations: Sequence[Citation], notice: str) -> Cell:
    return Cell(question, words, value_in(words, answer_type(question)), tuple(citations), notice)


def _numbered(questions: tuple[str, ...], rows: Sequence[Row]) -> Survey:
    """Return the survey with its footnotes numbered from 1 in reading order."""
    numbers: Iterator[int] = iter(range(1, 1 + sum(len(cell.citations) for row in rows for cell in row.cells)))
    return Survey(
        questions,
        tuple(
            replace(
                row,
                cells=tuple(
                    replace(cell, citations=tuple(replace(c, number=next(numbers)) for c in cell.citations))
                    for cell in row.cells
                ),
            )
            for row in rows
        ),
    )


def title_of(document: DocumentInfo) -> str:
    """Return a document's title, or its source where it has none."""
    return one_line(document.title, limit=TITLE_LENGTH) or shown_source(document.source)


def _csv_parts(cell: Cell) -> Iterator[str]:
    yield _harmless(one_line(cell.words)) if cell.says else NOT_SAID
    yield cell.value.shown if cell.value else ""
    yield cell.value.unit if cell.value else ""
    yield _harmless(" / ".join(citation.quote for citation in cell.citations))
    yield _harmless(" / ".join(where(citation) for citation in cell.citations))


def _harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula; a negative number is none."""
    begins = text.lstrip()[:2]
    formula = begins[:1] in ("=", "+", "@") or (begins[:1] == "-" and not begins[1:].isdigit())
    return f"'{text}" if formula else text


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(escape_markdown(one_line(cell)) for cell in cells)} |"
