"""Which files are below the given folders, and which of them are left out, without opening any."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import NothingToIngest
from ingest.reading.load import describe_error
from ingest.reading.sidecar import SUFFIX, is_sidecar

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".footnoteignore"
"""Patterns as in .gitignore, for the folder it stands in and all below."""

_TOLD = 500
"""So many files are found between two words on how many there are."""
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "__MACOSX", "venv", "$RECYCLE.BIN"})
_SKIPPED_FILES = (
    # What editors, office programs, browsers and systems leave beside documents.
    *("*~", "~$*", "#*#", "*.swp", "*.swo", "*.swx", "*.tmp", "*.temp", "*.part", "*.partial"),
    *("*.crdownload", "*.download", "*.pyc", "thumbs.db", "desktop.ini", "icon\r"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file, or what a web address gave.

    Attributes:
        source: Absolute path, or web address, as it is stored in the library.
        size: In bytes.
        modified_ns: Time of its last change, nanoseconds since 1970.
        copy: Where the bytes of a web address lie for the time of the ingest; "" for a file.
        sidecar: Path of the sidecar that describes it; "" where there is none.
    """

    source: str
    size: int
    modified_ns: int
    copy: str = ""
    sidecar: str = ""

    @property
    def path(self) -> Path:
        """Where to read it."""
        return Path(self.copy or self.source)


@dataclass(slots=True)
class Discovery:
    """What a walk found.

    Attributes:
        roots: The given paths, absolute, links resolved.
        files: Regular files by source, in the order of a directory listing sorted by name.
        failed: (source, reason) of what could not be looked at.
        skipped: (source, reason) of what is no file to read: pipes, devices, links that lead out.
        closed: Folders that could not be listed; nothing is known about what is below them.
    """

    roots: list[str] = field(default_factory=list)
    files: dict[str, Found] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def covers(self, source: str) -> bool:
        """Tell whether `source` is one of the roots or below one, in a folder that could be listed."""
        return is_below(source, self.roots) and not is_below(source, self.closed)


def is_below(source: str, folders: Sequence[str]) -> bool:
    """Tell whether `source` is one of `folders` or stands below one."""
    return any(source == folder or source.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def discover(
    paths: Sequence[Path | str],
    *,
    leave_out: Path | str | None = None,
    tell: Callable[[int], None] | None = None,
) -> Discovery:
    """Walk files and folders.

    Hidden entries, virtual environments, `node_modules` and temporary files of editors are left out,
    as is what `.footnoteignore` names. A path that is given itself is always taken. A sidecar belongs to the file that
    it describes, and is none itself.

    Args:
        paths: Files and folders.
        leave_out: A folder never to walk: the library's own.
        tell: Called now and then with the number of files found so far.

    Raises:
        NothingToIngest: One of the paths does not exist.
    """
    found = Discovery()
    walk = _Walk(found, os.path.realpath(leave_out) if leave_out else "", tell)
    for path in paths:
        walk.root(os.fspath(path))
    walk.links()
    return found


def is_left_out(name: str, *, folder: bool) -> bool:
    """Tell whether an entry is left out by its name alone."""
    if name.startswith("."):
        return True
    if folder:
        return name in _SKIPPED_FOLDERS
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern) for pattern in _SKIPPED_FILES)


