"""Pictures on a PDF page that may say something, and words of it that are drawn as pictures."""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import repeat
from typing import Any

MAX_OBJECTS = 1_000
"""Things drawn on a page that are looked at for pictures."""
ICON, FILLED = 0.01, 0.8
"""Shares of the page between which a picture may say something."""
LOW, HIGH = 5.0, 60.0
"""Heights in points between which a strip in two colours may be a line of words."""
LONG = 2.5
"""Times as long as high that it is at least."""
DOTS = 16
"""Dots from its foot to its head at least: with fewer it is a rule or a pattern."""
_Edges = tuple[float, float, float, float]


class _Thing(ctypes.c_void_p):
    """Something drawn on a page: as a class of its own it goes from call to call without becoming a number."""


@cache
def _objects() -> tuple[Any, Any]:
    """Return pdfium's functions for a thing on a page and for its type, without the types that take time to check, and
    without letting go of the interpreter's lock, which takes longer than the calls.
    """
    from pypdfium2 import raw

    item_at, type_of = (
        ctypes.PYFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)
        for function, result in ((raw.FPDFPage_GetObject, _Thing), (raw.FPDFPageObj_GetType, ctypes.c_int))
    )
    return item_at, type_of


def pictures_on(page: Any) -> tuple[set[tuple[int, ...]], bool]:
    """Return the boxes of the pictures on a page that may say something, in points; and whether words are drawn so.

    No boxes of pictures so small that they are icons, nor of one that fills the page: that is a scan, or lies behind
    the text. Words drawn as pictures are strips in two colours, as programs leave them that print a page.
    """
    from pypdfium2 import raw

    width, height = page.get_size()
    found: set[tuple[int, ...]] = set()
    strips: list[tuple[_Edges, Any]] = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    edges = [ctypes.byref(edge) for edge in (left, bottom, right, top)]
    pointer = ctypes.cast(page.raw, ctypes.c_void_p)
    item_at, type_of = _objects()
    count = min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)
    image = raw.FPDF_PAGEOBJ_IMAGE
    types = map(type_of, map(item_at, repeat(pointer, count), range(count)))
    for index in [index for index, kind in enumerate(types) if kind == image]:
        item = raw.FPDFPage_GetObject(page.raw, index)
        if not raw.FPDFPageObj_GetBounds(item, *edges):
            continue
        share = (right.value - left.value) * (top.value - bottom.value) / max(width * height, 1.0)
        if ICON < share < FILLED:
            found.add(tuple(round(edge.value) for edge in (left, bottom, right, top)))
        elif share <= ICON and LOW < top.value - bottom.value < HIGH and _is_two_coloured(page, item):
            strips.append(((left.value, bottom.value, right.value, top.value), item))
    return found, _are_words(strips)


def _is_two_coloured(page: Any, item: Any) -> bool:
    from pypdfium2 import raw

    known = raw.FPDF_IMAGEOBJ_METADATA()
    raw.FPDFImageObj_GetImageMetadata(item, page.raw, known)
    return bool(known.bits_per_pixel == 1 and known.height >= DOTS)


def _are_words(strips: list[tuple[_Edges, Any]]) -> bool:
    """Tell whether pictures in two colours, joined where they stand side by side, are long as words are; no bars."""
    row: list[tuple[_Edges, Any]] = []
    for strip in sorted(strips, key=lambda strip: (round(strip[0][1]), strip[0][0])):
        (left, bottom, _, top), _ = strip
        last = row[-1][0] if row else None
        if last is None or abs(bottom - last[1]) > 1 or abs(top - last[3]) > 1 or left - last[2] > top - bottom:
            row = []
        row.append(strip)
        if row[-1][0][2] - row[0][0][0] > LONG * (top - bottom) and not all(_is_bar(item) for _, item in row):
            return True
    return False


def _is_bar(item: Any) -> bool:
    """Tell whether a picture is of one colour."""
    from pypdfium2 import PdfBitmap, raw

    found = raw.FPDFImageObj_GetBitmap(item)
    if not found:
        return True
    picture = PdfBitmap.from_raw(found).to_numpy()
    return not picture.size or bool(picture.min() == picture.max())
