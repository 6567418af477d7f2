"""CSV and TSV: the delimiter is found by trying, the header is repeated, rows are places."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import Unreadable
from ingest.loaders.builder import TextBuilder
from ingest.loaders.office.sheet import MAX_CELL, add_sheet
from ingest.reading.decode import decode

DELIMITERS = ",;\t|:"
SAMPLE_LINES = 60
_HINT = re.compile(r"\Asep=(.)\r?\n")


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a CSV or TSV file in any encoding."""
    decoded = decode(path.read_bytes())
    builder = TextBuilder("text/tab-separated-values" if path.suffix.lower() in (".tsv", ".tab") else "text/csv")
    for note in decoded.notes:
        builder.note(note)
    text = decoded.text
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint else find_delimiter(text)
    add_sheet(builder, _rows(text, delimiter))
    return builder.finish(empty=f"{path.name} has no filled cells.")


def find_delimiter(text: str) -> str:
    """Return the delimiter whose rows are widest and most alike; a comma when none divides anything."""
    sample = "\n".join(text.split("\n", SAMPLE_LINES)[:SAMPLE_LINES])[:200_000]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _parsed(sample, delimiter) if row]
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        if usual < 2:
            continue
        alike = widths.count(usual) / len(widths)
        # Colons stand in times and addresses: they must fit much better than the others.
        score = alike * alike * min(usual, 20) ** 0.25 * (0.4 if delimiter == ":" else 1.0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _parsed(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), 100 * MAX_CELL))
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    except csv.Error:
        return


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield row numbers and cells.

    Raises:
        Unreadable: A cell is far longer than cells are, as after a quotation mark that never closes.
    """
    csv.field_size_limit(max(csv.field_size_limit(), 100 * MAX_CELL))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise Unreadable(
            "The table cannot be read: a cell is too long, perhaps after a quotation mark that never closes.",
            remedy="Mend the quotation marks, or save it as XLSX.",
        ) from error
