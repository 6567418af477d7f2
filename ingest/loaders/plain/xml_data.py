"""XML as readable text: feeds, articles (JATS, DocBook, TEI and their like), and plain records.

Feeds become one part an entry. Where elements hold prose, their structure becomes headings and
paragraphs; where they hold values, each value is a line named by its path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, Unreadable
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.markup.html import read as read_html
from ingest.loaders.office.formula import formula_text
from ingest.loaders.office.word_xml import is_word_xml
from ingest.loaders.office.word_xml import load as load_word
from ingest.loaders.office.xml_tree import Element, all_text, child, name_of, parse_xml

MEDIA_TYPE = "application/xml"
MAX_DEPTH = 200

_PROSE = frozenset(("p", "para", "simpara", "paragraph", "claim-text", "ab", "l", "verse", "quote", "blockquote"))
_SECTIONS = frozenset(
    ("abstract", "ack", "app", "appendix", "article", "back", "body", "chapter", "div", "div1", "div2",
     "front-stub", "part", "preface", "ref-list", "sec", "sect1", "sect2", "sect3", "sect4", "section",
     "sub-article")
)  # fmt: skip
_TITLES = frozenset(("title", "head", "heading", "article-title", "invention-title", "subtitle"))
_LISTS = frozenset(("list-item", "listitem", "item", "li"))
_SKIPPED = frozenset(
    ("aff-alternatives", "article-categories", "article-id", "contrib-id", "counts", "custom-meta-group",
     "elocation-id", "funding-group", "graphic", "history", "issue", "journal-meta", "label", "media",
     "object-id", "permissions", "pub-id", "related-object", "script", "self-uri", "style", "tex-math",
     "volume")
)  # fmt: skip
_UNSAID = _SKIPPED | {"name", "string-name", "person-group", "xref", "role"}
_RECORDS = frozenset(
    ("ref", "mixed-citation", "element-citation", "bibliomixed", "biblioentry", "contrib", "aff", "bibl")
)


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read an XML file; entities are not expanded and nothing is fetched."""
    builder = TextBuilder(MEDIA_TYPE)
    data = path.read_bytes()
    try:
        root = parse_xml(data)
    except Unreadable:
        root = parse_xml(data, recover=True)  # feeds are often not well-formed
        builder.note("Its XML is damaged; what stands at the damaged places may be missing.")
    if is_word_xml(root):
        return load_word(path, root, options)
    name = name_of(root)
    if name in ("rss", "feed", "RDF", "channel") and (entries := _entries(root)):
        builder.media_type = "application/atom+xml" if name == "feed" else "application/rss+xml"
        title = _feed(builder, root, entries)
    elif any(name_of(item) in _PROSE for item in root.iter()):
        builder.title = _first_title(root)
        _prose(builder, root, 1, 0)
        title = builder.title
    else:
        _values(builder, root)
        title = _first_title(root)
    return builder.finish(title=title)


def _entries(root: Element) -> list[Element]:
    return [item for item in root.iter() if name_of(item) in ("item", "entry")]


def _first_title(root: Element) -> str:
    for wanted in ("article-title", "invention-title", "title"):
        for item in root.iter():
            if name_of(item) == wanted and len(words := one_line(all_text(item))) < 300:
                return words
    return ""


def _feed(builder: TextBuilder, root: Element, entries: list[Element]) -> str:
    channel = child(root, "channel") if child(root, "channel") is not None else root
    title = ""
    for item in channel if channel is not None else ():
        if name_of(item) == "title" and not title:
            title = one_line(all_text(item))
            builder.heading(title, 1)
        elif name_of(item) in ("description", "subtitle"):
            _rich(builder, all_text(item))
    for number, entry in enumerate(entries, start=1):
        builder.place("part", number)
        parts = {name_of(item): item for item in reversed(entry)}
        heading = parts.get("title")
        if heading is not None:
            builder.heading(_without_markup(all_text(heading)), 2)
        when = next((parts[k] for k in ("pubDate", "published", "updated", "date") if k in parts), None)
        who = next((parts[k] for k in ("creator", "author") if k in parts), None)
        builder.paragraph(" · ".join(one_line(all_text(part)) for part in (when, who) if part is not None))
        # The full text, where the feed carries it, makes the summary superfluous.
        body = next((parts[k] for k in ("encoded", "content", "description", "summary") if k in parts), None)
        if body is not None:
            _rich(builder, all_text(body))
    return title


def _rich(builder: TextBuilder, text: str) -> None:
    """Add text that may be HTML."""
    if re.search(r"<[a-zA-Z!/]|&[a-z#0-9]+;", text):
        try:
            builder.include(read_html(text, whole=True), level=2)
        except NoText:
            return
    else:
        builder.paragraph(text)


