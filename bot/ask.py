"""Ask: from a question to a checked answer. Read this first.

    condense ─▶ search ─▶ decide ─▶ quote or write ─▶ number the footnotes ─▶ Answer

`Bot.stream` yields what was found, then each statement as it is released, then the whole `Answer`;
`Bot.ask` is its last item. Everything here is synchronous and safe in many threads.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from bot.answer import Answer, Citation, Statement
from bot.answerer import Footnotes, quoted, worked_out, written
from bot.errors import ModelError, QuestionRefused
from bot.passages.confidence import SEEN, confidence, confidence_read, may_answer, threshold
from bot.passages.filtering import refuse_missing_collections
from bot.question.conversation import Conversation
from bot.question.question import Question
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage

if TYPE_CHECKING:
    from bot.computed.computed import Computed
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.passages.reading import Readings
    from bot.passages.rerank import Reranker
    from bot.question.turn import Exchange, Intent
    from bot.quotes.choose import Quoted
    from bot.quotes.overview import Overview
    from bot.reader.reader import Reader
    from vectorstore.library import Library
    from vectorstore.search.search import SearchResult

QUOTES = "quotes"
ON, OFF = "on", "off"
"""Values of the setting `reader`; any other is a path of weights."""
WORDS_ALONE = (
    "The embedding model knows English only, so this question was searched by its words alone; "
    "a multilingual model finds more (setting embedding_model)."
)
"""Said with an answer where the encoder cannot read the question."""
WHOLE_QUESTION = "A whole question finds more than single words."
"""Said where nothing but a word or two was asked, one of which the documents hold, and no answer is shown."""
FEW_WORDS = 2
RESPELLED = "“{asked}” is not in your documents; searched for “{word}”"
"""Said with an answer to a question in which a word was spelled anew."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, before anything is answered.

    Attributes:
        passages: Best first.
        searched_for: The query, when it differs from the question; else "".
        searched: What was searched, for a person.
    """

    passages: tuple[Passage, ...]
    searched_for: str
    searched: str


@dataclass(frozen=True, slots=True)
class _Basis:
    """What an answer is made from, while it is gathered.

    Attributes:
        question: As it is searched: it stands alone, or follows on `context`.
        passages: What is answered from, best first.
        context: Earlier questions that it is searched with, or "".
        result: What the search found; None for an overview, which no search finds.
        quotes: Sentences of an overview; those of a search are chosen later.
        confidence: The probability, 0 to 1, that the passages hold an answer; documents say what they say.
        notice: What a person should know.
        readings: What the reader says of the passages; None where they were not read.
    """

    question: Question
    passages: tuple[Passage, ...] = ()
    context: str = ""
    result: SearchResult | None = None
    quotes: Sequence[Quoted] = ()
    confidence: float = 1.0
    notice: str = ""
    readings: Readings | None = None

    def searched_for(self, written: str) -> str:
        """Return what was searched where it differs from what a person wrote, else ""."""
        text = self.question.text
        if self.result is None:
            return ""
        if self.context:
            return f"{text} (after: {self.context})"
        return text if text.strip().casefold() != written.strip().casefold() else ""


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
        from vectorstore.library import Library

        self.settings = settings or Settings.load()
        if self.settings.offline:
            from bot.offline import go_offline

            go_offline()
        self._owned = not isinstance(library, Library)
        if isinstance(library, Library):
            self.library = library
        else:
            self.library = Library.open(
                Path(library or self.settings.library),
                model=self.settings.embedding_model or None,
                chroma=self.settings.chroma or None,
                cache=self.settings.cache or None,
                threads=self.settings.threads,
            )
        self._chosen = model if model is not None else self.settings.model
        self._model: ChatModel | None = None
        self._deeper: Entailment | None = None
        self._reorders: Reranker | None = None
        self._reads: Reader | None = None
        self._unread = ""

    def __enter__(self) -> Bot:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the library, when it was opened here, and the chat model."""
        if self._model is not None:
            self._model.close()
            self._model = None
        if self._owned:
            self.library.close()

    @property
    def writes(self) -> bool:
        """Whether a chat model composes the answers."""
        return self._chosen != QUOTES

    @property
    def model_name(self) -> str:
        """Name of who answers."""
        if isinstance(self._chosen, str):
            return self._chosen
        return self.chat_model.name

    @property
    def chat_model(self) -> ChatModel:
        """The chat model, opened at first use.

        Raises:
            ModelError: It cannot be opened.
        """
        if self._model is None:
            from bot.models.open import open_model

            self._model = open_model(
                self._chosen,
                url=self.settings.model_url,
                context=self.settings.model_context,
                threads=self.settings.model_threads,
                seconds=self.settings.model_seconds,
                key=self.settings.model_key,
                cache=self.settings.cache,
            )
            assert self._model is not None  # only "quotes" opens none
        return self._model

    def _entailment(self) -> Entailment | None:
        """Return the model of the deeper check where the setting names one, opened at first use."""
        if self._deeper is None and self.settings.nli:
            from bot.models.entailment import Entailment

            self._deeper = Entailment(self.settings.nli)
        return self._deeper

    def _reranker(self) -> Reranker | None:
        """Return the reranker where the setting names one, opened at first use."""
        if self._reorders is None and self.settings.reranker:
            from bot.passages.rerank import open_reranker

            self._reorders = open_reranker(self.settings.reranker, self.library.encoder)
        return self._reorders

    def _reader(self) -> Reader | None:
        """Return the reader where the setting has one on, opened at first use; none where its weights are damaged."""
        chosen = self.settings.reader
        if chosen == OFF or self._unread:
            return None
        if self._reads is None:
            from bot.reader.reader import load

            self._reads, self._unread = load(None if chosen == ON else Path(chosen), threads=self.settings.threads)
        return self._reads

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
        began = perf_counter()
        self._refuse(question, filter)
        turns = conversation or Conversation()
        from bot.question.turn import classify  # here: `import bot` stays light

        intent = classify(question, _exchanges(turns), writes=self.writes)
        asked = Question(intent.query or intent.question, intent.language)
        if not (intent.reply or intent.query) and (worked := self._computed(asked, filter)):
            yield from _timed(self._worked_out(question, worked, Footnotes(self.library, on_citation), filter), began)
            return
        overview = None if intent.reply or intent.query else self._overview(asked, turns, filter)
        if reply := intent.reply or ("" if overview is None or overview.quotes else overview.notice):
            yield Answer(question, model=self.model_name, notice=reply, seconds=perf_counter() - began)
            return
        if overview is not None:
            basis = _Basis(replace(asked, text=question), overview.passages, quotes=overview.quotes)
            basis = replace(basis, notice="" if self.writes else overview.notice)  # a model's words are not theirs
        else:
            basis = self._decided(self._standing_alone(asked, intent, turns), filter)
            basis = self._read(self._reordered(basis, intent, turns))
        searched_for, searched = basis.searched_for(question), self._searched(filter)
        yield Found(basis.passages, searched_for, searched)
        answer = Answer(
            question,
            passages=basis.passages,
            model=self.model_name,
            confidence=basis.confidence,
            searched_for=searched_for,
            searched=searched,
            notice=basis.notice,
            timings={"search": perf_counter() - began},
        )
        yield from _timed(self._answered(answer, basis, Footnotes(self.library, on_citation)), began)

    def nearest(self, question: str, *, limit: int = 5, filter: Filter | None = None) -> tuple[Passage, ...]:
        """Return the passages nearest to a question, whether or not they answer it."""
        self._refuse(question, filter)
        return self.library.search(question, limit=limit, filter=filter).passages

    # ---- before the search

    def _refuse(self, question: str, filter: Filter | None) -> None:
        refuse_missing_collections(self.library, filter)
        if not question.strip():
            raise QuestionRefused("The question is empty.", remedy="Ask it in plain words.")
        longest = self.settings.max_question_length
        if len(question) > longest:
            raise QuestionRefused(
                f"The question has {len(question):,} characters; the limit is {longest:,}.",
                remedy="Ask it in fewer words, or ingest the text and ask about it.",
            )

    def _standing_alone(self, question: Question, intent: Intent, turns: Conversation) -> _Basis:
        """Return the question to search, what it follows on, and what a person should know of that."""
        context = "" if intent.query else turns.context_for(question)
        if context and self.writes:
            from bot.question.rewrite import condense

            try:
                condensed = condense(question, _exchanges(turns), model=self.chat_model)
            except ModelError as error:
                return _Basis(question, context=context, notice=str(error))
            if condensed.rewritten:
                return _Basis(replace(question, text=condensed.query))
        return _Basis(question, context=context)

    def _decided(self, basis: _Basis, filter: Filter | None) -> _Basis:
        """Return what was found, and how likely it is that it holds an answer."""
        question, result, spelling = self._search(basis.question, basis.context, filter)
        told = (basis.notice, spelling, "" if result.dense else WORDS_ALONE)
        return replace(
            basis,
            question=question,
            result=result,
            confidence=confidence(question, result),
            notice=" ".join(part for part in told if part),
        )

    def _search(self, question: Question, context: str, filter: Filter | None) -> tuple[Question, SearchResult, str]:
        """Return the question that was searched, what was found, and what was spelled anew for it.

        A word that stands nowhere is spelled as the nearest one of the documents, if that finds an answer.
        """
        limit = max(SEEN, self.settings.passages)
        result = self.library.search(question.text, context=context, limit=limit, filter=filter)
        if not result.unknown or confidence(question, result) >= threshold(self.settings, result):
            return question, result, ""
        words = self.library.respelled(result, filter)
        if not words:
            return question, result, ""
        text = re.sub(r"[A-Za-z]+", lambda word: words.get(word.group(), word.group()), question.text)
        respelled = replace(question, text=text)
        found = self.library.search(text, context=context, limit=limit, filter=filter)
        if confidence(respelled, found) < threshold(self.settings, found):
            return question, result, ""
        told = "; ".join(RESPELLED.format(asked=asked, word=word) for asked, word in words.items())
        return respelled, found, f"{told}."

    def _reordered(self, basis: _Basis, intent: Intent, turns: Conversation) -> _Basis:
        """Return the passages to answer from: in the reranker's order, and after "why?" those with a reason."""
        result = basis.result
        assert result is not None  # it was searched
        if reranker := self._reranker():
            from bot.passages.rerank import reranked

            result = reranked(result, basis.question, reranker)
        if intent.kind == "why" and turns.turns and not self.writes:
            from bot.question.fit import reasons

            result = reasons(result, {statement.text for statement in turns.turns[-1].answer.statements})
        return replace(basis, result=result, passages=result.passages[: self.settings.passages])

    def _read(self, basis: _Basis) -> _Basis:
        """Return how likely an answer is, and in which words, once the passages were read.

        Nothing is read for a question that follows on another, nor where reading could not make an answer likely.
        """
        result = basis.result
        assert result is not None  # it was searched
        if basis.context or not may_answer(basis.confidence, threshold(self.settings, result), result):
            return basis
        reader = self._reader()
        if reader is None:
            return replace(basis, notice=" ".join(part for part in (basis.notice, self._unread) if part))
        from bot.passages.reading import read_first

        readings = read_first(reader, basis.question.text, result.passages)
        if readings is None:
            return basis
        likely = confidence_read(basis.confidence, readings.best, result)
        return replace(basis, confidence=likely, readings=readings)

    def _overview(self, question: Question, turns: Conversation, filter: Filter | None) -> Overview | None:
        """Return what stands for the documents as a whole, where that is asked for."""
        if question.overview is None:
            return None
        from bot.quotes.overview import overview

        settings = self.settings
        return overview(
            self.library,
            question.overview,
            filter,
            follows=bool(turns.turns),
            limit=settings.sentences,
            passages=settings.passages,
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

    # ---- the answer

    def _computed(self, question: Question, filter: Filter | None) -> Computed | None:
        """Return what code works out for a question about the documents, a list, a numbered place; else None."""
        from bot.computed.compute import compute

        return compute(question, self.library, filter)

    def _worked_out(
        self, written: str, worked: Computed, footnotes: Footnotes, filter: Filter | None
    ) -> Iterator[Found | Statement | Answer]:
        """Yield what a computed answer rests on, its statements and the answer."""
        searched = self._searched(filter)
        if worked.lines:
            yield Found(worked.passages, "", searched)
        answer = Answer(written, passages=worked.passages, model=QUOTES, confidence=1.0, searched=searched)
        yield from worked_out(answer, worked, footnotes)

    def _answered(self, answer: Answer, basis: _Basis, footnotes: Footnotes) -> Iterator[Statement | Answer]:
        """Yield the statements and the answer, or the answer that the documents don't say."""
        question, result, quotes = basis.question, basis.result, basis.quotes
        if result is not None:
            if answer.confidence < threshold(self.settings, result) or not answer.passages:
                bare = len(question.text.split()) <= FEW_WORDS and not answer.searched_for
                hint = WHOLE_QUESTION if bare and set(result.terms) - set(result.unknown) else ""
                yield replace(answer, abstained=True, notice=" ".join(part for part in (answer.notice, hint) if part))
                return
            began = perf_counter()
            quotes = self._chosen_quotes(question, result, basis.readings)
            answer = replace(answer, timings={**answer.timings, "answer": perf_counter() - began})
        if not self.writes:
            yield from quoted(answer, question, quotes, footnotes, readings=basis.readings)
            return
        yield from written(
            answer,
            question,
            quotes,
            footnotes,
            model=lambda: self.chat_model,
            entailment=self._entailment,
            language=question.language or self.settings.language,
        )

    def _chosen_quotes(self, question: Question, result: SearchResult, readings: Readings | None) -> list[Quoted]:
        from bot.quotes.choose import choose

        return choose(
            question,
            result,
            limit=self.settings.sentences,
            before=self.library.passage_before if self.settings.neighbours else None,
            read=self.library.text,
            words=readings.words if readings else None,
        )

    # ---- for programs

    async def aask(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> Answer:
        """Like `ask`, in a thread beside the event loop."""
        return await asyncio.to_thread(self.ask, question, conversation=conversation, filter=filter)

    async def astream(
        self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None
    ) -> AsyncIterator[Found | Statement | Answer]:
        """Like `stream`, in a thread beside the event loop; leaving early ends the work at its next step."""

        def answering() -> Generator[Found | Statement | Answer, None, None]:
            yield from self.stream(question, conversation=conversation, filter=filter)

        items = answering()
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


def _timed(items: Iterator[Found | Statement | Answer], began: float) -> Iterator[Found | Statement | Answer]:
    """Yield the same, the answer with the seconds since `began`."""
    for item in items:
        yield replace(item, seconds=perf_counter() - began) if isinstance(item, Answer) else item


def _exchanges(conversation: Conversation) -> list[Exchange]:
    from bot.question.turn import Exchange

    return [
        Exchange(
            question=turn.answer.searched_for or turn.question,
            answer=" ".join(statement.text for statement in turn.answer.statements),
            statements=tuple(statement.text for statement in turn.answer.statements),
        )
        for turn in conversation.turns
    ]


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
