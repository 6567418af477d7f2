"""A damaged catalog is made again from all of it that can still be read, and is itself kept."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.library import Library
from vectorstore.records import Recovered

ENCODER = HashEncoder()
TEXTS = {f"d{number}.txt": f"Sentence {number} of this. Another one {number}." for number in range(40)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of forty documents with something beside the catalog."""
    folder = tmp_path / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([make(name, text, collection=f"c{len(text) % 2}") for name, text in TEXTS.items()])
    (folder / "uploads").mkdir()
    (folder / "uploads" / "kept.txt").write_text("Kept.")
    return folder


def recovered(folder: Path) -> Recovered:
    """Recover the library; check that what it holds now is whole, and what lay beside it untouched."""
    result = Library.recover(folder, encoder=ENCODER)
    with Library.open(folder, encoder=ENCODER) as library:
        infos = library.documents()
        assert len(infos) == result.kept
        assert all(library.text(info.id) == TEXTS[Path(info.source).name] for info in infos)
        assert {finding.part for finding in library.verify()} <= {"index"}
    with Library.open(folder, encoder=ENCODER) as library:
        library.update_index()
        assert library.verify() == []
    assert (folder / "uploads" / "kept.txt").read_text() == "Kept."
    return result


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        ("DELETE FROM meta", ()),
        ("DROP TABLE words", ()),
        ("DELETE FROM chunk_vectors", ()),
        ("DELETE FROM pieces WHERE document IN (3, 4)", ("/files/d2.txt", "/files/d3.txt")),
        ("DELETE FROM chunks WHERE document = 5", ("/files/d4.txt",)),
        ("UPDATE outlines SET headings = '[[' WHERE document = 5", ("/files/d4.txt",)),
    ],
)
def test_whole_documents_are_kept_and_others_named(damage: str, lost: tuple[str, ...], folder: Path) -> None:
    """Whatever table is damaged, a document of which text and passages are whole comes through as it was."""
    database = sqlite3.connect(folder / "catalog.sqlite3")
    with database:
        database.execute(damage)
    database.close()
    result = recovered(folder)
    assert tuple(document.source for document in result.lost) == lost
    assert result.kept == len(TEXTS) - len(lost)
    assert (Path(result.aside) / "catalog.sqlite3").is_file()


@pytest.mark.parametrize("page", range(24))
def test_a_page_of_garbage_loses_no_more_than_it_held(page: int, folder: Path) -> None:
    """Every page of the file is overwritten in turn: the library is whole afterwards, its documents kept or named."""
    path = folder / "catalog.sqlite3"
    raw = bytearray(path.read_bytes())
    assert len(raw) >= 4096 * (page + 1)
    raw[4096 * page : 4096 * (page + 1)] = b"\xa5" * 4096
    path.write_bytes(raw)
    recovered(folder)


def test_what_was_removed_can_still_be_restored(folder: Path) -> None:
    """The bin comes through with the documents."""
    with Library.open(folder, encoder=ENCODER) as library:
        gone = library.find("d7.txt").id
        library.remove([gone])
    database = sqlite3.connect(folder / "catalog.sqlite3")
    with database:
        database.execute("DELETE FROM meta")
    database.close()
    recovered(folder)
    with Library.open(folder, encoder=ENCODER) as library:
        library.restore([gone])
        assert library.text(gone) == TEXTS["d7.txt"]


def test_where_nothing_can_be_read_an_empty_library_is_made(folder: Path) -> None:
    """A catalog of zeros, none at all, or a folder in its place: what lies beside it stays."""
    path = folder / "catalog.sqlite3"
    path.write_bytes(bytes(path.stat().st_size))
    assert recovered(folder).kept == 0
    path.unlink()
    path.mkdir()
    assert recovered(folder).kept == 0


def test_an_attempt_that_was_cut_off_begins_again_from_what_was_moved_aside(folder: Path) -> None:
    """Killed between moving the damaged catalog away and putting the new one in its place, nothing is lost."""
    database = sqlite3.connect(folder / "catalog.sqlite3")
    with database:
        database.execute("DELETE FROM meta")
    database.close()
    Library.recover(folder, encoder=ENCODER)
    (folder / "catalog.sqlite3").unlink()
    shutil.copytree(next(folder.glob("damaged-2*")), folder / "damaged-new")
    assert recovered(folder).kept == len(TEXTS)
