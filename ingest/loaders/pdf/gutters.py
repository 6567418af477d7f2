"""Gutters: empty strips between columns that a file draws row by row, so that its lines run across all of them.

A few of the widest lines of a page are looked at first; only where two of them leave room at the same place, or leap
to another height, is every blank of the page measured.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.loaders.pdf.backward import BACKWARD
from ingest.loaders.pdf.line import Line

if TYPE_CHECKING:
    from ingest.loaders.pdf.boxes import Boxes

_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u3000]+")
ENTRY = re.compile(r"(?:\.{3,}|…)\s*(?:\d{1,4}|[ivxlc]{1,6})$")
"""An entry of a table of contents, with the number of its page."""
_SENTENCE_END = re.compile(r"[^\W\d_][)”\"]?[.!?,;](?:\s|$)|[。、！？]")
SAMPLE = 6
"""Lines of a page that are looked at first."""
LONG = 30
"""Characters of a line that may run across columns."""
SIDE = 10
"""Characters that it has at least on either side of a gutter."""
ROOM = 0.6
"""Width of a gutter at least, as a multiple of the font's size."""

LEAPS = 4
"""Leaps to another height from which a page has columns whose lines stand on no common rows."""

COLUMN = 6
"""Lines that begin one under the other, from which a column is known to begin there."""

Cut = Callable[[Line, int, int, int], Line]


@dataclass(slots=True)
class _Gap:
    """A blank: where it begins and ends in the words of a line, and left and right of its room.

    Attributes:
        leaps: Whether the words behind it stand at another height, or further left.
    """

    line: int
    at: int
    end: int
    left: float
    right: float
    leaps: bool


@dataclass(slots=True)
class _Strip:
    """An empty strip that runs down through several lines, with the lines that lie wholly at one side of it."""

    left: float
    right: float
    gaps: list[_Gap] = field(default_factory=list)
    at_left: list[int] = field(default_factory=list)
    at_right: list[int] = field(default_factory=list)


def part_columns(lines: list[Line], starts: list[int], boxes: Boxes, cut: Cut) -> tuple[list[Line], list[int]]:
    """Return lines that run across columns as a line for each column, and where each begins in the page's text.

    Args:
        lines: As pdfium gives them, in the order of the file; their boxes upright.
        starts: Where each begins in the page's text.
        boxes: Of the page's characters.
        cut: Measures a part of a line, from one of its characters to another, as a line of its own; its second
            argument is where the line begins in the page's text.
    """
    if not _may_cross(lines, starts, boxes):
        return lines, starts
    gaps = _all_gaps(lines, starts, boxes, {})
    leaps = [gap for found in gaps for gap in found if gap.leaps]
    if len(leaps) >= LEAPS or any(map(_is_tall, lines)):
        known = {id(line): (line, found) for line, found in zip(lines, gaps, strict=True)}
        lines, starts = _parted(lines, starts, leaps, cut)
        gaps = _all_gaps(lines, starts, boxes, known)
    lines, starts = _parted(lines, starts, [gap for strip in _gutters(lines, gaps) for gap in strip.gaps], cut)
    return _parted(lines, starts, _left_over(lines, starts, boxes), cut)


def _left_over(lines: list[Line], starts: list[int], boxes: Boxes) -> list[_Gap]:
    """Return the gaps of lines that still run across columns, now that other lines say where columns begin."""
    columns: dict[int, list[float]] = {}
    for line in lines:
        if line.parted:
            columns.setdefault(round(line.x0), []).append(line.y0)
    columns = {x: tops for x, tops in columns.items() if len(tops) >= COLUMN}
    found: list[_Gap] = []
    for index, line in enumerate(lines):
        crossed = [x for x in columns if line.x0 + line.size < x < line.x1 - line.size]
        if not crossed or line.slanted:
            continue
        for gap in _gaps(line, index, starts[index], boxes, 2, all_of_them=True):
            tops = next((columns[x] for x in crossed if abs(gap.right - x) <= 1), ())
            below = [(top - line.y0) / line.size for top in tops]
            if gap.right - gap.left > ROOM * line.size:
                beside = any(-2.5 < step < 2.5 for step in below)
            else:  # without room between them the column's words must go on right above and right below
                beside = any(-1.6 < step < 0 for step in below) and any(0 < step < 1.6 for step in below)
            if beside:
                found.append(gap)
    return found


