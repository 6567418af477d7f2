"""From passages to an answer: that the documents don't say, quotes as they stand, or a chat model's sentences that
passed their check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from bot.answer import Answer, Citation, Statement, Support, Withheld, Words
from bot.errors import ModelError
from bot.passages.confidence import threshold
from vectorstore.passage import Passage

if TYPE_CHECKING:
    from bot.computed.computed import Computed
    from bot.finder import Basis
    from bot.models.chat_model import ChatModel
    from bot.models.entailment import Entailment
    from bot.models_in_use import ModelsInUse
    from bot.passages.evidence import Evidence
    from bot.passages.reading import Readings
    from bot.question.question import Question
    from bot.quotes.quoted import Quoted
    from bot.reader.reader import Reader
    from bot.settings.settings import Settings
    from bot.written.by_parts import WritingByParts
    from bot.written.writing import Writing, Written
    from vectorstore.library import Library
    from vectorstore.search.search import SearchResult

WHOLE_QUESTION = "A whole question finds more than single words."
"""Said where nothing but a word or two was asked, one of which the documents hold, and no answer is shown."""
UNSUPPORTED = "These are quotes: nothing that the chat model wrote is supported by the sources."
INSTEAD = "These are quotes instead."
"""Said where a chat model was asked and quotes are shown: all that it wrote was withheld, or it wrote nothing."""
FEW_WORDS = 2
MARKED = 0.3
"""Probability of the reader's words from which on they are marked in the sentence; below, several are about as
likely."""


@dataclass(slots=True)
class Footnotes:
    """Numbers citations in the order of first use; one number for one place."""

    library: Library
    on_citation: Callable[[Citation], None] | None = None
    citations: list[Citation] = field(default_factory=list)

    def number(self, passage: Passage, start: int, end: int) -> int:
        """Return the number of the footnote to text[start:end] of a passage's document."""
        for citation in self.citations:
            if (citation.document, citation.start, citation.end) == (passage.document, start, end):
                return citation.number
        page, label = passage.page, passage.place
        if label and start > passage.start:  # a passage may go on over a page, and a table over its rows
            place = self.library.place_at(passage.document, start)
            page, label = (place.page, place.label) if place else (page, label)
        self.citations.append(
            Citation(
                number=len(self.citations) + 1,
                document=passage.document,
                title=passage.title,
                source=passage.source,
                page=page,
                start=start,
                end=end,
                quote=passage.text[start - passage.start : end - passage.start],
                place=", ".join(part for part in (label, passage.heading) if part),
            )
        )
        if self.on_citation:
            self.on_citation(self.citations[-1])
        return len(self.citations)


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
        quotes = _chosen(question, result, footnotes.library, settings, basis.readings) if sure else []
        if basis.readings is not None and not writes:
            quotes = _trimmed(question, quotes, models.reader)
        answer = replace(answer, timings={**answer.timings, "answer": perf_counter() - began})
    if not writes:
        yield from quoted(answer, question, quotes, footnotes, readings=basis.readings)
        return
    language = question.language or settings.language
    yield from written(answer, question, quotes, footnotes, models=models, language=language, sure=sure)


def _is_asked(confidence: float, settings: Settings, models: ModelsInUse) -> bool:
    """Tell whether a chat model is asked though quotes would not answer: the documents may be about the question at
    all, and what it writes of it can be believed once it is checked."""
    return models.writes and confidence >= settings.model_threshold and not models.is_small


def _chosen(
    question: Question, result: SearchResult, library: Library, settings: Settings, readings: Readings | None
) -> list[Quoted]:
    from bot.quotes.choose import choose

    return choose(
        question,
        result,
        limit=settings.sentences,
        before=library.passage_before if settings.neighbours else None,
        read=library.text,
        words=readings.words if readings else None,
    )


def _trimmed(question: Question, quotes: list[Quoted], reader: Reader | None) -> list[Quoted]:
    """Return the quotes without those that only stand near the question in words."""
    if reader is None or question.kind == "list":
        return quotes
    from bot.passages.reading import readable
    from bot.quotes.trim import trimmed

    def read(texts: Sequence[tuple[str, Passage]]) -> list[float]:
        given = [readable(question.text, text, title=p.title, heading=p.heading) for text, p in texts]
        return [reading.answers for reading in reader.read(question.text, given)]

    return trimmed(quotes, read)


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


def quoted(
    answer: Answer,
    question: Question,
    quotes: Sequence[Quoted],
    footnotes: Footnotes,
    *,
    readings: Readings | None = None,
) -> Iterator[Statement | Answer]:
    """Yield each quote as a statement, with the words that answer marked, then the answer; without quotes it
    abstains."""
    from bot.quotes.disagreement import conflicts

    began = perf_counter()
    statements = []
    for quote in quotes:
        numbers = [footnotes.number(quote.passage, quote.start, quote.end)]
        if quote.header:
            numbers.append(footnotes.number(quote.header, quote.header.start, quote.header.end))
        statements.append(Statement(quote.text, tuple(numbers), answer=_words_in(quote, readings)))
        yield statements[-1]
    yield replace(
        answer,
        statements=tuple(statements),
        citations=tuple(footnotes.citations),
        abstained=not statements,
        conflicts=conflicts(question, statements, footnotes.citations),
        # Where quotes stand in for a chat model, its time counts too.
        timings={**answer.timings, "answer": answer.timings.get("answer", 0.0) + perf_counter() - began},
    )


def _words_in(quote: Quoted, readings: Readings | None) -> Words | None:
    """Return the words of a quote that answer, where the reader is sure enough of them to mark them."""
    if readings is None or readings.probability < MARKED:
        return None
    document, start, end = readings.words
    if document != quote.passage.document or not quote.start <= start < end <= quote.end:
        return None
    return Words(quote.text[start - quote.start : end - quote.start], start - quote.start, end - quote.start)


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
    answer = replace(found, statements=(), citations=(), conflicts=(), model=models.name, passages=passages[:most])
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