class _Walk:
    def __init__(self, found: Discovery, leave_out: str, tell: Callable[[int], None] | None) -> None:
        self._found = found
        self._tell = tell
        self._leave_out = leave_out
        self._links: list[str] = []
        self._identities: set[tuple[int, int]] = set()

    def root(self, path: str) -> None:
        """Take a path that was given by name."""
        given = Path(path)
        folder = _is_folder(given)
        # A link keeps its own name, which is what the person wrote; the folders above are resolved.
        kept = Path(os.path.realpath(given.parent)) / given.name
        source = os.path.realpath(given) if folder else os.fspath(kept)
        if not os.path.lexists(source):
            raise NothingToIngest(
                f"There is no file or folder {path!r}.",
                remedy="Check the path. To take documents out of the library, use: footnote remove.",
            )
        self._found.roots.append(source)
        if folder:
            self._folder(source)
        elif is_sidecar(given.name):
            self._sidecar(source, (), named=True)
        else:
            self._entry(source, named=True)

    def _folder(self, root: str) -> None:
        """Walk a folder; a stack, since folders nest as deep as they like."""
        stack: list[tuple[str, tuple[_Ignore, ...]]] = [(root, ())]
        while stack:
            folder, ignores = stack.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self._found.failed.append((folder, str(describe_error(Path(folder), error))))
                self._found.closed.append(folder)
                continue
            names = {entry.name for entry in entries}
            if "pyvenv.cfg" in names and folder != root:
                continue  # a virtual environment, whatever its name
            if IGNORE_FILE in names:
                ignores = (*ignores, _Ignore.read(folder))
            below = []
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_left_out(entry.name, folder=is_folder) or _ignored(ignores, entry.path, is_folder):
                    continue
                if is_sidecar(entry.name) and not is_folder:
                    self._sidecar(entry.path, names)
                elif is_folder:
                    if entry.path != self._leave_out:
                        below.append((entry.path, ignores))
                elif entry.is_symlink():
                    self._links.append(entry.path)
                else:
                    self._entry(entry.path)
            stack.extend(reversed(below))

    def links(self) -> None:
        """Follow links to files, once, when all plain files are known."""
        for link in sorted(self._links):
            target = os.path.realpath(link)
            inside = is_below(target, self._found.roots)
            if _is_folder(link):
                if not inside:
                    reason = f"A link to the folder {target}. To include it, name that as a path too."
                    self._found.skipped.append((link, reason))
            elif not inside and os.access(target, os.F_OK):
                reason = f"A link that leads out, to {target}. To include it, name that as a path too."
                self._found.skipped.append((link, reason))
            else:
                self._entry(link, link=True)

    def _sidecar(self, path: str, beside: Collection[str], *, named: bool = False) -> None:
        """Say of a sidecar that it stands alone, or was given for a document."""
        described = Path(path).name[: -len(SUFFIX)]
        if named:
            reason = f"It describes {described} and is no document of its own. Name that file, or their folder."
            self._found.failed.append((path, reason))
        elif described + SUFFIX not in beside or described not in beside:
            self._found.skipped.append((path, f"It describes {described}, and no file of that name is beside it."))

    def _entry(self, source: str, *, named: bool = False, link: bool = False) -> None:
        if source in self._found.files:
            return
        try:
            status = Path(source).stat()
        except OSError as error:
            self._found.failed.append((source, str(describe_error(Path(source), error))))
            return
        identity = (status.st_dev, status.st_ino)
        if link and identity in self._identities:
            return  # The file that it leads to is in the library by its own name.
        if not stat.S_ISREG(status.st_mode):
            kept = self._found.failed if named else self._found.skipped
            kept.append((source, "A pipe, socket or device, not a file."))
            return
        try:
            source.encode()
        except UnicodeEncodeError:
            self._found.failed.append((source, "The file's name is not valid UTF-8. Rename the file."))
            return
        self._identities.add(identity)
        sidecar = source + SUFFIX if os.path.lexists(source + SUFFIX) else ""
        self._found.files[source] = Found(source, status.st_size, status.st_mtime_ns, sidecar=sidecar)
        if self._tell is not None and len(self._found.files) % _TOLD == 0:
            self._tell(len(self._found.files))


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The patterns of one `.footnoteignore`."""

    folder: str
    patterns: GitIgnoreSpec

    @classmethod
    def read(cls, folder: str) -> _Ignore:
        """Read the patterns of a folder; an ignore file that cannot be read ignores nothing."""
        from pathspec import GitIgnoreSpec

        try:
            text = Path(folder, IGNORE_FILE).read_text("utf-8", "replace")
        except OSError:
            text = ""
        return cls(folder, GitIgnoreSpec.from_lines(text.splitlines()))


def _is_folder(path: Path | str) -> bool:
    """Tell whether a path, links followed, is a folder; one that may not be looked at is none."""
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except (OSError, ValueError):
        return False


def _ignored(ignores: Sequence[_Ignore], path: str, folder: bool) -> bool:
    """Tell whether the ignore files above leave `path` out; the nearest one that speaks decides."""
    for ignore in reversed(ignores):
        relative = os.path.relpath(path, ignore.folder).replace(os.sep, "/") + ("/" if folder else "")
        said = ignore.patterns.check_file(relative).include
        if said is not None:
            return said
    return False
