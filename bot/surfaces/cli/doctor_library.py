"""What `footnote doctor` looks at in a library, and how `--repair` brings back what was lost.

What can be mended from what is stored is mended by `vectorstore/upkeep`. What cannot is read again from its source,
where that still lies there: files of one's own, and the uploads in the library's folder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings.settings import Settings
from bot.surfaces.cli.check import REPAIR, Check
from bot.surfaces.cli.options import open_library, require_library
from vectorstore.catalog.homes.named import folder_of
from vectorstore.errors import FootnoteError, LibraryDamaged

if TYPE_CHECKING:
    from vectorstore.embedding.model_files import ModelIdentity
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo, Lost


def library_checks(settings: Settings, *, repair: bool) -> Iterator[Check]:
    """Look at the library; with `repair`, mend it, and make it again where its catalog is damaged."""
    try:
        require_library(settings)
        try:
            yield from _checks(settings, repair=repair)
        except LibraryDamaged:
            if not repair:
                raise
            yield from _made_again(settings)
            yield from _checks(settings, repair=True)
    except FootnoteError as error:
        yield Check("Library", False, error.message, error.remedy)


def people_checks(settings: Settings) -> Iterator[Check]:
    """Look at what keeps accounts and conversations, where there is such."""
    from bot.kept.open import is_kept
    from bot.surfaces.web.storage.database import PEOPLE, fault

    if is_kept(settings.library, PEOPLE):
        wrong = fault(settings.library)
        words = wrong.message if wrong else "accounts and conversations can be read"
        yield Check("People", wrong is None, words, wrong.remedy if wrong else "")


def curated_checks(settings: Settings) -> Iterator[Check]:
    """Look at the answers that editors wrote, where there are any."""
    from bot.desk.curated import curated

    try:
        found = curated(folder_of(settings.library))
    except LibraryDamaged as error:
        yield Check("Editors’ answers", False, error.message, error.remedy)
        return
    if found:
        yield Check("Editors’ answers", True, f"{len(found):,} can be read")


def _checks(settings: Settings, *, repair: bool) -> Iterator[Check]:
    with open_library(settings) as library:
        state = library.status()
        yield Check("Library", True, f"{state.documents:,} documents in {state.folder}")
        yield from _lock(library)
        yield from _model_of_library(state.model, settings)
        yield from findings(library, settings, repair=repair)


def _model_of_library(stored: ModelIdentity | None, settings: Settings) -> Iterator[Check]:
    """Compare the model that made the vectors with the one that is set, without loading either."""
    from vectorstore.embedding.model_files import FETCH, identity, lacks_model
    from vectorstore.errors import ModelMissing

    with suppress(ModelMissing):  # the check of the model itself says so
        wanted = identity(settings.embedding_model or None, settings.cache or None)
        if not stored or (stored.name, stored.fingerprint) == (wanted.name, wanted.fingerprint):
            return
        if not settings.embedding_model and stored.name != wanted.name:
            words = f"the library was embedded with {stored.name}"
            anew = "footnote ingest --reembed FOLDER"
            if lacks_model(stored.name, cache=settings.cache):
                remedy = f"{FETCH.format(name=stored.name)}, or embed it anew: {anew}"
                yield Check("Model", False, f"{words}, which is not on this machine", f"Fetch it once: {remedy}")
            else:
                yield Check("Model", True, f"{words}; new ones are with {wanted.name} (to change: {anew})")
            return
        words = f"the library was embedded with {stored.name}, but {wanted.name} is set"
        yield Check("Model", False, words, "Set that model again, or: footnote ingest --reembed")


def _lock(library: Library) -> Iterator[Check]:
    from vectorstore.errors import LibraryBusy, LibraryError, LibraryReadOnly

    try:
        with library.work.held(wait=0), library.lock.held(wait=0):
            yield Check("Lock", True, "free")
    except LibraryBusy as error:
        yield Check("Lock", True, error.message)
    except LibraryReadOnly as error:
        yield Check("Lock", False, error.message, "Asking works; ingesting needs write access.")
    except LibraryError as error:
        yield Check("Lock", False, error.message, error.remedy)


def findings(library: Library, settings: Settings, *, repair: bool) -> Iterator[Check]:
    """Look at all that is stored. With `repair`, mend what can be mended and look again.

    Raises:
        LibraryDamaged: The catalog is damaged, and it was to be mended: it must be made again.
    """
    found = left = library.verify()
    if repair and any(finding.part == "catalog" for finding in found):
        raise LibraryDamaged(f"The library in {library.place} is damaged.", remedy=REPAIR)
    if repair and found:
        infos = {info.id: info for info in library.documents()}
        lost = {finding.document for finding in found if finding.part == "text"}
        yield from _read_again(library, settings, [_lost(infos[id]) for id in sorted(lost)])
        left = library.repair()
    if not found:
        yield Check("Contents", True, "text, passages, vectors, words and index agree")
    for finding in found:
        if finding not in left:
            yield Check("Contents", True, f"mended: {finding.message}")
    for finding in left:
        if finding.passing:
            yield Check("Contents", True, f"{finding.message} The next write mends it.", note=True)
            continue
        kept = "Restore the folder from a backup, or move it away and ingest your files again."
        if library.catalog.home.path is None:
            kept = "Restore the database from a backup, or drop its schema and ingest your files again."
        by_hand = f"Ingest its file again, or: footnote remove {finding.document}" if finding.document else kept
        yield Check("Contents", False, finding.message, by_hand if repair else REPAIR)


def _lost(info: DocumentInfo) -> Lost:
    from vectorstore.records import Lost

    return Lost(info.id, info.path, info.title, info.collection)


def _made_again(settings: Settings) -> Iterator[Check]:
    """Make the library again, then read the sources of what could not be kept, and the uploads."""
    from vectorstore.library import Library

    made = Library.recover(
        settings.library,
        model=settings.embedding_model or None,
        cache=settings.cache or None,
        threads=settings.threads,
    )
    words = f"the catalog was damaged and was made again with {made.kept:,} documents that were whole"
    yield Check("Library", True, words + (f"; the damaged one is kept in {made.aside}" if made.aside else ""))
    with open_library(settings) as library:
        yield from _read_again(library, settings, made.lost)
        yield from _read_uploads(library, settings)
        count = library.count_documents()
    told = "What else was in it is not known any more: ingest your folders again." if count else ""
    told = told or "Nothing could be read of it. Ingest your folders again: footnote ingest FOLDER"
    yield Check("Library", True, told, note=True)


def _read_again(library: Library, settings: Settings, documents: Iterable[Lost]) -> Iterator[Check]:
    """Read the sources of documents again, and say of each whether it is back."""
    from bot.surfaces.web.storage.uploads import kept_uploads

    names = {path: name for path, _, name in kept_uploads(library.catalog.home)}
    for document in documents:
        path = Path(document.source)
        wrong = "its source does not lie there any more"
        if path.is_file():
            wrong = _read(library, settings, path, document.collection, names.get(path, path.name))
        shown = f"{document.title} ({names.get(path, document.source)})"
        if wrong:
            yield Check("Contents", False, f"{shown}: {wrong}", "Ingest it again.")
        else:
            yield Check("Contents", True, f"read again: {shown}")


def _read_uploads(library: Library, settings: Settings) -> Iterator[Check]:
    """Read the uploads that the library does not know of, and say what came back."""
    from bot.surfaces.web.storage.uploads import kept_uploads

    back = []
    for path, collection, name in kept_uploads(library.catalog.home):
        if str(path) in library.manifest(collection):
            continue
        if wrong := _read(library, settings, path, collection, name):
            yield Check("Uploads", False, f"{name}: {wrong}", "Upload it again.")
        else:
            back.append(name)
    if back:
        more = f", … and {len(back) - 20:,} more" if len(back) > 20 else ""
        yield Check("Uploads", True, f"{len(back):,} read again: {', '.join(back[:20])}{more}")


def _read(library: Library, settings: Settings, path: Path, collection: str, name: str) -> str:
    """Read a file into the library; return why that failed, or ""."""
    from bot.surfaces.web.storage.jobs import Incoming
    from bot.surfaces.web.storage.reader import LibraryReader

    told: dict[str, str] = {}

    def on_file(path: Path, state: str, *, document: str | None = None, message: str = "") -> None:
        del path, document
        told[state] = message

    files = [Incoming(path, name)]
    LibraryReader(library, settings)(files, collection, on_file, again=True, stop=threading.Event())
    return told.get("failed", "")
