"""DOCX: headings, numbered lists, tables as rows, text boxes, foot- and endnotes, formulas.

Deleted text of tracked changes, field codes, and the phonetic guides above Japanese words are left out.
Headers and footers stand once at the end, page numbers dropped; comments only when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.archives.members import add_member
from ingest.loaders.builder import TextBuilder, add_table, one_line, raised
from ingest.loaders.office.chart import add_chart, diagram_texts
from ingest.loaders.office.docx_numbering import Numbering, read_numbering
from ingest.loaders.office.formula import formula_text
from ingest.loaders.office.package import Package, open_package
from ingest.loaders.office.pictures import COMMENTS, caption_of
from ingest.loaders.office.xml_tree import Element, attribute, child, name_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_DEPTH = 40
LAYOUT_CELL = 600
"""Characters from which a table's cell is taken for a column of the page, not for data."""


@dataclass(slots=True)
class _Style:
    """What a paragraph style says that matters here."""

    name: str = ""
    outline: int | None = None
    list_number: str = ""
    depth: int = 0


@dataclass(slots=True)
class _Reader:
    """The document while it is read."""

    package: Package
    options: LoadOptions
    builder: TextBuilder
    numbering: Numbering
    styles: dict[str, _Style]
    notes: dict[tuple[str, str], Element]
    pending: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    in_list: bool = False


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a DOCX file (also DOCM, DOTX: macros are never run)."""
    builder = TextBuilder(MEDIA_TYPE)
    with open_package(path, options) as package:
        reader = _Reader(package, options, builder, _numbering(package), _styles(package), _notes(package))
        body = child(package.root(package.main), "body")
        if body is not None:
            _blocks(reader, body, 0)
        _running_heads(reader, package)
        _comments(reader, package)
        title = package.title()
    return builder.finish(title=builder.title or title)


def _numbering(package: Package) -> Numbering:
    parts = package.related(package.main, "numbering")
    return read_numbering(package.root(parts[0]) if parts else None)


def _styles(package: Package) -> dict[str, _Style]:
    """Return paragraph styles by id, what they inherit filled in."""
    styles: dict[str, _Style] = {}
    parents: dict[str, str] = {}
    parts = package.related(package.main, "styles")
    for item in package.root(parts[0]) if parts else ():
        if name_of(item) != "style":
            continue
        key = attribute(item, "styleId")
        styles[key] = style = _Style(attribute(child(item, "name"), "val").lower())
        parents[key] = attribute(child(item, "basedOn"), "val")
        style.outline = _outline(child(item, "pPr"))
        style.list_number, style.depth = _list_of(child(item, "pPr"))
        if style.outline is None and style.name.startswith("heading ") and style.name[8:].isdigit():
            style.outline = int(style.name[8:]) - 1
    for key, style in styles.items():
        above, steps = parents.get(key, ""), 0
        while above in styles and steps < 12:
            if style.outline is None:
                style.outline = styles[above].outline
            if not style.list_number:
                style.list_number, style.depth = styles[above].list_number, style.depth or styles[above].depth
            above, steps = parents.get(above, ""), steps + 1
    return styles


def _outline(properties: Element | None) -> int | None:
    value = attribute(child(properties, "outlineLvl"), "val")
    return int(value) if value.isdigit() and int(value) < 9 else None


def _list_of(properties: Element | None) -> tuple[str, int]:
    numbered = child(properties, "numPr")
    depth = attribute(child(numbered, "ilvl"), "val", "0")
    return attribute(child(numbered, "numId"), "val"), int(depth) if depth.isdigit() else 0


def _notes(package: Package) -> dict[tuple[str, str], Element]:
    """Return foot- and endnotes by kind and id; the separators between them left out."""
    notes: dict[tuple[str, str], Element] = {}
    for kind in ("footnote", "endnote"):
        for part in package.related(package.main, f"{kind}s"):
            for item in package.root(part):
                if name_of(item) == kind and attribute(item, "type", "normal") == "normal":
                    notes[kind, attribute(item, "id")] = item
    return notes


def _blocks(reader: _Reader, parent: Element, depth: int) -> None:
    """Add paragraphs and tables under `parent` in order."""
    if depth > MAX_DEPTH:
        reader.builder.note("Parts nested too deeply were left out.")
        return
    for item in parent:
        match name_of(item):
            case "p":
                _paragraph(reader, item, depth)
            case "tbl":
                _table(reader, item, depth)
                _drawings(reader)
                _pending_notes(reader, depth)
            case "AlternateContent":
                chosen = _chosen(item)
                if chosen is not None:
                    _blocks(reader, chosen, depth + 1)
            case "altChunk":
                _embedded_text(reader, item)
            case "del" | "moveFrom" | "sectPr" | "sdtPr" | "sdtEndPr":
                continue
            case _:
                _blocks(reader, item, depth + 1)


def _chosen(item: Element) -> Element | None:
    """Return the one of several forms of the same content that is read."""
    choice = child(item, "Choice")
    return choice if choice is not None else child(item, "Fallback")


def _paragraph(reader: _Reader, paragraph: Element, depth: int) -> None:
    properties = child(paragraph, "pPr")
    style = reader.styles.get(attribute(child(properties, "pStyle"), "val"), _Style())
    text = "".join(_runs(reader, paragraph, 0))
    outline = _outline(properties)
    outline = style.outline if outline is None else outline
    number, level = _list_of(properties)
    if not number:
        number, level = style.list_number, level or style.depth
    if text.strip():
        label = reader.numbering.label(number, level) if number and number != "0" else ""
        words = f"{label} {text}" if label else text
        if style.name == "title" and depth == 0:
            reader.builder.title = reader.builder.title or one_line(text)
            reader.builder.heading(words, 1)
        elif outline is not None and len(text) < 400:
            reader.builder.heading(words, outline + 1)
        elif label and reader.in_list:
            reader.builder.line(words)
        else:
            reader.builder.paragraph(words)
        reader.in_list = bool(label) and outline is None
    boxes, reader.boxes = reader.boxes, []
    for box in boxes:
        reader.in_list = False
        _blocks(reader, box, depth + 1)
    _drawings(reader)
    _pending_notes(reader, depth)


def _drawings(reader: _Reader) -> None:
    """Add the alternative texts of the last block's pictures, the values of its charts, the boxes of its diagrams."""
    captions, reader.captions = reader.captions, []
    for caption in captions:
        reader.builder.paragraph(caption)
        reader.in_list &= not caption
    charts, reader.charts = reader.charts, []
    relations = reader.package.relations(reader.package.main) if charts else {}
    for chart in charts:
        kind, part = relations.get(chart, ("", ""))
        if kind == "chart" and part in reader.package.archive:
            add_chart(reader.builder, reader.package.root(part))
        elif kind == "diagramData" and part in reader.package.archive:
            for text in diagram_texts(reader.package.root(part)):
                reader.builder.paragraph(text)


