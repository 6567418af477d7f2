"""What a loader leaves out is said: a file that is read without a note was read whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.document import LoadOptions
from ingest.reading.load import load
from tests.ingest.loaders.format_files import (
    docx_parts,
    epub_parts,
    make_zip,
    odf_parts,
    paragraph,
    pptx_parts,
    rtf,
    shape,
    text_row,
    xlsx_parts,
)

PICTURE = (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:docPr id="1" name="Picture 1"{}/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"/></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)
OBJECT = '<w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/></w:object></w:r>'


def _notes(path: Path, content: str | bytes, options: LoadOptions | None = None) -> tuple[str, ...]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load(path, options).notes


def test_pictures_and_objects_of_a_word_document_are_counted(tmp_path: Path) -> None:
    """A picture that is described is not counted, nor is decoration; an embedded sheet is."""
    body = paragraph("The plan.") + "".join(
        f"<w:p>{run}</w:p>"
        for run in (PICTURE.format(""), PICTURE.format(""), PICTURE.format(' descr="A map of the yard"'), OBJECT)
    )
    loaded = load(make_zip(tmp_path / "plan.docx", docx_parts(body)))
    assert loaded.notes == ("2 pictures were not read.", "1 embedded object was not read.")
    assert "Image: A map of the yard" in loaded.text


def test_a_whole_file_has_no_note(tmp_path: Path) -> None:
    """Text, tables, links: nothing is missing, and nothing is said."""
    assert load(make_zip(tmp_path / "plan.docx", docx_parts(paragraph("The plan.")))).notes == ()
    assert _notes(tmp_path / "page.html", "<h1>Plan</h1><p>It holds.</p><img alt='' src='line.png'>") == ()
    assert _notes(tmp_path / "page.md", "# Plan\n\nIt [holds](there).\n") == ()


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("page.html", "<p>Plan.</p><img src='a.png'><img alt='Map' src='b.png'>", "2 pictures were not read."),
        ("page.html", "<p>Plan.</p><video src='a.mp4'></video>", "1 recording was not read."),
        ("page.md", "Plan.\n\n![Map](map.png)\n", "1 picture was not read."),
        ("plan.rtf", rtf(r"Plan. {\pict\pngblip 89504e47}\par"), "1 picture was not read."),
        ("plan.rtf", rtf(r"Plan.{\*\annotation Check this.}\par"),
         "1 comment was not read. Give --comments to read them."),
        ("feed.xml", "<data><item>One</item><item>Two</data>",
         "Its XML is damaged; what stands at the damaged places may be missing."),
        ("plan.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Caf\xe9\nEND:VEVENT\nEND:VCALENDAR\n".encode("latin-1"),
         "No encoding is declared"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(tmp_path: Path, name: str, content: str | bytes, note: str) -> None:
    """Each kind of loss has a sentence, with how many and what to do."""
    assert any(said.startswith(note) for said in _notes(tmp_path / name, content))


def test_comments_are_no_loss_where_they_are_asked_for(tmp_path: Path) -> None:
    """With --comments they are in the text."""
    comment = rtf(r"Plan.{\*\annotation Check this.}\par")
    assert _notes(tmp_path / "plan.rtf", comment, LoadOptions(comments=True)) == ()


def test_pictures_of_slides_are_counted(tmp_path: Path) -> None:
    """A picture without words; one that decorates is none."""
    picture = (
        '<p:pic xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:nvPicPr>'
        '<p:cNvPr id="7" name="Picture"/><p:nvPr/></p:nvPicPr></p:pic>'
    )
    slides = pptx_parts(shape("The plan") + picture)
    assert load(make_zip(tmp_path / "plan.pptx", slides)).notes == ("1 picture was not read.",)


def test_a_chart_of_opendocument_is_read_as_rows(tmp_path: Path) -> None:
    """Its title and its values; an object of another kind is counted."""
    frame = (
        '<text:p xmlns:xlink="http://www.w3.org/1999/xlink">Sales:<draw:frame><draw:object xlink:href="./Object 1"/>'
        '</draw:frame><draw:frame><draw:object xlink:href="./Object 2"/></draw:frame></text:p>'
    )
    parts = odf_parts("text", frame)
    parts["Object 1/content.xml"] = (
        '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:c="c" xmlns:t="t"'
        ' xmlns:x="x"><o:body><o:chart><c:chart><c:title><x:p>Sales by year</x:p></c:title><t:table>'
        "<t:table-row><t:table-cell/><t:table-cell><x:p>North</x:p></t:table-cell></t:table-row>"
        "<t:table-row><t:table-cell><x:p>2024</x:p></t:table-cell><t:table-cell><x:p>17</x:p></t:table-cell>"
        "</t:table-row></t:table></c:chart></o:chart></o:body></o:document-content>"
    )
    loaded = load(make_zip(tmp_path / "sales.odt", parts))
    assert "Sales by year" in loaded.text and "2024 | 17" in loaded.text
    assert loaded.notes == ("1 embedded object was not read.",)


def test_counts_of_what_lies_inside_are_added_up(tmp_path: Path) -> None:
    """A mail's HTML text and a book's chapters count as one."""
    mail = (
        "From: a@example.com\nSubject: Plan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/html\n\n<p>One.</p><img src='a.png'>\n"
        "--b\nContent-Type: text/html\n\n<p>Two.</p><img src='b.png'>\n--b--\n"
    )
    assert _notes(tmp_path / "plan.eml", mail) == ("2 pictures were not read.",)


def test_a_remark_on_a_cell_of_opendocument_is_no_part_of_the_cell(tmp_path: Path) -> None:
    """It is counted, and read apart where comments are asked for."""
    cell = (
        "<table:table-cell><text:p>12 crates</text:p><office:annotation><text:p>Is that all?</text:p>"
        "</office:annotation></table:table-cell>"
    )
    sheet = f'<table:table table:name="Yard"><table:table-row>{cell}</table:table-row></table:table>'
    path = make_zip(tmp_path / "yard.ods", odf_parts("spreadsheet", sheet))
    loaded = load(path)
    assert loaded.text == "Yard\n\n12 crates"
    assert loaded.notes == ("1 comment was not read. Give --comments to read them.",)
    assert load(path, LoadOptions(comments=True)).text == "Yard\n\n12 crates (Comment: Is that all?)"


def test_a_text_box_in_the_header_of_opendocument_is_read(tmp_path: Path) -> None:
    """Letterheads often stand in one."""
    parts = odf_parts("text", "<text:p>Dear Rita,</text:p>")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "draw", "style")
    )
    box = "<draw:frame><draw:text-box><text:p>Mill and Sons</text:p></draw:text-box></draw:frame>"
    parts["styles.xml"] = (
        f"<office:document-styles {spaces}><office:master-styles><style:master-page><style:header><text:p>Invoice {box}"
        "</text:p></style:header></style:master-page></office:master-styles></office:document-styles>"
    )
    assert load(make_zip(tmp_path / "letter.odt", parts)).text == "Dear Rita,\n\nHeader: Invoice Mill and Sons"


def test_headers_and_footers_of_a_sheet_are_read(tmp_path: Path) -> None:
    """Their words, once, without fonts and numbers of pages."""
    parts = xlsx_parts({"Yard": text_row(1, "Goods", "Count"), "Pier": text_row(1, "Boats", "Oars")})
    for number in (0, 1):
        parts[f"xl/sheet{number}.xml"] = str(parts[f"xl/sheet{number}.xml"]).replace(
            "</sheetData>",
            "</sheetData><headerFooter><oddHeader>&amp;L&amp;&quot;Arial,Bold&quot;&amp;12Not for guests</oddHeader>"
            "<oddFooter>&amp;CPage &amp;P of &amp;N</oddFooter></headerFooter>",
        )
    text = load(make_zip(tmp_path / "yard.xlsx", parts)).text
    assert text == "Yard\n\nGoods | Count\n\nHeader: Not for guests\n\nPier\n\nBoats | Oars\n\nHeader: Not for guests"


def test_comments_on_slides_are_counted_in_both_forms(tmp_path: Path) -> None:
    """Newer programs keep them as paragraphs, in a part of another kind."""
    remark = {
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "<p:cm><p:text>Why?</p:text></p:cm>",
        "http://schemas.microsoft.com/office/2018/10/relationships":
            "<n:cm><n:txBody><a:p><a:r><a:t>Why?</a:t></a:r></a:p></n:txBody></n:cm>",
    }  # fmt: skip
    spaces = 'xmlns:p="p" xmlns:n="n" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    for kind, xml in remark.items():
        parts = pptx_parts(shape("The plan"))
        parts["ppt/slides/_rels/slide0.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="k" Type="{kind}/comments" Target="../comments.xml"/></Relationships>'
        )
        parts["ppt/comments.xml"] = f"<list {spaces}>{xml}</list>"
        path = make_zip(tmp_path / "plan.pptx", parts)
        assert load(path).notes == ("1 comment was not read. Give --comments to read them.",)
        assert load(path, LoadOptions(comments=True)).text == "The plan\n\nComment: Why?"


def test_a_page_says_what_its_form_shows_and_what_of_it_was_not_read(tmp_path: Path) -> None:
    """Fields with what was typed or chosen; drawings with words and pages inside the page are counted."""
    page = (
        "<form><p>Guest: <input value='Rita Moss'><input type='hidden' value='token'></p><p>Boat: <select><option>None"
        "<option selected>The ferry</select></p></form><svg><text>Route</text></svg><iframe src='map.html'></iframe>"
        "<iframe src='count.html' width='1' height='1'></iframe>"
    )
    path = tmp_path / "form.html"
    path.write_text(page)
    loaded = load(path)
    assert loaded.text == "Guest: Rita Moss\n\nBoat: The ferry"
    assert loaded.notes == ("1 embedded page was not read.", "1 picture was not read.")


def test_a_chapter_that_a_book_names_and_does_not_hold_is_said(tmp_path: Path) -> None:
    """The book is read, and is not taken for whole."""
    parts = epub_parts(("One", "<p>The mill.</p>"), ("Two", "<p>The brook.</p>"))
    del parts["c1.xhtml"]
    loaded = load(make_zip(tmp_path / "book.epub", parts))
    assert "The mill." in loaded.text
    assert loaded.notes == ("Of the parts that the book names 1 is not in its file.",)


def test_a_photograph_on_a_card_is_counted(tmp_path: Path) -> None:
    """What the card says beside it is read."""
    card = "BEGIN:VCARD\nFN:Ada\nPHOTO;ENCODING=b:aaaa\nX-SKYPE:ada.mill\nEND:VCARD\n"
    assert _notes(tmp_path / "ada.vcf", card) == ("1 picture was not read.",)
    assert load(tmp_path / "ada.vcf").text == "Ada\n\nAda: Skype: ada.mill"


@pytest.mark.parametrize("listed", [True, False])
def test_a_file_pinned_to_a_page_of_a_pdf_is_read_once(tmp_path: Path, listed: bool) -> None:
    """Whether the file lists it too or not: what it says is read, and what cannot be read of it is said."""
    (tmp_path / "goods.csv").write_text("Goods,Count\nApples,12\n")
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)))
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    pdf.text(60, 100, "What lies in the yard is in the table.")
    pdf.file_attachment_annotation(tmp_path / "goods.csv", 60, 120)
    pdf.file_attachment_annotation(tmp_path / "noise.bin", 60, 140)
    path = tmp_path / "yard.pdf"
    data = bytes(pdf.output())
    assert data.count(b"/EmbeddedFiles") == 1
    path.write_bytes(data if listed else data.replace(b"/EmbeddedFiles", b"/EmbeddedOthers"[:14]))
    loaded = load(path)
    assert loaded.text == "What lies in the yard is in the table.\n\ngoods.csv\n\nGoods | Count\nApples | 12"
    assert loaded.notes == ("noise.bin: noise.bin is a binary file, which is not read.",)


def test_a_page_of_no_size_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    """What is cut off a page may be all of it: such a page holds nothing, and the file is not damaged."""
    drawn, written = "0 0 5 5 re f", "BT /F1 12 Tf 60 700 Td (The mill stands.) Tj ET"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /CropBox [600 800 900 900] /Contents 4 0 R >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
        f" /Resources << /Font << /F1 {font} >> >> >>",
        f"<< /Length {len(written)} >>\nstream\n{written}\nendstream",
    )
    body = "".join(f"{number} 0 obj\n{words}\nendobj\n" for number, words in enumerate(objects, start=1))
    path = tmp_path / "cut.pdf"
    path.write_bytes(f"%PDF-1.7\n{body}trailer << /Size 7 /Root 1 0 R >>\n%%EOF".encode())
    assert load(path).text == "The mill stands."
