"""What the routes of one server share: the bot, what people keep, the limits, and the threads."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Path as PathParameter
from fastapi import Query, Request

from bot.kept.database import Database
from bot.printed import PrintedPages
from bot.settings.settings import Settings
from bot.surfaces.rate_limit import RateLimit, limit_of
from bot.surfaces.web.audit import MOST_DOCUMENTS, Audit
from bot.surfaces.web.auth import Authentication, Caller, collection_missing
from bot.surfaces.web.bulkhead import Bulkhead
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import Streams
from bot.surfaces.web.metrics import Metrics
from bot.surfaces.web.objects import collections_of, documents_of
from bot.surfaces.web.offsets import Utf16, Utf16Cache
from bot.surfaces.web.pictures import Pictures
from bot.surfaces.web.shapes import DOCUMENT
from bot.surfaces.web.storage import removed_files
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.conversations import ConversationStore, Listed
from bot.surfaces.web.storage.database import now, open_people
from bot.surfaces.web.storage.jobs import Ingest, Jobs
from bot.surfaces.web.storage.questions import QuestionLog
from bot.surfaces.web.storage.uploads import Uploads, place_of
from bot.survey.kept_cells import LatestCells
from vectorstore.errors import LibraryError
from vectorstore.passage import Filter
from vectorstore.records import DocumentInfo

if TYPE_CHECKING:
    from bot.ask import Bot

Result = TypeVar("Result")

NO_DOCUMENT = "-"
"""An id that no document has, for they are hexadecimal."""
RECENT_ANSWERS = 1_000
WATCHERS_EACH = 20
WATCHERS = 200
"""Streams of ingest progress, of one caller and of all; they hold no thread."""
PAGED = ("page", "slide")
QUOTING_THREADS = 4
"""Threads that quote. Quoting is computing: more threads than this only make each question wait longer."""
PEOPLE_THREADS = 8
"""Threads that ask a server who somebody is, and how often that one asked: as many as it has connections."""
WRITING_THREADS = 32
"""Threads that ask a chat model, which is mostly waiting."""
DRAWING = 2
"""Processes that draw the pages of PDFs and find words on them; each is started when it is needed."""

SURVEYING_THREADS = 2
"""Documents that surveys ask at the same time."""
SURVEY_CELLS = 20_000
"""Answers of surveys that are remembered, about a kilobyte each: for one that goes on, and for its downloads."""

LOCK_SECONDS = 10.0
"""So long a person waits for somebody else's writing to end, then is told to come again."""
EXPORT_SECONDS = 60.0
"""So long a download waits for its turn to be made."""


class RecentAnswers:
    """The latest answers that belong to no conversation, so that feedback on them can be kept: in memory."""

    def __init__(self, size: int = RECENT_ANSWERS) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, owner: str, answer: dict[str, Any]) -> None:
        """Remember an answer object of `owner`."""
        with self._lock:
            self._kept[owner, answer["id"]] = answer
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def get(self, owner: str, answer: str) -> dict[str, Any] | None:
        """Return an answer object of `owner` by its id, or None."""
        with self._lock:
            return self._kept.get((owner, answer))


class SharedRecentAnswers(RecentAnswers):
    """The same for all servers of a library, in its database; they go after a day, where not before.

    Args:
        database: Keeps them.
        size: How many are kept.
    """

    def __init__(self, database: Database, size: int = RECENT_ANSWERS) -> None:
        super().__init__(size)
        self._db = database

    def add(self, owner: str, answer: dict[str, Any]) -> None:
        """See `RecentAnswers.add`."""
        with self._db.transaction():
            statement = "INSERT INTO recent (owner, id, answer, created) VALUES (?, ?, ?, ?)"
            self._db.run(statement, owner, answer["id"], json.dumps(answer), now())
            last = "(SELECT max(number) FROM recent)"
            self._db.run(f"DELETE FROM recent WHERE created < ? OR number <= {last} - ?", now(days=-1), self._size)

    def get(self, owner: str, answer: str) -> dict[str, Any] | None:
        """See `RecentAnswers.get`."""
        row = self._db.row("SELECT answer FROM recent WHERE owner = ? AND id = ?", owner, answer)
        return json.loads(row["answer"]) if row else None


