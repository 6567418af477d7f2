"""Words in quotation marks within a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vectorstore.words.tokens import tokens


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks; `words` is what must stand in the source, folded."""

    start: int
    end: int
    text: str
    words: str


_QUOTATION = re.compile(
    r"“([^“”]{2,300})”|「([^「」]{2,200})」|『([^『』]{2,200})』|«([^«»]{2,300})»|„([^„“”]{2,300})[“”]"
    r"|``([^`']{2,300})''|(?<![\w\"])\"([^\"]{2,300})\"(?!\w)"
)


def quotations(text: str) -> list[Quotation]:
    """Return what stands between quotation marks in `text`."""
    return [
        Quotation(*m.span(), m.group(), " ".join(tokens(next(g for g in m.groups() if g is not None))))
        for m in _QUOTATION.finditer(text)
    ]
