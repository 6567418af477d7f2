"""What cannot be opened or written is refused with a sentence, and nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hash_encoder import HashEncoder, make

from vectorstore.catalog.homes.sqlite import of_os
from vectorstore.errors import (
    DiskFull,
    FootnoteError,
    LibraryDamaged,
    LibraryError,
    LibraryMissing,
    LibraryReadOnly,
    LibraryTooNew,
)
from vectorstore.library import Library

ENCODER = HashEncoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small library."""
    with Library.open(tmp_path / "library", create=True, encoder=ENCODER) as library:
        library.add([make(f"d{number}.txt", f"Sentence {number}. Another one.") for number in range(5)])
    return tmp_path / "library"


def test_opening_nothing_says_how_to_make_a_library(tmp_path: Path) -> None:
    """No folder, an empty folder, an empty file: the same sentence, and nothing is created."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "catalog.sqlite3").touch()
    for name in ("none", "empty", "torn"):
        with pytest.raises(LibraryMissing, match="footnote ingest"):
            Library.open(tmp_path / name)
    assert not (tmp_path / "none").exists()
    with Library.open(tmp_path / "torn", create=True, encoder=ENCODER) as library:
        library.add([make("a.txt", "Text.")])
        assert library.documents()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """The error says that it is a file."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="is a file"):
        Library.open(tmp_path / "file", create=True)


def test_a_lock_that_is_a_folder_is_called_one(folder: Path) -> None:
    """Writing says what stands in its way and what to do; reading is no worse off, and doing so mends it."""
    lock = folder / "writer.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with Library.open(folder, encoder=ENCODER) as library:
        assert len(library.documents()) == 5
        with pytest.raises(LibraryError, match=r"writer\.lock is a folder.*Move it away") as refused:
            library.add([make("x.txt", "Text.")])
        assert not isinstance(refused.value, (DiskFull, LibraryReadOnly))
        lock.rename(folder.parent / "away")
        library.add([make("x.txt", "Text.")])
        assert len(library.documents()) == 6


def test_a_library_inside_a_file_is_not_called_a_full_disk(tmp_path: Path) -> None:
    """What the system says is said, where it is neither the room nor the rights that are missing."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="Not a directory") as refused:
        Library.open(tmp_path / "file" / "library", create=True)
    assert not isinstance(refused.value, DiskFull)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, LibraryReadOnly),
        (errno.EACCES, LibraryReadOnly),
        (errno.EPERM, LibraryReadOnly),
        (errno.ENOLCK, LibraryError),
        (errno.ENAMETOOLONG, LibraryError),
    ],
)
def test_each_refusal_of_the_system_is_called_what_it_is(code: int, kind: type[LibraryError]) -> None:
    """A full disk is one of them, not the name of all."""
    error = of_os(OSError(code, "words"), Path("/library"), Path("/library/writer.lock"))
    assert type(error) is kind and error.remedy and "/library" in error.message


def test_a_library_of_a_newer_version_is_left_alone(folder: Path) -> None:
    """It is not opened, not even to read, and says to upgrade."""
    database = sqlite3.connect(folder / "catalog.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = (folder / "catalog.sqlite3").read_bytes()
    for options in ({}, {"read_only": True}, {"create": True}):
        with pytest.raises(LibraryTooNew, match="Upgrade"):
            Library.open(folder, **options)  # type: ignore[arg-type]
    assert (folder / "catalog.sqlite3").read_bytes() == before


def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path) -> None:
    """Another program's SQLite file, or no SQLite file at all."""
    tmp_path.joinpath("catalog.sqlite3").write_bytes(b"not a database at all" * 400)
    with pytest.raises(LibraryDamaged, match="doctor --repair"):
        Library.open(tmp_path, create=True)
    tmp_path.joinpath("catalog.sqlite3").unlink()
    database = sqlite3.connect(tmp_path / "catalog.sqlite3")
    database.execute("CREATE TABLE theirs(x)")
    database.close()
    with pytest.raises(LibraryDamaged, match="not a catalog"):
        Library.open(tmp_path, create=True)


