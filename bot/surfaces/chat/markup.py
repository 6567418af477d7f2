"""What a chat message is made of before a platform writes it: paragraphs of styled spans, and code.

A quoted statement is literal: its characters are shown as they are, whatever they look like. A
statement that a chat model wrote is Markdown and is parsed; HTML in it stays text, images become their
description. Slack and Discord each write the same blocks in their own markup, so nothing that stands
in a document is ever taken for markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.answer import in_quotation_marks, opening
from bot.text.lists import lines_of_list
from bot.text.shown import markers, one_line, visible

if TYPE_CHECKING:
    from markdown_it.token import Token

    from bot.answer import Answer, Statement

Style = Literal["bold", "italic", "strike", "code"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text with one look. `link` is an http, https or mailto address, or ""."""

    text: str
    styles: frozenset[Style] = frozenset()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Spans that belong on the same lines."""

    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """The words without their look."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Code:
    """Text in a fixed-width face: source code, or a table whose columns are lined up by blanks."""

    text: str


Block = Paragraph | Code


def statement_blocks(answer: Answer, statement: Statement) -> tuple[Block, ...]:
    """Return what to show of a statement, without its markers, and the verdict before the first one.

    Quoted and computed statements are literal; those from source code and tables keep their columns, lists their lines.
    """
    blocks = _blocks(answer, statement)
    verdict = opening(answer, statement)
    if not verdict:
        return blocks
    said = Span(verdict, frozenset({"bold"}))
    if isinstance(blocks[0], Code):
        return (Paragraph((said,)), *blocks)
    return (Paragraph((said, Span(" "), *blocks[0].spans)), *blocks[1:])


def _blocks(answer: Answer, statement: Statement) -> tuple[Block, ...]:
    if statement.support == "computed":
        return (Paragraph((Span(one_line(statement.text)),)),)
    if statement.by == "documents":
        if _fixed_width(statement, answer):  # it stands out by itself
            return (Code(visible(statement.text).strip("\n")),)
        text = visible(statement.text)
        lines = text.split("\n") if lines_of_list(text) else [text]
        shown = [one_line(line) for line in lines if line.strip() or len(lines) == 1]
        if in_quotation_marks(answer, statement):
            shown[0] = f"“{shown[0]}"
            shown[-1] += "”"
        words = one_line(statement.answer.text) if statement.answer else ""
        return tuple(Paragraph(_marked(line, words)) for line in shown)
    blocks = markdown_blocks(visible(statement.text))
    if statement.support != "partly" or not statement.note:
        return blocks
    return (*blocks, Paragraph((Span(f"(partly supported: {one_line(statement.note)})"),)))


def _marked(line: str, words: str) -> tuple[Span, ...]:
    """Return a line as spans, with the words that answer in bold where they stand in it."""
    before, found, after = line.partition(words) if words else (line, "", "")
    if not found:
        return (Span(line),)
    spans = (Span(before), Span(found, frozenset({"bold"})), Span(after))
    return tuple(span for span in spans if span.text)


def flows(answer: Answer, index: int) -> bool:
    """Whether statement `index` goes on in the paragraph of the one before; quotes never do."""
    pair = answer.statements[max(0, index - 1) : index + 1]
    blocks = [block for statement in pair for block in statement_blocks(answer, statement)]
    return (
        len(pair) == 2
        and len(blocks) == 2
        and all(isinstance(b, Paragraph) for b in blocks)
        and not any(statement.support in ("quoted", "computed") or "\n" in statement.text for statement in pair)
    )


def mark(statement: Statement) -> str:
    """Return the footnote marks of a statement with a blank before them: " [1][2]", or ""."""
    return f" {markers(statement.citations)}" if statement.citations else ""


