"""Single files packed by gzip, bzip2 or xz ("report.csv.gz"): read as the file that is inside, with ZIP's limits."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import IO

from ingest.document import Loaded, LoadOptions
from ingest.errors import TooLarge, Unreadable
from ingest.loaders.archives.archive import MAX_MEMBER, MAX_RATIO, RATIO_FROM
from ingest.loaders.archives.members import MAX_DEPTH, deeper, depth_of

_PIECE = 1 << 20


def load(path: Path, options: LoadOptions) -> Loaded:
    """Read the one file that is packed; its name is that of the packed one without its last ending."""
    from ingest.reading.load import load as load_file

    if depth_of(options) >= MAX_DEPTH:
        raise TooLarge(f"{path.name} is packed too many times.", remedy="Unpack it and add the file inside.")
    limit = min(MAX_MEMBER, max(RATIO_FROM, MAX_RATIO * path.stat().st_size))
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        inside = Path(folder) / (path.stem or "file")
        try:
            with _opened(path) as packed, inside.open("wb") as plain:
                size = 0
                while piece := packed.read(_PIECE):
                    size += len(piece)
                    if size > limit:
                        raise TooLarge(
                            "The file grows far beyond its size when it is unpacked.",
                            remedy="Add it only if you trust it: unpack it yourself and add what you need.",
                        )
                    plain.write(piece)
        except (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError) as error:
            raise Unreadable("The packed file is damaged or cut short.", remedy="Fetch or pack it again.") from error
        loaded = load_file(inside, deeper(options))
    return replace(loaded, scans=())  # the file that was read is not the one that lies there


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path)  # type: ignore[return-value]
    return bz2.open(path) if head.startswith(b"BZh") else lzma.open(path)
