"""OpenDocument: texts (ODT), spreadsheets (ODS), presentations (ODP) and their flat XML forms.

The content is one XML file in a ZIP. Deleted text of tracked changes is left out; comments are read
only when asked for; macros and embedded files are never opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import PasswordNeeded, Unreadable
from ingest.loaders.archives.archive import Archive, open_archive
from ingest.loaders.builder import TextBuilder, add_table, one_line, row_line
from ingest.loaders.office.chart import headed
from ingest.loaders.office.docx_numbering import numeral
from ingest.loaders.office.formula import formula_text
from ingest.loaders.office.pictures import COMMENTS, caption_of
from ingest.loaders.office.sheet import MAX_ROWS, add_sheet
from ingest.loaders.office.xml_tree import Element, all_text, attribute, child, name_of, parse_xml

MEDIA_TYPE = "application/vnd.oasis.opendocument."
MAX_DEPTH = 40
MAX_REPEAT = 200
_NUMERALS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_SKIPPED = frozenset(
    ("tracked-changes", "forms", "annotation-end", "sequence-decls", "table-of-content-source", "ruby-text",
     "bookmark", "event-listeners", "shapes", "settings", "variable-decls", "user-field-decls", "script")
)  # fmt: skip


@dataclass(slots=True)
class _Reader:
    """The document while it is read.

    Attributes:
        lists: Number format and suffix of each level of each list style.
        counts: The next number of each open list.
    """

    builder: TextBuilder
    comments: bool
    archive: Archive | None
    lists: dict[tuple[str, int], tuple[str, str]]
    counts: list[int] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    frames: list[Element] = field(default_factory=list)
    in_list: bool = False


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an OpenDocument file."""
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    if not zipped:
        return _read(parse_xml(path.read_bytes()), None, options)
    with open_archive(path) as archive:
        if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise PasswordNeeded(
                "The document is protected by a password.", remedy="Save it without one, then add it again."
            )
        return _read(parse_xml(archive.read("content.xml")), archive, options)


def _read(root: Element, archive: Archive | None, options: LoadOptions) -> Loaded:
    body = child(root, "body")
    content = next((item for item in body if name_of(item) in _BODIES), None) if body is not None else None
    if content is None:
        raise Unreadable("The file is not an OpenDocument text, sheet or slides.", remedy="Convert it to PDF.")
    kind = name_of(content)
    reader = _Reader(TextBuilder(MEDIA_TYPE + kind), options.comments, archive, _list_styles(root, archive))
    if kind == "spreadsheet":
        for table in content:
            if name_of(table) == "table":
                add_sheet(reader.builder, _sheet_rows(reader, table), name=attribute(table, "name"))
                for frame in (item for item in table.iter() if name_of(item) == "frame"):
                    _shape(reader, frame)
    elif kind in ("presentation", "drawing"):
        _slides(reader, content)
    else:
        _blocks(reader, content, 0)
    _running_heads(reader, root, archive)
    return reader.builder.finish(title=reader.builder.title or _title(root, archive))


def _running_heads(reader: _Reader, root: Element, archive: Archive | None) -> None:
    """Add each header and footer once, behind the text; page numbers are dropped."""
    sources = [root]
    if archive is not None and "styles.xml" in archive:
        sources.append(parse_xml(archive.read("styles.xml")))
    seen: set[str] = set()
    used = {attribute(page, "master-page-name") for page in root.iter() if name_of(page) == "page"}
    for item in (item for source in sources for item in source.iter()):
        name = name_of(item).removesuffix("-left").removesuffix("-first").removesuffix("-decl")
        if name == "frame" and attribute(item, "class") in ("header", "footer"):
            # On a slide's master page; that of its notes is not shown.
            name = attribute(item, "class") if attribute(item.getparent(), "name") in used else ""
        if name not in ("header", "footer") or "}" not in str(item.tag):
            continue
        parts = [item] if name_of(item) != "frame" else [part for part in item.iter() if name_of(part) == "p"]
        said = [_collapsed(part, reader) for part in parts]
        frames, reader.frames = reader.frames, []
        said += [all_text(part) for frame in frames for part in frame.iter() if name_of(part) == "p"]
        words = one_line(" ".join(said))
        if sum(character.isalpha() for character in words) > 2 and words not in seen:
            seen.add(words)
            reader.builder.paragraph(f"{name.capitalize()}: {words}")


_BODIES = ("text", "spreadsheet", "presentation", "drawing")


def _title(root: Element, archive: Archive | None) -> str:
    meta = root
    if archive is not None:
        if "meta.xml" not in archive:
            return ""
        meta = parse_xml(archive.read("meta.xml"), recover=True)
    for item in meta.iter():
        if name_of(item) == "title" and "purl.org/dc" in str(item.tag):
            return one_line(all_text(item))
    return ""


