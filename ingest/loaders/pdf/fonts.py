"""Lines of a PDF page whose font does not say what its characters are, or says it wrongly.

Where it says nothing, pdfium hands out the font's own codes for characters.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.loaders.pdf.line import Line

SAMPLE = 12
"""Lines of a page that are looked at first."""
ASKED = 6
"""Letters of a line that pdfium is asked about."""
_WORD = re.compile(r"[(\"'“‘]*(?:[^\W\d_]?[a-zà-ÿ]+|[A-Z]{1,4}|\d+)[-.,;:!?)\"'”’]*$")
_STROKES = re.compile("([\u0621-\u063f\u0641-\u064a])\\1\\1")
"""A letter of Arabic three times, as no word has it: the strokes that draw out a line, called letters by the font."""
DRAWN = 0.05
"""Share of a page's words with such strokes from which its font is not believed."""
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
    if not any(_is_unknown(textpage, text, lines[i], starts[i], index_of, 1) for i in range(0, len(lines), step)):
        return
    unknown = [i for i, line in enumerate(lines) if _is_unknown(textpage, text, line, starts[i], index_of, ASKED)]
    words = [word for i in unknown for word in lines[i].text.split()]
    if sum(map(bool, map(_WORD.match, words))) < READABLE * len(words):
        for i in unknown:
            lines[i].hidden = True


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