class Services:
    """Everything behind one server.

    Args:
        bot: Answers, and holds the library.
        settings: The limits, the host, the access token.
        folder: Folder of the library.
        ingest: Reads uploaded files into the library.
    """

    def __init__(self, bot: Bot, settings: Settings, folder: Path, ingest: Ingest) -> None:
        self.bot = bot
        self.settings = settings
        self.folder = folder
        self.database = open_people(bot.library.catalog.home)
        self.accounts = Accounts(self.database)
        self.store = ConversationStore(self.database)
        self.log = QuestionLog(self.database, settings)
        self.log.tidy()
        self.authentication = Authentication(self.accounts, settings, self._limit)
        self.metrics = Metrics()
        self.audit = Audit(settings, folder)
        self.questions = self._limit("questions", settings.questions_per_minute)
        self.streams = Streams(settings.streams_each, settings.streams, database=self.database, name="streams")
        self.watchers = Streams(WATCHERS_EACH, WATCHERS)
        self.recent = SharedRecentAnswers(self.database) if self.database.shared else RecentAnswers()
        self._of_people = ThreadPoolExecutor(PEOPLE_THREADS, thread_name_prefix="footnote-people")
        # argon2 takes 64 MiB and a core for a moment: two checks at a time are enough for any office.
        self.password_checks = asyncio.Semaphore(2)
        self.stopping = asyncio.Event()
        self.uploads = Uploads(folder, self.database)
        with suppress(LibraryError):  # it cannot be written now: the next start names them
            self.uploads.name_documents(bot.library)
        self.tidy_removed()
        self.jobs = Jobs(
            self.database,
            ingest,
            self.metrics,
            self.forget_unread,
            self._note_read,
            place=place_of(folder) if self.database.shared else "",
        )
        quotes = settings.model == "quotes"
        self._threads = ThreadPoolExecutor(
            QUOTING_THREADS if quotes else WRITING_THREADS, thread_name_prefix="footnote-ask"
        )
        self._stream_threads = ThreadPoolExecutor(settings.streams, thread_name_prefix="footnote-stream")
        # All surveys together take no more, so that whoever asks one question does not wait for them.
        self.surveying = ThreadPoolExecutor(SURVEYING_THREADS, thread_name_prefix="footnote-survey")
        self.survey_cells = LatestCells(SURVEY_CELLS)
        # What waits for the library's lock, for a disk or for other sites never takes the threads of those who read.
        self.removals = Bulkhead(
            "footnote-remove",
            threads=1,
            queued=200,
            seconds=LOCK_SECONDS,
            message="The library is being written to, and nothing was removed.",
        )
        self.arrivals = Bulkhead(
            "footnote-arrive",
            threads=4,
            queued=32,
            seconds=60.0,
            message="Too many documents are being sent at once, and nothing was taken in.",
        )
        self.drawing = Bulkhead(
            "footnote-draw",
            threads=DRAWING,
            queued=64,
            seconds=30.0,
            message="Too many pages are being drawn at once.",
        )
        self.printed = PrintedPages(bot.library, settings, count=DRAWING)
        self.pictures = Pictures()
        self.answers_written = Bulkhead(
            "footnote-write",
            threads=1,
            queued=50,
            seconds=LOCK_SECONDS,
            message="The library is being written to, and the answer was not kept.",
        )
        # A long PDF takes a core for seconds.
        self.exports = Bulkhead(
            "footnote-export",
            threads=2,
            queued=16,
            seconds=EXPORT_SECONDS,
            message="Too many files are being made at once, and this one was not.",
        )
        self._pages: dict[tuple[str, str, str], int | None] = {}
        self._utf16 = Utf16Cache(bot.library.text)

    def _limit(self, name: str, uses: int) -> RateLimit:
        """Return a limit by the minute: over all servers where several may serve the library."""
        return limit_of(self.database, name, uses)

    async def of_people(self, work: Callable[..., Result], *values: Any) -> Result:
        """Run what looks up or counts who asks: at once where a file tells, in a thread where a server does."""
        if not self.database.shared:
            return work(*values)
        return await asyncio.get_running_loop().run_in_executor(self._of_people, partial(work, *values))

    def let_go(self, work: Callable[..., object], *values: Any) -> None:
        """Run what frees something, and is not waited for, where `of_people` runs it."""
        if not self.database.shared:
            work(*values)
            return
        with suppress(RuntimeError):  # the server has stopped, and all is free
            self._of_people.submit(work, *values)

    async def asking(self, work: Callable[..., Result], *values: Any) -> Result:
        """Run `work` in one of the threads that answer questions."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *values))

    def start_stream(self, work: Callable[[], Result]) -> Future[Result]:
        """Run `work` in a thread of its own until the stream ends."""
        return self._stream_threads.submit(work)

    def utf16(self, document: DocumentInfo) -> Utf16:
        """Return the map of a document's offsets to UTF-16."""
        return self._utf16.of(document.id, (document.sha256, document.added, document.characters))

    def forget_unread(self, collection: str, paths: Iterable[str], taken: str) -> None:
        """Delete uploads that could not be read: no list shows them, so nobody else could.

        Args:
            collection: That they were for.
            paths: Where they are.
            taken: When they were taken in, ISO 8601; one that was sent again since stays, and is read next.
        """
        known, since = self.bot.library.manifest(collection), datetime.fromisoformat(taken).timestamp()
        for path in paths:
            if path not in known:
                self.uploads.discard(path, sent_before=since)

    def _note_read(self, owner: str, job: str, documents: Sequence[str], failed: int) -> None:
        """Note for the audit log which documents a job has brought in."""
        if owner:
            shown = list(documents[:MOST_DOCUMENTS])
            self.audit.write("changed", owner, "ingest", id=job, documents=shown, count=len(documents), failed=failed)

    def infos(self, documents: Iterable[str]) -> dict[str, DocumentInfo]:
        """Return what the library tells of documents, by id; removed ones are left out."""
        ids = tuple(documents)
        found: list[DocumentInfo] = self.bot.library.documents(Filter(documents=ids)) if ids else []
        return {info.id: info for info in found}

    def pages(self, info: DocumentInfo) -> int | None:
        """Return how many pages or slides a document has, or None where it has none."""
        key = (info.id, info.sha256, info.added)
        if key not in self._pages:
            last = self.bot.library.place_at(info.id, info.characters)  # reads no text
            if len(self._pages) > 100_000:
                self._pages.clear()
            self._pages[key] = last.number if last and last.kind in PAGED else None
        return self._pages[key]

    def document(self, caller: Caller, document: str) -> DocumentInfo:
        """Return a document by its id.

        Raises:
            Refused: It is not there, or not for this caller: the same words.
        """
        wanted = Filter(documents=(document,), readers=caller.readers)
        found: list[DocumentInfo] = self.bot.library.documents(wanted)
        if not found or not caller.sees(found[0].collection):
            raise Refused(
                404,
                "document_missing",
                "There is no document with this id.",
                remedy="GET /v1/documents lists them.",
                param="id",
            )
        return found[0]

    def visible(self, caller: Caller, wanted: Filter) -> Filter:
        """Return `wanted` within what the caller may see.

        Raises:
            Refused: It names a collection that does not exist for the caller.
        """
        narrowed = caller.narrowed(wanted)
        if wanted.collections:
            there = self.collections(caller)
            for name in wanted.collections:
                if name not in there:
                    raise collection_missing(name)
        elif narrowed.collections:
            # An account may be held to collections that are still to come: they hold nothing, and no other is told of.
            there = self.collections(caller)
            existing = tuple(name for name in narrowed.collections if name in there)
            return replace(narrowed, collections=existing, documents=wanted.documents if existing else (NO_DOCUMENT,))
        return narrowed

    def collections(self, caller: Caller) -> dict[str, int]:
        """Return the number of documents in each collection that exists for the caller, by name."""
        found = self.bot.library.collections(Filter(readers=caller.readers))
        return {name: count for name, count in found.items() if caller.sees(name)}

    def shows(self, caller: Caller, answer: Mapping[str, Any]) -> bool:
        """Return whether the caller may see a kept answer: all that it shows something of, as that is now.

        What came from a document with a list of readers is not shown once that is gone: nobody knows any more whose it
        was.
        """
        if not caller.sees_all(collections_of(answer)):
            return False
        if caller.readers is None:
            return True
        shown, listed = documents_of(answer), {*answer.get("restricted", ())}
        there = self.infos(shown | listed)
        if not there:
            return not listed
        mine = {info.id for info in self.bot.library.documents(Filter(documents=tuple(there), readers=caller.readers))}
        return {*there} <= mine and listed <= mine

    def listed(self, caller: Caller) -> Listed | None:
        """Return which documents with a list of readers are the caller's and which are not; None where all are."""
        if caller.readers is None:
            return None
        every = {*self.bot.library.access()}
        mine = {*self.bot.library.access(Filter(readers=caller.readers))}
        return Listed(tuple(mine), tuple(every - mine))

    def tidy_removed(self) -> None:
        """Let the uploaded files of removed documents go when the bin lets the documents go."""
        self.uploads.forget(removed_files.tidy(self.bot.library))

    def leave_off(self) -> None:
        """Begin nothing that can wait for the next start; streams of progress end."""
        self.stopping.set()
        self.jobs.leave_off()

    def close(self, *, seconds: float = 0.0) -> None:
        """Stop the threads and close the file.

        Args:
            seconds: Longest time to wait for the file that is being read into the library.
        """
        ended = self.jobs.stop(seconds=seconds)
        self.removals.close()
        self.arrivals.close()
        self.drawing.close()
        self.printed.close()
        self.answers_written.close()
        self.exports.close()
        self.surveying.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._stream_threads.shutdown(wait=False, cancel_futures=True)
        self._of_people.shutdown(wait=False, cancel_futures=True)
        if ended:
            # A thread that is still at it keeps the file; every write of it is whole, come what may.
            self.database.close()


Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before.")]


