"""What a sync has to do with every file, decided from names, sizes, times and digests alone."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ingest.errors import RemovalsRefused
from ingest.reading.load import describe_error
from ingest.reading.sidecar import digest_of_sidecar
from ingest.sources.discover import Discovery, Found, is_below

if TYPE_CHECKING:
    from vectorstore.records import Stamp


@dataclass(slots=True)
class Plan:
    """What is to be done with every file that was found or is known."""

    added: list[Found] = field(default_factory=list)
    changed: list[Found] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    touched: list[Found] = field(default_factory=list)
    renamed: list[tuple[str, Found]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Whether anything is to be written to the library."""
        return bool(self.added or self.changed or self.touched or self.renamed or self.removed)


def plan(found: Discovery, known: Mapping[str, Stamp], *, check: bool = False) -> Plan:
    """Decide what is to be done, reading files only where size and time do not tell.

    Args:
        found: What is on disk.
        known: What is in the collection, by source.
        check: Read all that is known, whatever size and time tell: a copied, restored or mended file may have both.
    """
    result = Plan(failed=list(found.failed))
    in_doubt: list[Found] = []
    for source, file in found.files.items():
        stamp = known.get(source)
        if stamp is None:
            result.added.append(file)
        elif stamp.sidecar != digest_of_sidecar(file.sidecar):
            result.changed.append(file)
        elif _same_stamp(stamp, file) and not check:
            result.unchanged.append(source)
        elif stamp.size == file.size:
            in_doubt.append(file)
        else:
            result.changed.append(file)
    for file in in_doubt:
        digest = _digest_or_reason(file, result.failed)
        if digest == known[file.source].sha256:
            if _same_stamp(known[file.source], file):
                result.unchanged.append(file.source)
            else:
                result.touched.append(file)
        elif digest:
            result.changed.append(file)
    kept = {source for source, _ in (*found.failed, *result.failed)}
    result.removed = [s for s in known if s not in found.files and s not in kept and found.covers(s)]
    _find_renamed(result, known)
    return result


def _same_stamp(stamp: Stamp, file: Found) -> bool:
    return stamp.size == file.size and stamp.modified == iso_time(file.modified_ns)


MANY_FILES = 20_000
"""So many files to read are asked about first. Few people have as many documents in a folder; a system's own tree has
many more (/usr of a plain Linux: over 100,000), and reading it takes a day."""


def many_files_words(todo: Plan, roots: Sequence[str]) -> str:
    """Return the numbers to ask about where more than `MANY_FILES` would be read, "" elsewhere."""
    files = [*todo.added, *todo.changed]
    if len(files) <= MANY_FILES:
        return ""
    size = sum(file.size for file in files) / 1e9
    return f"{len(files):,} files ({size:,.1f} GB) below {', '.join(roots)} would be read."


MOST_REMOVED = 0.5
"""Share of a source's documents that may go in one sync without being asked about; a drive that is not mounted, or a
folder that is being filled again, takes most or all of them."""
MANY = 10
"""So many must go before their share counts: in a small folder, half is soon tidied away."""


def refuse_mass_removal(todo: Plan, roots: Sequence[str]) -> None:
    """See to it that no source loses all its documents, or most of many, unless that was said on purpose.

    Args:
        todo: What a sync would do.
        roots: The paths that were given, each a source, as in `Discovery.roots`.

    Raises:
        RemovalsRefused: With the numbers, and the option that allows it.
    """
    staying = [
        *todo.unchanged,
        *(file.source for file in (*todo.touched, *todo.changed)),
        *(old for old, _ in todo.renamed),
        *(source for source, _ in todo.failed),
    ]
    for root in roots:
        gone = sum(is_below(source, [root]) for source in todo.removed)
        known = gone + sum(is_below(source, [root]) for source in staying)
        empty = gone == known and not any(is_below(file.source, [root]) for file in todo.added)
        if gone and (empty or (gone >= MANY and gone > MOST_REMOVED * known)):
            what = "everything" if empty else "most"
            raise RemovalsRefused(
                f"{gone:,} of the {known:,} documents from {root} are no longer there, so {what} would be removed. "
                "Nothing was changed.",
                remedy="If the folder is not mounted or is being filled, sync again later; if they shall go, "
                "repeat with --allow-removals.",
            )


def _find_renamed(result: Plan, known: Mapping[str, Stamp]) -> None:
    """Take from added and removed what is the same file under another name."""
    sizes = {known[source].size for source in result.removed}
    gone: dict[str, list[str]] = {}
    for source in result.removed:
        gone.setdefault(known[source].sha256, []).append(source)
    for file in list(result.added) if sizes else ():
        if file.size not in sizes:
            continue
        digest = _digest_or_reason(file, [])
        # Another ending may mean another loader, and with it another text.
        suffix, sidecar = PurePath(file.source).suffix.lower(), digest_of_sidecar(file.sidecar)
        same = [
            source
            for source in gone.get(digest, ())
            if PurePath(source).suffix.lower() == suffix and known[source].sidecar == sidecar
        ]
        if same:
            old = max(same, key=lambda s: PurePath(s).name == PurePath(file.source).name)
            gone[digest].remove(old)
            result.removed.remove(old)
            result.added.remove(file)
            result.renamed.append((old, file))


def _digest_or_reason(file: Found, failed: list[tuple[str, str]]) -> str:
    """Return the digest of a file, or "" after noting in `failed` why it cannot be read."""
    try:
        return digest_of(file.path)
    except OSError as error:
        failed.append((file.source, str(describe_error(file.path, error))))
    return ""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a regular file's bytes, in hexadecimal.

    Raises:
        OSError: It cannot be read, or is no regular file any more.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    # O_NONBLOCK: if a pipe took the file's place a moment ago, opening it must not wait for a writer.
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is no longer a file")
        return hashlib.file_digest(file, "sha256").hexdigest()


def iso_time(nanoseconds: int) -> str:
    """Return a time in nanoseconds since 1970 as ISO 8601 in UTC, without losing any of it."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return f"1970-01-01T00:00:00.{nanoseconds}Z"  # A time that no calendar holds still tells a change.
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
