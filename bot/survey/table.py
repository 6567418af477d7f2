"""What a survey finds: a table of documents by questions, with a footnote in each cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.answer import Citation, footnote_line, where
from bot.survey.cell import NOT_SAID, Cell
from bot.survey.where import condition
from bot.text.markdown import escape_markdown
from bot.text.shown import TITLE_LENGTH, one_line, shown_source

if TYPE_CHECKING:
    from vectorstore.records import DocumentInfo


@dataclass(frozen=True, slots=True)
class Row:
    """One document and what it says, a cell for each question."""

    document: DocumentInfo
    cells: tuple[Cell, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "id": self.document.id,
            "title": self.document.title,
            "source": self.document.source,
            "cells": [cell.as_dict() for cell in self.cells],
        }


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

    def sorted_by(self, column: int, *, descending: bool = False) -> Survey:
        """Return it in the order of a column's values, what has none by its words, what doesn't say last.

        Args:
            column: Of the question, from 0.
            descending: Whether the highest value, or the last day, comes first.
        """

        def order(row: Row) -> tuple[str, float, str, str]:
            cell = row.cells[column]
            value = cell.value
            number = value.value if value and isinstance(value.value, float) else 0.0
            day = value.value if value and isinstance(value.value, str) else ""
            return (value.unit if value else "", number, day, cell.words.casefold())

        def group(row: Row) -> tuple[bool, bool]:
            cell = row.cells[column]
            return (not cell.says, cell.value is None)

        return numbered(self.questions, sorted(sorted(self.rows, key=order, reverse=descending), key=group))

    def where(self, *conditions: str) -> Survey:
        """Return it with those rows only that meet all conditions, written as in `where.py`: "1=2026", "2>1500".

        Raises:
            SettingError: One is no condition.
        """
        wanted = [condition(text, len(self.questions)) for text in conditions]
        return numbered(
            self.questions, [row for row in self.rows if all(one.holds(row.cells[one.column]) for one in wanted)]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `footnote survey --json` prints and that the HTTP API sends."""
        return {"questions": list(self.questions), "documents": [row.as_dict() for row in self.rows]}

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

    def markdown(self, *, folder: str = "", link: Callable[[Citation], str] = lambda _: "") -> str:
        """Return it as a table of Markdown in which no document's text is markup, with its footnotes.

        Args:
            folder: Sources inside this folder are shown relative to it.
            link: Returns the address at which a footnote can be read, or "".
        """
        head = ["document", *self.questions]
        lines = [_markdown_row(head), "|" + " --- |" * len(head)]
        for row in self.rows:
            lines.append(_markdown_row([title_of(row.document), *(cell.text for cell in row.cells)]))
        feet = [_markdown_note(citation, folder=folder, address=link(citation)) for citation in self.citations]
        return "\n\n".join(block for block in ("\n".join(lines), "\n".join(feet)) if block)

    def footnotes(self, *, folder: str = "") -> list[str]:
        """Return the footnotes, each on a line."""
        return [footnote_line(citation, folder=folder) for citation in self.citations]


def numbered(questions: tuple[str, ...], rows: Sequence[Row]) -> Survey:
    """Return the survey with its footnotes numbered from 1 in reading order."""
    first, done = 1, []
    for row in rows:
        done.append(numbered_row(row, first))
        first += sum(len(cell.citations) for cell in row.cells)
    return Survey(questions, tuple(done))


def numbered_row(row: Row, first: int) -> Row:
    """Return a row with its footnotes numbered from `first` in reading order."""
    numbers = count(first)
    return replace(
        row,
        cells=tuple(
            replace(cell, citations=tuple(replace(citation, number=next(numbers)) for citation in cell.citations))
            for cell in row.cells
        ),
    )


def title_of(document: DocumentInfo) -> str:
    """Return a document's title, or its source where it has none."""
    return one_line(document.title, limit=TITLE_LENGTH) or shown_source(document.source)


def _markdown_note(citation: Citation, *, folder: str, address: str) -> str:
    found = f"**{escape_markdown(where(citation))}**"
    found = f"[{found}](<{address}>)" if address else found
    source = escape_markdown(shown_source(citation.source, folder=folder))
    return f"- \\[{citation.number}\\] {found} — “{escape_markdown(one_line(citation.quote))}” ({source})"


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
