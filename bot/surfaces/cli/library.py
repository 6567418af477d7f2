"""Commands on what a library holds: `list`, `show`, `collections`, `compact`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.options import (
    AuthorOption,
    CollectionOption,
    CreatedSinceOption,
    CreatedUntilOption,
    JsonOption,
    LibraryOption,
    SinceOption,
    SourceOption,
    TagOption,
    TypeOption,
    UntilOption,
    load_settings,
    make_filter,
    open_library,
    print_json,
    show_context,
    size_words,
    table,
)

if TYPE_CHECKING:
    from vectorstore.records import DocumentInfo

Name = Annotated[str, typer.Argument(metavar="DOC", help="Id, path, file name or title of a document.")]
AtOption = Annotated[
    int | None,
    typer.Option("--at", metavar="OFFSET", help="Show the text around this offset, with the place marked."),
]
ReadersOption = Annotated[
    bool, typer.Option("--readers", help="Only those that are for some people, with whom: docs/accounts.md.")
]
NotesOption = Annotated[
    bool, typer.Option("--notes", help="Only documents of which something was not read or may be wrong, and what.")
]
LONGEST_MARK = 40
"""Characters that `show --at` marks at most; scripts without blanks have no ends of words."""


def list_documents(
    library: LibraryOption = None,
    collection: CollectionOption = None,
    source: SourceOption = None,
    type_: TypeOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    author: AuthorOption = None,
    created_since: CreatedSinceOption = "",
    created_until: CreatedUntilOption = "",
    tag: TagOption = None,
    notes: NotesOption = False,
    readers: ReadersOption = False,
    json: JsonOption = False,
) -> None:
    """List the documents of the library.

    With --notes those that were not read whole, each with what is missing; with --readers those that are for some
    people only, with whom.

    Example: footnote list --type application/pdf
    """
    from bot.text.shown import one_line, shown_source

    chosen = make_filter(
        collection=collection,
        source=source,
        type_=type_,
        since=since,
        until=until,
        author=author,
        created_since=created_since,
        created_until=created_until,
        tag=tag,
    )
    with open_library(load_settings(library)) as opened:
        remarks, lists = opened.notes(chosen), opened.access(chosen)
        documents = [
            info
            for info in opened.documents(chosen)
            if (info.id in remarks or not notes) and (info.id in lists or not readers)
        ]
    if json:
        found = [
            {**asdict(info), "notes": list(remarks.get(info.id, ())), "access": lists.get(info.id)}
            for info in documents
        ]
        print_json({"documents": found})
        return
    if notes:
        _list_notes(documents, remarks)
        return
    if readers:
        _list_readers(documents, lists)
        return
    folder = os.getcwd()  # noqa: PTH109
    rows = [
        (
            info.id,
            one_line(info.title, limit=60),
            info.collection,
            f"{info.characters:,}",
            shown_source(info.source, folder=folder),
        )
        for info in documents
    ]
    if not rows:
        print("No documents." if chosen is None else "No document matches.", file=sys.stderr)
    table(("id", "title", "collection", "characters", "source"), rows, right=(3,))


def _list_readers(documents: Sequence[DocumentInfo], lists: Mapping[str, Sequence[str]]) -> None:
    from bot.text.shown import one_line, shown_source

    folder = os.getcwd()  # noqa: PTH109
    table(
        ("document", "for"),
        [
            (shown_source(info.source, folder=folder), one_line(", ".join(lists[info.id])) or "nobody")
            for info in documents
        ],
    )
    if not documents:
        print("Every document is for all who see its collection.", file=sys.stderr)


def _list_notes(documents: Sequence[DocumentInfo], remarks: Mapping[str, Sequence[str]]) -> None:
    from bot.text.shown import one_line, shown_source

    folder = os.getcwd()  # noqa: PTH109
    for info in documents:
        print(shown_source(info.source, folder=folder))
        for note in remarks[info.id]:
            print(f"  {one_line(note)}")
    if not documents:
        print("No notes: every document was read whole.", file=sys.stderr)


def show(doc: Name, at: AtOption = None, library: LibraryOption = None) -> None:
    """Print the stored text of a document.

    Exactly, and nothing else; with --at the text around an offset instead.

    Example: footnote show report.pdf --at 1200
    """
    with open_library(load_settings(library)) as opened:
        document = opened.document(doc)
    if at is None:
        text = document.text
        if sys.stdout.isatty():
            from bot.text.shown import visible

            text = visible(text).rstrip("\n") + "\n"  # the prompt comes on a line of its own
        sys.stdout.write(text)
        return
    if not 0 <= at <= len(document.text):
        raise typer.BadParameter(
            f"{at} is outside the text, which has {len(document.text):,} characters.", param_hint="--at"
        )
    word = document.text[at : at + LONGEST_MARK].split(maxsplit=1)
    show_context(document, at, at + (len(word[0]) if word and not document.text[at].isspace() else 1))


def collections(library: LibraryOption = None, json: JsonOption = False) -> None:
    """List the collections and how many documents each holds.

    Example: footnote collections
    """
    from bot.text.shown import one_line

    with open_library(load_settings(library)) as opened:
        counts = opened.collections()
    if json:
        print_json({"collections": counts})
        return
    table(("collection", "documents"), [(one_line(n), f"{c:,}") for n, c in counts.items()], right=(1,))


def compact(library: LibraryOption = None, json: JsonOption = False) -> None:
    """Empty the bin and give disk space back.

    Nothing of removed text is left on the disk; removed documents can't be restored any more. A chat model's replies
    that were kept are deleted too.

    Example: footnote compact
    """
    from bot.models.shared_ledger import ledger_of
    from bot.surfaces.web.storage.removed_files import tidy

    with open_library(load_settings(library)) as opened:
        tidy(opened)
        ledger_of(opened.catalog.home).forget()
        done = opened.compact()
        tidy(opened)
    if json:
        print_json(asdict(done))
    else:
        if done.forgotten:
            print(f"Emptied the bin of {done.forgotten:,} removed document{'s' * (done.forgotten > 1)}. ", end="")
        freed = done.before - done.after
        print(f"{size_words(freed)} given back, " if freed > 0 else "Nothing to give back, ", end="")
        print(f"{size_words(done.after)} in use.")
