"""What code worked out for a question, before its footnotes are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.quotes.quoted import Quoted

if TYPE_CHECKING:
    from vectorstore.passage import Passage


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer.

    Attributes:
        text: What it says; "" for the quote itself.
        quotes: What it rests on.
    """

    text: str
    quotes: tuple[Quoted, ...] = ()

    @property
    def verbatim(self) -> bool:
        """Whether it is a quote as it stands."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Computed:
    """An answer that was worked out.

    Attributes:
        lines: In reading order; empty where the notice says it all.
        notice: What a person should know, or the whole answer where it rests on no passage.
        none: Whether what was asked for stands nowhere: the documents don't say.
    """

    lines: tuple[Line, ...] = ()
    notice: str = ""
    none: bool = False

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages that it rests on, each once."""
        return tuple(dict.fromkeys(quote.passage for line in self.lines for quote in line.quotes))


def quote(passage: Passage, span: tuple[int, int]) -> Quoted:
    """Return text[start:end] of a passage's document as a quote."""
    return Quoted(passage, *span, score=passage.score)


def opening(passage: Passage) -> Quoted:
    """Return the first sentence of a passage."""
    return quote(passage, passage.sentences[0] if passage.sentences else (passage.start, passage.end))
