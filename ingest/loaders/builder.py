"""TextBuilder: how every loader puts text, headings and places together with exact offsets.

Paragraphs are parted by an empty line, lines of one block (list items, table rows) by a line end.
Separators are written only when more text follows, so that the text never ends in blanks.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from ingest.document import Loaded
from ingest.errors import NoText, TooLarge
from vectorstore.document import Heading, Place
from vectorstore.tables.parse import SEPARATOR

MAX_TEXT = 60_000_000
"""Characters of text that one file may yield (a library of 400 books)."""

_REMOVED = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0B, 0x0C)),
        *range(0x7F, 0xA0),
        0xAD,  # soft hyphen: shown only where a line was broken
        0x200B,
        0x2060,
        0xFEFF,
        0xFFFE,
        0xFFFF,
        *range(0x202A, 0x202F),  # embeddings, overrides and isolates can make text read as another
        *range(0x2066, 0x206A),
    ]
)
_REPLACED = {
    0x0B: "\n",
    0x0C: "\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
    0xA0: " ",
    0x2007: " ",
    0x202F: " ",
    0xF0B7: "•",
    0xF0A7: "▪",
    0xF0D8: "➢",
    0xF0FC: "✓",
}
_TABLE: dict[int, str | None] = {**_REMOVED, **_REPLACED}
_MENDED = re.compile("[" + re.escape("".join(map(chr, _TABLE))) + "]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_COUNTED = re.compile(r"(?P<count>[\d,]+) (?P<thing>[a-z ]+?)(?: was|s were) not read\. ?(?P<why>.*)")
"""A note that `TextBuilder.unread` makes: of what is included the counts are added up."""


_NUMBERS = re.compile(r"\s*[-−+]?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\s*")
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺"
_RAISED = str.maketrans("0123456789-−+", RAISED)


def raised(text: str) -> str:
    """Return raised text as it is written without markup: "10⁶", "m²", "in 1931.⁴"; words ("1st") stay as they are."""
    return text.translate(_RAISED) if _NUMBERS.fullmatch(text) else text


def clean(text: str) -> str:
    """Return `text` as it may be stored: NFC, plain line ends and blanks, no control characters.

    Runs of blanks and line ends stay as they are; see `tidy`.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _MENDED.search(text):
        text = text.translate(_TABLE)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATE.sub("�", text))
    return text


def tidy(text: str) -> str:
    """Return `text` cleaned, with runs of blanks made one and blanks at line ends dropped."""
    text = clean(text)
    if "\n" not in text:
        return " ".join(text.split())
    return _EMPTY_LINES.sub("\n\n", "\n".join(" ".join(line.split()) for line in text.split("\n"))).strip()


def one_line(text: str) -> str:
    """Return `text` tidied, on one line."""
    return " ".join(clean(text).split())