def _fixed_width(statement: Statement, answer: Answer) -> bool:
    """Whether every citation of the statement lies in a passage of source code or of a table."""
    cited = [citation for citation in answer.citations if citation.number in statement.citations]
    kinds = {
        passage.kind
        for citation in cited
        for passage in answer.passages
        if passage.document == citation.document and passage.start <= citation.start < passage.end
    }
    return bool(kinds) and kinds <= {"code", "table"} and ("\n" in statement.text or "\t" in statement.text)


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text. Lists, headings and quotations become paragraphs."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    blocks: list[Block] = []
    prefixes: list[str] = []
    ordinals: list[int] = []
    rows: list[list[str]] = []
    heading = in_list = False
    for token in parser.parse(text):
        match token.type:
            case "bullet_list_open":
                ordinals.append(0)
                in_list = in_list and len(ordinals) > 1
            case "ordered_list_open":
                ordinals.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                ordinals.pop()
            case "list_item_open":
                indent = "   " * (len(ordinals) - 1)
                prefixes.append(f"{indent}{ordinals[-1]}. " if ordinals[-1] else f"{indent}• ")
                ordinals[-1] += bool(ordinals[-1])
            case "heading_open" | "heading_close":
                heading = token.type == "heading_open"
            case "table_open":
                rows = []
            case "tr_open":
                rows.append([])
            case "table_close":
                blocks.append(Code(aligned(rows)))
                rows = []
            case "inline" if rows:
                rows[-1].append("".join(span.text for span in _spans(token)))
            case "inline":
                spans = _spans(token, bold=heading)
                item = bool(prefixes)
                spans = (Span(prefixes.pop()), *spans) if item else spans
                if item and in_list and isinstance(blocks[-1], Paragraph):
                    spans = (*blocks.pop().spans, Span("\n"), *spans)  # type: ignore[union-attr]
                blocks.append(Paragraph(merged(spans)))
                in_list = item
            case "fence" | "code_block":
                blocks.append(Code(token.content.rstrip("\n")))
            case _:
                pass
    return tuple(blocks) or (Paragraph((Span(text),)),)


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows of a table with their columns lined up by blanks."""
    width = max((len(row) for row in rows), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in full) for column in range(width)]
    lines = ["  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)) for row in full]
    return "\n".join(line.rstrip() for line in lines)


def _spans(token: Token, *, bold: bool = False) -> tuple[Span, ...]:
    styles: dict[str, Style] = {"strong": "bold", "em": "italic", "s": "strike"}
    active: list[Style] = ["bold"] if bold else []
    link = ""
    spans: list[Span] = []
    for child in token.children or ():
        name, _, state = child.type.rpartition("_")
        if name in styles:
            active.append(styles[name]) if state == "open" else active.remove(styles[name])
        elif name == "link":
            link = safe_address(str(child.attrs.get("href", ""))) if state == "open" else ""
        elif child.type in ("softbreak", "hardbreak"):
            spans.append(Span("\n", frozenset(active), link))
        elif child.content:
            look = frozenset[Style]((*active, "code")) if child.type == "code_inline" else frozenset(active)
            spans.append(Span(child.content, look, link))
    return merged(spans)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans with neighbours of the same look joined and empty ones left out."""
    result: list[Span] = []
    for span in spans:
        if result and (result[-1].styles, result[-1].link) == (span.styles, span.link):
            result[-1] = replace(result[-1], text=result[-1].text + span.text)
        elif span.text:
            result.append(span)
    return tuple(result)


def safe_address(address: str) -> str:
    """Return an http, https or mailto address with nothing in it that a platform could trip over, or ""."""
    from urllib.parse import quote

    if not address.lower().startswith(("http://", "https://", "mailto:")):
        return ""
    return quote(address, safe="!#$%&'*+,/:;=?@[]~-._")


def delimited(text: str, span: Span, delimiters: Mapping[Style, str]) -> str:
    """Return text, line by line, in a platform's delimiters for the looks of its span.

    Delimiters stand at the words, never beside a blank, where platforms do not take them for any.
    """
    return "\n".join(_delimited_line(line, span, delimiters) for line in text.split("\n"))


def _delimited_line(line: str, span: Span, delimiters: Mapping[Style, str]) -> str:
    core = line.strip()
    if not core:
        return line
    start = line.index(core)
    styled = core
    for style, delimiter in delimiters.items():
        if style in span.styles:
            styled = f"{delimiter}{styled}{delimiter}"
    return line[:start] + styled + line[start + len(core) :]
