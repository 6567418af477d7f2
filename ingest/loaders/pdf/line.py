"""A line of a PDF page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Line:
    """One line of text.

    Attributes:
        text: Its words; cells of a table are parted by a tab.
        x0, y0, x1, y1: Its box, y downward, as the page is shown.
        size: Height of its font, in points.
        weight: Of its first character's font (400 is regular, 700 bold; pdfium's estimate); 0 where it
            was not asked for.
        broken: Whether it ends inside a word that goes on in the next line.
        page: Index of the page.
        slanted: Whether it runs at a slant or up the page, as stamps and watermarks do.
        parted: Whether it is a part of a line that ran across columns.
        gaps: (left, right) of the room at each tab.
        hidden: Whether its font hides what its characters are.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    weight: int = 400
    broken: bool = False
    page: int = 0
    gaps: tuple[tuple[float, float], ...] = ()
    slanted: bool = False
    parted: bool = False
    hidden: bool = False

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return "\t" in self.text
