"""What a sync makes of every kind of change, seen in its report and in the library."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from counting_encoder import CountingEncoder

from ingest.document import Loaded, LoadOptions
from ingest.errors import NothingToIngest, RemovalsRefused
from ingest.options import SyncOptions
from ingest.pipeline import ESTIMATED
from ingest.progress import Progress
from ingest.progress_bar import words_for
from ingest.reading.worker import Workers
from ingest.report import SyncReport
from ingest.sources.plan import iso_time
from ingest.sync import document_id, sync
from vectorstore.library import Library
from vectorstore.passage import Chunk


@pytest.fixture
def encoder() -> CountingEncoder:
    """An encoder that remembers what it embedded."""
    return CountingEncoder()


@pytest.fixture
def library(tmp_path: Path, encoder: CountingEncoder) -> Iterator[Library]:
    """An empty library."""
    with Library.open(tmp_path / "library", create=True, encoder=encoder) as library:
        yield library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three files."""
    folder = tmp_path / "papers"
    (folder / "old").mkdir(parents=True)
    (folder / "a.txt").write_text("Apples are red. They grow on trees.")
    (folder / "b.md").write_text("# Pears\n\nPears are *green*.")
    (folder / "old" / "c.txt").write_text("Plums are blue.")
    return folder


def names(sources: tuple[str, ...]) -> set[str]:
    """Return the file names of sources."""
    return {Path(source).name for source in sources}


def texts(library: Library, collection: str = "default") -> dict[str, str]:
    """Return the text of every document of a collection by file name."""
    return {Path(source).name: library.text(stamp.id) for source, stamp in library.manifest(collection).items()}


def once_a_file(report: SyncReport) -> bool:
    """Tell whether no source is in two lists of a report."""
    renamed = [new for _, new in report.renamed]
    failed = [source for source, _ in report.failed]
    everything = [*report.added, *report.changed, *report.unchanged, *renamed, *failed]
    return len(everything) == len(set(everything))


def test_new_files_are_added(library: Library, folder: Path) -> None:
    """The first sync adds every file, with its text, title, size and time."""
    report = sync(library, [folder])
    assert names(report.added) == {"a.txt", "b.md", "c.txt"}
    assert not (report.changed or report.removed or report.unchanged or report.failed)
    assert texts(library)["b.md"] == "Pears\n\nPears are green."
    pears = library.document(str(folder / "b.md"))
    assert (pears.title, pears.media_type) == ("Pears", "text/markdown")
    assert library.document(str(folder / "a.txt")).title == "a"
    assert pears.size == (folder / "b.md").stat().st_size
    assert pears.modified == iso_time((folder / "b.md").stat().st_mtime_ns)
    assert report.chunks == library.catalog.chunk_count()


def test_nothing_changed_reads_nothing(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the same size and time are not opened, and the library is not written."""
    sync(library, [folder])
    before = library.catalog.revision()
    monkeypatch.setattr("ingest.sources.plan.digest_of", lambda source: pytest.fail(f"opened {source}"))
    report = sync(library, [folder])
    assert names(report.unchanged) == {"a.txt", "b.md", "c.txt"}
    assert report.changes == 0
    assert library.catalog.revision() == before


def test_a_new_time_alone_is_no_change(library: Library, folder: Path, encoder: CountingEncoder) -> None:
    """A file that was only touched is known by its digest, and its new time is kept."""
    sync(library, [folder])
    encoder.texts.clear()
    os.utime(folder / "a.txt", ns=(1, 1_700_000_000_123_456_789))
    assert names(sync(library, [folder]).unchanged) == {"a.txt", "b.md", "c.txt"}
    assert encoder.texts == []
    assert library.manifest()[str(folder / "a.txt")].modified == "2023-11-14T22:13:20.123456789Z"


def test_a_changed_file_is_replaced(library: Library, folder: Path, encoder: CountingEncoder) -> None:
    """New content takes the place of the old under the same id; only it is embedded."""
    sync(library, [folder])
    id = library.find(str(folder / "a.txt")).id
    encoder.texts.clear()
    (folder / "a.txt").write_text("Apples are yellow now.")
    report = sync(library, [folder])
    assert names(report.changed) == {"a.txt"}
    assert texts(library)["a.txt"] == "Apples are yellow now."
    assert library.find(str(folder / "a.txt")).id == id
    assert encoder.texts == ["Apples are yellow now."]


def test_a_vanished_file_is_removed(library: Library, folder: Path) -> None:
    """A deleted file leaves the library; so does a deleted folder."""
    sync(library, [folder])
    shutil.rmtree(folder / "old")
    report = sync(library, [folder])
    assert names(report.removed) == {"c.txt"}
    assert set(texts(library)) == {"a.txt", "b.md"}


def test_an_empty_folder_empties_nothing_by_itself(library: Library, folder: Path) -> None:
    """A drive that is not mounted is no wish to forget: the sync says the numbers, changes nothing, and can be
    told to."""
    sync(library, [folder])
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(RemovalsRefused, match=r"3 of the 3 documents .* --allow-removals"):
        sync(library, [folder])
    assert len(library.documents()) == 3
    assert len(sync(library, [folder], SyncOptions(dry_run=True)).removed) == 3
    assert len(sync(library, [folder], SyncOptions(allow_removals=True)).removed) == 3
    with pytest.raises(NothingToIngest, match="nothing to read"):
        sync(library, [folder])


def test_each_path_is_a_source_of_its_own(library: Library, folder: Path, tmp_path: Path) -> None:
    """A second folder that is still there does not hide that the first one is empty."""
    other = tmp_path / "other"
    other.mkdir()
    for number in range(20):
        (other / f"{number}.txt").write_text(f"File {number}.")
    sync(library, [folder, other])
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(RemovalsRefused, match="3 of the 3 documents"):
        sync(library, [folder, other])


def test_most_of_many_do_not_go_unasked(library: Library, tmp_path: Path) -> None:
    """Of many documents at most half go at once; of a few, more may, as when a folder is tidied."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number}.txt").write_text(f"File {number}.")
    sync(library, [folder])
    for number in range(13):
        (folder / f"{number}.txt").unlink()
    with pytest.raises(RemovalsRefused, match="13 of the 24 documents"):
        sync(library, [folder])
    (folder / "0.txt").write_text("File 0.")
    assert len(sync(library, [folder]).removed) == 12