def _list_styles(root: Element, archive: Archive | None) -> dict[tuple[str, int], tuple[str, str]]:
    """Return (format, suffix) of numbered levels by style name and level; bullets are left out."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    sources = [root]
    if archive is not None and "styles.xml" in archive:
        sources.append(parse_xml(archive.read("styles.xml")))
    for source in sources:
        for style in source.iter():
            if name_of(style) != "list-style":
                continue
            for level in style:
                number = attribute(level, "level", "1")
                if name_of(level) == "list-level-style-number" and number.isdigit():
                    look = attribute(level, "num-format")
                    found[attribute(style, "name"), int(number)] = (look, attribute(level, "num-suffix", "."))
    return found


def _blocks(reader: _Reader, parent: Element, depth: int, style: str = "") -> None:
    if depth > MAX_DEPTH:
        reader.builder.note("Parts nested too deeply were left out.")
        return
    for item in parent:
        name = name_of(item)
        if name in _SKIPPED:
            continue
        if name in ("p", "h"):
            _paragraph(reader, item, depth)
        elif name == "list":
            _list(reader, item, depth, style)
        elif name == "table":
            reader.in_list = False
            rows = [list(_cells(reader, row)) for row in _table_rows(item)]
            add_table(reader.builder, rows, header=len(rows) > 1)
        elif name == "annotation":
            _comment(reader, item)
        elif name == "desc":
            reader.builder.paragraph(caption_of(all_text(item)))
        elif name not in ("title", "note", "custom-shape-geometry"):
            _count_picture(reader, item)
            _blocks(reader, item, depth + 1, style)


def _paragraph(reader: _Reader, item: Element, depth: int, label: str = "") -> None:
    text = _collapsed(item, reader)
    if name_of(item) == "h":
        level = attribute(item, "outline-level", "1")
        reader.builder.title = reader.builder.title or one_line(text)
        reader.builder.heading(f"{label} {text}", int(level) if level.isdigit() else 1)
        reader.in_list = False
    elif text.strip():
        if label and reader.in_list:
            reader.builder.line(f"{label} {text}")
        else:
            reader.builder.paragraph(f"{label} {text}" if label else text)
        reader.in_list = bool(label)
    frames, reader.frames = reader.frames, []
    for frame in frames:
        _blocks(reader, frame, depth + 1)
    _write_pending(reader)


def _write_pending(reader: _Reader) -> None:
    """Add the notes, comments and charts of the block before."""
    pending, reader.pending = reader.pending, []
    for note in pending:
        reader.builder.paragraph(note)
        reader.in_list = False


def _count_picture(reader: _Reader, frame: Element) -> None:
    """Count a picture that nothing describes."""
    picture = name_of(frame) == "frame" and child(frame, "image") is not None and child(frame, "object") is None
    words = child(frame, "desc")
    if picture and not (words is not None and caption_of(all_text(words))):
        reader.builder.unread("picture")


def _list(reader: _Reader, item: Element, depth: int, style: str) -> None:
    style = attribute(item, "style-name", style)
    if depth > MAX_DEPTH:
        return
    reader.counts.append(1)
    level = len(reader.counts)
    for entry in item:
        if name_of(entry) not in ("list-item", "list-header"):
            continue
        look = reader.lists.get((style, level))
        start = attribute(entry, "start-value")
        if start.isdigit():
            reader.counts[-1] = int(start)
        label = "•"
        if look and look[0]:
            label = numeral(reader.counts[-1], _NUMERALS.get(look[0], "decimal")) + look[1]
        elif look or name_of(entry) == "list-header":
            label = ""
        for part in entry:
            if name_of(part) == "list":
                _list(reader, part, depth + 1, style)
            elif name_of(part) in ("p", "h"):
                _paragraph(reader, part, depth + 1, label)
                label = ""
            else:
                _blocks(reader, part, depth + 1, style)
        reader.counts[-1] += 1
    reader.counts.pop()


def _collapsed(item: Element, reader: _Reader) -> str:
    """Return a paragraph's text: blanks in the XML are collapsed, its own elements for them are not."""
    return "".join(_pieces(item, reader, 0))


