"""What files from the tests of other projects showed (`evals/corpus.py`), each made anew and small."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any, cast

import pytest
from format_files import docx_parts, make_ole, make_zip, odf_parts, rtf, text_row, xlsx_parts
from fpdf import FPDF
from test_formats_pdf import form_pdf

from ingest.errors import NoText, UnsupportedType
from ingest.loaders.older_office.doc_parts import GONE, deleted, heads_and_feet, without
from ingest.loaders.pdf.backward import put_in_turn
from ingest.loaders.pdf.fonts import mark_hidden
from ingest.loaders.pdf.gutters import _gaps
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.raised import drop_in, with_raised
from ingest.reading.load import load


def _page() -> FPDF:
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    return pdf


def _saved(pdf: FPDF, tmp_path: Path) -> Path:
    path = tmp_path / "made.pdf"
    path.write_bytes(bytes(pdf.output()))
    return path


def test_codes_of_a_font_without_characters_are_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Glyphs of a font that nowhere says what they mean are no text, however short: the page is refused."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no OCR
    content = "BT /F1 12 Tf 60 700 Td <0033004800510083004800550051> Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> /FontDescriptor 7 0 R >>",
        "<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800"
        " /Descent 0 /CapHeight 800 /StemV 80 >>",
    )
    body = "".join(f"{number} 0 obj\n{words}\nendobj\n" for number, words in enumerate(objects, start=1))
    path = tmp_path / "hidden.pdf"
    path.write_bytes(f"%PDF-1.7\n{body}trailer << /Size 8 /Root 1 0 R >>\n%%EOF".encode())
    with pytest.raises(NoText, match="fonts hide") as caught:
        load(path)
    assert "Tesseract" in caught.value.remedy or "OCR" in caught.value.remedy


def test_strokes_that_a_font_calls_letters_make_it_unbelievable() -> None:
    """Arabic drawn out with a letter three times over and again is no text; a page of usual words is."""

    def page(text: str) -> list[Line]:
        lines = [Line(text, 0, 0, 100, 10, 10)]
        mark_hidden(cast(Any, _NoErrors()), text, lines, [0], lambda at: at)
        return lines

    assert page("قويوووة ومسوولدامة وووماة فوووا الح")[0].hidden
    assert not page("فإن الحكومة المصرية تضع صوب أعينها")[0].hidden
    assert page("\x01\x04\x05 \x06\x07")[0].hidden


class _NoErrors:
    """A text page of which pdfium knows every character."""

    raw = None


def test_words_beside_the_page_are_left_out(tmp_path: Path) -> None:
    """Marks for the printer below the page's edge are not on the page."""
    pdf = _page()
    pdf.text(60, 100, "The ferry costs two pounds.")
    pdf.text(60, 870, "sheet 0394")
    assert load(_saved(pdf, tmp_path)).text == "The ferry costs two pounds."


def test_white_words_on_white_paper_at_the_edge_are_left_out(tmp_path: Path) -> None:
    """What a program leaves unseen at the page's edge is no text; white words on a dark bar there are."""
    pdf = _page()
    pdf.text(60, 100, "The ferry costs two pounds.")
    pdf.set_fill_color(20, 40, 90)
    pdf.rect(0, 0, 595, 22, style="F")
    pdf.set_text_color(255, 255, 255)
    pdf.text(5, 838, "SPACER TEXT")
    pdf.text(310, 12, "Harbour office")
    text = load(_saved(pdf, tmp_path)).text
    assert "Harbour office" in text and "SPACER" not in text


def test_a_line_that_is_read_backward_is_not_cut_at_its_blanks() -> None:
    """The next word of Arabic stands at the left: that is no leap to another column."""
    words = "وعليه فإن الحكومة المصرية تضع صوب أعينها"
    assert _gaps(Line(words, 0, 0, 300, 10, 10), 0, 0, cast(Any, None), 2) == []


class _Places:
    """Boxes of characters that stand at given places, ten wide."""

    def __init__(self, *lefts: float) -> None:
        self.lefts = lefts

    def ends(self, first: int, second: int) -> tuple[float, float, float, float]:
        a, b = self.lefts[first], self.lefts[second]
        return a, a + 10, b, b + 10


