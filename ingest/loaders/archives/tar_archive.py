"""TAR: every readable member as a part under its name, packed by gzip, bzip2 or xz or not; the limits are ZIP's."""

from __future__ import annotations

import lzma
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from ingest.document import Loaded, LoadOptions
from ingest.errors import NoText, TooLarge, Unreadable
from ingest.loaders.archives.archive import MAX_MEMBER, MAX_RATIO, MAX_TOTAL, RATIO_FROM
from ingest.loaders.archives.members import MAX_MEMBERS, add_member
from ingest.loaders.archives.zip_archive import FURNITURE
from ingest.loaders.builder import TextBuilder

MEDIA_TYPE = "application/x-tar"


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the files of a TAR archive, archives inside it to a limited depth; links and devices are passed over."""
    builder = TextBuilder(MEDIA_TYPE)
    number, total, limit = 0, 0, max(RATIO_FROM, MAX_RATIO * path.stat().st_size)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                # The size is what the tar says; what follows it must be unpacked to reach the next member.
                total += member.size
                if member.size > MAX_MEMBER or total > min(MAX_TOTAL, limit):
                    raise TooLarge(
                        "The file grows far beyond its size when it is unpacked.",
                        remedy="Add it only if you trust it: unpack it yourself and add what you need.",
                    )
                if not member.isfile() or set(PurePosixPath(member.name).parts) & set(FURNITURE):
                    continue
                if number >= MAX_MEMBERS:
                    builder.note(f"Only the first {MAX_MEMBERS:,} files were read.")
                    break
                number += 1
                stream = archive.extractfile(member)
                if stream is not None:
                    add_member(builder, member.name, stream.read(), options, number=number, level=1)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Unreadable("The archive is damaged or cut short.", remedy="Fetch or pack it again.") from error
    try:
        return builder.finish()
    except NoText as error:
        why = f" {builder.notes[0]}" if builder.notes else ""
        raise NoText(
            f"{path.name} holds no file with text.{why}", remedy="There is nothing to search in it."
        ) from error
