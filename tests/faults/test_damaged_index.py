"""A Chroma folder that is damaged in any way gives no wrong answer and is replaced by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from library_check import ENCODER, assert_whole, version

from vectorstore.library import Library

ALLOWED = {version(number, 1)[0].id: {version(number, 1)[0].text} for number in range(30)}


def overwrite(name: str) -> Callable[[Path], None]:
    """Return a damage that turns the middle of a file into noise of the same length."""

    def damage(chroma: Path) -> None:
        for path in chroma.rglob(name):
            raw = bytearray(path.read_bytes())
            middle = len(raw) // 2
            raw[middle : middle + 200] = bytes(255 - byte for byte in raw[middle : middle + 200])
            path.write_bytes(raw)

    return damage


def truncate(name: str) -> Callable[[Path], None]:
    """Return a damage that cuts a file in half."""

    def damage(chroma: Path) -> None:
        for path in chroma.rglob(name):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return damage


def delete(name: str) -> Callable[[Path], None]:
    """Return a damage that deletes a file."""

    def damage(chroma: Path) -> None:
        for path in chroma.rglob(name):
            path.unlink()

    return damage


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of 30 documents with a sound index."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([version(number, 1) for number in range(30)])
    return folder


@pytest.mark.parametrize(
    "damage",
    [
        overwrite("data_level0.bin"),
        overwrite("header.bin"),
        overwrite("index_metadata.pickle"),
        truncate("data_level0.bin"),
        truncate("length.bin"),
        delete("header.bin"),
        delete("*.bin"),
        truncate("chroma.sqlite3"),
        delete("chroma.sqlite3"),
        shutil.rmtree,
    ],
    ids=lambda damage: damage.__qualname__.split(".")[0],
)
def test_a_damaged_index_is_not_used_and_is_replaced_at_the_next_ingest(
    damage: Callable[[Path], None], sound: Path, tmp_path: Path
) -> None:
    """Answers stay right through the stored vectors; `verify` tells; one more document mends it."""
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    damage(folder / "chroma")
    library = assert_whole(folder, ALLOWED)
    assert any(finding.part == "index" and finding.repairable for finding in library.verify())
    assert library.status().index == "damaged"
    library.close(update_index=False)
    with Library.open(folder, encoder=ENCODER) as library:
        library.add([version(0, 1)])
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []
        assert (library.status().index, library.status().generation) == ("current", 2)
    assert_whole(folder, ALLOWED).close()


def test_doctor_mends_a_damaged_index_without_an_ingest(sound: Path, tmp_path: Path) -> None:
    """`repair` writes it anew from stored vectors; the encoder is not needed."""
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    overwrite("data_level0.bin")(folder / "chroma")
    with Library.open(folder) as library:
        assert library.repair() == []


def test_an_index_that_was_being_written_is_swept_away(sound: Path, tmp_path: Path) -> None:
    """A folder that the catalog does not name is left over from a killed process: told, unread, removed."""
    folder = Path(shutil.copytree(sound, tmp_path / "library"))
    (folder / "chroma" / "2").mkdir()
    (folder / "chroma" / "2" / "chroma.sqlite3").write_bytes(b"half of it")
    library = assert_whole(folder, ALLOWED)
    assert [finding.part for finding in library.verify()] == ["index"]
    assert library.repair() == []
    library.close()
    assert [path.name for path in (folder / "chroma").iterdir()] == ["2"]
    assert_whole(folder, ALLOWED).close()
