"""From what OCR read to lines as a PDF page has them, so that columns, rows of tables and paragraphs are made alike."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from ingest.loaders.ocr.words import Reading, Word, text_of
from ingest.loaders.pdf.layout import ordered
from ingest.loaders.pdf.line import Line

SIZE = 10.0
"""Size that the usual line of a scanned page is given, in points: OCR knows no fonts."""
LARGE = 1.4
"""Height of a line, as a multiple of the usual one, from which it counts as larger: with less, tall letters would."""
APART = 2.0
"""Room between two words, as a multiple of the usual height, from which they are cells of a row, or columns."""


def lines_of(reading: Reading, *, size: float = SIZE, page: int = 0) -> list[Line]:
    """Return the lines of a picture in reading order.

    Args:
        reading: What OCR read on it.
        size: Size of the usual line; boxes are scaled to it.
        page: Index of the page, kept in each line.
    """
    heights = [_height(line) for line in reading.lines for _ in range(sum(len(word.text) for word in line))]
    if not heights:
        return []
    usual = median(heights)
    scale = size / usual
    lines = [
        _line(words, usual, scale, size, page, parted=not reading.in_order)
        for line in reading.lines
        for words in _parts(line, APART * usual)
    ]
    return ordered(lines if reading.in_order else _down(lines))


def _height(line: tuple[Word, ...]) -> float:
    return max(word.box[3] - word.box[1] for word in line)


def _parts(line: tuple[Word, ...], room: float) -> list[list[Word]]:
    """Return the words of a line, parted where there is so much room between two."""
    parts = [[line[0]]]
    for before, word in pairwise(line):
        if word.box[0] - before.box[2] > room:
            parts.append([])
        parts[-1].append(word)
    return parts


def _line(words: list[Word], usual: float, scale: float, size: float, page: int, *, parted: bool) -> Line:
    height = _height(tuple(words))
    x0, y0 = (scale * min(word.box[at] for word in words) for at in (0, 1))
    x1, y1 = (scale * max(word.box[at] for word in words) for at in (2, 3))
    size = scale * height if height > LARGE * usual else size
    return Line(text_of(words), x0, y0, x1, y1, size, page=page, parted=parted)


def _down(lines: list[Line]) -> list[Line]:
    """Return lines by rows: those that stand beside one another from the left."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.y0 + line.y1):
        if rows and 0.5 * (line.y0 + line.y1) < rows[-1][0].y1 - 0.25 * rows[-1][0].size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.x0)]
