"""Charts of Office files, and the records behind pivot tables: rows that can be computed with, under their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.ask import Bot
from ingest.reading.load import load
from ingest.sync import sync
from tests.ingest.loaders.format_files import (
    docx_parts,
    make_zip,
    paragraph,
    pptx_parts,
    relations,
    text_row,
    xlsx_parts,
)
from vectorstore.library import Library
from vectorstore.tables.parse import tables

C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://a"'
ROWS = "Sales by region | 2023 | 2024\nNorth | 12 | 15.5\nSouth | 30 | 21\nWest | 8 | 9"
SHEET = ROWS.replace("Sales by region", "Region")
PIVOT = "Region | Day | Paid | Open\nNorth | 2024-03-01 | 120.5 | TRUE\nSouth | 2024-03-02 | 80 | FALSE"


def title(words: str) -> str:
    """Return the title of a chart or an axis."""
    return f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{words}</a:t></a:r></a:p></c:rich></c:tx></c:title>" if words else ""


def points(kind: str, values: Sequence[str]) -> str:
    """Return values as a chart keeps them."""
    listed = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, value in enumerate(values))
    return f"<c:{kind}Ref><c:{kind}Cache>{listed}</c:{kind}Cache></c:{kind}Ref>"


def chart(name: str, *, axis: str = "", regions: Sequence[str] = ("North", "South", "West")) -> str:
    """Return a chart of three regions in two years."""
    series = "".join(
        f"<c:ser><c:tx>{points('str', [year])}</c:tx><c:cat>{points('str', regions)}</c:cat>"
        f"<c:val>{points('num', values)}</c:val></c:ser>"
        for year, values in (("2023", ("12", "30", "8")), ("2024", ("15.5", "21", "9")))
    )
    axes = f"<c:valAx>{title(axis)}</c:valAx>"
    return (
        f"<c:chartSpace {C}><c:chart>{title(name)}<c:plotArea><c:barChart>{series}</c:barChart>{axes}</c:plotArea>"
        "</c:chart></c:chartSpace>"
    )


def in_docx(folder: Path, xml: str) -> Path:
    """Write a document of a sentence and a chart."""
    drawing = f'<w:p><w:r><w:drawing><c:chart {C} r:id="rc"/></w:drawing></w:r></w:p>'
    parts = docx_parts(paragraph("The year went well.") + drawing)
    parts["word/_rels/document.xml.rels"] = relations(("rc", "chart", "charts/chart1.xml"))
    parts["word/charts/chart1.xml"] = xml
    return make_zip(folder / "year.docx", parts)


def in_pptx(folder: Path, xml: str) -> Path:
    """Write a presentation of one slide with a chart."""
    graphic = f'<a:graphic><a:graphicData><c:chart {C} r:id="rc"/></a:graphicData></a:graphic>'
    parts = pptx_parts(f"<p:graphicFrame>{graphic}</p:graphicFrame>")
    parts["ppt/slides/_rels/slide0.xml.rels"] = relations(("rc", "chart", "../charts/chart1.xml"))
    parts["ppt/charts/chart1.xml"] = xml
    return make_zip(folder / "year.pptx", parts)


def in_xlsx(folder: Path, xml: str) -> Path:
    """Write a workbook of one sheet with a chart."""
    parts = xlsx_parts({"Notes": text_row(1, "The figures are in the chart.")})
    parts["xl/_rels/sheet0.xml.rels"] = relations(("rd", "drawing", "drawing1.xml"))
    parts["xl/drawing1.xml"] = "<d/>"
    parts["xl/_rels/drawing1.xml.rels"] = relations(("rc", "chart", "chart1.xml"))
    parts["xl/chart1.xml"] = xml
    return make_zip(folder / "year.xlsx", parts)


@pytest.mark.parametrize("write", [in_docx, in_pptx, in_xlsx])
def test_a_chart_is_a_table_under_its_title(tmp_path: Path, write: object) -> None:
    """Categories down, series across, each column where its name is; the titles of axes stand before them."""
    assert callable(write)
    loaded = load(write(tmp_path, chart("Sales by region", axis="EUR million")))
    assert loaded.text.endswith(f"EUR million\n\n{ROWS}")
    (table,) = tables(loaded.text)
    assert table.columns == ("Sales by region", "2023", "2024")
    assert next(row.cells for row in table.rows(loaded.text)) == ("North", "12", "15.5")


def test_a_chart_without_a_name_has_its_columns_all_the_same(tmp_path: Path) -> None:
    """Nor does a category without one, or a bar in a name, move a value to another column."""
    loaded = load(in_docx(tmp_path, chart("", regions=("", "South | coast"))))
    (table,) = tables(loaded.text)
    assert table.columns == ("Chart", "2023", "2024")
    assert [row.cells for row in table.rows(loaded.text)] == [
        ("1", "12", "15.5"), ("South / coast", "30", "21"), ("3", "8", "9"),
    ]  # fmt: skip


@pytest.mark.parametrize("write", [in_docx, in_pptx, in_xlsx])
def test_a_chart_is_computed_with(tmp_path: Path, write: object) -> None:
    """The value is worked out of its rows; the footnotes are the row and the heading, which names the chart."""
    assert callable(write)
    (tmp_path / "files").mkdir()
    write(tmp_path / "files", chart("Sales by region"))
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "files"])
        with Bot(library) as bot:
            answer = bot.ask("What is the total of 2024 in the sales by region?")
            assert "45.5" in answer.text
            assert ROWS.split("\n")[0] in [citation.quote for citation in answer.citations]
            assert "South | 30 | 21" in [citation.quote for citation in answer.citations]


def test_a_chart_of_a_sheet_does_not_stand_in_its_way(tmp_path: Path) -> None:
    """Both hold the same numbers: what both come to is the answer, from the sheet."""
    rows = "".join(text_row(number, *line.split(" | ")) for number, line in enumerate(SHEET.split("\n"), 1))
    parts = xlsx_parts({"Sales": rows})
    parts["xl/_rels/sheet0.xml.rels"] = relations(("rd", "drawing", "drawing1.xml"))
    parts["xl/drawing1.xml"] = "<d/>"
    parts["xl/_rels/drawing1.xml.rels"] = relations(("rc", "chart", "chart1.xml"))
    parts["xl/chart1.xml"] = chart("Sales by region")
    (tmp_path / "files").mkdir()
    make_zip(tmp_path / "files" / "sales.xlsx", parts)
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "files"])
        with Bot(library) as bot:
            answer = bot.ask("What is the total of 2024?")
    assert "45.5" in answer.text
    assert answer.citations[0].quote == "Region | 2023 | 2024"


def pivot(source: str) -> dict[str, str | bytes]:
    """Return a workbook with a pivot table's records, of a source."""
    parts = xlsx_parts({"Summary": text_row(1, "Paid by region")})
    sheet = relations(("s0", "worksheet", "sheet0.xml"), ("rp", "pivotCacheDefinition", "pivotCacheDefinition1.xml"))
    parts["xl/_rels/workbook.xml.rels"] = sheet
    parts["xl/pivotCacheDefinition1.xml"] = (
        f'<d xmlns="s" xmlns:r="http://r">{source}<cacheFields><cacheField name="Region"><sharedItems>'
        '<s v="North"/><s v="South"/></sharedItems></cacheField>'
        '<cacheField name="Day"><sharedItems/></cacheField><cacheField name="Paid"/>'
        '<cacheField name="Open"/><cacheField name="Share" databaseField="0"/></cacheFields></d>'
    )
    parts["xl/_rels/pivotCacheDefinition1.xml.rels"] = relations(("rr", "pivotCacheRecords", "pivotCacheRecords1.xml"))
    parts["xl/pivotCacheRecords1.xml"] = (
        '<records xmlns="s"><r><x v="0"/><d v="2024-03-01T00:00:00"/><n v="120.5"/><b v="1"/></r>'
        '<r><x v="1"/><d v="2024-03-02T00:00:00"/><n v="80"/><b v="0"/></r></records>'
    )
    return parts


