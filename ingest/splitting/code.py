"""Statements of source code: what may be quoted whole. Nothing is parsed: brackets and quotation marks are counted.

An assignment, a signature, a call or a docstring ends where its line does, unless a bracket or a text is still open;
comments in lines that follow each other are one. A statement that goes on for long is cut into lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.splitting.structure import Block

_TOKEN = re.compile(
    r"(?P<long>\"\"\"|'''|`|/\*|<!--)|(?P<short>\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?)"
    r"|(?P<comment>//|--|\#)|(?P<open>[(\[])|(?P<close>[)\]])"
)
_ENDS = {'"""': '"""', "'''": "'''", "`": "`", "/*": "*/", "<!--": "-->"}
_COMMENT = re.compile(r"\s*(?://|#(?!!)|--(?!\S)|\*(?!/))")
_CONTINUES = re.compile(r"\s*(?:[?:]\s|\.\w|&&|\|\|)")
MOST_LINES = 12
"""Lines of a statement, at most; a longer one is data or text."""


def statements(text: str) -> Iterator[Block]:
    """Yield the statements of a source text in order, each a block of kind "code"; lone brackets are none."""
    for start, end in _spans(text):
        if any(map(str.isalnum, text[start:end])):
            yield Block(start, end, "code")


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin = end = -1
    open_text, depth, count = "", 0, 0
    commented = False
    position = 0
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        if not line.strip() and not open_text:
            if begin >= 0:
                yield begin, end
            begin, depth, count = -1, 0, 0
            continue
        is_comment = not open_text and _COMMENT.match(line) is not None
        if begin >= 0 and not _belongs(line, open_text, depth, count, is_comment and commented, text[begin:end]):
            yield begin, end
            begin, depth, count = -1, 0, 0
        if begin < 0 and line.strip():
            begin = start + len(line) - len(line.lstrip())
        if line.strip():
            end = start + len(line.rstrip())
            count += 1
        open_text, depth = _scanned(line, open_text, depth) if not is_comment else ("", depth)
        commented = is_comment
    if begin >= 0:
        yield begin, end


def _belongs(line: str, open_text: str, depth: int, count: int, comments: bool, before: str) -> bool:
    """Tell whether a line goes on with the statement before it."""
    if open_text:
        return True
    if count >= MOST_LINES:
        return False
    if depth > 0 or comments:
        return True
    last = before.rpartition("\n")[2]
    return _CONTINUES.match(line) is not None and not last.rstrip().endswith((";", "{", "}", ":"))


def _scanned(line: str, open_text: str, depth: int) -> tuple[str, int]:
    """Return the mark of a text that is open at the end of a line, and how many brackets are."""
    position = 0
    while position < len(line):
        if open_text:
            closed = line.find(_ENDS[open_text], position)
            if closed < 0:
                return open_text, depth
            position, open_text = closed + len(_ENDS[open_text]), ""
            continue
        match = _TOKEN.search(line, position)
        if match is None or match["comment"]:
            break
        position = match.end()
        if match["long"]:
            open_text = match["long"]
        elif match["open"]:
            depth += 1
        elif match["close"]:
            depth = max(0, depth - 1)
    return open_text, depth
