"""XLSX: each sheet under its name, cells as shown, rows as places, read in pieces.

Formulas are never run: the value that the program stored is shown. Sheets are streamed, so that a
file of a million rows needs little memory beside its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.office.chart import add_chart
from ingest.loaders.office.number_format import BUILT_IN, shown
from ingest.loaders.office.package import Package, open_package
from ingest.loaders.office.pictures import COMMENTS, caption_of
from ingest.loaders.office.pivot import add_pivot_records
from ingest.loaders.office.sheet import LOOK_AHEAD, MAX_CELL, MAX_COLUMNS, add_sheet
from ingest.loaders.office.xml_tree import Element, attribute, child, name_of, stream_xml

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_STRINGS = 150_000_000
MAX_BEHIND = 20_000_000
NUMBERING = 2
"""Words beside the number of a page that say no more than it: "Page 3 of 7"."""
MAX_MERGED, MAX_SPAN = 100_000, 1_000
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_HEADS = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(Header|Footer)[^>]*>([^<]+)<")
_FIELDS = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|\d{1,3}|[A-Z])')
"""What stands in a header for a place, a font, a colour or the number of the page."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile(r"([A-Z]+)(\d*)")


@dataclass(slots=True)
class _Book:
    package: Package
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    base_1904: bool = False


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an XLSX file (also XLSM, XLTX: macros are never run)."""
    builder = TextBuilder(MEDIA_TYPE)
    with open_package(path, options) as package:
        workbook = package.root(package.main)
        book = _Book(package, _strings(package, builder), _formats(package))
        book.base_1904 = attribute(child(workbook, "workbookPr"), "date1904") in ("1", "true")
        relations = package.relations(package.main)
        sheets = child(workbook, "sheets")
        for sheet in sheets if sheets is not None else ():
            relation = next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
            kind, part = relations.get(relation, ("", ""))
            if part not in package.archive:
                continue
            name = attribute(sheet, "name")
            behind = _behind_rows(package, part)
            filled = kind == "worksheet" and add_sheet(builder, _rows(book, part, behind), name=name)
            if not filled and package.related(part, "drawing"):
                builder.heading(name, 1)
            if filled and attribute(sheet, "state") in ("hidden", "veryHidden"):
                builder.note(f"The sheet {name!r} is hidden in the file; it was read too.")
            add_drawings(package, part, builder, options)
            _add_running_heads(behind, builder)
        names = {attribute(sheet, "name") for sheet in (sheets if sheets is not None else ())}
        add_pivot_records(package, builder, sheets=names)
        title = package.title()
    return builder.finish(title=title, empty="The sheets hold no text.")


def _strings(package: Package, builder: TextBuilder) -> list[str]:
    """Return the shared strings; phonetic guides left out."""
    strings: list[str] = []
    size = 0
    for part in package.related(package.main, "sharedStrings"):
        with package.archive.open(part) as stream:
            for item in stream_xml(stream, "{*}si"):
                strings.append(_string(item)[:MAX_CELL])
                size += len(strings[-1])
                if size > MAX_STRINGS:
                    builder.note("The workbook holds more words than are read: some cells are empty.")
                    return strings
    return strings


def _string(item: Element) -> str:
    parts: list[str] = []
    for inner in item:
        if name_of(inner) == "t":
            parts.append(inner.text or "")
        elif name_of(inner) == "r":
            parts.extend(text.text or "" for text in inner if name_of(text) == "t")
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Return a text with the characters that Excel writes by their number, as `_x000D_`."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _formats(package: Package) -> list[str]:
    """Return the format code of each cell style by its index."""
    for part in package.related(package.main, "styles"):
        root = package.root(part)
        codes = dict(BUILT_IN)
        for item in child(root, "numFmts") if child(root, "numFmts") is not None else ():  # type: ignore[union-attr]
            number = attribute(item, "numFmtId")
            if number.isdigit():
                codes[int(number)] = attribute(item, "formatCode")
        styles = child(root, "cellXfs")
        numbers = [attribute(item, "numFmtId", "0") for item in (styles if styles is not None else ())]
        return [codes.get(int(number) if number.isdigit() else 0, "General") for number in numbers]
    return []


def _rows(book: _Book, part: str, behind: bytes) -> Iterator[tuple[int, list[str]]]:
    number = 0
    merged = _merged(behind)
    with book.package.archive.open(part) as stream:
        for row in stream_xml(stream, "{*}row"):
            given = row.get("r", "")
            number = int(given) if given.isdigit() else number + 1
            cells: list[str] = []
            for cell in row:
                column = _column(cell.get("r", ""), len(cells))
                words = _cell(book, cell)
                column = min(column, MAX_COLUMNS)  # one more than is read, so that the sheet is said to be wider
                if words:
                    cells.extend([""] * (column + 1 - len(cells)))
                    cells[column] = words
            for cell in merged.get(number, ()):
                cell.fill(number, cells)
            yield number, cells


@dataclass(slots=True)
class _Merged:
    """A cell that spans others: its words stand in each row, and in the rows of the header in each column."""

    first: int
    left: int
    right: int
    words: str = ""

    def fill(self, number: int, cells: list[str]) -> None:
        """Write the words into a row's cells, unless they are all that stands in it: a title."""
        if number == self.first:
            self.words = cells[self.left] if self.left < len(cells) else ""
        right = self.right if number <= LOOK_AHEAD else self.left
        if self.words and any(words for at, words in enumerate(cells) if not self.left <= at <= self.right):
            cells.extend([""] * (right + 1 - len(cells)))
            for at in range(self.left, right + 1):
                cells[at] = cells[at] or self.words


