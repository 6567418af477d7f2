"""A site for the tests of the web surface: the real app over a real library, a bot that quotes by script."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from small_library import BRIEF, LEASE, small_library, small_library_at

from bot.answer import Answer, Citation, Statement
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from bot.surfaces.web.app import create_app
from bot.surfaces.web.services import Services
from ingest.splitting.split import split
from vectorstore.catalog.homes.named import is_on_server
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter, Passage

NOTICE = "Either party may end it with a notice period of 30 days."
SIGNED = "It was signed in Tokyo on 28 October 2025."
EMOJI = "\U0001f600\U0001f600 Smile. \U0001f1ef\U0001f1f5 The party begins at nine. 東京で。"
PARTY = "The party begins at nine."


@dataclass(frozen=True)
class Found:
    """What the script's stream yields first, as bot.ask.Found does."""

    passages: tuple[Passage, ...]
    searched_for: str = ""
    searched: str = "all documents"
    model: str = "quotes"


@dataclass
class ScriptedBot:
    """Quotes the sentence that a word of the question points to, verbatim from the library.

    Attributes:
        library: A real library.
        script: From a word of the question to the sentence that answers it.
        error: Raised instead of an answer.
        pause: Waited for before the statement of a stream.
        asked: (question, conversation, filter) of every call.
        closed: Set when a stream was closed before its end.
        leak: Ignores the filter, as no search may.
    """

    library: Library
    script: dict[str, str] = field(default_factory=lambda: {"notice": NOTICE, "signed": SIGNED, "party": PARTY})
    error: Exception | None = None
    late_error: Exception | None = None
    pause: threading.Event | None = None
    asked: list[tuple[str, Conversation | None, Filter | None]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    leak: bool = False
    model_name = "quotes"
    writes = False

    def ask(self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None) -> Answer:
        """Answer at once."""
        *_, last = self.stream(question, conversation=conversation, filter=filter)
        assert isinstance(last, Answer)
        return last

    def stream(
        self,
        question: str,
        *,
        conversation: Conversation | None = None,
        filter: Filter | None = None,
        on_citation: Callable[[Citation], None] | None = None,
    ) -> Iterator[Found | Statement | Answer]:
        """Yield what was found, the statement, the answer."""
        self.asked.append((question, conversation, filter))
        if self.error:
            raise self.error
        word = next((word for word in self.script if word in question), "")
        passages = self._passages(self.script.get(word, ""), Filter() if self.leak else filter or Filter())
        finished = False
        try:
            yield Found(passages)
            if self.pause:
                self.pause.wait(30)
            if self.late_error:
                raise self.late_error
            statements, citations = (), ()
            if passages:
                p = passages[0]
                statements = (Statement(p.text, (1,)),)
                citations = (Citation(1, p.document, p.title, p.source, p.page, p.start, p.end, p.text, p.place),)
                if on_citation:
                    on_citation(citations[0])
                yield statements[0]
            yield Answer(question, statements, citations, passages, abstained=not passages, seconds=0.01)
            finished = True
        finally:
            if not finished:
                self.closed.set()

    def _passages(self, sentence: str, filter: Filter) -> tuple[Passage, ...]:
        found = []
        for info in self.library.documents(filter):
            start = self.library.text(info.id).find(sentence) if sentence else -1
            if start >= 0:
                end = start + len(sentence)
                found.append(
                    Passage(
                        info.id,
                        info.title,
                        info.source,
                        start,
                        end,
                        sentence,
                        1.0,
                        1,
                        collection=info.collection,
                    )
                )
        return tuple(found)


@dataclass
class Site:
    """An app that runs.

    Attributes:
        client: Asks it.
        bot: Answers behind it.
        services: What its routes share.
        folder: Of the library; of one in a database, that of this machine.
        library: Its folder or its address.
    """

    client: TestClient
    bot: ScriptedBot
    services: Services
    folder: Path
    library: str

    def ask(self, question: str, **more: Any) -> dict[str, Any]:
        """Ask and return the answer object."""
        response = self.client.post("/v1/ask", json={"question": question, **more})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def document(self, title: str) -> str:
        """Return the id of the document with this title."""
        return next(info.id for info in self.bot.library.documents() if info.title == title)


def add_emoji(library: Library) -> None:
    """Add a document whose offsets differ between code points and UTF-16."""
    document = Document(
        id=hashlib.sha256(b"emoji").hexdigest()[:16],
        source="/papers/party.txt",
        title="Party",
        media_type="text/plain",
        text=EMOJI,
        sha256=hashlib.sha256(EMOJI.encode()).hexdigest(),
        collection="private",
    )
    library.add([(document, split(EMOJI))])


@contextmanager
def site(
    tmp_path: Path,
    *,
    place: str = "",
    prepare: Callable[[Path], None] | Callable[[str], None] | None = None,
    settings: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    address: str = "http://127.0.0.1:8000",
    ingest: Any = None,
) -> Iterator[Site]:
    """Run the app over a copy of the small library with one more document, "Party", in collection "private".

    Args:
        tmp_path: Where the copy goes.
        place: Where the library is made instead, if that is an address.
        prepare: Called with the library's folder, or its address, before the app is made, to add users.
        settings: Of the app.
        headers: Sent with every request.
        address: What the client calls the server.
        ingest: Reads uploads; None for the real one.
    """
    named: Any = small_library_at(place) if is_on_server(place) else small_library(tmp_path)
    with Library.open(named) as library:
        add_emoji(library)
        if prepare:
            prepare(named)
        bot = ScriptedBot(library)
        chosen = Settings(library=str(named), **{"questions_per_minute": 0, **(settings or {})})
        app = create_app(bot, chosen, ingest=ingest)  # type: ignore[arg-type]
        with TestClient(app, base_url=address, headers=headers, raise_server_exceptions=False) as client:
            yield Site(client, bot, app.state.services, Path(library.folder), str(named))
        if is_on_server(place):
            library.close(update_index=False)


__all__ = ["BRIEF", "EMOJI", "LEASE", "NOTICE", "PARTY", "SIGNED", "ScriptedBot", "Site", "site"]
