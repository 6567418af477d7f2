"""Filled forms: the values of a PDF page's fields under the words that stand beside them, and those of XFA forms."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

from ingest.loaders.builder import one_line
from ingest.loaders.pdf.line import Line

MAX_PACKET = 50_000_000
"""Bytes of a part of an XFA form."""
NEAR, ABOVE = 60.0, 26.0
"""Points from a field to the words at its left, and to those above it, that may be its label."""
FAR = 250.0
_INTERNAL = re.compile(
    r"[\[\]#_]|\w\.\w|^\S*\d\S*$|^(?:text|field|check ?box|button|radio|group|undefined)\W*\d*$", re.I
)
"""A name that a program gave a field."""
_TICKED = re.compile(r"(?:yes|on|true|x|ja|oui|si|sí|\d{1,2})?$", re.I)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.\-]+")
_BLANK_LINE = re.compile(r"[_.…\s]{3,}$")


def field_value(raw: Any, form: Any, annotation: Any, labels: Labels) -> str:
    """Return "label: value" of a filled field, "" of an empty one, of a box that is not ticked, and of buttons."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE, raw.FPDF_FORMFIELD_UNKNOWN):
        return ""
    is_box = kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
    if is_box:
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return ""
        value = one_line(string(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation))
    else:
        value = one_line(string(raw.FPDFAnnot_GetFormFieldValue, form, annotation))
        if not value:
            return ""
    name = one_line(string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
    name = name or one_line(string(raw.FPDFAnnot_GetFormFieldName, form, annotation))
    if not name or _INTERNAL.search(name):
        name = labels.beside(raw, annotation, is_box=is_box) or ("" if "[" in name else name)
    if is_box and _TICKED.match(value):
        value = "yes" if name else ""
    return f"{name}: {value}" if name and value else value


class Labels:
    """Finds the words of a page beside a field.

    Args:
        lines: Of the page, upright.
        height: Of the page in points.
    """

    def __init__(self, lines: list[Line], height: float) -> None:
        self.lines, self.height = lines, height
        self._cells: list[tuple[str, float, float, float, float]] | None = None

    def beside(self, raw: Any, annotation: Any, *, is_box: bool) -> str:
        """Return the label of a field: right of a box to tick, else left of it or above it."""
        box = raw.FS_RECTF()
        if not raw.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
            return ""
        left, right = min(box.left, box.right), max(box.left, box.right)
        top, bottom = self.height - max(box.top, box.bottom), self.height - min(box.top, box.bottom)
        if self._cells is None:
            self._cells = list(_cells(self.lines))
        before, above, behind = [], [], []
        for text, x0, y0, x1, y1 in self._cells:
            middle = 0.5 * (y0 + y1)
            if top - 2 < middle < bottom + 2:
                before.append((left - x1, text)) if x1 <= left + 3 else behind.append((x0 - right, text))
            elif middle < top and x0 < right and x1 > left:
                above.append((top - y1, text))
        nearest = [min(found, default=(FAR, "")) for found in (before, above, behind)]
        (at_left, first), (over, second), (at_right, third) = nearest
        if is_box and -3 <= at_right < min(NEAR, at_left + 1):
            return third
        if at_left < NEAR:
            return first
        if over < ABOVE and not is_box:
            return second
        return first if at_left < FAR else ""


def _cells(lines: list[Line]) -> Iterator[tuple[str, float, float, float, float]]:
    """Yield text and box of each cell of each line."""
    for line in lines:
        cells = line.text.split("\t")
        rooms = line.gaps if len(line.gaps) == len(cells) - 1 else ()
        begins = [line.x0, *(right for _, right in rooms)]
        ends = [*(left for left, _ in rooms), line.x1]
        for cell, x0, x1 in zip(cells if rooms else [line.text], begins, ends, strict=True):
            words = _BLANK_LINE.sub("", one_line(cell)).strip().rstrip(":*").strip()
            if any(map(str.isalpha, words)):
                yield words[:120], x0, line.y0, x1, line.y1


def string(function: Any, *arguments: Any) -> str:
    """Call a function of pdfium that fills a buffer with UTF-16."""
    size = function(*arguments, None, 0)
    if not 2 < size < 1_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


def xfa_values(document: Any) -> list[str]:
    """Return what was filled into an XFA form as "label: value", labels from the form's captions."""
    from lxml import etree

    captions: dict[str, str] = {}
    values: list[tuple[str, str]] = []
    for name, content in _packets(document):
        if name not in ("template", "datasets"):
            continue
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
        except etree.XMLSyntaxError:
            continue
        for element in root.iter("{*}field") if name == "template" and root is not None else ():
            words = one_line(" ".join(element.xpath("./*[local-name()='caption']//text()"))).rstrip(": ")
            if words:
                captions.setdefault(element.get("name", ""), words)
        for element in root.iter("{*}data") if name == "datasets" and root is not None else ():
            values += [
                (etree.QName(leaf).localname, one_line(leaf.text))
                for leaf in element.iter("{*}*")
                if not len(leaf) and leaf.text and leaf.text.strip()
            ]
    return [f"{captions.get(tag) or _WORDS.sub(' ', tag).strip()}: {value}" for tag, value in values]


def _packets(document: Any) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each part of an XFA form."""
    from pypdfium2 import raw

    for index in range(max(0, raw.FPDF_GetXFAPacketCount(document.raw))):
        size = raw.FPDF_GetXFAPacketName(document.raw, index, None, 0)
        name = ctypes.create_string_buffer(size)
        raw.FPDF_GetXFAPacketName(document.raw, index, name, size)
        length = ctypes.c_ulong()
        if not raw.FPDF_GetXFAPacketContent(document.raw, index, None, 0, ctypes.byref(length)):
            continue
        if 0 < length.value < MAX_PACKET:
            content = ctypes.create_string_buffer(length.value)
            raw.FPDF_GetXFAPacketContent(document.raw, index, content, length.value, ctypes.byref(length))
            yield name.value.decode("ascii", "replace"), content.raw
