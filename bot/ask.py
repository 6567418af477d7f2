"""Ask: from a question to a checked answer. Read this first.

    finder: question ─▶ passages      answerer: quote or write ─▶ number the footnotes ─▶ Answer

`Bot.stream` yields what was found, then each statement as it is released, then the whole `Answer`;
`Bot.ask` is its last item. Everything here is synchronous and safe in many threads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from bot.answer import Answer, Citation, Statement
from bot.errors import QuestionRefused
from bot.models.chat_model import QUOTES
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage

if TYPE_CHECKING:
    from bot.models.chat_model import ChatModel
    from vectorstore.library import Library


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, before anything is answered.

    Attributes:
        passages: Best first.
        searched_for: The query, when it differs from the question; else "".
        searched: What was searched, for a person.
        model: Who answers, as in `Answer`.
    """

    passages: tuple[Passage, ...]
    searched_for: str
    searched: str
    model: str = QUOTES


class Bot:
    """Answers questions from one library.

    Args:
        library: An open library, or its folder; None for the one that the settings name.
        settings: None reads them from the environment and footnote.toml.
        model: Who answers: "quotes", a name such as "openai:gpt-5-mini" or "local:/path.gguf", or a LangChain
            chat model; None for the one that the settings name.

    Raises:
        LibraryMissing: There is no library there.
    """

    def __init__(
        self,
        library: Library | Path | str | None = None,
        *,
        settings: Settings | None = None,
        model: Any = None,
    ) -> None:
        from bot.finder import Finder  # here and below: `import footnote` stays light
        from bot.models_in_use import ModelsInUse
        from vectorstore.library import Library
        from vectorstore.open_library import open_library

        self.settings = settings or Settings.load()
        if self.settings.offline:
            from bot.offline import go_offline

            go_offline()
        self._owned = not isinstance(library, Library)
        if isinstance(library, Library):
            self.library = library
        else:
            named = replace(self.settings, library=str(library)) if library else self.settings
            self.library = open_library(named)
        self._models = ModelsInUse(self.settings, self.library, self.settings.model if model is None else model)
        self._finder = Finder(self.library, self.settings, self._models)

    def __enter__(self) -> Bot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the library, when it was opened here, and the chat model."""
        self._models.close()
        if self._owned:
            self.library.close()

    @property
    def writes(self) -> bool:
        """Whether a chat model composes the answers."""
        return self._models.writes

    @property
    def model_name(self) -> str:
        """Name of who answers."""
        return self._models.name

    @property
    def chat_model(self) -> ChatModel:
        """The chat model, opened at first use.

        Raises:
            ModelError: It cannot be opened.
        """
        return self._models.chat_model

    def ask(self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None) -> Answer:
        """Answer a question.

        Args:
            question: In plain words.
            conversation: The turns so far, for follow-ups.
            filter: Which documents to ask.

        Raises:
            QuestionRefused: The question is empty or too long.
            CollectionMissing: The filter names a collection that is not there.
        """
        answer: Answer | None = None
        for item in self.stream(question, conversation=conversation, filter=filter):
            if isinstance(item, Answer):
                answer = item
        assert answer is not None  # the last item always is one
        return answer

    def stream(
        self,
        question: str,
        *,
        conversation: Conversation | None = None,
        filter: Filter | None = None,
        on_citation: Callable[[Citation], None] | None = None,
    ) -> Iterator[Found | Statement | Answer]:
        """Yield what was found, then each statement when it has passed its check, then the whole answer.

        Args:
            question, conversation, filter: As in `ask`.
            on_citation: Told of each footnote before the first statement that uses it is yielded.
        """
        from bot.finder import Finder

        bot = object.__new__(type(self))  # for this answer alone, whose tokens its models count; nothing is opened
        bot.__dict__ = {**self.__dict__, "_models": (models := self._models.for_answer())}
        bot._finder = Finder(self.library, self.settings, models)
        for item in bot._stream(question, conversation=conversation, filter=filter, on_citation=on_citation):
            yield replace(item, usage=models.used) if isinstance(item, Answer) else item

    def _stream(
        self,
        question: str,
        *,
        conversation: Conversation | None,
        filter: Filter | None,
        on_citation: Callable[[Citation], None] | None,
    ) -> Iterator[Found | Statement | Answer]:
        began, turns = perf_counter(), conversation or Conversation()
        self.refuse(question, filter)
        found = self._both(question, filter) or self._hopped(question, turns, filter)
        if found is None:
            yield from self._answered(question, turns, filter, writes=self.writes, on_citation=on_citation)
            return
        searched = self._searched(filter)
        yield Found(found.passages, "", searched)
        if self.writes and all(statement.support == "quoted" for statement in found.statements):
            from bot.answerer import Footnotes, written_from

            footnotes = Footnotes(self.library, on_citation)
            items: Iterator[Statement | Answer] = written_from(
                found, footnotes, settings=self.settings, models=self._models
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

    def _alone(self, question: str, turns: Conversation, filter: Filter | None) -> Answer:
        """Return the quotes that answer a question as it is asked, taken neither for two nor for one that describes."""
        items = self._answered(question, turns, filter, writes=False)
        return next(item for item in items if isinstance(item, Answer))

    def _answered(
        self,
        question: str,
        turns: Conversation,
        filter: Filter | None,
        *,
        writes: bool,
        on_citation: Callable[[Citation], None] | None = None,
    ) -> Iterator[Found | Statement | Answer]:
        from bot.answerer import Footnotes, answered
        from bot.models.chat_model import QUOTES

        began = perf_counter()
        name = self.model_name if writes else QUOTES
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
        footnotes = Footnotes(self.library, on_citation)
        for item in answered(answer, basis, footnotes, settings=self.settings, models=self._models, writes=writes):
            yield replace(item, seconds=perf_counter() - began) if isinstance(item, Answer) else item

    def _both(self, question: str, filter: Filter | None) -> Answer | None:
        """Return the answer to a question that asks two things; None for one thing, and where a model writes."""
        from bot.question.parts import parts

        asked = None if self.writes else parts(question)
        if asked is None:
            return None
        from bot.two_parts import both

        return both(self.library, asked, question, filter, lambda part, among: self.ask(part, filter=among))

    def _hopped(self, question: str, conversation: Conversation, filter: Filter | None) -> Answer | None:
        """Return the answer to a question that describes what it asks of; None for others, and where none reads."""
        from bot.question.described import described

        asked = described(question)
        reader = self._models.reader if asked else None
        if asked is None or reader is None:
            return None
        from bot.passages.reading import all_read
        from bot.two_hops import hopped

        return hopped(
            self.library,
            asked,
            question,
            lambda part: self._alone(part, conversation, filter),
            lambda part, among: all_read(reader, part, among),
            only_both=self.writes,
        )

    def nearest(self, question: str, *, limit: int = 5, filter: Filter | None = None) -> tuple[Passage, ...]:
        """Return the passages nearest to a question, whether or not they answer it."""
        self.refuse(question, filter)
        return self.library.search(question, limit=limit, filter=filter).passages

    def refuse(self, question: str, filter: Filter | None = None) -> None:
        """Refuse a question that is empty or too long, or asked of a collection that there is not.

        Raises:
            QuestionRefused: It cannot be asked.
            CollectionMissing: The filter names a collection that is not in the library.
        """
        from bot.passages.filtering import refuse_missing_collections

        refuse_missing_collections(self.library, filter)
        if not question.strip():
            raise QuestionRefused("The question is empty.", remedy="Ask it in plain words.")
        longest = self.settings.max_question_length
        if len(question) > longest:
            raise QuestionRefused(
                f"The question has {len(question):,} characters; the limit is {longest:,}.",
                remedy="Ask it in fewer words, or ingest the text and ask about it.",
            )

    def _searched(self, filter: Filter | None) -> str:
        count = self.library.count_documents(filter)
        documents = f"{count} document{'' if count == 1 else 's'}"
        if not filter:
            empty = "no documents: the library is empty"
            return (f"all {documents}" if count > 1 else documents) if count else empty
        if filter.collections:
            return f"{documents} in {', '.join(filter.collections)}"
        return f"{documents} that match the filter"

    async def aask(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> Answer:
        """Like `ask`, in a thread beside the event loop."""
        import asyncio

        return await asyncio.to_thread(self.ask, question, conversation=conversation, filter=filter)

    async def astream(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> AsyncIterator[Found | Statement | Answer]:
        """Like `stream`, in a thread beside the event loop; leaving early ends the work at its next step."""

        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        def streaming() -> Generator[Found | Statement | Answer, None, None]:
            yield from self.stream(question, conversation=conversation, filter=filter)

        items = streaming()
        loop = asyncio.get_running_loop()
        # One thread for the whole answer: the search may hold things that belong to its thread.
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="footnote")
        try:
            while (item := await loop.run_in_executor(thread, next, items, None)) is not None:
                yield item
        finally:
            thread.submit(items.close)
            thread.shutdown(wait=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A Bot holds an open library and cannot be pickled. Make one in each process: "
            "Bot(folder_of_the_library). Answers and conversations can be pickled."
        )


def ask(
    question: str,
    *,
    library: Library | Path | str | None = None,
    conversation: Conversation | None = None,
    filter: Filter | None = None,
    **settings: Any,
) -> Answer:
    """Answer one question: `ask("When was it signed?").text`.

    Opens the library for this call; make a `Bot` for several questions.

    Args:
        question: In plain words.
        library: An open library or its folder; None for the one that the settings name.
        conversation: The turns so far, for follow-ups.
        filter: Which documents to ask.
        **settings: Any setting by name, for example `model="ollama:qwen3"`.

    Raises:
        FootnoteError: With what happened and what to do.
    """
    with Bot(library, settings=Settings.load(**settings)) as bot:
        return bot.ask(question, conversation=conversation, filter=filter)
