"""A chat model with its meter: what it reads and writes is counted, held to a budget, and not asked for twice."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.models.chat_model import ChatModel, Finish, Message, Reply
from bot.models.errors import BudgetSpent
from bot.models.ledger import Ledger, digest
from bot.models.usage import Usage

LEAST_ROOM = 256
"""Tokens of context that a model is said to have when an answer's budget is nearly spent: no passage fits."""

SPENT = "The day's {budget} tokens for chat models are spent: {left} are left, and this question may take {most}."
"""What a person is told when the day's budget is nearly used; the page knows it by these words."""

SPENT_REMEDY = "From midnight UTC on a model writes again; or set more (FOOTNOTE_MODEL_DAILY_TOKENS)."


@dataclass(slots=True)
class Meter:
    """What one answer may use of the chat model, and what it has used.

    Attributes:
        ledger: Counts the day, and keeps replies.
        daily: Tokens a day that all answers may use together; 0 for no budget.
        each: Tokens that this answer may use; 0 for no budget.
        keeps: Whether replies are kept and taken again: never where a private collection was searched.
        used: So far.
    """

    ledger: Ledger
    daily: int = 0
    each: int = 0
    keeps: bool = False
    used: Usage = field(default_factory=Usage)

    def add(self, model: str, usage: Usage, *, reservation: int = 0) -> None:
        """Count what a call used, for this answer and for the day."""
        self.used += usage
        self.ledger.count(model, usage, reservation=reservation)


class _MeteredReply(Reply):
    """A reply whose end, from any thread, is the end of the model's own reply behind it."""

    inner: Reply | None = None

    def close(self) -> None:
        """Stop the model; what has arrived stays."""
        super().close()
        if self.inner is not None:
            self.inner.close()


class MeteredModel:
    """A chat model as `ChatModel` describes it, each call of which passes a meter.

    Args:
        model: The chat model.
        meter: Of the answer that it writes.
    """

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        self._model = model
        self._meter = meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)  # what only some models have, such as `least_covered`

    @property
    def name(self) -> str:
        """Name as it is set."""
        return self._model.name

    @property
    def place(self) -> str:
        """Where text goes."""
        return self._model.place

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together, as far as the answer's budget goes."""
        if not self._meter.each:
            return self._model.context
        return min(self._model.context, max(LEAST_ROOM, self._meter.each - self._meter.used.total))

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Texts that act as control tokens."""
        return self._model.control_tokens

    @property
    def structured(self) -> bool:
        """Whether it takes a JSON schema."""
        return self._model.structured

    def count(self, text: str) -> int:
        """Return the tokens of `text`."""
        return self._model.count(text)

    def close(self) -> None:
        """Close the model behind it."""
        self._model.close()

    def stream(self, messages: Sequence[Message], *, max_tokens: int, schema: Mapping[str, Any] | None = None) -> Reply:
        """Return the reply as it arrives, from the library where it was given before.

        Raises:
            BudgetSpent: When iterated: the call could use more than is left.
            ModelError: When iterated: the model failed.
        """
        replies: list[_MeteredReply] = []
        reply = _MeteredReply(self._pieces(messages, max_tokens, schema, replies))
        replies.append(reply)
        return reply

    def _pieces(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        schema: Mapping[str, Any] | None,
        replies: list[_MeteredReply],
    ) -> Generator[str, None, Finish]:
        meter = self._meter
        key = digest(str(getattr(self._model, "identity", self.name)), messages, schema) if meter.keeps else ""
        if key and (kept := meter.ledger.reply(key)) is not None:
            meter.add(self.name, Usage(kept=1))
            yield kept
            return "stop"
        reservation = self._reserve(messages, max_tokens)
        reply, text = replies[0], ""
        reply.inner = inner = self._model.stream(messages, max_tokens=max_tokens, schema=schema)
        try:
            for piece in inner.with_thoughts():  # they are paid for; the reply that is handed out has none
                text += piece
                yield piece
                if reply.cancelled.is_set():
                    break
        finally:
            inner.close()
            reply.prompt_tokens = inner.prompt_tokens
            meter.add(self.name, self._usage(inner, messages, text), reservation=reservation)
        if key and inner.finish == "stop" and text.strip():
            meter.ledger.keep(key, text)
        return inner.finish or "stop"

    def _reserve(self, messages: Sequence[Message], max_tokens: int) -> int:
        """Set aside what a call may take; return the number of the reservation, 0 where there is no daily budget."""
        meter = self._meter
        if not meter.daily and not meter.each:
            return 0
        # A provider may have a longest answer of its own, in which a model's thoughts count.
        most = self._counted(messages) + max(max_tokens, int(getattr(self._model, "most_written", 0)))
        if meter.each and meter.used.calls and meter.used.total + most > meter.each:
            raise BudgetSpent(
                f"{self.name} may use {meter.each:,} tokens for one answer, and used {meter.used.total:,}.",
                remedy="Set more (FOOTNOTE_MODEL_ANSWER_TOKENS), or ask for less.",
            )
        if not meter.daily:
            return 0
        reservation = meter.ledger.reserve(most, meter.daily)
        if not reservation:
            left = max(0, meter.daily - meter.ledger.used().total)
            raise BudgetSpent(
                SPENT.format(budget=f"{meter.daily:,}", left=f"{left:,}", most=f"{most:,}"), remedy=SPENT_REMEDY
            )
        return reservation

    def _usage(self, inner: Reply, messages: Sequence[Message], text: str) -> Usage:
        """Return what a call used: as the provider counted it, else estimated; nothing for a call that failed."""
        if not inner.prompt_tokens and not text:
            return Usage(calls=1)
        told = bool(inner.prompt_tokens and (inner.answer_tokens or not text))
        return Usage(
            read=inner.prompt_tokens or self._counted(messages),
            written=inner.answer_tokens or (self._model.count(text) if text else 0),
            cached=inner.cached_tokens,
            calls=1,
            estimated=not told,
        )

    def _counted(self, messages: Sequence[Message]) -> int:
        return sum(self._model.count(text) for _, text in messages)
