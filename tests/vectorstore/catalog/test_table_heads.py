"""Rows of a table are found by the names of their columns, and shown with them."""

from __future__ import annotations

from hash_encoder import HashEncoder

from ingest.splitting.split import split
from vectorstore.catalog.table_heads import table_heads
from vectorstore.document import Document, Heading
from vectorstore.library import Library

HEAD = "Station | Opened | Share"
ROWS = [f"Ridge {number} | {1950 + number} | {number}.5%" for number in range(40)]


def heads(text: str) -> list[tuple[str, str]]:
    """Return each chunk's first line with its head."""
    chunks = split(text)
    return [
        (text[chunk.start : chunk.end].partition("\n")[0], head)
        for chunk, head in zip(chunks, table_heads(text, chunks), strict=True)
    ]


def test_every_chunk_of_rows_has_the_head_of_its_table() -> None:
    """But for the one that holds it, and text around the table has none."""
    found = heads("\n\n".join(["The stations are old.", "\n".join([HEAD, *ROWS]), "They are closed now."]))
    assert found[0][1] == found[-1][1] == ""
    inside = [head for line, head in found if line.startswith("Ridge")]
    assert len(inside) > 2 and set(inside) == {HEAD}


def test_rows_of_a_pdf_are_paragraphs_and_keep_their_head() -> None:
    """Cells there are parted by tabs; the head is shown with bars, years in it are names."""
    found = heads("\n\n".join(["Region\t2024\t2025", *(f"North {n}\t{n}.2\t{n}.9" for n in range(30))]))
    assert {head for _, head in found[1:]} == {"Region | 2024 | 2025"}


def test_a_first_row_of_values_is_no_head() -> None:
    """Numbers in the first row, or two columns, tell nothing about the rows below."""
    assert not any(head for _, head in heads("\n".join(ROWS)))
    assert not any(head for _, head in heads("\n".join(f"Name {chr(97 + n)} | Jane" for n in range(20))))


def test_another_table_has_its_own_head() -> None:
    """The names of one table never stand above the rows of the next."""
    other = ["Boat | Owner | Harbour of call", *(f"Heron {n} | Ann | Port {n}" for n in range(20))]
    found = heads("\n".join([HEAD, *ROWS]) + "\n\n" + "\n".join(other))
    assert {head for line, head in found if line.startswith("Heron")} <= {other[0], ""}
    assert {head for line, head in found if line.startswith("Ridge")} <= {HEAD, ""}


def test_a_row_is_found_by_a_column_and_cited_with_it(place: str) -> None:
    """The head is searched with each row and stands in its place; the quoted words hold none of it."""
    text = "Stations\n\n" + "\n".join([HEAD, *ROWS])
    with Library.open(place, create=True, encoder=HashEncoder()) as library:
        document = Document("a" * 16, "/a.csv", "a", "text/csv", text, "x", headings=(Heading(0, 8, 1),))
        library.add([(document, split(text))])
        found = next(p for p in library.search("share of Ridge 33").passages if "Ridge 33" in p.text)
        assert found.heading == f"Stations › {HEAD}"
        assert "Share" not in found.text and text[found.start : found.end] == found.text
        with library.view() as view:
            assert len(view.catalog.postings("share")) > 3
