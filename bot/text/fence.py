"""Text of documents as data in a prompt: fenced, and unable to close its fence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from vectorstore.passage import Passage

_CONTROL = re.compile(
    r"<\|(?=[^|<>\n]{1,80}\|>)|<\uff5c(?=[^\uff5c<>\n]{1,80}\uff5c>)"
    r"|<(?=/?(?:start_of_turn|end_of_turn|s|bos|eos|pad|unk|think|tool_call|tool_response|passage|question)\b)"
    r"|\[(?=/?INST\])|<(?=</?SYS>>)",
    re.IGNORECASE,
)

_JOINERS = "\u200c\u200d"

_KEPT_CONTROLS = "\n\t"


def fence(number: int, passage: Passage, *, control_tokens: Sequence[str] = ()) -> str:
    """Return one passage as it stands in the prompt: fenced, numbered, named as data."""
    title = harmless(passage.title, control_tokens).replace('"', "'").replace("\n", " ")[:120]
    text = harmless(passage.text, control_tokens)
    return f'<passage number="{number}" from="{title}">\n{text}\n</passage>'


def harmless(text: str, control_tokens: Sequence[str] = ()) -> str:
    """Return `text` without invisible characters, and with every control token and fence broken up.

    Args:
        text: Text of a document, of a person or of an earlier answer.
        control_tokens: Those of the model, longest first, where they are known.
    """
    text = visible(text)
    for _ in range(4):  # breaking one up can complete another around it
        before = text
        text = _CONTROL.sub(lambda match: match.group() + " " if len(match.group()) == 1 else "< |", text)
        for token in control_tokens:
            if token in text:
                text = text.replace(token, token[0] + " " + token[1:])
        if text == before:
            break
    return text


def visible(text: str) -> str:
    """Return `text` without characters that cannot be seen: bidirectional marks, tags, zero widths."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for index, character in enumerate(text)
        if not _hidden(character) or (character in _JOINERS and _joins(text, index))
    )


def _hidden(character: str) -> bool:
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0:
        return character not in _KEPT_CONTROLS
    if 0xFE00 <= code <= 0xFE0E or 0xE0000 <= code <= 0xE0FFF or code in (0x115F, 0x1160, 0x3164, 0xFFA0):
        return True
    return unicodedata.category(character) in ("Cf", "Co", "Cs")


def _joins(text: str, index: int) -> bool:
    """Tell whether a zero-width joiner stands where it really joins: in Persian, Hindi, emoji."""
    around = text[index - 1 : index] + text[index + 1 : index + 2]
    return len(around) == 2 and all(ord(character) > 0x2FF for character in around)
