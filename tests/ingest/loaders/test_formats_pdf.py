"""PDF: reading order, whole sentences, running heads, tables, forms, notes, passwords, scans."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, PasswordNeeded, Unreadable
from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.paragraphs import paragraphs
from ingest.loaders.pdf.style import style_of
from ingest.reading.load import load

PROSE = (
    "The river rises in the hills above the town and runs for ninety miles to the sea. In"
    " spring it floods the "
    "meadows on both banks, and the farmers move their cattle to higher ground until the water has gone. "
    "No bridge crossed it before the railway came. "
)


def document() -> FPDF:
    """Return an empty document with a font set."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    return pdf


def saved(pdf: FPDF, tmp_path: Path) -> Path:
    """Write a document and return its path."""
    path = tmp_path / "made.pdf"
    path.write_bytes(bytes(pdf.output()))
    return path


def lines_of(pdf: FPDF, words: str, width: float) -> list[str]:
    """Return the lines into which words are broken at a width."""
    return list(pdf.multi_cell(width, 12, words, dry_run=True, output="LINES"))


def page_text(loaded: Loaded, number: int) -> str:
    """Return the text of a page."""
    starts = [place.start for place in loaded.places] + [len(loaded.text)]
    return loaded.text[starts[number - 1] : starts[number]]


def test_columns_drawn_across_are_read_down(tmp_path: Path) -> None:
    """Lines that were written left, right, left, right make two columns of whole sentences."""
    pdf = document()
    pdf.add_page()
    left, right = (lines_of(pdf, PROSE.replace("river", name) * 2, 220) for name in ("Rhine", "Rhone"))
    for row, pair in enumerate(zip(left, right, strict=True)):
        for x, line in zip((60, 320), pair, strict=True):
            pdf.text(x, 100 + 12 * row, line)
    text = load(saved(pdf, tmp_path)).text
    assert PROSE.replace("river", "Rhine").strip() in text.replace("\n\n", " ")
    assert text.index("Rhone") > text.rindex("Rhine")


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("0000320193-23-000077", "made"),
        ("Rivers of the north", "Rivers of the north"),
        ("made.indd", "Rhine and Rhone"),
    ],
)
def test_a_number_or_a_program_name_is_no_title(tmp_path: Path, given: str, title: str) -> None:
    """A publisher's number gives way to the file's name, what a program wrote to the first heading."""
    pdf = document()
    pdf.set_title(given)
    pdf.add_page()
    pdf.set_font("Helvetica", size=24)
    pdf.text(60, 60, "Rhine and Rhone")
    pdf.set_font("Helvetica", size=10)
    for row, line in enumerate(lines_of(pdf, PROSE, 400)):
        pdf.text(60, 100 + 12 * row, line)
    assert load(saved(pdf, tmp_path)).title == title


def test_a_box_to_tick_begins_no_heading() -> None:
    """ "☐ TRANSITION REPORT …" is a line of a form, however bold."""
    texts = [
        "☐ TRANSITION REPORT PURSUANT TO SECTION 13",
        "PART I",
        *(PROSE[start : start + 60] for start in range(0, 240, 60)),
    ]
    lines = [
        Line(text, 60, 20.0 * row, 60 + 6.0 * len(text), 20.0 * row + 10, 10.0, weight=700 if row < 2 else 400)
        for row, text in enumerate(texts)
    ]
    levels = {found.pieces[0][1]: found.level for found in paragraphs([lines], style_of([lines], {}))}
    assert levels["PART I"] > 0
    assert levels[texts[0]] == 0


def test_a_header_drawn_last_is_read_first(tmp_path: Path) -> None:
    """Where the file's own order jumps back up the page, the page's order is taken."""
    pdf = document()
    pdf.add_page()
    for row, line in enumerate(lines_of(pdf, PROSE, 400)):
        pdf.text(60, 200 + 12 * row, line)
    pdf.text(60, 100, "Report on rivers")
    assert load(saved(pdf, tmp_path)).text.startswith("Report on rivers")