def test_records_behind_a_pivot_table_are_rows(tmp_path: Path) -> None:
    """Where their sheet is not in the workbook: values that records share are written out, and it is noted."""
    loaded = load(
        make_zip(
            tmp_path / "paid.xlsx", pivot('<cacheSource><worksheetSource sheet="Data" ref="A1:D3"/></cacheSource>')
        )
    )
    assert loaded.text == f"Summary\n\nPaid by region\n\nPivot table records Data\n\n{PIVOT}"
    assert loaded.notes == ("The records behind a pivot table were read too, which no sheet shows.",)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ('<cacheSource><worksheetSource sheet="Summary" ref="A1:D3"/></cacheSource>', False),
        ('<cacheSource><worksheetSource name="Table1"/></cacheSource>', False),
        ('<cacheSource><worksheetSource sheet="Summary" r:id="rId1"/></cacheSource>', True),
        ('<cacheSource type="external"/>', True),
    ],
)
def test_records_of_a_sheet_that_is_there_are_read_once(tmp_path: Path, source: str, read: bool) -> None:
    """A sheet of this workbook is not read again; one of another workbook, or a database, is read."""
    loaded = load(make_zip(tmp_path / "paid.xlsx", pivot(source)))
    assert ("North | 2024-03-01" in loaded.text) == read


def test_broken_records_move_no_value(tmp_path: Path) -> None:
    """A shared value that is not there, and a field too many, leave an empty cell and nothing else."""
    parts = pivot('<cacheSource type="external"/>')
    parts["xl/pivotCacheRecords1.xml"] = (
        '<records xmlns="s"><r><x v="9"/><m/><n v="7"/><b v="0"/><s v="more"/></r></records>'
    )
    loaded = load(make_zip(tmp_path / "paid.xlsx", parts))
    (table,) = tables(loaded.text)
    assert [row.cells for row in table.rows(loaded.text)] == [("", "", "7", "FALSE")]