def test_files_that_were_all_replaced_are_no_empty_folder(library: Library, folder: Path) -> None:
    """A few files that make place for others: the folder is plainly there."""
    sync(library, [folder])
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "new.txt").write_text("Something else.")
    assert len(sync(library, [folder]).removed) == 3


def test_only_what_is_below_the_paths_is_removed(library: Library, folder: Path, tmp_path: Path) -> None:
    """Documents from elsewhere stay, also those of a folder whose name begins the same."""
    other = tmp_path / "papers2"
    other.mkdir()
    (other / "d.txt").write_text("Dates are brown.")
    sync(library, [folder, other])
    (other / "d.txt").unlink()
    (folder / "a.txt").unlink()
    assert names(sync(library, [folder]).removed) == {"a.txt"}
    assert "d.txt" in texts(library)
    assert names(sync(library, [folder / "old"]).unchanged) == {"c.txt"}
    assert set(texts(library)) == {"b.md", "c.txt", "d.txt"}


@pytest.mark.parametrize("to", ["renamed.txt", "old/a.txt", "deep/er/a.txt"])
def test_a_renamed_file_keeps_its_vectors(library: Library, folder: Path, encoder: CountingEncoder, to: str) -> None:
    """A file that moved is the same document: same id, nothing embedded, its new name as title."""
    sync(library, [folder])
    id = library.find(str(folder / "a.txt")).id
    encoder.texts.clear()
    (folder / to).parent.mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").rename(folder / to)
    report = sync(library, [folder])
    assert report.renamed == ((str(folder / "a.txt"), str(folder / to)),)
    assert not (report.added or report.removed or report.changed)
    assert encoder.texts == []
    moved = library.find(str(folder / to))
    assert (moved.id, moved.title) == (id, Path(to).stem)
    assert sync(library, [folder]).changes == 0


def test_a_rename_keeps_the_title_that_the_file_gives_itself(library: Library, folder: Path) -> None:
    """Only a title that was made from the file's name follows it."""
    sync(library, [folder])
    (folder / "b.md").rename(folder / "fruit.md")
    sync(library, [folder])
    assert library.find(str(folder / "fruit.md")).title == "Pears"


def test_the_old_name_can_be_used_again(library: Library, folder: Path) -> None:
    """After a rename, a new file under the old name is a document of its own."""
    sync(library, [folder])
    (folder / "a.txt").rename(folder / "z.txt")
    sync(library, [folder])
    (folder / "a.txt").write_text("Another apple.")
    report = sync(library, [folder])
    assert names(report.added) == {"a.txt"}
    assert texts(library)["a.txt"] == "Another apple."
    assert texts(library)["z.txt"].startswith("Apples are red.")


