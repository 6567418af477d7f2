"""Blocks of an answer in Slack's markups: mrkdwn text objects, and standard Markdown for streaming.

Slack's mrkdwn has no escape for `* _ ~` and the backtick, only for `& < >`. So text that is shown as it
stands (a quotation, a title) becomes a plain_text object as soon as it holds a character that mrkdwn
would act on; everything else is mrkdwn with `verbatim` set, which keeps Slack from making links and
mentions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.answer import Answer
from bot.surfaces.chat.markup import Block, Code, Paragraph, Span, Style, delimited, mark, merged, statement_blocks
from bot.surfaces.chat.split import split_paragraph, split_text, utf16_size

_DELIMITERS: dict[Style, str] = {"bold": "*", "italic": "_", "strike": "~"}
SECTION_LIMIT = 2_900
MARKDOWN_LIMIT = 11_500

Json = dict[str, Any]

_ACTIVE = re.compile(r"[*_~`]|^\s*>|:[^\s:]+:", re.MULTILINE)
_DELIMITER = re.compile(r"([*_~`])")
_LINE_QUOTE = re.compile(r"^(\s*)&gt;", re.MULTILINE)
_MARKDOWN_ACTIVE = re.compile(
    r"([\\`*~|])|(?<!\w)(_)|(_)(?!\w)|(\[)(?=[^\]\n]*\][(\[:])|^([ \t]*)([#+=-]|\d+(?=[.)]))", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text object in the making: mrkdwn, or plain when its characters must be taken as they are.

    `joint` stands between it and the text before when both share an object.
    """

    text: str
    plain: bool = False
    joint: str = "\n\n"

    def json(self) -> Json:
        """Return Slack's text object."""
        if self.plain:
            return {"type": "plain_text", "text": self.text, "emoji": False}
        return {"type": "mrkdwn", "text": self.text, "verbatim": True}


def escape(text: str) -> str:
    """Return text with Slack's three control characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def defused(text: str) -> str:
    """Return text in which mrkdwn finds nothing: a zero-width space beside each delimiter ends its power."""
    return _LINE_QUOTE.sub("\\1\u200b&gt;", _DELIMITER.sub("\u200b\\1\u200b", escape(text)))


def is_active(text: str) -> bool:
    """Whether mrkdwn would take something in the text for formatting, a quotation or an emoji."""
    return bool(_ACTIVE.search(text))


def block_texts(block: Block, ending: str = "") -> list[Text]:
    """Return text objects for a block, each within the limit of a section; `ending` ends the last."""
    room = SECTION_LIMIT - utf16_size(ending)
    if isinstance(block, Code) and "```" not in block.text:  # mrkdwn cannot hold a fence inside a fence
        pieces = split_text(block.text, lambda text: utf16_size(fenced(text)) <= room)
        texts = [Text(fenced(piece)) for piece in pieces if piece.strip()]
    elif isinstance(block, Code) or (is_literal(block) and is_active(block.text)):
        pieces = split_text(block.text, lambda text: utf16_size(text) <= room)
        texts = [Text(piece, plain=True) for piece in pieces]
    else:
        parts = split_paragraph(block, lambda spans: utf16_size(mrkdwn(spans)) <= room)
        texts = [Text(mrkdwn(part.spans)) for part in parts]
    if not texts:
        return [Text(ending.strip())] if ending else []
    return [*texts[:-1], replace(texts[-1], text=texts[-1].text + ending)]


def is_literal(paragraph: Paragraph) -> bool:
    """Whether a paragraph has no look of its own: no bold, no code, no link."""
    return not any(span.styles or span.link for span in paragraph.spans)


def fenced(text: str) -> str:
    """Return text as a block of code."""
    return "```\n" + escape(text).removesuffix("\n") + "\n```"


def mrkdwn(spans: Sequence[Span]) -> str:
    """Return spans in Slack's markup."""
    whole = merged(spans)
    styled = any(span.styles or span.link for span in whole)
    return "".join(_span(span, styled=styled) for span in whole)


def _span(span: Span, *, styled: bool) -> str:
    text = escape(span.text)
    if "code" in span.styles and "`" not in text and "\n" not in text:
        return f"`{text}`"
    if styled:  # the words of a chat model, not a quotation
        text = defused(span.text)
    if span.link:
        return f"<{span.link.replace('|', '%7C').replace('>', '%3E')}|{text.replace('|', '/') or span.link}>"
    return delimited(text, span, _DELIMITERS)


def streamed_markdown(answer: Answer, index: int) -> str:
    """Return statement `index` as standard Markdown for Slack's streaming, at most 12,000 characters."""
    statement = answer.statements[index]
    parts = []
    for block in statement_blocks(answer, statement):
        if isinstance(block, Code) and "```" not in block.text:
            parts.append(fenced(block.text))
        else:
            parts.append(_plain_markdown(block.text))
    pieces = split_text("\n".join(parts), lambda piece: utf16_size(piece) <= MARKDOWN_LIMIT)
    return f"{pieces[0] if pieces else ''}{mark(statement)}\n\n"


def _plain_markdown(text: str) -> str:
    """Return text in which Markdown finds nothing, with no more backslashes than that takes."""

    def defused(match: re.Match[str]) -> str:
        if match[6] is None:
            return f"\\{match[0]}"
        return f"{match[5]}{match[6]}\\" if match[6].isdigit() else f"{match[5]}\\{match[6]}"

    return _MARKDOWN_ACTIVE.sub(defused, escape(text))
