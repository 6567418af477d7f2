"""Drawing: a page as a PNG picture, and pages with words lit as a PDF of their own."""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.printed.marks import Box

if TYPE_CHECKING:
    import numpy as np

MOST_PIXELS = 8_000_000
"""Of a picture: A4 at 280 dots an inch. A page that is long and narrow is drawn smaller than it was asked for."""
LIGHT = (255, 221, 102)
"""Colour of the light; it is multiplied with the page, so that black stays black."""
NUMBER_SIZE = 8.0


def picture_of(page: Any, width: int) -> tuple[bytes, int, int]:
    """Return an open page as PNG, with its width and height in pixels.

    Args:
        page: Of pypdfium2; forms and notes on it are drawn too.
        width: In pixels.
    """
    points_wide, points_high = page.get_size()
    scale = min(width / points_wide, (MOST_PIXELS / (points_wide * points_high)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    try:
        dots = bitmap.to_numpy()[:, :, :3]
        return png(dots), dots.shape[1], dots.shape[0]
    finally:
        bitmap.close()


def png(dots: np.ndarray) -> bytes:
    """Return a picture, shape (height, width, 3) in red, green and blue, as PNG; in greys where it has no colour."""
    import numpy as np

    grey = bool((dots[:, :, 0] == dots[:, :, 1]).all() and (dots[:, :, 0] == dots[:, :, 2]).all())
    rows = dots[:, :, 0] if grey else dots.reshape(len(dots), -1)
    filtered = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)  # each row begins with its filter, 0 for none
    filtered[:, 1:] = rows
    head = struct.pack(">IIBBBBB", dots.shape[1], dots.shape[0], 8, 0 if grey else 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def add_lit_page(to: Any, document: Any, index: int, boxes: Sequence[Box], *, label: str) -> None:
    """Copy a page to the end of another document, with boxes lit and a label beside the first.

    Links, forms and scripts of the page are left behind; what they look like stays.

    Args:
        to, document: Open documents of pypdfium2.
        index: Of the page in `document`.
        boxes: In points; origin at the top left of the page as it is shown.
        label: A few characters of ASCII, "[3]"; "" for none.
    """
    from pypdfium2 import raw

    to.import_pages(document, [index])
    page = to[len(to) - 1]
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_PRINT)
    page.close()  # what was flattened is seen when it is opened again
    page = to[len(to) - 1]
    try:
        for box in boxes:
            x0, y0, x1, y1 = _on_paper(page, box)
            light = raw.FPDFPageObj_CreateNewRect(x0, y0, x1 - x0, y1 - y0)
            raw.FPDFPageObj_SetFillColor(light, *LIGHT, 255)
            raw.FPDFPath_SetDrawMode(light, raw.FPDF_FILLMODE_WINDING, False)
            raw.FPDFPageObj_SetBlendMode(light, b"Multiply")
            raw.FPDFPage_InsertObject(page.raw, light)
        if boxes and label and page.get_rotation() == 0:
            _write_beside(to, page, _on_paper(page, boxes[0]), label)
        raw.FPDFPage_GenerateContent(page.raw)
    finally:
        page.close()


def _write_beside(document: Any, page: Any, box: Box, label: str) -> None:
    """Write a label at the left of a box, on the page even where the box begins at its edge."""
    from pypdfium2 import raw

    text = raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica-Bold", NUMBER_SIZE)
    units = (ctypes.c_ushort * (len(label) + 1))(*label.encode("ascii", "replace"))
    raw.FPDFText_SetText(text, units)
    raw.FPDFPageObj_SetFillColor(text, 160, 36, 32, 255)
    left = max(box[0] - 0.6 * NUMBER_SIZE * len(label), 2.0)
    raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, left, box[3] - NUMBER_SIZE)
    raw.FPDFPage_InsertObject(page.raw, text)


def _on_paper(page: Any, box: Box) -> Box:
    """Return a box of the page as it is shown in the page's own axes, y upward."""
    from pypdfium2 import raw

    width, height = page.get_size()
    fine = 1_000  # pdfium takes whole numbers
    corners = []
    for x, y in (box[:2], box[2:]):
        right, up = ctypes.c_double(), ctypes.c_double()
        size = (round(width * fine), round(height * fine))
        place = (round(x * fine), round(y * fine))
        raw.FPDF_DeviceToPage(page.raw, 0, 0, *size, 0, *place, ctypes.byref(right), ctypes.byref(up))
        corners.append((right.value, up.value))
    (ax, ay), (bx, by) = corners
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
