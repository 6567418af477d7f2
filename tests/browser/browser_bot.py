"""A bot whose answers are scripted over a real library, to show what a chat model might bring about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.answer import Answer, Citation, Conflict, Found, Statement, Withheld
from bot.models.usage import Usage
from bot.question.conversation import Conversation
from vectorstore.library import Library
from vectorstore.passage import Filter, Passage

Script = Callable[[str], Answer]


def passage(library: Library, quote: str, *, rank: int = 1) -> Passage:
    """Return the run of the library that reads `quote`."""
    for info in library.documents():
        start = library.text(info.id).find(quote)
        if start >= 0:
            end = start + len(quote)
            return Passage(info.id, info.title, info.source, start, end, quote, 1.0, rank, collection=info.collection)
    raise AssertionError(f"no document reads {quote!r}")


def citation(library: Library, number: int, quote: str) -> Citation:
    """Return a footnote to the run of the library that reads `quote`."""
    found = passage(library, quote)
    return Citation(
        number, found.document, found.title, found.source, found.page, found.start, found.end, quote, found.place
    )


@dataclass
class ScriptedBot:
    """Answers by a function of the question.

    Attributes:
        library: A real library.
        script: Makes the answer; raises to fail.
        gate: Waited for before each statement after the first; None for at once.
        given_up: Set when an answer was stopped before its end.
        error: Raised after the first statement.
    """

    library: Library
    script: Script
    gate: threading.Event | None = None
    given_up: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

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
        """Yield what was found, the statements, the answer."""
        answer = self.script(question)
        ended = False
        told: set[int] = set()
        try:
            yield Found(answer.passages, answer.searched_for, answer.searched, answer.model)
            for index, statement in enumerate(answer.statements):
                if index and self.gate:
                    self.gate.wait(30)
                for citation in answer.citations:
                    if on_citation and citation.number in {*statement.citations} - told:
                        told.add(citation.number)
                        on_citation(citation)
                yield statement
                if self.error:
                    raise self.error
            yield answer
            ended = True
        finally:
            if not ended:
                self.given_up.set()


def written(library: Library) -> Script:
    """Return a script of what a chat model may bring: its own words, doubt, disagreement, sentences withheld."""
    six = "Either party may end the lease with a notice period of six months to the end of a quarter."
    weeks = "The deposit of 12,600 euros is returned within eight weeks after the keys are handed back."
    working = "The working week is 38 hours."
    noon = "勤務時間は午前九時から午後五時三十分までです。"

    def script(question: str) -> Answer:
        found = tuple(passage(library, quote, rank=rank) for rank, quote in enumerate((six, weeks, working), 1))
        if "hours" in question:
            return Answer(
                question,
                statements=(
                    Statement("The handbook sets a working week of 38 hours.", (1,), "supported"),
                    Statement("The Japanese rules run from nine to half past five, 42.5 hours.", (2,), "supported"),
                ),
                citations=(citation(library, 1, working), citation(library, 2, noon)),
                passages=found,
                model="ollama:llama3.2",
                seconds=2.4,
                conflicts=(Conflict("number", ("38 hours", "42.5 hours"), (0, 1)),),
            )
        return Answer(
            question,
            statements=(
                Statement("Either side can end the lease six months before the end of a quarter.", (1,), "supported"),
                Statement(
                    "The deposit comes back within eight weeks, by bank transfer.",
                    (2,),
                    "partly",
                    "Not found in the source: “by bank transfer”.",
                ),
                Statement("Notice is given in writing.", (1, 2), "quoted"),
            ),
            citations=(citation(library, 1, six), citation(library, 2, weeks)),
            passages=found,
            model="ollama:llama3.2",
            seconds=3.1,
            usage=Usage(read=700, written=112, calls=1),
            searched_for="notice period lease deposit",
            searched="all 6 documents",
            notice="The question was read as one about the lease of the office.",
            withheld=(Withheld("The notice period may be shortened by agreement.", "No passage says so."),),
        )

    return script