@pytest.mark.parametrize(
    ("text", "lefts", "read"),
    [
        # As pdfium gives a date that stands as 4 3 [word] 1: the word is turned, the numbers beside it are not.
        ("٤٣ אב ١", (0, 10, 20, 35, 25, 45, 50), "١ אב ٤٣"),
        # A label stands right of its value.
        ("50 אב", (0, 10, 20, 80, 70), "אב\t50"),
        # Brackets open at the right.
        ("(אב(", (0, 20, 10, 30), "(אב)"),
        # Numbers behind words that run forward are theirs.
        ("of 9 אב", (0, 10, 20, 30, 40, 60, 50), "of 9 אב"),
        # In their turn already.
        ("אב 50", (70, 60, 50, 30, 40), "אב 50"),
    ],
)
def test_words_that_run_backward_are_put_in_turn(text: str, lefts: tuple[float, ...], read: str) -> None:
    """Numbers, brackets and cells beside Hebrew or Arabic are read from the right."""
    line = Line(text, 0, 0, 100, 10, 10)
    put_in_turn(line, 0, text, cast(Any, _Places(*lefts)))
    assert line.text == read


def test_a_wide_blank_behind_a_stop_is_no_cell(tmp_path: Path) -> None:
    """Typesetting programs draw the blank behind a stop out further than others; the line stays prose."""
    pdf = _page()
    x = 60.0
    for word in "and its wheel turned until the war. Three".split():
        pdf.text(x, 112, word)
        right = x + pdf.get_string_width(word)
        x = right + (16 if word.endswith(".") else 7)
    above, below = "The mill stands where the brook meets the lane", "families of the village shared the work there"
    for y, words in ((100, above), (124, below)):
        pdf.set_stretching(100 * (right - 60) / pdf.get_string_width(words))
        pdf.text(60, y, words)
        pdf.set_stretching(100)
    text = load(_saved(pdf, tmp_path)).text
    assert "until the war. Three" in text and "\t" not in text


def test_a_raised_number_inside_a_line_stands_in_its_place() -> None:
    """A footnote's number that pdfium gives behind the line in whose middle it stands goes behind its word."""
    places = cast(Any, _Places(0, 10, 20, 30, 45, 55, 65))
    text = "Act was\r\n1"

    def lines(x: float) -> list[Line]:
        return [Line("Act was", 0, 0, 75, 10, 10), Line("1", x, 0, x + 4, 6, 6)]

    assert [line.text for line in drop_in(lines(33), [0, 9], text, places)] == ["Act¹ was"]
    assert [line.text for line in drop_in(lines(55), [0, 9], text, places)] == ["Act was", "1"]


def test_rows_of_numbers_are_rows(tmp_path: Path) -> None:
    """Lines that are mostly numbers stand by themselves, though no wide room parts their cells."""
    pdf = _page()
    rows = ("FY2014 7,793,704 100.9 36,109,588 75.7", "Apr-2015 653,278 107.5 2,958,643 74.9")
    for number, row in enumerate(rows):
        pdf.text(60, 100 + 12 * number, row)
    assert load(_saved(pdf, tmp_path)).text == "\n\n".join(rows)


def test_fractions_stay_in_their_line() -> None:
    """The stroke and lower number of a fraction go on with the line that its upper number ends."""
    lines = [
        Line("ranges in size up to 1", 60, 100, 160, 110, 10),
        Line("\u20444 inch, and to 1", 159, 100, 230, 110, 10),
        Line("\u20446 inch", 229, 100, 260, 110, 10),
    ]
    assert [line.text for line in with_raised(lines)] == ["ranges in size up to 1\u20444 inch, and to 1\u20446 inch"]


def test_cells_drawn_out_of_turn_stand_where_they_are(tmp_path: Path) -> None:
    """A row drawn as name, number, party is read as it stands: name, party, number."""
    pdf = _page()
    rows = (("NEEL KASHKARI", "247", "REP"), ("EDMUND BROWN", "69", "DEM"), ("GAVIN NEWSOM", "64", "DEM"))
    for number, (name, votes, party) in enumerate(rows):
        y = 100 + 14 * number
        for x, words in ((60, name), (300, votes), (220, party)):
            pdf.text(x, y, words)
    assert "NEEL KASHKARI\tREP\t247\n\nEDMUND BROWN\tDEM\t69" in load(_saved(pdf, tmp_path)).text


