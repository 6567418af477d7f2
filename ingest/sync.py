"""Make one collection of a library equal to files and folders.

What is to be done is decided first (`plan`), from names, sizes, times and digests alone; only what is
new or changed is read. Reading and splitting run beside the embedding, with a bounded amount of text
between them. Nothing here loads a model, and nothing imports one: an ingest that finds nothing to do
costs a walk and a query.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ingest.errors import ManyFilesRefused, NothingToIngest
from ingest.options import SyncOptions
from ingest.progress import Meter, Progress
from ingest.reading.load import MAX_BYTES
from ingest.report import SyncReport
from ingest.sources.addresses import fetched, is_address, refuse_addresses
from ingest.sources.discover import Discovery, discover
from ingest.sources.plan import Plan, iso_time, many_files_words, plan, refuse_mass_removal
from vectorstore.document import Document
from vectorstore.errors import DocumentMissing, LibraryDamaged

if TYPE_CHECKING:
    from ingest.piece import Piece
    from ingest.pipeline import Batch
    from vectorstore.library import Library
    from vectorstore.records import Stamp


def sync(
    library: Library | None,
    paths: Sequence[Path | str],
    options: SyncOptions | None = None,
    *,
    leave_out: Path | str | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    confirm: Callable[[str], bool] | None = None,
) -> SyncReport:
    """Make a collection equal to files and folders, and report what became of every file.

    Documents whose source is not below one of the paths stay as they are.

    Args:
        library: Where documents are kept, open for writing unless it is a dry run; None stands for
            an empty one, for a dry run before there is any.
        paths: Files and folders; web addresses too where the options allow them.
        options: How to sync.
        leave_out: A folder that is never walked: the library's own.
        progress: Called after every file and every batch.
        stop: When set, the documents at hand are finished and the rest is left for the next time.
        confirm: Asked, with the numbers in a sentence, before a huge tree is read; None where there is nobody to ask.

    Raises:
        NothingToIngest: A path does not exist, or there is no file and the library knows of none.
        RemovalsRefused: All documents of a path, or most of many, would go, and the options do not allow it.
        ManyFilesRefused: More than `MANY_FILES` would be read, and neither the options nor `confirm` allow it.
        LibraryError: The library cannot be written.
    """
    run = _Sync(library, options or SyncOptions(), progress, stop or threading.Event(), confirm)
    return run.run(paths, leave_out)


def document_id(collection: str, source: str, taken: set[str]) -> str:
    """Return the id of a new document: the same in every library, unless another document has it."""
    number = 0
    while True:
        name = f"{collection}\0{source}" + (f"\0{number}" if number else "")
        found = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if found not in taken:
            return found
        number += 1


def default_title(source: str) -> str:
    """Return what a document is called that has no title itself: its file's name without the ending."""
    if not is_address(source):
        return PurePath(source).stem
    parts = urlsplit(source)
    return PurePath(unquote(parts.path)).stem or parts.hostname or source


