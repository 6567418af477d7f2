"""What is asked about before it is read, what is read though it looks unchanged, and files that take long."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_encoder import CountingEncoder

from ingest.errors import ManyFilesRefused
from ingest.options import SyncOptions
from ingest.piece import Piece
from ingest.pipeline import Pipeline
from ingest.progress import Meter, Progress
from ingest.sources import discover as discovering
from ingest.sources import plan as planning
from ingest.sources.discover import Found, discover
from ingest.splitting.split import sentences, split
from ingest.sync import sync
from vectorstore.document import Document
from vectorstore.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    with Library.open(tmp_path / "library", create=True, encoder=CountingEncoder()) as library:
        yield library


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of 12 files."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(12):
        (tree / f"f{number:02}.txt").write_text(f"File number {number} has words.")
    return tree


def test_a_huge_tree_is_counted_and_asked_about(library: Library, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read before somebody says yes, in a dry run neither; what is in the library counts no more."""
    monkeypatch.setattr(planning, "MANY_FILES", 10)
    for options in (SyncOptions(), SyncOptions(dry_run=True)):
        with pytest.raises(ManyFilesRefused, match=r"^12 files \(0\.0 GB\) below .*tree would be read") as refused:
            sync(library, [tree], options)
        assert "--allow-many" in refused.value.remedy
    assert library.count_documents() == 0
    asked: list[str] = []
    with pytest.raises(ManyFilesRefused):
        sync(library, [tree], confirm=lambda words: bool(asked.append(words)))
    assert len(asked) == 1 and library.count_documents() == 0
    assert len(sync(library, [tree], confirm=lambda words: True).added) == 12
    (tree / "new.txt").write_text("One more.")
    assert len(sync(library, [tree]).added) == 1
    for file in tree.iterdir():
        file.write_text(f"{file.name} has other words than before.")
    assert len(sync(library, [tree], SyncOptions(allow_many=True)).changed) == 13


def test_the_walk_tells_how_far_it_is(library: Library, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While folders are walked, the number of files found so far; in a dry run too."""
    monkeypatch.setattr(discovering, "_TOLD", 5)
    told: list[int] = []
    discover([tree], tell=told.append)
    assert told == [5, 10]
    steps: list[Progress] = []
    sync(library, [tree], SyncOptions(dry_run=True), progress=steps.append)
    assert [step.found for step in steps if step.found] == [5, 10]
    assert steps[-1].files == steps[-1].total == 12 and not steps[-1].found


def test_a_file_of_the_same_size_and_time_is_read_with_check(library: Library, tree: Path) -> None:
    """Without it such a change is not seen; with it exactly that file is replaced, and nothing else is written."""
    sync(library, [tree])
    file = tree / "f03.txt"
    before = file.stat()
    file.write_text(file.read_text().replace("words", "sword"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not sync(library, [tree]).changed
    dry = sync(library, [tree], SyncOptions(check=True, dry_run=True))
    assert [Path(source).name for source in dry.changed] == ["f03.txt"]
    report = sync(library, [tree], SyncOptions(check=True))
    assert [Path(source).name for source in report.changed] == ["f03.txt"] and len(report.unchanged) == 11
    assert "sword" in library.document("f03.txt").text
    revision = library.catalog.revision()
    assert len(sync(library, [tree], SyncOptions(check=True)).unchanged) == 12
    assert library.catalog.revision() == revision


@pytest.mark.parametrize("unit", ["e.g. Mr. ", "word "])
def test_a_line_of_megabytes_is_split(unit: str) -> None:
    """Two megabytes without a line end, without the end of a sentence, are chunks that leave nothing out.

    The work grows with the length: where it grows with its square, this takes hours and the run is stopped.
    """
    text = unit * (2_000_000 // len(unit))
    assert sentences(text)
    chunks = split(text)
    assert chunks[0].start == 0 and chunks[-1].end == len(text.rstrip())
    assert all(text[a.end : b.start].strip() == "" for a, b in itertools.pairwise(chunks))


def test_what_stands_before_a_long_file_is_handed_over_first(tmp_path: Path) -> None:
    """A file that fills a batch is one by itself: killed while it is embedded, those before it are stored."""
    names = ["a.txt", "b.txt", "long.txt", "z.txt"]
    for name in names:
        (tmp_path / name).write_text("Some words. " * (20_000 if name == "long.txt" else 2))
    files = [Found(str(tmp_path / n), (s := (tmp_path / n).stat()).st_size, s.st_mtime_ns) for n in names]
    encoder = CountingEncoder()
    options = SyncOptions(workers=1)

    def document(piece: Piece) -> Document:
        assert piece.loaded is not None
        return Document(piece.sha256[:16], piece.file.source, "", "text/plain", piece.loaded.text, piece.sha256)

    pipeline = Pipeline(
        files,
        options,
        encoder=lambda: encoder,
        document=document,
        embed=lambda entries, count: encoder.encode_documents([(kept.text, chunks) for kept, chunks in entries], count),
        meter=Meter(None),
        stop=threading.Event(),
    )
    with pipeline as batches:
        found = [[Path(piece.file.source).name for piece in batch.pieces] for batch in batches]
    assert found == [["a.txt", "b.txt"], ["long.txt"], ["z.txt"]]