def test_a_sentence_goes_on_behind_the_notes_under_its_column(tmp_path: Path) -> None:
    """What small print at the foot of a column breaks off is taken up at the head of the next one."""
    pdf = _page()
    left = "The mill stands where a brook meets|the lane, and its wheel turned until the|last war, when those who lived"
    right = "in the village shared all the work|and the flour between them each year.|The stones were cut in May."
    for x, lines in ((60, left), (320, right)):
        for number, words in enumerate(lines.split("|")):
            pdf.text(x, 100 + 12 * number, words)
        if x == 60:
            pdf.set_font_size(7)
            pdf.text(60, 160, "Permission to copy this page is granted.")
            pdf.set_font_size(10)
    text = load(_saved(pdf, tmp_path)).text
    assert "those who lived in the village shared" in text
    assert "Permission to copy this page is granted." in text


def test_hidden_fields_answer_nothing(tmp_path: Path) -> None:
    """A field that no viewer shows, in which a form keeps its sums, is not read."""
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf({"Surname": "Lovelace", "minusTotal": "0"}).replace(b"/T (minus", b"/F 2 /T (minus"))
    assert load(path).text == "Application\n\nSurname: Lovelace"


def test_pictures_on_pages_with_text_are_noted(tmp_path: Path) -> None:
    """A picture beside text is said not to be read; one at the same place of every page counts once."""
    from PIL import Image

    picture = Image.new("RGB", (60, 40), "red")
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_font("Helvetica", size=10)
    for number in range(3):
        pdf.add_page()
        pdf.text(60, 100, f"The ferry costs {number + 2} pounds, and the crossing takes two hours in calm weather.")
        pdf.image(picture, x=60, y=200, w=200, h=120)
    assert "1 picture was not read." in load(_saved(pdf, tmp_path)).notes


def test_boxes_and_choices_of_old_word_forms_are_read(tmp_path: Path) -> None:
    """A form field shows a box, ticked or not, or the entry that was chosen, though no run of text says it."""

    def field(inner: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{inner}</w:ffData></w:fldChar></w:r>'

    body = "".join(
        f"<w:p><w:r><w:t>{label}</w:t></w:r>{field(inner)}</w:p>"
        for label, inner in (
            ("Married: ", '<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'),
            ("Retired: ", '<w:checkBox><w:default w:val="0"/></w:checkBox>'),
            (
                "Meal: ",
                '<w:ddList><w:result w:val="1"/><w:listEntry w:val="fish"/><w:listEntry w:val="soup"/></w:ddList>',
            ),
        )
    )
    assert load(make_zip(tmp_path / "form.docx", docx_parts(body))).text == "Married: ☒\n\nRetired: ☐\n\nMeal: soup"


def test_characters_that_excel_escapes_are_read(tmp_path: Path) -> None:
    """`_x000D_` in a cell is a line end, `_x005F_` what escapes such words themselves."""
    path = make_zip(tmp_path / "a.xlsx", xlsx_parts({"One": text_row(1, "ABC_x000D_\nDEF", "a_x005F_x000D_")}))
    assert "ABC DEF | a_x000D_" in load(path).text


def test_words_for_readers_without_nested_tables_are_left_out(tmp_path: Path) -> None:
    """RTF says a nested row again for programs that cannot draw it; those words are not read."""
    path = tmp_path / "a.rtf"
    path.write_bytes(rtf(r"\pard\intbl\itap2 Deep\nestcell{\nonesttables FALLBACK\par}\pard\intbl Outer\cell\row"))
    text = load(path).text
    assert "Deep" in text and "Outer" in text and "FALLBACK" not in text


def test_a_page_that_a_page_holds_in_itself_is_read(tmp_path: Path) -> None:
    """What a frame shows of its own `srcdoc` stands where the frame stands."""
    path = tmp_path / "a.html"
    path.write_text(
        '<html><body><p>before</p><iframe srcdoc="<p>inside &amp;amp; whole</p>"></iframe><p>after</p></body></html>'
    )
    assert load(path).text == "before\n\ninside & whole\n\nafter"


def test_the_foot_of_a_slide_master_is_read(tmp_path: Path) -> None:
    """What stands at the foot of every slide is read once; the master page of what no slide uses is not."""

    def master(name: str, words: str) -> str:
        box = f"<draw:text-box><text:p>{words}</text:p></draw:text-box>"
        inner = f'<draw:frame presentation:class="footer">{box}</draw:frame>'
        return f'<style:master-page style:name="{name}">{inner}</style:master-page>'

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "draw", "presentation", "style")
    )
    masters = master("Default", "Harbour office") + master("Other", "Never shown")
    inside = f"<office:master-styles>{masters}</office:master-styles>"
    styles = f"<office:document-styles {spaces}>{inside}</office:document-styles>"
    body = '<draw:page draw:master-page-name="Default"/><draw:page draw:master-page-name="Default"/>'
    path = make_zip(tmp_path / "a.odp", odf_parts("presentation", body, **{"styles.xml": styles}))
    assert load(path).text == "Footer: Harbour office"