def services_of(request: Request) -> Services:
    """Return what the routes share."""
    services: Services = request.app.state.services
    return services


def base_address(request: Request) -> str:
    """Return the address at which people reach the page: the one that the settings name, else that of the request."""
    return services_of(request).settings.page_url or str(request.base_url)


DocumentId = Annotated[str, PathParameter(pattern=DOCUMENT, examples=["0123456789abcdef"])]


def collection_counts(services: Services, caller: Caller) -> dict[str, dict[str, int]]:
    """Return documents and chunks by collection, as far as the caller may see."""
    counts: dict[str, dict[str, int]] = {}
    for info in services.bot.library.documents(services.visible(caller, Filter())):
        count = counts.setdefault(info.collection, {"documents": 0, "chunks": 0})
        count["documents"] += 1
        count["chunks"] += info.chunks
    return counts


MOST_FILES = 500


def footnote_version() -> str:
    """Return the version of Footnote, or "0" in a checkout that is not installed."""
    try:
        return version("footnote-bot")
    except PackageNotFoundError:
        return "0"


def text_goes_to(settings: Settings) -> str:
    """Return who questions and passages are sent to, or "" when nothing leaves this machine."""
    from urllib.parse import urlsplit

    from bot.loopback import is_loopback
    from bot.models.chat_model import LOCAL, QUOTES
    from bot.models.hosted import place_of

    if settings.model == QUOTES or settings.model.startswith(LOCAL):
        return ""
    place = place_of(settings.model, url=settings.model_url)
    host = urlsplit(f"//{place}").hostname if " " not in place else None
    return "" if place == "this machine" or (host and is_loopback(host)) else place
