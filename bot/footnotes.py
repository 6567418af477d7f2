"""The footnotes of one answer while it is made: one number for one place, in the order of first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.answer import Citation
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from vectorstore.library import Library


@dataclass(slots=True)
class Footnotes:
    """Numbers citations in the order of first use; one number for one place."""

    library: Library
    on_citation: Callable[[Citation], None] | None = None
    citations: list[Citation] = field(default_factory=list)

    def number(self, passage: Passage, start: int, end: int) -> int:
        """Return the number of the footnote to text[start:end] of a passage's document."""
        for citation in self.citations:
            if (citation.document, citation.start, citation.end) == (passage.document, start, end):
                return citation.number
        page, label = passage.page, passage.place
        if label and start > passage.start:  # a passage may go on over a page, and a table over its rows
            place = self.library.place_at(passage.document, start)
            page, label = (place.page, place.label) if place else (page, label)
        self.citations.append(
            Citation(
                number=len(self.citations) + 1,
                document=passage.document,
                title=passage.title,
                source=passage.source,
                page=page,
                start=start,
                end=end,
                quote=passage.text[start - passage.start : end - passage.start],
                place=", ".join(part for part in (label, passage.heading) if part),
            )
        )
        if self.on_citation:
            self.on_citation(self.citations[-1])
        return len(self.citations)
