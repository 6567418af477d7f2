"""Text of documents made harmless for Markdown."""

from __future__ import annotations

import re

from bot.text.shown import visible

# Only where it would be markup: "R&D", "x < 5", "a_b", "$5" and "US$" are none, and are read by people too.
_MARKDOWN = re.compile(
    r"([\\`*\[\]~|]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\$(?=[^\s\d][^$]*\$))"
    r"|^([ \t]*)([#>+=-]|\d+(?=[.)]))",
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
