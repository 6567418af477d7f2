"""The names of a table's columns, for the chunks of its rows: a row alone does not say what its numbers are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vectorstore.passage import Chunk

COLUMNS = 3
"""Columns from which a first row without numbers is a head: two columns are more often names and values."""
LONGEST_ROW = 300
_CELL = re.compile(r" \| |\t")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def table_heads(text: str, chunks: Sequence[Chunk]) -> Iterator[str]:
    """Yield for each chunk the head of the table that it is a part of, "" where it has none or holds it itself.

    Args:
        text: The text of the document.
        chunks: Its chunks, ascending.
    """
    head, end = "", -1
    for chunk in chunks:
        if chunk.kind != "table":
            head, end = "", -1
            yield ""
            continue
        # Rows of one table follow each other line by line; in a PDF, where tabs part the cells, each is a paragraph.
        new = end < 0 or "\n\n" in text[end : chunk.start]
        shown = ""
        for number, paragraph in enumerate(text[chunk.start : chunk.end].split("\n\n")):
            row = paragraph.partition("\n")[0].strip()
            if (end < 0 and not number) or (" | " in row and (new or number)):
                if _is_head(row):
                    head = row
                elif end < 0 or _width(row) != _width(head):
                    head = ""
            if not number:
                shown = "" if head == row else head
        end = chunk.end
        yield _CELL.sub(" | ", shown)


def _width(row: str) -> int:
    return len(_CELL.split(row))


def _is_head(row: str) -> bool:
    cells = [cell for cell in _CELL.split(row) if cell.strip()]
    named = all(not any(map(str.isdigit, cell)) or _YEAR.search(cell) for cell in cells)
    return len(cells) >= COLUMNS and len(row) <= LONGEST_ROW and named