def _embedded_text(reader: _Reader, item: Element) -> None:
    """Add HTML, RTF or text that the document carries as a part of its own text."""
    kind, part = reader.package.relations(reader.package.main).get(attribute(item, "id"), ("", ""))
    if kind != "aFChunk" or part not in reader.package.archive:
        return
    add_member(reader.builder, part, reader.package.archive.read(part), reader.options, number=0, level=0)


def _pending_notes(reader: _Reader, depth: int) -> None:
    """Add the notes that the last block points at, right behind it."""
    pending, reader.pending = reader.pending, []
    for kind, number in pending:
        note = reader.notes.pop((kind, number), None)
        if note is not None and depth < MAX_DEPTH:
            words = " ".join(filter(None, (one_line("".join(_runs(reader, p, 0))) for p in _paragraphs(note))))
            if words:
                reader.builder.paragraph(f"{kind.capitalize()}: {words}")
                reader.in_list = False


def _paragraphs(parent: Element) -> Iterator[Element]:
    return (item for item in parent.iter() if name_of(item) == "p")


def _runs(reader: _Reader, parent: Element, depth: int) -> Iterator[str]:
    """Yield the pieces of a paragraph's text; text boxes and notes are put aside for later."""
    if depth > MAX_DEPTH:
        return
    for item in parent:
        match name_of(item):
            case "t":
                yield item.text or ""
            case "tab" | "ptab":
                yield "\t"
            case "br" | "cr":
                yield "\n" if attribute(item, "type") not in ("page", "column") else " "
            case "noBreakHyphen":
                yield "‑"
            case "sym":
                yield _symbol(attribute(item, "char"))
            case "footnoteReference" | "endnoteReference":
                reader.pending.append((name_of(item)[:-9], attribute(item, "id")))
            case "ffData":
                yield _form_value(item)
            case "oMath" | "oMathPara":
                yield f" {formula_text(item)} "
            case "r" if attribute(child(item, "rPr", "vertAlign"), "val") == "superscript":
                yield raised("".join(_runs(reader, item, depth + 1)))
            case "txbxContent":
                reader.boxes.append(item)
            case "docPr":
                reader.captions.append(caption_of(attribute(item, "descr")))
                if not reader.captions[-1] and _is_picture(item):
                    reader.builder.unread("picture")
            case "imagedata":
                reader.captions.append(caption_of(attribute(parent, "alt")))
                if not reader.captions[-1]:
                    reader.builder.unread("picture")
            case "object":
                reader.builder.unread("embedded object")
            case "chart":
                reader.charts.append(attribute(item, "id"))
            case "relIds":
                reader.charts.append(attribute(item, "dm"))
            case "AlternateContent":
                chosen = _chosen(item)
                if chosen is not None:
                    yield from _runs(reader, chosen, depth + 1)
            case "del" | "moveFrom" | "instrText" | "rt" | "pPr" | "rPr" | "sdtPr" | "delText":
                continue
            case _:
                yield from _runs(reader, item, depth + 1)


