"""Lines of a PDF page whose font does not say what its characters are, or says it wrongly.

Where it says nothing, pdfium hands out the font's own codes for characters.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

from ingest.loaders.pdf.line import Line

SAMPLE = 12
"""Lines of a page that are looked at first."""
GLANCE = 60
"""Characters of every fourth of them that are held against the look of words."""
ASKED = 6
"""Letters of a line that pdfium is asked about."""
_WORD = re.compile(r"[(\"'“‘]*(?:[^\W\d_]?[a-zà-ÿ]+|[A-Z]{1,4}|\d+)[-.,;:!?)\"'”’]*$")
_STROKES = re.compile("([\u0621-\u063f\u0641-\u064a])\\1\\1")
"""A letter of Arabic three times, as no word has it: the strokes that draw out a line, called letters by the font."""
DRAWN = 0.05
"""Share of a page's words with such strokes from which its font is not believed."""
_LETTERED = re.compile(r"(?<!\S)[^\sa-zA-Z]*[a-zA-Z]\S*")
"""A word with a Latin letter; sums and signs prove nothing."""
_ALPHANUMERIC = re.compile(r"[^\W_]")
_CONTROL = re.compile("[\x01\x03-\x08\x0b\x0c\x0e-\x1f]")
"""What no text has; 2 stands for a broken word."""
CONTROLS = 3
"""One of so many characters of a line that is such a code makes it a line of codes."""
READABLE = 0.6
"""Share of words that look like words from which a font's codes are taken for the characters themselves."""


def mark_hidden(textpage: Any, text: str, lines: list[Line], starts: list[int], index_of: Any) -> None:
    """Mark lines whose characters the font hides or belies, but not where its codes happen to read as words.

    Args:
        textpage: Of pypdfium2.
        text: Of the page.
        lines: Of the page.
        starts: Where each begins in `text`.
        index_of: Gives pdfium's index of the character at an offset of `text`.
    """
    strokes = () if text.isascii() else _STROKES.findall(text)
    if strokes and len(strokes) > DRAWN * len(text.split()):
        for line in lines:
            line.hidden = True
        return
    if _CONTROL.search(text):
        for line in lines:
            line.hidden = CONTROLS * len(_CONTROL.findall(line.text)) > len(line.text)
    step = max(1, len(lines) // SAMPLE)
    sample = range(0, len(lines), step)
    if any(_is_unknown(textpage, text, lines[i], starts[i], index_of, 1) for i in sample):
        unknown = [i for i, line in enumerate(lines) if _is_unknown(textpage, text, line, starts[i], index_of, ASKED)]
        if _are_codes([word for i in unknown for word in lines[i].text.split()]):
            for i in unknown:
                lines[i].hidden = True
    if any(_are_codes(_LETTERED.findall(lines[i].text[:GLANCE])) for i in sample[::4]):
        fonts: dict[int, bool] = {}
        odd = [line for line, at in zip(lines, starts, strict=True) if _is_without_table(textpage, index_of(at), fonts)]
        if _are_codes([word for line in odd for word in _LETTERED.findall(line.text)]):
            for line in odd:
                line.hidden = True


def _are_codes(words: list[str]) -> bool:
    """Tell whether words are mostly none, as codes of a font are."""
    return sum(map(bool, map(_WORD.match, words))) < READABLE * len(words)


def _is_without_table(textpage: Any, index: int, known: dict[int, bool]) -> bool:
    """Tell whether a character's font is a TrueType one in the file that has no table of characters.

    Its codes are then looked up by the names that it gives its glyphs, and old fonts of other scripts go by Latin ones.

    Args:
        textpage: Of pypdfium2.
        index: Of the character, as pdfium counts.
        known: What was found of this page's fonts, by their address.
    """
    from pypdfium2 import raw

    item = raw.FPDFText_GetTextObject(textpage.raw, index)
    font = raw.FPDFTextObj_GetFont(item) if item else None
    if not font:
        return False
    address = ctypes.addressof(font.contents)
    if address not in known:
        size = ctypes.c_size_t()
        raw.FPDFFont_GetFontData(font, None, 0, ctypes.byref(size))
        buffer = (ctypes.c_uint8 * size.value)()
        raw.FPDFFont_GetFontData(font, buffer, size.value, ctypes.byref(size))
        known[address] = raw.FPDFFont_GetIsEmbedded(font) == 1 and _goes_by_names(bytes(buffer))
    return known[address]


def _goes_by_names(font: bytes) -> bool:
    """Tell whether a TrueType font names its glyphs (`post` of format 2) and has no table of characters (`cmap`)."""
    if font[:4] not in (b"\0\1\0\0", b"true") or len(font) < 12:
        return False
    rows = [font[at : at + 16] for at in range(12, 12 + 16 * int.from_bytes(font[4:6], "big"), 16)]
    tables = {row[:4]: int.from_bytes(row[8:12], "big") for row in rows}
    at = tables.get(b"post", len(font))
    return b"cmap" not in tables and font[at : at + 4] == b"\0\2\0\0"


def _is_unknown(textpage: Any, text: str, line: Line, start: int, index_of: Any, count: int) -> bool:
    """Tell whether pdfium found no character behind the codes of a line's first letters."""
    from pypdfium2.raw import FPDFText_HasUnicodeMapError

    end = start + len(line.text)
    if count == 1:  # nearly every line of nearly every page
        first = _ALPHANUMERIC.search(text, start, end)
        return first is not None and FPDFText_HasUnicodeMapError(textpage.raw, index_of(first.start())) == 1
    letters = [at for at in range(start, end) if text[at].isalnum()]
    asked = letters[:: max(1, len(letters) // count)]
    found = sum(FPDFText_HasUnicodeMapError(textpage.raw, index_of(at)) == 1 for at in asked)
    return bool(asked) and found > 0.5 * len(asked)
