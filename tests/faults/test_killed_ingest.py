"""A writer killed at any moment leaves a library that answers, and that the next ingest completes."""

from __future__ import annotations

import os
import time
import uuid
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest
from library_check import ENCODER, assert_whole, child, contents, run, version

from bot.settings.settings import Settings
from bot.surfaces.cli.doctor_library import findings
from vectorstore.errors import LibraryMissing
from vectorstore.library import Library

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")]

DOCUMENTS = 40
FINAL = {number: 1 + number % 2 for number in range(DOCUMENTS) if number % 9}
"""The edition that each document has at the end; every ninth is removed."""


def ingest(folder: Path, index: bool = True) -> None:
    """Make the library equal to the final state, as a sync does: only what differs is written.

    Without `index` nearly all of the time goes into documents; with it, into Chroma and compacting.
    """
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        for edition in (1, 2):
            known = {info.source: info.sha256 for info in library.documents()}
            wanted = [version(number, min(edition, FINAL.get(number, 1))) for number in range(DOCUMENTS)]
            finals = {document.sha256 for document, _ in (version(n, e) for n, e in FINAL.items())}
            todo = [
                item
                for item in wanted
                if known.get(item[0].source) != item[0].sha256 and known.get(item[0].source) not in finals
            ]
            for start in range(0, len(todo), 5):
                library.add(todo[start : start + 5])
            if index:
                library.update_index(force=True)
        gone = [document.id for document, _ in (version(n, 1) for n in range(0, DOCUMENTS, 9))]
        library.remove(gone)
        if index:
            library.compact()
        library.close(update_index=index)


def started(folder: Path, mark: Path, index: bool) -> None:
    """Ingest after telling that the process has come up."""
    mark.touch()
    ingest(folder, index)


def start(folder: Path, index: bool) -> BaseProcess:
    """Start an ingest; return when its work begins."""
    mark = folder.with_name(f"mark-{uuid.uuid4().hex}")
    process = child(started, folder, mark, index)
    while not mark.exists():
        time.sleep(0.005)
    return process


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[object, ...], list[float]]:
    """The contents of a library that was never killed, and the seconds of an ingest without and with index."""
    folder = tmp_path_factory.mktemp("clean") / "library"
    ingest(folder)
    seconds = []
    for index in (False, True):
        process = start(folder.with_name(f"timed-{index}"), index)
        begun = time.monotonic()
        process.join()
        seconds.append(time.monotonic() - begun)
        assert process.exitcode == 0
    with Library.open(folder, encoder=ENCODER) as library:
        return contents(library), seconds


@pytest.mark.parametrize("seed", range(10))
def test_five_kills_in_a_row_lose_nothing(
    seed: int, tmp_path: Path, clean: tuple[tuple[object, ...], list[float]]
) -> None:
    """After each SIGKILL all committed documents are whole and found, and the doctor has no more than a note.

    Once finished the library equals a clean one.
    """
    expected, seconds = clean
    folder = tmp_path / "library"
    random = np.random.default_rng(seed)
    allowed = {
        version(number, 1)[0].id: {version(number, edition)[0].text for edition in (1, 2)}
        for number in range(DOCUMENTS)
    }
    created = False
    for _ in range(5):
        index = bool(seed % 2)
        process = start(folder, index)
        time.sleep(float(random.uniform(0, seconds[index])))
        process.kill()
        process.join()
        try:
            library = assert_whole(folder, allowed)
            told = list(findings(library, Settings(library=str(folder)), repair=False))
            assert all(check.ok for check in told), told  # the next write mends it by itself
            library.close(update_index=False)
            created = True
        except LibraryMissing:
            assert not created  # killed before the library was made
    run(ingest, folder)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.verify() == []
        assert contents(library) == expected
        assert library.status().disk.vectors < 20_000_000
