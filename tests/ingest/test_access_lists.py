"""Lists of readers in sidecars: understood whole or not at all, kept with the document, changed by a change of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_encoder import CountingEncoder

from ingest.reading.sidecar import MAX_READERS
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter

ANA, STRANGER = Filter(readers=("person:ana",)), Filter(readers=())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    with Library.open(tmp_path / "library", create=True, encoder=CountingEncoder()) as library:
        yield library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "pay.txt").write_text("The bonus is 900 euros.")
    return folder


def describe(folder: Path, line: str) -> None:
    """Write a line into the sidecar of the file."""
    (folder / "pay.txt.footnote.toml").write_text(f"[document]\n{line}\n")


def test_a_list_is_stored_with_its_document(library: Library, folder: Path) -> None:
    """It exists for those whom the list names, and the owner sees whom."""
    describe(folder, 'access = ["group:finance", "person:ana"]')
    assert len(sync(library, [folder]).added) == 1
    assert [*library.access().values()] == [("group:finance", "person:ana")]
    assert library.count_documents(ANA) == 1 and library.count_documents(STRANGER) == 0


def test_a_change_of_the_list_alone_is_a_change(library: Library, folder: Path) -> None:
    """Added, changed, emptied, and taken away with its sidecar; the file stays as it was."""
    sync(library, [folder])
    assert library.count_documents(STRANGER) == 1
    for line, for_ana in (('access = ["person:ana"]', 1), ('access = ["person:ben"]', 0), ("access = []", 0)):
        describe(folder, line)
        assert len(sync(library, [folder]).changed) == 1
        assert len(sync(library, [folder]).unchanged) == 1
        assert (library.count_documents(ANA), library.count_documents(STRANGER)) == (for_ana, 0)
        assert library.count_documents() == 1
    (folder / "pay.txt.footnote.toml").unlink()
    assert len(sync(library, [folder]).changed) == 1
    assert library.count_documents(STRANGER) == 1


@pytest.mark.parametrize(
    "line",
    [
        'access = "person:ana"',
        'access = ["ana"]',
        'access = ["person:ana", 7]',
        'access = ["person:"]',
        'access = ["person:a\\nperson:b"]',
        "access = true",
        "access = {person = 'ana'}",
        f"access = [{', '.join(f'{chr(34)}person:{i}{chr(34)}' for i in range(MAX_READERS + 1))}]",
        'acess = ["person:ana"]',
        'Access = ["person:ana"]',
        'accces = ["person:ana"]',
        'access_ = ["person:ana"]',
    ],
    ids=lambda line: line[:40],
)
def test_a_list_that_is_not_understood_shows_nothing(library: Library, folder: Path, line: str) -> None:
    """Its document is not read, and what is stored of it keeps the list from before: never half, never none."""
    describe(folder, line)
    ((_, reason),) = sync(library, [folder]).failed
    assert "who may see the document" in reason and 'access = ["group:finance", "person:ana"]' in reason
    assert library.count_documents() == 0
    describe(folder, 'access = ["person:ana"]')
    sync(library, [folder])
    describe(folder, line)
    assert sync(library, [folder]).failed
    assert (library.count_documents(ANA), library.count_documents(STRANGER)) == (1, 0)


def test_a_renamed_file_keeps_its_list(library: Library, folder: Path) -> None:
    """Moved with its sidecar; without it, it is a file without a list, as a look into the folder says too."""
    describe(folder, 'access = ["person:ana"]')
    sync(library, [folder])
    for name in ("pay.txt", "pay.txt.footnote.toml"):
        (folder / name).rename(folder / name.replace("pay", "bonus"))
    sync(library, [folder])
    assert (library.count_documents(), library.count_documents(ANA), library.count_documents(STRANGER)) == (1, 1, 0)


def test_what_a_file_says_of_itself_is_no_list(library: Library, folder: Path) -> None:
    """Front matter gives nobody a right, and takes none."""
    (folder / "notes.md").write_text("---\nauthor: Ada\naccess: [person:ana]\n---\n\nPlums are blue.")
    sync(library, [folder])
    assert library.access() == {} and library.count_documents(STRANGER) == 2
