"""A full disk is said in a sentence; what was added before is kept, nothing is half there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hash_encoder import make
from library_check import ENCODER, run

from vectorstore.errors import DiskFull, FootnoteError
from vectorstore.library import Library

pytestmark = pytest.mark.slow


def big(number: int) -> tuple:  # type: ignore[type-arg]
    """Return a document of about 60 kB."""
    return make(f"d{number}.txt", " ".join(f"Filler sentence {number} {row} of words." for row in range(1600)))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(library: Library) -> int:
    """Add documents until the disk is full; return how many were added."""
    for number in range(200):
        try:
            library.add([big(number)])
        except DiskFull as error:
            assert "no room" in error.message
            assert "Filler" not in str(error)
            return number
    raise AssertionError("the disk never filled")


def check(library: Library, count: int) -> None:
    """Check that exactly the first `count` documents are there, whole and found."""
    assert {info.source for info in library.documents()} == {big(number)[0].source for number in range(count)}
    assert [f for f in library.verify() if f.part != "index"] == []
    assert library.document(big(count - 1)[0].id) == big(count - 1)[0]
    with library.view() as view:
        ids, _ = view.index.nearest(ENCODER.encode_query(f"Filler sentence {count - 1} 7 of words."), 1)
        assert len(view.catalog.passages(ids)) == 1


def fill_and_close(folder: Path) -> None:
    """Fill a library up to the limit of this process."""
    library = Library.open(folder, create=True, encoder=ENCODER)
    assert fill(library) > 3
    library.close(update_index=False)


def fail_to_index(folder: Path) -> None:
    """Find no room for the index, and answer all the same."""
    library = Library.open(folder, encoder=ENCODER)
    with pytest.raises(FootnoteError):
        library.update_index()
    check(library, 3)
    library.close(update_index=False)


def test_a_disk_that_fills_up_keeps_what_was_added(small_disk: Path) -> None:
    """The document that found no room is not there; the others are, also after reopening; removing works."""
    library = Library.open(small_disk / "library", create=True, encoder=ENCODER)
    count = fill(library)
    assert count > 3
    check(library, count)
    with pytest.raises(DiskFull):
        library.update_index()
    library.close(update_index=False)
    library = Library.open(small_disk / "library", encoder=ENCODER)
    check(library, count)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    library.add([big(count)])
    check(library, count + 1)
    library.update_index()
    assert library.verify() == []
    library.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")
def test_a_limit_on_file_size_is_told_like_a_full_disk(tmp_path: Path) -> None:
    """A quota that stops the catalog from growing ends the ingest with the same sentence."""
    folder = tmp_path / "library"

    run(fill_and_close, folder, file_limit=3 << 20)
    with Library.open(folder, encoder=ENCODER) as library:
        check(library, len(library.documents()))
        library.add([big(len(library.documents()))])
        check(library, len(library.documents()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")
def test_an_index_that_finds_no_room_leaves_the_library_searchable(tmp_path: Path) -> None:
    """Where Chroma cannot write, the error is one of ours, no half index stays, and search goes on."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([big(number) for number in range(3)])
        library.close(update_index=False)

    run(fail_to_index, folder, file_limit=200 << 10)
    assert not list((folder / "chroma").iterdir())
    with Library.open(folder, encoder=ENCODER) as library:
        library.update_index()
        assert library.verify() == []
