"""`footnote doctor`: look at everything that an answer rests on, and say what to do about problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.settings.settings import Settings
from bot.surfaces.cli.check import REPAIR, Check
from bot.surfaces.cli.doctor_library import curated_checks, library_checks, people_checks
from bot.surfaces.cli.options import JsonOption, LibraryOption, load_settings, print_json, size_words
from bot.text.shown import visible
from vectorstore.errors import FootnoteError

if TYPE_CHECKING:
    from bot.models.report import ModelReport

RepairOption = Annotated[
    bool, typer.Option("--repair", help="Mend what can be mended, reading sources again where they still lie there.")
]
LEAST_FREE = 500_000_000
"""Bytes of free disk below which writing is at risk."""


def doctor(repair: RepairOption = False, library: LibraryOption = None, json: JsonOption = False) -> None:
    """Check the installation and the library.

    Each problem is said with what to do about it.

    Example: footnote doctor --repair
    """
    settings = load_settings(library)
    found = list(_report(settings, repair=repair, quiet=json))
    problems = sum(not check.ok for check in found)
    if json:
        print_json({"ok": not problems, "checks": [asdict(check) for check in found]})
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
        lambda: _model(settings, repair=repair),
        lambda: _answerer(settings),
        lambda: _reader(settings),
        lambda: _disk(settings),
        lambda: library_checks(settings, repair=repair),
        lambda: people_checks(settings),
        lambda: curated_checks(settings),
    )
    for step in steps:
        for check in step():
            if not quiet:
                print(f"{check.mark:<8} {check.name}: {visible(check.words)}")
                if check.remedy:
                    print(f"         → {visible(check.remedy)}")
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

    from vectorstore.catalog.homes.named import folder_of

    folder = os.path.abspath(folder_of(settings.library))  # noqa: PTH100
    while not os.path.exists(folder):  # noqa: PTH110
        folder = os.path.dirname(folder)  # noqa: PTH120
    free = shutil.disk_usage(folder).free
    ok = free >= LEAST_FREE
    yield Check("Disk", ok, f"{size_words(free)} free", "" if ok else "Make room, or move the library.")
    if not os.access(folder, os.W_OK):
        yield Check("Folder", False, f"{folder} cannot be written", "Asking works; ingesting needs write access.")


def _model(settings: Settings, *, repair: bool) -> Iterator[Check]:
    """Embed a sentence; if that fails, write the converted form of the model anew when asked to."""
    from vectorstore.embedding.model_files import DEFAULT
    from vectorstore.embedding.open import open_encoder

    name, cache = settings.embedding_model, settings.cache

    def look() -> Check:
        encoder = open_encoder(name, cache=cache, threads=settings.threads)
        length = float((encoder.encode_query("When was it signed?") ** 2).sum())
        if not 0.99 < length < 1.01:
            raise ValueError(f"a vector of length {length:.3f}")
        parity = _parity(name, cache)
        words = f", agrees with sentence-transformers to {parity:.6f}" if parity else ""
        return Check("Embedding model", True, f"{encoder.name}, {encoder.dimension} dimensions{words}")

    try:
        yield look()
    except FootnoteError as error:
        yield Check("Embedding model", False, error.message, error.remedy)
    except Exception as error:
        # onnxruntime and tokenizers raise classes of their own for a damaged file; all of them mean this.
        words = f"its converted form cannot be used ({type(error).__name__})"
        if name in ("", DEFAULT):  # it lies in the package, and was found whole
            yield Check("Embedding model", False, words, "Install Footnote and its packages again.")
            return
        if not repair:
            yield Check("Embedding model", False, words, REPAIR)
            return
        _forget_form(name, cache)
        yield Check("Embedding model", True, f"{words}; it was written anew")
        yield look()


def _form(name: str, cache: str) -> Path:
    from vectorstore.embedding.model_files import find_model
    from vectorstore.embedding.onnx_form import onnx_form

    return onnx_form(find_model(name, cache=cache), cache=cache).onnx.parent


def _parity(name: str, cache: str) -> float:
    """Return the cosine with sentence-transformers that was measured when the form was written, or 0."""
    import json

    with suppress(OSError, ValueError, KeyError):
        return float(json.loads((_form(name, cache) / "meta.json").read_text(encoding="utf-8"))["parity"])
    return 0.0


def _forget_form(name: str, cache: str) -> None:
    import shutil

    shutil.rmtree(_form(name, cache))


def _answerer(settings: Settings) -> Iterator[Check]:
    """Open the chat model, if one is set, without sending it anything; time a local one."""
    from bot.models.chat_model import LOCAL, QUOTES
    from bot.models.open import open_model, where_text_goes

    if settings.model == QUOTES:
        return
    try:
        model = open_model(
            settings.model,
            url=settings.model_url,
            context=settings.model_context,
            threads=settings.model_threads,
            seconds=settings.model_seconds,
            key=settings.model_key,
            cache=settings.cache,
        )
        words, fits = where_text_goes(settings.model, url=settings.model_url), True
        if settings.model.startswith(LOCAL):
            report = _timed(settings)
            words, fits = report.words, report.fits is not False
        if model is not None:
            model.close()
    except FootnoteError as error:
        yield Check("Chat model", False, error.message, error.remedy)
    else:
        yield Check("Chat model", fits, words, "" if fits else "Choose a smaller one: footnote models")


def _reader(settings: Settings) -> Iterator[Check]:
    if settings.reader == "off":
        yield Check("Reader", True, "off")
        return
    from bot.reader.reader import load

    reader, why = load(None if settings.reader == "on" else Path(settings.reader), threads=settings.threads)
    message, _, remedy = why.partition(". ")
    yield Check("Reader", reader is not None, message or "its weights are whole", remedy)


def _timed(settings: Settings) -> ModelReport:
    from bot.models.catalogue import find
    from bot.models.chat_model import LOCAL
    from bot.models.report import describe

    target = settings.model.removeprefix(LOCAL)
    by_path = target.endswith(".gguf") or "/" in target
    path = Path(target).expanduser() if by_path else find(target, cache=settings.cache)
    return describe(path, context=settings.model_context, threads=settings.model_threads)
