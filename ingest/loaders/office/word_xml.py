"""Word documents that are one XML file: of Word 2003, and whole packages ("Flat OPC"), read as the DOCX that they are.

A package names its parts; of Word 2003's own XML, whose elements have the names of today's, one is made. Then the
loader of the format reads it.
"""

from __future__ import annotations

import base64
import binascii
import io
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import TooLarge, Unreadable
from ingest.loaders.archives.archive import MAX_TOTAL
from ingest.loaders.archives.members import MAX_DEPTH, deeper, depth_of
from ingest.loaders.office.xml_tree import Element, attribute, child, name_of

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WRAPPERS = frozenset(("sect", "sub-section", "pBdrGroup", "smartTag", "content"))
"""Elements of Word 2003 around paragraphs or runs that say nothing by themselves."""


def is_word_xml(root: Element) -> bool:
    """Tell whether an XML file is a Word document or a package of Office."""
    return name_of(root) in ("wordDocument", "package") and "schemas.microsoft.com/office" in str(root.tag)


def load(path: Path, root: Element, options: LoadOptions) -> Loaded:
    """Read a file whose root `is_word_xml`."""
    from ingest.reading.load import load as load_file

    if depth_of(options) >= MAX_DEPTH:
        raise TooLarge(f"{path.name} lies in too many files within files.", remedy="Add the file that is inside.")
    parts = _parts(root) if name_of(root) == "package" else _of_2003(root)
    if sum(map(len, parts.values())) > MAX_TOTAL:
        raise TooLarge("The document is larger than one file may be.", remedy="Split it.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        inside = Path(folder) / f"{path.stem}.docx"
        inside.write_bytes(packed.getvalue())
        loaded = load_file(inside, deeper(options))
    return replace(loaded, notes=tuple(note for note in loaded.notes if not note.startswith("Named .docx")))


def _parts(root: Element) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    from lxml import etree

    found: dict[str, bytes] = {"[Content_Types].xml": b"<Types/>"}
    for part in root:
        name = attribute(part, "name").lstrip("/")
        xml, binary = child(part, "xmlData"), child(part, "binaryData")
        if xml is not None and len(xml):
            found[name] = etree.tostring(xml[0])
        elif binary is not None:
            try:
                found[name] = base64.b64decode(binary.text or "")
            except binascii.Error as error:
                raise Unreadable("A part of the document is damaged.", remedy="Save it as DOCX in Word.") from error
    return found


def _of_2003(root: Element) -> dict[str, bytes]:
    """Return the parts of a DOCX that says what a document of Word 2003 says."""
    from lxml import etree

    _unwrap(root)
    document = etree.Element("document")
    body = child(root, "body")
    if body is not None:
        document.append(body)
    styles = child(root, "styles")
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": _relations("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relations("styles", "styles.xml"),
        "word/document.xml": etree.tostring(document),
        "word/styles.xml": etree.tostring(styles) if styles is not None else b"<styles/>",
    }
    title = child(root, "DocumentProperties", "Title")
    if title is not None and title.text:
        properties = etree.Element("coreProperties")
        etree.SubElement(properties, "title").text = title.text
        parts["docProps/core.xml"] = etree.tostring(properties)
        parts["_rels/.rels"] = _relations(
            "officeDocument", "word/document.xml", "metadata/core-properties", "docProps/core.xml"
        )
    return parts


def _relations(*pairs: str) -> bytes:
    found = "".join(
        f'<Relationship Id="r{at}" Type="{_KINDS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(zip(pairs[::2], pairs[1::2], strict=True))
    )
    return f'<Relationships xmlns="{_RELATIONS}">{found}</Relationships>'.encode()


def _unwrap(root: Element) -> None:
    """Take deleted text out, put numbers of list items before their words, and footnotes behind their paragraph."""
    from lxml import etree

    for element in list(root.iter()):
        name, parent = name_of(element), element.getparent()
        if parent is None:
            continue
        if name == "annotation":
            kind = attribute(element, "type")
            if kind.endswith((".Deletion", ".Comment")):
                _without(parent, element)
            else:
                _lifted(parent, element)
        elif name in _WRAPPERS:
            _lifted(parent, element)
        elif name == "listPr" and name_of(parent) == "pPr":
            number = next((attribute(item, "val") for item in element if name_of(item) == "t"), "")
            paragraph = parent.getparent()
            if number and paragraph is not None:
                run = etree.Element("r")
                etree.SubElement(run, "t").text = f"{number} "
                paragraph.insert(list(paragraph).index(parent) + 1, run)
        elif name in ("footnote", "endnote") and name_of(parent) == "r":
            paragraph = parent.getparent()
            while paragraph is not None and name_of(paragraph) != "p":
                paragraph = paragraph.getparent()
            if paragraph is not None:
                parent.remove(element)
                for note in reversed([item for item in element if name_of(item) == "p"]):
                    run = etree.Element("r")
                    etree.SubElement(run, "t").text = "Footnote: " if name == "footnote" else "Endnote: "
                    note.insert(0, run)
                    paragraph.addnext(note)


def _without(parent: Element, element: Element) -> None:
    element.tail = None
    parent.remove(element)


def _lifted(parent: Element, element: Element) -> None:
    """Put what is in an element in its place."""
    at = list(parent).index(element)
    for inner in reversed(list(element)):
        parent.insert(at, inner)
    parent.remove(element)
