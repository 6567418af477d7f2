"""Answers as text: plain, Markdown, and the words that every surface shares. Pure functions.

Text of documents is data. `visible` and `one_line` take out what could act on a terminal or reorder
a line; `escape_markdown` takes out what could be markup. Whatever a surface prints of a document, a
title or a file's name passes through one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import (
    ABSTAINED,
    Answer,
    Statement,
    _nearest_lines,
    paragraphs,
    remarks,
    searched_words,
    statement_words,
    where,
)
from bot.text.shown import markers, one_line, shown_source, visible
from vectorstore.passage import Passage

# Only where it would be markup: "R&D", "x < 5", "a_b" and "$5" are none, and are read by people too.
_MARKDOWN = re.compile(
    r"([\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\$(?!\d))|^([ \t]*)([#>+=-]|\d+(?=[.)]))",
    re.MULTILINE,
)


def escape_markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: no emphasis, links, HTML, lists or headings."""

    def escape(match: re.Match[str]) -> str:
        mark, blanks, start = match.groups()
        if mark:
            return {"<": "&lt;", "&": "&amp;"}.get(mark, "\\" + mark)
        return f"{blanks}{start}\\" if start.isdigit() else f"{blanks}\\{start}"

    # A text that begins with a blank or a number keeps what stands there; only the mark is defused.
    return _MARKDOWN.sub(escape, visible(text))


def markdown(answer: Answer, *, nearest: Sequence[Passage] = (), show_withheld: bool = False, folder: str = "") -> str:
    """Return an answer as Markdown in which no document's text is markup. Arguments as for `plain_text`."""
    notes = [escape_markdown(line) for line in remarks(answer, show_withheld=show_withheld)]
    searched = searched_words(answer)
    if answer.abstained:
        first = f"**{ABSTAINED}** {escape_markdown(searched)}".strip()
        return "\n\n".join([first, *notes, *(escape_markdown(line) for line in _nearest_lines(nearest))])
    body = [
        " ".join(_markdown_statement(answer, statement) for statement in paragraph) for paragraph in paragraphs(answer)
    ]
    if answer.searched_for:
        notes.append(f"*{escape_markdown(searched)}*")
    feet = [
        f"- \\[{c.number}\\] **{escape_markdown(where(c))}** — “{escape_markdown(one_line(c.quote))}” "
        f"({escape_markdown(shown_source(c.source, folder=folder))})"
        for c in answer.citations
    ]
    return "\n\n".join([*body, *notes, *(["\n".join(feet)] if feet else [])])


def _markdown_statement(answer: Answer, statement: Statement) -> str:
    lines = escape_markdown(statement_words(answer, statement)).replace("\n", "\\\n")
    return f"{lines} {escape_markdown(markers(statement.citations))}".rstrip()


def excerpt(text: str, start: int, end: int, *, around: int = 400) -> tuple[str, str, str]:
    """Return (before, marked, after): `text[start:end]` with up to `around` characters on each side.

    The sides begin and end at a blank where there is one, and are not made visible yet.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    left, right = max(0, start - around), min(len(text), end + around)
    before, after = text[left:start], text[end:right]
    if left and (cut := re.search(r"\s", before)):
        before = before[cut.end() :]
    if right < len(text) and (cut := re.search(r"\s\S*$", after)):
        after = after[: cut.start()]
    return before, text[start:end], after