def _parted(lines: list[Line], starts: list[int], gaps: list[_Gap], cut: Cut) -> tuple[list[Line], list[int]]:
    cuts: dict[int, list[_Gap]] = {}
    for gap in gaps:
        cuts.setdefault(gap.line, []).append(gap)
    parted: list[Line] = []
    begins: list[int] = []
    for index, (line, start) in enumerate(zip(lines, starts, strict=True)):
        at = 0
        for gap in sorted(cuts.get(index, ()), key=lambda gap: gap.at):
            parted.append(cut(line, start, at, gap.at))
            begins.append(start + at)
            at = gap.end
        parted.append(cut(line, start, at, len(line.text)) if at else line)
        begins.append(start + at)
    return parted, begins


def _may_cross(lines: list[Line], starts: list[int], boxes: Boxes) -> bool:
    """Tell whether two of the widest lines leave room at the same place, or leap, or one is as high as several."""
    if any(map(_is_tall, lines)):
        return True
    long = sorted(
        (lines[i].x0 - lines[i].x1, i) for i in range(len(lines)) if len(lines[i].text) >= LONG and not lines[i].slanted
    )
    seen: list[_Gap] = []
    leaps = 0
    for number, (_, index) in enumerate(long[1 : 2 * SAMPLE : 2] if len(long) > SAMPLE else long):
        if number >= SAMPLE // 2 and not seen and not leaps:
            return False
        size = lines[index].size
        gaps = _gaps(lines[index], index, starts[index], boxes, SIDE)
        leaps += any(gap.leaps for gap in gaps)
        found = _wide(gaps, size)
        if leaps > 1 or any(min(a.right, b.right) - max(a.left, b.left) > 0.5 * size for a in found for b in seen):
            return True
        seen += found
    return False


def _is_tall(line: Line) -> bool:
    """Tell whether a line is several rows that pdfium took for one."""
    return line.y1 - line.y0 > 1.5 * line.size and not line.slanted


def _all_gaps(
    lines: list[Line], starts: list[int], boxes: Boxes, known: dict[int, tuple[Line, list[_Gap]]]
) -> list[list[_Gap]]:
    """Return the gaps of every line, measured only where they are not known; lines are known by identity."""
    found: list[list[_Gap]] = []
    for index, line in enumerate(lines):
        if line.slanted:
            found.append([])
        elif id(line) in known:
            _, gaps = known[id(line)]
            for gap in gaps:
                gap.line = index
            found.append(gaps)
        else:
            found.append(_gaps(line, index, starts[index], boxes, 2))
    return found


def _gaps(line: Line, index: int, start: int, boxes: Boxes, side: int, *, all_of_them: bool = False) -> list[_Gap]:
    """Return the blanks of a line that have so many characters on either side, none of one that is read backward.

    None either where no blank leaps or has room enough for a gutter, unless `all_of_them` are asked for.
    """
    words = line.text
    if not words.isascii() and BACKWARD.search(words):
        return []
    found: list[tuple[int, int, int, float, float, bool]] = []
    telling = all_of_them
    font, enough = boxes.font, ROOM * line.size
    for match in _BLANKS.finditer(words, side, max(side, len(words) - side)):
        at, end = match.span()
        _, top, left, bottom = font(start + at - 1)
        right, other_top, _, other_bottom = font(start + end)
        height = top - bottom
        room = right - left
        leaps = room < -height
        # Numbers of a table may stand a little higher than the words before them.
        if room > 0.3 * height and abs(bottom - other_bottom) > 0.12 * height:
            same = abs(height - other_top + other_bottom) < 0.03 * height
            leaps = same and words[end].isalpha() and words[at - 1] not in "0123456789%)"
        telling = telling or leaps or room > enough
        found.append((index, at, end, left, right, leaps))
    return [_Gap(*gap) for gap in found] if telling else []


def _wide(gaps: list[_Gap], size: float) -> list[_Gap]:
    """Return the gaps that are wider than the blanks of their line."""
    rooms = [gap.right - gap.left for gap in gaps]
    usual = median(rooms) if rooms else 0.0
    if usual > 0.6 * size:
        usual = min(rooms)
    return [gap for gap in gaps if gap.right - gap.left > max(ROOM * size, 1.6 * usual)]


def _gutters(lines: list[Line], gaps: list[list[_Gap]]) -> list[_Strip]:
    """Return the strips between columns of prose or of entries; the rooms between cells of a table are none."""
    wide = {index: _wide(found, lines[index].size) for index, found in enumerate(gaps) if found}
    strips = [strip for strip in _strips(lines, wide) if _is_long(strip, lines)]
    while strips:
        spans = _spans(lines, strips)
        kept = [strip for strip in strips if _parts_columns(*spans[id(strip)])]
        if len(kept) == len(strips):
            break
        strips = kept
    return strips


