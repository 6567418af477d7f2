"""Web addresses in the place of paths: fetched first, each into a file that lives as long as the ingest.

An address is a document of its own: giving it again brings its document up to date, one that does not answer
keeps the version from before, and no folder and no other address ever takes it away.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urldefrag

from ingest.errors import LoadError, NothingToIngest
from ingest.sources.discover import Discovery, Found


def is_address(path: Path | str) -> bool:
    """Tell whether what stands in the place of a path is a web address."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


def refuse_addresses(paths: Sequence[Path | str], *, allowed: bool) -> None:
    """Raise where addresses stand among the paths and are not allowed.

    Raises:
        NothingToIngest: With the name of the setting.
    """
    first = next(filter(is_address, paths), None)
    if first is not None and not allowed:
        raise NothingToIngest(
            f"{first} is a web address, and reading those is switched off.",
            remedy="Switch it on with FOOTNOTE_ADDRESSES=true, or with `addresses = true` in footnote.toml.",
        )


@contextmanager
def fetched(addresses: Sequence[Path | str], found: Discovery, *, most_bytes: int) -> Iterator[None]:
    """Fetch addresses, and add what they gave and what failed to what was found.

    Args:
        addresses: http and https addresses.
        found: What the walk found; files and failures are added.
        most_bytes: Largest content of one address.
    """
    if not addresses:
        yield
        return
    from ingest.sources.web import FetchLimits, fetch, save

    with tempfile.TemporaryDirectory(prefix="footnote-") as kept:
        for number, given in enumerate(addresses):
            source = urldefrag(os.fspath(given)).url
            folder = Path(kept) / str(number)
            folder.mkdir()
            try:
                copy = save(fetch(source, limits=FetchLimits(bytes=most_bytes)), folder)
            except LoadError as error:
                found.failed.append((source, str(error)))
                continue
            status = copy.stat()
            found.files[source] = Found(source, status.st_size, status.st_mtime_ns, copy=os.fspath(copy))
        yield
