"""DOCX, PPTX, XLSX, OpenDocument and EPUB: what people see is read, in order, with its structure."""

from __future__ import annotations

from pathlib import Path

import pytest
from format_files import (
    W,
    docx_parts,
    epub_parts,
    make_zip,
    odf_parts,
    paragraph,
    pptx_parts,
    relations,
    shape,
    text_row,
    xlsx_parts,
)  # fmt: skip

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, PasswordNeeded
from ingest.reading.load import load


def headings(loaded: Loaded) -> list[tuple[str, int]]:
    """Return the headings as (words, level)."""
    return [(loaded.text[h.start : h.end], h.level) for h in loaded.headings]


def place(loaded: Loaded, words: str) -> tuple[str, int]:
    """Return kind and number of the place where words stand."""
    offset = loaded.text.index(words)
    found = [p for p in loaded.places if p.start <= offset][-1]
    return found.kind, found.number


STYLES = (
    f'<w:styles {W}><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="Überschrift"/><w:basedOn w:val="H1"/>'
    '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>'
)
NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">'
    '<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def item(text: str, depth: int = 0) -> str:
    """Return a numbered paragraph."""
    return paragraph(text, extra=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="7"/></w:numPr>')


def test_docx_headings_and_numbered_lists(tmp_path: Path) -> None:
    """Headings come from styles, whatever their names; list numbers are counted as Word shows them."""
    body = paragraph("Terms", "H1") + paragraph("Notice", "H2")
    body += item("First") + item("Inner", 1) + item("Inner too", 1) + item("Second")
    path = make_zip(tmp_path / "a.docx", docx_parts(body, styles=STYLES, numbering=NUMBERING))
    loaded = load(path)
    assert headings(loaded) == [("Terms", 1), ("Notice", 2)]
    assert loaded.text.endswith("3. First\n(a) Inner\n(b) Inner too\n4. Second")


def test_docx_tables_are_rows_with_merged_cells_repeated(tmp_path: Path) -> None:
    """Each row is a line; a cell merged downward says its words in every row that it covers."""
    cell = "<w:tc><w:tcPr>{}</w:tcPr>" + "{}</w:tc>"
    rows = (
        ("", "Region", "", "Sales"),
        ('<w:vMerge w:val="restart"/>', "North", "", "10"),
        ("<w:vMerge/>", "", "", "20"),
    )
    table = "".join(f"<w:tr>{cell.format(a, paragraph(b))}{cell.format(c, paragraph(d))}</w:tr>" for a, b, c, d in rows)
    loaded = load(make_zip(tmp_path / "t.docx", docx_parts(f"<w:tbl>{table}</w:tbl>")))
    assert loaded.text == "Region | Sales\nNorth | 10\nNorth | 20"


def test_docx_notes_boxes_and_running_heads(tmp_path: Path) -> None:
    """A footnote follows its paragraph, a text box is read once, a footer stands once at the end."""
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    body = '<w:p><w:r><w:t>Claim.</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + box
    loaded = load(
        make_zip(
            tmp_path / "n.docx",
            docx_parts(
                body,
                footnotes=f'<w:notes {W}><w:footnote w:id="2">{paragraph("Source.")}</w:footnote></w:notes>',
                footer1=f"<w:ftr {W}>{paragraph('Confidential draft')}</w:ftr>",
            ),
        )
    )
    assert loaded.text == "Claim.\n\nFootnote: Source.\n\nIn a box.\n\nFooter: Confidential draft"


def test_docx_leaves_out_deleted_text_field_codes_and_phonetic_guides(tmp_path: Path) -> None:
    """Tracked deletions, field instructions and ruby text are not part of what a reader sees."""
    body = (
        "<w:p><w:r><w:t>Pay </w:t></w:r><w:del><w:r><w:delText>not </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>now</w:t></w:r></w:ins><w:r><w:instrText>HYPERLINK x</w:instrText></w:r>"
        "<w:r><w:ruby><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東京</w:t></w:r>"
        "</w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert load(make_zip(tmp_path / "d.docx", docx_parts(body))).text == "Pay now東京"


def test_docx_comments_only_when_asked_for(tmp_path: Path) -> None:
    """Review comments are off by default, since they are not the document's text."""
    comments = f'<w:comments {W}><w:comment w:author="Ann">{paragraph("Too vague")}</w:comment></w:comments>'
    path = make_zip(tmp_path / "c.docx", docx_parts(paragraph("Text."), comments=comments))
    assert load(path).text == "Text."
    assert load(path, LoadOptions(comments=True)).text == "Text.\n\nComment by Ann: Too vague"


def test_docx_formulas_are_one_line(tmp_path: Path) -> None:
    """A formula is written in linear form inside its sentence."""
    m = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    formula = (
        f'<m:oMath xmlns:m="{m}"><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num>'
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
    )
    body = f"<w:p><w:r><w:t>The mean is</w:t></w:r>{formula}<w:r><w:t>here.</w:t></w:r></w:p>"
    assert load(make_zip(tmp_path / "f.docx", docx_parts(body))).text == "The mean is (a+b)/2 here."


def test_pptx_slides_are_places_and_shapes_in_reading_order(tmp_path: Path) -> None:
    """Text is read by where it stands, two columns one after the other, whatever the file's order."""
    slide = (
        shape("Right one\nRight two", 5_000_000, 2_000_000)
        + shape("Left below", 0, 3_000_000)
        + shape("Left one\nLeft two", 0, 2_000_000)
        + shape("Right below", 5_000_000, 3_000_000)
        + shape("Plan", 0, 0, "title", 9_000_000)
    )
    loaded = load(make_zip(tmp_path / "s.pptx", pptx_parts(slide, shape("Second slide", 0, 0))))
    assert loaded.text.split("\n\n") == [
        "Plan", "Left one", "Left two", "Left below", "Right one", "Right two", "Right below", "Second slide",
    ]  # fmt: skip
    assert headings(loaded) == [("Plan", 1)]
    assert place(loaded, "Second slide") == ("slide", 2)


def test_pptx_notes_and_tables(tmp_path: Path) -> None:
    """Speaker notes follow the slide; a table is rows."""
    cells = [["Name", "Age"], ["Ann", "41"]]
    rows = "".join(
        "<a:tr>" + "".join(f"<a:tc><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:tc>" for c in row) + "</a:tr>"
        for row in cells
    )  # fmt: skip
    parts = pptx_parts(f"<p:graphicFrame><a:tbl>{rows}</a:tbl></p:graphicFrame>")
    parts["ppt/slides/_rels/slide0.xml.rels"] = relations(("n", "notesSlide", "../notes.xml"))
    parts["ppt/notes.xml"] = str(parts["ppt/slides/slide0.xml"]).split("<p:spTree>")[0] + (
        "<p:spTree>" + shape("Say hello", role="body") + "</p:spTree></p:cSld></p:sld>"
    )
    assert load(make_zip(tmp_path / "n.pptx", parts)).text == "Name | Age\nAnn | 41\n\nNotes: Say hello"


def test_xlsx_shows_values_as_the_sheet_does(tmp_path: Path) -> None:
    """Numbers, dates and booleans appear in their formats; the sheet's name is a heading."""
    rows = (
        '<row r="1"><c r="A1" s="1"><v>1234.5</v></c><c r="B1" s="2"><v>45415</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#DIV/0!</v></c><c r="E1" t="s"><v>0</v></c></row>'
    )
    parts = xlsx_parts({"Figures": rows}, formats=("#,##0.00", "d mmm yyyy"), strings=("word",))
    loaded = load(make_zip(tmp_path / "f.xlsx", parts))
    assert loaded.text == "Figures\n\n1,234.50 | 3 May 2024 | TRUE | #DIV/0! | word"
    assert headings(loaded) == [("Figures", 1)]
    assert place(loaded, "1,234.50") == ("row", 1)


def test_xlsx_counts_days_from_1904_when_the_file_says_so(tmp_path: Path) -> None:
    """The same day number is four years later in a workbook of the other calendar."""
    row = '<row r="1"><c r="A1" s="1"><v>43953</v></c></row>'
    parts = xlsx_parts({"S": row}, formats=("yyyy-mm-dd",), base_1904=True)
    assert "2024-05-03" in load(make_zip(tmp_path / "m.xlsx", parts)).text


def test_long_sheets_repeat_their_header(tmp_path: Path) -> None:
    """Every group of rows begins with the names of the columns, and rows keep their numbers."""
    rows = text_row(1, "Stock list") + text_row(3, "Item", "Price in euros")
    rows += "".join(text_row(n, f"Article number {n}", f"{n} euros") for n in range(4, 200))
    loaded = load(make_zip(tmp_path / "l.xlsx", xlsx_parts({"List": rows})))
    blocks = loaded.text.split("\n\n")
    assert blocks[:2] == ["List", "Stock list"]
    assert len(blocks) > 5
    assert all(block.startswith("Item | Price in euros\n") for block in blocks[2:])
    assert place(loaded, "Article number 150 ") == ("row", 150)


def test_a_workbook_without_filled_cells_has_no_text(tmp_path: Path) -> None:
    """Names of empty sheets alone are nothing to search."""
    with pytest.raises(NoText):
        load(make_zip(tmp_path / "e.xlsx", xlsx_parts({"Sheet1": "", "Sheet2": ""})))


def test_odt_lists_notes_and_tables(tmp_path: Path) -> None:
    """Headings, blanks, numbered lists, footnotes and rows of an OpenDocument text."""
    body = (
        '<text:h text:outline-level="2">Part</text:h><text:p>One<text:s text:c="3"/>two<text:note '
        'text:note-class="footnote"><text:note-body><text:p>Why.</text:p></text:note-body>'
        "</text:note>.</text:p>"
        "<text:list><text:list-item><text:p>Bullet</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="2"><text:p>b</text:p></table:table-cell>'
        "</table:table-row></table:table>"
    )
    loaded = load(make_zip(tmp_path / "t.odt", odf_parts("text", body)))
    assert loaded.text == "Part\n\nOne two.\n\nFootnote: Why.\n\n• Bullet\n\na | b | b"
    assert headings(loaded) == [("Part", 2)]


def test_ods_rows_keep_their_numbers_over_repeated_empty_ones(tmp_path: Path) -> None:
    """A million repeated empty rows cost nothing and still count."""
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    body = (
        f'<table:table table:name="Data"><table:table-row>{cell.format("x")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1000"><table:table-cell/></table:table-row>'
        f"<table:table-row>{cell.format('y')}</table:table-row></table:table>"
    )
    loaded = load(make_zip(tmp_path / "s.ods", odf_parts("spreadsheet", body)))
    assert loaded.text == "Data\n\nx\ny"
    assert place(loaded, "y") == ("row", 1002)


def test_odp_slides(tmp_path: Path) -> None:
    """Each page of a presentation is a slide with its title as heading."""
    page = (
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Aim'
        "</text:p></draw:text-box>"
        "</draw:frame><draw:frame><draw:text-box><text:p>Grow</text:p></draw:text-box>"
        "</draw:frame></draw:page>"
    )
    loaded = load(make_zip(tmp_path / "p.odp", odf_parts("presentation", page + page)))
    assert loaded.text == "Aim\n\nGrow\n\nAim\n\nGrow"
    assert [p.number for p in loaded.places] == [1, 2]


def test_an_encrypted_opendocument_file_asks_for_another(tmp_path: Path) -> None:
    """A password on an OpenDocument file is named, not taken for damage."""
    parts = odf_parts("text", "<text:p>x</text:p>")
    parts["META-INF/manifest.xml"] = "<manifest><encryption-data/></manifest>"
    with pytest.raises(PasswordNeeded):
        load(make_zip(tmp_path / "e.odt", parts))


def test_epub_chapters_in_order_with_names(tmp_path: Path) -> None:
    """Chapters are parts; one without a heading of its own is named as in the contents."""
    parts = epub_parts(("Dawn", "<p>It was early.</p>"), ("Noon", "<h1>Noon</h1><p>It was hot.</p>"))
    loaded = load(make_zip(tmp_path / "b.epub", parts))
    assert loaded.title == "A Book"
    assert loaded.text == "Dawn\n\nIt was early.\n\nNoon\n\nIt was hot."
    assert [h for h, _ in headings(loaded)] == ["Dawn", "Noon"]
    assert place(loaded, "It was hot") == ("part", 2)
