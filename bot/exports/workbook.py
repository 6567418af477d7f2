"""A survey as an Excel workbook: a sheet of documents by questions, with values that sort, and a sheet of footnotes.

The few parts of SpreadsheetML (ECMA-376) that this takes are written here. Text is always an inline string, which no
program runs as a formula, whatever it begins with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.answer import where
from bot.survey.cell import NOT_SAID
from bot.survey.table import title_of
from bot.text.shown import markers, one_line, shown_source, visible

if TYPE_CHECKING:
    from bot.computed.value import Value
    from bot.exports.sheet import Link
    from bot.survey.cell import Cell
    from bot.survey.table import Survey

LONGEST = 32_767
"""Characters that Excel takes in a cell."""
MOST_LINKS = 65_000
"""Links that Excel takes in a sheet, rounded down."""
LONGEST_ADDRESS = 2_000
"""Characters of an address that Excel follows, rounded down."""
PLAIN, HEAD, WRAPPED, DAY, MONTH, YEAR, LINKED, SILENT = range(8)
"""Styles of cells: their places in `cellXfs` of `_STYLES`."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a workbook would read as a character's code, and not as what it says."""
_DAY_ZERO = date(1899, 12, 30)
"""Excel counts days from here, rightly from March 1900 on."""
_FIRST_DAY = date(1900, 3, 1)
_TIME = (1980, 1, 1, 0, 0, 0)
"""Of the parts in the archive: the same survey gives the same bytes."""

_CONTENT = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    '<Override PartName="/xl/worksheets/sheet2.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
_ROOT = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="Survey" sheetId="1" r:id="rId1"/><sheet name="Footnotes" sheetId="2" r:id="rId2"/>'
    "</sheets></workbook>"
)
_BOOK_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>'
)
_WRAP = '<alignment vertical="top" wrapText="1"/>'
_TOP = '<alignment vertical="top"/>'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm"/><numFmt numFmtId="166" formatCode="yyyy"/></numFmts>'
    '<fonts count="4"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    '<font><u/><sz val="11"/><color rgb="FF1D4F91"/><name val="Calibri"/></font>'
    '<font><sz val="11"/><color rgb="FF85898F"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="8">'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_TOP}</xf>'
    f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{_WRAP}</xf>'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_WRAP}</xf>'
    + "".join(
        f'<xf numFmtId="{form}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"'
        f' applyAlignment="1">{_TOP}</xf>'
        for form in (164, 165, 166)
    )
    + f'<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{_WRAP}</xf>'
    f'<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{_WRAP}</xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell holds: text or a number, its style, and where it leads: an address, or a place in the workbook."""

    value: str | float
    style: int = PLAIN
    link: str = ""
    inside: str = ""


def write(survey: Survey, *, link: Link, folder: str = "") -> bytes:
    """Return a survey as an .xlsx file.

    A date is a date, a number a number, each beside the words that it was read from; their unit stands in a column of
    its own. The words lead to their footnote on the second sheet, the footnote to its place.

    Args:
        survey: What was found.
        link: Returns the address at which a footnote can be read, or "".
        folder: Sources inside this folder are shown relative to it.
    """
    answers = [_heading(survey), *_answers(survey, folder)]
    notes = [[_Cell(head, HEAD) for head in ("number", "document and place", "quote", "source", "link")]]
    notes += _notes(survey, link, folder)
    widths = [32, 32, *(width for _ in survey.questions for width in (40, 14, 8))]
    parts = {
        "[Content_Types].xml": _CONTENT,
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _BOOK_RELATIONS,
        "xl/styles.xml": _STYLES,
    }
    for number, (rows, wide) in enumerate(((answers, widths), (notes, [8, 40, 80, 32, 40])), start=1):
        sheet, addresses = _sheet(rows, wide)
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
        if addresses:
            parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _link_relations(addresses)
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = ZipInfo(name, _TIME)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content.encode("utf-8"))
    return made.getvalue()


def _heading(survey: Survey) -> list[_Cell]:
    parts = ("", " (value)", " (unit)")
    heads = ["document", "source", *(one_line(q) + part for q in survey.questions for part in parts)]
    return [_Cell(head, HEAD) for head in heads]


