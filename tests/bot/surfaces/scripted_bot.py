"""A bot with the methods of `bot.ask.Bot` whose answers are written down beforehand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from bot.answer import Answer, Citation, Found, Statement
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage

Script = Callable[[str], Answer]


@dataclass
class Asked:
    """One call: what was asked, after which turns, within which filter."""

    question: str
    turns: tuple[tuple[str, str], ...]
    filter: Filter | None


@dataclass
class ScriptedBot:
    """Answers by a function of the question, and remembers what it was asked.

    Attributes:
        script: Makes the answer; raises to fail.
        delay: Seconds before each statement.
        asked: Calls so far.
        opened: A real library, where a test needs one.
        stopped: How many answers were given up before their end.
    """

    script: Script
    delay: float = 0.0
    collection_names: tuple[str, ...] = ("default",)
    opened: Any = None
    settings: Settings = field(default_factory=Settings)
    writes: bool = True
    asked: list[Asked] = field(default_factory=list)
    stopped: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def library(self) -> Any:
        """The real library, or what stands for one: names of collections and titles of documents."""
        names = self.collection_names
        stand_in = {"collections": lambda filter=None: dict.fromkeys(names, 1), "documents": self._documents}
        return self.opened or SimpleNamespace(**stand_in)

    def _documents(self, filter: Filter | None) -> list[Any]:
        names = filter.collections if filter and filter.collections else self.collection_names
        return [SimpleNamespace(title=f"The {name}", modified=name) for name in names]

    def stream(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> Iterator[Any]:
        """Yield what was found, the statements, and the answer."""
        turns = tuple((t.question, t.answer.text) for t in (conversation.turns if conversation else ()))
        with self.lock:
            self.asked.append(Asked(question, turns, filter))
        answer = self.script(question)
        yield Found(answer.passages, "", answer.searched, answer.model)
        try:
            for statement in answer.statements:
                time.sleep(self.delay)
                yield statement
            yield answer
        except GeneratorExit:
            with self.lock:
                self.stopped += 1
            raise

    def ask(self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None) -> Answer:
        """Return the answer."""
        *_, answer = self.stream(question, conversation=conversation, filter=filter)
        assert isinstance(answer, Answer)
        return answer

    def nearest(self, question: str, *, limit: int = 5, filter: Filter | None = None) -> tuple[Passage, ...]:
        """Return what the real library finds; nothing without one."""
        return self.opened.search(question, limit=limit, filter=filter).passages if self.opened else ()


def echo(question: str) -> Answer:
    """Answer that the question was heard: one quotation that names it, with its source."""
    quote = f"You asked about {question}."
    citation = Citation(1, "e0", "Echo", "/docs/echo.md", None, 0, len(quote), quote)
    passage = Passage("e0", "Echo", "/docs/echo.md", 0, len(quote), quote, 1.0, 1)
    return Answer(question, (Statement(quote, (1,)),), (citation,), (passage,), searched="all 6 documents")
