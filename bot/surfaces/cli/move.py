"""`footnote move`: a library copied into another home, with what people keep in it."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.surfaces.cli.options import JsonOption, load_settings, open_library, print_json

if TYPE_CHECKING:
    from bot.kept.database import Database, Form
    from vectorstore.library import Library

FromArgument = Annotated[str, typer.Argument(metavar="FROM", help="The library: a folder, or postgresql://…")]
ToArgument = Annotated[str, typer.Argument(metavar="TO", help="Where to: a folder or database without a library.")]
FOLDERS = ("uploads", "curated", "audit")
"""What lies in a library's folder and nowhere else: uploaded files, editors' answers, the audit log."""
_PATHS = ("uploads", "job_files")
"""Tables of the store `people` that say in a column `path` where an uploaded file lies."""


def move(source: FromArgument, target: ToArgument, json: JsonOption = False) -> None:
    """Copy a library into another home, and compare both.

    Documents, uploaded files, accounts, conversations and feedback go along. What was copied is compared with what was
    there. The library that was copied stays as it was, for you to delete.
    Stop its servers first. A move that is cut off goes on when it is started again.

    Example: footnote move .footnote postgresql://ana@db.example.org/notes
    """
    from vectorstore.open_library import open_library as open_named
    from vectorstore.upkeep import moving

    with (
        open_library(load_settings(source)) as old,
        open_named(load_settings(target), create=True) as new,
        old.working(),
        new.working(),
        old.writing(),
        new.writing(),
    ):
        moving.begin(old, new)
        places = _Places(old.folder, new.folder)
        documents = moving.copy(old, new, place=places)
        files = sum(_copy_folder(old.folder / name, new.folder / name) for name in FOLDERS)
        kept = _copy_stores(old, new, places)
        moving.end(new)
        left, place = old.catalog.bin().documents, new.place
        new.close(update_index=False)
    if json:
        print_json({"documents": documents, "files": files, "kept": kept, "left": left})
        return
    told = ", ".join(f"{count:,} {name}" for name, count in kept.items() if count)
    print(
        f"{documents:,} documents and {files:,} files are in {place}, and the same{f'; with {told}' if told else ''}."
    )
    if left:
        print(f"{left:,} removed documents stay behind: only the library that was copied can restore them.")


class _Places:
    """Says where a file of the library's own lies after the move; others stay where they are."""

    def __init__(self, old: Path, new: Path) -> None:
        self._roots = [str(old / name) + os.sep for name in FOLDERS] + [
            str(old.resolve() / name) + os.sep for name in FOLDERS
        ]
        self._new = new

    def __call__(self, path: str) -> str:
        for root in self._roots:
            if path.startswith(root):
                folder = Path(root).name
                base = self._new.resolve() if folder == "uploads" else self._new  # as each of them is named
                return str(base / folder / path.removeprefix(root))
        return path


def _copy_folder(old: Path, new: Path) -> int:
    """Copy the files of a folder, each whole or not at all, and compare them; return how many there are."""
    from bot.errors import SettingError

    count = 0
    for path in sorted(path for path in old.rglob("*") if path.is_file() and path.suffix != ".part"):
        there = new / path.relative_to(old)
        try:
            there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = there.with_name(f"{there.name}.{token_hex(4)}.part")
            shutil.copy2(path, part)
            part.replace(there)
            same = filecmp.cmp(path, there, shallow=False)
        except OSError as error:
            raise SettingError(f"{there} cannot be written: {error.strerror}.", remedy="Run it again.") from error
        if not same:
            raise SettingError(f"{path} changed while it was copied.", remedy="Stop its servers, and run it again.")
        count += 1
    return count


def _copy_stores(old: Library, new: Library, places: _Places) -> dict[str, int]:
    """Copy what people keep, one transaction a store; return how much of what."""
    from bot.surfaces.chat.store import CHATS
    from bot.surfaces.web.storage.database import PEOPLE

    counts = _copy_store(old, new, PEOPLE, places)
    chats = _copy_store(old, new, CHATS, places)
    names = {"users": "accounts", "conversations": "conversations", "turns": "answers", "feedback": "feedback"}
    return {**{shown: counts.get(name, 0) for name, shown in names.items()}, "chat answers": chats.get("answers", 0)}


def _copy_store(old: Library, new: Library, form: Form, places: _Places) -> dict[str, int]:
    from bot.kept.database import copy
    from bot.kept.open import is_kept, open_store

    if not is_kept(old.catalog.home, form):
        return {}
    source, target = open_store(old.catalog.home, form), open_store(new.catalog.home, form, bring=False)
    try:
        with target.transaction(alone="move"):
            for table in reversed(form.tables(shared=target.shared)):
                target.run(
                    f"DELETE FROM {table}"
                )  # of a move that was cut off; the mark says that nothing else is there
            counts = copy(source, target, form)
            _say_places(target, form, places)
            _compare(source, target, counts)
    finally:
        source.close()
        target.close()
    return counts


def _say_places(target: Database, form: Form, places: _Places) -> None:
    for table in {*_PATHS} & {*form.tables()}:
        for row in target.rows(f"SELECT DISTINCT path FROM {table}"):
            if (there := places(row["path"])) != row["path"]:
                target.run(f"UPDATE {table} SET path = ? WHERE path = ?", there, row["path"])


def _compare(source: Database, target: Database, counts: dict[str, int]) -> None:
    """Compare a store with its copy, but for where files lie.

    Raises:
        LibraryDamaged: They differ.
    """
    from vectorstore.errors import LibraryDamaged

    def content(database: Database, table: str) -> set[tuple[Any, ...]]:
        left_out = "path" if table in _PATHS else ""
        rows = map(dict, database.rows(f"SELECT * FROM {table}"))
        return {tuple(value for name, value in sorted(row.items()) if name != left_out) for row in rows}

    for table in counts:
        if content(source, table) != content(target, table):
            raise LibraryDamaged(
                f"What was kept of people ({table}) is not the same in {target.place}.",
                remedy="Stop the servers of both libraries, and run it again.",
            )
