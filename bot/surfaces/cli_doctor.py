"""`footnote doctor`: look at everything that an answer rests on, and say what to do about problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import typer

from bot.errors import words_for
from bot.settings import Settings
from bot.surfaces.cli_options import (
    JsonOption,
    LibraryOption,
    load_settings,
    open_library,
    print_json,
    size_words,
)
from vectorstore.errors import FootnoteError

RepairOption = Annotated[
    bool, typer.Option("--repair", help="Mend what can be mended without the source files.")
]
LEAST_FREE = 500_000_000
"""Bytes of free disk below which writing is at risk."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one look found.

    Attributes:
        name: What was looked at.
        ok: Whether it is well.
        words: What was found, in a sentence or less.
        remedy: What to do when it is not well.
    """

    name: str
    ok: bool
    words: str
    remedy: str = ""


def doctor(repair: RepairOption = False, library: LibraryOption = None, json: JsonOption = False) -> None:
    """Check the installation and the library, and say what to do about each problem.

    Example: footnote doctor --repair
    """
    settings = load_settings(library)
    found = list(_report(settings, repair=repair, quiet=json))
    problems = sum(not check.ok for check in found)
    if json:
        print_json(
            {"ok": not problems, "checks": [{s: getattr(c, s) for s in Check.__slots__} for c in found]}
        )
    else:
        print("All is well." if not problems else f"{problems} problem{'s' if problems > 1 else ''}.")
    if problems:
        raise typer.Exit(1)


def _report(settings: Settings, *, repair: bool, quiet: bool) -> Iterator[Check]:
    """Run the checks one after the other; print each as it ends."""
    steps: tuple[Callable[[], Iterator[Check]], ...] = (
        _python,
        _sqlite,
        _chroma,
        lambda: _model(settings),
        lambda: _disk(settings),
        lambda: _library(settings, repair=repair),
    )
    for step in steps:
        for check in step():
            if not quiet:
                print(f"{'ok' if check.ok else 'PROBLEM':<8} {check.name}: {check.words}")
                if check.remedy:
                    print(f"         → {check.remedy}")
            yield check


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    yield Check("Python", ok, version, "" if ok else "Footnote needs Python 3.11 or newer.")


def _sqlite() -> Iterator[Check]:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    except sqlite3.OperationalError:
        remedy = "Use a Python whose sqlite3 has FTS5, for example the one of python.org or of uv."
        yield Check("SQLite", False, f"{sqlite3.sqlite_version}, without full-text search", remedy)
    else:
        yield Check("SQLite", True, f"{sqlite3.sqlite_version}, with full-text search")
    finally:
        connection.close()


def _chroma() -> Iterator[Check]:
    try:
        import chromadb
    except ImportError as error:
        # Its own dependencies fail in ways of their own (a missing shared library, a wrong wheel).
        yield Check("Chroma", False, f"cannot be loaded ({error})", "Install again: pip install footnote-bot")
    else:
        yield Check("Chroma", True, chromadb.__version__)


def _disk(settings: Settings) -> Iterator[Check]:
    import shutil

    folder = os.path.abspath(settings.library)  # noqa: PTH100
    while not os.path.exists(folder):  # noqa: PTH110
        folder = os.path.dirname(folder)  # noqa: PTH120
    free = shutil.disk_usage(folder).free
    ok = free >= LEAST_FREE
    yield Check("Disk", ok, f"{size_words(free)} free", "" if ok else "Make room, or move the library.")
    if not os.access(folder, os.W_OK):
        yield Check(
            "Folder", False, f"{folder} cannot be written", "Asking works; ingesting needs write access."
        )


def _model(settings: Settings) -> Iterator[Check]:
    from vectorstore.embed import load_embedder

    try:
        embedder = load_embedder(settings.embedding_model, cache=settings.cache, threads=settings.threads)
    except FootnoteError as error:
        yield Check("Embedding model", False, error.message, error.remedy)
    else:
        yield Check("Embedding model", True, embedder.identity.name)


def _library(settings: Settings, *, repair: bool) -> Iterator[Check]:
    try:
        with open_library(settings) as library:
            for finding in library.verify():
                yield Check(finding.part, False, finding.message)
    except FootnoteError as error:
        yield Check("Library", False, error.message, error.remedy)
