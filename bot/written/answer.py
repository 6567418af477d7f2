"""The answer that a chat model writes: what of it passed its check, and quotes where nothing did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answer import Answer, Statement, Support, Withheld
from bot.errors import ModelError
from bot.quotes.answer import quoted
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.footnotes import Footnotes
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.models_in_use import ModelsInUse
    from bot.passages.evidence import Evidence
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted
    from bot.reader.reader import Reader
    from bot.settings.settings import Settings
    from bot.written.by_parts import WritingByParts
    from bot.written.judge import Written
    from bot.written.writing import Writing

UNSUPPORTED = "These are quotes: nothing that the chat model wrote is supported by the sources."
INSTEAD = "These are quotes instead."
"""Said where a chat model was asked and quotes are shown: all that it wrote was withheld, or it wrote nothing."""


def written_from(
    found: Answer, footnotes: Footnotes, *, settings: Settings, models: ModelsInUse
) -> Iterator[Statement | Answer]:
    """Let a chat model say what the quotes of an answer say, and yield it as `written` does.

    Args:
        found: The answer in quotes, whose footnotes are read.
        footnotes: Numbers those of the model's sentences.
        settings: The language, and how many passages it reads.
        models: The chat model.
    """
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted

    quotes = [
        Quoted(passage, citation.start, citation.end, score=passage.score)
        for citation in found.citations
        for passage in footnotes.library.passages_at(citation.document, [citation.start])
    ]
    passages = tuple(dict.fromkeys((*(quote.passage for quote in quotes), *found.passages)))
    most = max(len(quotes), settings.passages)
    answer = replace(
        found, statements=(), citations=(), conflicts=(), verdict=None, model=models.name, passages=passages[:most]
    )
    yield from written(answer, Question(found.question), quotes, footnotes, models=models, language=settings.language)


def written(
    answer: Answer,
    question: Question,
    quotes: Sequence[Quoted],
    footnotes: Footnotes,
    *,
    models: ModelsInUse,
    language: str,
    sure: bool = True,
) -> Iterator[Statement | Answer]:
    """Let a chat model write, and yield what passes its check, then the answer; where nothing of it does, quote.

    Args:
        answer: What is known of it, with the passages.
        question: As it was searched.
        quotes: What the other answerer shows.
        footnotes: Numbers them.
        models: The chat model and the model of the deeper check are opened here, where an error is told.
        language: In English, that the answer is wanted in; "" for the question's.
        sure: Whether the passages likely hold an answer; if not, nothing stands in for what does not pass.
    """
    from bot.passages.evidence import evidence

    began = perf_counter()
    statements: list[Statement] = []
    withheld: list[Withheld] = []
    writing: Writing | WritingByParts | None = None
    notice = answer.notice
    try:
        writing = _writing(
            question,
            answer.passages,
            quotes,
            reader=models.reader,
            model=models.chat_model_for(answer.passages),
            language=language,
            nli=models.entailment,
            around=evidence(footnotes.library, answer.passages),
            sure=sure,
        )
        for item in writing:
            if isinstance(item, Withheld):
                withheld.append(item)
            else:
                statements.append(_statement(item, footnotes))
                yield statements[-1]
        notice = " ".join(part for part in (notice, writing.notice) if part)
    except ModelError as error:
        notice = " ".join(part for part in (notice, str(error)) if part)
    seconds = perf_counter() - began
    checking = writing.check_seconds if writing else 0.0
    answer = replace(
        answer,
        withheld=tuple(withheld),
        notice=notice,
        timings={
            **answer.timings,
            "answer": answer.timings.get("answer", 0.0) + seconds - checking,
            "check": checking,
        },
    )
    if statements:
        from bot.quotes.disagreement import conflicts, other_sides

        # A model tells one side where two documents differ; that is worth a sentence more than was asked for.
        for quote in other_sides(question, quotes, footnotes.citations):
            statements.append(Statement(quote.text, (footnotes.number(quote.passage, quote.start, quote.end),)))
            yield statements[-1]
        yield replace(
            answer,
            statements=tuple(statements),
            citations=tuple(footnotes.citations),
            conflicts=conflicts(question, statements, footnotes.citations),
        )
    elif not sure or (writing is not None and writing.declined and not withheld):
        yield replace(answer, abstained=True)
    else:
        why = UNSUPPORTED if withheld else INSTEAD
        stand_in = replace(answer, notice=" ".join(part for part in (notice, why) if part))
        yield from quoted(stand_in, question, quotes[: question.form.sentences or len(quotes)], footnotes)


def _writing(
    question: Question,
    passages: Sequence[Passage],
    quotes: Sequence[Quoted],
    *,
    reader: Reader | None,
    model: ChatModel,
    language: str,
    nli: Entailment | None,
    around: Sequence[Evidence],
    sure: bool,
) -> Writing | WritingByParts:
    """Return what a chat model is to write: an answer, or the summary of each part of a long whole."""
    from bot.passages.answering_first import SENT, answering_first
    from bot.passages.evidence import of_these
    from bot.written.by_parts import WritingByParts, parts_of
    from bot.written.writing import LONG_TASKS, Writing

    def write(part: Sequence[Passage], most: int) -> Writing:
        pieces = of_these(around, passages, part)
        return Writing(question, part, model=model, language=language, nli=nli, most=most, evidence=pieces)

    parts = parts_of(question, passages)
    if parts:
        return WritingByParts(parts, write, quotes=quotes, sentences=question.form.sentences)
    chosen = passages
    if reader is not None and question.overview is None and question.form.task not in LONG_TASKS:
        chosen = answering_first(reader, question.form.subject, passages)[:SENT]
    return Writing(
        question,
        chosen,
        model=model,
        quotes=quotes,
        language=language,
        nli=nli,
        evidence=of_these(around, passages, chosen),
        sure=sure,
    )


def _statement(found: Written, footnotes: Footnotes) -> Statement:
    numbers = tuple(dict.fromkeys(footnotes.number(cited.passage, cited.start, cited.end) for cited in found.cited))
    support: Support = found.support
    return Statement(found.text, numbers, support, found.note)
