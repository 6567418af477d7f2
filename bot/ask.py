"""Ask: from a question to a checked answer. Read this first.

    condense ─▶ search ─▶ decide ─▶ quote or write ─▶ number the footnotes ─▶ Answer

`Bot.stream` yields what was found, then each statement as it is released, then the whole `Answer`;
`Bot.ask` is its last item. Everything here is synchronous and safe in many threads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Citation, Statement
from bot.answerer import Footnotes, quoted, written
from bot.errors import ModelError, QuestionRefused
from bot.passages.confidence import SEEN, confidence, confidence_read, may_answer, threshold
from bot.question.conversation import Conversation
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage

if TYPE_CHECKING:
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.passages.reading import Readings
    from bot.passages.rerank import Reranker
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

    def _readings(self, query: str, context: str, result: SearchResult, likely: float) -> Readings | None:
        """Read what was found, where the question stands by itself and reading can change what is decided."""
        if context or not may_answer(likely, threshold(self.settings, result), result):
            return None
        reader = self._reader()
        if reader is None:
            return None
        from bot.passages.reading import read_first

        return read_first(reader, query, result.passages)

    def ask(self, question: str, *, conversation: Conversation | None = None, filter: Filter | None = None) -> Answer:
        """Answer a question.

        Args:
            question: In plain words.
            conversation: The turns so far, for follow-ups.
            filter: Which documents to ask.

        Raises:
            QuestionRefused: The question is empty or too long.
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
        self._refuse(question)
        turns = conversation or Conversation()
        from bot.question.turn import classify

        intent = classify(question, _exchanges(turns), writes=self.writes)
        if intent.reply:
            yield Answer(question, model=self.model_name, notice=intent.reply, seconds=perf_counter() - began)
            return
        footnotes = Footnotes(self.library, on_citation)
        if not intent.query and (whole := self._overview(intent.question, turns, filter)) is not None:
            if not whole.quotes:
                yield Answer(question, model=self.model_name, notice=whole.notice, seconds=perf_counter() - began)
                return
            searched = self._searched(filter)
            yield Found(whole.passages, "", searched)
            answer = Answer(
                question,
                passages=whole.passages,
                model=self.model_name,
                confidence=1.0,  # the documents say what they say
                searched=searched,
                notice="" if self.writes else whole.notice,  # a chat model's words are not the documents'
                timings={"search": perf_counter() - began},
            )
            yield from _timed(self._shown(answer, question, whole.quotes, intent.language, footnotes), began)
            return
        query, context, notice = self._query(intent.query or intent.question, intent.query != "", turns)
        query, result, spelling = self._search(query, context, filter)
        notice = " ".join(part for part in (notice, spelling, "" if result.dense else WORDS_ALONE) if part)
        likely = confidence(query, result)
        if reranker := self._reranker():
            from bot.passages.rerank import reranked

            result = reranked(result, query, reranker)
        if intent.kind == "why" and turns.turns and not self.writes:
            from bot.question.fit import reasons

            result = reasons(result, {statement.text for statement in turns.turns[-1].answer.statements})
        readings = self._readings(query, context, result, likely)
        if readings is not None:
            likely = confidence_read(likely, readings.best, result)
        notice = " ".join(part for part in (notice, self._unread) if part)
        passages = result.passages[: self.settings.passages]
        searched_for = _searched_for(question, query, context)
        searched = self._searched(filter)
        yield Found(passages, searched_for, searched)
        answer = Answer(
            question,
            passages=passages,
            model=self.model_name,
            confidence=likely,
            searched_for=searched_for,
            searched=searched,
            notice=notice,
            timings={"search": perf_counter() - began},
        )
        yield from _timed(self._answered(answer, query, result, intent.language, footnotes, readings), began)

    def nearest(self, question: str, *, limit: int = 5, filter: Filter | None = None) -> tuple[Passage, ...]:
        """Return the passages nearest to a question, whether or not they answer it."""
        self._refuse(question)
        return self.library.search(question, limit=limit, filter=filter).passages

    # ---- before the search

    def _refuse(self, question: str) -> None:
        if not question.strip():
            raise QuestionRefused("The question is empty.", remedy="Ask it in plain words.")
        longest = self.settings.max_question_length
        if len(question) > longest:
            raise QuestionRefused(
                f"The question has {len(question):,} characters; the limit is {longest:,}.",
                remedy="Ask it in fewer words, or ingest the text and ask about it.",
            )

    def _query(self, question: str, whole: bool, turns: Conversation) -> tuple[str, str, str]:
        """Return the query, what it follows on, and what a person should know of that."""
        if whole or not turns.turns:
            return question, "", ""
        context = turns.context_for(question)
        if context and self.writes:
            from bot.question.rewrite import condense

            try:
                condensed = condense(question, _exchanges(turns), model=self.chat_model)
            except ModelError as error:
                return question, context, str(error)
            if condensed.rewritten:
                return condensed.query, "", ""
        return question, context, ""

    def _search(self, query: str, context: str, filter: Filter | None) -> tuple[str, SearchResult, str]:
        """Return the query that was searched, what was found, and what was spelled anew for it.

        A word that stands nowhere is spelled as the nearest one of the documents, if that finds an answer.
        """
        limit = max(SEEN, self.settings.passages)
        result = self.library.search(query, context=context, limit=limit, filter=filter)
        if not result.unknown or confidence(query, result) >= threshold(self.settings, result):
            return query, result, ""
        words = self.library.respelled(result, filter)
        if not words:
            return query, result, ""
        respelled = re.sub(r"[A-Za-z]+", lambda word: words.get(word.group(), word.group()), query)
        found = self.library.search(respelled, context=context, limit=limit, filter=filter)
        if confidence(respelled, found) < threshold(self.settings, found):
            return query, result, ""
        told = "; ".join(RESPELLED.format(asked=asked, word=word) for asked, word in words.items())
        return respelled, found, f"{told}."

    def _overview(self, question: str, turns: Conversation, filter: Filter | None) -> Overview | None:
        from bot.question.overview_request import may_ask

        if not may_ask(question):
            return None
        from bot.quotes.overview import overview

        settings = self.settings
        return overview(
            self.library,
            question,
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

    def _answered(
        self,
        answer: Answer,
        query: str,
        result: SearchResult,
        language: str,
        footnotes: Footnotes,
        readings: Readings | None,
    ) -> Iterator[Statement | Answer]:
        if answer.confidence < threshold(self.settings, result) or not answer.passages:
            bare = len(query.split()) <= FEW_WORDS and not answer.searched_for
            hint = WHOLE_QUESTION if bare and set(result.terms) - set(result.unknown) else ""
            yield replace(answer, abstained=True, notice=" ".join(part for part in (answer.notice, hint) if part))
            return
        began = perf_counter()
        quotes = self._chosen_quotes(query, result, readings)
        answer = replace(answer, timings={**answer.timings, "answer": perf_counter() - began})
        yield from self._shown(answer, query, quotes, language, footnotes, readings)

    def _shown(
        self,
        answer: Answer,
        query: str,
        quotes: Sequence[Quoted],
        language: str,
        footnotes: Footnotes,
        readings: Readings | None = None,
    ) -> Iterator[Statement | Answer]:
        if not self.writes:
            return quoted(answer, query, quotes, footnotes, readings=readings)
        return written(
            answer,
            query,
            quotes,
            footnotes,
            model=lambda: self.chat_model,
            entailment=self._entailment,
            language=language or self.settings.language,
        )

    def _chosen_quotes(self, query: str, result: SearchResult, readings: Readings | None) -> list[Quoted]:
        from bot.quotes.choose import choose

        before = self.library.passage_before if self.settings.neighbours else None
        words = readings.words if readings else None
        return choose(query, result, limit=self.settings.sentences, before=before, read=self.library.text, words=words)


def _timed(items: Iterator[Statement | Answer], began: float) -> Iterator[Statement | Answer]:
    """Yield the same, the answer with the seconds since `began`."""
    for item in items:
        yield replace(item, seconds=perf_counter() - began) if isinstance(item, Answer) else item


def _exchanges(conversation: Conversation) -> list[Any]:
    from bot.question.turn import Exchange

    return [
        Exchange(
            question=turn.answer.searched_for or turn.question,
            answer=" ".join(statement.text for statement in turn.answer.statements),
            statements=tuple(statement.text for statement in turn.answer.statements),
        )
        for turn in conversation.turns
    ]


def _searched_for(question: str, query: str, context: str) -> str:
    if context:
        return f"{query} (after: {context})"
    return query if query.strip().casefold() != question.strip().casefold() else ""


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
