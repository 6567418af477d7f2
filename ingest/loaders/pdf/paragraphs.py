"""From lines of PDF pages to paragraphs, so that sentences are whole, across columns and pages too.

A line goes on in the next one when the next one's first word would not have fitted into it. Headings,
list items and rows of tables stay by themselves. Words that were broken at a line end are joined; the
hyphen stays where the document elsewhere writes the word with it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from ingest.loaders.pdf.layout import PAGE_NUMBER
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.style import HYPHENS, WORD_BEGIN, WORD_END, Style, rounded
from ingest.splitting.structure import PARTY
from vectorstore.words.scripts import HAN, KANA

_BULLET = re.compile(
    r"^(?:[•◦▪‣·●○■□➢✓–—*-]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|\(?[ivxIVX]{1,4}[.)]\s|[①-⑳]|\d{1,2}(?:\.\d{1,2}){1,3}\s)"
)
_LABEL = re.compile(r"[^\W\d_][\w /#.&'’-]{1,30}[:：](?:\s|$)")
"""Begins a line of a form or an invoice: two such lines, one under the other, are no sentence."""
_ENDS = re.compile(r"[.!?:;。！？؟।…][\"'”’»)\]」』⁰¹²³⁴-⁹]*$")
_WIDE = re.compile(f"[{KANA}{HAN}\u3000-\u303f\uff00-\uffef]")
MAX_HEADING = 140
MAX_CELL = 60
FIGURES = 4
"""Numbers that a line has at least which is a row of a table by them."""
WIDER, WIDER_ENDED = 1.24, 1.12
"""How many times as far below as lines inside sentences one is that begins anew, after any line and after
one that ends a sentence."""
RAGGED = 0.6
"""Share of its column's width that a line fills at least which breaks off inside a sentence."""
NOTE = 0.95
"""Size of the print of notes at most, as a share of the text's."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph, heading, list item or row.

    Attributes:
        pieces: (index of page, text) in order; more than one where it crosses a page.
        level: 1 to 6 for a heading, 0 for what is none.
        top, right: Of the box of its first line, as far as cells were added to it.
    """

    pieces: list[tuple[int, str]]
    level: int = 0
    top: float = 0.0
    right: float = 0.0


def paragraphs(pages: list[list[Line]], style: Style) -> list[Paragraph]:
    """Return the paragraphs of a document whose pages are in reading order."""
    found: list[Paragraph] = []
    last: Line | None = None
    last_level = 0
    name: Line | None = None  # the last that stands below its label: an address under it is another line
    waiting: tuple[int, Line] | None = None  # the paragraph that a note under its column broke off, and its last line
    for lines in pages:
        waiting = None
        edges = _right_edges(lines)
        pitch, widest = _pitch(lines), _widest(lines)
        for index, line in enumerate(lines):
            level = _level(line, lines, index, style)
            edge = edges[index - 1] if index else 0.0
            if last is not None and waiting is None and _is_note_under(last, line) and _breaks_off(last, last_level):
                waiting = (len(found) - 1, last)
            takes_up = waiting is not None and last is not None and _takes_up(waiting[1], last, line)
            if last is not None and not takes_up and line.y0 < last.y0 - 2 * line.size:
                waiting = None  # the head of the next column begins something else
            if waiting is not None and takes_up:
                _join(found[waiting[0]], waiting[1], line, style)
                # What they broke off goes on, so the notes stand before it.
                found.append(found.pop(waiting[0]))
                waiting = None
            elif last is not None and last is not name and _goes_on(last, line, last_level, level, edge, pitch, widest):
                _join(found[-1], last, line, style)
                if found[-1].level and len(found[-1].pieces[-1][1]) > MAX_HEADING + 60:
                    found[-1].level = 0
            elif last is not None and _names_party(last, line):
                _join(found[-1], last, line, style)
                found[-1].level, name = 0, line
            elif found and _is_cell(found[-1], line):
                page, text = found[-1].pieces[-1]
                found[-1].pieces[-1] = (page, f"{text}\t{line.text}")
                found[-1].level, found[-1].right = 0, line.x1
            else:
                found.append(Paragraph([(line.page, line.text)], level, line.y0, line.x1))
            last, last_level = line, level
    return found


def _is_note_under(last: Line, line: Line) -> bool:
    """Tell whether a line begins below another as notes in smaller print and page numbers do, at a column's foot."""
    room = line.y0 - last.y1  # the next line of a sentence that began in bold is smaller too, but stands close
    below = line.page == last.page and room > 0.2 * line.size and line.x0 < last.x1 and line.x1 > last.x0
    return below and (line.size < NOTE * last.size or PAGE_NUMBER.match(line.text) is not None)


