"""The models that a bot may use, each opened when it is first needed: all but the chat model are optional."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.settings.settings import Settings

if TYPE_CHECKING:
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.models.ledger import Ledger
    from bot.models.metered import Meter
    from bot.models.usage import Usage
    from bot.passages.rerank import Reranker
    from bot.reader.reader import Reader
    from vectorstore.library import Library
    from vectorstore.passage import Passage

ON, OFF = "on", "off"
"""Values of the setting `reader`; any other is a path of weights."""


@dataclass(slots=True)
class _Opened:
    """What has been opened so far; all views of one bot's models share it."""

    chat_model: ChatModel | None = None
    entailment: Entailment | None = None
    reranker: Reranker | None = None
    reader: Reader | None = None
    reader_notice: str = ""
    ledger: Ledger | None = None


class ModelsInUse:
    """The chat model, the reader, the reranker and the deeper check of one bot.

    Args:
        settings: Which they are.
        library: Its encoder serves the reranker.
        chosen: Who answers: "quotes", the name of a chat model, or a LangChain chat model.
    """

    def __init__(self, settings: Settings, library: Library, chosen: Any) -> None:
        self._settings = settings
        self._library = library
        self._chosen = chosen
        self._opened = _Opened()
        self._meter: Meter | None = None

    def for_answer(self) -> ModelsInUse:
        """Return these models for one answer: what its chat model reads and writes is counted, and held to budgets."""
        from bot.models.metered import Meter
        from bot.models.shared_ledger import ledger_of

        settings = self._settings
        view = copy(self)
        if self._opened.ledger is None:
            self._opened.ledger = ledger_of(self._library.catalog.home)
        view._meter = Meter(self._opened.ledger, daily=settings.model_daily_tokens, each=settings.model_answer_tokens)
        return view

    @property
    def used(self) -> Usage | None:
        """What the chat model used for this answer; None where it was not asked."""
        used = self._meter.used if self._meter else None
        return used if used and (used.calls or used.kept) else None

    def close(self) -> None:
        """Give back the chat model."""
        if self._opened.chat_model is not None:
            self._opened.chat_model.close()
            self._opened.chat_model = None

    @property
    def reader_notice(self) -> str:
        """Why the reader is not used though it is on, or ""."""
        return self._opened.reader_notice

    @property
    def writes(self) -> bool:
        """Whether a chat model composes the answers."""
        from bot.models.chat_model import QUOTES  # here: `import bot` stays light

        return bool(self._chosen != QUOTES)

    @property
    def name(self) -> str:
        """Name of who answers."""
        return self._chosen if isinstance(self._chosen, str) else self.chat_model.name

    @property
    def is_small(self) -> bool:
        """Whether the chat model is too small to be believed where quotes would not answer, or cannot be opened."""
        from bot.errors import ModelError

        try:
            return bool(getattr(self.chat_model, "least_covered", 0.0))
        except ModelError:
            return True

    @property
    def chat_model(self) -> ChatModel:
        """The chat model.

        Raises:
            ModelError: It cannot be opened.
        """
        opened = self._opened
        if opened.chat_model is None:
            from bot.models.open import open_model

            settings = self._settings
            opened.chat_model = open_model(
                self._chosen,
                url=settings.model_url,
                context=settings.model_context,
                threads=settings.model_threads,
                seconds=settings.model_seconds,
                key=settings.model_key,
                cache=settings.cache,
            )
            assert opened.chat_model is not None  # only "quotes" opens none
        if self._meter is None:
            return opened.chat_model
        from bot.models.metered import MeteredModel

        return MeteredModel(opened.chat_model, self._meter)

    def chat_model_for(self, passages: Iterable[Passage]) -> ChatModel:
        """Return the chat model that writes from these passages: its reply is kept, unless one of them is private.

        Raises:
            ModelError: It cannot be opened.
        """
        if self._meter is not None:
            settings = self._settings
            private = set(settings.private_collections)
            named = isinstance(self._chosen, str)  # of an object that was passed in nothing tells whether it changed
            self._meter.keeps = (
                settings.model_cache and named and not any(passage.collection in private for passage in passages)
            )
        return self.chat_model

    @property
    def entailment(self) -> Entailment | None:
        """The model of the deeper check, where the setting names one."""
        if self._opened.entailment is None and self._settings.nli:
            from bot.models.entailment import Entailment

            self._opened.entailment = Entailment(self._settings.nli)
        return self._opened.entailment

    @property
    def reranker(self) -> Reranker | None:
        """The reranker, where the setting names one."""
        if self._opened.reranker is None and self._settings.reranker:
            from bot.passages.rerank import open_reranker

            self._opened.reranker = open_reranker(self._settings.reranker, self._library.encoder)
        return self._opened.reranker

    @property
    def reader(self) -> Reader | None:
        """The reader, where the setting has one on; none where its weights are damaged, as `reader_notice` says."""
        chosen = self._settings.reader
        if chosen == OFF or self.reader_notice:
            return None
        if self._opened.reader is None:
            from bot.reader.reader import load

            weights = None if chosen == ON else Path(chosen)
            self._opened.reader, self._opened.reader_notice = load(weights, threads=self._settings.threads)
        return self._opened.reader
