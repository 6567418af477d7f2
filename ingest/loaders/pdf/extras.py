"""What lies on a PDF page beside its text: values of form fields, notes; and the file's bookmarks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from ingest.loaders.archives.members import MAX_MEMBERS
from ingest.loaders.builder import one_line
from ingest.loaders.pdf.forms import Labels, field_value, string
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.paragraphs import key_of

MAX_ANNOTATIONS = 5_000
MAX_BOOKMARKS = 5_000
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