def _strips(lines: list[Line], gaps: dict[int, list[_Gap]]) -> list[_Strip]:
    """Return the empty strips that gaps make which stand one under the other."""
    down = [index for index, line in enumerate(lines) if not line.slanted]
    down.sort(key=lambda index: lines[index].y0 + lines[index].y1)
    done: list[_Strip] = []
    still: list[_Strip] = []
    for place, index in enumerate(down):
        line, here = lines[index], gaps.get(index, [])
        used: set[int] = set()
        going, still = still, []
        for strip in going:
            (still if _goes_through(strip, line, index, here, used) else done).append(strip)
        for gap in here:
            if id(gap) not in used:
                strip = _Strip(gap.left, gap.right, [gap])
                for above in reversed(down[:place]):
                    if not _goes_through(strip, lines[above], above, [], used):
                        break
                still.append(strip)
    return done + still


def _goes_through(strip: _Strip, line: Line, index: int, gaps: list[_Gap], used: set[int]) -> bool:
    """Let a strip run through one more line, and tell whether that leaves it open."""
    for gap in gaps:
        left, right = max(gap.left, strip.left), min(gap.right, strip.right)
        if right - left > 0.5 * line.size and id(gap) not in used:
            strip.left, strip.right = left, right
            strip.gaps.append(gap)
            used.add(id(gap))
            return True
    middle = 0.5 * (strip.left + strip.right)
    at_left = line.x1 <= middle
    if at_left:
        left, right = max(strip.left, line.x1), strip.right
    else:
        left, right = strip.left, min(strip.right, line.x0)
    if right - left < 0.5 * line.size or strip.right - right > line.size:
        return False  # what a column begins with stands at its edge
    strip.left, strip.right = left, right
    (strip.at_left if at_left else strip.at_right).append(index)
    return True


def _is_long(strip: _Strip, lines: list[Line]) -> bool:
    size = lines[strip.gaps[0].line].size
    rows = len(strip.gaps)
    if rows >= (3 if strip.right - strip.left > 1.1 * size else 4):
        return True
    begins = [gap.right for gap in strip.gaps] + [lines[index].x0 for index in strip.at_right]
    aligned = sum(x < strip.right + 1.2 * size for x in begins)
    return min(rows + len(strip.at_left), aligned) >= 6 and aligned >= 0.3 * len(begins)


def _spans(lines: list[Line], strips: list[_Strip]) -> dict[int, tuple[list[str], list[str]]]:
    """Return for each strip the words at its left and at its right, up to the next strips."""
    cuts: dict[int, list[tuple[int, int, _Strip]]] = {}
    for strip in strips:
        for gap in strip.gaps:
            cuts.setdefault(gap.line, []).append((gap.at, gap.end, strip))
    spans: dict[int, tuple[list[str], list[str]]] = {id(strip): ([], []) for strip in strips}
    for index, found in cuts.items():
        found.sort(key=lambda item: item[0])
        edges = [(0, 0), *((at, end) for at, end, _ in found), (len(lines[index].text), 0)]
        words = [lines[index].text[end:at] for (_, end), (at, _) in pairwise(edges)]
        for number, (_, _, strip) in enumerate(found):
            spans[id(strip)][0].append(words[number])
            spans[id(strip)][1].append(words[number + 1])
    return spans


def _parts_columns(left: list[str], right: list[str]) -> bool:
    """Tell whether columns stand at both sides of a strip, rather than labels and what is said of them."""
    if not _is_column(left) or not _is_column(right):
        return False
    ends = sum(map(bool, map(_SENTENCE_END.search, right)))
    return ends < 0.1 * len(right) or any(map(_SENTENCE_END.search, left)) or bool(ENTRY.search(left[0]))


def _is_column(words: list[str]) -> bool:
    """Tell whether words one under the other are running text, or entries with numbers of pages."""
    text = "".join(words)
    if len(text) < 12 * len(words):
        return False
    if sum(map(bool, map(ENTRY.search, words))) > 0.7 * len(words):
        return True
    if sum(map(str.isalpha, text)) < 0.55 * len(text):
        return False
    goes_on = sum(line[:1].isalpha() and not line[:1].isupper() for line in words)
    return goes_on >= 0.3 * len(words) or median(map(len, words)) >= 40
