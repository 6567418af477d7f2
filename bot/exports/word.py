"""A sheet as a Word file (DOCX) whose footnotes are Word's own: numbered, moved and listed by Word and LibreOffice.

What never changes stands as XML in `word_parts/`; here are the text, the footnotes, and what they link to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.exports.nodes import Node, add, node
from bot.exports.sheet import Entry, Note, Sentence, Sheet, right_to_left

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
HYPERLINK = f"{R[1:-1]}/hyperlink"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
SEPARATOR = "\u00a0"
"""Between two marks, so that 1 and 2 are not read as 12."""


def write(sheet: Sheet) -> bytes:
    """Return a sheet as the bytes of a DOCX file."""
    from io import BytesIO
    from zipfile import ZIP_DEFLATED, ZipFile

    footnotes, links = _footnotes(sheet.notes)
    parts = {
        "[Content_Types].xml": _static("content_types"),
        "_rels/.rels": _static("package_relationships"),
        "word/document.xml": _xml(_document(sheet)),
        "word/footnotes.xml": _xml(footnotes),
        "word/_rels/document.xml.rels": _static("document_relationships"),
        "word/_rels/footnotes.xml.rels": _xml(links),
        "word/settings.xml": _static("settings"),
        "word/styles.xml": _static("styles"),
        "docProps/core.xml": _xml(_properties(sheet.title)),
    }
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def _static(name: str) -> bytes:
    return Path(__file__).with_name("word_parts").joinpath(f"{name}.xml").read_bytes()


def _xml(root: Node) -> bytes:
    from lxml import etree

    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def _document(sheet: Sheet) -> Node:
    body = node(f"{W}body", None, _paragraph(_runs(sheet.title), sheet.title, style="Title"))
    pointed: set[int] = set()
    for entry in sheet.entries:
        if not sheet.single:
            add(body, _paragraph(_runs(entry.question), entry.question, style="Heading1"))
        add(body, *_entry(entry, pointed))
    size = node(f"{W}pgSz", {f"{W}w": "11906", f"{W}h": "16838"})
    margins = dict.fromkeys(("top", "right", "bottom", "left"), "1417") | dict.fromkeys(("header", "footer"), "708")
    margin = node(f"{W}pgMar", {f"{W}{side}": width for side, width in (margins | {"gutter": "0"}).items()})
    return _root("document", add(body, node(f"{W}sectPr", None, size, margin)))


def _root(name: str, *children: Node) -> Node:
    from lxml import etree

    return add(etree.Element(f"{W}{name}", nsmap={"w": W[1:-1], "r": R[1:-1]}), *children)


def _entry(entry: Entry, pointed: set[int]) -> Iterator[Node]:
    if entry.said:
        yield _paragraph(_runs(entry.said, "Strong"), entry.said)
    for paragraph in entry.paragraphs:
        runs: list[Node] = []
        for sentence in paragraph:
            runs += [*(_runs(" ") if runs else ()), *_sentence(sentence, pointed)]
        yield _paragraph(runs, paragraph[0].text)
    for remark in (*entry.remarks, *filter(None, (entry.about,))):
        yield _paragraph(_runs(remark), remark, style="Remark")


def _paragraph(runs: list[Node], text: str, *, style: str = "") -> Node:
    """Return a paragraph in the direction of its text."""
    properties = node(
        f"{W}pPr",
        None,
        node(f"{W}pStyle", {f"{W}val": style}) if style else None,
        node(f"{W}bidi") if right_to_left(text) else None,
    )
    return node(f"{W}p", None, properties if len(properties) else None, *runs)


def _runs(text: str, style: str = "") -> list[Node]:
    """Return text as a run, with Word's line ends and tabs; no run for no text."""
    return [_run(style, *_words(text), turned=right_to_left(text))] if text else []


def _run(style: str, *content: Node, turned: bool = False) -> Node:
    properties = node(
        f"{W}rPr",
        None,
        node(f"{W}rStyle", {f"{W}val": style}) if style else None,
        node(f"{W}vertAlign", {f"{W}val": "superscript"}) if style == "FootnoteReference" else None,
        node(f"{W}rtl") if turned else None,
    )
    return node(f"{W}r", None, properties if len(properties) else None, *content)


