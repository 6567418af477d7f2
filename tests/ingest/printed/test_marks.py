"""Boxes of quoted words: nearly every sentence of every PDF is lit exactly, and what is not there is not lit."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from fpdf import FPDF
from lit_share import Share, files_of_tests, letters, share_of, under
from pypdfium2 import PdfDocument

from ingest.printed.glyphs import Glyphs, glyphs_of
from ingest.printed.marks import Marks, lines_of_boxes, marks_of
from ingest.reading.load import load

DOCUMENTS = sorted((Path(__file__).parents[3] / "documents").glob("*.pdf"))
BESIDE_THE_TEXT = {
    "test_form_values_are_read",
    "test_notes_on_a_page_are_read",
    "test_a_word_across_the_page_breaks_no_sentence",
    "test_a_word_across_the_page_is_not_joined_to_the_line_drawn_before_it",
}
"""What stands in forms and notes is not among the characters of the page; a box around a word at a slant lies on
other words too."""


def glyphs_in(pdf: FPDF, number: int = 1) -> Glyphs:
    """Return the characters of a page of a document that was made."""
    return glyphs_of(PdfDocument(bytes(pdf.output()))[number - 1])


def paper(**more: object) -> FPDF:
    """Return a document with one page and a font."""
    pdf = FPDF(unit="pt", format=(400, 500), **more)  # type: ignore[arg-type]
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_font("Helvetica", size=10)
    return pdf


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_sentences_of_the_samples_are_lit_exactly(path: Path) -> None:
    """Of the samples, all but one sentence in twenty: the characters under the boxes are those of the sentence."""
    share = share_of(path)
    assert share.all > 10 and share.exact >= 0.95, share.wrong


def test_sentences_of_every_pdf_of_the_tests_are_lit_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns drawn by turns, broken words, tables, turned pages, raised numbers, margins: each file by itself."""
    shares: dict[tuple[str, str], Share] = {}
    for name in ("test_formats_pdf", "test_pdf_columns"):
        made = files_of_tests(importlib.import_module(name), tmp_path / name, monkeypatch)
        shares |= {(test, path.name): share_of(path, options=options) for test, path, options in made}
    assert sum(len(share.pages) for share in shares.values()) >= 20
    others = {test: share for (test, _), share in shares.items() if test not in BESIDE_THE_TEXT}
    assert not {test: share.wrong for test, share in others.items() if share.exact < 0.95}
    assert sum(len(share.wrong) for share in shares.values()) <= 0.05 * sum(share.all for share in shares.values())


def test_of_words_that_stand_twice_those_at_the_place_are_lit() -> None:
    """The same line under two headings: what stands before it says which one is meant."""
    pdf = paper()
    for row, line in enumerate(("January", "Total 500 euros", "February", "Total 500 euros", "March")):
        pdf.text(40, 60 + 20 * row, line)
    text = "January\n\nTotal 500 euros\n\nFebruary\n\nTotal 500 euros\n\nMarch"
    glyphs = glyphs_in(pdf)
    tops = []
    for start in (text.index("Total"), text.rindex("Total")):
        marks = marks_of(glyphs, text, start, start + len("Total 500 euros"))
        assert marks.lit == "all" and len(marks.boxes) == 1
        tops.append(marks.boxes[0][1])
    assert tops[1] - tops[0] == pytest.approx(40, abs=1)


def test_a_sentence_in_columns_drawn_by_turns_is_lit_line_by_line() -> None:
    """One box a line, all in its own column, and the words of the other column stay dark."""
    left = ("The mill stands where the", "brook meets the lane, and", "its wheel turned.")
    right = ("Every autumn the ferry", "carries apples to the", "islands and back.")
    pdf = paper()
    for row, pair in enumerate(zip(left, right, strict=True)):
        for x, line in zip((30, 220), pair, strict=True):
            pdf.text(x, 60 + 14 * row, line)
    text = f"{' '.join(left)}\n\n{' '.join(right)}"
    for start, words, low, high in ((0, left, 0, 210), (text.index("Every"), right, 210, 400)):
        marks = marks_of(glyphs := glyphs_in(pdf), text, start, start + len(" ".join(words)))
        assert marks.lit == "all" and len(marks.boxes) == 3
        assert all(low < box[0] < box[2] < high for box in marks.boxes)
        assert letters(under(glyphs, marks.boxes)) == letters("".join(words))