def _merged(behind: bytes) -> dict[int, list[_Merged]]:
    """Return the merged cells by each row that they span."""
    found: dict[int, list[_Merged]] = {}
    for match in _MERGED.finditer(behind):
        left, first, right, last = (part.decode() for part in match.groups())
        if int(last) - int(first) < MAX_SPAN and len(found) < MAX_MERGED:
            cell = _Merged(int(first), _column(left, 0), min(_column(right, 0), MAX_COLUMNS - 1))
            for number in range(int(first), int(last) + 1):
                found.setdefault(number, []).append(cell)
    return found


def _behind_rows(package: Package, part: str) -> bytes:
    """Return what a sheet says behind its rows: which cells are merged, what stands at the head and foot of pages."""
    kept = b""
    inside = True
    with package.archive.open(part) as stream:
        while data := stream.read(1 << 20):
            kept += data
            if inside and (end := kept.rfind(b"sheetData>")) >= 0:
                kept, inside = kept[end:], False
            elif inside:
                kept = kept[-20:]  # where the tag may go on in the next piece
            elif len(kept) > MAX_BEHIND:
                break
    return kept


def _add_running_heads(behind: bytes, builder: TextBuilder) -> None:
    """Add the words of a sheet's headers and footers, each once; what only numbers the pages is left out."""
    said: dict[str, None] = {}
    for kind, raw in _HEADS.findall(behind):
        code = unescape(raw.decode("utf-8", "replace"))
        words = one_line(_FIELDS.sub(" ", code))
        if sum(map(str.isalpha, words)) > 2 and not ("&P" in code and len(words.split()) <= NUMBERING):
            said[f"{kind.decode()}: {words}"] = None
    for line in said:
        builder.paragraph(line)


def _column(reference: str, default: int) -> int:
    """Return the column index that a reference such as "AB12" names."""
    match = _COLUMN.match(reference)
    if not match or len(match.group(1)) > 3:
        return default
    index = 0
    for letter in match.group(1):
        index = index * 26 + ord(letter) - 64
    return index - 1


def _cell(book: _Book, cell: Element) -> str:
    """Return what a cell shows."""
    kind = cell.get("t", "n")
    value, formula = "", ""
    for item in cell:
        name = name_of(item)
        if name == "v":
            value = item.text or ""
        elif name == "is":
            return _string(item)[:MAX_CELL]
        elif name == "f":
            formula = item.text or ""
    if not value:
        return f"={formula}" if formula and kind == "n" else ""
    if kind == "s":
        return book.strings[int(value)] if value.isdigit() and int(value) < len(book.strings) else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind in ("str", "e", "inlineStr", "d"):
        return _unescaped(value)
    style = cell.get("s", "0")
    code = book.formats[int(style)] if style.isdigit() and int(style) < len(book.formats) else "General"
    try:
        number = float(value)
    except ValueError:
        return value
    if code == "General" and value.lstrip("-").isdigit() and len(value) <= 15:
        return value
    return shown(number, code, base_1904=book.base_1904)


def add_drawings(package: Package, part: str, builder: TextBuilder, options: LoadOptions) -> None:
    """Add text boxes and charts that lie on a sheet, and comments when they are asked for."""
    charts = package.related(part, "chart")
    for drawing in package.related(part, "drawing"):
        for item in package.root(drawing).iter():
            if name_of(item) == "cNvPr" and name_of(item.getparent()) == "nvPicPr":
                caption = caption_of(attribute(item, "descr"))
                builder.paragraph(caption)
                if not caption:
                    builder.unread("picture")
            elif name_of(item) == "txBody":
                lines = ("".join(t.text or "" for t in p.iter() if name_of(t) == "t") for p in item)
                builder.paragraph("\n".join(lines))
        charts += package.related(drawing, "chart")
    for chart in charts:
        add_chart(builder, package.root(chart))
    for _ in (*package.related(part, "oleObject"), *package.related(part, "package")):
        builder.unread("embedded object")
    for comments in package.related(part, "comments"):
        if comments.endswith(".bin"):
            builder.note("Comments of a sheet were not read. Save the workbook as XLSX to have them read.")
            continue
        for item in package.root(comments).iter():
            if name_of(item) != "comment":
                continue
            words = "".join(t.text or "" for t in item.iter() if name_of(t) == "t")
            if options.comments:
                builder.paragraph(f"Comment on {attribute(item, 'ref')}: {words}")
            else:
                builder.unread("comment", why=COMMENTS)
