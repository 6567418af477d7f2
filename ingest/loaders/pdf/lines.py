"""Lines of a PDF page with their boxes, taken from pdfium with few calls a line.

A call into pdfium costs more than all else that is done with a line, so boxes are asked for the first
and the last character only; the gaps inside a line (cells of a table, columns drawn across) are looked
for only where a line is much wider than its characters need.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from ingest.loaders.builder import clean
from ingest.loaders.pdf.backward import BACKWARD, put_in_turn
from ingest.loaders.pdf.boxes import Boxes
from ingest.loaders.pdf.cells import BULLETS, mark_cells
from ingest.loaders.pdf.fonts import mark_hidden
from ingest.loaders.pdf.gutters import part_columns
from ingest.loaders.pdf.icons import lift_icons
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.margin import strip_line_numbers
from ingest.loaders.pdf.raised import drop_in, mark_raised, with_raised
from ingest.loaders.pdf.rows import woven
from ingest.loaders.pdf.unseen import EDGE, is_seen

_MARKS = re.compile(r"[\x02\xad\ufffe]")
"""What pdfium writes for a hyphen at which a word was broken, with the line end behind it left out."""
_SPACED = re.compile(r"(?<!\S)(?:[^\W_] ){3,}[^\W_](?!\S)")
_LEADERS = re.compile(r"\s*\.{4,}\s*")
_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u3000]+")
_LIGATURES = str.maketrans({
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st",
    "\u0132": "IJ", "\u0133": "ij", "\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf020": " ",
})  # fmt: skip
_WRITTEN_DOWN = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
CROWDED = 0.15
"""Width of a character, as a share of its size, that no font goes below over a whole line."""
REGULAR = 400
"""Weight of a font above which it is bold."""
SLANT = 0.3
"""Rise by run (or run by rise) of text from which it stands at a slant."""
_LIGATURE = re.compile("[" + "".join(map(chr, _LIGATURES)) + "]")


def read_lines(page: Any, textpage: Any, number: int) -> list[Line]:
    """Return the lines of a page in the order of the file.

    Args:
        page: An open page of pypdfium2.
        textpage: Its text page.
        number: Index of the page, kept in each line.
    """
    text: str = textpage.get_text_range()
    if not text.strip():
        return []
    boxes = Boxes(textpage, text)
    raw_lines = _cut(text)
    measured = [
        _measure(words, start, boxes, weigh=order % 16 == 2) for order, (words, start, _) in enumerate(raw_lines)
    ]
    if any(_is_mixed(words, known) for (words, _, _), known in zip(raw_lines, measured, strict=True)):
        raw_lines, measured = _parted_by_angle(raw_lines, measured, boxes)
    shown = page.get_bbox()
    left, low, right, high = shown[0], shown[1] + EDGE, shown[2], shown[3] - EDGE
    seen = [
        number
        for number, ((box, *_), (_, start, _)) in enumerate(zip(measured, raw_lines, strict=True))
        if (left < box[0] and box[2] < right and low < box[1] and box[3] < high)
        or is_seen(page, textpage, box, shown, start, boxes.index_of)
    ]
    if len(seen) < len(measured):
        raw_lines, measured = [raw_lines[i] for i in seen], [measured[i] for i in seen]
    turn = _turn(measured)
    width, height = page.get_size()
    if page.get_rotation() in (90, 270):
        width, height = height, width  # boxes are in the page's own axes
    lines: list[Line] = []
    for (words, _, broken), (box, size, weight, dx, dy) in zip(raw_lines, measured, strict=True):
        x0, y0, x1, y1 = _turned(box, turn, width, height)
        slanted = dy != 0 and (dx != 0 or not turn)
        lines.append(Line(words, x0, y0, x1, y1, size, weight, broken, number, slanted=slanted))
    starts = [start for _, start, _ in raw_lines]
    mark_hidden(textpage, text, lines, starts, boxes.index_of)
    if not turn:
        mark_raised(text, lines, starts, [box[1] for box, *_ in measured], boxes)
    starts = strip_line_numbers(lines, starts)
    if not turn:

        def cut(line: Line, start: int, begin: int, end: int) -> Line:
            """Measure a part of a line as a line of its own."""
            words = line.text[begin:end]
            box, size, weight, _, rise = _measure(words, start + begin, boxes, weigh=False)
            edges = _turned(box, 0, width, height)
            broken = line.broken and end == len(line.text)
            return Line(words, *edges, size, weight, broken, number, slanted=rise != 0, parted=True)

        lines, starts = part_columns(lines, starts, boxes, cut)
        lines, starts = lift_icons(lines, starts, boxes, cut)
        mark_cells(lines, starts, boxes)
        if not text.isascii() and BACKWARD.search(text):
            for line, start in zip(lines, starts, strict=True):
                put_in_turn(line, start, text, boxes)
        lines = drop_in(lines, starts, text, boxes)
    kept = [line for line in lines if _clean(line)]
    kept = with_raised(_without_overprint(kept))
    return kept if turn else woven(kept)


def _cut(text: str) -> list[tuple[str, int, bool]]:
    """Return words, start and brokenness of each line; pdfium joins lines at broken words."""
    found: list[tuple[str, int, bool]] = []
    marked = _MARKS.search(text) is not None
    at = 0
    for whole in text.split("\n"):
        begin = at
        at += len(whole) + 1
        pieces = _MARKS.split(whole.rstrip("\r")) if marked else (whole,)
        last = len(pieces) - 1
        for number, piece in enumerate(pieces):
            stripped = piece.strip()
            if stripped:
                lead = 0 if stripped[0] == piece[0] else len(piece) - len(piece.lstrip())
                found.append((stripped, begin + lead, number < last))
            begin += len(piece) + 1
    return found


_Measured = tuple[tuple[float, float, float, float], float, int, float, float]


def _measure(words: str, start: int, boxes: Boxes, *, weigh: bool) -> _Measured:
    """Return box, size, weight and direction of a line, from its first and last characters."""
    ax0, ay1, ax1, ay0 = boxes.font(start)
    # Only a line that could be a heading, and a few others for comparison, are worth the question.
    weight = boxes.weight(start) if weigh or _may_be_heading(words) else 0
    if len(words) == 1:
        return (ax0, ay0, ax1, ay1), max(ay1 - ay0, 0.1), weight, 1.0, 0.0
    if weight > REGULAR:  # words in bold that begin a sentence are no heading
        weight = min(weight, boxes.weight(start + len(words) - 1))
    bx0, by1, bx1, by0 = boxes.font(start + len(words) - 1)
    dx, dy = bx0 + bx1 - ax0 - ax1, by0 + by1 - ay0 - ay1
    slope = SLANT * abs(dx)
    if abs(dy) > slope and len(words) > 2 and abs(dy) > 2 * (ay1 - ay0):
        box = (min(ax0, bx0), min(ay0, by0), max(ax1, bx1), max(ay1, by1))
        if _WRITTEN_DOWN.match(words) or boxes.is_turned(start):
            return box, max(ax1 - ax0, 0.1), weight, 0.0 if abs(dx) < SLANT * abs(dy) else dx, dy
        return box, max(min(ay1 - ay0, by1 - by0), 0.1), weight, abs(dx), 0.0  # rows that pdfium took for one line
    if words[0] in BULLETS:
        ay0, ay1 = by0, by1  # often of a larger font
    # The taller of the two: the first may be a raised number.
    bottom, top = (ay0, ay1) if ay1 - ay0 >= by1 - by0 else (by0, by1)
    left, right = (ax0, bx1) if ax0 <= bx0 else (bx0, ax1)
    return (left, bottom, right, top), max(top - bottom, 0.1), weight, dx, 0.0


def _is_mixed(words: str, measured: _Measured) -> bool:
    """Tell whether a line has too little room for its words: larger ones at a slant may have been joined to it."""
    (left, _, right, _), size, _, _, rise = measured
    return not rise and len(words) > 8 and right - left < CROWDED * size * len(words)


def _parted_by_angle(
    raw_lines: list[tuple[str, int, bool]], measured: list[_Measured], boxes: Boxes
) -> tuple[list[tuple[str, int, bool]], list[_Measured]]:
    """Return lines anew, parted where level words are followed by slanted ones, as by a watermark drawn next."""
    lines: list[tuple[str, int, bool]] = []
    anew: list[_Measured] = []
    for (words, start, broken), known in zip(raw_lines, measured, strict=True):
        begins = [0, *(match.end() for match in _BLANKS.finditer(words))] if _is_mixed(words, known) else [0]
        turned = [boxes.is_turned(start + begin) for begin in begins] if len(begins) > 1 else [False]
        cuts = [begin for begin, (a, b) in zip(begins[1:], pairwise(turned), strict=True) if a != b]
        edges = [0, *cuts, len(words)]
        for begin, end in pairwise(edges):
            piece = words[begin:end].rstrip()
            lines.append((piece, start + begin, broken and end == len(words)))
            anew.append(_measure(piece, start + begin, boxes, weigh=False) if cuts else known)
    return lines, anew


def _may_be_heading(words: str) -> bool:
    return len(words) <= 90 and not words[0].islower() and words[-1] not in ".,;"


def _turn(measured: list[_Measured]) -> int:
    """Return by how much the page must be turned so that most of its text stands upright."""
    up = sum(1 for m in measured if m[4] > 0 and not m[3])
    down = sum(1 for m in measured if m[4] < 0 and not m[3])
    level = len(measured) - up - down
    if up > level and up >= down:
        return 90
    if down > level:
        return 270
    return 0


def _turned(
    box: tuple[float, float, float, float], turn: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """Return a box with its origin at the top left, as it is read."""
    left, bottom, right, top = box
    if turn == 90:
        return bottom, left, top, right
    if turn == 270:
        return height - top, width - right, height - bottom, width - left
    return left, height - top, right, height - bottom


def _clean(line: Line) -> bool:
    """Mend a line's text and tell whether anything is left of it."""
    text = line.text
    if not text.isascii():
        text = clean(text.translate(_LIGATURES) if _LIGATURE.search(text) else text)
    if "...." in text:
        text = _LEADERS.sub(" … ", text)  # dots that lead to a page number
    if text.count(" ") > 0.35 * len(text) and _SPACED.search(text):
        joined = _SPACED.sub(lambda match: match.group().replace(" ", ""), text)
        # Letters set apart over a whole line are words; single letters in a row of cells are not.
        if sum(map(str.isalpha, text)) > 5 and len(joined) <= 0.7 * len(text):
            text = joined.replace("\t", " ")
    if text[0:1] == text[1:2] and len(text) >= 8 and text[0::2] == text[1::2] and len(set(text)) > 3:
        text = text[0::2]
    if "\t" in text:
        line.text = "\t".join(" ".join(cell.split()) for cell in text.split("\t")).strip()
    else:
        # No blank but the space can be printed: most lines are as they should be.
        line.text = text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())
    return bool(line.text)


def _without_overprint(lines: list[Line]) -> list[Line]:
    """Drop a line that is drawn again over itself (bold by overprinting, shadows)."""
    kept: list[Line] = []
    places: dict[str, list[Line]] = {}
    for line in lines:
        twins = places.get(line.text)
        if twins is None:
            places[line.text] = [line]
            kept.append(line)
            continue
        reach = 0.35 * line.size
        if any(abs(t.x0 - line.x0) < reach and abs(t.y0 - line.y0) < reach for t in twins):
            continue
        twins.append(line)
        kept.append(line)
    return kept