def test_a_word_broken_at_a_line_end_is_lit_in_both_lines() -> None:
    """The stored text has it whole."""
    pdf = paper()
    pdf.text(40, 60, "They welcomed the new arrange-")
    pdf.text(40, 74, "ments of the board.")
    text = "They welcomed the new arrangements of the board."
    start = text.index("arrangements")
    marks = marks_of(glyphs_in(pdf), text, start, start + len("arrangements"))
    assert marks.lit == "all" and [round(box[0]) > 100 for box in marks.boxes] == [True, False]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_are_those_of_the_page_as_it_is_shown(turn: int, tmp_path: Path) -> None:
    """On a page that is turned and cropped a box is where the ink of the words is drawn."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject

    pdf = paper()
    pdf.text(100, 200, "MMMMMMMM")
    pdf.output(str(tmp_path / "plain.pdf"))
    page = PdfReader(tmp_path / "plain.pdf").pages[0]
    page.cropbox = RectangleObject((50, 100, 380, 450))
    page.rotate(turn)
    writer = PdfWriter()
    writer.add_page(page)
    writer.write(tmp_path / "turned.pdf")
    shown = PdfDocument(tmp_path / "turned.pdf")[0]
    ((x0, y0, x1, y1),) = marks_of(glyphs_of(shown), "MMMMMMMM", 0, 8).boxes
    dark = shown.render(scale=1, grayscale=True).to_numpy().squeeze() < 128
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    assert x0 - 1 <= columns.min() and columns.max() <= x1 + 1
    assert y0 - 1 <= rows.min() and rows.max() <= y1 + 1
    assert (x1 - x0) * (y1 - y0) < 3 * len(rows) * len(columns)


def test_words_that_are_not_on_the_page_are_not_lit() -> None:
    """Nothing is lit for them; where few of them are missing, the others are, and it is said."""
    pdf = paper()
    pdf.text(40, 60, "The brook meets the lane behind the mill of the village.")
    glyphs = glyphs_in(pdf)
    stranger = "Quarterly revenue exceeded 12,900 dollars again."
    assert marks_of(glyphs, stranger, 0, len(stranger)) == Marks()
    mixed = "The brook meets the lane behind the mill, says X9."
    found = marks_of(glyphs, mixed, 0, len(mixed))
    assert found.lit == "part" and "saysX9" not in under(glyphs, found.boxes)
    assert marks_of(glyphs, "", 0, 0) == Marks()


def test_a_long_passage_is_matched_in_pieces() -> None:
    """A quote of several thousand characters, whose words stand twice on the page, is lit whole."""
    pdf = paper()
    lines = [f"Line {number} of the long list of things says {number * 7919}." for number in range(36)]
    for row, line in enumerate(lines + lines):
        pdf.text(20 + 190 * (row >= 36), 20 + 13 * (row % 36), line)
        pdf.set_font_size(7)
    text = "\n".join(lines + lines)
    marks = marks_of(glyphs := glyphs_in(pdf), text, 0, len(text))
    assert marks.lit == "all" and letters(under(glyphs, marks.boxes)) == letters(text)


def test_boxes_down_a_column_of_vertical_writing_are_joined() -> None:
    """Characters one under the other make one box, the next column another; two lines of print stay two."""
    column = [(100.0, 20.0 + 12 * row, 112.0, 32.0 + 12 * row) for row in range(5)]
    following = [(80.0, 20.0 + 12 * row, 92.0, 32.0 + 12 * row) for row in range(3)]
    assert lines_of_boxes([*column, *following]) == [(100, 20, 112, 80), (80, 20, 92, 56)]
    rows = [(10.0 + 6 * at, y, 16.0 + 6 * at, y + 12) for y in (20.0, 34.0) for at in range(8)]
    assert lines_of_boxes(rows) == [(10, 20, 58, 32), (10, 34, 58, 46)]


def test_the_text_that_is_read_is_what_is_looked_for(tmp_path: Path) -> None:
    """Ligatures, marks above letters and raised numbers are other characters in the text than on the page."""
    pdf = paper()
    pdf.text(40, 60, "The café paid 20 euros for the naïve façade.")
    pdf.output(str(tmp_path / "a.pdf"))
    text = load(tmp_path / "a.pdf").text
    marks = marks_of(glyphs := glyphs_in(pdf), text.replace("20", "²⁰").replace("for", "ﬀor"), 0, 20)
    assert marks.lit == "all" and under(glyphs, marks.boxes).startswith("Thecafepaid20")
