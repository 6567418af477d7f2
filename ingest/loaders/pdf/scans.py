"""Pages of a PDF that are pictures: which those are, and their words by OCR."""

from __future__ import annotations

from typing import Any

from ingest.document import LoadOptions
from ingest.loaders.ocr.find import find_reader
from ingest.loaders.ocr.words import SECONDS, Reader, Reading
from vectorstore.document import SCAN_UNIT, Scan

MAX_SCANS = 1_000
"""Pages of one file that are read by OCR, which takes seconds for each."""
STAMP, FILLED = 60, 0.8
"""A page with at most so many letters, on which one picture fills this share, is a scan that somebody stamped."""
DOTS_AN_INCH, MOST_DOTS = 300, 25_000_000
"""A page is drawn with so many dots an inch, with fewer on posters."""


def is_picture(document: Any, index: int, letters: int) -> bool:
    """Tell whether a page needs OCR: something is drawn on it and nothing written.

    A stamp or a page number on a picture that fills the page is nothing. A blank page needs no OCR.
    """
    from pypdfium2 import PdfiumError
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDFPage_CountObjects

    if letters > STAMP:
        return False
    try:
        page = document[index]
    except PdfiumError:
        return False
    try:
        if not letters:
            return FPDFPage_CountObjects(page) > 0 and not _is_blank(page)
        width, height = page.get_size()
        boxes = [picture.get_bounds() for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3)]
        return any((x1 - x0) * (y1 - y0) > FILLED * width * height for x0, y0, x1, y1 in boxes)
    except (PdfiumError, ValueError):  # ValueError: a page of no size
        return False
    finally:
        page.close()


def _is_blank(page: Any) -> bool:
    """Tell whether a page shows one colour alone, whatever is drawn on it: white boxes, things beside its edge."""
    width, height = page.get_size()
    bitmap = page.render(scale=(100_000 / max(width * height, 1)) ** 0.5, grayscale=True)
    picture = bitmap.to_numpy()
    blank = bool(picture.min() == picture.max())
    bitmap.close()
    return blank


def read_scans(document: Any, pages: list[int], options: LoadOptions) -> tuple[dict[int, Reading], str, str]:
    """Return what OCR reads on pages without text, the engine's name, and what to do where it cannot."""
    if not pages:
        return {}, "", ""
    reader, how = find_reader(options.ocr_languages)
    if reader is None:
        return {}, "", how
    found: dict[int, Reading] = {}
    for index in pages[:MAX_SCANS]:
        options.more_time(SECONDS)
        reading = _read(document, index, reader)
        if reading and reading.lines:
            found[index] = reading
    if len(pages) > MAX_SCANS:
        return found, reader.name, f"{reader.name} reads {MAX_SCANS:,} pages of a file; split it to have all read."
    return found, reader.name, f"{reader.name} found no words on them."


def _read(document: Any, index: int, reader: Reader) -> Reading | None:
    from pypdfium2 import PdfiumError

    try:
        page = document[index]
        width, height = page.get_size()
        scale = min(DOTS_AN_INCH / 72, (MOST_DOTS / max(width * height, 1)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        # A row of a bitmap may be padded; the numpy view already is not.
        picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + bitmap.to_numpy().tobytes()
        bitmap.close()
        page.close()
    except (PdfiumError, ValueError):
        return None
    return next(iter(reader.pages(picture)), None)


def scan_of(index: int, reading: Reading) -> Scan:
    """Return where the words of a page stand, as it is kept."""
    words = []
    for text, box in reading.shown():
        x0, y0, x1, y1 = (round(SCAN_UNIT * min(max(side, 0.0), 1.0)) for side in box)
        words.append((text, x0, y0, x1, y1))
    return Scan(index + 1, tuple(words))
