"""An ingest shares the library: others write while it reads and embeds, and it is left quickly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from counting_encoder import CountingEncoder, Vectors

from ingest.report import SyncReport
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Chunk

WAIT = 60


class HeldEncoder(CountingEncoder):
    """Embeds what holds the word "slow" only when told, a chunk at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.free = threading.Event(), threading.Event()

    def encode_documents(
        self, items: Sequence[tuple[str, Sequence[Chunk]]], progress: Callable[[int], None] | None = None
    ) -> list[tuple[Vectors, Vectors]]:
        """Return chunk and section vectors."""
        if any("slow" in text for text, _ in items):
            self.begun.set()
            while not self.free.wait(0.05):
                if progress:
                    progress(1)
        return super().encode_documents(items, progress)


@pytest.fixture
def encoder() -> Iterator[HeldEncoder]:
    """An encoder that is told to go on at the end, come what may."""
    encoder = HeldEncoder()
    yield encoder
    encoder.free.set()


@pytest.fixture
def library(tmp_path: Path, encoder: HeldEncoder) -> Iterator[Library]:
    """A library with two documents of the folder `papers`."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"This is {name}.")
    with Library.open(tmp_path / "library", create=True, encoder=encoder, wait=0.0) as library:
        sync(library, [folder])
        yield library


class Running:
    """A sync of the folder `papers` in a thread."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.stop = threading.Event()
        self.report: SyncReport | None = None

        def run() -> None:
            self.report = sync(library, [folder], stop=self.stop)

        self.thread = threading.Thread(target=run)
        self.thread.start()

    def result(self) -> SyncReport:
        """Wait for the end and return what the sync reports."""
        self.thread.join(WAIT)
        assert self.report is not None
        return self.report


def id_of(library: Library, name: str) -> str:
    """Return the id of the document of a file."""
    return next(stamp.id for source, stamp in library.manifest().items() if Path(source).name == name)


def test_documents_are_removed_while_others_are_embedded(
    library: Library, encoder: HeldEncoder, tmp_path: Path
) -> None:
    """A removal waits for no file that is read; here it would not wait at all."""
    (tmp_path / "papers" / "c.txt").write_text("This is slow.")
    running = Running(library, tmp_path / "papers")
    assert encoder.begun.wait(WAIT)
    assert library.remove([id_of(library, "a.txt")]) == 1
    with Library.open(library.folder, encoder=encoder, wait=0.0) as other:  # as another process would
        assert other.remove([id_of(library, "b.txt")]) == 1
    encoder.free.set()
    assert [Path(source).name for source in running.result().added] == ["c.txt"]
    assert [Path(source).name for source in library.manifest()] == ["c.txt"]


def test_what_was_removed_while_its_new_version_was_read_stays_removed(
    library: Library, encoder: HeldEncoder, tmp_path: Path
) -> None:
    """An ingest under way brings back nothing that a person removed; it says so of the file."""
    (tmp_path / "papers" / "a.txt").write_text("This is a, slow now.")
    (tmp_path / "papers" / "b.txt").write_text("This is b, in a second version.")
    running = Running(library, tmp_path / "papers")
    assert encoder.begun.wait(WAIT)
    library.remove([id_of(library, "a.txt")])
    encoder.free.set()
    report = running.result()
    assert [Path(source).name for source in report.changed] == ["b.txt"]
    assert [(Path(source).name, reason) for source, reason in report.failed] == [
        ("a.txt", "It was removed from the library while it was read.")
    ]
    assert [Path(source).name for source in library.manifest()] == ["b.txt"]


def test_a_stop_does_not_wait_for_a_large_document(library: Library, encoder: HeldEncoder, tmp_path: Path) -> None:
    """The embedding of a document that takes for ever is left; the next sync does it."""
    (tmp_path / "papers" / "c.txt").write_text("This is slow.")
    running = Running(library, tmp_path / "papers")
    assert encoder.begun.wait(WAIT)
    running.stop.set()
    report = running.result()
    assert report.stopped and not report.added
    assert len(library.manifest()) == 2
    encoder.free.set()
    assert [Path(source).name for source in sync(library, [tmp_path / "papers"]).added] == ["c.txt"]


def test_a_stop_ends_the_wait_for_another_ingest(library: Library, encoder: HeldEncoder, tmp_path: Path) -> None:
    """Whoever waits for its turn is asked too."""
    from vectorstore.errors import LibraryBusy

    (tmp_path / "papers" / "c.txt").write_text("This is new.")
    stop = threading.Event()
    with Library.open(library.folder, encoder=encoder, wait=600.0) as other, library.working():
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        with pytest.raises(LibraryBusy):
            sync(other, [tmp_path / "papers"], stop=stop)
        assert time.monotonic() - began < WAIT
