"""A survey as an Excel workbook: whole, typed, harmless; read back through the loader of spreadsheets and as XML."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import footnote
from bot.answer import Citation
from bot.computed.value import Value
from bot.errors import SettingError
from bot.exports.save import SURVEY_SUFFIXES
from bot.exports.workbook import LONGEST, write
from bot.survey.cell import Cell
from bot.survey.table import Row, Survey, numbered
from ingest.document import LoadOptions
from ingest.loaders.office.xlsx import load
from vectorstore.records import DocumentInfo

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def survey_of(*cells: Cell, title: str = "Lease") -> Survey:
    document = DocumentInfo("a" * 16, "/x/a.txt", title, "text/plain", "default", "s", 1, "", "", 1, 1)
    return numbered((cells[0].question,), [Row(document, (cell,)) for cell in cells])


def said(words: str, value: Value | None = None, quote: str = "It ends then.") -> Cell:
    return Cell("When does it end?", words, value, (Citation(1, "a" * 16, "Lease", "/x/a.txt", None, 0, 1, quote),))


def sheets(made: bytes) -> list[list[list[tuple[str, str]]]]:
    """Return of both sheets the rows, and of these the cells as (style, text or number)."""
    found = []
    with ZipFile(io.BytesIO(made)) as archive:
        for part in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
            tree = etree.fromstring(archive.read(part))
            assert not tree.findall(f".//{MAIN}f")  # no formula, ever
            found.append(
                [[(c.get("s"), "".join(c.itertext())) for c in row.iter(f"{MAIN}c")] for row in tree.iter(f"{MAIN}row")]
            )
    return found


def write_plain(found: Survey) -> bytes:
    return write(found, link=lambda citation: f"https://page.example/#document={citation.document}")


def test_values_are_numbers_and_days() -> None:
    """A date is Excel's number of its day, shown as far as it is known; one before 1900 stays words."""
    made = survey_of(
        said("28 February 2027", Value("2027-02-28", "date")),
        said("2027", Value("2027", "date")),
        said("2,400 EUR", Value(2400.0, "eur")),
        said("1 May 1851", Value("1851-05-01", "date")),
        Cell("When does it end?"),
    )
    rows = sheets(write_plain(made))[0][1:]
    assert [row[2:] for row in rows] == [
        [("6", "28 February 2027 [1]"), ("3", "46446.0")],
        [("6", "2027 [2]"), ("5", "46388.0")],
        [("6", "2,400 EUR [3]"), ("0", "2400.0"), ("0", "eur")],
        [("6", "1 May 1851 [4]"), ("0", "1851-05-01")],
        [("7", "doesn't say")],
    ]


def test_footnotes_are_a_second_sheet_and_words_lead_to_them(tmp_path: Path) -> None:
    """Each has its number, place, quote, source and link; the loader of spreadsheets reads all of it."""
    made = write_plain(survey_of(said("then"), Cell("When does it end?"), said("later", quote='A "quote" & <b>')))
    notes = [[text for _, text in row] for row in sheets(made)[1]]
    assert notes[0] == ["number", "document and place", "quote", "source", "link"]
    assert notes[2] == ["2.0", "Lease", 'A "quote" & <b>', "/x/a.txt", f"https://page.example/#document={'a' * 16}"]
    with ZipFile(io.BytesIO(made)) as archive:
        first = archive.read("xl/worksheets/sheet1.xml").decode()
        assert '<hyperlink ref="C2" location="Footnotes!A2"/><hyperlink ref="C4" location="Footnotes!A3"/>' in first
    file = tmp_path / "leases.xlsx"
    file.write_bytes(made)
    assert 'A "quote" & <b>' in str(load(file, LoadOptions()))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_makes_a_workbook_without_formulas(words: str, quote: str) -> None:
    """Whatever a document says, the parts are well-formed, and text that begins like a formula is only text."""
    sheets(write_plain(survey_of(said(f"={words}", quote=quote), title=f"@{words}")))


def test_what_excel_would_not_open_is_not_written() -> None:
    """Text of a length that it refuses is cut; what it would read as a code is what it says."""
    made = sheets(write_plain(survey_of(said("x" * 40_000), said("_x0041_ \x07"))))
    assert len(made[0][1][2][1]) == LONGEST
    assert made[0][2][2][1].startswith("_x005F_x0041_")


def test_the_same_survey_gives_the_same_bytes() -> None:
    """No time of writing stands in the file."""
    assert write_plain(survey_of(said("then"))) == write_plain(survey_of(said("then")))


@pytest.mark.parametrize("suffix", SURVEY_SUFFIXES)
def test_the_ending_of_a_survey_says_how(suffix: str, tmp_path: Path) -> None:
    """In either case of letters; formats of answers are refused with those that fit."""
    first = {"xlsx": b"PK", "csv": b"\xef\xbb\xbfdocument,", "markdown": b"| document", "json": b"{"}
    file = footnote.save(survey_of(said("then")), tmp_path / f"leases{suffix.upper()}")
    assert file.read_bytes().startswith(first[SURVEY_SUFFIXES[suffix]])
    with pytest.raises(SettingError, match=r"\.xlsx, \.csv"):
        footnote.save(survey_of(said("then")), tmp_path / "leases.docx")
