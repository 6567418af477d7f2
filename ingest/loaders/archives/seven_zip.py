"""7-Zip: every readable member as a part under its name, through py7zr (the extra `archives`); the limits are ZIP's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError, NoText, PasswordNeeded, TooLarge, Unreadable, UnsupportedType
from ingest.loaders.archives.archive import MAX_MEMBER, MAX_RATIO, MAX_TOTAL, RATIO_FROM
from ingest.loaders.archives.members import MAX_MEMBERS, add_member
from ingest.loaders.archives.zip_archive import FURNITURE
from ingest.loaders.builder import TextBuilder

MEDIA_TYPE = "application/x-7z-compressed"
INSTALL = 'Install what reads it: pip install "footnote-bot[archives]"; or unpack it and add the files.'


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the files of a 7-Zip archive, archives inside it to a limited depth."""
    try:
        import py7zr
    except ImportError as error:
        raise UnsupportedType(
            f"{path.name} is a 7-Zip archive; what reads it is not installed.", remedy=INSTALL
        ) from error
    builder = TextBuilder(MEDIA_TYPE)
    for password in (None, *options.passwords):
        try:
            for number, (name, data) in enumerate(_members(py7zr, path, password, builder), start=1):
                add_member(builder, name, data, options, number=number, level=1)
            break
        except LoadError:
            raise
        except _refusals(py7zr, password):
            continue
        except Exception as error:  # it has an error of its own for each way of packing
            raise Unreadable("The archive is damaged or cut short.", remedy="Fetch or pack it again.") from error
    else:
        said = "None of the given passwords opens the archive." if options.passwords else "The archive is encrypted."
        raise PasswordNeeded(said, remedy="Give its password with --password.")
    try:
        return builder.finish()
    except NoText as error:
        why = f" {builder.notes[0]}" if builder.notes else ""
        raise NoText(
            f"{path.name} holds no file with text.{why}", remedy="There is nothing to search in it."
        ) from error


def _refusals(py7zr: Any, password: str | None) -> tuple[type[BaseException], ...]:
    """Return the errors that stand for a password that is missing or wrong: a wrong one yields bytes without sense."""
    from lzma import LZMAError

    missing = (py7zr.exceptions.PasswordRequired,)
    return missing if password is None else (*missing, py7zr.exceptions.ArchiveError, LZMAError, OSError, ValueError)


def _members(py7zr: Any, path: Path, password: str | None, builder: TextBuilder) -> list[tuple[str, bytes]]:
    """Return name and bytes of each file in an archive."""
    limit = min(MAX_TOTAL, max(RATIO_FROM, MAX_RATIO * path.stat().st_size))
    with py7zr.SevenZipFile(path, password=password, max_extract_size=limit) as archive:
        if archive.needs_password() and password is None:
            raise py7zr.exceptions.PasswordRequired(None, "")
        files = [entry for entry in archive.list() if not entry.is_directory and not entry.is_symlink]
        wanted = sorted(
            entry.filename for entry in files if not set(PurePosixPath(entry.filename).parts) & set(FURNITURE)
        )
        if len(wanted) > MAX_MEMBERS:
            builder.note(f"Only the first {MAX_MEMBERS:,} of {len(wanted):,} files were read.")
            wanted = wanted[:MAX_MEMBERS]
        _refuse_bomb([int(entry.uncompressed or 0) for entry in files], limit)
        kept = py7zr.io.BytesIOFactory(MAX_MEMBER)
        try:
            archive.extract(targets=wanted, factory=kept)
        except py7zr.exceptions.DecompressionBombError as error:
            raise _bomb() from error
    return [(name, kept.products[name].read()) for name in wanted if name in kept.products]


def _refuse_bomb(sizes: Sequence[int], limit: int) -> None:
    if sum(sizes) > limit or any(size > MAX_MEMBER for size in sizes):
        raise _bomb()


def _bomb() -> TooLarge:
    return TooLarge(
        "The file grows far beyond its size when it is unpacked.",
        remedy="Add it only if you trust it: unpack it yourself and add what you need.",
    )
