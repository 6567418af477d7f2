"""Tables in SQLite: types of cells, long ones kept with their document, records as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading.load import load
from ingest.splitting.split import split
from tests.vectorstore.hash_encoder import HashEncoder
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.tables.cells import moment
from vectorstore.tables.keep import LONG
from vectorstore.tables.parse import tables
from vectorstore.tables.table import At, InMemory


def stored(text: str, *, id: str = "a" * 16) -> Document:
    return Document(id=id, source=f"/{id}.csv", title="Sheet", media_type="text/csv", text=text, sha256=id)


def rows(library: Library) -> int:
    with library.catalog.snapshot() as connection:
        documents = [row for (row,) in connection.execute("SELECT row FROM documents")]
        apart = connection.tables_apart(documents)
    among = f"SELECT id FROM tables WHERE document IN ({', '.join(map(str, documents))})" if apart else "tab"
    with (apart or library.catalog.snapshot)() as connection:
        return int(connection.execute(f"SELECT count(*) FROM table_rows WHERE tab IN ({among})").fetchone()[0])


@pytest.fixture
def library(place: str) -> Library:
    return Library.open(place, create=True, encoder=HashEncoder())


def test_a_long_table_is_kept_and_goes_with_its_document(library: Library) -> None:
    """It is read from the catalog like a short one from memory; nothing of it stays when its document is removed."""
    text = "Name | Amount | Day\n" + "\n".join(f"Item {i} | {i} EUR | 2024-01-{i % 28 + 1:02}" for i in range(LONG))
    document = stored(text)
    with library:
        library.add([(document, split(text, count_tokens=library.encoder.count_tokens))])
        assert rows(library) == LONG
        with library.catalog.snapshot():
            (table,) = library.tables([document.id])
            assert [column.kind for column in table.columns] == ["words", "number", "date"]
            assert list(table.select("sum(v1)")) == [(float(sum(range(LONG))),)]
            assert table.row(At(table.parts[0].id, 7)).cells == ("Item 7", "7 EUR", "2024-01-08")
        library.remove([document.id])
        assert rows(library) == 0
        library.restore([document.id])
        assert rows(library) == LONG


def test_a_short_table_takes_no_room(library: Library) -> None:
    """It is put into memory when it is asked."""
    text = "Name | Amount\nAnna | 3\nTom | 4"
    with library:
        library.add([(stored(text), split(text, count_tokens=library.encoder.count_tokens))])
        assert rows(library) == 0
        with library.catalog.snapshot():
            (table,) = library.tables(["a" * 16])
            assert list(table.select("sum(v1)")) == [(7.0,)]


def test_records_are_rows_under_their_labels() -> None:
    """The name above the labelled values is the first column; what the names begin with is what it is called."""
    text = "Projects\n\n" + "\n\n".join(f"Project P-{i}\n\nOwner: Anna Berg. Status: on hold." for i in range(3))
    (found,) = tables(text)
    assert found.columns == ("Project", "Owner", "Status")
    assert [row.cells for row in found.rows(text)][1] == ("Project P-1", "Anna Berg", "on hold")
    assert tables(text.replace("Project P-2", "").replace("Project P-1", "")) == []


@pytest.mark.parametrize("name", ["a'b", 'x" OR 1=1 --', "%", "_", "!%"])
def test_a_name_is_never_sql(name: str) -> None:
    """What a table or a question says is a value, whatever signs are in it."""
    (table,) = InMemory().add(f"Name | Points\n{name} first | 1\nAnna | 2")
    assert table.holds_within(0, name) in (True, False)
    assert table.cells_with(0, name) == []


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-05", (2024, 3, 5)), ("5 March 2024", (2024, 3, 5)), ("March 5, 2024", (2024, 3, 5)),
        ("May 2024", (2024, 5, 0)), ("1999", (1999, 0, 0)), ("05.03.2024", (2024, 3, 5)), ("25/03/2024", (2024, 3, 25)),
        ("03/05/2024", (2024, 0, 0)), ("Tom, 2024", None), ("12345", None),
    ],
)  # fmt: skip
def test_the_date_of_a_cell(cell: str, day: tuple[int, int, int] | None) -> None:
    """In the forms that sheets have; a day that may be a month is left open."""
    assert moment(cell) == day


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("a | | 3", ("a", "", "3")),
        ("a |  | 3", ("a", "", "3")),
        ("| 2 | 3", ("", "2", "3")),
        ("| | 3", ("", "", "3")),
        ("a | 2", ("a", "2", "")),
        ("a || b | 2 | 3", ("a || b", "2", "3")),
        ("| 2", ("", "2", "")),
    ],
)
def test_an_empty_cell_moves_no_other(row: str, cells: tuple[str, ...]) -> None:
    """Wherever it stands, and whatever else bars are good for."""
    text = f"Name | First | Second\n{row}\nz | 8 | 9"
    (found,) = tables(text)
    assert [line.cells for line in found.rows(text)] == [cells, ("z", "8", "9")]


def test_columns_with_gaps_add_up(tmp_path: Path) -> None:
    """A sheet with empty cells, as people have them, read from its file: each column is the sum of its own cells."""
    file = tmp_path / "gaps.csv"
    file.write_text("Name,First,Second\nx,,3\n,4,5\ny,6,7\nLabel,,\nw,1,\n")
    (table,) = InMemory().add(load(file).text)
    assert list(table.select("sum(v1), sum(v2), count(*)")) == [(11.0, 15.0, 4)]


def test_a_label_between_rows_ends_no_table() -> None:
    """A line of one cell parts the rows of a sheet; before a line without figures it may be the name of the next."""
    (one,) = tables("Name | Sum\nNorth\na | 1\nb | 2\nSouth\nc | 3")
    assert one.columns == ("Name", "Sum") and len(one.lines) == 3
    first, second = tables("Name | Sum\na | 1\nTable 2\nTown | River\nUlm | Danube")
    assert (first.columns, second.columns) == (("Name", "Sum"), ("Town", "River"))
    assert [len(table.lines) for table in tables("Name | Sum\na | 1\n\nTown | 5\nUlm | 6")] == [1, 1]
