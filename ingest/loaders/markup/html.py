"""HTML: the main content as plain text, without navigation, scripts and other furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, add_table, one_line, raised
from ingest.reading.decode import decode

_META = re.compile(rb"<meta[^>]+?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.I)
_XML = re.compile(rb"\A\s*<\?xml[^>]+?encoding\s*=\s*[\"']([\w:.-]+)", re.I)

_NEVER = "script, style, noscript, template, svg, canvas, iframe, object, embed, select, button, head"
_FURNITURE = (
    "nav, footer, aside, [role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "[role=complementary], [hidden], [aria-hidden=true]"
)
_EXTRAS = (
    ".ad, .ads, .advert, .advertisement, .breadcrumb, .breadcrumbs, .newsletter, .share, .share-buttons, .sharing, "
    ".social, .social-share"
)
"""What pages put beside their text, by the usual names; taken out where it is short."""
_CONSENT = "[id*=cookie i], [class*=cookie i], [id*=consent i], [class*=consent i]"
_DIALOGS = "dialog, [role=dialog], [role=alertdialog], [aria-modal=true]"
_SHORT, _LONG = 300, 2_500
_DEEP = 4
"""Frames inside frames that are read."""
_TYPED = ("text", "email", "tel", "number", "date", "url", "time", "month", "week", "datetime-local")
"""Kinds of fields that show what was typed into them."""
_RAISED = "sup, a[role=doc-noteref], a[epub\\:type~=noteref]"
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p "
        "pre section summary table tbody td tfoot th thead tr ul",
    )
)
# Below this many characters, what is marked as the main part is not the whole content.
_ENOUGH = 200
_BREAK = "\v"
"""Stands for `br` among words; the builder writes it as a line end."""


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read an HTML or XHTML file."""
    data = path.read_bytes()
    decoded = decode(data, declared=declared_charset(data), nfc=False)
    return read(decoded.text, notes=decoded.notes)


def declared_charset(data: bytes) -> str:
    """Return the charset that a page declares in its first bytes, or ""."""
    found = _META.search(data, 0, 4096) or _XML.search(data, 0, 1024)
    return found[1].decode("ascii", "replace") if found else ""


def read(html: str, *, notes: tuple[str, ...] = (), whole: bool = False) -> Loaded:
    """Turn HTML source into plain text with its headings.

    Args:
        html: The source.
        notes: Sentences for the report.
        whole: Whether all of the body is content (a mail, a book's chapter), so that nothing is
            taken for navigation.
    """
    tree = LexborHTMLParser(html)
    titled = tree.css_first("head > title")
    title = one_line(titled.text(deep=True)) if titled else ""
    builder = TextBuilder("text/html")
    for note in notes:
        builder.note(note)
    if tree.body is not None:
        for recording in tree.body.css("video, audio, object, embed"):
            builder.unread("recording" if recording.tag in ("video", "audio") else "embedded object")
        _open_frames(tree.body, 0)
        for page in tree.body.css("iframe[src]:not([srcdoc]):not([hidden])"):
            if page.attributes.get("width") not in ("0", "1") and page.attributes.get("height") not in ("0", "1"):
                builder.unread("embedded page")
        for _ in tree.body.css("svg:has(text)"):
            builder.unread("picture")
        _fill_in(tree.body)
        _drop(tree.body, _NEVER)
        _raise(tree.body)
        part = tree.body if whole else _main_part(tree.body, cookies="ookie" in html)
        for _ in part.css('img:not([alt=""]):not([width="1"])'):  # without words it is decoration, or counts visits
            builder.unread("picture")
        _Walk(builder).write(part)
    return builder.finish(title=title)


def _open_frames(body: LexborNode, depth: int) -> None:
    """Put the pages that a page holds in itself (`srcdoc`) in the place of their frames."""
    for frame in body.css("iframe[srcdoc]") if depth < _DEEP else ():
        inner = LexborHTMLParser(frame.attributes.get("srcdoc") or "").body
        if inner is not None:
            _open_frames(inner, depth + 1)
            inside = LexborHTMLParser(f"<div>{inner.inner_html}</div>").css_first("div")
            frame.insert_before(inside) if inside is not None else None


def _fill_in(body: LexborNode) -> None:
    """Write what a form shows in its fields and the choices that are made in it as words."""
    for field in body.css("form input[value]"):
        if (field.attributes.get("type") or "text").lower() in _TYPED:
            field.replace_with(f" {field.attributes.get('value') or ''} ")
    for choice in body.css("form select"):
        made = choice.css("option[selected]") or choice.css("option")[:1]
        choice.replace_with(f" {', '.join(one_line(option.text(deep=True)) for option in made)} ")


def _drop(node: LexborNode, selector: str) -> None:
    for found in reversed(node.css(selector)):  # what lies inside another goes before it
        found.decompose()


def _raise(body: LexborNode) -> None:
    """Write raised numbers as such: 2<sup>64</sup> is not 264."""
    found = body.css(_RAISED)
    for node in found:
        words = node.text(deep=True)
        if (written := raised(words)) != words:
            node.replace_with(written)
    if found:
        body.merge_text_nodes()


