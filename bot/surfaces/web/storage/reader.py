"""Reads uploaded files into the library with the same sync as `footnote ingest`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.settings.settings import Settings
from bot.surfaces.web.storage.jobs import FileState, Incoming, OnFile
from ingest.background import step_back
from vectorstore.errors import DiskFull, LibraryBusy, VectorsUnavailable

if TYPE_CHECKING:
    from ingest.options import SyncOptions
    from ingest.progress import Progress
    from ingest.report import SyncReport
    from vectorstore.library import Library
    from vectorstore.records import Stamp

GROUP = 50
"""Files of one sync. Each sync starts a process that reads; within one, progress comes file by file."""
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
        options = self._options(collection, {str(file.path): file.name for file in files})
        for begin in range(0, len(files), GROUP):
            if stop.is_set():
                return
            batch = files[begin : begin + GROUP]
            for file in batch:
                on_file(file.path, "loading")
            self._patiently(batch, options, on_file, again=again, stop=stop)
        if self._library.uses_index and not stop.is_set():
            # Elsewhere nobody asks it, and writing takes both cores: the next ingest from the command line does it.
            writing = threading.Thread(target=self._write_index, name="footnote-index", daemon=True)
            writing.start()
            writing.join()

    def _write_index(self) -> None:
        step_back()
        # The documents are kept, and found beside the index until it can be written.
        with suppress(DiskFull, VectorsUnavailable, LibraryBusy):
            self._library.update_index()

    def _options(self, collection: str, names: Mapping[str, str]) -> SyncOptions:
        from ingest.document import LoadOptions
        from ingest.options import SyncOptions
        from ingest.reading.worker import Limits

        settings = self._settings
        limits = Limits(seconds=settings.file_seconds, memory=settings.file_memory_megabytes * 1024 * 1024)
        # One worker: the other core goes on answering.
        load = LoadOptions(passwords=settings.file_passwords, ocr_languages=settings.ocr_languages)
        return SyncOptions(collection=collection, load=load, limits=limits, workers=1, background=True, names=names)

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
        collection = options.collection
        with self._forgotten(there, collection) if again else nullcontext():
            before = self._library.manifest(collection)
            told: dict[str, FileState] = {}

            def progress(_: Progress) -> None:
                self._tell_stored(there, before, told, collection, on_file)

            try:
                paths = [file.path for file in there]
                report = sync(self._library, paths, options, progress=progress, stop=stop)
            except IngestError as error:
                for file in there:
                    on_file(file.path, "failed", message=_for_person(str(error), file))
                return
        self._tell_stored(there, before, told, collection, on_file)
        if not report.stopped:
            self._tell(there, report, told, collection, on_file)

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

    def _tell_stored(
        self,
        files: Sequence[Incoming],
        before: Mapping[str, Stamp],
        told: dict[str, FileState],
        collection: str,
        on_file: OnFile,
    ) -> None:
        """Tell of the files that have come into the library since `before` and were not told of."""
        known = self._library.manifest(collection)
        for file in files:
            source = str(file.path)
            stamp, old = known.get(source), before.get(source)
            if source in told or stamp is None or (old and old.sha256 == stamp.sha256):
                continue
            told[source] = "changed" if old else "added"
            on_file(file.path, told[source], document=stamp.id)

    def _tell(
        self,
        files: Sequence[Incoming],
        report: SyncReport,
        told: Mapping[str, FileState],
        collection: str,
        on_file: OnFile,
    ) -> None:
        """Tell how the others ended, and what was remarked on any."""
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
            if document is None:
                on_file(file.path, "failed", message="It was not read.")
            elif words or source not in told:
                on_file(file.path, told.get(source, "unchanged"), document=document, message=words)


def _for_person(sentence: str, file: Incoming) -> str:
    """Return a sentence with the given name of a file in place of ours."""
    name = PurePosixPath(file.name).name
    return sentence.replace(str(file.path), name).replace(file.path.name, name)
