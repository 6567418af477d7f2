"""Stored text that was changed or lost is told and never shown; libraries of the form before get digests too."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.catalog import schema
from vectorstore.catalog.homes.sqlite import SqliteHome
from vectorstore.catalog.lock import LibraryLock
from vectorstore.errors import TextDamaged
from vectorstore.library import Library

ENCODER = HashEncoder()
LONG = " ".join(f"The rate of year {number} was 12 percent." for number in range(600))
FORM_1 = {
    *("chunk_vectors", "chunks", "documents", "index_removed", "meta", "outlines", "pieces", "section_vectors"),
    *("sections", "titles", "words"),
}
"""The tables of form 1, without those that SQLite makes itself."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of a document of three pieces of text, and a short one."""
    with Library.open(tmp_path / "library", create=True, encoder=ENCODER) as library:
        library.add([make("rates.txt", LONG, title="Rates"), make("other.txt", "Another document. Of two sentences.")])
    return tmp_path / "library"


def change(folder: Path, *statements: str) -> None:
    """Change the catalog behind the library's back."""
    database = sqlite3.connect(folder / "catalog.sqlite3")
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def make_old(folder: Path) -> None:
    """Turn a library into one of form 1."""
    tables = ("digests", "bin", "bin_parts", "notes", "said", "tables", "table_names", "table_rows", "scans")
    change(folder, *(f"DROP TABLE {name}" for name in tables), "PRAGMA user_version = 1")
    database = sqlite3.connect(folder / "catalog.sqlite3")
    names = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    database.close()
    assert {name for name in names if not name.startswith(("sqlite_", "words_"))} == FORM_1


DAMAGES = {
    "other digits": "UPDATE pieces SET text = CAST(replace(text, '12', '99') AS BLOB) WHERE start = 8192",
    "no piece": "DELETE FROM pieces WHERE start = 8192",
    "no last piece": "DELETE FROM pieces WHERE start = 16384",
    "no text at all": "DELETE FROM pieces WHERE document = 1",
    "cut short": "UPDATE pieces SET text = substr(text, 1, 100) WHERE start = 8192",
    "empty": "UPDATE pieces SET text = x'' WHERE start = 8192",
    "no UTF-8": "UPDATE pieces SET text = CAST(x'ff' || substr(text, 2) AS BLOB) WHERE start = 8192",
    "moved": "UPDATE pieces SET start = 8193 WHERE start = 8192",
    "another digest": "UPDATE digests SET digest = x'00' WHERE start = 8192",
    "no digest": "DELETE FROM digests WHERE start = 8192",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_text_is_told_and_never_returned(damage: str, folder: Path) -> None:
    """A passage, a span and the whole text raise an error that names the document; `verify` names it; others answer."""
    change(folder, damage)
    with Library.open(folder, encoder=ENCODER) as library:
        info = library.find("rates.txt")
        spoilt = 16384 + 100 if "16384" in damage else 8192 + 100
        for act in (
            lambda: library.text(info.id),
            lambda: library.document(info.id),
            lambda: library.text(info.id, spoilt, spoilt + 20),
            lambda: library.search(LONG[spoilt : spoilt + 200], limit=20),
        ):
            with pytest.raises(TextDamaged, match="“Rates” is damaged") as caught:
                act()
            assert "doctor --repair" in caught.value.remedy
        assert library.text(library.find("other.txt").id) == "Another document. Of two sentences."
        assert library.search("another document", limit=1).passages[0].text == "Another document."
        assert {(finding.part, finding.document) for finding in library.verify() if finding.part != "index"} == {
            ("text", info.id)
        }


@pytest.mark.parametrize("damage", [*DAMAGES.values(), "DELETE FROM chunks WHERE id % 3 = 0"])
@pytest.mark.parametrize("act", ["replace", "remove"])
def test_a_damaged_document_can_be_replaced_and_removed(act: str, damage: str, folder: Path) -> None:
    """Nothing of what was damaged stays behind in the keyword index, and nothing is wrong afterwards."""
    change(folder, damage)
    with Library.open(folder, encoder=ENCODER) as library:
        if act == "replace":
            library.add([make("rates.txt", "The rate of year 7 was 13 percent.", title="Rates")])
        else:
            library.remove([library.find("rates.txt").id])
        found = {passage.text for passage in library.search("rate of year 7 in percent", limit=9).passages}
        assert found <= {"The rate of year 7 was 13 percent.", "Another document.", "Of two sentences."}
        with library.view() as view:
            for word in ("percent", "599", "rate"):
                assert len(view.catalog.postings(word)) == (act == "replace" and word != "599")
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []


def test_words_of_damaged_text_can_be_indexed_again(folder: Path) -> None:
    """Another version's index of words is renewed over damaged text too, and the document replaced afterwards."""
    change(folder, DAMAGES["no UTF-8"], "UPDATE meta SET value = 0 WHERE key = 'words'")
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.search("another document", limit=1).passages[0].text == "Another document."
        library.add([make("rates.txt", "The rate of year 7 was 13 percent.", title="Rates")])
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []


def test_a_library_of_the_form_before_gets_digests_when_it_is_opened(folder: Path) -> None:
    """It holds what it held, and damage that comes later is told."""
    make_old(folder)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.text(library.find("rates.txt").id) == LONG
        assert library.status().schema == schema.SCHEMA_VERSION
        assert library.verify() == []
        library.add([make("new.txt", "A new document.")])
    change(folder, DAMAGES["other digits"])
    with Library.open(folder, encoder=ENCODER) as library, pytest.raises(TextDamaged):
        library.text(library.find("rates.txt").id)


def test_a_library_of_the_form_before_is_read_where_it_cannot_be_written(folder: Path) -> None:
    """Read-only, or while another process writes, it answers as it is; lost text is told even so."""
    make_old(folder)
    with Library.open(folder, read_only=True, encoder=ENCODER) as library:
        assert library.text(library.find("rates.txt").id) == LONG
    with LibraryLock(SqliteHome(folder)).held():
        opened = Library.open(folder, encoder=ENCODER)
        assert opened.catalog.outdated()
        assert opened.search("another document", limit=1).passages[0].text == "Another document."
    opened.add([make("new.txt", "A new document.")])  # the next write brings it to this form
    assert not opened.catalog.outdated()
    assert opened.text(opened.find("rates.txt").id) == LONG
    opened.close()
    make_old(folder)
    change(folder, DAMAGES["no piece"])
    with Library.open(folder, read_only=True, encoder=ENCODER) as library, pytest.raises(TextDamaged):
        library.text(library.find("rates.txt").id)
