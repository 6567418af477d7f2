"""Uploaded files: saved under names of our own; the given name is text and never a path."""

from __future__ import annotations

import glob
import os
import re
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote, unquote

from bot.kept.database import Database
from bot.kept.open import is_kept
from bot.surfaces.web.storage.database import FILE_NAME, PEOPLE, now, open_people, reading
from bot.text.shown import one_line
from vectorstore.errors import DiskFull, LibraryError, LibraryReadOnly
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from vectorstore.catalog.homes.home import Home
    from vectorstore.library import Library

FOLDER = "uploads"
NAME_LENGTH = 255
SUFFIX = re.compile(r"(\.[a-z0-9]{1,10})$")
BLOCK = 1024 * 1024
SPARE = 256 * BLOCK
"""So much room must stay on the disk after an upload, in bytes."""


def given_name(name: str | None) -> str:
    """Return the name that a client gave a file as one clean line: a text to show, never a path to open."""
    # A lone surrogate or a control character must not reach a log, a header or SQLite.
    parts = [one_line(part) for part in (name or "").replace("\\", "/").split("/")]
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "/".join(kept)[-NAME_LENGTH:].strip("/ ") or "unnamed"


def place_of(folder: Path) -> str:
    """Return the name of a library's folder on this machine, the same for all who reach it; it is made at the first.

    Raises:
        LibraryReadOnly: It cannot be written.
    """
    path = folder / "place"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = path.with_name(f"place.{token_hex(4)}.part")
            part.write_text(token_hex(8), encoding="ascii")
            with suppress(FileExistsError):
                os.link(part, path)  # whole, and the first one's
            part.unlink()
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise LibraryReadOnly(f"{path} cannot be written.", remedy="Check the rights of its folder.") from error


def kept_uploads(library: Home) -> list[tuple[Path, str, str]]:
    """Return the uploaded files that lie in the folder of a library, each with its collection and its given name.

    Where the store cannot tell any more, the folder names the collection, and the file itself is the name.
    """
    root = library.folder.resolve() / FOLDER
    # By the name of the file alone: the library may have been moved since.
    known = {Path(path).name: (collection, name) for path, collection, name in _named(library)}
    files = sorted(path for path in root.glob("*/*") if path.is_file() and path.suffix != ".part")
    return [(path, *known.get(path.name, (unquote(path.parent.name), path.name))) for path in files]


def _named(library: Home) -> list[tuple[str, str, str]]:
    query = "SELECT path, collection, name FROM uploads"
    with suppress(LibraryError):
        if library.server is None:
            with reading(library.folder / FILE_NAME) as connection:
                return connection.execute(query).fetchall()
        if is_kept(library, PEOPLE):
            database = open_people(library)
            try:
                return [(row["path"], row["collection"], row["name"]) for row in database.rows(query)]
            finally:
                database.close()
    return []


class Uploads:
    """The uploaded files of a library.

    Args:
        folder: Folder of the library.
        database: Keeps which given name belongs to which file.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._root = folder.resolve() / FOLDER
        self._db = database
        self._saving = threading.Lock()

    def name_documents(self, library: Library) -> None:
        """Give uploads in the library their names, where a version before this one stored them without."""
        names = {row["path"]: row["name"] for row in self._db.rows("SELECT path, name FROM uploads")}
        ours = Filter(sources=(f"{glob.escape(str(self._root))}/*",))
        for info in library.documents(ours) if names else ():
            if not info.kept_at and info.source in names:
                library.touch(info.id, name=names[info.source])

    def place(self, collection: str, name: str) -> Path:
        """Return where a file of this name goes, and keep that: the same name in a collection is the same file.

        Of two that send one name at the same moment, both are given one place.
        """
        suffix = SUFFIX.search(name.lower())
        fresh = self._folder(collection) / f"{token_hex(12)}{suffix.group(1) if suffix else ''}"
        self._keep(fresh, collection, name)
        row = self._db.row("SELECT path FROM uploads WHERE collection = ? AND name = ?", collection, name)
        return Path(row["path"]) if row else fresh

    def _keep(self, path: Path, collection: str, name: str) -> None:
        """Keep which file a name belongs to, unless the name has one."""
        statement = "INSERT INTO uploads VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        self._db.run(statement, str(path), collection, name, now())

    def _folder(self, collection: str) -> Path:
        plain = quote(collection, safe="").replace(".", "%2E")
        # A file system takes 255 bytes; a longer name is told apart by its digest.
        return self._root / (plain if len(plain) <= 120 else sha256(plain.encode()).hexdigest())

    def save(self, content: BinaryIO, collection: str, name: str) -> Path:
        """Write an uploaded file to its place, whole or not at all, and return the place.

        Args:
            content: The file, open for reading at its beginning.
            collection: Collection that it goes to.
            name: As `given_name` returns it.

        Raises:
            DiskFull, LibraryReadOnly: It cannot be written.
        """
        path = self.place(collection, name)
        part = path.with_name(f"{path.name}.{token_hex(4)}.part")  # two may send the same name at once
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                shutil.copyfileobj(content, file, BLOCK)
                file.flush()
                os.fsync(file.fileno())
            with self._saving:
                part.replace(path)
                self._keep(path, collection, name)  # its document may have been removed in between
            _sync_folder(path.parent)
        except PermissionError as error:
            raise LibraryReadOnly("The upload folder cannot be written.", remedy="Check its rights.") from error
        except OSError as error:
            raise DiskFull("The upload could not be written.", remedy="Make room on the disk.") from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return path

    def require_room(self, size: int) -> None:
        """Check that `size` bytes can be taken in.

        Raises:
            DiskFull: There is not so much room.
        """
        there = next(folder for folder in (self._root, *self._root.parents) if folder.exists())
        if shutil.disk_usage(there).free < size + SPARE:
            raise DiskFull("There is not enough room on the server's disk for this upload.")

    def move(self, source: str, collection: str) -> bool:
        """Note that an uploaded file belongs to another collection now; its place on the disk stays.

        Returns:
            False where that collection has a file of the same name.
        """
        if not Path(source).is_relative_to(self._root):
            return True  # a file that somebody keeps elsewhere
        taken = "SELECT 1 FROM uploads other WHERE other.collection = ? AND other.name = uploads.name"
        return (
            self._db.run(
                f"UPDATE uploads SET collection = ? WHERE path = ? AND (collection = ? OR NOT EXISTS ({taken}))",
                *(collection, source, collection, collection),
            )
            > 0
        )

    def forget(self, sources: Iterable[str]) -> None:
        """Forget the names of those of `sources` that were deleted, unless there is a new file in their place."""
        for source in sources:
            with self._saving:
                if not Path(source).exists():
                    self._db.run("DELETE FROM uploads WHERE path = ?", source)

    def discard(self, path: str, *, sent_before: float) -> None:
        """Delete a file and forget its name, unless it was sent again since a moment in seconds since 1970."""
        with self._saving:
            file = Path(path)
            if file.exists() and file.stat().st_mtime > sent_before:
                return
            file.unlink(missing_ok=True)
        self.forget([path])


def _sync_folder(folder: Path) -> None:
    """Write a folder's list of files to disk, so that a power cut does not lose a file that was named."""
    if os.name == "nt":  # Windows opens no folders.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
