"""What lies on a PDF page beside its text: values of form fields, notes; and the file's bookmarks."""

from __future__ import annotations

import ctypes
from typing import Any

from ingest.loaders.builder import one_line
from ingest.loaders.pdf.paragraphs import key_of

MAX_ANNOTATIONS = 5_000
MAX_BOOKMARKS = 5_000
_WIDGET, _POPUP, _LINK = 20, 16, 2


def notes_of(document: Any, page: Any) -> list[str]:
    """Return the form values and notes of a page, as "Field: value" and "Note: …"."""
    from pypdfium2 import raw

    count = raw.FPDFPage_GetAnnotCount(page.raw)
    found: list[str] = []
    for index in range(min(count, MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == _WIDGET and document.formenv:
                found.append(_field(raw, document.formenv.raw, annotation))
            elif kind not in (_WIDGET, _POPUP, _LINK):
                words = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
                found.append(f"Note: {one_line(words)}" if words.strip() else "")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return list(dict.fromkeys(words for words in found if words))


def _field(raw: Any, form: Any, annotation: Any) -> str:
    """Return "name: value" of a filled form field, "" of an empty one and of buttons."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = one_line(name or _string(raw.FPDFAnnot_GetFormFieldName, form, annotation))
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        chosen = one_line(_string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation))
        return f"{name}: {chosen or 'yes'}" if name else ""
    if kind in (raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE, raw.FPDF_FORMFIELD_UNKNOWN):
        return ""
    value = one_line(_string(raw.FPDFAnnot_GetFormFieldValue, form, annotation))
    return (f"{name}: {value}" if name else value) if value else ""


def _string(function: Any, *arguments: Any) -> str:
    """Call a function of pdfium that fills a buffer with UTF-16."""
    size = function(*arguments, None, 0)
    if not 2 < size < 1_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


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
