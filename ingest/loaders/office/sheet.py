"""Sheets: how rows of a table become text, for XLSX, XLS, ODS and CSV alike.

Each row is a line with " | " between cells; the header row is written again before every group of
rows, so that a chunk of the middle of a long table still says what its columns are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise, zip_longest

from ingest.loaders.builder import GROUP, TextBuilder, row_line

MAX_CELL = 32_768
MAX_ROWS = 1_100_000
MAX_COLUMNS = 2_000

LOOK_AHEAD = 12
"""Rows that are looked at to find the header."""


def add_sheet(
    builder: TextBuilder,
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    name: str = "",
    mark_rows: bool = True,
) -> bool:
    """Add the rows of one sheet with their places and the header repeated.

    Args:
        builder: What collects the text.
        rows: Row number (from 1) and cells as shown; read once, in pieces.
        name: The sheet's name, written as a heading when the sheet has rows.
        mark_rows: Whether each row becomes a place.

    Returns:
        Whether the sheet had rows.
    """
    ahead: list[tuple[int, Sequence[str]]] = []
    source = iter(rows)
    for number, cells in source:
        if any(cell.strip() for cell in cells):
            ahead.append((number, cells[: MAX_COLUMNS + 1]))
        if len(ahead) >= LOOK_AHEAD:
            break
    if not ahead:
        return False
    builder.heading(name, 1)
    ahead = _with_joined_heads(ahead)
    header = _header_index([cells for _, cells in ahead])
    for number, cells in ahead[:header] if header is not None else ():
        if mark_rows:
            builder.place("row", number)
        builder.paragraph(row_line(list(cells), keep_empty=False))
    body = ahead[header:] if header is not None else ahead
    skip = min((_first_filled(cells) for _, cells in body), default=0)
    writer = _Rows(builder, has_header=header is not None, mark_rows=mark_rows)
    for number, cells in chain(body, source):
        writer.add(number, cells[skip:] if not any(cells[:skip]) else cells)
    return True


def _with_joined_heads(rows: list[tuple[int, Sequence[str]]]) -> list[tuple[int, Sequence[str]]]:
    """Join a row that names groups of columns with the row of names below: "First half Planned"."""
    for index, ((number, groups), (_, names)) in enumerate(pairwise(rows)):
        spanned = any(a and a == b for a, b in pairwise(groups))
        both = list(zip_longest(groups, names, fillvalue=""))
        named = all(_year_like(name.strip()) or not _numeric(name) for name in names)
        if spanned and named and all(below for above, below in both if above):
            joined = [above if above == below else f"{above} {below}".strip() for above, below in both]
            return [*rows[:index], (number, joined), *rows[index + 2 :]]
    return rows


def _first_filled(cells: Sequence[str]) -> int:
    return next((index for index, cell in enumerate(cells) if cell.strip()), 0)


class _Rows:
    """Writes rows in groups."""

    def __init__(self, builder: TextBuilder, *, has_header: bool, mark_rows: bool) -> None:
        self.builder, self.has_header, self.mark_rows = builder, has_header, mark_rows
        self.head, self.size, self.fresh, self.count = "", 0, True, 0
        self.head_number = 0

    def add(self, number: int, cells: Sequence[str]) -> None:
        """Add one row; a blank one parts the sheet into blocks."""
        if any(len(cell) > MAX_CELL for cell in cells):
            self.builder.note(f"Only the first {MAX_CELL:,} characters of a cell were read.")
        if len(cells) > MAX_COLUMNS:
            self.builder.note(f"Only the first {MAX_COLUMNS:,} columns of a sheet were read.")
        line = row_line([cell[:MAX_CELL] for cell in cells[:MAX_COLUMNS]], keep_empty=self.has_header)
        if not line.replace("|", "").strip():
            return
        self.count += 1
        if self.count > MAX_ROWS:
            self.builder.note(f"Only the first {MAX_ROWS:,} rows of a sheet were read.")
            return
        if self.has_header and not self.head:
            self.head, self.head_number = line, number
            if self.mark_rows:
                self.builder.place("row", number)
            self.builder.paragraph(line)
            self.fresh = False
            return
        if self.size > GROUP:
            self.size, self.fresh = 0, True
        if self.fresh and self.head:
            # The header that is written again is still the row that it is in the sheet.
            if self.mark_rows:
                self.builder.place("row", self.head_number)
            self.builder.paragraph(self.head)
        if self.mark_rows:
            self.builder.place("row", number)
        if self.fresh and self.head:
            self.builder.line(line)
        elif self.fresh:
            self.builder.paragraph(line)
        else:
            self.builder.line(line)
        self.fresh = False
        self.size += len(line) + 1


def _header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row names the columns, or None.

    It is the first row as wide as the table whose cells are all words, when rows follow it. Narrower
    rows before it are titles.
    """
    if len(rows) < 2:
        return None
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(widths)
    if widest < 2:
        return None
    for index, row in enumerate(rows[:-1]):
        if widths[index] < max(2, 0.6 * widest):
            continue
        filled = [cell.strip() for cell in row if cell.strip()]
        distinct = len(set(filled)) >= 0.7 * len(filled)
        if distinct and all(len(cell) <= 80 for cell in filled) and sum(map(_numeric, filled)) <= 0.2 * len(filled):
            return index
        # Years and months across the top are a header too, when the first cell is a word or empty.
        if index == 0 and distinct and all(_year_like(cell) or not _numeric(cell) for cell in filled):
            return index
        return None
    return None


def _numeric(cell: str) -> bool:
    digits = sum(character.isdigit() for character in cell)
    letters = sum(character.isalpha() for character in cell)
    return digits > 0 and digits >= letters


def _year_like(cell: str) -> bool:
    return len(cell) == 4 and cell.isdigit() and cell[:2] in ("18", "19", "20")
