"""Uploaded files of removed documents: set aside while the bin keeps the document, and brought back with it.

Only files below the library's own `uploads` are ever touched; what people keep themselves stays where it is. A file is
moved by one rename, so a kill leaves it in one of its two places, and `tidy` brings it to the right one.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.surfaces.web.storage.uploads import FOLDER

if TYPE_CHECKING:
    from vectorstore.library import Library

ASIDE = ".removed"
"""Below `uploads`; hidden, so that nothing that reads the folder takes it for documents."""


def place_aside(library: Path, source: str) -> Path | None:
    """Return where an upload's file lies while its document is in the bin, or None where `source` is no upload."""
    uploads = library.resolve() / FOLDER
    path = Path(source)
    return uploads / ASIDE / path.relative_to(uploads) if path.is_relative_to(uploads) else None


def set_aside(library: Path, sources: Iterable[str]) -> None:
    """Move the uploads among `sources` out of the way."""
    for source in sources:
        aside = place_aside(library, source)
        if aside is not None:
            aside.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                Path(source).replace(aside)


def bring_back(library: Path, sources: Iterable[str]) -> None:
    """Move the uploads among `sources` back; a file that stands in the place meanwhile is left alone."""
    for source in sources:
        aside = place_aside(library, source)
        if aside is not None and aside.is_file() and not Path(source).exists():
            Path(source).parent.mkdir(parents=True, exist_ok=True)
            aside.replace(source)


def tidy(library: Library) -> list[str]:
    """Delete what lies aside and is in the bin no more; set aside what a kill, or another program, left in place.

    A file that was written since its document was removed has been sent again and waits to be read: it stays.

    Returns:
        The sources of what was deleted.
    """
    root = library.folder.resolve() / FOLDER / ASIDE
    # The list of files comes first: one that is set aside after it is not looked for in a bin that was read before.
    files = [path for path in root.rglob("*") if path.is_file()]
    removed = library.removed()
    kept = {place_aside(library.folder, gone.info.path) for gone in removed}
    deleted = [path for path in files if path not in kept]
    for path in deleted:
        path.unlink(missing_ok=True)
    left = [gone for gone in removed if not gone.present and not _written_since(Path(gone.info.path), gone.removed)]
    set_aside(library.folder, [gone.info.path for gone in left])
    return [str(root.parent / path.relative_to(root)) for path in deleted]


def _written_since(path: Path, moment: str) -> bool:
    try:
        written = path.stat().st_mtime
    except OSError:
        return False
    return written >= datetime.fromisoformat(moment).timestamp()