def test_a_keynote_folder_packed_on_a_mac_is_no_archive(tmp_path: Path) -> None:
    """The folder that Keynote saves, packed, is refused with what to do; its innards are no text."""
    parts: dict[str, str | bytes] = {"Talk.key/Index.zip": b"PK", "Talk.key/Metadata/DocumentIdentifier": "66-78"}
    with pytest.raises(UnsupportedType) as caught:
        load(make_zip(tmp_path / "Talk.key", parts))
    assert "export" in caught.value.remedy


def _mail(tmp_path: Path, plain: str, html: str) -> Path:
    path = tmp_path / "a.eml"
    path.write_text(
        "From: Ann <ann@example.org>\nSubject: Ferry\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n<p>{html}</p>\n--b--\n"
    )
    return path


def test_a_plain_text_that_says_less_than_the_html(tmp_path: Path) -> None:
    """Few other words are noted; a plain text that says another thing is not taken for the mail."""
    same = "The ferry costs two pounds from the first of May on, and children pay nothing."
    assert load(_mail(tmp_path, same, same.replace("two pounds", "<b>two pounds</b>"))).notes == ()
    noted = load(_mail(tmp_path, same, same.replace("pounds", "old pounds")))
    assert "two pounds" in noted.text and any("HTML" in note for note in noted.notes)
    excuse = "Your program cannot show this message. Please open it in a browser instead."
    assert "two pounds" in load(_mail(tmp_path, excuse, same)).text


def test_an_appointment_of_outlook_says_when_and_where(tmp_path: Path) -> None:
    """Start, end and place have names, not numbers, in a message; the file says which numbers it gives them."""
    hour = 36_000_000_000
    start = 131_327_706_000_000_000  # 28 February 2017, 15:50
    fixed = b"".join(
        struct.pack("<III", number << 16 | 0x40, 6, 0)[:8] + struct.pack("<Q", when)
        for number, when in ((0x8000, start), (0x8001, start + hour))
    )
    names = struct.pack("<IHHIHHIHH", 0x820D, 6, 0, 0x820E, 6, 1, 0x8208, 6, 2)
    data = make_ole({
        "__properties_version1.0": (bytes(32) + fixed).ljust(4096, b"\0"),
        "__nameid_version1.0/__substg1.0_00030102": names.ljust(4096, b"\0"),
        "__substg1.0_0037001F": "Meeting".encode("utf-16-le").ljust(4096, b"\0"),
        "__substg1.0_001A001F": "IPM.Appointment".encode("utf-16-le").ljust(4096, b"\0"),
        "__substg1.0_8002001F": "Room 4".encode("utf-16-le").ljust(4096, b"\0"),
    })  # fmt: skip
    path = tmp_path / "a.msg"
    path.write_bytes(data)
    text = load(path).text
    assert "Start: Tue, 28 Feb 2017 15:50 +0000\nEnd: Tue, 28 Feb 2017 16:50 +0000\nWhere: Room 4" in text


def test_deleted_text_of_a_doc_file_is_found() -> None:
    """A run with the mark of deletion is left out, but for ends of cells; other runs stay."""
    page = bytearray(512)
    page[511] = 2
    struct.pack_into("<III", page, 0, 100, 104, 110)
    page[12], page[13] = 0, 200
    page[400:404] = bytes((3,)) + struct.pack("<HB", 0x0800, 1)
    main = bytearray(1024) + page
    table = struct.pack("<III", 100, 110, 2)
    struct.pack_into("<II", main, 0x00FA, 0, len(table))
    gone = deleted(bytes(main), table)
    assert gone == [(104, 110)]
    assert without(gone, "ab\x07de", 102, 2) == f"a{GONE}\x07{GONE}e"


def test_heads_and_feet_of_a_doc_file_are_told_apart() -> None:
    """After the separators of notes stand, for each section, two heads, two feet, a first head and a first foot."""
    main = bytearray(0x200)
    places = (*[0] * 7, 0, 10, 10, 20, 20, 20, 22)
    table = struct.pack(f"<{len(places)}I", *places)
    struct.pack_into("<II", main, 0x00F2, 0, len(table))
    found = list(heads_and_feet(bytes(main), table, 20))
    assert found == [(0, 10, "Header"), (10, 20, "Footer")]
