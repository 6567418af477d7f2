"""What was remarked on a document when it was read stays with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from behind import change
from hash_encoder import HashEncoder, make

from vectorstore.catalog import schema
from vectorstore.library import Library
from vectorstore.passage import Filter

ENCODER = HashEncoder()
NOTES = ("2 pictures were not read.", "3 pages have no text layer.")
BARE, CHUNKS = make("lease.pdf", "The rent is due in May.", collection="private")
LEASE = replace(BARE, notes=NOTES)
PLAIN = make("plain.txt", "The weather is fine.")


@pytest.fixture
def folder(place: str) -> str:
    """A library of a document with notes and one without."""
    with Library.open(place, create=True, encoder=ENCODER) as library:
        library.add([(LEASE, CHUNKS), PLAIN])
    return place


def test_notes_are_kept_and_told_by_document(folder: str) -> None:
    """Only documents with notes are named, and a filter chooses among them."""
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.notes() == {LEASE.id: NOTES}
        assert library.notes(Filter(collections=("default",))) == {}
        assert library.document(LEASE.id).notes == NOTES
        assert library.document(PLAIN[0].id).notes == ()


def test_notes_go_with_their_document_and_come_back_with_it(folder: str) -> None:
    """Removed, restored, read anew without loss: the notes are those of the text that is there."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.remove([LEASE.id])
        assert library.notes() == {}
        library.restore([LEASE.id])
        assert library.notes() == {LEASE.id: NOTES}
        library.add([(replace(LEASE, notes=()), CHUNKS)])
        assert library.notes() == {}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_notes_outlast_a_repair(folder: str) -> None:
    """A library that is made again from a damaged one keeps them."""
    Library.recover(folder, encoder=ENCODER)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.notes() == {LEASE.id: NOTES}


def test_a_library_of_the_form_before_has_none_until_it_is_written(folder: str) -> None:
    """It is read as it is; opened for writing it gets the table."""
    change(folder, "DROP TABLE notes", form=schema.TABLES_SINCE - 1)
    with Library.open(folder, encoder=ENCODER, read_only=True) as library:
        assert library.notes() == {} and library.document(LEASE.id).text == LEASE.text
    with Library.open(folder, encoder=ENCODER) as library:
        library.add([(replace(LEASE, notes=NOTES[:1]), CHUNKS)])
        assert library.notes() == {LEASE.id: NOTES[:1]}
