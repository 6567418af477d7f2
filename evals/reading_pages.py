"""Pages in columns whose reading order is known: many layouts, each drawn in several orders.

A file may draw its columns one after the other, row by row across all of them, from the last column to the first,
or in no order at all. What a person reads is the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from fpdf import FPDF

WORDS = (
    "river garden window letter market winter captain harbour silver meadow teacher valley engine orchard village "
    "bridge lantern carpet station kitchen weather island doctor journey kettle painter forest supper ribbon tower "
    "carries follows builds repairs watches crosses gathers measures brings covers opens counts sends finds keeps "
    "quiet narrow early heavy distant yellow careful ancient broken hollow simple eastern the a every this near "
    "under behind across before after with without and or while because of to in for from"
).split()
WIDTH, HEIGHT = 595.0, 842.0
DRAWN = ("columns", "rows", "backwards", "mixed")


@dataclass(slots=True)
class Piece:
    """A line of text and where it is drawn: its left end and base line, y downward, in points."""

    x: float
    y: float
    text: str
    size: float = 10.0
    bold: bool = False
    turn: float = 0.0
    width: float = 0.0
    """To which its blanks are stretched; 0 leaves them as they are."""


@dataclass(slots=True)
class Sheet:
    """A page: what is drawn, block by block as it is read, and the sentences of each text that runs through it."""

    source: random.Random
    width: float = WIDTH
    blocks: list[list[Piece]] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)

    def sentence(self) -> str:
        """Return a sentence that stands nowhere else."""
        words = self.source.choices(WORDS, k=self.source.randint(7, 15))
        return " ".join(words).capitalize() + "."

    def line(self, x: float, y: float, text: str, *, size: float = 10.0, bold: bool = False, turn: float = 0) -> None:
        """Draw one line that belongs to no text."""
        self.blocks.append([Piece(x, y, text, size, bold, turn)])

    def run(
        self,
        *columns: tuple[float, float, float, float],
        size: float = 10.0,
        pitch: float = 12.0,
        justified: bool = False,
        indent: float = 0.0,
        gap: float = 0.0,
        heads: bool = False,
    ) -> None:
        """Let one text of whole sentences run through columns of (left, top, width, bottom).

        Args:
            columns: In the order in which they are read.
            size: Of the font.
            pitch: From line to line.
            justified: Whether all lines but the last of a paragraph are as wide as the column.
            indent: Of a paragraph's first line.
            gap: Room between paragraphs.
            heads: Whether a bold heading stands over every second paragraph.
        """
        sentences: list[str] = []
        number = 0
        left, y, width, bottom = columns[0]
        block: list[Piece] = []
        self.blocks.append(block)
        rest = list(columns[1:])
        while True:
            paragraph = [self.sentence() for _ in range(self.source.randint(2, 5))]
            lines = broken(" ".join(paragraph), width, size, indent)
            heading = heads and number % 2 == 0
            need = len(lines) * pitch + gap + (2 * pitch if heading else 0)
            room = bottom - y + sum(b - t for _, t, _, b in rest)
            if need > room:
                break
            if heading:
                if bottom - y < 4 * pitch:
                    if not rest:
                        break
                    (left, y, width, bottom), *rest = rest
                    block = []
                    self.blocks.append(block)
                title = " ".join(self.source.choices(WORDS[:30], k=3)).title()
                block.append(Piece(left, y, title, size + 1, bold=True))
                sentences.append(title)
                y += 1.5 * pitch
            for at, line in enumerate(lines):
                if y > bottom:
                    if not rest:
                        break
                    (left, y, width, bottom), *rest = rest
                    block = []
                    self.blocks.append(block)
                move = indent if at == 0 else 0.0
                full = width - move if justified and at < len(lines) - 1 else 0.0
                block.append(Piece(left + move, y, line, size, width=full))
                y += pitch
            else:
                sentences += paragraph
                number += 1
                y += gap
                continue
            break
        self.texts.append(sentences)

    def entries(self, x: float, y: float, words: list[str], *, pitch: float = 14.0, size: float = 10.0) -> None:
        """Draw lines that each stand for themselves, read one after the other."""
        self.blocks.append([Piece(x, y + pitch * at, line, size) for at, line in enumerate(words)])
        self.texts.append(words)


_RULER = FPDF(unit="pt")
_RULER.set_font("Helvetica", size=10)


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of words in points."""
    _RULER.set_font("Helvetica", "B" if bold else "", size)
    return float(_RULER.get_string_width(text))


