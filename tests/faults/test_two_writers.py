"""Two processes that write at once: both complete, or the second is told who writes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from library_check import ENCODER, assert_whole, child, version

from vectorstore.errors import LibraryBusy
from vectorstore.library import Library
from vectorstore.records import Holder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")


def add(folder: Path, numbers: range) -> None:
    """Add documents one by one, as an ingest with small batches does."""
    with Library.open(folder, create=True, encoder=ENCODER, wait=60) as library:
        for number in numbers:
            library.add([version(number, 1)])


def hold(folder: Path, ready: Path) -> None:
    """Hold the lock until killed."""
    with Library.open(folder, encoder=ENCODER) as library, library.writing():
        ready.touch()
        time.sleep(60)


def test_two_ingests_at_once_both_complete(tmp_path: Path) -> None:
    """From an empty folder on, each waits for the other; nothing is lost or doubled."""
    folder = tmp_path / "library"
    children = [child(add, folder, range(n * 20, n * 20 + 20)) for n in range(3)]
    for process in children:
        process.join(timeout=90)
    assert [process.exitcode for process in children] == [0, 0, 0]
    allowed = {version(number, 1)[0].id: {version(number, 1)[0].text} for number in range(60)}
    library = assert_whole(folder, allowed)
    assert len(library.documents()) == 60
    library.close()


def test_the_second_writer_is_told_who_holds_the_library(tmp_path: Path) -> None:
    """The error names process, host and time; when the holder is killed the lock is free at once."""
    folder = tmp_path / "library"
    add(folder, range(1))
    ready = tmp_path / "ready"
    process = child(hold, folder, ready)
    while not ready.exists():
        time.sleep(0.02)
    noticed: list[Holder | None] = []
    library = Library.open(folder, encoder=ENCODER, wait=0.3, notice=noticed.append)
    assert len(library.documents()) == 1  # reading goes on
    with pytest.raises(LibraryBusy, match=f"process {process.pid} on"):
        library.add([version(2, 1)])
    assert noticed[0] is not None
    assert noticed[0].pid == process.pid
    process.kill()
    process.join()
    library.add([version(2, 1)])
    library.close()


def test_threads_of_one_process_take_turns(tmp_path: Path) -> None:
    """Two threads that add to one library at once lose nothing."""
    with Library.open(tmp_path / "library", create=True, encoder=ENCODER) as library:
        threads = [
            threading.Thread(target=lambda n=n: [library.add([version(m, 1)]) for m in range(n * 10, n * 10 + 10)])
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(library.documents()) == 30
        assert [finding.part for finding in library.verify()] == ["index"]
