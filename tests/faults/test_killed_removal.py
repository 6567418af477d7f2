"""A process killed in the middle of removing or restoring: each document is in the library or in the bin, whole."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

import numpy as np
import pytest
from library_check import ENCODER, assert_whole, child, contents, run, version

from vectorstore.library import Library

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")]

DOCUMENTS = 60


def back_and_forth(folder: Path, mark: Path, rounds: int) -> None:
    """Remove all documents and restore them, over and over."""
    with Library.open(folder, encoder=ENCODER) as library:
        mark.touch()
        for _ in range(rounds):
            library.remove([info.id for info in library.documents()])
            library.restore([gone.info.id for gone in library.removed()])
        library.close(update_index=False)


def finish(folder: Path) -> None:
    """Restore what is in the bin."""
    with Library.open(folder, encoder=ENCODER) as library:
        library.restore([gone.info.id for gone in library.removed()])


def test_killed_while_removing_and_restoring_nothing_is_lost(tmp_path: Path) -> None:
    """After each of 20 SIGKILLs no document is missing, doubled or torn; in the end all is as at the beginning."""
    folder = tmp_path / "library"
    batch = [version(number, 1) for number in range(DOCUMENTS)]
    with Library.open(folder, create=True, encoder=ENCODER) as library:
        library.add(batch)
        expected = contents(library)
    allowed = {document.id: {document.text} for document, _ in batch}
    random = np.random.default_rng(7)
    split = 0
    for _ in range(20):
        mark = tmp_path / uuid.uuid4().hex
        process = child(back_and_forth, folder, mark, 1_000)
        while not mark.exists():
            time.sleep(0.005)
        time.sleep(float(random.uniform(0, 0.6)))
        process.kill()
        process.join()
        with assert_whole(folder, allowed) as library:
            here = {info.id for info in library.documents()}
            binned = [gone.info.id for gone in library.removed()]
            assert len(binned) == len(set(binned)) and not here & set(binned)
            assert here | set(binned) == set(allowed)
            split += bool(here and binned)
            library.close(update_index=False)
    assert split  # some kills came in the middle of it
    run(finish, folder)
    with Library.open(folder, encoder=ENCODER) as library:
        assert library.removed() == [] and contents(library) == expected
