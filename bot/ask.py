"""Ask: from a question to a checked answer. Read this first.

    answering ─▶ finder: question ─▶ passages ─▶ answerer: quote or write, number the footnotes ─▶ Answer

`Bot.stream` yields what was found, then each statement as it is released, then the whole `Answer`;
`Bot.ask` is its last item. Everything here is synchronous and safe in many threads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bot.answer import Answer, Citation, Found, Statement
from bot.errors import QuestionRefused
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage

if TYPE_CHECKING:
    from bot.models.chat_model import ChatModel
    from vectorstore.library import Library


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
        from bot.models_in_use import ModelsInUse  # here and below: `import footnote` stays light
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
        from bot.answering import Answering

        self.refuse(question, filter)
        models = self._models.for_answer()
        answering = Answering(self.library, self.settings, models)
        for item in answering.items(question, conversation or Conversation(), filter, on_citation=on_citation):
            if isinstance(item, Answer):
                item = replace(item, usage=models.used, short=self.settings.short_answers)
            yield item

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