def broken(text: str, width: float, size: float, indent: float = 0.0) -> list[str]:
    """Return the lines into which a text is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and wide(longer, size) > width - (0 if lines else indent):
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def two(sheet: Sheet) -> None:
    """Two columns."""
    sheet.run((60, 80, 225, 760), (310, 80, 225, 760))


def justified_under_a_title(sheet: Sheet) -> None:
    """A title and authors over two justified columns, the number of the page below."""
    sheet.line(150, 60, "The Orchard Behind the Harbour Station", size=17, bold=True)
    sheet.line(240, 85, "Ann Author and Bob Writer")
    sheet.run((60, 120, 230, 760), (305, 120, 230, 760), justified=True, indent=10)
    sheet.line(295, 810, "17")


def three(sheet: Sheet) -> None:
    """Three columns with narrow gutters."""
    sheet.run(*((40 + 175 * at, 90, 163.0, 760) for at in range(3)), size=9, pitch=11)


def three_of_different_pitch(sheet: Sheet) -> None:
    """Three columns with paragraphs apart, so that their lines stand on no common rows."""
    sheet.run(*((40 + 177 * at, 90, 160.0, 760) for at in range(3)), size=9, pitch=11, gap=5)


def stamped(sheet: Sheet) -> None:
    """Two columns beside a stamp up the margin."""
    sheet.line(32, 600, "Archive:2004.00000v1 [hr.GD] 30 Sep 2020", size=18, turn=90)
    sheet.run((72, 90, 220, 740), (312, 90, 220, 740), indent=12)


def numbered_lines(sheet: Sheet) -> None:
    """Two columns beside small numbers of lines."""
    sheet.run((72, 90, 215, 600), (312, 90, 215, 600))
    sheet.blocks.append([Piece(50, 90 + 12 * at, str(at + 1), 6) for at in range(42)])


def figure(sheet: Sheet) -> None:
    """Two columns, a caption over both under them, and two columns of the same text below it."""
    sheet.run((60, 80, 225, 330), (310, 80, 225, 330))
    caption = "Figure 2. Height of the water at the eastern bridge in each month of the years that were measured."
    sheet.line(70, 470, caption, size=9)
    sheet.run((60, 520, 225, 760), (310, 520, 225, 760))


def table(sheet: Sheet) -> None:
    """A table over both columns above them."""
    rows = ["Station 1990 2000 2010 2020".split(), "Harbour 12 14 15 19".split(), "Valley 7 8 8 9".split()]
    for at, row in enumerate(rows):
        for x, cell in zip((70, 220, 300, 380, 460), row, strict=True):
            sheet.line(x, 80 + 14 * at, cell, size=9)
    sheet.run((60, 160, 225, 760), (310, 160, 225, 760), indent=10)


def spread(sheet: Sheet) -> None:
    """Two pages on one sheet, each of one column."""
    sheet.width = 842.0
    sheet.run((50, 80, 320, 520), (471, 80, 320, 520), gap=6)
    sheet.line(200, 560, "12")
    sheet.line(621, 560, "13")


def spread_of_columns(sheet: Sheet) -> None:
    """Two pages on one sheet, each of two columns."""
    sheet.width = 842.0
    sheet.run(*((x, 80, 165.0, 520) for x in (40, 220, 455, 635)), size=9, pitch=11)


def sidebar(sheet: Sheet) -> None:
    """A text beside a narrow box of smaller print."""
    sheet.run((60, 80, 330, 760), pitch=13)
    sheet.run((420, 200, 130, 460), size=8, pitch=10)


def left_sidebar(sheet: Sheet) -> None:
    """A narrow column of remarks at the left of the text."""
    sheet.run((190, 80, 350, 760), pitch=13, gap=6)
    sheet.run((50, 80, 115, 300), size=8, pitch=10)


def notes_under_columns(sheet: Sheet) -> None:
    """Footnotes under each column, in smaller print."""
    sheet.run((60, 80, 225, 660), (310, 80, 225, 660))
    sheet.run((60, 690, 225, 770), size=7, pitch=8.5)
    sheet.run((310, 690, 225, 770), size=7, pitch=8.5)


def notes_under_both(sheet: Sheet) -> None:
    """Footnotes over the whole width under two columns."""
    sheet.run((60, 80, 225, 660), (310, 80, 225, 660), heads=True)
    sheet.run((60, 700, 475, 770), size=8, pitch=10)


def heads(sheet: Sheet) -> None:
    """Two columns with headings in them."""
    sheet.run((60, 80, 225, 760), (310, 80, 225, 760), heads=True, gap=6)


def headline(sheet: Sheet) -> None:
    """Two articles one above the other, each of three columns under a line over all."""
    for top in (90, 430):
        sheet.line(60, top - 24, "The village keeps its ancient bridge for another winter", size=15, bold=True)
        sheet.run(*((60 + 165 * at, top, 150.0, top + 280) for at in range(3)), size=9, pitch=11)


def watermark(sheet: Sheet) -> None:
    """Two columns under a large word from corner to corner."""
    sheet.run((60, 80, 225, 760), (310, 80, 225, 760))
    sheet.line(180, 600, "DRAFT", size=110, turn=50)


def uneven(sheet: Sheet) -> None:
    """A long first column and a short second one."""
    sheet.run((60, 80, 225, 760), (310, 80, 225, 230))


def wide_and_narrow(sheet: Sheet) -> None:
    """One text in a wide column, another in a narrow one beside it, on other rows."""
    sheet.run((50, 80, 310, 760), pitch=13)
    sheet.run((385, 84, 160, 760), size=9, pitch=11)


def blocks(sheet: Sheet) -> None:
    """Blocks of short lines side by side, as on a shipping form, over a text."""
    for x, title in ((60, "Sender"), (320, "Recipient")):
        names = [" ".join(sheet.source.choices(WORDS[:30], k=2)).title() for _ in range(3)]
        sheet.entries(x, 90, [f"{title}:", *names, f"Telephone {sheet.source.randint(10_000, 99_999)}"])
    sheet.run((60, 220, 475, 500))


def contents(sheet: Sheet) -> None:
    """A table of contents in two columns."""
    sheet.line(60, 60, "Contents", size=16, bold=True)
    number, entries = 3, []
    for _ in range(56):
        number += sheet.source.randint(1, 5)
        title = " ".join(sheet.source.choices(WORDS[:30], k=sheet.source.randint(1, 3))).capitalize()
        dots = "." * int((215 - wide(f"{title}  {number}", 10)) / wide(".", 10))
        entries.append(f"{title} {dots} {number}")
    sheet.blocks.append([Piece(60, 100 + 15 * at, line) for at, line in enumerate(entries[:28])])
    sheet.blocks.append([Piece(320, 100 + 15 * at, line) for at, line in enumerate(entries[28:])])
    sheet.texts.append(entries)


def pulled_quote(sheet: Sheet) -> None:
    """A quotation in large print across the gutter, in the middle of two columns."""
    sheet.run((60, 80, 225, 300), (310, 80, 225, 300))
    sheet.line(130, 350, "The harbour sends a letter every winter", size=17)
    sheet.run((60, 400, 225, 760), (310, 400, 225, 760))


def short(sheet: Sheet) -> None:
    """The last page: a few lines in each column."""
    sheet.run((60, 80, 225, 155), (310, 80, 225, 155))


def one_above_two(sheet: Sheet) -> None:
    """A summary over the whole width, then two columns."""
    sheet.run((90, 80, 415, 200), size=9, pitch=11)
    sheet.run((60, 230, 230, 760), (305, 230, 230, 760), justified=True)


LAYOUTS: tuple[Callable[[Sheet], None], ...] = (
    two, justified_under_a_title, three, three_of_different_pitch, stamped, numbered_lines, figure, table, spread,
    spread_of_columns, sidebar, left_sidebar, notes_under_columns, notes_under_both, heads, headline, watermark, uneven,
    wide_and_narrow, blocks, contents, pulled_quote, short, one_above_two,
)  # fmt: skip


def pages() -> Iterator[tuple[str, bytes, list[list[str]]]]:
    """Yield name, PDF file and texts (each as sentences in order) of every page, the same ones at each run."""
    for layout in LAYOUTS:
        for drawn in DRAWN:
            source = random.Random(f"{layout.__name__} {drawn}")
            sheet = Sheet(source)
            layout(sheet)
            yield f"{layout.__name__}, {drawn}", draw(sheet, drawn), sheet.texts


def draw(sheet: Sheet, drawn: str) -> bytes:
    """Return a PDF file of one page, its lines drawn in one of the orders of `DRAWN`."""
    pdf = FPDF(unit="pt", format=(sheet.width, HEIGHT if sheet.width < HEIGHT else 600.0))
    pdf.set_auto_page_break(False)
    pdf.add_page()
    for piece in _in_order(sheet, drawn):
        pdf.set_font("Helvetica", "B" if piece.bold else "", piece.size)
        if piece.turn:
            with pdf.rotation(piece.turn, piece.x, piece.y):
                pdf.text(piece.x, piece.y, piece.text)
            continue
        words = piece.text.split() if piece.width else [piece.text]
        room = (piece.width - sum(wide(word, piece.size) for word in words)) / max(len(words) - 1, 1)
        x = piece.x
        for word in words:
            pdf.text(x, piece.y, word)
            x += wide(word, piece.size) + room
    return bytes(pdf.output())


def _in_order(sheet: Sheet, drawn: str) -> list[Piece]:
    blocks = list(sheet.blocks)
    if drawn == "backwards":
        blocks.reverse()
    elif drawn == "mixed":
        sheet.source.shuffle(blocks)
    pieces = list(chain.from_iterable(blocks))
    return sorted(pieces, key=lambda piece: (piece.y, piece.x)) if drawn == "rows" else pieces
