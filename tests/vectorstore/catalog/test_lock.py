"""The library's locks among the threads of a process; between processes: tests/faults/test_two_writers.py."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from vectorstore.catalog.homes.sqlite import SqliteHome
from vectorstore.catalog.lock import WORK, LibraryLock
from vectorstore.errors import LibraryBusy


def held_in_a_thread(lock: LibraryLock, until: threading.Event) -> threading.Thread:
    """Hold the lock in a thread until told to let go; returns once it is held."""
    held = threading.Event()

    def hold() -> None:
        with lock.held():
            held.set()
            until.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(30)
    return thread


def test_waiting_for_another_thread_has_an_end(tmp_path: Path) -> None:
    """The error says that somebody writes and what to do; the lock can be had once it is free."""
    lock, free = LibraryLock(SqliteHome(tmp_path)), threading.Event()
    holder = held_in_a_thread(lock, free)
    with pytest.raises(LibraryBusy, match="Another task of this process is writing"), lock.held(wait=0.2):
        pass
    free.set()
    holder.join(30)
    with lock.held(wait=0.2), lock.held(wait=0.0):  # calls of one thread nest
        pass


def test_waiting_ends_when_nobody_wants_it_any_more(tmp_path: Path) -> None:
    """A stop ends the wait of a minute, for a thread as for a process."""
    stop, free = threading.Event(), threading.Event()
    for lock, other in (
        (one := LibraryLock(SqliteHome(tmp_path)), one),
        (LibraryLock(SqliteHome(tmp_path)), LibraryLock(SqliteHome(tmp_path))),
    ):
        stop.clear()
        free.clear()
        holder = held_in_a_thread(other, free)
        threading.Timer(0.2, stop.set).start()
        began = time.monotonic()
        with pytest.raises(LibraryBusy), lock.held(wait=60, stop=stop.is_set):
            pass
        assert time.monotonic() - began < 30
        free.set()
        holder.join(30)


def test_a_thread_that_writes_again_and_again_lets_others_pass(tmp_path: Path) -> None:
    """Whoever waits comes next, though the holder wants the lock back in the same moment."""
    lock, stop = LibraryLock(SqliteHome(tmp_path)), threading.Event()

    def write() -> None:
        while not stop.is_set():
            with lock.held():
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    passed = 0
    try:
        for _ in range(20):
            with lock.held(wait=10):
                passed += 1
    finally:
        stop.set()
        writer.join(30)
    assert passed == 20


def test_a_short_write_goes_beside_a_long_piece_of_work(tmp_path: Path) -> None:
    """The two locks of a library are apart."""
    free = threading.Event()
    holder = held_in_a_thread(LibraryLock(SqliteHome(tmp_path), WORK), free)
    with LibraryLock(SqliteHome(tmp_path)).held(wait=0.0):
        pass
    with pytest.raises(LibraryBusy), LibraryLock(SqliteHome(tmp_path), WORK).held(wait=0.0):
        pass
    free.set()
    holder.join(30)
