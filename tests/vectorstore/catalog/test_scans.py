"""Where the words stand on a scanned page is kept with its document."""

from __future__ import annotations

from dataclasses import replace

import pytest
from behind import change
from hash_encoder import HashEncoder, make

from vectorstore.catalog import schema
from vectorstore.document import Scan
from vectorstore.library import Library

ENCODER = HashEncoder()
SCAN = Scan(2, (("The", 100, 200, 900, 300), ("Bär", 1000, 200, 1900, 300)))
BARE, CHUNKS = make("deed.pdf", "The Bär owns the mill.")
DEED = replace(BARE, scans=(SCAN,))


@pytest.fixture
def folder(place: str) -> str:
    """A library of a scanned document."""
    with Library.open(place, create=True, encoder=ENCODER) as library:
        library.add([(DEED, CHUNKS)])
    return place


def test_a_scan_is_told_by_document_and_page(folder: str) -> None:
    """Other pages and documents have none."""
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.scan(DEED.id, 2) == SCAN
        assert library.scan(DEED.id, 1) is None and library.scan("nothing", 2) is None
        assert library.document(DEED.id).scans == (SCAN,)


def test_a_scan_goes_with_its_document_and_comes_back_with_it(folder: str) -> None:
    """Removed, restored, read anew without OCR."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.remove([DEED.id])
        assert library.scan(DEED.id, 2) is None
        library.restore([DEED.id])
        assert library.scan(DEED.id, 2) == SCAN
        library.add([(BARE, CHUNKS)])
        assert library.scan(DEED.id, 2) is None


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_scan_outlasts_a_repair(folder: str) -> None:
    """A library that is made again from a damaged one keeps it; one whose words are damaged lights none."""
    Library.recover(folder, encoder=ENCODER)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.scan(DEED.id, 2) == SCAN
    change(folder, "UPDATE scans SET words = ?", values=(b"\0",))
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.scan(DEED.id, 2) is None and library.document(DEED.id).text == DEED.text


def test_a_library_of_the_form_before_has_none_until_it_is_written(folder: str) -> None:
    """It is read as it is; opened for writing it gets the table."""
    change(folder, "DROP TABLE scans", form=schema.SCANS_SINCE - 1)
    with Library.open(folder, encoder=ENCODER, read_only=True) as library:
        assert library.scan(DEED.id, 2) is None and library.document(DEED.id).text == DEED.text
    with Library.open(folder, encoder=ENCODER) as library:
        library.add([(DEED, CHUNKS)])
        assert library.scan(DEED.id, 2) == SCAN
