"""From passages to an answer: that the documents don't say, quotes as they stand, or a chat model's sentences that
passed their check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answer import Answer, Statement
from bot.passages.confidence import threshold
from bot.quotes.answer import chosen, quoted, without_padding
from bot.written.answer import written

if TYPE_CHECKING:
    from bot.computed.computed import Computed
    from bot.finder import Basis
    from bot.footnotes import Footnotes
    from bot.models_in_use import ModelsInUse
    from bot.settings.settings import Settings

WHOLE_QUESTION = "A whole question finds more than single words."
"""Said where nothing but a word or two was asked, one of which the documents hold, and no answer is shown."""
FEW_WORDS = 2


def answered(
    answer: Answer, basis: Basis, footnotes: Footnotes, *, settings: Settings, models: ModelsInUse, writes: bool
) -> Iterator[Statement | Answer]:
    """Yield the statements and the answer, or the answer that the documents don't say.

    Args:
        answer: What is known of it: the question, the passages, the confidence.
        basis: What it is made from.
        footnotes: Numbers them.
        settings: How many sentences are quoted, and the threshold.
        models: The chat model, where one writes.
        writes: Whether it does.
    """
    question, result, quotes, sure = basis.question, basis.result, basis.quotes, True
    if basis.computed is not None:
        yield from worked_out(answer, basis.computed, footnotes)
        return
    if result is not None:
        sure = answer.confidence >= threshold(settings, result)
        if not answer.passages or not (sure or _is_asked(answer.confidence, settings, models)):
            few = len(question.text.split()) <= FEW_WORDS and not answer.searched_for
            hint = WHOLE_QUESTION if few and set(result.terms) - set(result.unknown) else ""
            yield replace(answer, abstained=True, notice=" ".join(part for part in (answer.notice, hint) if part))
            return
        began = perf_counter()
        quotes = chosen(question, result, footnotes.library, settings, basis.readings) if sure else []
        if basis.readings is not None and not writes:
            quotes = without_padding(question, quotes, models.reader)
        if not writes:
            from bot.quotes.whole import not_all

            some = not_all(quotes, footnotes.library.text)
            answer = replace(answer, notice=" ".join(filter(None, (answer.notice, some))))
        answer = replace(answer, timings={**answer.timings, "answer": perf_counter() - began})
    if not writes:
        reader = models.reader if basis.readings is not None else None  # it cannot read what was not read
        yield from quoted(answer, question, quotes, footnotes, readings=basis.readings, reader=reader)
        return
    language = question.language or settings.language
    yield from written(answer, question, quotes, footnotes, models=models, language=language, sure=sure)


def _is_asked(confidence: float, settings: Settings, models: ModelsInUse) -> bool:
    """Tell whether a chat model is asked though quotes would not answer: the documents may be about the question at
    all, and what it writes of it can be believed once it is checked."""
    return models.writes and confidence >= settings.model_threshold and not models.is_small


def worked_out(answer: Answer, computed: Computed, footnotes: Footnotes) -> Iterator[Statement | Answer]:
    """Yield each line of what code worked out as a statement, then the answer, to which no chat model adds."""
    from bot.models.chat_model import QUOTES

    statements = []
    for line in computed.lines:
        numbers = tuple(dict.fromkeys(footnotes.number(q.passage, q.start, q.end) for q in line.quotes))
        text = line.quotes[0].text if line.verbatim else line.text
        statements.append(Statement(text, numbers, "quoted" if line.verbatim else "computed"))
        yield statements[-1]
    yield replace(
        answer,
        statements=tuple(statements),
        citations=tuple(footnotes.citations),
        abstained=computed.none,
        model=QUOTES,
    )
