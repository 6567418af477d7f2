"""Markdown (CommonMark with tables) as plain text: the words stay, the marks go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.reading.decode import decode

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?\n)\1[ \t]*(?:\n|\Z)", re.S)
_FRONT_LINE = re.compile(r"^(?:\s*$|\s*#|\s+\S|\s*- |[\w.\"'\[\]-]+\s*[:=]|\[.*\]$)")
_FRONT_TITLE = re.compile(r"^title\s*[:=]\s*(.+?)\s*$", re.M | re.I)
_FOOTNOTE = re.compile(r"^\[\^([^\]\s]{1,80})\]:", re.M)
_MARK = re.compile(r"\[\^([^\]\s]{1,80})\](:\s*)?")
_TAG_BREAK = re.compile(r"<br\s*/?>", re.I)


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a Markdown file."""
    decoded = decode(path.read_bytes())
    return read(decoded.text, notes=decoded.notes)


def read(text: str, *, notes: tuple[str, ...] = ()) -> Loaded:
    """Turn Markdown source into plain text with its headings."""
    title, body = front_matter(text)
    notes_of = {match[1] for match in _FOOTNOTE.finditer(body)}
    # A blank line before a footnote's text makes a block of its own of it.
    body = _FOOTNOTE.sub(r"\n\g<0>", body)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    builder = TextBuilder("text/markdown")
    for note in notes:
        builder.note(note)
    _Blocks(builder, notes_of).write(tokens)
    return builder.finish(title=title)


def front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter ("" without one) and the text after it."""
    found = _FRONT_MATTER.match(text)
    # Two rules with prose between them look alike; front matter has keys on every line.
    if not found or not all(_FRONT_LINE.match(line) for line in found[2].splitlines()):
        return "", text
    title = _FRONT_TITLE.search(found[2])
    return (title[1].strip("\"'") if title else ""), text[found.end() :]


class _Blocks:
    """Walks the block tokens and writes each as text."""

    def __init__(self, builder: TextBuilder, footnotes: set[str]) -> None:
        self._builder = builder
        self._footnotes = footnotes  # labels that have a text: `[^0-9]` without one is no footnote
        self._lists: list[int | None] = []  # next number of each open list, None for bullets
        self._marker = ""  # what the first block of a list item begins with
        self._in_list = False  # whether the last block stood in a list: items follow without a blank line
        self._rows: list[list[str]] = []
        self._in_table = False

    def write(self, tokens: Sequence[Token]) -> None:
        """Write all blocks in order."""
        heading = 0
        for token in tokens:
            if token.type == "heading_open":
                heading = int(token.tag[1])
            elif token.type == "inline" and heading and not self._lists:
                self._heading(inline(token.children or ()), heading)
                heading = 0
            else:
                self._token(token)
            for _ in (inner for inner in token.children or () if inner.type == "image"):
                self._builder.unread("picture")

    def _heading(self, words: str, level: int) -> None:
        self._builder.title = self._builder.title or one_line(words)
        self._builder.heading(words, level)
        self._in_list = False

    def _token(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._open_item()
            case "table_open":
                self._rows, self._in_table = [], True
            case "tr_open":
                self._rows.append([])
            case "table_close":
                add_table(self._builder, self._rows, header=True)
                self._in_table = self._in_list = False
            case "inline":
                words = inline(token.children or ())
                self._rows[-1].append(words) if self._in_table else self._block(words)
            case "fence" | "code_block":
                self._builder.verbatim(token.content)
                self._in_list = False
            case "html_block":
                self._block(_without_tags(token.content))
            case _:
                pass

    def _footnote(self, mark: re.Match[str]) -> str:
        if mark[1] not in self._footnotes:
            return mark[0]
        return "Footnote: " if mark[2] and not mark.start() else (mark[2] or "")

    def _open_item(self) -> None:
        number = self._lists[-1]
        if number is None:
            self._marker = "- "
        else:
            self._marker = f"{number}. "
            self._lists[-1] = number + 1

    def _block(self, words: str) -> None:
        words = _MARK.sub(self._footnote, words) if self._footnotes else words
        if not words.strip():
            return
        write = self._builder.line if self._lists and self._in_list else self._builder.paragraph
        write(self._marker + words)
        self._marker, self._in_list = "", bool(self._lists)


def inline(tokens: Sequence[Token]) -> str:
    """Return the words of inline tokens: emphasis, links and images as their text only."""
    words: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                words.append(token.content)
            case "softbreak":
                # A line end inside a paragraph is where its author's editor wrapped, no more.
                words.append(" ")
            case "hardbreak":
                words.append("\n")
            case "image":
                words.append(inline(token.children or ()))
            case "html_inline":
                words.append("\n" if _TAG_BREAK.match(token.content) else "")
            case _:
                pass
    return "".join(words)


def _without_tags(html: str) -> str:
    """Return the text of a block of raw HTML, without comments."""
    from ingest.loaders.markup.html import read

    try:
        return read(html).text
    except NoText:
        return ""
