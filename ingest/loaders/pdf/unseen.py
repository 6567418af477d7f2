"""Words of a PDF page that nobody sees: beside the page, or white on white at its edge."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

EDGE = 16.0
"""Points from the upper or lower edge within which white words are looked at."""
_Box = tuple[float, float, float, float]


def is_seen(page: Any, textpage: Any, box: _Box, shown: _Box, start: int, index_of: Callable[[int], int]) -> bool:
    """Tell whether a line of a page can be seen.

    Args:
        page, textpage: Of pypdfium2.
        box: Left, bottom, right and top of the line, y upward.
        shown: The same of what is shown of the page.
        start: Where the line begins in the page's text.
        index_of: Gives pdfium's index of the character at an offset of that text.
    """
    left, bottom = max(box[0], shown[0]), max(box[1], shown[1])
    right, top = min(box[2], shown[2]), min(box[3], shown[3])
    if left >= right or bottom >= top:
        return False
    if bottom > shown[1] + EDGE and top < shown[3] - EDGE:
        return True
    return not _is_white(textpage, index_of(start)) or not _is_one_colour(page, (left, bottom, right, top), shown)


def _is_white(textpage: Any, index: int) -> bool:
    from pypdfium2.raw import FPDFText_GetFillColor

    colour = [ctypes.c_uint() for _ in range(4)]
    return bool(FPDFText_GetFillColor(textpage.raw, index, *colour)) and all(part.value == 255 for part in colour[:3])


def _is_one_colour(page: Any, box: _Box, shown: _Box) -> bool:
    """Tell whether a part of an upright page, drawn, is of one colour: what is written there is not seen."""
    if page.get_rotation():
        return False
    left, bottom, right, top = box
    crop = (left - shown[0], bottom - shown[1], shown[2] - right, shown[3] - top)
    bitmap = page.render(scale=2, crop=crop, grayscale=True)
    picture = bitmap.to_numpy()
    uniform = bool(picture.size) and bool(picture.min() == picture.max())
    bitmap.close()
    return uniform