def _breaks_off(last: Line, level: int) -> bool:
    """Tell whether a line of text ends inside a sentence."""
    return not level and not last.is_row and len(last.text) > 20 and not _ENDS.search(last.text)


def _takes_up(broken: Line, last: Line, line: Line) -> bool:
    """Tell whether a line at the head of the next column goes on with what a note had broken off."""
    return (
        line.page == broken.page
        and abs(line.size - broken.size) < 0.05 * broken.size
        and (last.size < NOTE * line.size or PAGE_NUMBER.match(last.text) is not None)
        and line.y0 < broken.y0
        and line.x0 > broken.x0
        and not line.is_row
        and (broken.broken or line.text[:1].islower())
    )


def _names_party(last: Line, line: Line) -> bool:
    """Tell whether a name stands right below its label, as in "Bill to:" over an address."""
    below = line.page == last.page and 0 < line.y0 - last.y0 < 2.2 * last.size
    left = abs(line.x0 - last.x0) < 0.5 * last.size
    return below and left and not line.is_row and PARTY.fullmatch(last.text) is not None


def _is_cell(paragraph: Paragraph, line: Line) -> bool:
    """Tell whether a line stands beside the last paragraph as another cell of its row."""
    page, text = paragraph.pieces[-1]
    return (
        page == line.page
        and abs(paragraph.top - line.y0) < 0.35 * line.size
        and line.x0 > paragraph.right
        and len(line.text) <= MAX_CELL
        and len(text.rpartition("\t")[2]) <= MAX_CELL
    )


