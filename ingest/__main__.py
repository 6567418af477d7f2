"""`python -m ingest PATH…`: make the library equal to files and folders.

`run` is also what `footnote ingest` calls, so there is one implementation.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.document import LoadOptions
from ingest.errors import NothingToIngest
from ingest.options import SyncOptions
from ingest.report import SyncReport, printable
from ingest.sources.addresses import is_address, refuse_addresses
from ingest.sources.plan import MANY_FILES
from ingest.sync import sync
from vectorstore.catalog.homes.named import folder_of
from vectorstore.errors import FootnoteError, LibraryMissing
from vectorstore.library import Library
from vectorstore.open_library import open_library

if TYPE_CHECKING:
    from ingest.progress_bar import ProgressBar
    from ingest.reading.worker import Limits
    from vectorstore.records import Holder

DONE, UNUSABLE, WRONG_USE, SOME_FAILED, STOPPED = 0, 1, 2, 3, 130
"""Exit statuses: nothing failed; the library cannot be used; no such path or a bad option; some files
failed; Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Run:
    """How to ingest. `run` does it.

    Attributes:
        library: Folder of the library.
        collection: Which collection is made equal to the paths.
        embedding_model, chroma, cache, threads: As in `LibrarySettings`.
        load: What a person may set for all loaders.
        limits: What one file may use while it is read; None for the default.
        addresses: Whether web addresses may stand among the paths.
        dry_run: Say what would be done; write nothing.
        as_json: Print one JSON object and nothing else to standard output.
        watch: Stay, and sync whenever something changes.
        reembed: Embed the whole library anew first, with `embedding_model`.
        allow_removals: Let all documents of a path go, or most of many; not with `watch`, where nobody looks.
        allow_many: Read a huge tree without asking.
        check: Read every file to see whether it changed.
        wait: Seconds to wait for another process that writes.
    """

    library: str = ".footnote"
    collection: str = "default"
    embedding_model: str | None = None
    chroma: str | None = None
    cache: str | None = None
    threads: int = 0
    load: LoadOptions = field(default_factory=LoadOptions)
    limits: Limits | None = None
    addresses: bool = False
    dry_run: bool = False
    as_json: bool = False
    watch: bool = False
    reembed: bool = False
    allow_removals: bool = False
    allow_many: bool = False
    check: bool = False
    wait: float = 30.0


def run(paths: Sequence[str | Path], settings: Run | None = None) -> int:
    """Ingest and report; return the exit status."""
    settings = settings or Run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if settings.watch:
        from ingest.sources.watch import watch

        if settings.allow_removals:
            print("Removals are allowed for one sync that you see, not while watching.", file=sys.stderr)
            return WRONG_USE
        if any(map(is_address, paths)):
            print("Web addresses are not watched. Ingest them again to bring them up to date.", file=sys.stderr)
            return WRONG_USE

        return watch(paths, lambda quiet: _once(paths, settings, quiet=quiet), leave_out=_own_folder(settings))
    return _once(paths, settings)


def _once(paths: Sequence[str | Path], settings: Run, *, quiet: bool = False) -> int:
    """Sync once and print the report, or the words of the error that ended it."""
    began = time.monotonic()
    try:
        # The time includes what follows the sync: writing the index.
        report = replace(_sync(paths, settings), seconds=time.monotonic() - began)
    except FootnoteError as error:
        if quiet and isinstance(error, NothingToIngest):
            return DONE
        if settings.as_json:
            print(json.dumps(SyncReport().to_json() | {"error": str(error)}))
        print(printable(str(error)), file=sys.stderr)
        return WRONG_USE if isinstance(error, NothingToIngest) else UNUSABLE
    except KeyboardInterrupt:
        print("Stopped. What was finished is in the library; the rest was taken back.", file=sys.stderr)
        return STOPPED
    except Exception as error:
        # The edge of the surface: a person reads a sentence, whatever went wrong. Its text is left out,
        # since it may hold words of a document.
        if os.environ.get("FOOTNOTE_DEBUG"):
            raise
        print(
            f"Something went wrong inside Footnote ({type(error).__name__}). "
            "Run it again with FOOTNOTE_DEBUG=1 to see where, and please report it.",
            file=sys.stderr,
        )
        return UNUSABLE
    if settings.as_json:
        print(json.dumps(report.to_json(), ensure_ascii=False))
    elif not quiet or report.changes or report.failed:
        print(report.text(dry_run=settings.dry_run, brief=quiet))
    if report.stopped:
        return STOPPED
    return SOME_FAILED if report.failed else DONE


