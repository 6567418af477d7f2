"""XLSB: a workbook whose sheets are binary records instead of XML; cells as shown, rows as places.

The package around them, number formats and rows are those of XLSX. Formulas are never run: the value that the
program stored is shown. (MS-XLSB names the records by the numbers used here.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import Unreadable
from ingest.loaders.builder import TextBuilder
from ingest.loaders.office.number_format import BUILT_IN, shown
from ingest.loaders.office.package import Package, open_package
from ingest.loaders.office.sheet import MAX_CELL, MAX_COLUMNS, add_sheet
from ingest.loaders.office.xlsx import add_drawings

MEDIA_TYPE = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
MAX_STRINGS = 150_000_000
_ROW, _BLANK, _RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = range(8)
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR = range(8, 12)
_STRING, _FORMAT, _STYLE, _PROPERTIES, _SHEET = 19, 44, 47, 153, 156
_STYLES_BEGIN, _STYLES_END = 617, 618
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 43: "#GETTING_DATA"}


@dataclass(slots=True)
class _Book:
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    base_1904: bool = False


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an XLSB file; macros are never run."""
    builder = TextBuilder(MEDIA_TYPE)
    try:
        with open_package(path, options) as package:
            _read(package, builder, options)
            title = package.title()
    except (struct.error, IndexError, OverflowError) as error:
        raise Unreadable(
            "The workbook is damaged.", remedy="Open it in Excel or LibreOffice and save it as XLSX."
        ) from error
    return builder.finish(title=title, empty="The sheets hold no text.")


def _read(package: Package, builder: TextBuilder, options: LoadOptions) -> None:
    book = _Book()
    sheets: list[tuple[str, str, bool]] = []
    for kind, data in _records(package.archive.read(package.main)):
        if kind == _PROPERTIES:
            book.base_1904 = bool(data[0] & 1)
        elif kind == _SHEET:
            # The first program that wrote this format put a number before the sheet's own, which is never 0.
            relation, at = _string(data, 8 if data[4:8] != b"\0\0\0\0" else 12)
            name, _ = _string(data, at)
            sheets.append((relation, name, data[:4] != b"\0\0\0\0"))
    book.strings = _shared(package, builder)
    book.formats = _formats(package)
    relations = package.relations(package.main)
    for relation, name, hidden in sheets:
        kind_of, part = relations.get(relation, ("", ""))
        if kind_of != "worksheet" or part not in package.archive:
            continue
        if add_sheet(builder, _rows(book, package.archive.read(part)), name=name) and hidden:
            builder.note(f"The sheet {name!r} is hidden in the file; it was read too.")
        add_drawings(package, part, builder, options)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record: its kind and its length are written in groups of seven bits."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + size > len(data):
            raise IndexError("a record ends behind the part")
        yield kind, data[at : at + size]
        at += size


def _string(data: bytes, at: int) -> tuple[str, int]:
    """Return a string that begins with its length, "" for one that is missing, and where it ends."""
    length = struct.unpack_from("<I", data, at)[0]
    at += 4
    if length == 0xFFFFFFFF:
        return "", at
    end = at + 2 * length
    return data[at:end].decode("utf-16-le", "replace"), end


def _shared(package: Package, builder: TextBuilder) -> list[str]:
    found: list[str] = []
    size = 0
    for part in package.related(package.main, "sharedStrings"):
        for kind, data in _records(package.archive.read(part)):
            if kind == _STRING:
                found.append(_string(data, 1)[0][:MAX_CELL])
                size += len(found[-1])
                if size > MAX_STRINGS:
                    builder.note("The workbook holds more words than are read: some cells are empty.")
                    return found
    return found


def _formats(package: Package) -> list[str]:
    """Return the format code of each cell style by its index."""
    codes = dict(BUILT_IN)
    numbers: list[int] = []
    for part in package.related(package.main, "styles"):
        of_cells = False
        for kind, data in _records(package.archive.read(part)):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = _string(data, 2)[0]
            elif kind in (_STYLES_BEGIN, _STYLES_END):
                of_cells = kind == _STYLES_BEGIN
            elif kind == _STYLE and of_cells:
                numbers.append(struct.unpack_from("<H", data, 2)[0])
    return [codes.get(number, "General") for number in numbers]


def _rows(book: _Book, data: bytes) -> Iterator[tuple[int, list[str]]]:
    number = 0
    cells: list[str] = []
    for kind, content in _records(data):
        if kind == _ROW:
            if cells:
                yield number, cells
            number, cells = struct.unpack_from("<I", content)[0] + 1, []
        elif _BLANK < kind <= _FORMULA_ERROR and number:
            column = min(struct.unpack_from("<I", content)[0], MAX_COLUMNS)
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = _cell(book, kind, content)
    if cells:
        yield number, cells


def _cell(book: _Book, kind: int, data: bytes) -> str:
    """Return what a cell shows; its value stands behind eight bytes, of its column and its style."""
    if kind in (_TEXT, _FORMULA_TEXT):
        return _string(data, 8)[0][:MAX_CELL]
    if kind == _SHARED:
        index = struct.unpack_from("<I", data, 8)[0]
        return book.strings[index] if index < len(book.strings) else ""
    if kind in (_BOOL, _FORMULA_BOOL):
        return "TRUE" if data[8] else "FALSE"
    if kind in (_ERROR, _FORMULA_ERROR):
        return _ERRORS.get(data[8], "#N/A")
    style = int.from_bytes(data[4:7], "little")
    code = book.formats[style] if style < len(book.formats) else "General"
    value = _short_number(struct.unpack_from("<i", data, 8)[0]) if kind == _RK else struct.unpack_from("<d", data, 8)[0]
    return shown(float(value), code, base_1904=book.base_1904)


def _short_number(packed: int) -> float:
    """Return a number of 30 bits: whole, or the upper half of a double; the lowest bit says that it is a hundredth."""
    if packed & 2:
        value = float(packed >> 2)
    else:
        value = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<i", packed & ~3))[0]
    return value / 100 if packed & 1 else value