def _pitch(lines: list[Line]) -> float:
    """Return the usual distance of lines of a page, as a multiple of their size."""
    steps = sorted(
        (b.y0 - a.y0) / a.size
        for a, b in pairwise(lines)
        if 0 < b.y0 - a.y0 < 3 * a.size and abs(a.size - b.size) < 0.1 * a.size
    )
    return steps[len(steps) // 2] if steps else 1.2


def _widest(lines: list[Line]) -> float:
    """Return the widest step to a line of a page that goes on with a sentence for certain, as `_pitch` does.

    Infinite where no two lines of the page show it.
    """
    steps = [
        (b.y0 - a.y0) / a.size
        for a, b in pairwise(lines)
        if b.text[:1].islower() and 0 < b.y0 - a.y0 < 3 * a.size and abs(a.size - b.size) < 0.1 * a.size
    ]
    return max(steps) if len(steps) > 1 else math.inf


def _right_edges(lines: list[Line]) -> list[float]:
    """Return for each line how far to the right the lines of its column reach."""
    edges: list[float] = []
    begin = 0
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        same = (
            following is not None
            and following.y0 > line.y0 - 0.3 * line.size
            and following.x0 < line.x1
            and following.x1 > line.x0
            and following.y0 - line.y0 < 6 * line.size
            and line.is_row == following.is_row
        )
        if not same:
            edge = max(member.x1 for member in lines[begin : index + 1])
            edges.extend([edge] * (index + 1 - begin))
            begin = index + 1
    return edges


def _level(line: Line, lines: list[Line], index: int, style: Style) -> int:
    """Return the level of a heading, 0 for what is none."""
    text = line.text
    if style.outline:
        return style.outline.get((line.page, key_of(text)), 0)
    if line.is_row or len(text) > MAX_HEADING or text[0].islower() or text[-1] in "☐☒☑_" or text[0] in "☐☒☑":
        return 0
    size = rounded(line.size)
    bigger = size >= 1.12 * style.size
    bold = line.weight >= style.weight + 100 and size >= 0.95 * style.size
    if not bigger and not bold:
        return 0
    if sum(map(str.isalpha, text)) < max(3, 0.5 * len(text)):
        return 0
    if text[-1] in ".,;" and not re.match(r"^[\dA-Z]{1,3}(?:\.\d+)*\.?\s", text):
        return 0
    if bold and not bigger:
        # Bold words that begin a sentence are no heading: the line must end early or alone.
        before = lines[index - 1] if index else None
        if before is not None and not before.is_row and before.weight == line.weight and len(before.text) > 60:
            return 0
        if len(text) > 90:
            return 0
    rank = next((number for number, known in enumerate(style.sizes) if size >= known), len(style.sizes))
    return min(rank + 1, 6)


def key_of(text: str) -> str:
    """Return a heading as it is compared: letters and digits only, in lower case."""
    return "".join(character for character in text.lower() if character.isalnum())[:80]


def _goes_on(last: Line, line: Line, last_level: int, level: int, edge: float, pitch: float, widest: float) -> bool:
    """Tell whether a paragraph goes on from one line to the next.

    Args:
        last, line: Both lines.
        last_level, level: Of the headings that they are.
        edge: How far to the right the lines of the column reach.
        pitch, widest: The usual step from line to line, and the widest inside a sentence, in sizes.
    """
    if last.is_row or line.is_row or (_is_figures(last.text) and _is_figures(line.text)):
        return False
    if last.broken:
        return True
    if last_level or level:
        # A heading of two lines: the same look, right below.
        close = line.page == last.page and 0 < line.y0 - last.y0 < 1.8 * last.size
        return bool(
            last_level == level
            and close
            and abs(last.size - line.size) < 0.05 * last.size
            and not _BULLET.match(line.text)
            and not last.text.endswith((".", "?", "!"))
        )
    if _LABEL.match(line.text) and _LABEL.match(last.text):
        return False
    bullet = _BULLET.match(line.text)
    if bullet and (_ENDS.search(last.text) or not line.text[:1].isalnum()):
        return False
    if abs(last.size - line.size) > 0.12 * max(last.size, line.size) and not line.text[:1].islower():
        return False
    jumped = line.page != last.page or line.y0 < last.y0 - 0.5 * last.size or line.x0 > last.x1
    if jumped:
        # Another column or page: only what cannot be a beginning goes on.
        begins = line.text[:1]
        elsewhere = line.page != last.page or line.y0 < last.y0 - last.size
        if elsewhere and (abs(last.size - line.size) > 0.05 * line.size or PAGE_NUMBER.match(last.text)):
            return False  # a note, or the number of the page
        return not _ENDS.search(last.text) and (begins.islower() or (begins.isdigit() and len(last.text) > 30))
    step = (line.y0 - last.y0) / max(last.size, line.size)
    if step > max(1.35 * pitch, 1.2):
        return False
    if line.text[:1].isupper() and step > (WIDER_ENDED if _ENDS.search(last.text) else WIDER) * widest:
        return False
    if bullet:
        return False
    room = (last.x1 - last.x0) / max(len(last.text), 1)
    word = 1 if _WIDE.match(line.text) else len(line.text.split(" ", 1)[0]) + 1
    if last.x1 + word * room < edge - 0.4 * last.size:
        return _is_ragged(last, line, edge)
    indented = line.x0 > last.x0 + 0.8 * last.size
    return not (indented and _ENDS.search(last.text) and not _BULLET.match(last.text))


def _is_ragged(last: Line, line: Line, edge: float) -> bool:
    """Tell whether a sentence goes on although a word more would have fitted: lines broken early, at no right edge."""
    return (
        line.text[:1].islower()
        and not _ENDS.search(last.text)
        and abs(line.x0 - last.x0) < last.size
        and last.x1 - last.x0 > RAGGED * (edge - last.x0)
    )


def _is_figures(text: str) -> bool:
    """Tell whether a line is mostly numbers: two of them are rows, however narrow the room between their cells is."""
    if not text[-1].isdigit() and text[-1] not in "%)":
        return False  # nearly every line, told at once
    words = text.split(" ")
    numbers = sum(any(map(str.isdigit, word)) for word in words)
    return numbers >= FIGURES and numbers >= 0.4 * len(words)


def _join(paragraph: Paragraph, last: Line, line: Line, style: Style) -> None:
    page, text = paragraph.pieces[-1]
    glue = " "
    if last.broken or (text.endswith(tuple(HYPHENS)) and line.text[:1].isalnum() and text[-2:-1].isalpha()):
        stem = text.rstrip(HYPHENS) if text.endswith(tuple(HYPHENS)) else text
        glue = "-" if _keeps_hyphen(stem, line.text, style) else ""
        text = stem
    elif _WIDE.match(text[-1:]) and _WIDE.match(line.text):
        glue = ""
    if page == line.page:
        paragraph.pieces[-1] = (page, f"{text}{glue}{line.text}")
    elif glue == " ":
        paragraph.pieces[-1] = (page, text)
        paragraph.pieces.append((line.page, line.text))
    else:
        # A word broken over two pages stands whole on the first.
        head, _, rest = line.text.partition(" ")
        paragraph.pieces[-1] = (page, f"{text}{glue}{head}")
        if rest:
            paragraph.pieces.append((line.page, rest))


def _keeps_hyphen(stem: str, following: str, style: Style) -> bool:
    """Tell whether a word broken at a line end is written with a hyphen."""
    left = WORD_END.search(stem, max(0, len(stem) - 40))
    right = WORD_BEGIN.match(following)
    if not left or not right:
        return True
    if not following[0].islower() or stem[-1].isdigit():
        return True
    first, second = left.group().lower(), right.group().lower()
    hyphened = style.hyphened[f"{first}-{second}"]
    return hyphened > 0 and style.text.count(first + second) < hyphened
