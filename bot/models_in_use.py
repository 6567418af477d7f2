"""The models that a bot may use, each opened when it is first needed: all but the chat model are optional."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.settings.settings import Settings

if TYPE_CHECKING:
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.passages.rerank import Reranker
    from bot.reader.reader import Reader
    from vectorstore.library import Library

ON, OFF = "on", "off"
"""Values of the setting `reader`; any other is a path of weights."""


class ModelsInUse:
    """The chat model, the reader, the reranker and the deeper check of one bot.

    Args:
        settings: Which they are.
        library: Its encoder serves the reranker.
        chosen: Who answers: "quotes", the name of a chat model, or a LangChain chat model.

    Attributes:
        reader_notice: Why the reader is not used though it is on, or "".
    """

    def __init__(self, settings: Settings, library: Library, chosen: Any) -> None:
        self._settings = settings
        self._library = library
        self._chosen = chosen
        self._chat_model: ChatModel | None = None
        self._entailment: Entailment | None = None
        self._reranker: Reranker | None = None
        self._reader: Reader | None = None
        self.reader_notice = ""

    def close(self) -> None:
        """Give back the chat model."""
        if self._chat_model is not None:
            self._chat_model.close()
            self._chat_model = None

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
    def chat_model(self) -> ChatModel:
        """The chat model.

        Raises:
            ModelError: It cannot be opened.
        """
        if self._chat_model is None:
            from bot.models.open import open_model

            settings = self._settings
            self._chat_model = open_model(
                self._chosen,
                url=settings.model_url,
                context=settings.model_context,
                threads=settings.model_threads,
                seconds=settings.model_seconds,
                key=settings.model_key,
                cache=settings.cache,
            )
            assert self._chat_model is not None  # only "quotes" opens none
        return self._chat_model

    @property
    def entailment(self) -> Entailment | None:
        """The model of the deeper check, where the setting names one."""
        if self._entailment is None and self._settings.nli:
            from bot.models.entailment import Entailment

            self._entailment = Entailment(self._settings.nli)
        return self._entailment

    @property
    def reranker(self) -> Reranker | None:
        """The reranker, where the setting names one."""
        if self._reranker is None and self._settings.reranker:
            from bot.passages.rerank import open_reranker

            self._reranker = open_reranker(self._settings.reranker, self._library.encoder)
        return self._reranker

    @property
    def reader(self) -> Reader | None:
        """The reader, where the setting has one on; none where its weights are damaged, as `reader_notice` says."""
        chosen = self._settings.reader
        if chosen == OFF or self.reader_notice:
            return None
        if self._reader is None:
            from bot.reader.reader import load

            weights = None if chosen == ON else Path(chosen)
            self._reader, self.reader_notice = load(weights, threads=self._settings.threads)
        return self._reader
