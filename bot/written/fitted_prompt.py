"""What a chat model is sent: the question, and as many passages as its context has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.models.chat_model import ChatModel, Message
from bot.models.errors import ContextTooLong
from bot.passages.evidence import Evidence
from bot.passages.instructions import HEADINGS_JOINED_BY, is_instruction, is_named_as_instruction
from bot.written.prompts import write_messages
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.question.question import Question

HEADS = ("table head", "caption", "list introduction")
"""What stands around a passage that a model is given with it."""
_TEMPLATE_TOKENS = 64
_PASSAGE_TOKENS = 24
"""What the marks around a passage take."""


class FittedPrompt:
    """The messages of one question to one model, over more or fewer of its passages.

    Args:
        question: What is asked.
        passages: What was found, best first.
        evidence: What stands around them.
        model: The chat model.
        language: Language of the answer; "" for the question's own.
        most: Sentences that are asked for; 0 for as many as it takes.
    """

    def __init__(
        self,
        question: Question,
        passages: Sequence[Passage],
        evidence: Sequence[Evidence],
        *,
        model: ChatModel,
        language: str,
        most: int,
    ) -> None:
        self._question = question
        self._passages = [_as_read(i, passage, evidence) for i, passage in enumerate(passages)]
        self._model = model
        self._language = language
        self._most = most

    def messages(self, count: int, *, structured: bool) -> list[Message]:
        """Return the messages over the first `count` passages."""
        return write_messages(
            self._question.text,
            self._passages[:count],
            control_tokens=self._model.control_tokens,
            language=self._language,
            structured=structured,
            form=self._question.form,
            most=self._most,
        )

    def fitting(self, *, answer_tokens: int, structured: bool) -> int:
        """Return how many passages fit beside an answer; a passage is never cut.

        Raises:
            ContextTooLong: Not one does.
        """
        room = self._model.context - answer_tokens - _TEMPLATE_TOKENS
        size, kept = self._tokens(0, structured), 0
        for passage in self._passages:
            size += self._model.count(passage.text + passage.title) + _PASSAGE_TOKENS
            if size > room:
                break
            kept += 1
        while 0 < kept < len(self._passages) and self._tokens(kept, structured) > room:
            kept -= 1
        if self._passages and not kept:
            raise ContextTooLong(
                f"Not one passage fits into the context of {self._model.name} ({self._model.context:,} tokens).",
                remedy="Set a longer context (FOOTNOTE_MODEL_CONTEXT) or choose another model.",
            )
        return kept

    def _tokens(self, count: int, structured: bool) -> int:
        return self._model.count("\n".join(text for _, text in self.messages(count, structured=structured)))


def _as_read(index: int, passage: Passage, evidence: Sequence[Evidence]) -> Passage:
    """Return a passage as a model is given it: under its headings, a row below the head of its table.

    Its text may then be no run of its document: it is for the prompt alone. Names that give orders are left out.
    """
    names = [passage.title, *passage.heading.split(HEADINGS_JOINED_BY)]
    kept = [name for name in dict.fromkeys(names) if name and not is_named_as_instruction(name)]
    heads = [piece.passage.text for piece in evidence if index in piece.of and piece.kind in HEADS]
    text = "\n".join((*(head for head in heads if not is_instruction(head)), passage.text))
    return replace(passage, title=HEADINGS_JOINED_BY.join(kept), text=text)
