"""One question's way to its answer: two parts, two hops, or what the finder finds and the answerer makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import perf_counter

from bot.answer import Answer, Citation, Found, Statement
from bot.finder import Finder
from bot.models_in_use import ModelsInUse
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from vectorstore.library import Library
from vectorstore.passage import Filter


class Answering:
    """Answers one question, and those that it takes.

    Args:
        library: What is asked.
        settings: How.
        models: Those of this answer alone, whose tokens they count.
    """

    def __init__(self, library: Library, settings: Settings, models: ModelsInUse) -> None:
        self._library = library
        self._settings = settings
        self._models = models
        self._finder = Finder(library, settings, models)

    def items(
        self,
        question: str,
        turns: Conversation,
        filter: Filter | None,
        *,
        on_citation: Callable[[Citation], None] | None = None,
    ) -> Iterator[Found | Statement | Answer]:
        """Yield what was found, each statement, and the whole answer, as `Bot.stream` does."""
        began = perf_counter()
        found = self._both(question, filter) or self._hopped(question, turns, filter)
        if found is None:
            yield from self._answered(question, turns, filter, writes=self._models.writes, on_citation=on_citation)
            return
        searched = self._searched(filter)
        yield Found(found.passages, "", searched)
        if self._models.writes and all(statement.support == "quoted" for statement in found.statements):
            from bot.footnotes import Footnotes
            from bot.written.answer import written_from

            footnotes = Footnotes(self._library, on_citation)
            items: Iterator[Statement | Answer] = written_from(
                found, footnotes, settings=self._settings, models=self._models
            )
        else:
            if on_citation:
                for citation in found.citations:
                    on_citation(citation)
            items = iter((*found.statements, found))
        for item in items:
            if isinstance(item, Answer):
                item = replace(item, searched=searched, seconds=perf_counter() - began)
            yield item

    def _answered(
        self,
        question: str,
        turns: Conversation,
        filter: Filter | None,
        *,
        writes: bool,
        on_citation: Callable[[Citation], None] | None = None,
    ) -> Iterator[Found | Statement | Answer]:
        """Yield the same for a question that is taken for one thing.

        Args:
            question, turns, filter, on_citation: As in `items`.
            writes: Whether a chat model composes the answer.
        """
        from bot.answerer import answered
        from bot.footnotes import Footnotes
        from bot.models.chat_model import QUOTES

        began = perf_counter()
        name = self._models.name if writes else QUOTES
        basis = self._finder.find(question, turns, filter)
        if basis.reply:
            yield Answer(question, model=name, notice=basis.reply, seconds=perf_counter() - began)
            return
        searched_for, searched = basis.searched_for(question), self._searched(filter)
        yield Found(basis.passages, searched_for, searched, QUOTES if basis.computed else name)
        answer = Answer(
            question,
            passages=basis.passages,
            model=name,
            confidence=basis.confidence,
            searched_for=searched_for,
            searched=searched,
            notice=basis.notice,
            timings={"search": perf_counter() - began},
        )
        footnotes = Footnotes(self._library, on_citation)
        for item in answered(answer, basis, footnotes, settings=self._settings, models=self._models, writes=writes):
            yield replace(item, seconds=perf_counter() - began) if isinstance(item, Answer) else item

    def _in_quotes(self, question: str, turns: Conversation, filter: Filter | None) -> Answer:
        """Return the quotes that answer a question as it is asked, taken neither for two nor for one that describes."""
        items = self._answered(question, turns, filter, writes=False)
        return next(item for item in items if isinstance(item, Answer))

    def _both(self, question: str, filter: Filter | None) -> Answer | None:
        """Return the answer to a question that asks two things; None for one thing, and where a model writes."""
        from bot.question.parts import parts

        asked = None if self._models.writes else parts(question)
        if asked is None:
            return None
        from bot.two_parts import both

        return both(self._library, asked, question, filter, self._part)

    def _part(self, question: str, filter: Filter | None) -> Answer:
        """Return the answer to a part of a question, which may itself describe what it asks of."""
        items = self.items(question, Conversation(), filter)
        return next(item for item in items if isinstance(item, Answer))

    def _hopped(self, question: str, turns: Conversation, filter: Filter | None) -> Answer | None:
        """Return the answer to a question that describes what it asks of; None for others, and where none reads."""
        from bot.question.described import described

        asked = described(question)
        reader = self._models.reader if asked else None
        if asked is None or reader is None:
            return None
        from bot.passages.reading import all_read
        from bot.two_hops import hopped

        return hopped(
            self._library,
            asked,
            question,
            lambda part: self._in_quotes(part, turns, filter),
            lambda part, among: all_read(reader, part, among),
            only_both=self._models.writes,
        )

    def _searched(self, filter: Filter | None) -> str:
        """Return what is searched, for a person."""
        count = self._library.count_documents(filter)
        documents = f"{count} document{'' if count == 1 else 's'}"
        if not filter:
            empty = "no documents: the library is empty"
            return (f"all {documents}" if count > 1 else documents) if count else empty
        if filter.collections:
            return f"{documents} in {', '.join(filter.collections)}"
        return f"{documents} that match the filter"