def _without_markup(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    try:
        return read_html(text, whole=True).text
    except NoText:
        return ""


def _prose(builder: TextBuilder, element: Element, level: int, depth: int) -> None:
    """Add the prose under an element: titles as headings, paragraphs, tables, list items."""
    if depth > MAX_DEPTH:
        builder.note("Parts nested too deeply were left out.")
        return
    name = name_of(element)
    if name in _SKIPPED or not name:
        return
    if name in _TITLES:
        builder.heading(_inline(element), level - (name == "article-title"))
    elif name == "table":
        rows = list(_table(element))
        add_table(builder, rows, header=len(rows) > 1)
    elif name in _LISTS:
        words = _inline(element)
        builder.line(f"• {words}" if words else "")
    elif name in _RECORDS:
        builder.line(", ".join(_leaves(element)) if not _mixed(element) else _inline(element))
    elif name in _PROSE or name.endswith("formula") or (_mixed(element) and name not in _SECTIONS):
        _paragraph(builder, element, level, depth)
    elif len(element) and not _holds_prose(element):
        builder.line(", ".join(_leaves(element)))
    elif len(element) == 0:
        if (words := one_line(element.text or "")) and (len(words) > 40 or not words.replace(".", "").isdigit()):
            builder.paragraph(words)
    else:
        deeper = level + (name in _SECTIONS and name not in ("article", "body", "back"))
        for item in element:
            _prose(builder, item, deeper, depth + 1)


def _paragraph(builder: TextBuilder, element: Element, level: int, depth: int) -> None:
    """Add a paragraph; lists and tables inside it follow it."""
    blocks = [item for item in element if name_of(item) in ("list", "table-wrap", "table", "itemizedlist", "fig")]
    builder.paragraph(_inline(element, without=blocks))
    for block in blocks:
        _prose(builder, block, level + 1, depth + 1)


def _mixed(element: Element) -> bool:
    """Tell whether words stand between the children of an element."""
    if len(element) == 0:
        return False
    return bool((element.text or "").strip()) or any((item.tail or "").strip() for item in element)


def _inline(element: Element, without: list[Element] | None = None) -> str:
    return one_line("".join(_pieces(element, without or [], 0)))


def _pieces(element: Element, without: list[Element], depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    yield element.text or ""
    for item in element:
        name = name_of(item)
        if name == "math":
            yield formula_text(item)
        elif name in ("break", "br", "lb"):
            yield " "
        elif name and name not in ("tex-math", "label") and item not in without:
            if name in _PROSE or name in _LISTS:
                yield " "
            yield from _pieces(item, without, depth + 1)
        yield item.tail or ""


def _holds_prose(element: Element) -> bool:
    """Tell whether anything under an element is to be read, rather than a record of values."""
    return any(
        name_of(item) in _PROSE or name_of(item) in _TITLES or name_of(item) == "table" or _mixed(item)
        for item in element.iter()
    )


def _leaves(element: Element) -> Iterator[str]:
    for item in element.iter():
        if name_of(item) in _UNSAID:
            continue
        if words := one_line((item.text or "") if len(item) else all_text(item)):
            yield words


def _table(table: Element) -> Iterator[list[str]]:
    for row in table.iter():
        if name_of(row) in ("tr", "row"):
            yield [_inline(cell) for cell in row if name_of(cell) in ("td", "th", "entry", "cell")]


def _values(builder: TextBuilder, root: Element) -> None:
    """Add values as lines "path: value"; each child of the root is a block, a record of many a row."""
    alike = len(root) > 1 and len({name_of(item) for item in root}) <= 2
    for number, record in enumerate(root, start=1):
        if alike:
            builder.place("row", number)
        first = True
        for line in _lines(record, (), 0):
            (builder.paragraph if first else builder.line)(line)
            first = False
    builder.paragraph(root.text or "")


def _lines(element: Element, path: tuple[str, ...], depth: int) -> Iterator[str]:
    name = name_of(element)
    if depth > MAX_DEPTH or not name:
        return
    here = (*path, name)
    label = " › ".join(here[-3:])
    for key, value in element.attrib.items():
        key = str(key).rpartition("}")[2]
        if key not in ("schemaLocation", "space") and str(value).strip():
            yield f"{label} › {key}: {value}"
    if _mixed(element):
        yield f"{label}: {_inline(element)}"
        return
    if words := one_line(element.text or ""):
        yield f"{label}: {words}"
    for item in element:
        yield from _lines(item, here, depth + 1)