def test_another_ending_is_another_document(library: Library, folder: Path) -> None:
    """What was plain text and is named .md now is read again, since its text differs."""
    (folder / "star.txt").write_text("A *star*.")
    sync(library, [folder])
    (folder / "star.txt").rename(folder / "star.md")
    report = sync(library, [folder])
    assert (names(report.added), names(report.removed)) == ({"star.md"}, {"star.txt"})
    assert texts(library)["star.md"] == "A star."


def test_the_same_content_twice_is_two_documents(library: Library, folder: Path) -> None:
    """The library mirrors the folder; the report says that one is a copy."""
    shutil.copy(folder / "a.txt", folder / "copy.txt")
    report = sync(library, [folder])
    assert {"a.txt", "copy.txt"} <= names(report.added)
    assert any("same content" in note for note in report.notes)
    (folder / "a.txt").unlink()
    assert names(sync(library, [folder]).removed) == {"a.txt"}
    assert "copy.txt" in texts(library)


def test_collections_are_separate(library: Library, folder: Path) -> None:
    """The same folder in two collections is two sets of documents, each synced by itself."""
    sync(library, [folder])
    sync(library, [folder], SyncOptions(collection="fruit"))
    (folder / "a.txt").unlink()
    sync(library, [folder], SyncOptions(collection="fruit"))
    assert set(texts(library, "fruit")) == {"b.md", "c.txt"}
    assert set(texts(library)) == {"a.txt", "b.md", "c.txt"}


def test_a_file_that_fails_now_keeps_its_last_version(library: Library, folder: Path) -> None:
    """A document whose file was emptied still answers; the report says so."""
    sync(library, [folder])
    (folder / "a.txt").write_text("")
    report = sync(library, [folder])
    (failure,) = report.failed
    assert failure[0] == str(folder / "a.txt")
    assert "is empty" in failure[1]
    assert "keeps the version from before" in failure[1]
    assert texts(library)["a.txt"].startswith("Apples")
    assert not report.removed
    (folder / "a.txt").write_text("Back again.")
    assert names(sync(library, [folder]).changed) == {"a.txt"}


def test_one_bad_file_stops_no_other(library: Library, folder: Path) -> None:
    """Every file is in exactly one list of the report."""
    (folder / "junk.txt").write_bytes(bytes(range(256)) * 64)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (folder / "empty.txt").touch()
    report = sync(library, [folder])
    assert names(tuple(source for source, _ in report.failed)) == {"junk.txt", "broken.pdf", "empty.txt"}
    assert names(report.added) == {"a.txt", "b.md", "c.txt"}
    assert once_a_file(report)
    assert all(reason.count(".") >= 2 for _, reason in report.failed)


def test_a_dry_run_writes_nothing(library: Library, folder: Path, encoder: CountingEncoder) -> None:
    """It reports what a sync would, failures included, and embeds nothing."""
    sync(library, [folder])
    encoder.texts.clear()
    (folder / "a.txt").write_text("Changed apples.")
    (folder / "b.md").rename(folder / "pears.md")
    (folder / "old" / "c.txt").unlink()
    (folder / "new.txt").write_text("New.")
    (folder / "bad.txt").write_bytes(bytes(1000))
    before = library.catalog.revision()
    dry = sync(library, [folder], SyncOptions(dry_run=True))
    assert library.catalog.revision() == before
    assert encoder.texts == []
    real = sync(library, [folder])
    for field in ("added", "changed", "removed", "renamed", "unchanged", "failed"):
        assert getattr(dry, field) == getattr(real, field), field


def test_a_dry_run_needs_no_library(folder: Path) -> None:
    """Before there is a library, a dry run reports all files as new."""
    assert len(sync(None, [folder], SyncOptions(dry_run=True)).added) == 3


def test_a_file_named_twice_is_one(library: Library, folder: Path) -> None:
    """Overlapping paths give each file once."""
    report = sync(library, [folder, folder / "old", folder / "a.txt", folder / "old" / ".." / "a.txt"])
    assert len(report.added) == 3


