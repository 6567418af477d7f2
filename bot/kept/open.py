"""Which home a store has: it goes where the library's catalog is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.kept.database import Database, Form, copy
from bot.kept.file import FileDatabase
from vectorstore.catalog.homes.named import home_of

if TYPE_CHECKING:
    from bot.kept.server import ServerDatabase
    from vectorstore.catalog.homes.home import Home


def home(library: str | os.PathLike[str] | Home) -> Home:
    """Return the home of a library that is named, or given."""
    return home_of(library) if isinstance(library, str | os.PathLike) else library


def open_store(library: str | os.PathLike[str] | Home, form: Form, *, bring: bool = True) -> Database:
    """Open a store of a library, making it where there is none.

    Of a library in PostgreSQL what a version before kept in a file of this machine is brought along, once.

    Args:
        library: Its folder, its address, or its home.
        form: Which store.
        bring: Whether what is in such a file is brought along.

    Raises:
        LibraryTooNew, LibraryReadOnly, LibraryDamaged, LibraryUnreachable: As the homes do.
    """
    found = home(library)
    file = found.folder / form.file
    if found.server is None:
        return FileDatabase(file, form)
    from bot.kept.server import ServerDatabase

    def first(made: ServerDatabase) -> None:
        if bring and file.exists():
            before = FileDatabase(file, form)
            try:
                copy(before, made, form)
            finally:
                before.close()

    return ServerDatabase(found.server, form, first=first)


def is_kept(library: str | os.PathLike[str] | Home, form: Form) -> bool:
    """Tell whether a library has a store; looking makes none."""
    found = home(library)
    if (found.folder / form.file).exists():
        return True
    if found.server is None:
        return False
    from bot.kept.server import lost_tables

    return lost_tables(found.server, form) is not None
