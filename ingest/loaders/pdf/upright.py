"""Pages of a PDF whose writing is mirrored or stands on its head: pdfium takes their words apart, so they are put
upright before it reads them."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from itertools import pairwise
from typing import Any

SAMPLE = 3
"""Characters of a page that are looked at first."""
MOST = 0.6
"""Share of a page's characters that must stand so, and of the steps between them that must go so."""
STEP = 5.0
"""Points between the feet of two letters from which they stand on two lines."""
_Frame = tuple[float, float, float, float]
_Place = tuple[_Frame, float, float]


def put_upright(page: Any, textpage: Any) -> bool:
    """Turn what is drawn on a page so that its writing is not mirrored, nor upside down; tell whether that was needed.

    A matrix alone proves nothing: some fonts draw their glyphs upside down, and a mirrored matrix rights them. The
    lines must follow one another as the glyphs stand, too.

    Args:
        page: An open page of pypdfium2.
        textpage: Its text page, to be taken anew where something was turned.
    """
    from pypdfium2 import PdfMatrix

    count = textpage.count_chars()
    if not any(_sides(_frame(textpage, (2 * number + 1) * count // (2 * SAMPLE))) for number in range(SAMPLE)):
        return False
    sides = _proven(page, textpage, count)
    if not sides:
        return False
    left, bottom, right, top = page.get_bbox()
    across, down = sides
    matrix = PdfMatrix(across, 0, 0, down, left + right if across < 0 else 0, bottom + top if down < 0 else 0)
    for item in page.get_objects(max_depth=1):
        item.transform(matrix)
    return True


def _frame(textpage: Any, index: int) -> _Frame:
    """Return the directions in which a character runs and in which it stands, as (a, b, c, d) of its matrix.

    A size below nothing turns it about.
    """
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(textpage.raw, index, matrix)
    sign = -1.0 if raw.FPDFText_GetFontSize(textpage.raw, index) < 0 else 1.0
    return sign * matrix.a, sign * matrix.b, sign * matrix.c, sign * matrix.d


def _sides(frame: _Frame) -> tuple[int, int] | None:
    """Return the sides (-1: turned) of a page with such writing across and down; None where it may stay as it is."""
    a, b, c, d = frame
    mirrored = a * d - b * c < 0
    if abs(a) < abs(b):  # writing that runs up or down the page is read so, unless it is mirrored
        return (-1, 1) if mirrored else None
    if mirrored:
        return (-1, 1) if a < 0 else (1, -1)
    return (-1, -1) if a < 0 else None


def _proven(page: Any, textpage: Any, count: int) -> tuple[int, int] | None:
    """Return how most characters of a page must be turned, None where they do not follow each other as they stand."""
    from pypdfium2 import raw

    turned: Counter[tuple[int, int] | None] = Counter()
    letters: list[_Place] = []
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(count):
        if chr(raw.FPDFText_GetUnicode(textpage.raw, index)).isspace():
            continue
        frame = _frame(textpage, index)
        turned[_sides(frame)] += 1
        raw.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
        letters.append((frame, x.value, y.value))
    sides = max(turned, key=lambda key: turned[key], default=None)
    if not sides or turned[sides] < MOST * len(letters) or _share(_steps(letters, sides)[0]) < MOST:
        return None
    # pdfium sorts lines, so that only what was drawn shows which follows which.
    items = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1)
    drawn = [_drawn(item) for item in items]
    lines = _steps(drawn, sides)[1]
    return sides if _share(lines) >= MOST or (sides[0] < 0 and not lines) else None


def _drawn(item: Any) -> _Place:
    """Return frame and origin of a piece of writing."""
    from pypdfium2 import raw

    size = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(item.raw, size)
    sign = -1.0 if size.value < 0 else 1.0
    a, b, c, d, x, y = item.get_matrix().get()
    return (sign * a, sign * b, sign * c, sign * d), x, y


def _share(steps: list[bool]) -> float:
    return sum(steps) / len(steps) if steps else 0.0


def _steps(places: list[_Place], sides: tuple[int, int]) -> tuple[list[bool], list[bool]]:
    """Tell for each step along a line whether it goes on as the writing runs, and for each to another line whether it
    goes down as the writing stands.

    Args:
        places: Frame and origin of each letter, or piece of writing.
        sides: Only what is turned so counts.
    """
    on: list[bool] = []
    down: list[bool] = []
    for (frame, x0, y0), (_, x1, y1) in pairwise(place for place in places if _sides(place[0]) == sides):
        a, b, c, d = frame
        along, up = (x1 - x0) * a + (y1 - y0) * b, ((x1 - x0) * c + (y1 - y0) * d) / (math.hypot(c, d) or 1.0)
        if abs(up) < STEP:
            on.append(along > 0)
        else:
            down.append(up < 0)
    return on, down