def test_wrapped_lines_make_paragraphs_and_broken_words_are_joined(tmp_path: Path) -> None:
    """A line end inside a sentence is a blank; a hyphen there goes, unless the word has one elsewhere."""
    pdf = document()
    pdf.add_page()
    for row, line in enumerate(
        [
            "The committee found that the new arrange-",
            "ments for the well-known river were fair to",
            "all, and that this well-",
            "known river needs no others.",
        ]
    ):
        pdf.text(60, 100 + 12 * row, line)
    text = load(saved(pdf, tmp_path)).text
    assert "new arrangements for the well-known river" in text
    assert "this well-known river" in text


def test_sentences_go_on_over_the_page(tmp_path: Path) -> None:
    """A sentence that crosses a page is whole, and the new page begins inside it."""
    pdf = document()
    pdf.add_page()
    pdf.text(60, 700, "A sentence that is not finished at the end of the first page of the")
    pdf.add_page()
    pdf.text(60, 100, "document goes on here.")
    loaded = load(saved(pdf, tmp_path))
    assert "of the document goes on here." in loaded.text
    assert page_text(loaded, 2) == "document goes on here."


def test_running_heads_and_page_numbers_are_dropped(tmp_path: Path) -> None:
    """What every page repeats stands once; the number of the page is no text."""
    pdf = document()
    for number in range(1, 7):
        pdf.add_page()
        pdf.text(60, 40, "Annual report of the river board")
        for row, line in enumerate(lines_of(pdf, PROSE.replace("ninety", f"{number} hundred"), 400)):
            pdf.text(60, 100 + 12 * row, line)
        pdf.text(290, 800, f"{number}")
    loaded = load(saved(pdf, tmp_path))
    assert loaded.text.count("Annual report") == 1
    assert page_text(loaded, 4).rstrip().endswith("before the railway came.")
    assert "4 hundred miles" in page_text(loaded, 4)
    assert len(loaded.places) == 6
    assert any("left out" in note for note in loaded.notes)


def test_rows_of_tables_stay_rows(tmp_path: Path) -> None:
    """Cells far apart are parted by a tab, and rows are not joined to paragraphs."""
    pdf = document()
    pdf.add_page()
    for row, cells in enumerate([("Item", "2023", "2024"), ("Net sales", "1,200", "1,350"), ("Costs", "900", "870")]):
        for x, cell in zip((60, 260, 360), cells, strict=True):
            pdf.text(x, 100 + 14 * row, cell)
    text = load(saved(pdf, tmp_path)).text
    assert "Net sales\t1,200\t1,350" in text.split("\n\n")


def test_headings_by_size_and_by_bookmarks(tmp_path: Path) -> None:
    """Larger lines are headings; where the file has bookmarks, they say what is one."""

    def draw(pdf: FPDF, *, marked: bool) -> Path:
        pdf.add_page()
        for part, top in (("Floods", 100), ("Bridges", 300), ("Fish", 500)):
            if marked:
                pdf.set_y(top - 12)
                pdf.start_section(part)
            pdf.set_font("Helvetica", size=16)
            pdf.text(60, top, part)
            pdf.set_font("Helvetica", size=10)
            for row, line in enumerate(lines_of(pdf, PROSE, 400)):
                pdf.text(60, top + 24 + 12 * row, line)
        return saved(pdf, tmp_path)

    for marked in (False, True):
        loaded = load(draw(document(), marked=marked))
        assert [loaded.text[h.start : h.end] for h in loaded.headings] == ["Floods", "Bridges", "Fish"]


def test_rotated_pages_are_read_upright(tmp_path: Path) -> None:
    """Text turned by a quarter is read line by line as it stands to the reader."""
    pdf = document()
    pdf.add_page()
    words = lines_of(pdf, PROSE, 400)
    with pdf.rotation(90, 300, 400):
        for row, line in enumerate(words):
            pdf.text(100, 300 + 12 * row, line)
    assert PROSE.strip() in load(saved(pdf, tmp_path)).text


def test_raised_numbers_stand_in_their_line(tmp_path: Path) -> None:
    """The number of a footnote or power, small and raised, neither breaks its sentence nor begins the next one."""
    pdf = document()
    pdf.add_page()
    at, x = 0.0, 60.0
    for row in (
        ("The meadow covered 412 ha", "2", " before the war.", "1", " In 1931 it"),
        ("was destroyed by a disease.",),
    ):
        at, x = at + 16, 60
        for words in row:
            raised = words.isdigit()
            pdf.set_font_size(7 if raised else 12)
            pdf.text(x, 100 + at - (6 if raised else 0), words)
            x += pdf.get_string_width(words)
    text = load(saved(pdf, tmp_path)).text
    assert text == "The meadow covered 412 ha² before the war.¹ In 1931 it was destroyed by a disease."


