"""HWPX, the open format of Hangul: paragraphs, tables as rows, notes, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.archives.archive import open_archive
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.office.xml_tree import Element, all_text, child, name_of, parse_xml

MEDIA_TYPE = "application/hwp+zip"
MAX_DEPTH = 40
_SECTION = re.compile(r"Contents/section(\d+)\.xml")
_NOTES = {"footNote": "Footnote", "endNote": "Endnote"}
_UNREAD = {"pic": "picture", "ole": "embedded object", "video": "recording"}


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read an HWPX file."""
    builder = TextBuilder(MEDIA_TYPE)
    title = ""
    with open_archive(path) as archive:
        sections = [name for name in archive.names() if _SECTION.fullmatch(name)]
        for name in sorted(sections, key=lambda name: int(_SECTION.sub(r"\1", name))):
            _blocks(builder, parse_xml(archive.read(name)), 0)
        if "Contents/content.hpf" in archive:
            words = child(parse_xml(archive.read("Contents/content.hpf"), recover=True), "metadata", "title")
            title = one_line(all_text(words)) if words is not None else ""
    return builder.finish(title=title)


def _blocks(builder: TextBuilder, parent: Element, depth: int) -> None:
    """Add the paragraphs under `parent`, behind each the tables, boxes and notes that it holds."""
    if depth > MAX_DEPTH:
        builder.note("Parts nested too deeply were left out.")
        return
    for paragraph in parent:
        if name_of(paragraph) != "p":
            continue
        builder.paragraph("".join(_text(paragraph)))
        for item in _inside(paragraph):
            name = name_of(item)
            if name == "tbl":
                rows = [[_cell(cell) for cell in row if name_of(cell) == "tc"] for row in item if name_of(row) == "tr"]
                add_table(builder, rows, header=len(rows) > 1)
            elif name in _NOTES:
                builder.paragraph(f"{_NOTES[name]}: {_cell(item)}")
            elif name in _UNREAD:
                builder.unread(_UNREAD[name])
            elif name == "subList":
                _blocks(builder, item, depth + 1)


def _text(element: Element) -> Iterator[str]:
    """Yield the pieces of a paragraph's own text, not of what is anchored in it."""
    for run in element:
        for item in run if name_of(run) == "run" else ():
            if name_of(item) == "t":
                yield item.text or ""
                for mark in item:
                    yield {"lineBreak": "\n", "tab": "\t", "nbSpace": " ", "fwSpace": " "}.get(name_of(mark), "")
                    yield mark.tail or ""


def _inside(element: Element) -> Iterator[Element]:
    """Yield tables, notes, pictures and boxes that are anchored in a paragraph."""
    for item in element:
        name = name_of(item)
        if name == "tbl" or name == "subList" or name in _NOTES or name in _UNREAD:
            yield item
        elif name not in ("p", "t", "secPr"):
            yield from _inside(item)


def _cell(element: Element) -> str:
    """Return the text of a cell or note on one line."""
    return one_line(" ".join("".join(_text(item)) for item in element.iter() if name_of(item) == "p"))
