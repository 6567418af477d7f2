"""What lies on a PDF page beside its text: values of form fields, notes; and the file's bookmarks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from typing import Any

from ingest.loaders.archives.members import MAX_MEMBERS
from ingest.loaders.builder import one_line
from ingest.loaders.pdf.forms import Labels, field_value, string
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.paragraphs import key_of

MAX_ANNOTATIONS = 5_000
MAX_BOOKMARKS = 5_000
MAX_OBJECTS = 1_000
"""Things drawn on a page that are looked at for pictures."""
ICON, FILLED = 0.01, 0.8
"""Shares of the page between which a picture may say something."""
_WIDGET, _POPUP, _LINK = 20, 16, 2
_UNSEEN = 2 | 32
"""Flags of what no viewer shows: hidden, and only for print."""


def notes_of(document: Any, page: Any, lines: list[Line], files: list[tuple[str, bytes]]) -> list[str]:
    """Return the form values and notes of a page, as "Label: value" and "Note: …".

    Args:
        document: Open, of pypdfium2.
        page: One of its pages.
        lines: Of the page.
        files: To it name and content of each file are added that is pinned to the page.
    """
    from pypdfium2 import raw

    count = raw.FPDFPage_GetAnnotCount(page.raw)
    found: list[str] = []
    labels = Labels([] if page.get_rotation() else lines, page.get_height()) if count else None
    for index in range(min(count, MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                continue
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == _WIDGET and document.formenv and labels:
                found.append(field_value(raw, document.formenv.raw, annotation, labels))
            elif kind == raw.FPDF_ANNOT_FILEATTACHMENT and len(files) < MAX_MEMBERS:
                files.append(_content(raw.FPDFAnnot_GetFileAttachment(annotation), document, index))
            elif kind not in (_WIDGET, _POPUP, _LINK):
                words = string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
                found.append(f"Note: {one_line(words)}" if words.strip() else "")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return list(dict.fromkeys(words for words in found if words))


class _Thing(ctypes.c_void_p):
    """Something drawn on a page: as a class of its own it goes from call to call without becoming a number."""


@cache
def _objects() -> tuple[Any, Any]:
    """Return pdfium's functions for a thing on a page and for its type, without the types that take time to check."""
    from pypdfium2 import raw

    item_at, type_of = (
        ctypes.CFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)
        for function, result in ((raw.FPDFPage_GetObject, _Thing), (raw.FPDFPageObj_GetType, ctypes.c_int))
    )
    return item_at, type_of


def pictures_on(page: Any) -> set[tuple[int, ...]]:
    """Return the boxes of the pictures on a page that may say something, in points.

    None so small that it is an icon, nor one that fills the page: that is a scan, or lies behind the text.
    """
    from pypdfium2 import raw

    width, height = page.get_size()
    found: set[tuple[int, ...]] = set()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    edges = [ctypes.byref(edge) for edge in (left, bottom, right, top)]
    pointer = ctypes.cast(page.raw, ctypes.c_void_p)
    item_at, type_of = _objects()
    count = min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)
    image = raw.FPDF_PAGEOBJ_IMAGE
    for index in [index for index in range(count) if type_of(item_at(pointer, index)) == image]:
        if not raw.FPDFPageObj_GetBounds(raw.FPDFPage_GetObject(page.raw, index), *edges):
            continue
        share = (right.value - left.value) * (top.value - bottom.value) / max(width * height, 1.0)
        if ICON < share < FILLED:
            found.add(tuple(round(edge.value) for edge in (left, bottom, right, top)))
    return found


def bookmarks(document: Any, *, limit: int) -> dict[tuple[int, str], int]:
    """Return the level of each bookmark by page and by its title as it is compared."""
    from pypdfium2 import PdfiumError

    found: dict[tuple[int, str], int] = {}
    try:
        for number, item in enumerate(document.get_toc(max_depth=6)):
            if number >= MAX_BOOKMARKS:
                break
            target = item.get_dest()
            page = target.get_index() if target else None
            key = key_of(item.get_title())
            if page is not None and 0 <= page < limit and key:
                found.setdefault((page, key), min(item.level + 1, 6))
    except (PdfiumError, ValueError, RecursionError):
        return {}
    return found if len(found) >= 3 else {}


def attachments(document: Any) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files inside a file (a portfolio's, or what was attached)."""
    from pypdfium2.raw import FPDFDoc_GetAttachment

    for index in range(min(document.count_attachments(), MAX_MEMBERS)):
        yield _content(FPDFDoc_GetAttachment(document.raw, index), document, index)


def _content(found: Any, document: Any, index: int) -> tuple[str, bytes]:
    """Return name and content of a file inside a file, nothing where it is damaged."""
    from pypdfium2 import PdfAttachment, PdfiumError

    try:
        attachment = PdfAttachment(found, document)
        return one_line(attachment.get_name()), bytes(attachment.get_data())
    except (PdfiumError, ctypes.ArgumentError, ValueError):
        return f"attachment {index + 1}", b""
