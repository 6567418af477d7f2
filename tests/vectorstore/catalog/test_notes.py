"""What was remarked on a document when it was read stays with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.catalog import schema
from vectorstore.catalog.homes.sqlite import FILE_NAME
from vectorstore.library import Library
from vectorstore.passage import Filter

ENCODER = HashEncoder()
NOTES = ("2 pictures were not read.", "3 pages have no text layer.")
BARE, CHUNKS = make("lease.pdf", "The rent is due in May.", collection="private")
LEASE = replace(BARE, notes=NOTES)
PLAIN = make("plain.txt", "The weather is fine.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of a document with notes and one without."""
    with Library.open(tmp_path / "library", create=True, encoder=ENCODER) as library:
        library.add([(LEASE, CHUNKS), PLAIN])
    return tmp_path / "library"


def test_notes_are_kept_and_told_by_document(folder: Path) -> None:
    """Only documents with notes are named, and a filter chooses among them."""
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.notes() == {LEASE.id: NOTES}
        assert library.notes(Filter(collections=("default",))) == {}
        assert library.document(LEASE.id).notes == NOTES
        assert library.document(PLAIN[0].id).notes == ()


def test_notes_go_with_their_document_and_come_back_with_it(folder: Path) -> None:
    """Removed, restored, read anew without loss: the notes are those of the text that is there."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.remove([LEASE.id])
        assert library.notes() == {}
        library.restore([LEASE.id])
        assert library.notes() == {LEASE.id: NOTES}
        library.add([(replace(LEASE, notes=()), CHUNKS)])
        assert library.notes() == {}


def test_notes_outlast_a_repair(folder: Path) -> None:
    """A library that is made again from a damaged one keeps them."""
    Library.recover(folder, encoder=ENCODER)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.notes() == {LEASE.id: NOTES}


def test_a_library_of_the_form_before_has_none_until_it_is_written(folder: Path) -> None:
    """It is read as it is; opened for writing it gets the table."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute("DROP TABLE notes")
        connection.execute(f"PRAGMA user_version = {schema.TABLES_SINCE - 1}")
    with Library.open(folder, encoder=ENCODER, read_only=True) as library:
        assert library.notes() == {} and library.document(LEASE.id).text == LEASE.text
    with Library.open(folder, encoder=ENCODER) as library:
        library.add([(replace(LEASE, notes=NOTES[:1]), CHUNKS)])
        assert library.notes() == {LEASE.id: NOTES[:1]}
