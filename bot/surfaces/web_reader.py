"""Reads uploaded files into the library with the same sync as `footnote ingest`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.surfaces.web_jobs import FileState, Incoming, OnFile
from vectorstore.errors import DiskFull, DocumentMissing, LibraryBusy, VectorsUnavailable

if TYPE_CHECKING:
    from ingest.report import SyncReport
    from ingest.sync import SyncOptions
    from vectorstore.library import Library

BATCH = 8
"""Files that are read together: enough to keep the cores busy, few enough to show progress."""
BUSY_SECONDS = 600.0
"""So long another writing process is waited for."""
UNKNOWN = "0" * 64


class LibraryReader:
    """Reads files into a library.

    Args:
        library: Where to.
        settings: Limits of reading.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings

    def __call__(
        self,
        files: Sequence[Incoming],
        collection: str,
        on_file: OnFile,
        *,
        again: bool,
        stop: threading.Event,
    ) -> None:
        """Read `files` into `collection`; see `web_jobs.Ingest`."""
        options = self._options(collection)
        for begin in range(0, len(files), BATCH):
            if stop.is_set():
                return
            batch = files[begin : begin + BATCH]
            for file in batch:
                on_file(file.path, "loading")
            self._patiently(batch, options, on_file, again=again, stop=stop)
        try:
            self._library.update_index()
        except (DiskFull, VectorsUnavailable, LibraryBusy):
            # The documents are kept, and found beside the index until it can be written.
            return

    def _options(self, collection: str) -> SyncOptions:
        from ingest.document import LoadOptions
        from ingest.sync import SyncOptions
        from ingest.worker import Limits

        settings = self._settings
        limits = Limits(seconds=settings.file_seconds, memory=settings.file_memory_megabytes * 1024 * 1024)
        # One worker: the other core goes on answering.
        load = LoadOptions(ocr_languages=settings.ocr_languages)
        return SyncOptions(collection=collection, load=load, limits=limits, workers=1)

    def _patiently(
        self,
        batch: Sequence[Incoming],
        options: SyncOptions,
        on_file: OnFile,
        *,
        again: bool,
        stop: threading.Event,
    ) -> None:
        """Read a batch; while another process writes, wait."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._read(batch, options, on_file, again=again, stop=stop)
                return
            except LibraryBusy:
                if stop.is_set() or time.monotonic() > deadline:
                    raise

    def _read(
        self,
        batch: Sequence[Incoming],
        options: SyncOptions,
        on_file: OnFile,
        *,
        again: bool,
        stop: threading.Event,
    ) -> None:
        from ingest.errors import IngestError
        from ingest.sync import sync

        there = [file for file in batch if file.path.is_file()]
        for file in batch:
            if file not in there:
                on_file(file.path, "failed", message="The file is not there any more.")
        if not there:
            return
        with self._forgotten(there, options.collection) if again else nullcontext():
            try:
                report = sync(self._library, [file.path for file in there], options, stop=stop)
            except IngestError as error:
                for file in there:
                    on_file(file.path, "failed", message=_for_person(str(error), file))
                return
        if not report.stopped:
            self._tell(there, report, options.collection, on_file)

    @contextmanager
    def _forgotten(self, files: Sequence[Incoming], collection: str) -> Iterator[None]:
        """Make the library forget what it knows of files' content, so that they are read though unchanged."""
        known = self._library.manifest(collection)
        stamps = [stamp for file in files if (stamp := known.get(str(file.path)))]
        for stamp in stamps:
            self._library.touch(stamp.id, sha256=UNKNOWN, modified="")
        try:
            yield
        finally:
            for info in (self._library.manifest(collection).get(str(file.path)) for file in files):
                stamp = next((stamp for stamp in stamps if info and stamp.id == info.id), None)
                if info and stamp and info.sha256 == UNKNOWN:
                    # It could not be read: the text that is kept is still the one of before.
                    self._library.touch(stamp.id, sha256=stamp.sha256, modified=stamp.modified)

    def _tell(self, files: Sequence[Incoming], report: SyncReport, collection: str, on_file: OnFile) -> None:
        known = self._library.manifest(collection)
        failed = dict(report.failed)
        for file in files:
            source = str(file.path)
            stamp = known.get(source)
            document = stamp.id if stamp else None
            if source in failed:
                on_file(file.path, "failed", document=document, message=_for_person(failed[source], file))
                continue
            notes = [note for note in report.notes if note.startswith(f"{file.path.name}: ")]
            words = " ".join(_for_person(note.removeprefix(f"{file.path.name}: "), file) for note in notes)
            if document:
                self._title(document, file)
                on_file(file.path, _state(source, report), document=document, message=words)
            else:
                on_file(file.path, "failed", message="It was not read.")

    def _title(self, document: str, file: Incoming) -> None:
        """Call a document without a title of its own after the given name instead of ours."""
        from ingest.sync import default_title

        try:
            info = self._library.find(document)
        except DocumentMissing:
            return
        title = PurePosixPath(file.name).stem
        if info.title == default_title(str(file.path)) and title and title != info.title:
            self._library.touch(document, title=title)


def _for_person(sentence: str, file: Incoming) -> str:
    """Return a sentence with the given name of a file in place of ours."""
    name = PurePosixPath(file.name).name
    return sentence.replace(str(file.path), name).replace(file.path.name, name)


def _state(source: str, report: SyncReport) -> FileState:
    """Return what a sync did with a file that did not fail."""
    if source in report.added:
        return "added"
    return "changed" if source in report.changed else "unchanged"
