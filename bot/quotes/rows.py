"""Rows of a table: their cells, and the rows that a question names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.text.lists import Listing, Span
from vectorstore.words.tokens import tokens

COLUMNS = 3
"""A table of so many columns needs its first row to be understood."""

_CELL = re.compile(r" \| |\t")


def cells(row: str) -> list[str]:
    """Return the cells of a row as it stands in the text of a document."""
    return [cell.strip() for cell in _CELL.split(row)]


def named(text: str, table: Listing, question: Sequence[str]) -> list[Span]:
    """Return the rows that a question names: one of their cells, which no other row has, stands in it word for word.

    Args:
        text: What the table stands in.
        table: As `listing` found it; its first row, which names the columns, is never one of these.
        question: The tokens of the question.
    """
    rows = [(span, {tuple(tokens(cell)) for cell in cells(text[slice(*span)])}) for span in table.items[1:]]
    times = Counter(cell for _, row in rows for cell in row)
    asked = f" {' '.join(question)} "
    return [span for span, row in rows if any(times[cell] == 1 and _stands_in(cell, asked) for cell in row)]


def _stands_in(cell: tuple[str, ...], asked: str) -> bool:
    """Tell whether a cell of words stands in a question; a bare number there may be anything."""
    words = " ".join(cell)
    return any(letter.isalpha() for letter in words) and f" {words} " in asked