def _answers(survey: Survey, folder: str) -> Iterator[list[_Cell]]:
    for row in survey.rows:
        source = shown_source(row.document.source, folder=folder)
        answers = [part for cell in row.cells for part in _answer(cell)]
        yield [_Cell(title_of(row.document), WRAPPED), _Cell(source, WRAPPED), *answers]


def _answer(cell: Cell) -> Iterator[_Cell]:
    if not cell.says:
        yield from (_Cell(NOT_SAID, SILENT), _Cell(""), _Cell(""))
        return
    marks = markers(citation.number for citation in cell.citations)
    place = f"Footnotes!A{cell.citations[0].number + 1}" if cell.citations else ""
    yield _Cell(f"{one_line(cell.words)} {marks}".strip(), LINKED if place else WRAPPED, inside=place)
    yield _value(cell.value) if cell.value else _Cell("")
    yield _Cell("" if cell.value is None or cell.value.unit == "date" else cell.value.unit)


def _value(value: Value) -> _Cell:
    """Return a value so that Excel sorts it: a number, or the first day of what is named, shown as far as it is."""
    if isinstance(value.value, float):
        return _Cell(value.value)
    parts = [int(part) for part in value.value.split("-")]
    try:
        day = date(*parts, *(1,) * (3 - len(parts)))
    except ValueError:  # 30 February
        return _Cell(value.value)
    if day < _FIRST_DAY:
        return _Cell(value.value)
    return _Cell(float((day - _DAY_ZERO).days), (YEAR, MONTH, DAY)[len(parts) - 1])


def _notes(survey: Survey, link: Link, folder: str) -> Iterator[list[_Cell]]:
    for citation in survey.citations:
        address = link(citation)
        yield [
            _Cell(float(citation.number)),
            _Cell(where(citation), WRAPPED),
            _Cell(visible(citation.quote), WRAPPED),
            _Cell(shown_source(citation.source, folder=folder), WRAPPED),
            _Cell(address, LINKED, link=address) if 0 < len(address) <= LONGEST_ADDRESS else _Cell(address, WRAPPED),
        ]


def _sheet(rows: Sequence[Sequence[_Cell]], widths: Sequence[int]) -> tuple[str, list[str]]:
    """Return a worksheet, and the addresses that its links lead to in the order of their ids."""
    data: list[str] = []
    links: list[str] = []
    addresses: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for index, cell in enumerate(row):
            at = f"{_letters(index)}{number}"
            cells.append(_written(at, cell))
            if len(links) < MOST_LINKS and cell.inside:
                links.append(f'<hyperlink ref="{at}" location="{_quoted(cell.inside)}"/>')
            elif len(links) < MOST_LINKS and cell.link:
                addresses.append(cell.link)
                links.append(f'<hyperlink ref="{at}" r:id="rId{len(addresses)}"/>')
        data.append(f'<row r="{number}">{"".join(cells)}</row>')
    last = f"{_letters(len(rows[0]) - 1)}{len(rows)}"
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1)
    )
    # The order of these parts is fixed by the schema.
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData>{"".join(data)}</sheetData><autoFilter ref="A1:{last}"/>'
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + "</worksheet>"
    ), addresses


def _written(at: str, cell: _Cell) -> str:
    if isinstance(cell.value, float):
        return f'<c r="{at}" s="{cell.style}"><v>{cell.value!r}</v></c>'
    if not cell.value:
        return ""
    text = _ESCAPED.sub("_x005F_", _UNREADABLE.sub("\ufffd", cell.value))
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    return f'<c r="{at}" s="{cell.style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _link_relations(addresses: Iterable[str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/hyperlink" Target="{_quoted(address)}" TargetMode="External"/>'
        for n, address in enumerate(addresses, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _quoted(text: str) -> str:
    return escape(_UNREADABLE.sub("", text), {'"': "&quot;"})


def _letters(index: int) -> str:
    """Return the name of a column, from 0: A, B … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
