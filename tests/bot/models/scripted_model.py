"""A chat model that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from bot.models.chat_model import Finish, Message, Reply

Script = str | Exception | Callable[[Sequence[Message]], str]


class ScriptedModel:
    """Answers with the scripts in turn; the last one stays.

    Args:
        scripts: Texts, errors to raise, or functions of the prompt.
        finish: How each reply ends.
        context: Tokens of context; a token is a word.
        structured: Whether it claims to take a JSON schema.
        break_after: Raise `error` after so many pieces.
    """

    name, place, control_tokens = "scripted", "this machine", ("<|im_start|>", "<|im_end|>")

    def __init__(
        self,
        *scripts: Script,
        finish: Finish = "stop",
        context: int = 4_096,
        structured: bool = False,
        piece: int = 4,
        break_after: int | None = None,
        error: Exception | None = None,
    ) -> None:
        self.scripts = list(scripts)
        self.finish: Finish = finish
        self.context = context
        self.structured = structured
        self.piece = piece
        self.break_after = break_after
        self.error = error
        self.prompts: list[Sequence[Message]] = []
        self.schemas: list[Mapping[str, Any] | None] = []
        self.given = 0
        self.closed = False

    def count(self, text: str) -> int:
        """Count words."""
        return len(text.split())

    def stream(self, messages: Sequence[Message], *, max_tokens: int, schema: Mapping[str, Any] | None = None) -> Reply:
        """Return the next script in small pieces."""
        self.prompts.append(messages)
        self.schemas.append(schema)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

        def pieces() -> Generator[str, None, Finish]:
            if isinstance(script, Exception):
                raise script
            text = script(messages) if callable(script) else script
            for number, at in enumerate(range(0, len(text), self.piece)):
                if self.error is not None and number == self.break_after:
                    raise self.error
                self.given += 1
                yield text[at : at + self.piece]
            return self.finish

        return Reply(pieces())

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