def test_overprinted_words_are_read_once(tmp_path: Path) -> None:
    """Bold by drawing twice is one word, not two."""
    pdf = document()
    pdf.add_page()
    for shift in (0, 0.4):
        pdf.text(60 + shift, 100, "Important notice to all")
    assert load(saved(pdf, tmp_path)).text == "Important notice to all"


def test_spaced_letters_and_ligatures_are_mended(tmp_path: Path) -> None:
    """L e t t e r s set apart are a word."""
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "L I Q U I D I T Y")
    assert load(saved(pdf, tmp_path)).text == "LIQUIDITY"


def test_notes_on_a_page_are_read(tmp_path: Path) -> None:
    """A sticky note's words follow the text of its page."""
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "Draft")
    pdf.text_annotation(60, 120, "Check the figures again")
    assert load(saved(pdf, tmp_path)).text == "Draft\n\nNote: Check the figures again"


def test_form_values_are_read(tmp_path: Path) -> None:
    """What was typed into a form is text, named by its field; an empty field is not."""
    path = tmp_path / "form.pdf"
    path.write_bytes(form_pdf({"Surname": "Lovelace", "Empty": ""}))
    assert load(path).text == "Application\n\nSurname: Lovelace"


def form_pdf(fields: dict[str, str]) -> bytes:
    """Return a page with a line of text and form fields."""
    content = b"BT /F1 12 Tf 60 700 Td (Application) Tj ET"
    numbers = " ".join(f"{6 + n} 0 R" for n in range(len(fields)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{numbers}] /DA (/F1 10 Tf) >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <<"
        " /Font << /F1 5 0 R >> >>"
        f" /Annots [{numbers}] >>",
        f"<< /Length {len(content)} >>\nstream\n{content.decode()}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, (name, value) in enumerate(fields.items()):
        objects.append(
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T ({name}) /V ({value}) /P 3 0 R "
            f"/Rect [60 {600 - 30 * number} 300 {620 - 30 * number}] >>"
        )
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{offset:010} 00000 n \n" for offset in offsets).encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def test_passwords(tmp_path: Path) -> None:
    """Without the password a clear message; each given one is tried; an owner's password alone is none."""
    pdf = document()
    pdf.set_encryption(owner_password="boss", user_password="sesame")
    pdf.add_page()
    pdf.text(60, 100, "The secret is out.")
    path = saved(pdf, tmp_path)
    with pytest.raises(PasswordNeeded, match="password is needed"):
        load(path)
    with pytest.raises(PasswordNeeded, match="none of the given"):
        load(path, LoadOptions(passwords=("open",)))
    assert load(path, LoadOptions(passwords=("open", "sesame"))).text == "The secret is out."


def test_pages_without_text_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are pictures are a note with what to do; only such pages are no text. Blank ones are no loss."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no Tesseract
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "One page has words.")
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    pdf.add_page()
    loaded = load(saved(pdf, tmp_path))
    assert any("1 of 3 pages have no text layer" in note for note in loaded.notes)
    drawn = document()
    drawn.add_page()
    drawn.rect(10, 10, 50, 50)
    with pytest.raises(NoText, match="no text layer") as caught:
        load(saved(drawn, tmp_path))
    assert "Tesseract" in caught.value.remedy
    blank = document()
    blank.add_page()
    with pytest.raises(NoText, match="are empty"):
        load(saved(blank, tmp_path))


