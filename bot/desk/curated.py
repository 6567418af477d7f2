"""Curated answers: what an editor wrote to questions that the documents don't answer.

Each is a small document of the library, found, quoted, restricted, removed and restored like any other. Beside their
texts, in `curated/answers.json` of the library, stand the questions that each answers and the runs of other documents
that it rests on. `bot/computed/curated.py` shows one before all else is searched.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

from bot.errors import SettingError
from vectorstore.access import ACCESS, RESTS_ON, stored
from vectorstore.errors import DocumentMissing, LibraryDamaged
from vectorstore.passage import Filter
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.library import Library
    from vectorstore.records import DocumentInfo

FOLDER = "curated"
FILE = "answers.json"
MARK = "Editor’s answer: "
"""What the title of each begins with, wherever it is shown."""

SourceState = Literal["current", "moved", "changed", "removed"]
"""current: the document is the one that was quoted; moved: it changed, and still says the words; changed: it does not
say them any more; removed: it is not in the library."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run of a document that a curated answer rests on.

    Attributes:
        document, title, collection, sha256: Of the document when the answer was written.
        start, end: Offsets into its text then.
        quote: The words.
    """

    document: str
    title: str
    collection: str
    sha256: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a source stands now: its state, its collection and, unless the words are gone, its offsets."""

    source: Source
    state: SourceState
    collection: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Curated:
    """An answer that an editor wrote.

    Attributes:
        id: Of its document.
        questions: That it answers; the first one names it.
        text: The answer.
        collection: Of its document.
        written: The day on which it was written or confirmed, "2026-11-30".
        sources: What it rests on; none where nothing but the editor says so.
    """

    id: str
    questions: tuple[str, ...]
    text: str
    collection: str
    written: str
    sources: tuple[Source, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all words of its questions and its text."""
        return frozenset(tokens(" ".join((*self.questions, self.text))))


def curated(folder: Path) -> tuple[Curated, ...]:
    """Return the curated answers of the library in a folder, those of removed documents too.

    Raises:
        LibraryDamaged: The file that they are kept in cannot be read.
    """
    path = folder / FOLDER / FILE
    try:
        status = path.stat()
    except OSError:
        return ()
    return _read(str(path), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _read(path: str, modified: int, size: int) -> tuple[Curated, ...]:
    """Read the file; the other arguments make a changed file another key."""
    del modified, size
    try:
        kept = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(_curated(item) for item in kept["answers"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LibraryDamaged(
            f"{path} cannot be read ({type(error).__name__}). The questions of curated answers are kept in it.",
            remedy="Restore it from a backup, or move it away; the answers stay documents of the library.",
        ) from error


def _curated(item: Mapping[str, Any]) -> Curated:
    sources = tuple(Source(**source) for source in item["sources"])
    return Curated(**{**item, "questions": tuple(item["questions"]), "sources": sources})


def present(library: Library, filter: Filter | None = None) -> list[Curated]:
    """Return the curated answers whose documents are in the library, by their first question.

    Args:
        library: The library.
        filter: Only of these collections and documents.

    Raises:
        LibraryDamaged: The file that they are kept in cannot be read.
    """
    kept = {answer.id: answer for answer in curated(library.folder)}
    if not kept:
        return []
    filter = filter or Filter()
    ids = tuple(id for id in kept if not filter.documents or id in filter.documents)
    found = [
        kept[info.id]
        if info.collection == kept[info.id].collection
        else replace(kept[info.id], collection=info.collection)
        for info in (library.documents(replace(filter, documents=ids)) if ids else ())
    ]
    return sorted(found, key=lambda answer: (answer.questions[0].casefold(), answer.id))


def anchored(library: Library, answer: Curated) -> list[Anchor]:
    """Return where the sources of an answer stand now."""
    ids = tuple({source.document for source in answer.sources})
    infos = {info.id: info for info in library.documents(Filter(documents=ids))} if ids else {}
    return [_anchor(library, source, infos.get(source.document)) for source in answer.sources]


def _anchor(library: Library, source: Source, info: DocumentInfo | None) -> Anchor:
    if info is None:
        return Anchor(source, "removed", source.collection)
    if info.sha256 == source.sha256 and library.text(info.id, source.start, source.end) == source.quote:
        return Anchor(source, "current", info.collection, source.start, source.end)
    start = library.text(info.id).find(source.quote)
    if start < 0:
        return Anchor(source, "changed", info.collection)
    return Anchor(source, "moved", info.collection, start, start + len(source.quote))


def source_at(library: Library, document: str, start: int, end: int) -> Source:
    """Return the run of a document as a source.

    Raises:
        DocumentMissing: There is no such document.
        SettingError: The offsets hold no words of it.
    """
    found = library.documents(Filter(documents=(document,)))
    if not found:
        raise DocumentMissing(f"There is no document {document}.", remedy="footnote list shows all documents.")
    (info,) = found
    quote = library.text(document, start, end) if 0 <= start < end <= info.characters else ""
    if not quote.strip():
        raise SettingError(f"There are no words from {start:,} to {end:,} in {info.title!r}.")
    return Source(document, info.title, info.collection, info.sha256, start, end, quote)


def write(
    library: Library,
    *,
    questions: Sequence[str],
    text: str,
    sources: Sequence[Source],
    collection: str,
    day: str,
    id: str | None = None,
) -> Curated:
    """Add a curated answer to the library, or replace the one of this id, and return it.

    Args:
        library: Where to.
        questions: That it answers, at least one.
        text: The answer.
        sources: What it rests on.
        collection: Of its document; that of its sources, whose words it may repeat.
        day: Today, "2026-11-30".
        id: Of the answer that it replaces; None for a new one.

    Raises:
        SettingError: Nothing is written, or the sources stand in another collection, or are for different people.
        LibraryBusy, LibraryReadOnly, DiskFull: It cannot be written now.
    """
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    asked = tuple(dict.fromkeys(question for line in questions if (question := " ".join(line.split()))))
    if not text or not asked:
        raise SettingError("There is no answer." if asked else "There is no question that it answers.")
    if others := {source.collection for source in sources} - {collection}:
        raise SettingError(
            f"A footnote stands in {', '.join(sorted(others))}, the answer would stand in {collection}.",
            remedy="Whoever may read the answer must be allowed to read its sources: use one collection.",
        )
    answer = Curated(id or token_hex(8), asked, text, collection, day, tuple(sources))
    with library.writing():
        said = _for_whom(library, answer)
        path = library.folder / FOLDER / f"{answer.id}.txt"
        _replace(path, text)
        _keep(library, [*(kept for kept in curated(library.folder) if kept.id != answer.id), answer])
        _store(library, answer, path, said)
    return answer


def _store(library: Library, answer: Curated, path: Path, said: tuple[tuple[str, str], ...]) -> None:
    """Make the answer a document of the library."""
    from ingest.sources.plan import iso_time
    from ingest.splitting.split import split
    from vectorstore.document import Document

    status, encoder = path.stat(), library.encoder
    document = Document(
        id=answer.id,
        source=str(path),
        title=MARK + answer.questions[0],
        media_type="text/plain",
        text=answer.text,
        sha256=hashlib.sha256(answer.text.encode()).hexdigest(),
        collection=answer.collection,
        size=status.st_size,
        modified=iso_time(status.st_mtime_ns),
        said=said,
    )
    chunks = split(answer.text, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    library.add([(document, chunks)])


def _for_whom(library: Library, answer: Curated) -> tuple[tuple[str, str], ...]:
    """Return what lets those alone see an answer who may see its sources: all of them now, and as they are later.

    Raises:
        SettingError: The lists of its sources have nobody in common.
    """
    known = {one.id: one for one in curated(library.folder)}
    rests_on: dict[str, None] = {}
    new = [source.document for source in answer.sources]
    while new:
        rests_on |= dict.fromkeys(new)
        below = [source.document for id in new if id in known for source in known[id].sources]
        new = [id for id in below if id not in rests_on]
    if not rests_on:
        return ()
    said = {RESTS_ON: " ".join(rests_on)}
    lists = [{*names} for names in library.access(Filter(documents=tuple(rests_on))).values()]
    if lists:
        common = set.intersection(*lists)
        if not common:
            raise SettingError(
                "Its footnotes stand in documents that are for different people.",
                remedy="Write an answer for each, from the documents that these people may see.",
            )
        said[ACCESS] = stored(common)
    return tuple(sorted(said.items()))


def _keep(library: Library, answers: Iterable[Curated]) -> None:
    """Write the file, without the answers whose documents are gone for good; the last one is still to be stored."""
    *before, last = answers
    there = {info.id for info in library.documents()} | {gone.info.id for gone in library.removed()}
    kept = [answer for answer in before if answer.id in there]
    data = {"version": 1, "answers": [asdict(answer) for answer in (*kept, last)]}
    _replace(library.folder / FOLDER / FILE, json.dumps(data, ensure_ascii=False, indent=1))
    known = {f"{answer.id}.txt" for answer in (*kept, last)}
    for path in (library.folder / FOLDER).glob("*.txt"):
        if path.name not in known:
            path.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, for the owner of the library only."""
    from vectorstore.catalog.homes.sqlite import of_os

    part = path.with_suffix(f".{token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o600)
        part.replace(path)
    except OSError as error:
        raise of_os(error, path.parent, path) from error
    finally:
        part.unlink(missing_ok=True)
