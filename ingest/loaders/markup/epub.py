"""EPUB: a book's chapters in reading order, named as its table of contents names them."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, NoText, PasswordNeeded, Unreadable
from ingest.loaders.archives.archive import Archive, open_archive
from ingest.loaders.builder import TextBuilder, one_line
from ingest.loaders.markup.html import declared_charset, read
from ingest.loaders.office.xml_tree import Element, all_text, attribute, child, name_of, parse_xml
from ingest.reading.decode import decode

MEDIA_TYPE = "application/epub+zip"
_FONT_KINDS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an EPUB book; its chapters are parts."""
    builder = TextBuilder(MEDIA_TYPE)
    with open_archive(path, passwords=options.passwords) as archive:
        _refuse_locked(archive)
        package = _package(archive)
        root = parse_xml(archive.read(package), recover=True)
        folder = posixpath.dirname(package)
        items = {attribute(item, "id"): item for item in _items(root, "manifest")}
        names = _chapter_names(archive, root, items, folder)
        number = missing = 0
        for reference in _items(root, "spine"):
            item = items.get(attribute(reference, "idref"))
            if item is None or "nav" in attribute(item, "properties").split():
                continue
            part = _join(folder, attribute(item, "href"))
            if "html" not in attribute(item, "media-type", "html"):
                continue
            if part not in archive:
                missing += 1
                continue
            number += 1
            builder.place("part", number)
            _chapter(builder, archive, part, names.get(part, ""))
        if missing:
            builder.note(
                f"Of the parts that the book names {missing} {'is' if missing == 1 else 'are'} not in its file."
            )
        title = next((all_text(i) for i in root.iter() if name_of(i) == "title"), "")
    return builder.finish(title=title, empty="The book holds no text.")


def _refuse_locked(archive: Archive) -> None:
    """Refuse a book under copy protection; scrambled fonts alone are no matter."""
    if "META-INF/encryption.xml" not in archive:
        return
    root = parse_xml(archive.read("META-INF/encryption.xml"), recover=True)
    for item in root.iter():
        if name_of(item) == "EncryptionMethod" and attribute(item, "Algorithm") not in _FONT_KINDS:
            raise PasswordNeeded("The book is under copy protection.", remedy="Only books without it are read.")


def _package(archive: Archive) -> str:
    if "META-INF/container.xml" in archive:
        root = parse_xml(archive.read("META-INF/container.xml"), recover=True)
        for item in root.iter():
            if name_of(item) == "rootfile" and attribute(item, "full-path") in archive:
                return attribute(item, "full-path")
    for name in archive.names():
        if name.lower().endswith(".opf"):
            return name
    raise Unreadable("The book's table of parts is missing.", remedy="Fetch or export the book again.")


def _items(root: Element, name: str) -> list[Element]:
    found = child(root, name)
    return [item for item in found if name_of(item) in ("item", "itemref")] if found is not None else []


def _join(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))).lstrip("/")


def _chapter_names(archive: Archive, root: Element, items: dict[str, Element], folder: str) -> dict[str, str]:
    """Return what the table of contents calls each part."""
    names: dict[str, str] = {}
    spine = child(root, "spine")
    tables = [item for item in items.values() if "nav" in attribute(item, "properties").split()]
    if attribute(spine, "toc") in items:
        tables.append(items[attribute(spine, "toc")])
    for table in tables:
        part = _join(folder, attribute(table, "href"))
        if part not in archive:
            continue
        try:
            contents = parse_xml(archive.read(part), recover=True)
        except LoadError:
            continue  # the chapters can be read without their names
        base = posixpath.dirname(part)
        for entry in contents.iter():
            if name_of(entry) == "a" and attribute(entry, "href"):
                names.setdefault(_join(base, attribute(entry, "href")), one_line(all_text(entry)))
            elif name_of(entry) == "navPoint":
                label, target = child(entry, "navLabel", "text"), child(entry, "content")
                if label is not None:
                    names.setdefault(_join(base, attribute(target, "src")), one_line(all_text(label)))
    return names


def _chapter(builder: TextBuilder, archive: Archive, part: str, name: str) -> None:
    data = archive.read(part)
    decoded = decode(data, declared=declared_charset(data))
    try:
        chapter = read(_without_self_closing(decoded.text), whole=True)
    except NoText:
        for _ in _PICTURE.findall(decoded.text):
            builder.unread("picture")
        return
    first = chapter.headings[0] if chapter.headings else None
    if name and (first is None or first.start > 200):
        builder.heading(name, 1)
        builder.include(chapter, level=1)
    else:
        builder.include(chapter)


_PICTURE = re.compile(r"<(?:img|image)\b")
_SELF_CLOSING = re.compile(r"<(title|script|style|a|div|span|p|textarea|iframe|i|b|em)(\s[^<>]*)?/>")


def _without_self_closing(source: str) -> str:
    """Return XHTML as an HTML parser understands it: <title/> and <script/> would swallow the page."""
    return _SELF_CLOSING.sub(r"<\1\2></\1>", source)
