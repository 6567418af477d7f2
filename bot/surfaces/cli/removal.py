"""Commands that take documents out of a library and bring them back: `remove`, `restore`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.surfaces.cli.audit import note_command
from bot.surfaces.cli.options import (
    JsonOption,
    LibraryOption,
    load_settings,
    make_filter,
    open_library,
    print_json,
    table,
)

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo, RemovedDocument

NAMES_HELP = "Ids, paths, file names or titles of documents."
Names = Annotated[list[str] | None, typer.Argument(metavar="DOC…", help=NAMES_HELP)]
AllOfSourceOption = Annotated[
    list[str] | None, typer.Option("--source", metavar="PATTERN", help="All documents of these files or folders.")
]
AllOfCollectionOption = Annotated[
    list[str] | None, typer.Option("--collection", metavar="NAME", help="All documents of this collection.")
]
ForGoodOption = Annotated[bool, typer.Option("--for-good", help="Do not keep them in the bin.")]
AllOption = Annotated[bool, typer.Option("--all", help="Bring back all that can be.")]
ListOption = Annotated[bool, typer.Option("--list", help="Show what can be brought back, last removed first.")]
RemovedSinceOption = Annotated[
    str, typer.Option("--since", metavar="DATE", help="Only what was removed on or after this date (UTC).")
]
MOST_SHOWN = 20
"""Names that are shown of many."""
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def remove(
    docs: Names = None,
    source: AllOfSourceOption = None,
    collection: AllOfCollectionOption = None,
    for_good: ForGoodOption = False,
    yes: YesOption = False,
    library: LibraryOption = None,
) -> None:
    """Remove documents from the library.

    The files themselves are left alone; footnote restore brings documents back for 30 days.

    Example: footnote remove old-report.pdf
    """
    from bot.models.shared_ledger import ledger_of
    from bot.surfaces.web.storage.removed_files import set_aside, tidy

    settings = load_settings(library)
    with open_library(settings) as opened:
        found = _chosen(opened, docs, source, collection)
        names = _shown_names(found)
        if not yes and not _agreed(names, "for good" if for_good else "from the library"):
            return
        opened.remove([info.id for info in found], keep=not for_good)
        if for_good:
            ledger_of(opened.catalog.home).forget()  # a chat model may have said what they say
        set_aside(opened.folder, [info.path for info in found])
        tidy(opened)
    note_command(settings, "remove", documents=[info.id for info in found], for_good=for_good)
    print("\n".join(_few([f"Removed {name}" for name in names])))
    if len(names) > MOST_SHOWN:
        print(f"Removed {len(names):,} documents.", end="")
        print("" if for_good else " footnote restore brings them back for 30 days.")


def _chosen(
    opened: Library, docs: list[str] | None, source: list[str] | None, collection: list[str] | None
) -> list[DocumentInfo]:
    """Return the documents that are named, or all that the options choose."""
    if bool(docs) == bool(source or collection):
        raise typer.BadParameter("Name documents, or choose them with --source or --collection.", param_hint="DOC")
    if docs:
        return list({info.id: info for info in (opened.find(name) for name in docs)}.values())
    found = opened.documents(make_filter(collection=collection, source=source, type_=None, since="", until=""))
    if not found:
        from vectorstore.errors import DocumentMissing

        raise DocumentMissing("No document matches.", remedy="footnote list shows all documents.")
    return found


def _shown_names(found: Sequence[DocumentInfo]) -> list[str]:
    from bot.text.shown import shown_source

    folder = os.getcwd()  # noqa: PTH109
    return [shown_source(info.source, folder=folder) for info in found]


def _few(lines: list[str]) -> list[str]:
    """Return the first lines of many, and how many more there are."""
    more = len(lines) - MOST_SHOWN
    return lines if more <= 0 else [*lines[:MOST_SHOWN], f"… and {more:,} more"]


def _agreed(names: list[str], whence: str) -> bool:
    """Show what is to be removed and ask.

    Raises:
        SettingError: There is nobody to ask.
    """
    if not sys.stdin.isatty():
        from bot.errors import SettingError

        what = "1 document" if len(names) == 1 else f"{len(names):,} documents"
        raise SettingError(f"Nothing of {what} was removed: there is nobody to ask here.", remedy="Add --yes.")
    print("\n".join(_few(names)))
    what = "this document" if len(names) == 1 else f"these {len(names):,} documents"
    agreed = typer.confirm(f"Remove {what} {whence}?")
    if not agreed:
        print("Nothing was removed.")
    return agreed


def restore(
    docs: Names = None,
    all_: AllOption = False,
    list_: ListOption = False,
    source: AllOfSourceOption = None,
    collection: AllOfCollectionOption = None,
    since: RemovedSinceOption = "",
    library: LibraryOption = None,
    json: JsonOption = False,
) -> None:
    """Bring removed documents back.

    They are kept for 30 days, or until footnote compact.

    Example: footnote restore old-report.pdf
    """
    chosen = make_filter(collection=collection, source=source, type_=None, since="", until="")
    settings = load_settings(library)
    with open_library(settings) as opened:
        if not (docs or all_ or list_ or chosen or since):
            raise typer.BadParameter("Name documents, or say --all, or --list to see them.", param_hint="DOC")
        found = [gone for gone in opened.removed(chosen) if gone.removed >= since]
        there: list[str] = []
        if docs:
            found, there = _removed_named(opened, docs)
        if list_:
            _list_removed(found, as_json=json)
            return
        present = [] if docs else [gone for gone in found if gone.present]
        wanted = list({gone.info.id: gone.info for gone in found if gone not in present}.values())
        _bring_back(opened, wanted)
    if wanted:
        note_command(settings, "restore", documents=[info.id for info in wanted])
    if json:
        print_json({"restored": [asdict(info) for info in wanted], "present": len(present) + len(there)})
        return
    if not found and not there:
        print("There is nothing to restore.", file=sys.stderr)
    lines = [f"Restored {name}" for name in _shown_names(wanted)]
    for line in [*_few(lines), *([f"Restored {len(lines):,} documents."] if len(lines) > MOST_SHOWN else [])]:
        print(line)
    for line in _few([f"{name} is in the library already." for name in there]):
        print(line, file=sys.stderr)
    if present:
        print(f"{len(present):,} stay in the bin: the library has documents in their place again.", file=sys.stderr)


def _removed_named(opened: Library, names: Sequence[str]) -> tuple[list[RemovedDocument], list[str]]:
    """Return the documents of the bin that are named, and the names of those that are in the library.

    A command that was stopped halfway is given again with all its names: what is back by then is no error.

    Raises:
        DocumentMissing: A name is of neither, or of several.
    """
    from vectorstore.errors import DocumentMissing

    found, there = [], []
    for name in names:
        try:
            found.append(_removed_one(opened, name))
        except DocumentMissing:
            if opened.removed(name=name) or not _is_there(opened, name):
                raise
            there.append(name)
    return found, there


def _is_there(opened: Library, name: str) -> bool:
    from vectorstore.errors import DocumentMissing

    try:
        opened.find(name)
    except DocumentMissing:
        return False
    return True


def _removed_one(opened: Library, name: str) -> RemovedDocument:
    """Return the one document of the bin that is called `name`.

    Raises:
        DocumentMissing: None is, or several are.
    """
    from vectorstore.catalog.bin import missing
    from vectorstore.errors import DocumentMissing

    found = {gone.info.id: gone for gone in reversed(opened.removed(name=name))}  # the last one removed stays
    if not found:
        raise missing(name)
    if len(found) > 1:
        listed = ", ".join(f"{gone.info.id} ({gone.info.source})" for gone in found.values())
        raise DocumentMissing(f"{name!r} names several removed documents: {listed}.", remedy="Use one of these ids.")
    return next(iter(found.values()))


def _bring_back(opened: Library, wanted: Sequence[DocumentInfo]) -> None:
    from bot.surfaces.web.storage.removed_files import bring_back, tidy

    bring_back(opened.folder, [info.path for info in wanted])
    try:
        opened.restore([info.id for info in wanted])
    finally:
        tidy(opened)


def _list_removed(found: Sequence[RemovedDocument], *, as_json: bool) -> None:
    from bot.text.shown import one_line

    if as_json:
        rows = [{**asdict(gone.info), "removed": gone.removed, "present": gone.present} for gone in found]
        print_json({"removed": rows})
        return
    if not found:
        print("There is nothing to restore.", file=sys.stderr)
    shown = zip(found, _shown_names([gone.info for gone in found]), strict=True)
    table(
        ("id", "title", "collection", "removed", "source"),
        [(g.info.id, one_line(g.info.title, limit=60), one_line(g.info.collection), g.removed, s) for g, s in shown],
    )
