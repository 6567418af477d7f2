"""ZIP: every readable member as a part under its name; nothing is unpacked to the disk's folders."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, PasswordNeeded, Unreadable
from ingest.loaders.archives.archive import Archive, open_archive
from ingest.loaders.archives.members import MAX_MEMBERS, add_member
from ingest.loaders.builder import TextBuilder
from ingest.reading.decode import decode

MEDIA_TYPE = "application/zip"
FURNITURE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".svn")


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the files of a ZIP archive, archives inside it to a limited depth."""
    builder = TextBuilder(MEDIA_TYPE)
    number = 0
    with open_archive(path, passwords=options.passwords) as archive:
        names = sorted(name for name in archive.names() if not set(PurePosixPath(name).parts) & set(FURNITURE))
        if len(names) > MAX_MEMBERS:
            builder.note(f"Only the first {MAX_MEMBERS:,} of {len(names):,} files were read.")
        locked = 0
        failure: Unreadable | None = None
        for name in names[:MAX_MEMBERS]:
            number += 1
            try:
                data = archive.read(name)
            except PasswordNeeded:
                locked += 1
            except Unreadable as error:
                builder.note(f"{_shown(archive, name)}: {error.message}")
                failure = failure or error
            else:
                add_member(builder, _shown(archive, name), data, options, number=number, level=1)
    if locked and locked == len(names):
        raise PasswordNeeded("The archive is encrypted.", remedy="Give its password with --password.")
    if locked:
        builder.note(f"{locked} encrypted files were left out.")
    try:
        return builder.finish()
    except NoText as error:
        if failure:
            raise failure from error
        why = f" {builder.notes[0]}" if builder.notes else ""
        raise NoText(
            f"{path.name} holds no file with text.{why}", remedy="There is nothing to search in it."
        ) from error


def _shown(archive: Archive, name: str) -> str:
    """Return a member's name as people wrote it: without the UTF-8 mark its bytes are in any encoding."""
    if archive.infos[name].flag_bits & 0x800 or name.isascii():
        return name
    try:
        return decode(name.encode("cp437")).text
    except UnicodeEncodeError:
        return name