def _pieces(item: Element, reader: _Reader, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    yield _soft(item.text)
    for inner in item:
        name = name_of(inner)
        if name == "s":
            count = attribute(inner, "c", "1")
            yield " " * min(int(count) if count.isdigit() else 1, 200)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name == "note":
            _note(reader, inner, depth)
        elif name == "annotation":
            _comment(reader, inner)
        elif name == "frame" and child(inner, "object") is not None:
            yield _object(reader, inner)
        elif name == "object-ole":
            reader.builder.unread("embedded object")
        elif name in ("frame", "custom-shape", "rect", "text-box", "g", "a") and _has_blocks(inner):
            _count_picture(reader, inner)
            reader.frames.append(inner)
        elif name not in _SKIPPED:
            _count_picture(reader, inner)
            yield from _pieces(inner, reader, depth + 1)
        yield _soft(inner.tail)


def _soft(text: str | None) -> str:
    return text.replace("\n", " ").replace("\t", " ") if text else ""


def _has_blocks(item: Element) -> bool:
    return any(name_of(inner) in ("p", "h", "list", "table", "desc") for inner in item.iter() if inner is not item)


def _object(reader: _Reader, frame: Element) -> str:
    """Return an embedded formula as text, and put a chart's title and values aside; other objects are counted."""
    target = attribute(child(frame, "object"), "href").removeprefix("./")
    part = f"{target}/content.xml"
    if reader.archive is None or part not in reader.archive:
        inline = child(frame, "object", "math")
        if inline is None:
            reader.builder.unread("embedded object")
        return formula_text(inline) if inline is not None else ""
    root = parse_xml(reader.archive.read(part), recover=True)
    if name_of(root) == "math":
        return f" {formula_text(root)} "
    chart = child(root, "body", "chart", "chart")
    if chart is None:
        reader.builder.unread("embedded object")
    else:
        title = " ".join(one_line(all_text(item)) for item in chart if name_of(item) == "title")
        tables = [
            [list(_cells(reader, row)) for row in _table_rows(item)] for item in chart if name_of(item) == "table"
        ]
        for rows in tables or [[]]:
            named = headed(title, rows) if rows and rows[0] else [[title]]
            reader.pending.append("\n".join(row_line(cells, keep_empty=True) for cells in named))
    return ""


def _note(reader: _Reader, note: Element, depth: int) -> None:
    kind = "Endnote" if attribute(note, "note-class") == "endnote" else "Footnote"
    body = child(note, "note-body")
    if body is None or depth > MAX_DEPTH:
        return
    inner = _Reader(reader.builder, False, None, reader.lists)
    words = " ".join(one_line(_collapsed(p, inner)) for p in body.iter() if name_of(p) in ("p", "h"))
    if words.strip():
        reader.pending.append(f"{kind}: {words}")


def _comment(reader: _Reader, item: Element) -> None:
    if not reader.comments:
        reader.builder.unread("comment", why=COMMENTS)
        return
    words = " ".join(one_line(all_text(p)) for p in item.iter() if name_of(p) == "p")
    author = next((all_text(p) for p in item if name_of(p) == "creator"), "")
    reader.pending.append(f"Comment by {author}: {words}" if author else f"Comment: {words}")


def _table_rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table, those of row groups and headers too, but not of inner tables."""
    for item in table:
        name = name_of(item)
        if name == "table-row":
            yield item
        elif name in ("table-rows", "table-header-rows", "table-row-group"):
            yield from _table_rows(item)


def _cells(reader: _Reader, row: Element) -> Iterator[str]:
    for cell in row:
        if name_of(cell) not in ("table-cell", "covered-table-cell"):
            continue
        inner = _Reader(reader.builder, False, None, reader.lists)
        remarks = [item for item in cell if name_of(item) == "annotation"]
        said = {p for remark in remarks for p in remark.iter()}
        parts = [p for p in cell.iter() if name_of(p) in ("p", "h") and p not in said]
        words = " ".join(one_line(_collapsed(p, inner)) for p in parts)
        for remark in remarks:
            if reader.comments:
                words += f" (Comment: {one_line(all_text(remark))})"
            else:
                reader.builder.unread("comment", why=COMMENTS)
        times = attribute(cell, "number-columns-repeated", "1")
        for _ in range(min(int(times) if times.isdigit() else 1, MAX_REPEAT if words else 1_000)):
            yield words


def _sheet_rows(reader: _Reader, table: Element) -> Iterator[tuple[int, list[str]]]:
    number = 1
    for row in _table_rows(table):
        times = attribute(row, "number-rows-repeated", "1")
        count = int(times) if times.isdigit() else 1
        cells = list(_cells(reader, row))
        while cells and not cells[-1]:
            cells.pop()
        if cells and count > MAX_REPEAT:
            reader.builder.note(f"Rows that repeat the one before were read {MAX_REPEAT} times.")
        for _ in range(min(count, MAX_REPEAT) if cells else 0):
            yield number, cells
            number += 1
        number += count - min(count, MAX_REPEAT) if cells else count
        if number > MAX_ROWS:
            reader.builder.note(f"Only the first {MAX_ROWS:,} rows of a sheet were read.")
            return


def _slides(reader: _Reader, content: Element) -> None:
    number = 0
    for page in content:
        if name_of(page) != "page":
            continue
        number += 1
        reader.builder.place("slide", number)
        titles = [s for s in page if attribute(s, "class") == "title"]
        for title in titles:
            words = one_line(" ".join(_collapsed(p, reader) for p in title.iter() if name_of(p) == "p"))
            reader.builder.title = reader.builder.title or words
            reader.builder.heading(words, 1)
        for shape in page:
            if shape in titles or attribute(shape, "class") in ("page-number", "date-time"):
                continue
            if name_of(shape) == "notes":
                lines = [_collapsed(p, reader) for p in shape.iter() if name_of(p) == "p"]
                notes = [line for line in lines if len(line.strip()) > 3]
                reader.builder.paragraph("Notes: " + "\n".join(notes) if notes else "")
            elif name_of(shape) not in ("forms", "animations", "par"):
                _shape(reader, shape)
                reader.in_list = False


def _shape(reader: _Reader, shape: Element) -> None:
    if name_of(shape) == "frame" and child(shape, "object") is not None:
        reader.builder.paragraph(_object(reader, shape))
        _write_pending(reader)
        return
    _count_picture(reader, shape)
    _blocks(reader, shape, 1)
