"""What OCR reads on a picture: lines of words, each word with its box."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vectorstore.words.scripts import HAN, KANA

SECONDS = 90
"""Time for one page."""
Box = tuple[float, float, float, float]
"""x0, y0, x1, y1; origin at the top left, y downward."""
_WIDE = re.compile(f"[{KANA}{HAN}\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word (of scripts without blanks: a character or a few), with its box in dots of the picture."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands on one picture.

    Attributes:
        lines: Words that stand together; the boxes are those of the picture turned upright.
        width, height: Of the picture turned upright, in dots.
        turned: By how much the picture must be turned clockwise to stand upright: 0, 90, 180 or 270 degrees.
        in_order: Whether the lines come in the order in which a person reads them.
    """

    lines: tuple[tuple[Word, ...], ...]
    width: float
    height: float
    turned: int = 0
    in_order: bool = True

    def shown(self) -> Iterator[tuple[str, Box]]:
        """Yield each word with its box on the picture as it is, in shares of its width and height."""
        width, height = (self.height, self.width) if self.turned in (90, 270) else (self.width, self.height)
        for word in (word for line in self.lines for word in line):
            x0, y0, x1, y1 = turn(word.box, (360 - self.turned) % 360, self.width, self.height)
            yield word.text, (x0 / width, y0 / height, x1 / width, y1 / height)


class Reader(Protocol):
    """An OCR engine, with the languages that it reads."""

    @property
    def name(self) -> str:
        """What a person knows it by."""
        ...

    def pages(self, picture: bytes) -> list[Reading]:
        """Return what stands on each page of a picture (PNM, PNG, JPEG, TIFF); none where it cannot be read."""
        ...


def text_of(words: Sequence[Word]) -> str:
    """Return the words of a line as text, without blanks between characters of scripts that write none."""
    text = ""
    for word in words:
        blank = bool(text) and not (_WIDE.match(text[-1]) and _WIDE.match(word.text[0]))
        text += f" {word.text}" if blank else word.text
    return text


def turn(box: Box, degrees: int, width: float, height: float) -> Box:
    """Return a box of a picture after the picture was turned clockwise.

    Args:
        box: Before.
        degrees: 0, 90, 180 or 270.
        width, height: Of the picture before.
    """
    x0, y0, x1, y1 = box
    if degrees == 90:
        return height - y1, x0, height - y0, x1
    if degrees == 180:
        return width - x1, height - y1, width - x0, height - y0
    if degrees == 270:
        return y0, width - x1, y1, width - x0
    return box