def _drop_furniture(part: LexborNode, *, cookies: bool) -> None:
    """Take menus, banners that ask for consent and other furniture out of a part of a page."""
    _drop(part, _FURNITURE)
    for selector, longest, must in ((_EXTRAS, _SHORT, ""), (_CONSENT, _LONG, "cookie"), (_DIALOGS, _LONG, "")):
        for found in reversed(part.css(selector) if cookies or not must else ()):
            words = found.text(deep=True).strip()
            content = found.css_first("h1") or 2 * len(words) > len(part.text(deep=True))
            if len(words) <= longest and must in words.lower() and not content:
                found.decompose()


def _main_part(body: LexborNode, *, cookies: bool) -> LexborNode:
    """Return the node that holds the content; navigation around and in it is taken out."""
    articles = body.css("article")
    candidates: list[LexborNode] = [
        *body.css("main, [role=main]")[:1],
        *(articles if len(articles) == 1 else ()),
    ]
    for node in candidates:
        size = len(node.text(deep=True).strip())
        if size >= _ENOUGH or size * 2 >= len(body.text(deep=True)):
            _drop_furniture(node, cookies=cookies)
            return node
    _drop_furniture(body, cookies=cookies)
    for header in body.css("header"):
        if not header.css_first("h1"):
            header.decompose()
    return body


MAX_SPAN = 1_000
"""Rows that one cell may span."""


class _Walk:
    """Writes a tree in reading order. A stack instead of recursion: pages nest as deep as they like."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._line: list[str] = []
        self._lists: list[int | None] = []  # next number of each open list, None for bullets
        self._marker = ""
        self._in_list = False

    def write(self, root: LexborNode) -> None:
        stack = [(root, root.iter(include_text=True))] if self._enter(root) else []
        while stack:
            node, children = stack[-1]
            for child in children:
                if child.is_text_node:
                    self._line.append(child.text_content or "")
                elif self._enter(child):
                    stack.append((child, child.iter(include_text=True)))
                    break
            else:
                stack.pop()
                self._leave(node)
        self._flush()

    def _enter(self, node: LexborNode) -> bool:
        """Handle the beginning of a node and tell whether its children are to be walked."""
        tag = node.tag or ""
        if tag not in _BLOCKS:
            if tag == "br":
                self._line.append(_BREAK)
            return node.is_element_node
        self._flush()
        match tag:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._heading(node.text(deep=True), int(tag[1]))
                return False
            case "pre":
                self._builder.verbatim(node.text(deep=True))
                self._in_list = False
                return False
            case "table" if _is_data(node):
                self._table(node)
                return False
            case "ul" | "menu":
                self._lists.append(None)
            case "ol":
                start = node.attributes.get("start") or "1"
                self._lists.append(int(start) if start.lstrip("-").isdigit() else 1)
            case "li":
                self._marker = self._next_marker()
            case _:
                pass
        return True

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _BLOCKS:
            self._flush()
            if tag in ("ul", "ol", "menu") and self._lists:
                self._lists.pop()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{number}. "

    def _heading(self, words: str, level: int) -> None:
        self._builder.title = self._builder.title or one_line(words)
        self._builder.heading(words, level)
        self._in_list = False

    def _flush(self) -> None:
        """Write the words gathered so far as one block."""
        if not self._line:
            return
        # The source's own line ends are blanks.
        words = "".join(self._line).replace("\n", " ").strip()
        self._line.clear()
        if not words:
            return
        write = self._builder.line if self._lists and self._in_list else self._builder.paragraph
        write((self._marker if self._lists else "") + words)
        self._marker, self._in_list = "", bool(self._lists)

    def _table(self, table: LexborNode) -> None:
        self._in_list = False
        caption = table.css_first("caption")
        if caption:
            self._builder.paragraph(one_line(caption.text(deep=True)))
        add_table(self._builder, _rows(table), header=bool(table.css_first("th")))


def _rows(table: LexborNode) -> Iterator[list[str]]:
    """Yield the cells of each row; a cell that spans rows stands in each of them."""
    below: dict[int, tuple[str, int]] = {}  # column → words and rows that they still span
    for row in table.css("tr"):
        cells: list[str] = []

        def carry(cells: list[str] = cells) -> None:
            while (spanned := below.get(len(cells))) is not None:
                words, left = spanned
                below[len(cells)] = (words, left - 1)
                if left == 1:
                    del below[len(cells)]
                cells.append(words)

        for cell in row.css("td, th"):
            carry()
            words = cell.text(deep=True, separator=" ")
            span = str(cell.attributes.get("rowspan") or "")
            if span.isascii() and span.isdigit() and 1 < int(span[:5]) <= MAX_SPAN:
                below[len(cells)] = (words, int(span[:5]) - 1)
            cells.append(words)
        carry()
        yield cells


def _is_data(table: LexborNode) -> bool:
    """Tell a table of data from one that only lays out the page."""
    if len(table.css("table")) > 1 or table.attributes.get("role") == "presentation":
        return False
    if table.css_first("h1, h2, h3, article, section"):
        return False
    return any(len(row.css("td, th")) > 1 for row in table.css("tr"))
