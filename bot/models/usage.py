"""What a chat model read and wrote for one answer, in tokens, as its provider counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of all calls of the chat model for one answer.

    Attributes:
        read: Tokens of the prompts.
        written: Tokens of the replies.
        cached: Of those read, what the model or its provider had read before and still held.
        calls: How often the model was asked.
        kept: How often an earlier reply to the very same prompt was taken from the library instead: no tokens.
        estimated: Whether a provider told no count, so that some are estimates.
    """

    read: int = 0
    written: int = 0
    cached: int = 0
    calls: int = 0
    kept: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Tokens read and written, which a budget counts."""
        return self.read + self.written

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.read + other.read,
            self.written + other.written,
            self.cached + other.cached,
            self.calls + other.calls,
            self.kept + other.kept,
            self.estimated or other.estimated,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        return asdict(self)


def usage_of(kept: Mapping[str, Any] | None) -> Usage | None:
    """Return what was kept as an object of JSON."""
    return Usage(**kept) if kept else None
