"""PDF: columns beside stamps and numbers in the margin, columns drawn row by row, justified lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from fpdf import FPDF

from ingest.loaders.pdf.line import Line
from ingest.loaders.pdf.reading_order import Box, reading_order
from ingest.loaders.pdf.rows import with_empty_cells
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


def _lines(pdf: FPDF, x: float, y: float, *lines: str, step: float = 12) -> None:
    for row, line in enumerate(lines):
        pdf.text(x, y + step * row, line)


def test_blocks_side_by_side_that_share_no_rows_are_read_one_after_the_other(tmp_path: Path) -> None:
    """An address beside the dates of a bill, each line a little off the other's: neither runs into the other."""
    pdf = _document()
    _lines(pdf, 360, 60, "Order No: 88-12", "Order Date: 9 July 2023", "Deliver By: 14 July 2023", "Carrier: Sea Post")
    _lines(pdf, 60, 86, "Ship to:", "Redwood School", "4 Quarry Lane, Kent", "Second floor")
    _lines(pdf, 60, 200, "A tick stands where the goods have left the yard and a cross where they wait for the ferry.")
    text = " ".join(_text(pdf, tmp_path).split())
    assert "Ship to: Redwood School 4 Quarry Lane, Kent Second floor" in text
    assert "Order No: 88-12 Order Date: 9 July 2023 Deliver By: 14 July 2023 Carrier: Sea Post" in text


@pytest.mark.parametrize(
    ("off", "order"),
    [
        (3, [0, 1, 2, 3, 4, 5, 6, 7]),
        (6, [4, 0, 5, 1, 6, 2, 7, 3]),  # cells that stand in the middle of their row
        (1, [0, 4, 1, 5, 2, 6, 3, 7]),  # numbers that stand a little higher than the words of their row
    ],
)
def test_lines_side_by_side_are_blocks_only_where_they_share_no_rows(off: float, order: list[int]) -> None:
    """Four short lines beside four that begin a row earlier and stand off theirs by so many points of twelve."""
    left = [Box(0, 100 + 12 * row, 60, 108 + 12 * row) for row in range(4)]
    right = [Box(200, (88 if off == 3 else 100) - off + 12 * row, 260, (96 if off == 3 else 108) - off + 12 * row)
             for row in range(4)]  # fmt: skip
    boxes = left + right
    assert reading_order(boxes, row_gap=2, column_gap=8, weights=[8] * 8) == order


@pytest.mark.parametrize(
    ("indexes", "weight", "order"),
    [
        ((0, 1, 2, 3, 4, 5), 12, [0, 1, 2, 3, 4, 5]),
        ((0, 2, 4, 1, 3, 5), 12, [0, 1, 2, 3, 4, 5]),
        ((0, 1, 2, 3, 4, 5), 4, [0, 3, 1, 4, 2, 5]),
    ],
)
def test_level_blocks_are_apart_where_the_file_draws_them_so(
    indexes: tuple[int, ...], weight: int, order: list[int]
) -> None:
    """Two addresses drawn one after the other are not woven; drawn line by line, or of numbers, they are rows."""
    places = [Box(x, 100 + 12 * row, x + 80, 108 + 12 * row) for x in (0, 200) for row in range(3)]
    boxes = [places[indexes.index(place)] for place in range(6)]
    head = Box(0, 60, 280, 68)
    found = reading_order([*boxes, head], row_gap=2, column_gap=8, weights=[*[weight] * 6, 40])
    assert found == [6, *order]


def test_a_line_across_two_columns_without_room_between_is_parted_where_the_next_one_begins(tmp_path: Path) -> None:
    """One line of a column is as wide as the gutter: the lines above and below say where the other column stands."""
    pdf = _document()
    left, right = (pdf.multi_cell(160, 12, words * 3, dry_run=True, output="LINES") for words in (NORTH, SOUTH))
    left[5] = left[5][:-1] + "m" * round((178 - pdf.get_string_width(left[5][:-1])) / pdf.get_string_width("m"))
    for row in range(min(len(left), len(right))):
        pdf.text(60, 120 + 12 * row, left[row])
        pdf.text(242, 120 + 12 * row, right[row])
    text = " ".join(_text(pdf, tmp_path).split())
    assert " ".join(left[6:9]) in text and SOUTH.strip() in text
    assert text.index(left[8]) < text.index("Every autumn")


