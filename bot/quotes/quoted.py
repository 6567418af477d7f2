"""A sentence that was chosen to be quoted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vectorstore.passage import Passage


@dataclass(frozen=True, slots=True)
class Quoted:
    """One sentence that was chosen: text[start:end] of the passage's document."""

    passage: Passage
    start: int
    end: int
    score: float
    leading: bool = False
    """Whether it came along because the next one begins with a word that stands for it."""
    read: bool = False
    """Whether the reader found the words that answer in it."""
    plain: bool = False
    """Whether it answers by its form, as a labelled line does."""
    header: Passage | None = None
    """The first row of the table in which it is a row, where the row is not understood without."""

    @property
    def text(self) -> str:
        """The verbatim sentence; it lies inside its passage."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def is_row(quoted: Quoted) -> bool:
    """Tell whether a quote is one row of a table."""
    return quoted.passage.kind == "table" and "\n" not in quoted.text


def cut(passage: Passage, begin: int, text: str, span: tuple[int, int]) -> Passage:
    """Return another run of a passage's document, text[span] of what stands there from `begin`, as one sentence."""
    start, end = begin + span[0], begin + span[1]
    return replace(passage, start=start, end=end, text=text[slice(*span)], sentences=((start, end),))
