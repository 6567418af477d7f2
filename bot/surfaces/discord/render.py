"""Answers as Discord messages: pure functions from an Answer to texts of at most 2,000 characters.

Discord reads Markdown and lets a backslash take the power of any punctuation, so everything that comes
from a document is escaped by code. Nothing here can ping: the surface also sends with no mentions
allowed, and `@everyone` is broken by a zero-width space besides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Answer, Citation, shown, where
from bot.links import page_address
from bot.surfaces.chat import words
from bot.surfaces.chat.markup import (
    Block,
    Code,
    Paragraph,
    Span,
    Style,
    delimited,
    flows,
    mark,
    merged,
    statement_blocks,
)
from bot.surfaces.chat.split import shortened, split_paragraph, split_text, utf16_size
from bot.text.shown import visible

_DELIMITERS: dict[Style, str] = {"bold": "**", "italic": "*", "strike": "~~"}
MESSAGE_LIMIT = 1_950
"""Characters of one message; Discord refuses 2,001 with 400 / 50035."""

_SPECIAL = re.compile(r"([\\*_~`|<>\[])")
_LINE_START = re.compile(r"^(\s*)([#\-+]|\d+(?=[.)]))", re.MULTILINE)
_AT = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_ADDRESS = re.compile(r"""(https?://[^\s<>"“”‘’`|\\]*[^\s<>"“”‘’`|\\.,:;!?)\]}'*_~])""")
_INVITE = re.compile(r"(discord)(?=\.gg|(?:app)?\.com/invite)", re.IGNORECASE)


def answer_messages(answer: Answer, *, page: str = "", question: bool = False) -> list[str]:
    """Return the texts of an answer's messages, in order. Sources and notes end the last one.

    Args:
        answer: What to show.
        page: Address of the chat page, or "".
        question: Whether to restate the question, as after a slash command.
    """
    answer = shown(answer)
    paragraphs = ["> " + escape(shortened(answer.question, 300))] if question else []
    paragraphs = packed([*paragraphs, *statement_texts(answer)], "\n")
    return packed([*paragraphs, *packed(closing_lines(answer, page), "\n")], "\n\n")


def statement_texts(answer: Answer) -> list[str]:
    """Return the statements with their markers as texts within the limit."""
    if not answer.statements:
        return [escape(shortened(words.without_statements(answer), 900))]
    texts: list[str] = []
    for index, statement in enumerate(answer.statements):
        blocks = statement_blocks(answer, statement)
        new = [t for b in blocks for t in block_texts(b, mark(statement) if b is blocks[-1] else "")]
        if flows(answer, index):
            texts[-1:] = packed([texts[-1], new[0]], " ")
            new = new[1:]
        texts += new
    return texts


def plain_message(text: str) -> str:
    """Return a message with one sentence of ours."""
    return escape(shortened(text, 900))


def text_messages(text: str) -> list[str]:
    """Return the messages of a text of many lines, in order, in which nothing of a document is markup."""
    return [escape(piece) for piece in split_text(text, lambda piece: utf16_size(escape(piece)) <= MESSAGE_LIMIT)]


def block_texts(block: Block, ending: str = "") -> list[str]:
    """Return a block as texts within the limit; code is fenced anew in each; `ending` ends the last."""
    ending = ending.replace("[", "\\[")
    room = MESSAGE_LIMIT - utf16_size(ending)
    if isinstance(block, Code):
        pieces = split_text(block.text, lambda text: utf16_size(fenced(text)) <= room)
        texts = [fenced(piece) for piece in pieces if piece.strip()]
    else:
        split = split_paragraph(block, lambda spans: utf16_size(markdown(spans)) <= room)
        texts = [markdown(part.spans) for part in split]
    if not texts:
        return [ending.strip()] if ending else []
    return [*texts[:-1], texts[-1] + ending]


def fenced(text: str) -> str:
    """Return text as a code block. Fences inside it are broken by a zero-width space."""
    text = text.removesuffix("\n").replace("```", "`\u200b`\u200b`")
    return f"```\n{text}\n```"


def escape(text: str) -> str:
    """Return text in which Discord finds no markup, mention, invitation or list; addresses stay links."""
    parts = _ADDRESS.split(_INVITE.sub("\\1\u200b", text))
    return "".join(f"<{part}>" if index % 2 else _escape(part) for index, part in enumerate(parts))


def _escape(text: str) -> str:
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\u200b" if m[2].isdigit() else f"{m[1]}\\{m[2]}", text)
    return _INVITE.sub("\\1\u200b", _AT.sub("@\u200b", text))


def _label(text: str) -> str:
    """Return text as the label of a link, which an unescaped bracket would end."""
    return _escape(text).replace("]", "\\]")


def markdown(spans: Sequence[Span]) -> str:
    """Return spans in Discord's Markdown."""
    return "".join(_span(span) for span in merged(spans))


def _span(span: Span) -> str:
    if "code" in span.styles and "`" not in span.text and "\n" not in span.text:
        return f"`{_AT.sub('@' + chr(0x200B), span.text)}`"
    if span.link:
        return f"[{_label(span.text)}](<{span.link.replace('>', '%3E').replace(' ', '%20')}>)"
    return delimited(escape(span.text), span, _DELIMITERS)


def closing_lines(answer: Answer, page: str = "") -> list[str]:
    """Return notes and sources, each one line of small text."""
    lines = [f"-# {escape(shortened(note, 300))}" for note in words.notes(answer)]
    return [*lines, *(source_line(citation, page) for citation in answer.citations)]


def source_line(citation: Citation, page: str = "") -> str:
    """Return the line of a source: number, title, place and the quotation, shortened."""
    name = shortened(where(citation), 150)
    address = page_address(page, citation)
    title = f"[{_label(name)}](<{address}>)" if address else _escape(name)
    return f"-# \\[{citation.number}] {title}: “{escape(shortened(citation.quote, words.QUOTE_LENGTH))}”"


def quote_messages(citation: Citation) -> list[str]:
    """Return the whole quotation of a footnote, for the person who pressed its button."""
    head = f"\\[{citation.number}] {escape(shortened(where(citation), 300))}"
    body = block_texts(Paragraph((Span(visible(citation.quote)),)))
    return packed([head, *body], "\n")


def packed(texts: Sequence[str], joint: str) -> list[str]:
    """Join neighbours as long as they fit into one message."""
    result: list[str] = []
    for text in texts:
        together = result[-1] + joint + text if result else text
        if result and utf16_size(together) <= MESSAGE_LIMIT:
            result[-1] = together
        else:
            result.append(text)
    return result