@pytest.mark.parametrize("part", ["header", "middle", "all"])
def test_a_corrupted_catalog_gives_a_sentence_or_a_finding(folder: Path, part: str) -> None:
    """Overwritten bytes never give a traceback: an error of ours, or `verify` tells."""
    path = folder / "catalog.sqlite3"
    raw = bytearray(path.read_bytes())
    spans = {"header": (0, 64), "middle": (4096 * 3, len(raw) - 4096), "all": (0, len(raw))}
    start, end = spans[part]
    raw[start:end] = b"\xa5" * (end - start)
    path.write_bytes(raw)
    try:
        with Library.open(folder, encoder=ENCODER) as library:
            found = library.verify()
        assert any(finding.part in ("catalog", "text", "vectors") for finding in found)
    except FootnoteError as error:
        assert isinstance(error, LibraryDamaged)
        assert str(folder) in error.message
        assert error.remedy


def test_read_only_opening_never_writes(folder: Path) -> None:
    """Every writing call is refused; nothing in the folder changes."""
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with Library.open(folder, read_only=True, encoder=ENCODER) as library:
        for act in (
            lambda: library.add([make("x.txt", "Text.")]),
            lambda: library.remove(["0" * 16]),
            library.compact,
            library.update_index,
            library.repair,
        ):
            with pytest.raises(LibraryReadOnly):
                act()
        with library.view() as view:
            assert len(view.index.nearest(ENCODER.encode_query("Sentence 3."), 3)[0]) == 3
    after = {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
    assert after == before


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users may enter (pytest's own are closed to them)."""
    folder = Path(tempfile.mkdtemp(prefix="footnote-shared-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_nobody(act) -> str:  # type: ignore[no-untyped-def]
    """Run `act` in a child as another user; return what it returned or raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.setgid(65534)
            os.setuid(65534)
            try:
                told = str(act())
            except FootnoteError as error:
                told = f"{type(error).__name__}: {error}"
            os.write(writing, told.encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read().decode()
    os.waitpid(child, 0)
    return told


def _answer(folder: Path) -> str:
    with Library.open(folder, encoder=HashEncoder()) as library:
        library.index._exact_limit = 2
        with library.view() as view:
            ids, _ = view.index.nearest(view.encoder.encode_query("Sentence 3."), 1)
            return view.catalog.passages(ids)[0].text + f" of {len(library.documents())}"


def _add(folder: Path) -> str:
    with Library.open(folder, encoder=HashEncoder()) as library:
        library.add([make("x.txt", "Text.")])
    return "added"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_a_folder_that_may_not_be_written_is_still_read(shared_folder: Path) -> None:
    """Another user's library is searched, also while and after its owner writes; adding is refused."""
    folder = shared_folder / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([make(f"d{number}.txt", f"Sentence {number}. Another one.") for number in range(5)])
        assert as_nobody(lambda: _answer(folder)) == "Sentence 3. of 5"  # the log is there and in use
    assert not (folder / "catalog.sqlite3-wal").exists()
    assert as_nobody(lambda: _answer(folder)) == "Sentence 3. of 5"
    assert "LibraryReadOnly" in as_nobody(lambda: _add(folder))
    assert "LibraryReadOnly" in as_nobody(lambda: str(Library.open(shared_folder / "new", create=True)))
    assert not (folder / "catalog.sqlite3-wal").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_a_reader_without_write_access_follows_the_owner(shared_folder: Path) -> None:
    """A library kept open by somebody who may only read shows what its owner adds later."""
    folder = shared_folder / "library"
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add([make("a.txt", "One.")])

    def read_twice() -> str:
        reader = Library.open(folder, encoder=HashEncoder())
        first = len(reader.documents())
        os.write(told[1], b"x")
        os.read(go[0], 1)
        return f"{first} then {len(reader.documents())}"

    told, go = os.pipe(), os.pipe()

    def write_between() -> None:
        os.read(told[0], 1)
        with Library.open(folder, encoder=ENCODER) as library:
            library.add([make("b.txt", "Two.")])
        os.write(go[1], b"x")

    thread = threading.Thread(target=write_between, daemon=True)
    thread.start()
    assert as_nobody(read_twice) == "1 then 2"
    thread.join(timeout=30)