class _Sync:
    """One run: the plan is carried out step by step, and what became of each file is kept."""

    def __init__(
        self,
        library: Library | None,
        options: SyncOptions,
        progress: Callable[[Progress], None] | None,
        stop: threading.Event,
        confirm: Callable[[str], bool] | None,
    ) -> None:
        self._library = library
        self._options = options
        self._progress = Meter(progress)
        self._stop = stop
        self._confirm = confirm
        self._started = time.monotonic()
        self._known: Mapping[str, Stamp] = {}
        self._added: list[str] = []
        self._changed: list[str] = []
        self._failed: list[tuple[str, str]] = []
        self._notes: list[str] = []
        self._noted = 0
        self._digests: dict[str, str] = {}
        self._total = 0
        self._todo: Plan | None = None

    def run(self, paths: Sequence[Path | str], leave_out: Path | str | None) -> SyncReport:
        """Find out what is to be done and, unless it is nothing or a dry run, do it."""
        if leave_out is None and self._library is not None:
            leave_out = self._library.folder
        refuse_addresses(paths, allowed=self._options.addresses)
        addresses = [path for path in paths if is_address(path)]
        folders = [path for path in paths if not is_address(path)]
        found = discover(folders, leave_out=leave_out, tell=self._progress.found)
        limits = self._options.limits
        with fetched(addresses, found, most_bytes=limits.bytes if limits else MAX_BYTES):
            return self._carry_out(found, paths)

    def _carry_out(self, found: Discovery, paths: Sequence[Path | str]) -> SyncReport:
        todo = self._plan(found)
        if not (found.files or found.failed or todo.removed):
            raise NothingToIngest(
                f"There is nothing to read in {', '.join(map(str, paths)) or 'no path at all'}.",
                remedy="Name a folder with documents. Hidden and ignored files are left out.",
            )
        if not (self._options.allow_removals or self._options.dry_run):
            refuse_mass_removal(todo, found.roots)
        self._ask_about_many(todo, found)
        if self._library is None or self._options.dry_run:
            self._read(todo)
        elif todo.writes:
            # Held from here to the end, so that two ingests never do the same work twice. Others may remove
            # documents in between: their lock is held for each batch only.
            with self._library.working(stop=self._stop.is_set):
                todo = self._plan(found)
                todo = self._write(self._library, todo)
        return self._report(found, todo)

    def _ask_about_many(self, todo: Plan, found: Discovery) -> None:
        words = "" if self._options.allow_many else many_files_words(todo, found.roots)
        if words and not (self._confirm and self._confirm(words)):
            raise ManyFilesRefused(
                f"{words} Nothing was read.",
                remedy="If all of them are meant, repeat with --allow-many; else name the folders that hold documents.",
            )

    def _plan(self, found: Discovery) -> Plan:
        if self._library is not None:
            known = self._library.manifest(self._options.collection)
            if self._todo is not None and known == self._known:
                return self._todo
            self._known = known
        known = {source: self._trusted(stamp) for source, stamp in self._known.items()}
        self._todo = plan(found, known, check=self._options.check)
        return self._todo

    def _trusted(self, stamp: Stamp) -> Stamp:
        """Return what is known of a file, or of a damaged document something that no file is equal to."""
        return replace(stamp, sha256="", size=-1) if stamp.id in self._options.damaged else stamp

    def _write(self, library: Library, todo: Plan) -> Plan:
        """Carry everything out in an order that loses nothing if it is cut off: removals come last."""
        self._keep(library, todo)
        self._read(todo)
        if self._stop.is_set():
            return replace(todo, removed=[])
        if todo.removed:
            library.remove([self._known[source].id for source in todo.removed])
        return todo

    def _report(self, found: Discovery, todo: Plan) -> SyncReport:
        self._note_duplicates(todo)
        self._failed += [self._failure(source, reason) for source, reason in todo.failed]
        self._note_damaged(todo)
        stopped = self._stop.is_set()
        reached = len(self._added) + len(self._changed) + len(self._failed) - len(todo.failed)
        if stopped and reached < self._total:
            self._notes.append(f"{self._total - reached:,} files were not reached; run the ingest again.")
        return SyncReport(
            added=tuple(self._added),
            changed=tuple(self._changed),
            removed=tuple(sorted(todo.removed)),
            unchanged=tuple(sorted((*todo.unchanged, *(file.source for file in todo.touched)))),
            renamed=tuple((old, file.source) for old, file in todo.renamed),
            failed=tuple(sorted(self._failed)),
            skipped=tuple(found.skipped),
            notes=tuple(self._notes),
            noted=self._noted,
            seconds=time.monotonic() - self._started,
            chunks=self._progress.chunks,
            stopped=stopped,
        )

    def _keep(self, library: Library, todo: Plan) -> None:
        """Store what changed about files whose content did not."""
        for file in todo.touched:
            modified = iso_time(file.modified_ns)
            with suppress(DocumentMissing):  # removed a moment ago
                library.touch(self._known[file.source].id, modified=modified, size=file.size)
        if not todo.renamed:
            return
        titles = {info.id: info.title for info in library.documents()}
        for old, file in todo.renamed:
            id = self._known[old].id
            title = titles.get(id, "")
            if title == default_title(old):
                title = default_title(file.source)
            with suppress(DocumentMissing):
                library.rename(id, source=file.source, title=title, modified=iso_time(file.modified_ns))

    def _read(self, todo: Plan) -> None:
        """Read, split and store all that is new or changed."""
        files = [*todo.changed, *todo.added]
        self._total = len(files)
        if not files:
            return
        from ingest.pipeline import Pipeline

        library = None if self._options.dry_run else self._library
        # Ids of renamed documents stay taken: theirs was made from the old source.
        taken = {stamp.id for stamp in self._known.values()}
        self._progress.begin(files)
        pipeline = Pipeline(
            files,
            self._options,
            encoder=None if library is None else lambda: library.encoder,
            document=lambda piece: self._document(piece, taken),
            known=self._compared,
            embed=lambda entries, count: [] if library is None else library.embed(entries, progress=count),
            meter=self._progress,
            stop=self._stop,
        )
        with pipeline as batches:
            for batch in batches:
                self._store(library, batch)
                self._progress.stored(batch.pieces)

    def _store(self, library: Library | None, batch: Batch) -> None:
        """Store a batch and note what became of its files."""
        for piece in batch.pieces:
            if piece.error is not None:
                self._failed.append(self._failure(piece.file.source, str(piece.error)))
            elif piece.loaded is not None:
                self._noted += bool(piece.loaded.notes)
                self._notes += [f"{PurePath(piece.file.source).name}: {note}" for note in piece.loaded.notes]
        gone: set[str] = set()
        if library is not None:
            known = [document.id for document, _ in batch.entries if document.source in self._known]
            gone = library.add(batch.entries, vectors=batch.vectors, replacing=known)
            for document in batch.described:
                try:
                    library.describe(document)
                except DocumentMissing:
                    gone.add(document.id)
        for document in (*(document for document, _ in batch.entries), *batch.described):
            if document.id in gone:
                self._failed.append((document.source, "It was removed from the library while it was read."))
                continue
            (self._changed if document.source in self._known else self._added).append(document.source)
            self._digests[document.source] = document.sha256

    def _compared(self, piece: Piece) -> Piece:
        """Return a piece as kept where its file is what it was and reads as it did: what changed is its sidecar."""
        known, loaded = self._known.get(piece.file.source), piece.loaded
        if self._library is None or known is None or loaded is None or self._trusted(known).sha256 != piece.sha256:
            return piece
        from ingest.pipeline import ESTIMATED

        try:
            stored = self._library.document(known.id)
        except (DocumentMissing, LibraryDamaged):  # it is read as if it were new, and so mended
            return piece
        now = (loaded.text, loaded.media_type, loaded.places, loaded.headings, loaded.scans)
        if now != (stored.text, stored.media_type, stored.places, stored.headings, stored.scans):
            return piece  # read in another way than then
        again = tuple(note for note in stored.notes if note == ESTIMATED)
        return replace(piece, loaded=replace(loaded, notes=(*loaded.notes, *again)), kept=True)

    def _document(self, piece: Piece, taken: set[str]) -> Document:
        """Make the document of a file that was read, under its old id if it has one."""
        file, loaded = piece.file, piece.loaded
        assert loaded is not None
        collection = self._options.collection
        known = self._known.get(file.source)
        id = known.id if known else document_id(collection, file.source, taken)
        taken.add(id)
        name = self._options.names.get(file.source, "")
        # A loader that finds no title may give the name that the file lies under.
        own = loaded.title if loaded.title != default_title(file.source) else ""
        return Document(
            id=id,
            source=file.source,
            title=own or default_title(name or file.source),
            media_type=loaded.media_type,
            text=loaded.text,
            sha256=piece.sha256,
            collection=collection,
            places=loaded.places,
            headings=loaded.headings,
            size=file.size,
            modified=iso_time(file.modified_ns),
            notes=loaded.notes,
            said=loaded.said,
            scans=loaded.scans,
            name=name,
        )

    def _failure(self, source: str, reason: str) -> tuple[str, str]:
        """Say why a file failed, and that the library still answers from its last version if it does."""
        if source in self._known:
            return source, f"{reason} The library keeps the version from before."
        return source, reason

    def _note_damaged(self, todo: Plan) -> None:
        """Note which damaged documents were read again, and which were not among the files."""
        again = {self._known[source].id for source in self._changed if source in self._known}
        again |= {self._known[file.source].id for file in todo.changed if self._options.dry_run}
        gone = {self._known[source].id for source in todo.removed}
        for id, wrong in self._options.damaged.items():
            if id not in gone:
                done = "It is read again." if id in again else "Run: footnote doctor --repair"
                self._notes.append(f"{wrong} {done}")

    def _note_duplicates(self, todo: Plan) -> None:
        """Note files with the same content: each is a document, so an answer may cite either."""
        by_digest: dict[str, list[str]] = {}
        for source, stamp in self._known.items():
            if source not in self._digests:
                by_digest.setdefault(stamp.sha256, []).append(source)
        gone = {*todo.removed, *(old for old, _ in todo.renamed)}
        for source, digest in self._digests.items():
            others = [other for other in by_digest.setdefault(digest, []) if other not in gone]
            if others:
                name = PurePath(source).name
                self._notes.append(f"{name}: has the same content as {PurePath(others[0]).name}; both are kept.")
            by_digest[digest].append(source)