def test_scans_are_read_where_tesseract_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page without text goes to the program as a picture; its words come back on their page."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nif [ "$1" = "--list-langs" ]; then echo eng; echo jpn; exit 0; fi\n'
        'head -c 2 | grep -q P5 && printf "1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t900\\t900\\t-1\\t\\n'
        '5\\t1\\t1\\t1\\t1\\t1\\t9\\t9\\t9\\t9\\t96\\tWords with $4\\n"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    monkeypatch.setattr("ingest.loaders.pdf.scans.MAX_SCANS", 1)
    pdf = document()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    path = saved(pdf, tmp_path)
    loaded = load(path, LoadOptions(ocr_languages=("eng", "jpn")))
    assert loaded.text == "Words with eng+jpn"
    assert any("Tesseract" in note for note in loaded.notes)
    with pytest.raises(NoText, match="deu"):
        load(path, LoadOptions(ocr_languages=("deu",)))
    two = document()
    for _ in range(2):
        two.add_page()
        two.rect(10, 10, 50, 50)
    notes = load(saved(two, tmp_path)).notes
    assert any("1 of 2 pages have no text layer. Tesseract reads 1 pages of a file" in note for note in notes)


def scan_of(pdf: FPDF, *, stamp: str = "") -> FPDF:
    """Return a document whose pages are pictures of another's pages."""
    from pypdfium2 import PdfDocument

    scans = document()
    for page in PdfDocument(bytes(pdf.output())):
        scans.add_page()
        scans.image(page.render(scale=200 / 72).to_pil(), 0, 0, scans.w, scans.h)
        if stamp:
            scans.text(60, 30, stamp)
    return scans


needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


@needs_tesseract
@pytest.mark.parametrize("stamp", ["", "Scanned with a telephone"])
def test_tesseract_itself_reads_a_scan(tmp_path: Path, stamp: str) -> None:
    """Pages rendered to pictures come back as text on their page, under a stamp too, and the report says how."""
    pdf = document()
    pdf.set_font_size(16)
    for words in ("The lighthouse was built in 1851 by the harbour board.", "The ferry costs two pounds for adults."):
        pdf.add_page()
        pdf.text(60, 100, words)
    loaded = load(saved(scan_of(pdf, stamp=stamp), tmp_path))
    assert "lighthouse was built in 1851" in page_text(loaded, 1)
    assert "ferry costs two pounds" in page_text(loaded, 2)
    assert any("2 scanned pages were read by OCR (Tesseract)" in note for note in loaded.notes)


def test_a_short_page_without_a_picture_is_no_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A title page with a line drawn on it is read as it stands, without OCR and without a note about it."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no Tesseract
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    pdf = document()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    pdf.text(60, 100, "Thank you.")
    loaded = load(saved(pdf, tmp_path))
    assert loaded.text == "Thank you."
    assert not loaded.notes


def test_a_page_that_shows_nothing_is_no_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page with a white box alone, as Word leaves behind, is neither read by OCR nor called a scan."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no Tesseract
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "The ferry costs two pounds.")
    pdf.add_page()
    pdf.set_fill_color(255, 255, 255)
    pdf.rect(10, 10, 500, 600, style="F")
    loaded = load(saved(pdf, tmp_path))
    assert loaded.text == "The ferry costs two pounds."
    assert not loaded.notes
    empty = document()
    empty.add_page()
    empty.set_fill_color(255, 255, 255)
    empty.rect(10, 10, 500, 600, style="F")
    with pytest.raises(NoText, match="empty: no text layer, and no picture"):
        load(saved(empty, tmp_path))


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:20],
        lambda data: data.replace(b"/Type /Page\n", b"/Type /Pagx\n"),
        lambda data: data.replace(b"endobj", b"endobx"),
        lambda data: data[:100] + bytes(200) + data[300:],
    ],
)
def test_damaged_files_are_text_or_a_sentence(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    """A cut or overwritten file is mended by pdfium or refused in words; it never crashes."""
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "Still here?")
    path = tmp_path / "harmed.pdf"
    path.write_bytes(harm(bytes(pdf.output())))
    try:
        assert load(path).text
    except (Unreadable, NoText) as error:
        assert error.remedy


def test_a_page_whose_font_hides_its_characters_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs without sense are never stored: the page is named, with what to do."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no Tesseract
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    pdf = document()
    pdf.add_page()
    pdf.text(60, 100, "The ferry costs two pounds.")
    pdf.add_page()
    for row in range(12):
        pdf.text(60, 100 + 14 * row, '!"#$%&()*+,;<=>?@[]^{|}~ /_!"#$%&' * 2)
    loaded = load(saved(pdf, tmp_path))
    assert loaded.text == "The ferry costs two pounds."
    assert any("Page 2 cannot be read as text" in note and "Tesseract" in note for note in loaded.notes)
