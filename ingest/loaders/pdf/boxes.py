"""Boxes of the characters of a PDF page, as pdfium knows them."""

from __future__ import annotations

import ctypes
import math
from functools import cache
from typing import Any


@cache
def _functions() -> tuple[Any, Any, Any, Any]:
    """Return pdfium's functions for a character's ink, for its room, its font's weight, and its angle.

    They keep the interpreter's lock: to let go of it takes longer than they do.
    """
    from pypdfium2 import raw

    ink, room, weight = (
        ctypes.PYFUNCTYPE(ctypes.c_int)(ctypes.cast(function, ctypes.c_void_p).value or 0)
        for function in (raw.FPDFText_GetCharBox, raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetFontWeight)
    )
    return ink, room, weight, raw.FPDFText_GetCharAngle


class Boxes:
    """Asks pdfium for boxes, reusing the buffers of the calls.

    The functions are called by their addresses, without the types that pypdfium2 declares: to check four
    pointers takes three times as long as the call itself.
    """

    def __init__(self, textpage: Any, text: str) -> None:
        from pypdfium2.raw import FPDFText_GetCharIndexFromTextIndex

        self.page, self.raw_page = ctypes.cast(textpage.raw, ctypes.c_void_p), textpage.raw
        size = len(text.encode("utf-16-le", "surrogatepass")) // 2
        self.units = _wide_units(text) if size > len(text) else None
        self.exact = textpage.count_chars() == size
        self.plain = self.exact and not self.units
        self.index_from_text = FPDFText_GetCharIndexFromTextIndex
        self.ink, self.room = (ctypes.c_double * 4)(), (ctypes.c_float * 4)()
        self.ink_pointers = [ctypes.byref(self.ink, at) for at in (0, 16, 8, 24)]
        self.room_pointer = ctypes.byref(self.room)
        self.char_box, self.loose_box, self.font_weight, self.char_angle = _functions()

    def index_of(self, offset: int) -> int:
        """Return pdfium's index of the character at an offset of the text, which leaves some out."""
        offset = self.units[offset] if self.units else offset
        return offset if self.exact else max(0, self.index_from_text(self.raw_page, offset))

    def ends(self, first: int, second: int) -> tuple[float, float, float, float]:
        """Return left and right of the ink of one character, then of another."""
        if not self.plain:
            first, second = self.index_of(first), self.index_of(second)
        ink = self.ink
        self.char_box(self.page, first, *self.ink_pointers)
        left, right = ink[0], ink[2]
        self.char_box(self.page, second, *self.ink_pointers)
        return left, right, ink[0], ink[2]

    def font(self, offset: int) -> list[float]:
        """Return left, top, right, bottom of the room that the font gives a character; y grows upward."""
        self.loose_box(self.page, offset if self.plain else self.index_of(offset), self.room_pointer)
        return self.room[:]

    def is_turned(self, offset: int) -> bool:
        """Tell whether a character stands at a slant, or lies."""
        angle: float = self.char_angle(self.raw_page, self.index_of(offset))
        return min(angle % math.tau, -angle % math.tau) > 0.1

    def weight(self, offset: int) -> int:
        """Return the weight of a character's font, 400 where pdfium does not know it."""
        found: int = self.font_weight(self.page, offset if self.plain else self.index_of(offset))
        return found if found > 0 else 400


def _wide_units(text: str) -> list[int]:
    """Return the UTF-16 offset of each character, since pdfium counts in UTF-16."""
    offsets, at = [], 0
    for character in text:
        offsets.append(at)
        at += 2 if character > "\uffff" else 1
    offsets.append(at)
    return offsets