def test_a_file_that_changes_while_it_is_read_is_read_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text, digest and time always belong together; a file that never rests fails."""
    real = Workers.load
    left = {"a.txt": 1, "c.txt": 99}

    def busy(self: Workers, path: Path, options: LoadOptions) -> Loaded:
        loaded = real(self, path, options)
        if left.get(path.name, 0) > 0:
            left[path.name] -= 1
            path.write_text(f"Version {left[path.name]}.")
            os.utime(path, ns=(1, 10**18 + left[path.name]))
        return loaded

    monkeypatch.setattr(Workers, "load", busy)
    report = sync(library, [folder])
    assert texts(library)["a.txt"] == "Version 0."
    assert library.manifest()[str(folder / "a.txt")].size == len("Version 0.")
    assert [Path(source).name for source, _ in report.failed] == ["c.txt"]
    assert "changes while it is read" in report.failed[0][1]


def test_stopping_keeps_what_was_finished(library: Library, tmp_path: Path) -> None:
    """After a stop nothing is half there, nothing was removed, and the next sync finishes the work."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(f"This is file {number}. " * 20)
    (folder / "gone.txt").write_text("Here for now.")
    sync(library, [folder / "gone.txt"])
    (folder / "gone.txt").unlink()
    stop = threading.Event()

    def stop_soon(progress: Progress) -> None:
        if progress.files:
            stop.set()

    report = sync(library, [folder], progress=stop_soon, stop=stop)
    assert report.stopped
    assert 0 < len(report.added) < 300
    assert not report.removed
    assert any("not reached" in note for note in report.notes)
    assert len(library.documents()) == len(report.added) + 1
    again = sync(library, [folder])
    assert len(again.added) + len(report.added) == 300
    assert names(again.removed) == {"gone.txt"}


def test_an_error_of_the_library_ends_the_sync_cleanly(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the library cannot be written the error comes through and no thread or process is left."""

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("full")

    for number in range(50):
        (folder / f"{number}.md").write_text(f"File {number}. " * 2000)
    monkeypatch.setattr(library, "add", full)
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="full"):
        sync(library, [folder])
    for thread in threading.enumerate():
        if thread.name.startswith(("split", "read")):
            thread.join(10)
    assert threading.active_count() == before


def test_progress_counts_files_and_chunks(library: Library, folder: Path) -> None:
    """The last call says that all files are done and how many chunks there are."""
    seen: list[Progress] = []
    report = sync(library, [folder], progress=seen.append)
    last = seen[-1]
    assert (last.files, last.total, last.chunks, last.share) == (3, 3, report.chunks, 1.0)
    assert [progress.share for progress in seen] == sorted(progress.share for progress in seen)


def test_the_bar_shows_files_chunks_rate_and_time_left() -> None:
    """What stands beside the bar follows from how much of the bytes is done."""
    progress = Progress(files=1_000, total=4_000, chunks=5_000, share=0.25)
    assert words_for(progress, 30.0) == "1,000 of 4,000 files · 5,000 chunks · 167 a second · 1:30 left"
    assert words_for(Progress(files=0, total=3, chunks=0), 0.0) == "0 of 3 files"


def test_ids_follow_from_collection_and_source() -> None:
    """The id of a source is the same everywhere; a taken one gives the next."""
    first = document_id("default", "/a", set())
    assert first == document_id("default", "/a", {"0" * 16})
    assert len(first) == 16
    assert document_id("other", "/a", set()) != first
    assert document_id("default", "/a", {first}) not in ("", first)


def test_times_keep_their_nanoseconds() -> None:
    """A stored time loses nothing and sorts as text; impossible times still differ."""
    assert iso_time(0) == "1970-01-01T00:00:00.000000000Z"
    assert iso_time(1_795_578_071_738_385_113) == "2026-11-25T03:41:11.738385113Z"
    assert iso_time(-1) == "1969-12-31T23:59:59.999999999Z"
    assert iso_time(10**30) != iso_time(10**30 + 1)


def test_a_second_ingest_finds_the_work_done(library: Library, folder: Path, encoder: CountingEncoder) -> None:
    """What another process stored while this one waited for the lock is not stored again."""
    real = library.working
    raced = False

    def slow(**options: Any) -> object:
        nonlocal raced
        if not raced:
            raced = True
            with Library.open(library.folder, encoder=CountingEncoder()) as other:
                sync(other, [folder])
        return real(**options)

    library.working = slow  # type: ignore[method-assign,assignment]
    report = sync(library, [folder])
    assert names(report.unchanged) == {"a.txt", "b.md", "c.txt"}
    assert encoder.texts == []


def test_rows_without_vectors_of_their_own_are_told(tmp_path: Path, folder: Path) -> None:
    """A document of which sections were estimated has a note that says what its rows are good for."""

    class Estimating(CountingEncoder):
        """Estimates what begins with a pear."""

        def estimated_sections(self, text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
            return frozenset({0}) if text.startswith("Pears") else super().estimated_sections(text, chunks)

    with Library.open(tmp_path / "other", create=True, encoder=Estimating()) as library:
        report = sync(library, [folder])
        assert report.notes == (f"b.md: {ESTIMATED}",)
        assert list(library.notes().values()) == [(ESTIMATED,)]
