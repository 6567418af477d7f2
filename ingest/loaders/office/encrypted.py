"""Office files with a password: an OLE container around the encrypted ZIP file."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.errors import PasswordNeeded

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_encrypted_office(path: Path) -> bool:
    """Tell whether the file is an OLE container that holds an encrypted Office file."""
    with path.open("rb") as stream:
        if stream.read(8) != OLE_MARK:
            return False
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as container:
            return bool(container.exists("EncryptedPackage"))
    except (OSError, ValueError, IndexError, TypeError):
        return False


@contextmanager
def decrypted(path: Path, options: LoadOptions) -> Iterator[Path]:
    """Yield `path` itself, or a decrypted copy that is removed afterwards.

    Raises:
        PasswordNeeded: No given password opens it, or the library that decrypts is not installed.
    """
    if not is_encrypted_office(path):
        yield path
        return
    if not options.passwords:
        raise PasswordNeeded("The file is protected by a password.", remedy="Give it with --password.")
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        plain = Path(folder) / f"plain{path.suffix}"
        _decrypt(path, plain, options)
        yield plain


def read_unlocked(path: Path, options: LoadOptions, read: Callable[[Path], Loaded]) -> Loaded:
    """Read a file of the formats before 2007; when it is encrypted, read a decrypted copy.

    Raises:
        PasswordNeeded: No given password opens it.
    """
    try:
        return read(path)
    except PasswordNeeded:
        if not options.passwords:
            raise
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        plain = Path(folder) / f"plain{path.suffix}"
        _decrypt(path, plain, options)
        return read(plain)


def _decrypt(path: Path, plain: Path, options: LoadOptions) -> None:
    try:
        from msoffcrypto import OfficeFile
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    except ImportError as error:
        raise PasswordNeeded(
            "The file is protected by a password.",
            remedy='To read it with its password: pip install "footnote-bot[files]"; or save it without one.',
        ) from error
    failure: Exception | None = None
    for password in options.passwords:
        try:
            with path.open("rb") as source, plain.open("wb") as target:
                office = OfficeFile(source)
                office.load_key(password=password)
                office.decrypt(target)
                return
        except (InvalidKeyError, DecryptionError):
            continue
        except (FileFormatError, ValueError, OSError, KeyError, TypeError, struct.error) as error:
            failure = error  # some formats notice a wrong password only while decrypting
    if failure is not None:
        raise PasswordNeeded(
            "None of the given passwords opens the file, or it is encrypted in a way that is not read.",
            remedy="Give the right one with --password, or save the file without one.",
        ) from failure
    raise PasswordNeeded(
        "The file is protected by a password and none of the given ones opens it.",
        remedy="Give the right one with --password.",
    )
