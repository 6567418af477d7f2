"""PDF forms and files inside: labels from the page, ticked boxes, XFA values, portfolios."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from ingest.errors import NoText
from ingest.reading.load import load


def _page(*words: tuple[float, float, str]) -> PdfWriter:
    """Return a writer with one A4 page; heights from its top."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    for x, y, text in words:
        pdf.text(x, y, text)
    return PdfWriter(clone_from=BytesIO(bytes(pdf.output())))


def _field(
    writer: PdfWriter, name: str, box: tuple[float, float, float, float], value: str, *, ticked: bool | None = None
) -> None:
    """Add a field at (left, top, right, bottom), heights from the page's top."""
    x0, y0, x1, y1 = box
    field = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/T"): TextStringObject(name),
        NameObject("/Rect"): ArrayObject(map(FloatObject, (x0, 842 - y1, x1, 842 - y0))),
    })  # fmt: skip
    if ticked is None:
        field[NameObject("/FT")], field[NameObject("/V")] = NameObject("/Tx"), TextStringObject(value)
    else:
        state = NameObject(f"/{value}" if ticked else "/Off")
        look = DictionaryObject({NameObject(f"/{name}"): writer._add_object(StreamObject()) for name in (value, "Off")})
        field.update({
            NameObject("/FT"): NameObject("/Btn"), NameObject("/V"): state, NameObject("/AS"): state,
            NameObject("/AP"): DictionaryObject({NameObject("/N"): look}),
        })  # fmt: skip
    reference = writer._add_object(field)
    page = writer.pages[0]
    page[NameObject("/Annots")] = ArrayObject([*page.get("/Annots", []), reference])
    form = writer._root_object.setdefault(
        NameObject("/AcroForm"), DictionaryObject({NameObject("/Fields"): ArrayObject()})
    )
    form["/Fields"].append(reference)


def _saved(writer: PdfWriter, tmp_path: Path) -> Path:
    path = tmp_path / "form.pdf"
    writer.write(path)
    return path


def test_fields_are_named_by_the_words_beside_them(tmp_path: Path) -> None:
    """A name that a program gave a field gives way to the words at its left or above it."""
    writer = _page((60, 100, "Surname:"), (60, 140, "Date of birth"))
    _field(writer, "topmostSubform[0].Page1[0].f1_01[0]", (130, 90, 300, 104), "Lovelace")
    _field(writer, "topmostSubform[0].Page1[0].f1_02[0]", (60, 144, 300, 160), "10 December 1815")
    text = load(_saved(writer, tmp_path)).text
    assert "Surname: Lovelace" in text
    assert "Date of birth: 10 December 1815" in text
    assert "topmost" not in text


def test_a_ticked_box_is_said_once_and_an_empty_one_not(tmp_path: Path) -> None:
    """Boxes are named by the words behind them."""
    writer = _page((80, 100, "Single"), (80, 120, "Married"))
    _field(writer, "c1_1[0]", (60, 90, 72, 102), "1", ticked=False)
    _field(writer, "c1_1[1]", (60, 110, 72, 122), "2", ticked=True)
    text = load(_saved(writer, tmp_path)).text
    assert text.count("Married: yes") == 1
    assert "Single: " not in text


def _xfa(writer: PdfWriter, data: str) -> None:
    template = (
        '<template><subform><field name="surName"><caption><value><text>Family name</text></value></caption></field>'
        "</subform></template>"
    )
    packets = ArrayObject()
    for name, xml in (("template", template), ("datasets", f"<xfa><data><form>{data}</form></data></xfa>")):
        stream = StreamObject()
        stream.set_data(xml.encode())
        packets.extend([TextStringObject(name), writer._add_object(stream)])
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({
        NameObject("/Fields"): ArrayObject(), NameObject("/XFA"): packets,
    })  # fmt: skip


def test_an_xfa_form_yields_what_was_filled_in(tmp_path: Path) -> None:
    """Values stand under the captions of the form; the page that asks for another program is left out."""
    writer = _page((60, 100, "Please wait..."), (60, 120, "If this message is not replaced, get another viewer."))
    _xfa(writer, "<surName>Lovelace</surName><cityOfBirth>London</cityOfBirth><empty/>")
    assert load(_saved(writer, tmp_path)).text == "Family name: Lovelace\n\ncity Of Birth: London"


def test_an_xfa_form_without_values_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Nothing is stored of a page that says "Please wait"."""
    writer = _page((60, 100, "Please wait..."), (60, 120, "If this message is not replaced, get another viewer."))
    _xfa(writer, "<surName/>")
    with pytest.raises(NoText, match="XFA") as caught:
        load(_saved(writer, tmp_path))
    assert "print it as PDF" in caught.value.remedy


def test_files_inside_a_portfolio_are_read(tmp_path: Path) -> None:
    """Each under its name; data beside pages is named in a note; what is damaged too."""
    writer = _page((60, 100, "This portfolio holds three files."))
    writer.add_attachment("report.txt", b"The ferry costs two pounds.")
    writer.add_attachment("data.xml", b"<a>1</a>")
    loaded = load(_saved(writer, tmp_path))
    assert "The ferry costs two pounds." in loaded.text
    assert [loaded.text[h.start : h.end] for h in loaded.headings] == ["report.txt"]
    assert any("data.xml" in note for note in loaded.notes)