def _form_value(field: Element) -> str:
    """Return what a form field of the old kind shows: a box, ticked or not, or the entry that was chosen."""
    box, entries = child(field, "checkBox"), child(field, "ddList")
    if box is not None:
        state = child(box, "checked") if child(box, "checked") is not None else child(box, "default")
        return "☒" if state is not None and attribute(state, "val", "1") not in ("0", "false", "off") else "☐"
    if entries is not None:
        words = [attribute(item, "val") for item in entries if name_of(item) == "listEntry"]
        chosen = attribute(child(entries, "result"), "val") or attribute(child(entries, "default"), "val", "0")
        return words[int(chosen)] if chosen.isdigit() and int(chosen) < len(words) else ""
    return ""


def _is_picture(properties: Element) -> bool:
    """Tell whether a drawing is a picture that is more than decoration, from its properties."""
    if any(name_of(item) == "decorative" and attribute(item, "val") in ("1", "true") for item in properties.iter()):
        return False
    return any(name_of(item) == "pic" for item in properties.getparent().iter())


def _symbol(code: str) -> str:
    try:
        character = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return character if not 0xE000 <= ord(character) <= 0xF8FF or code.upper() == "F0B7" else ""


def _table(reader: _Reader, table: Element, depth: int) -> None:
    rows = [row for row in table.iter() if name_of(row) == "tr" and _table_of(row) is table]
    cells = [list(_within(row, "tc")) for row in rows]
    reader.in_list = False
    # A table of one cell, or with a page of text in a cell, lays out the page: read cell after cell.
    if sum(map(len, cells)) <= 1 or any(_length(cell) > LAYOUT_CELL for row in cells for cell in row):
        for row in cells:
            for cell in row:
                if attribute(child(cell, "tcPr", "vMerge"), "val", "restart") == "restart":
                    _blocks(reader, cell, depth + 1)
        return
    above: dict[int, str] = {}
    lines: list[list[str]] = []
    for row, row_cells in zip(rows, cells, strict=True):
        late = attribute(child(row, "trPr", "gridBefore"), "val", "0")
        column = min(int(late), 60) if late.isdigit() else 0
        line: list[str] = [""] * column
        for cell in row_cells:
            words = _cell_text(reader, cell, depth)
            merged = child(cell, "tcPr", "vMerge")
            if merged is not None and attribute(merged, "val", "continue") == "continue":
                words = above.get(column, "")
            above[column] = words
            line.append(words)
            span = attribute(child(cell, "tcPr", "gridSpan"), "val", "1")
            column += int(span) if span.isdigit() else 1
        lines.append(line)
    add_table(reader.builder, lines, header=len(lines) > 1)


