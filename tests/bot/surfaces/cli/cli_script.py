"""A bot for the tests of the command line that answers from a script, with the methods of `bot.ask.Bot`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.answer import Answer, Citation, Found, Statement
from bot.question.conversation import Conversation
from vectorstore.passage import Filter, Passage


def passage(text: str, start: int, end: int, *, document: str = "c" * 16, rank: int = 1) -> Passage:
    """Return a passage of `text`."""
    source = "/papers/lease.pdf"
    return Passage(document, "Lease", source, start, end, text[start:end], 1 / rank, rank, page=1)


def answer_from(text: str, quote: str, *, document: str = "c" * 16) -> Answer:
    """Return an answer that quotes `quote` from a document with `text`."""
    start = text.index(quote)
    end = start + len(quote)
    return Answer(
        question="",
        statements=(Statement(quote, (1,)),),
        citations=(Citation(1, document, "Lease", "/papers/lease.pdf", 1, start, end, quote, "p. 1"),),
        passages=(passage(text, start, end, document=document),),
        searched="all 3 documents",
    )


class ScriptLibrary:
    """Holds one document in each of two collections, whatever the filter."""

    def collections(self, filter: Filter | None = None) -> dict[str, int]:
        """Return the number of documents in each collection."""
        return {"a": 1, "b": 1}

    def count_documents(self, filter: Filter | None = None) -> int:
        """Return how many documents match."""
        return 2


class ScriptBot:
    """Answers the questions of its script, abstains from all others, and keeps what it was asked.

    Args:
        script: Answers (or errors to raise) by question.
        near: What `nearest` returns.
    """

    def __init__(self, script: dict[str, Answer | Exception], *, near: tuple[Passage, ...] = ()) -> None:
        self.script = script
        self.near = near
        self.asked: list[tuple[str, Conversation | None, Filter | None]] = []
        self.made_with: dict[str, Any] = {}
        self.closed = False
        self.library = ScriptLibrary()

    def __call__(self, library: Any = None, **options: Any) -> ScriptBot:
        """Stand in for the class: note how the bot was made."""
        self.made_with = {"library": library, **options}
        return self

    def ask(self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None) -> Answer:
        """Return the answer of the script."""
        self.asked.append((question, conversation, filter))
        found = self.script.get(question, Answer("", abstained=True, searched="all 3 documents"))
        if isinstance(found, Exception):
            raise found
        return replace(found, question=question)

    def stream(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> Iterator[Found | Statement | Answer]:
        """Yield what was found, the statements, and the answer."""
        answer = self.ask(question, conversation=conversation, filter=filter)
        yield Found(answer.passages, answer.searched_for, answer.searched)
        yield from answer.statements
        yield answer

    def nearest(self, question: str, *, limit: int = 5, filter: Filter | None = None) -> tuple[Passage, ...]:
        """Return the nearest passages of the script."""
        return self.near[:limit]

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True