def test_what_may_be_ticked_under_a_question_is_a_line_of_its_own(tmp_path: Path) -> None:
    """A wider step below a line than inside its question parts the choices, though none ends with a stop."""
    pdf = _document()
    y = 100.0
    for first, second, *choices in (
        ("Which of the boats that the harbour keeps may a", "guest of the island use?", "Only the ferry", "Both boats"),
        ("Who holds the key of the mill while its miller is", "away from the village?", "The teacher of the school",
         "Any of the three families", "Nobody"),
    ):  # fmt: skip
        _lines(pdf, 60, y, first, second)
        _lines(pdf, 80, y + 30, *choices, step=15)
        y += 40 + 15 * len(choices)
    paragraphs = _text(pdf, tmp_path).split("\n\n")
    assert paragraphs[1:3] == ["Only the ferry", "Both boats"]
    assert paragraphs[4:] == ["The teacher of the school", "Any of the three families", "Nobody"]


def test_empty_cells_of_a_table_are_kept_where_its_columns_are_known(tmp_path: Path) -> None:
    """Each cell stays under the name of its column, at the row's beginning and inside it."""
    pdf = _document()
    columns = (40, 100, 190, 260, 380, 460)
    rows = [
        ("No box", "Code", "Place", "What it is", "Count", "Price"),
        ("", "77120", "North", "Apples in crates", "12", "4.10"),
        ("2", "77121", "", "Salt", "9", "0.90"),
        ("3", "77122", "South", "Letters", "", "1.20"),
    ]
    for number, row in enumerate(rows):
        for x, cell in zip(columns, row, strict=True):
            pdf.text(x, 100 + 24 * number, cell)
    assert _text(pdf, tmp_path).split("\n\n") == ["\t".join(row) for row in rows]


def test_words_in_bold_that_begin_a_sentence_are_no_heading(tmp_path: Path) -> None:
    """The sentence goes on in the next line; a line that is bold to its end is a heading."""
    pdf = _document()
    pdf.set_font("Helvetica", "B", 10)
    pdf.text(60, 100, "Crossing the strait")
    pdf.text(60, 124, "Example.")
    pdf.set_font("Helvetica", size=10)
    pdf.text(110, 124, "Mary takes the ferry of the morning and comes")
    _lines(pdf, 60, 136, "back with the last one of the day, which leaves", "the islands at nine.")
    assert _text(pdf, tmp_path).split("\n\n") == [
        "Crossing the strait",
        "Example. Mary takes the ferry of the morning and comes back with the last one of the day, which leaves the "
        "islands at nine.",
    ]


def test_an_icon_that_is_written_stands_before_its_paragraph(tmp_path: Path) -> None:
    """A sign with a word below, around which the text flows, is no part of a sentence."""
    pdf = _document()
    pdf.add_page()
    _lines(pdf, 42, 100, "Keep the receipt for a year.")
    _lines(
        pdf, 75, 124, "A child born in January is", "counted as grown up from", "its birthday on. Write the", step=10
    )
    pdf.set_font("Helvetica", size=6)
    pdf.text(43, 143, "CAUTION")
    pdf.set_font("Helvetica", "B", size=16)
    pdf.text(53, 130, "!")
    pdf.set_font("Helvetica", size=10)
    _lines(pdf, 42, 154, "day and the month on line nine of the form.")
    text = _text(pdf, tmp_path)
    assert "A child born in January is counted as grown up from its birthday on." in text
    assert text.index("receipt") < text.index("CAUTION") < text.index("A child")


def test_a_name_stands_behind_its_label(tmp_path: Path) -> None:
    """Under "Bill to:" stands a name, and the address under that is a line of its own."""
    pdf = _document()
    pdf.add_page()
    _lines(pdf, 60, 100, "Bill to:", "Mill Lane School", "9 Mill Lane, Leeds")
    assert _text(pdf, tmp_path).split("\n\n") == ["Bill to: Mill Lane School", "9 Mill Lane, Leeds"]


