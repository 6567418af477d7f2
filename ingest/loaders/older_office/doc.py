"""DOC, Word's format before 2007: text, headings, tables as rows, notes, text boxes.

The text lies in pieces that a table in the file lists; paragraph properties say what is a heading
(styles 1 to 9) and where a table's row ends. Macros and embedded objects are never opened. No library
under a free licence reads it without running another program, so its two tables are read here.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, PasswordNeeded, Unreadable
from ingest.loaders.builder import TextBuilder, add_table, one_line
from ingest.loaders.office.encrypted import read_unlocked
from ingest.loaders.office.pictures import COMMENTS, caption_of, descriptions
from ingest.loaders.older_office.doc_parts import GONE, deleted, heads_and_feet, without
from ingest.reading.decode import codec_named

MEDIA_TYPE = "application/msword"
MAX_STREAM = 200_000_000
_MARKS = {"\x0b": "\n", "\x0c": "\n", "\x0e": " ", "\x1e": "‑", "\x1f": "", "\x01": "", "\x02": "",
          "\x05": "", "\x08": "", "\x03": "", "\x04": "", GONE: ""}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of the text: characters [start, end) lie at `offset` of the main stream."""

    start: int
    end: int
    offset: int
    wide: bool


@dataclass(slots=True)
class _Properties:
    """Paragraph properties by file offset: style, and whether a table's row ends there."""

    starts: list[int] = field(default_factory=list)
    values: list[tuple[int, int, bool, bool]] = field(default_factory=list)  # end, level, in table, row end

    def at(self, offset: int) -> tuple[int, bool, bool]:
        """Return (heading level or 0, in a table, ends a row) of the paragraph at a file offset."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0 or self.values[index][0] <= offset:
            return 0, False, False
        return self.values[index][1:]


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read a DOC file."""
    return read_unlocked(path, options, lambda plain: _read(plain, options))


def _read(path: Path, options: LoadOptions) -> Loaded:
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as container:
            main: bytes = container.openstream("WordDocument").read(MAX_STREAM)
            flags = struct.unpack_from("<H", main, 0x0A)[0]
            if flags & 0x0100:
                raise PasswordNeeded("The document is protected by a password.", remedy="Give it with --password.")
            table = b""
            name = "1Table" if flags & 0x0200 else "0Table"
            if container.exists(name):
                table = container.openstream(name).read(MAX_STREAM)
            pictures = b""
            if container.exists("Data"):
                pictures = container.openstream("Data").read(MAX_STREAM)
            title = _title(container)
        return _document(main, table, pictures, options, title)
    except LoadError:
        raise
    except (OSError, ValueError, IndexError, TypeError, struct.error, AttributeError) as error:
        raise Unreadable("The document is damaged.", remedy="Open it in Word and save it as DOCX.") from error


def _title(container: object) -> str:
    try:
        metadata = container.get_metadata()  # type: ignore[attr-defined]
        raw, page = metadata.title, metadata.codepage
    except (OSError, ValueError, IndexError, TypeError, struct.error, AttributeError):
        return ""
    if not isinstance(raw, bytes):
        return ""
    codec = "utf-8" if page in (65001, -535) else codec_named(f"cp{page}") or "cp1252"
    return one_line(raw.decode(codec, "replace"))


def _document(main: bytes, table: bytes, pictures: bytes, options: LoadOptions, title: str) -> Loaded:
    builder = TextBuilder(MEDIA_TYPE)
    if struct.unpack_from("<H", main, 0)[0] != 0xA5EC or not table:
        # Word 6 and 95 keep the text in one run of bytes.
        first, last = struct.unpack_from("<II", main, 0x18)
        for paragraph in _unmarked(main[first:last].decode("cp1252", "replace")).split("\r"):
            builder.paragraph(paragraph.replace("\x07", " | "))
        return builder.finish(title=title)
    pieces = _pieces(main, table)
    properties, gone = _properties(main, table), deleted(main, table)
    counts = struct.unpack_from("<iiiiiiii", main, 0x4C)
    text, notes, heads, _macros, comments, ends, boxes, _ = (max(0, count) for count in counts)
    writer = _Writer(builder, descriptions(pictures))
    start = 0
    for offset, paragraph in _paragraphs(main, pieces, gone, start, start + text):
        writer.paragraph(paragraph, properties.at(offset))
    writer.close()
    start += text
    for label, length in (("Footnote", notes), ("Header", heads), ("", _macros), ("Comment", comments),
                          ("Endnote", ends), ("Text box", boxes)):  # fmt: skip
        if length and label == "Comment" and not options.comments:
            builder.note(f"Its comments were not read. {COMMENTS}")
        elif label == "Header":
            for begin, end, name in heads_and_feet(main, table, length):
                _aside(builder, _paragraphs(main, pieces, gone, start + begin, start + end), name)
        elif label:
            _aside(builder, _paragraphs(main, pieces, gone, start, start + length), label)
        start += length
    return builder.finish(title=title)