def _table_of(row: Element) -> Element | None:
    above = row.getparent()
    while above is not None and name_of(above) != "tbl":
        above = above.getparent()
    return above


def _within(row: Element, name: str) -> Iterator[Element]:
    """Yield the cells of a row, those in content controls too, but not those of nested tables."""
    for item in row:
        if name_of(item) == name:
            yield item
        elif name_of(item) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _within(item, name)


def _length(cell: Element) -> int:
    return sum(len(item.text or "") for item in cell.iter() if name_of(item) == "t")


def _cell_text(reader: _Reader, cell: Element, depth: int) -> str:
    """Return a cell's words on one line; list items keep their labels, inner rows are parted by ";"."""
    if depth > MAX_DEPTH:
        return ""
    pieces: list[str] = []
    for item in cell:
        if name_of(item) == "p":
            properties = child(item, "pPr")
            number, level = _list_of(properties)
            label = reader.numbering.label(number, level) if number and number != "0" else ""
            words = one_line("".join(_runs(reader, item, 0)))
            pieces.append(f"{label} {words}" if label and words else words)
            boxes, reader.boxes = reader.boxes, []
            pieces.extend(_cell_text(reader, box, depth + 1) for box in boxes)
        elif name_of(item) == "tbl":
            pieces.append("; ".join(_inner_row(reader, row, depth) for row in item if name_of(row) == "tr"))
        elif name_of(item) in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            pieces.append(_cell_text(reader, item, depth + 1))
    return " ".join(piece for piece in pieces if piece)


def _inner_row(reader: _Reader, row: Element, depth: int) -> str:
    cells = (_cell_text(reader, cell, depth + 1) for cell in _within(row, "tc"))
    return ", ".join(cell for cell in cells if cell)


def _running_heads(reader: _Reader, package: Package) -> None:
    """Add each header and footer once; page numbers and what the text already says are dropped."""
    seen: set[str] = set()
    for kind in ("header", "footer"):
        for part in package.related(package.main, kind):
            for paragraph in _paragraphs(package.root(part)):
                words = one_line("".join(_runs(reader, paragraph, 0)))
                letters = sum(character.isalpha() for character in words)
                if letters < 3 or words in seen or words.lower().startswith(("page ", "seite ")):
                    continue
                seen.add(words)
                reader.builder.paragraph(f"{kind.capitalize()}: {words}")
    for aside in (reader.boxes, reader.pending, reader.captions, reader.charts):
        aside.clear()


def _comments(reader: _Reader, package: Package) -> None:
    for part in package.related(package.main, "comments"):
        for item in package.root(part):
            words = " ".join(one_line("".join(_runs(reader, p, 0))) for p in _paragraphs(item)).strip()
            if words and not reader.options.comments:
                reader.builder.unread("comment", why=COMMENTS)
            elif words:
                author = one_line(attribute(item, "author"))
                reader.builder.paragraph(f"Comment by {author}: {words}" if author else f"Comment: {words}")