class TextBuilder:
    """Collects the text of one file with its headings and places.

    Args:
        media_type: Of the file.
        max_text: Characters after which `TooLarge` is raised.
    """

    def __init__(self, media_type: str, *, max_text: int = MAX_TEXT) -> None:
        self.media_type = media_type
        self.title = ""
        self.length = 0
        self.notes: list[str] = []
        self._unread: Counter[tuple[str, str]] = Counter()
        self._max_text = max_text
        self._parts: list[str] = []
        self._headings: list[Heading] = []
        self._places: list[Place] = []
        self._pending: list[tuple[str, int, bool]] = []

    def paragraph(self, text: str) -> None:
        """Add a block of text after an empty line. Blank text adds nothing."""
        self._add(tidy(text), "\n\n")

    def line(self, text: str) -> None:
        """Add a line of the block that is open (a list item, a table row)."""
        self._add(tidy(text), "\n")

    def more(self, text: str) -> None:
        """Add text to the line that is open, after a blank."""
        self._add(tidy(text), " ")

    def ready(self, text: str) -> None:
        """Add a block that is clean and tidy already; tabs, which part the cells of a row, are kept."""
        self._add(text if text.isascii() else unicodedata.normalize("NFC", text), "\n\n")

    def verbatim(self, text: str) -> None:
        """Add a block whose blanks and indents are kept (program code, verse)."""
        lines = [line.rstrip() for line in clean(text).expandtabs(4).split("\n")]
        while lines and not lines[0]:
            lines.pop(0)
        self._add("\n".join(lines).rstrip(), "\n\n")

    def heading(self, text: str, level: int) -> None:
        """Add a heading of level 1 to 6 as a block of its own."""
        words = one_line(text)
        if not words:
            return
        start = self._add(words, "\n\n")
        self._headings.append(Heading(start, start + len(words), min(max(level, 1), 6)))

    def place(self, kind: str, number: int, *, by_ocr: bool = False) -> None:
        """Say that the text added next begins this page, slide, row, cue or part, and whether OCR read it."""
        self._pending.append((kind, number, by_ocr))

    def forget_place(self) -> None:
        """Take back the last place, as no text has followed it."""
        if self._pending:
            self._pending.pop()

    def note(self, sentence: str) -> None:
        """Add a sentence to the report of the file, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def unread(self, thing: str, *, why: str = "") -> None:
        """Count what a person sees in the file and the text does not say; `finish` makes a note of each kind.

        Args:
            thing: What it is, in the singular: "picture", "embedded file".
            why: What could be done, a sentence.
        """
        self._unread[thing, why] += 1

    def include(self, loaded: Loaded, *, level: int = 0) -> None:
        """Add another file's text, headings and notes (an attachment), its headings `level` deeper.

        Its own places are dropped, but for what they say about OCR: a place of this file stands before it.
        """
        for note in loaded.notes:
            if counted := _COUNTED.fullmatch(note):
                self._unread[counted["thing"], counted["why"]] += int(counted["count"].replace(",", ""))
            else:
                self.note(note)
        if not loaded.text.strip():
            return
        start = self._add(loaded.text.strip("\n"), "\n\n")
        shift = start - (len(loaded.text) - len(loaded.text.lstrip("\n")))
        for heading in loaded.headings:
            self._headings.append(Heading(heading.start + shift, heading.end + shift, min(heading.level + level, 6)))
        if any(place.by_ocr for place in loaded.places):
            kind, number = (self._places[-1].kind, self._places[-1].number) if self._places else ("part", 1)
            self._places.extend(
                Place(max(start, place.start + shift), kind, number, place.by_ocr) for place in loaded.places
            )
            self.place(kind, number)

    def finish(self, *, title: str = "", empty: str = "The file holds no text.") -> Loaded:
        """Return what was collected.

        Args:
            title: The title that the file gives itself.
            empty: The message if there is no text.

        Raises:
            NoText: Nothing but blanks was added.
        """
        text = "".join(self._parts)
        if not text.strip():
            raise NoText(empty, remedy="Nothing of it was added.")
        self._places.extend(Place(self.length, *place) for place in self._pending)
        for (thing, why), count in self._unread.items():
            self.note(f"{count:,} {thing}{'s were' if count > 1 else ' was'} not read. {why}".strip())
        return Loaded(
            text=text,
            media_type=self.media_type,
            title=one_line(title or self.title)[:300],
            places=tuple(self._places),
            headings=tuple(self._headings),
            notes=tuple(self.notes),
        )

    def _add(self, text: str, separator: str) -> int:
        """Append `text` after `separator` and return its start."""
        if not text:
            return self.length
        if self._parts:
            self._parts.append(separator)
            self.length += len(separator)
        start = self.length
        if self._pending:
            self._places.extend(Place(start, *place) for place in self._pending)
            self._pending.clear()
        self._parts.append(text)
        self.length += len(text)
        if self.length > self._max_text:
            raise TooLarge(
                f"The file yields more than {self._max_text // 1_000_000} million characters of text.",
                remedy="Split it into smaller files.",
            )
        return start


GROUP = 700
"""Characters of table rows after which the header is written again."""


def add_table(builder: TextBuilder, rows: Iterable[list[str]], *, header: bool) -> None:
    """Add a table, one row a line with " | " between cells, the header again before every group.

    Args:
        rows: Cells of each row.
        header: Whether the first row names the columns.
    """
    head, size, first = "", 0, True
    for cells in rows:
        line = row_line(cells, keep_empty=header)
        if not line:
            continue
        if header and not head:
            head = line
        elif head and size > GROUP:
            builder.paragraph(head)
            size = 0
        (builder.paragraph if first else builder.line)(line)
        first = False
        size += len(line) + 1


def row_line(cells: list[str], *, keep_empty: bool) -> str:
    """Return the cells of a row joined by " | ", without the empty ones at its end (or anywhere)."""
    words = [one_line(cell) for cell in cells]
    if not keep_empty:
        return SEPARATOR.join(word for word in words if word)
    while words and not words[-1]:
        words.pop()
    return SEPARATOR.join(words)
