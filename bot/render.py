"""A place in a document as text: the words that a footnote points at with what stands around them. Pure functions."""

from __future__ import annotations

import re


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
