"""What of a PDF page is drawn and not written is said, and what stands mirrored or on its head is read as it means."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.errors import NoText
from ingest.reading.load import load

PROSE = (
    "The ferry to the island leaves at nine in the morning.",
    "It costs two pounds, and the crossing takes an hour.",
    "Dogs travel free on the upper deck in summer only.",
    "Bicycles are carried if there is room behind the cabin.",
)


def _pdf(path: Path, content: str, *fonts: bytes, box: str = "0 0 600 600", extra: str = "") -> Path:
    """Write a PDF file of one page; `fonts` are the objects of its font F1, the first of which is object 5."""
    stream = content.encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R {extra}"
        " /Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        *(fonts or (b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",)),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, item) for number, item in enumerate(objects, start=1))
    path.write_bytes(b"%%PDF-1.7\n%strailer << /Size %d /Root 1 0 R >>\n%%%%EOF" % (body, len(objects) + 1))
    return path


def _words() -> str:
    """Return the prose as a page draws it, each line in several pieces as typesetting programs do."""
    lines = []
    for number, line in enumerate(PROSE):
        pieces = line.split(" ")
        shown = " ".join(f"({piece} ) -20" for piece in pieces)
        lines.append(f"1 0 0 1 60 {500 - 14 * number} Tm [{shown}] TJ")
    return f"BT /F1 10 Tf {' '.join(lines)} ET"


@pytest.mark.parametrize(
    "matrix",
    ["-1 0 0 1 600 0", "-1 0 0 -1 600 600", "1 0 0 -1 0 600", "0 -1 1 0 0 600", "0 1 1 0 0 0", "0 1 -1 0 600 0",
     "0 -1 -1 0 600 600"],
)  # fmt: skip
def test_mirrored_and_turned_pages_are_read_as_they_mean(tmp_path: Path, matrix: str) -> None:
    """Writing that is mirrored at either axis, stands on its head or lies on its side is read word by word."""
    loaded = load(_pdf(tmp_path / "turned.pdf", f"q {matrix} cm {_words()} Q"))
    assert loaded.text.split() == " ".join(PROSE).split()
    assert not loaded.notes


def test_a_page_shown_upside_down_whose_writing_is_too_is_read(tmp_path: Path) -> None:
    """Two turns make it upright."""
    path = _pdf(tmp_path / "turned.pdf", f"q -1 0 0 -1 600 600 cm {_words()} Q", extra="/Rotate 180")
    assert load(path).text.split() == " ".join(PROSE).split()


def test_letters_of_a_size_below_nothing_stand_on_their_head(tmp_path: Path) -> None:
    """A font of size -10 is drawn upside down and backward, as some programs write for pages that are turned."""
    content = " ".join(f"1 0 0 1 540 {100 + 14 * number} Tm ({line}) Tj" for number, line in enumerate(PROSE))
    loaded = load(_pdf(tmp_path / "below.pdf", f"BT /F1 -10 Tf {content} ET", extra="/Rotate 180"))
    assert loaded.text.split() == " ".join(PROSE).split()


def test_a_font_that_draws_its_glyphs_upside_down_does_not_turn_the_page(tmp_path: Path) -> None:
    """A mirrored matrix that such a font needs proves nothing: the lines follow one another down the page."""
    content = " ".join(f"1 0 0 -1 60 {500 - 14 * number} Tm ({line}) Tj" for number, line in enumerate(PROSE))
    loaded = load(_pdf(tmp_path / "flipped.pdf", f"BT /F1 10 Tf {content} ET"))
    assert loaded.text.split() == " ".join(PROSE).split()


def _font_without_table() -> bytes:
    """Return a TrueType font that names its glyphs as Latin ones and has no table of characters."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = [".notdef", "quoteright", "greater", *"abcdefghijklmnopqrstuvwxyz"]
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (500, 700), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    built = FontBuilder(1000, isTTF=True)
    built.setupGlyphOrder(names)
    built.setupGlyf(dict.fromkeys(names, box))
    built.setupHorizontalMetrics(dict.fromkeys(names, (600, 100)))
    built.setupHorizontalHeader(ascent=800, descent=-200)
    built.setupPost(keepGlyphNames=True)
    file = io.BytesIO()
    built.save(file)
    return file.getvalue()


@pytest.mark.parametrize(("shown", "is_read"), [(r"\222>in o\222d h>>y", False), ("two nine and hour", True)])
def test_a_font_of_another_script_under_latin_names_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str, is_read: bool
) -> None:
    """A font without a table of characters says what its glyphs mean by names alone: believed where words come out."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    font = _font_without_table()
    widths = " ".join(["600"] * 256)
    path = _pdf(
        tmp_path / "script.pdf",
        f"BT /F1 12 Tf 60 500 Td ({shown}) Tj ET",
        f"<< /Type /Font /Subtype /TrueType /BaseFont /Made /Encoding /WinAnsiEncoding /FirstChar 0 /LastChar 255"
        f" /Widths [{widths}] /FontDescriptor 6 0 R >>".encode(),
        b"<< /Type /FontDescriptor /FontName /Made /Flags 32 /FontBBox [0 -200 1000 800] /ItalicAngle 0 /Ascent 800"
        b" /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 7 0 R >>",
        b"<< /Length %d /Length1 %d >>\nstream\n%s\nendstream" % (len(font), len(font), font),
    )
    if is_read:
        assert load(path).text == shown
    else:
        with pytest.raises(NoText, match="fonts hide") as caught:
            load(path)
        assert "Tesseract" in caught.value.remedy


@pytest.mark.parametrize(("drawn", "said"), [("Price list of the ferry", True), ("", False)])
def test_words_drawn_as_a_picture_in_two_colours_are_said(tmp_path: Path, drawn: str, said: bool) -> None:
    """A title that a printing program left as dots is too small for a picture that says something, but no words are
    lost in silence; a bar is no words."""
    from PIL import Image, ImageDraw

    picture = Image.new("1", (400, 60), 1)
    ImageDraw.Draw(picture).text((10, 10), drawn, fill=0, font_size=30)
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    pdf.image(picture, x=60, y=60, w=120, h=18)
    pdf.text(60, 100, PROSE[0])
    path = tmp_path / "title.pdf"
    path.write_bytes(bytes(pdf.output()))
    loaded = load(path)
    assert loaded.text == PROSE[0]
    assert any("Part of page 1 cannot be read" in note and "OCR" in note for note in loaded.notes) is said


def test_many_pages_with_a_hidden_part_are_one_note(tmp_path: Path) -> None:
    """The first few are named, the others counted."""
    content = "BT /F1 10 Tf 60 500 Td (The ferry costs two pounds, and the crossing takes an hour.) Tj"
    content += r" 0 -14 Td (\001\004\005\006\007 \001\004\005\006\007) Tj ET"
    path = _pdf(tmp_path / "signs.pdf", content)
    page = b"3 0 R "
    path.write_bytes(path.read_bytes().replace(b"[3 0 R] /Count 1", b"[%s] /Count 7" % (7 * page)))
    notes = [note for note in load(path).notes if "cannot be read" in note]
    assert len(notes) == 1 and notes[0].startswith("Part of pages 1, 2, 3, 4, 5 and 2 more cannot be read as text")
