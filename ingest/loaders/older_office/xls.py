"""XLS, the workbook format before 2007, through xlrd: cells as shown, rows as places.

xlrd (BSD, no dependencies, 100 kB) reads this format alone and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import PasswordNeeded, Unreadable
from ingest.loaders.builder import TextBuilder
from ingest.loaders.office.encrypted import read_unlocked
from ingest.loaders.office.number_format import shown
from ingest.loaders.office.sheet import add_sheet

MEDIA_TYPE = "application/vnd.ms-excel"


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an XLS file; macros are never run."""
    return read_unlocked(path, options, _read)


def _read(path: Path) -> Loaded:
    builder = TextBuilder(MEDIA_TYPE)
    book = _open(path)
    for index in range(book.nsheets):
        sheet = book.sheet_by_index(index)
        add_sheet(builder, _rows(book, sheet), name=sheet.name)
        if index < book.nsheets - 1:
            book.unload_sheet(index)
    return builder.finish(empty="The sheets hold no text.")


def _open(path: Path) -> Any:
    import struct
    from os import devnull

    import xlrd

    try:
        with Path(devnull).open("w") as nowhere:
            return xlrd.open_workbook(str(path), logfile=nowhere, formatting_info=True, on_demand=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise PasswordNeeded(
                "The workbook is protected by a password.", remedy="Give it with --password."
            ) from error
        raise _damaged() from error
    except (
        struct.error,
        AssertionError,
        IndexError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:
        raise _damaged() from error


def _damaged() -> Unreadable:
    return Unreadable("The workbook is damaged.", remedy="Open it in Excel or LibreOffice and save it as XLSX.")


def _rows(book: Any, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for row in range(sheet.nrows):
        yield row + 1, [_cell(book, sheet, row, column) for column in range(sheet.row_len(row))]


def _cell(book: Any, sheet: Any, row: int, column: int) -> str:
    kind = sheet.cell_type(row, column)
    value = sheet.cell_value(row, column)
    if kind == 1:
        return str(value)
    if kind in (2, 3):
        style = sheet.cell_xf_index(row, column)
        code = "General"
        if style is not None and style < len(book.xf_list):
            code = book.format_map[book.xf_list[style].format_key].format_str
        return shown(float(value), code or "General", base_1904=book.datemode == 1)
    if kind == 4:
        return "TRUE" if value else "FALSE"
    if kind == 5:
        return {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}.get(value, "#N/A")
    return ""
