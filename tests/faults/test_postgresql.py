"""A library in PostgreSQL whose server is restarted, whose writer is killed, or that two write at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from behind import change
from library_check import ENCODER, assert_whole, child, version
from postgresql import PostgresqlServer

from vectorstore.catalog import schema
from vectorstore.errors import (
    LibraryBusy,
    LibraryMissing,
    LibraryReadOnly,
    LibraryTooNew,
    LibraryUnreachable,
)
from vectorstore.library import Library
from vectorstore.records import Holder

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only"),
    pytest.mark.parametrize("place", ["postgresql"], indirect=True),
]
ALLOWED = {version(number, 1)[0].id: {version(number, 1)[0].text} for number in range(60)}


def add(place: str, data: str, numbers: range, mark: Path | None = None) -> None:
    """Add documents one by one, as an ingest with small batches does; tell when the library is made."""
    os.environ["XDG_DATA_HOME"] = data
    library = Library.open(place, create=True, encoder=ENCODER, wait=60)
    if mark is not None:
        mark.touch()
    for number in numbers:
        library.add([version(number, 1)])
    library.close(update_index=False)


def hold(place: str, data: str, ready: Path) -> None:
    """Hold the lock until killed."""
    os.environ["XDG_DATA_HOME"] = data
    with Library.open(place, encoder=ENCODER) as library, library.writing():
        ready.touch()
        time.sleep(60)


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    """A library of ten documents."""
    library = Library.open(place, create=True, encoder=ENCODER)
    library.add([version(number, 1) for number in range(10)])
    yield library
    library.close(update_index=False)


def test_a_server_that_is_restarted_is_asked_again(library: Library, postgresql: PostgresqlServer) -> None:
    """The question in flight fails with a sentence; the next one, and the next write, do as before."""
    before = library.search("word1 word2").passages
    with (
        pytest.raises(LibraryUnreachable, match=r"The PostgreSQL server of .* does not answer"),
        library.view() as view,
    ):
        postgresql.stop()
        view.catalog.passages(view.catalog.matrix()[0])
        library.text(library.documents()[0].id)
    with pytest.raises(LibraryUnreachable, match="nothing listens there"):
        library.search("word1 word2")
    postgresql.start()
    assert library.search("word1 word2").passages == before
    postgresql.stop()
    postgresql.start()
    library.add([version(10, 1)])
    assert library.count_documents() == 11
    assert [finding for finding in library.verify() if finding.part != "index"] == []


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_leaves_whole_documents(seed: int, place: str, tmp_path: Path) -> None:
    """After each SIGKILL all that is there is whole and found; the next run completes it."""
    data = str(tmp_path / "data")
    for turn in range(3):
        mark = tmp_path / f"mark-{turn}"
        process = child(add, place, data, range(30), mark)
        while not mark.exists():
            time.sleep(0.005)
        time.sleep(0.02 * (1 + seed + turn) ** 2)
        process.kill()
        process.join()
        assert_whole(place, ALLOWED).close(update_index=False)
    add(place, data, range(30))
    library = assert_whole(place, ALLOWED)
    assert library.count_documents() == 30
    library.close(update_index=False)


def test_two_ingests_at_once_both_complete(place: str, tmp_path: Path) -> None:
    """From an empty database on, each waits for the other; nothing is lost or doubled."""
    children = [child(add, place, str(tmp_path / "data"), range(n * 10, n * 10 + 10)) for n in range(3)]
    for process in children:
        process.join(timeout=120)
    assert [process.exitcode for process in children] == [0, 0, 0]
    library = assert_whole(place, ALLOWED)
    assert library.count_documents() == 30
    library.close(update_index=False)


def test_the_second_writer_is_told_who_holds_the_library(library: Library, place: str, tmp_path: Path) -> None:
    """The error names process, host and time; when the holder is killed the lock is free soon."""
    ready = tmp_path / "ready"
    process = child(hold, place, str(tmp_path / "data"), ready)
    while not ready.exists():
        time.sleep(0.02)
    noticed: list[Holder | None] = []
    second = Library.open(place, encoder=ENCODER, wait=0.5, notice=noticed.append)
    assert second.count_documents() == 10  # reading goes on
    with pytest.raises(LibraryBusy, match=f"process {process.pid} on"):
        second.add([version(20, 1)])
    assert [holder.pid for holder in noticed if holder] == [process.pid]
    process.kill()
    process.join()
    with second.writing(wait=30):
        second.add([version(20, 1)])
    assert second.count_documents() == 11
    second.close(update_index=False)


def test_writers_do_not_mix_where_a_lock_was_lost(library: Library, place: str, postgresql: PostgresqlServer) -> None:
    """A restart takes the lock away; its holder still writes whole documents, and so does whoever has it now."""
    other = Library.open(place, encoder=ENCODER)
    with library.writing():
        postgresql.stop()
        postgresql.start()
        other.add([version(30, 1)])
        library.add([version(31, 1)])
        other.add([version(32, 1)])
    other.close(update_index=False)
    checked = assert_whole(place, ALLOWED)
    assert checked.count_documents() == 13
    checked.close(update_index=False)


def test_a_library_of_a_newer_version_is_left_alone(library: Library, place: str) -> None:
    """It is not opened, not even to read, and says to upgrade."""
    change(place, form=schema.SCHEMA_VERSION + 1)
    for options in ({}, {"read_only": True}, {"create": True}):
        with pytest.raises(LibraryTooNew, match="Upgrade"):
            Library.open(place, **options)  # type: ignore[arg-type]
    change(place, form=schema.SCHEMA_VERSION)


def test_an_older_form_is_brought_to_this_one(library: Library, place: str) -> None:
    """A catalog of the first form gets the tables of today, and digests of the text that it holds."""
    later = ("digests", "bin", "bin_parts", "packed_tables", "notes", "said", "scans")
    change(place, *(f"DROP TABLE {table}" for table in later), form=1)
    with Library.open(place, read_only=True, encoder=ENCODER) as old:
        assert old.text(version(3, 1)[0].id) == version(3, 1)[0].text
    upgraded = assert_whole(place, ALLOWED)
    assert upgraded.status().schema == schema.SCHEMA_VERSION
    with upgraded.catalog.snapshot() as connection:
        assert set(later) <= connection.tables()
        assert connection.form() == schema.SCHEMA_VERSION
        pieces = connection.execute("SELECT count(*) FROM pieces").fetchone()
        assert pieces == connection.execute("SELECT count(*) FROM digests").fetchone()
    upgraded.close(update_index=False)


def test_a_user_who_may_only_read_reads(library: Library, place: str) -> None:
    """Questions are answered; a write is refused with what to do, and so is a library that there is not."""
    name = place.partition("schema=")[2]
    change(place, f"CREATE ROLE {name}_reader LOGIN")
    change(place, f"GRANT USAGE ON SCHEMA {name} TO {name}_reader")
    change(place, f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {name}_reader")
    theirs = place.replace("footnote@", f"{name}_reader:secret@")
    with Library.open(theirs, read_only=True, encoder=ENCODER) as reader:
        assert reader.search("word1").passages == library.search("word1").passages
    with Library.open(theirs, encoder=ENCODER) as reader, pytest.raises(LibraryReadOnly) as refused:
        reader.add([version(40, 1)])
    assert "secret" not in str(refused.value)
    with pytest.raises(LibraryReadOnly):
        Library.open(theirs.replace(f"schema={name}", "schema=another"), create=True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("postgresql://footnote:secret@127.0.0.1:1/postgres", "nothing listens there"),
        ("postgresql://footnote:secret@127.0.0.1:{port}/nothing", "no database of this name"),
        ("postgresql://nobody:secret@127.0.0.1:{port}/postgres", "does not know the user"),
        ("postgresql://footnote:secret@nowhere.invalid/postgres", "its name is not known"),
    ],
)
def test_a_server_that_refuses_is_said_without_the_password(
    place: str, postgresql: PostgresqlServer, wrong: str, words: str
) -> None:
    """The sentence names the address, why, and what to do."""
    with pytest.raises(LibraryUnreachable, match=words) as refused:
        Library.open(wrong.format(port=postgresql.port), create=True)
    assert "postgresql://" in refused.value.message and "secret" not in str(refused.value) and refused.value.remedy


def test_an_empty_database_has_no_library(place: str, tmp_path: Path) -> None:
    """It says how to make one, and makes nothing."""
    for _ in range(2):
        with pytest.raises(LibraryMissing, match="footnote ingest"):
            Library.open(place)
    assert not (tmp_path / "data").exists()