def _words(text: str) -> Iterator[Node]:
    for index, line in enumerate(text.split("\n")):
        if index:
            yield node(f"{W}br")
        for tab, piece in enumerate(line.split("\t")):
            if tab:
                yield node(f"{W}tab")
            if piece:
                yield node(f"{W}t", {XML_SPACE: "preserve"}, piece)


def _sentence(sentence: Sentence, pointed: set[int]) -> Iterator[Node]:
    before, bold, after = sentence.pieces()
    if sentence.verdict:
        yield from (*_runs(sentence.verdict, "Strong"), *_runs(" "))
    yield from (*_runs(before), *_runs(bold, "Strong"), *_runs(after))
    for index, number in enumerate(sentence.notes):
        if index:
            yield _run("FootnoteReference", *_words(SEPARATOR))
        if number in pointed:
            yield _again(number)
        else:
            pointed.add(number)
            yield from _mark(number)


def _mark(number: int) -> Iterator[Node]:
    """Yield the mark of a footnote; a bookmark around it lets later marks point at the same."""
    yield node(f"{W}bookmarkStart", {f"{W}id": str(number), f"{W}name": _bookmark(number)})
    yield _run("FootnoteReference", node(f"{W}footnoteReference", {f"{W}id": str(number)}))
    yield node(f"{W}bookmarkEnd", {f"{W}id": str(number)})


def _again(number: int) -> Node:
    """Return a further mark of a footnote that the text has pointed at: a cross-reference, as Word makes it."""
    shown = _run("FootnoteReference", *_words(str(number)))
    return node(f"{W}fldSimple", {f"{W}instr": f" NOTEREF {_bookmark(number)} \\f \\h "}, shown)


def _bookmark(number: int) -> str:
    return f"_RefFootnote{number}"  # the underscore hides it from Word's list of bookmarks


def _footnotes(notes: tuple[Note, ...]) -> tuple[Node, Node]:
    """Return the part of the footnotes, and the relationships that hold their links."""
    from lxml import etree

    # LibreOffice opens no file whose relationships have a prefix.
    links = etree.Element(f"{RELATIONSHIPS}Relationships", nsmap={None: RELATIONSHIPS[1:-1]})
    root = _root("footnotes", _line("separator", "-1"), _line("continuationSeparator", "0"))
    for note in notes:
        key = f"rId{note.number}" if note.link else ""
        if key:
            found = {"Id": key, "Type": HYPERLINK, "Target": note.link, "TargetMode": "External"}
            add(links, node(f"{RELATIONSHIPS}Relationship", found))
        add(root, node(f"{W}footnote", {f"{W}id": str(note.number)}, _note(note, key)))
    return root, links


def _line(kind: str, number: str) -> Node:
    """Return the line between text and footnotes, which Word keeps as a footnote of its own."""
    spacing = {f"{W}after": "0", f"{W}line": "240", f"{W}lineRule": "auto"}
    paragraph = node(f"{W}p", None, node(f"{W}pPr", None, node(f"{W}spacing", spacing)), _run("", node(f"{W}{kind}")))
    return node(f"{W}footnote", {f"{W}type": kind, f"{W}id": number}, paragraph)


def _note(note: Note, key: str) -> Node:
    where = _runs(note.where, "Hyperlink" if key else "")
    runs = [
        _run("FootnoteReference", node(f"{W}footnoteRef")),
        *_runs(" "),
        *_runs(f"“{note.quote}”"),
        *_runs(" — "),
        *([node(f"{W}hyperlink", {f"{R}id": key}, *where)] if key else where),
        *(_runs(f" ({note.source})") if note.source else ()),
    ]
    return _paragraph(runs, note.quote, style="FootnoteText")


def _properties(title: str) -> Node:
    from lxml import etree

    core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    plain, terms = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
    kind = "http://www.w3.org/2001/XMLSchema-instance"
    made = {f"{{{kind}}}type": "dcterms:W3CDTF"}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    root = etree.Element(f"{{{core}}}coreProperties", nsmap={"cp": core, "dc": plain, "dcterms": terms, "xsi": kind})
    return add(
        root,
        node(f"{{{plain}}}title", None, title),
        node(f"{{{plain}}}creator", None, "Footnote"),
        node(f"{{{terms}}}created", made, now),
        node(f"{{{terms}}}modified", made, now),
    )
