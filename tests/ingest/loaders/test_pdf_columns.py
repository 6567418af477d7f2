"""PDF: columns beside stamps and numbers in the margin, columns drawn row by row, justified lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.reading.load import load

NORTH = (
    "The mill stands where the brook meets the lane, and its wheel turned until the last war. "
    "Three families shared the work and the flour. The stones were cut in the quarry above the village. "
)
SOUTH = (
    "Every autumn the ferry carries apples to the islands, and salt and letters come back with it. "
    "The crossing takes two hours in calm weather. A bell on the pier tells when it leaves the shore. "
)
EAST = (
    "Bees were kept behind the chapel, in hives of straw that a widow made from the stubble. "
    "Their honey paid for the roof of the school. In hard winters they were fed with sugar and water. "
)


def _document() -> FPDF:
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_font("Helvetica", size=10)
    pdf.add_page()
    return pdf


def _across(pdf: FPDF, *columns: tuple[float, str], width: float) -> int:
    """Draw columns row by row and return the number of rows."""
    broken = [pdf.multi_cell(width, 12, words, dry_run=True, output="LINES") for _, words in columns]
    rows = min(map(len, broken))
    for row in range(rows):
        for (x, _), lines in zip(columns, broken, strict=True):
            pdf.text(x, 120 + 12 * row, lines[row])
    return rows


def _text(pdf: FPDF, tmp_path: Path) -> str:
    path = tmp_path / "made.pdf"
    path.write_bytes(bytes(pdf.output()))
    return load(path).text


@pytest.mark.parametrize(("x", "y"), [(25, 500), (580, 500), (25, 780)])
def test_a_stamp_up_the_margin_leaves_two_columns_apart(tmp_path: Path, x: float, y: float) -> None:
    """A rotated line at either side is a text of its own; both columns are read down."""
    pdf = _document()
    _across(pdf, (60, NORTH * 3), (320, SOUTH * 3), width=210)
    with pdf.rotation(90, x, y):
        pdf.text(x, y, "Fetched from the archive of the county on 7 June 2021")
    text = " ".join(_text(pdf, tmp_path).split())
    assert NORTH.strip() in text and SOUTH.strip() in text
    assert text.index("The mill") < text.index("Every autumn") < text.index("Fetched from the archive")


def test_numbers_of_lines_beside_columns_are_left_out(tmp_path: Path) -> None:
    """Small numbers that count the lines stand in no sentence."""
    pdf = _document()
    rows = _across(pdf, (60, NORTH * 3), (320, SOUTH * 3), width=210)
    pdf.set_font_size(6)
    for row in range(rows):
        pdf.text(35, 120 + 12 * row, str(row + 1))
    text = " ".join(_text(pdf, tmp_path).split())
    assert NORTH.strip() in text and SOUTH.strip() in text
    assert not any(character.isdigit() for character in text)


def test_numbers_at_the_head_of_lines_are_taken_out_of_sentences(tmp_path: Path) -> None:
    """A numbered transcript reads as its sentences; a word that a line end broke is whole."""
    pdf = _document()
    lines = ["The witness saw the lorry in the yard and re-", "membered that its lamps were off. Nobody",
             "had locked the gate that night, because the", "guard was ill and his brother had gone home",
             "early to feed the horses."]  # fmt: skip
    for row, line in enumerate(lines):
        pdf.text(60, 120 + 14 * row, str(row + 1))
        pdf.text(90, 120 + 14 * row, line)
    text = _text(pdf, tmp_path)
    assert "The witness saw the lorry in the yard and remembered that its lamps were off." in text
    assert "Nobody had locked the gate that night, because the guard was ill" in text


def test_a_numbered_list_keeps_its_numbers(tmp_path: Path) -> None:
    """Numbers before points that each begin anew are part of the text."""
    pdf = _document()
    for row, line in enumerate(("Check the oil", "Close the valve", "Start the pump", "Read the gauge", "Sign")):
        pdf.text(60, 120 + 14 * row, f"{row + 1}  {line}")
    text = _text(pdf, tmp_path)
    assert "2" in text and "4" in text and "Close the valve" in text


def test_three_columns_drawn_row_by_row_are_read_down(tmp_path: Path) -> None:
    """Narrow gutters are found where every line runs across all columns."""
    pdf = _document()
    _across(pdf, (40, NORTH * 3), (216, SOUTH * 3), (392, EAST * 3), width=164)
    text = " ".join(_text(pdf, tmp_path).split())
    for words in (NORTH, SOUTH, EAST):
        assert words.strip() in text
    assert text.index("The mill") < text.index("Every autumn") < text.index("Bees were kept")


def test_a_word_across_the_page_breaks_no_sentence(tmp_path: Path) -> None:
    """A watermark stands apart from both columns."""
    pdf = _document()
    _across(pdf, (60, NORTH * 3), (320, SOUTH * 3), width=210)
    pdf.set_font_size(90)
    with pdf.rotation(50, 180, 400):
        pdf.text(180, 400, "DRAFT")
    text = " ".join(_text(pdf, tmp_path).split())
    assert NORTH.strip() in text and SOUTH.strip() in text
    assert text.endswith("DRAFT")


def test_a_word_across_the_page_is_not_joined_to_the_line_drawn_before_it(tmp_path: Path) -> None:
    """A watermark whose last letter stands level with a line is still parted from it."""
    pdf = _document()
    rows = _across(pdf, (60, NORTH * 3), (320, SOUTH * 3), width=210)
    pdf.set_font_size(60)
    with pdf.rotation(45, 180, 120 + 12 * rows):
        pdf.text(180, 120 + 12 * rows, "DRAFT")
    text = " ".join(_text(pdf, tmp_path).split())
    assert SOUTH.strip() in text and text.endswith("DRAFT")
    assert text.index(NORTH.strip()) < text.index(SOUTH.strip())


def test_justified_lines_with_wide_blanks_are_prose(tmp_path: Path) -> None:
    """Lines drawn out to the edge of their column are no rows of a table."""
    pdf = _document()
    lines = ["The new ferry leaves the pier within four minutes of the bell and", "carries letters and salt",
             "hydrographic surveyors aboard", "to the islands of the north. The crossing takes two hours."]  # fmt: skip
    for row, line in enumerate(lines):
        words = line.split()
        room = (300 - sum(map(pdf.get_string_width, words))) / (len(words) - 1) if row < 3 else 3
        x = 60.0
        for word in words:
            pdf.text(x, 120 + 12 * row, word)
            x += pdf.get_string_width(word) + room
    assert _text(pdf, tmp_path) == " ".join(lines)


def test_terms_beside_what_is_said_of_them_stay_together(tmp_path: Path) -> None:
    """A table of a short text and a long one a row is not read as two columns."""
    pdf = _document()
    y = 120
    terms = ("Height of the mill stones and wheels", "Price of apples on the islands in spring", "Yield of honey")
    for term, words in zip(terms, (NORTH, SOUTH, EAST), strict=True):
        pdf.text(60, y, term)
        for line in pdf.multi_cell(250, 12, words, dry_run=True, output="LINES"):
            pdf.text(280, y, line)
            y += 12
        y += 8
    text = _text(pdf, tmp_path)
    assert text.index("Height of") < text.index("The mill") < text.index("Price of") < text.index("Every autumn")