def test_a_large_bullet_makes_no_heading_of_its_line(tmp_path: Path) -> None:
    """Bullets are often of a larger font than what they stand before."""
    pdf = _document()
    for y, first, second in (
        (100, "You had no boat that was", "kept at the pier."),
        (130, "You are no guest of", "ours."),
    ):
        pdf.set_font_size(17)
        pdf.text(60, y, "\u00b7")
        pdf.set_font_size(10)
        pdf.text(68, y, first)
        pdf.text(60, y + 12, second)
    text = _text(pdf, tmp_path)
    assert "You had no boat that was kept at the pier." in text and "You are no guest of ours." in text


def test_the_number_of_a_page_under_a_column_breaks_no_sentence(tmp_path: Path) -> None:
    """What its last line broke off goes on in the next column, and the number stands apart."""
    pdf = _document()
    lines = pdf.multi_cell(210, 12, NORTH * 3, dry_run=True, output="LINES")
    half = next(at for at in range(8, 14) if lines[at][0].islower())
    _lines(pdf, 60, 120, *lines[:half])
    pdf.text(150, 150 + 12 * half, "-7-")
    _lines(pdf, 320, 120, *lines[half:])
    text = " ".join(_text(pdf, tmp_path).split())
    assert NORTH.strip() in text and f"{lines[half - 1]} {lines[half]}" in text


def test_a_sentence_in_lines_of_uneven_length_is_whole(tmp_path: Path) -> None:
    """A line that leaves room for another word still goes on where the next begins in lower case."""
    pdf = _document()
    lines = ["Search in the archive is mostly done with the",
             "catalogue, which a teacher of the village wrote in",
             "four winters. It is", "short of nothing."]  # fmt: skip
    _lines(pdf, 60, 100, *lines[:2])
    _lines(pdf, 60, 124, lines[2] + " kept in a chest at the mill and", lines[3])
    assert "done with the catalogue, which" in _text(pdf, tmp_path)


def test_rows_whose_cells_have_no_known_place_are_left_as_they_are() -> None:
    """Where a line's tabs are not its gaps, or signs of currency stand in cells of their own, nothing is filled in."""

    def row(text: str, *gaps: tuple[float, float]) -> Line:
        return Line(text, 0, 0, 300, 10, 10, gaps=gaps)

    known = (row("Goods\tCount\tPrice", (50, 100), (130, 200)), row("Salt\t9\t0.90", (30, 100), (110, 200)))
    for odd in (row("Salt 9", (50, 100)), row("Salt\t$", (50, 200))):
        lines = [*known, row("Letters\t1.20", (50, 200)), odd]
        assert [line.text for line in with_empty_cells(lines)] == [line.text for line in lines]
        assert lines[2].text == "Letters\t1.20"
    assert with_empty_cells([*known, row("Letters\t1.20", (50, 200))])[2].text == "Letters\t\t1.20"


def test_japanese_that_is_written_down_the_page_is_read_from_its_right_column(tmp_path: Path) -> None:
    """Columns run from right to left, however the file draws them, and sentences go on from one to the next."""
    text = (
        "島の渡し船は毎朝六時に港を出て、りんごと手紙を運ぶ。粉ひき小屋の水車は先の戦まで回っていた。"
        "鐘が鳴ると船が岸を離れる。"
    )
    columns = [text[at : at + 20] for at in range(0, len(text), 20)]
    drawn = [(500 - 24 * number, words) for number, words in enumerate(columns)]
    content = "\n".join(
        f"BT /F1 14 Tf {x} 760 Td <{words.encode('utf-16-be').hex()}> Tj ET" for x, words in sorted(drawn)
    )
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /UniJIS-UTF16-V /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1)"
        " /Supplement 4 >> /FontDescriptor 7 0 R >>",
        "<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 850"
        " /Descent -150 /CapHeight 700 /StemV 80 >>",
    )
    body = "".join(f"{number} 0 obj\n{words}\nendobj\n" for number, words in enumerate(objects, start=1))
    path = tmp_path / "down.pdf"
    path.write_bytes(f"%PDF-1.7\n{body}trailer << /Size 8 /Root 1 0 R >>\n%%EOF".encode())
    assert load(path).text == text