def _sync(paths: Sequence[str | Path], settings: Run) -> SyncReport:
    options = SyncOptions(
        collection=settings.collection,
        load=settings.load,
        dry_run=settings.dry_run,
        limits=settings.limits,
        addresses=settings.addresses,
        allow_removals=settings.allow_removals,
        allow_many=settings.allow_many,
        check=settings.check,
    )
    with _library(paths, settings) as library, _stopping() as stop, _bar() as bar:
        confirm = None if settings.as_json or not sys.stdin.isatty() else partial(_confirm, bar)
        if settings.reembed and library is not None and not settings.dry_run:
            library.reembed(settings.embedding_model or None, progress=bar.embedding if bar else None)
        if library is not None:
            options = replace(options, damaged=library.damaged())
        return sync(library, paths, options, leave_out=_own_folder(settings), progress=bar, stop=stop, confirm=confirm)


def _own_folder(settings: Run) -> Path:
    return folder_of(settings.library)


@contextlib.contextmanager
def _library(paths: Sequence[str | Path], settings: Run) -> Iterator[Library | None]:
    """Open the library; yield None for a dry run where there is none yet."""
    refuse_addresses(paths, allowed=settings.addresses)
    missing = next((path for path in paths if not is_address(path) and not os.path.lexists(path)), None)
    if missing is not None:
        # Said before anything is made, so that a mistyped path leaves no empty library behind.
        raise NothingToIngest(
            f"There is no file or folder {os.fspath(missing)!r}.",
            remedy="Check the path. To take documents out of the library, use: footnote remove.",
        )
    try:
        library = open_library(
            settings,
            create=not settings.dry_run,
            read_only=settings.dry_run,
            wait=settings.wait,
            notice=_say_who_writes,
        )
    except LibraryMissing:
        if not settings.dry_run:
            raise
        yield None
        return
    with library:
        yield library


def _say_who_writes(holder: Holder | None) -> None:
    print(f"Waiting for another ingest to finish{f' ({holder})' if holder else ''} …", file=sys.stderr)


@contextlib.contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets; the second one interrupts at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # Signals reach the main thread only.
        return

    def on_interrupt(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        print("\nFinishing the documents at hand; Ctrl-C again to stop at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _confirm(bar: ProgressBar | None, words: str) -> bool:
    """Ask at the terminal whether to go on; silence is no."""
    if bar is not None:
        bar.clear()
    print(f"{words} Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextlib.contextmanager
def _bar() -> Iterator[ProgressBar | None]:
    """Yield what draws a progress bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from ingest.progress_bar import ProgressBar

    with ProgressBar() as bar:
        yield bar


def parser() -> argparse.ArgumentParser:
    """Return the command line of `python -m ingest`."""
    made = argparse.ArgumentParser(
        prog="python -m ingest",
        description="Make the library equal to files and folders: new files are added, changed ones "
        "replaced, vanished ones removed, unchanged ones skipped.",
        epilog="Exit status: 0 nothing failed, 3 some files failed, 2 wrong use, 1 the library is unusable.",
    )
    made.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder or a web address")
    for names, kind, words in (
        ("--library", "DIR", "folder or address of the library (FOOTNOTE_LIBRARY, else .footnote)"),
        ("--collection", "NAME", "collection in it (FOOTNOTE_COLLECTION, else default)"),
    ):
        made.add_argument(names, metavar=kind, help=words)
    for flag, words in (
        ("--dry-run", "say what would be done, write nothing"),
        ("--json", "print one JSON object and nothing else"),
        ("--watch", "stay, and sync whenever something changes; Ctrl-C ends"),
        ("--reembed", "embed the whole library anew, for another model"),
        ("--comments", "read review comments too"),
        ("--allow-removals", "let all documents of a path go, or most of many"),
        ("--allow-many", f"read more than {MANY_FILES:,} files without asking"),
        ("--check", "read every file to see whether it changed, whatever its size and time say"),
    ):
        made.add_argument(flag, action="store_true", help=words)
    made.add_argument("--password", action="append", default=[], metavar="WORD", help="for encrypted files")
    made.add_argument(
        "--wait",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="for another writer (default 30)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    given = parser().parse_args(arguments)
    settings = Run(
        library=given.library or os.environ.get("FOOTNOTE_LIBRARY") or ".footnote",
        collection=given.collection or os.environ.get("FOOTNOTE_COLLECTION") or "default",
        embedding_model=os.environ.get("FOOTNOTE_EMBEDDING_MODEL"),
        chroma=os.environ.get("FOOTNOTE_CHROMA"),
        load=LoadOptions(
            passwords=(*given.password, *filter(None, os.environ.get("FOOTNOTE_FILE_PASSWORDS", "").split(","))),
            comments=given.comments,
        ),
        dry_run=given.dry_run,
        as_json=given.json,
        watch=given.watch,
        reembed=given.reembed,
        allow_removals=given.allow_removals,
        allow_many=given.allow_many,
        check=given.check,
        wait=given.wait,
        addresses=os.environ.get("FOOTNOTE_ADDRESSES", "").lower() in ("1", "true", "yes", "on"),
    )
    return run(given.paths, settings)


if __name__ == "__main__":
    sys.exit(main())
