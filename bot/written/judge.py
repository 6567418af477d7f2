"""The check of each sentence that a chat model writes: shown whole, cut to the half that is supported, or withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from bot.answer import Withheld
from bot.check.statement import Verdict, check
from bot.passages.evidence import Evidence
from bot.question.fit import fits
from bot.written.halves import supported_half
from bot.written.pertinence import is_too_short, why_no_answer
from bot.written.reply_text import Draft
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.models.entailment import Entailment
    from bot.question.question import Question

PLAIN_KINDS = ("when", "who", "where", "number")
"""Kinds of question whose answer can be told by its form."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One verbatim place: `text[start:end]` of the passage's document."""

    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that passed its check, with the places that support it; the caller numbers them."""

    text: str
    cited: tuple[Cited, ...]
    support: Literal["supported", "partly", "quoted"]
    note: str = ""


class Judge:
    """Checks the sentences of one answer against its passages.

    Args:
        question: What they answer.
        evidence: What stands around the passages.
        nli: A cross-encoder for a deeper check, or None.
        least_covered: Share of a sentence's words that its passage must hold, for models too small to be believed; 0
            for others.
        sure: Whether the passages likely hold an answer. If not, the first sentence shown must at least be of the kind
            that is asked for.

    Attributes:
        refused: What was withheld, each with the reason in words.
        seconds: Time spent in checks.
    """

    def __init__(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        *,
        nli: Entailment | None,
        least_covered: float,
        sure: bool,
    ) -> None:
        self._question = question
        self._evidence = tuple(evidence)
        self._nli = nli
        self._least_covered = least_covered
        self._must_fit = not sure and question.kind in PLAIN_KINDS
        self.refused: list[tuple[str, str]] = []
        self.seconds = 0.0

    def judged(self, found: Draft, passages: Sequence[Passage]) -> Iterator[Written | Withheld]:
        """Yield the sentence, or its supported half, and what of it was withheld."""
        reason = self._why_not_asked(found.text)
        if reason:
            yield Withheld(text=found.text, reason=reason)
            return
        began = perf_counter()
        around = tuple(piece for piece in self._evidence if min(piece.of) < len(passages))
        text, verdict, reason = self._supported(found, passages, around)
        self.seconds += perf_counter() - began
        if not text:
            self.refused.append((found.text, reason))
            yield Withheld(text=found.text, reason=reason)
            return
        self._must_fit = False
        sources = (*passages, *(piece.passage for piece in around))
        cited = tuple(Cited(sources[index], start, end) for index, start, end in verdict.citations)
        yield Written(text, cited, "supported")
        if text != found.text:
            yield Withheld(text=found.text, reason=f"{reason}; the rest of the sentence is shown")

    def _why_not_asked(self, text: str) -> str:
        """Return why a sentence is no answer to the question, whatever the passages say; "" where it may be one."""
        reason = why_no_answer(text, self._question)
        if self._least_covered and not reason and is_too_short(text):
            reason = "it is no sentence"
        if not reason and self._must_fit and fits(self._question.kind, text, self._question) <= 0:
            reason = "it does not say what was asked"
        return reason

    def _supported(
        self, found: Draft, passages: Sequence[Passage], around: Sequence[Evidence]
    ) -> tuple[str, Verdict, str]:
        """Return what of a sentence is supported, "" for nothing, its verdict, and why the rest is not."""

        def checked(text: str) -> Verdict:
            return check(
                text,
                passages,
                cited=tuple(number - 1 for number in found.cited),
                nli=self._nli,
                least_covered=self._least_covered,
                around=around,
            )

        verdict = checked(found.text)
        reason = verdict.reason or "not supported by the sources"
        if verdict.verdict == "supported":
            return found.text, verdict, reason
        half = "" if self._least_covered else supported_half(found.text, lambda it: checked(it).verdict == "supported")
        return half, checked(half) if half else verdict, reason
