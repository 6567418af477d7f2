"""What Footnote needs of a chat model, and the parts of talking to one."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, Protocol

from bot.models.thoughts import ThoughtFilter

Role = Literal["system", "user", "assistant"]

Message = tuple[Role, str]
"""Who speaks, and what."""

Finish = Literal["stop", "length", "closed"]
"""How a reply ended: by itself, at its limit of tokens, or because nobody wanted the rest."""

QUOTES = "quotes"

LOCAL = "local:"


class Reply:
    """The text of a chat model as it arrives, without its thoughts: iterate once, `close` to stop it, from any thread.

    Attributes:
        cancelled: Set when nobody wants the rest.
        finish: How it ended; None while it goes on.
        prompt_tokens: Tokens of the prompt that the model says it read, or 0 where it does not say.
        answer_tokens: Tokens that it says it wrote, thoughts among them, or 0.
        cached_tokens: Of those read, what it says it held from before.
    """

    def __init__(self, pieces: Generator[str, None, Finish]) -> None:
        self._pieces = pieces
        self.cancelled = threading.Event()
        self.finish: Finish | None = None
        self.prompt_tokens = 0
        self.answer_tokens = 0
        self.cached_tokens = 0

    def __iter__(self) -> Iterator[str]:
        self.finish = yield from _without_thoughts(self._pieces)

    def with_thoughts(self) -> Iterator[str]:
        """Yield all that the model writes, in place of iterating: for who counts or times it, never to be shown."""
        self.finish = yield from self._pieces

    def close(self) -> None:
        """Stop the model; what has arrived stays."""
        self.cancelled.set()
        with suppress(ValueError):  # it is being iterated in another thread, which sees the flag
            self._pieces.close()
        if self.finish is None:
            self.finish = "closed"


def _without_thoughts(pieces: Generator[str, None, Finish]) -> Generator[str, None, Finish]:
    """Yield the pieces of a reply without thoughts; return how it ended, as `pieces` does."""
    thoughts = ThoughtFilter()
    try:
        while True:
            try:
                piece = next(pieces)
            except StopIteration as end:
                finish: Finish = end.value
                break
            except Exception:  # whatever a provider raises: what arrived before it stays
                if text := thoughts.finish(cut=True):
                    yield text
                raise
            if text := thoughts.feed(piece):
                yield text
    finally:
        pieces.close()
    if text := thoughts.finish(cut=finish != "stop"):
        yield text
    return finish


class ChatModel(Protocol):
    """What the `write` answerer and the follow-ups need of a chat model.

    Attributes:
        name: As a person writes it in the setting.
        place: Where text goes: "this machine", or the provider in words.
        context: Tokens that prompt and answer may have together.
        control_tokens: Texts that would act as control tokens inside a prompt, where they are known.
        structured: Whether it can be held to a JSON schema.
    """

    @property
    def name(self) -> str:
        """Name as it is set."""
        ...

    @property
    def place(self) -> str:
        """Where text goes."""
        ...

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""
        ...

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Texts that act as control tokens."""
        ...

    @property
    def structured(self) -> bool:
        """Whether it takes a JSON schema."""
        ...

    def count(self, text: str) -> int:
        """Return the tokens of `text`: exact where the tokenizer is at hand, else a cautious estimate."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return the reply to `messages` as it arrives.

        Raises:
            ModelError: When iterated: the model failed. Which one says who must act (`model_errors.py`).
        """
        ...

    def close(self) -> None:
        """Give back memory and connections. Waiting questions end with a ModelError."""
        ...