def _pieces(main: bytes, table: bytes) -> list[_Piece]:
    """Return the piece table."""
    offset, length = struct.unpack_from("<II", main, 0x01A2)
    data = table[offset : offset + length]
    at = 0
    while at < len(data) and data[at] == 0x01:
        at += 3 + struct.unpack_from("<H", data, at + 1)[0]
    if at >= len(data) or data[at] != 0x02:
        raise Unreadable("The document is damaged.", remedy="Open it in Word and save it as DOCX.")
    size = struct.unpack_from("<I", data, at + 1)[0]
    plain = data[at + 5 : at + 5 + size]
    count = (len(plain) - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", plain, 0)
    pieces: list[_Piece] = []
    for index in range(count):
        place = struct.unpack_from("<I", plain, 4 * (count + 1) + 8 * index + 2)[0]
        narrow = bool(place & 0x40000000)
        place &= 0x3FFFFFFF
        pieces.append(_Piece(positions[index], positions[index + 1], place // 2 if narrow else place, not narrow))
    return pieces


def _paragraphs(
    main: bytes, pieces: list[_Piece], gone: list[tuple[int, int]], start: int, end: int
) -> Iterator[tuple[int, str]]:
    """Yield each paragraph or cell with its end mark, and the file offset of that mark; `gone` is left out."""
    open_parts: list[str] = []
    for piece in pieces:
        first, last = max(piece.start, start), min(piece.end, end)
        if first >= last:
            continue
        width = 2 if piece.wide else 1
        begin = piece.offset + (first - piece.start) * width
        raw = main[begin : begin + (last - first) * width]
        text = raw.decode("utf-16-le" if piece.wide else "cp1252", "replace")
        if piece.wide and len(text) * 2 != len(raw):
            # Characters beyond the basic plane are pairs: keep one unit a character, join them later.
            text = "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) // 2 * 2])))
        text = without(gone, text, begin, width)
        position = 0
        while position < len(text):
            stop = next((i for i in range(position, len(text)) if text[i] in "\r\x07\x0c"), -1)
            if stop < 0:
                open_parts.append(text[position:])
                break
            yield begin + stop * width, "".join([*open_parts, text[position : stop + 1]])
            open_parts.clear()
            position = stop + 1
    if open_parts:
        yield -1, "".join(open_parts)


_RUBY = re.compile(r"\s*EQ\b.*,\s*([^,()\\]+)\)\s*$", re.IGNORECASE | re.DOTALL)


def _unmarked(text: str) -> str:
    """Return text without field codes and marks of pictures and notes.

    A field stands as \\x13 code \\x14 what it shows \\x15. Phonetic guides above Japanese words are
    fields without anything shown: the word itself is the last argument of their code.
    """
    pieces: list[str] = []
    codes: list[list[str] | None] = []  # the code of each open field; None once what it shows has begun
    for character in text:
        if character == "\x13":
            codes.append([])
        elif character == "\x14" and codes:
            codes[-1] = None
        elif character == "\x15" and codes:
            code = codes.pop()
            ruby = _RUBY.match("".join(code)) if code else None
            if ruby and not any(open_code is not None for open_code in codes):
                pieces.append(ruby[1])
        elif codes and codes[-1] is not None:
            codes[-1].append(character)
        elif all(code is None for code in codes) and character not in "\x14\x15":
            pieces.append(_MARKS.get(character, character))
    joined = "".join(pieces)
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _aside(builder: TextBuilder, found: Iterator[tuple[int, str]], label: str) -> None:
    seen: set[str] = set()
    for _, paragraph in found:
        words = one_line(_unmarked(paragraph).replace("\x07", " "))
        if sum(character.isalpha() for character in words) > 2 and words not in seen:
            seen.add(words)
            builder.paragraph(words if label == "Text box" else f"{label}: {words}")


class _Writer:
    """Puts paragraphs, cells and rows together."""

    def __init__(self, builder: TextBuilder, pictures: list[str]) -> None:
        self.builder, self.pictures = builder, iter(pictures)
        self.rows: list[list[str]] = []
        self.cells: list[str] = []
        self.cell: list[str] = []

    def paragraph(self, text: str, properties: tuple[int, bool, bool]) -> None:
        """Add one paragraph with its end mark."""
        level, in_table, row_end = properties
        words = _unmarked(text.rstrip("\r\x07\x0c"))
        if row_end and text.endswith("\x07"):
            self.rows.append(self.cells)
            self.cells, self.cell = [], []
        elif text.endswith("\x07"):
            self.cells.append(" ".join([*self.cell, words]))
            self.cell = []
        elif in_table:
            self.cell.append(words)
        else:
            self.close()
            if level and len(words) < 300:
                self.builder.heading(words, level)
            else:
                self.builder.paragraph(words)
        for _ in range(text.count("\x01")):
            caption = caption_of(next(self.pictures, ""))
            self.builder.paragraph(caption)
            if not caption:
                self.builder.unread("picture")

    def close(self) -> None:
        """Write the table that has ended."""
        if self.cells:
            self.rows.append(self.cells)
        rows, self.rows, self.cells, self.cell = self.rows, [], [], []
        if rows:
            add_table(self.builder, rows, header=len(rows) > 1 and len(rows[0]) > 1)


def _properties(main: bytes, table: bytes) -> _Properties:
    """Return the paragraph properties that the file keeps in pages of 512 bytes."""
    found = _Properties()
    offset, length = struct.unpack_from("<II", main, 0x0102)
    plain = table[offset : offset + length]
    count = (len(plain) - 4) // 8
    entries: list[tuple[int, int, int, bool, bool]] = []
    for index in range(max(count, 0)):
        page = struct.unpack_from("<I", plain, 4 * (count + 1) + 4 * index)[0] & 0x3FFFFF
        entries.extend(_page(main[page * 512 : page * 512 + 512]))
    for start, end, level, in_table, row_end in sorted(entries):
        found.starts.append(start)
        found.values.append((end, level, in_table, row_end))
    return found


def _page(page: bytes) -> Iterator[tuple[int, int, int, bool, bool]]:
    if len(page) < 512:
        return
    runs = page[511]
    if 4 * (runs + 1) + 13 * runs > 511:
        return
    offsets = struct.unpack_from(f"<{runs + 1}I", page, 0)
    for index in range(runs):
        at = page[4 * (runs + 1) + 13 * index] * 2
        level, in_table, row_end = 0, False, False
        if 0 < at < 510:
            size = page[at] * 2 - 1 if page[at] else page[at + 1] * 2
            begin = at + 1 if page[at] else at + 2
            level, in_table, row_end = _modifiers(page[begin : begin + size])
        yield offsets[index], offsets[index + 1], level, in_table, row_end


def _modifiers(data: bytes) -> tuple[int, bool, bool]:
    """Return (heading level, in table, row end) of a style number and its modifiers."""
    if len(data) < 2:
        return 0, False, False
    style = struct.unpack_from("<H", data, 0)[0]
    level = style if 1 <= style <= 9 else 0
    in_table = row_end = False
    at = 2
    while at + 2 < len(data):
        code = struct.unpack_from("<H", data, at)[0]
        at += 2
        if code == 0x2416:
            in_table = bool(data[at])
        elif code in (0x2417, 0x244C):
            row_end = bool(data[at])
        elif code == 0x2640 and data[at] < 9:
            level = data[at] + 1
        size = (1, 1, 2, 4, 2, 2, 0, 3)[code >> 13]
        if size == 0:
            size = struct.unpack_from("<H", data, at)[0] + 1 if code == 0xD608 else data[at] + 1
        at += size
    return level, in_table, row_end
