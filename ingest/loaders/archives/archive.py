"""Archive: a ZIP file that is read with limits, never unpacked to paths of its own choosing.

DOCX, PPTX, XLSX, ODF and EPUB are ZIP files too. A bomb declares a small size and grows, or names a
gigabyte honestly: both are refused, the second before a byte is expanded.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.errors import LoadError, PasswordNeeded, TooLarge, Unreadable

MAX_MEMBERS = 20_000
MAX_MEMBER = 300_000_000
MAX_TOTAL = 1_000_000_000
MAX_RATIO = 400
RATIO_FROM = 20_000_000
"""Bytes from which the ratio counts: short repetitive parts shrink well and harm nobody."""

_DAMAGED = "Open it in the program that made it and save it again, or restore it from a copy."


class Archive:
    """Members of a ZIP file by name, each read up to a limit.

    Args:
        zip_file: The open file.
        passwords: Tried on encrypted members.
    """

    def __init__(self, zip_file: zipfile.ZipFile, *, passwords: Sequence[str] = ()) -> None:
        self._zip = zip_file
        self._passwords = passwords
        self._read = 0
        infos = zip_file.infolist()
        if len(infos) > MAX_MEMBERS:
            raise TooLarge(
                f"The file is an archive of {len(infos)} parts, more than {MAX_MEMBERS}.",
                remedy="Unpack it and add the folder instead.",
            )
        self.infos = {info.filename.lstrip("/"): info for info in infos}
        self._lower = {name.lower(): name for name in self.infos}

    def names(self) -> list[str]:
        """Return the names of the members that are files, in the archive's order."""
        return [name for name, info in self.infos.items() if not info.is_dir()]

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def _find(self, name: str) -> str | None:
        name = posixpath.normpath(name).lstrip("/")
        return name if name in self.infos else self._lower.get(name.lower())

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member for reading within the limits.

        Raises:
            Unreadable: The member is missing or damaged.
            TooLarge: It is, or grows, too large.
            PasswordNeeded: It is encrypted and no password opens it.
        """
        found = self._find(name)
        if found is None:
            raise Unreadable(f"A part of the file is missing ({posixpath.basename(name)}).", remedy=_DAMAGED)
        info = self.infos[found]
        check_size(info)
        try:
            with self._decrypted(info) as stream:
                yield _Counted(stream, self, info)  # type: ignore[misc]
        except NotImplementedError as error:
            raise Unreadable(
                "A part of the file is packed in a way that is not read.",
                remedy="Pack it again as plain ZIP.",
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, IndexError) as error:
            if isinstance(error, LoadError):
                raise
            raise Unreadable("The file is damaged: a part cannot be unpacked.", remedy=_DAMAGED) from error

    def read(self, name: str, *, limit: int = MAX_MEMBER) -> bytes:
        """Return a member's bytes; see `open` for what it raises."""
        with self.open(name) as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise TooLarge(f"A part of the file is larger than {limit // 1_000_000} MB.", remedy="Split the file.")
        return data

    def _decrypted(self, info: zipfile.ZipInfo) -> IO[bytes]:
        if not info.flag_bits & 0x1:
            return self._zip.open(info)
        for password in self._passwords:
            try:
                return self._zip.open(info, pwd=password.encode())
            except RuntimeError:
                continue
        raise PasswordNeeded("The archive is encrypted.", remedy="Give its password with --password.")

    def count(self, size: int, info: zipfile.ZipInfo, got: int) -> None:
        """Add `size` bytes to what was read and refuse a bomb."""
        self._read += size
        if self._read > MAX_TOTAL or got > MAX_MEMBER or _explodes(got, info.compress_size):
            raise TooLarge(
                "The file grows far beyond its size when it is unpacked.",
                remedy="Add it only if you trust it: unpack it yourself and add what you need.",
            )


class _Counted:
    """A stream that counts what is read from it."""

    def __init__(self, stream: IO[bytes], archive: Archive, info: zipfile.ZipInfo) -> None:
        self._stream, self._archive, self._info, self._got = stream, archive, info, 0

    def read(self, size: int = -1) -> bytes:
        """Read as a file does, in pieces, so that a bomb is met early."""
        if 0 <= size <= 1 << 20:
            return self._piece(size)
        wanted = size if size >= 0 else MAX_MEMBER + 1
        pieces: list[bytes] = []
        while wanted > 0 and (piece := self._piece(min(wanted, 1 << 20))):
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._got += len(data)
        self._archive.count(len(data), self._info, self._got)
        return data


def check_size(info: zipfile.ZipInfo) -> None:
    """Refuse a member whose own record says that it is too large."""
    if info.file_size > MAX_MEMBER or _explodes(info.file_size, info.compress_size):
        raise TooLarge(
            f"A part of the file is {info.file_size // 1_000_000} MB when unpacked.",
            remedy="Split the file, or unpack it yourself and add what you need.",
        )


def _explodes(size: int, packed: int) -> bool:
    return size > RATIO_FROM and size > MAX_RATIO * max(packed, 1)


@contextmanager
def open_archive(path: Path, *, passwords: Sequence[str] = ()) -> Iterator[Archive]:
    """Open a ZIP file.

    Raises:
        Unreadable: It is not a ZIP file, or it is cut short.
    """
    try:
        zip_file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise Unreadable("The file is damaged or cut short.", remedy=_DAMAGED) from error
    with zip_file:
        yield Archive(zip_file, passwords=passwords)
