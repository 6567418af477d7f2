"""From a question in its conversation to the passages that it is answered from, and how likely it is that they do.

what kind of turn ─▶ worked out, or an overview, or: standing alone ─▶ search ─▶ confidence ─▶ order ─▶ reading
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.models_in_use import ModelsInUse
from bot.passages.confidence import IDENTIFIED, SEEN, confidence, confidence_read, may_answer, threshold
from bot.question.conversation import Conversation
from bot.question.plain import plain_answers
from bot.question.question import Question
from bot.settings.settings import Settings
from vectorstore.passage import Filter, Passage
from vectorstore.words.tokens import content_terms

if TYPE_CHECKING:
    from bot.computed.computed import Computed
    from bot.passages.reading import Readings
    from bot.question.turn import Exchange, Intent
    from bot.quotes.overview import Overview
    from bot.quotes.quoted import Quoted
    from vectorstore.library import Library
    from vectorstore.search.search import SearchResult

SUMMED_UP = 32
"""Passages that a chat model sums up a whole from, part by part: eight parts of four."""
WORDS_ALONE = (
    "The embedding model knows English only, so this question was searched by its words alone; "
    "a multilingual model finds more (setting embedding_model)."
)
"""Said with an answer where the encoder cannot read the question."""
RESPELLED = "“{asked}” is not in your documents; searched for “{word}”"
"""Said with an answer to a question in which a word was spelled anew."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer is made from, while it is gathered.

    Attributes:
        question: As it is searched: it stands alone, or follows on `context`.
        passages: What is answered from, best first.
        context: Earlier questions that it is searched with, or "".
        result: What the search found; None for an overview, which no search finds.
        quotes: Sentences of an overview; those of a search are chosen later.
        confidence: The probability, 0 to 1, that the passages hold an answer; documents say what they say.
        notice: What a person should know.
        readings: What the reader says of the passages; None where they were not read.
        computed: What code worked out; None where sentences of the passages answer.
        reply: What is said instead of an answer, as to a greeting; "" where there is something to answer.
    """

    question: Question
    passages: tuple[Passage, ...] = ()
    context: str = ""
    result: SearchResult | None = None
    quotes: Sequence[Quoted] = ()
    confidence: float = 1.0
    notice: str = ""
    readings: Readings | None = None
    computed: Computed | None = None
    reply: str = ""

    def searched_for(self, written: str) -> str:
        """Return what was searched where it differs from what a person wrote, else ""."""
        text = self.question.text
        if self.result is None:
            return ""
        if self.context:
            return f"{text} (after: {self.context})"
        return text if text.strip().casefold() != written.strip().casefold() else ""


class Finder:
    """Finds in one library what questions are answered from."""

    def __init__(self, library: Library, settings: Settings, models: ModelsInUse) -> None:
        self._library = library
        self._settings = settings
        self._models = models

    def find(self, question: str, turns: Conversation, filter: Filter | None) -> Basis:
        """Return what a question is answered from.

        Args:
            question: As the person wrote it.
            turns: The conversation before it.
            filter: Which documents to ask.
        """
        from bot.question.turn import classify  # here: `import bot` stays light

        writes = self._models.writes
        intent = classify(question, _exchanges(turns), writes=writes)
        asked = Question(intent.query or intent.question, intent.language)
        if intent.reply:
            return Basis(asked, reply=intent.reply)
        if not intent.query and (worked := self._computed(replace(asked, text=question), filter)):
            return worked
        if writes and not intent.query and (worked := self._queried(replace(asked, text=question), filter)):
            return worked
        overview = None if intent.query else self._overview(asked, turns, filter)
        if overview is None:
            return self._chosen(asked, intent, turns, filter) or self._found(asked, intent, turns, filter)
        if not overview.quotes:
            return Basis(asked, reply=overview.notice)
        notice = "" if writes else overview.notice  # a model's words are not the documents'
        return Basis(replace(asked, text=question), overview.passages, quotes=overview.quotes, notice=notice)

    def _computed(self, question: Question, filter: Filter | None) -> Basis | None:
        """Return what code works out: of the documents themselves, a numbered place, rows; None where it does not."""
        from bot.computed.compute import compute

        found = compute(question, self._library, filter)
        if found is None:
            return None
        if not found.lines and not found.none:
            return Basis(question, reply=found.notice)
        return Basis(question, found.passages, computed=found, notice=found.notice)

    def _queried(self, question: Question, filter: Filter | None) -> Basis | None:
        """Return what a query gives that the chat model proposes of a table; None where none is asked."""
        from bot.computed.tables.rows import MAY_ASK
        from bot.written.query import query_answer

        if not MAY_ASK.search(question.text):
            return None
        found = query_answer(question, self._library, filter, lambda: self._models.chat_model)
        return Basis(question, found.passages, computed=found, notice=found.notice) if found else None

    def _chosen(self, question: Question, intent: Intent, turns: Conversation, filter: Filter | None) -> Basis | None:
        """Return what the documents hold that a question chooses itself; None where it chooses none."""
        from bot.question.chosen import chosen

        found = None if intent.query else chosen(question.text, self._library, filter)
        if found is None:
            return None
        narrowed = replace(filter or Filter(), documents=found.documents)
        asked = replace(question, text=found.question)
        basis = self._computed(asked, narrowed) or self._found(asked, intent, turns, narrowed)
        return replace(basis, notice=f"{found.told} {basis.notice}".rstrip())

    def _overview(self, question: Question, turns: Conversation, filter: Filter | None) -> Overview | None:
        """Return what stands for the documents as a whole, where that is asked for."""
        if question.overview is None:
            return None
        from bot.quotes.overview import overview

        return overview(
            self._library,
            question.overview,
            filter,
            follows=bool(turns.turns),
            limit=self._settings.sentences,
            passages=max(self._settings.passages, SUMMED_UP if self._models.writes else 0),
        )

    def _found(self, question: Question, intent: Intent, turns: Conversation, filter: Filter | None) -> Basis:
        """Return what is found for a question: alone, or with what was asked before it.

        It is asked with that where a pronoun or the like says so. A short question may be about it too ("What is the
        amount?"), but mostly is not: it is asked alone, and leans only where that finds no answer though the documents
        hold its words.
        """
        context = "" if intent.query else turns.context_for(question)
        if not context:
            return self._searched(Basis(question), intent, turns, filter)
        if question.refers_back:
            return self._searched(self._leaning(question, context, turns), intent, turns, filter)
        alone = self._searched(Basis(question), intent, turns, filter)
        if self._answers(alone) or (alone.result and alone.result.unknown):
            return alone
        leaning = self._searched(self._leaning(question, context, turns), intent, turns, filter)
        return leaning if self._answers(leaning) else alone

    def _searched(self, basis: Basis, intent: Intent, turns: Conversation, filter: Filter | None) -> Basis:
        """Return what is found, words that stand nowhere spelled as the nearest of the documents if that answers."""
        found = self._looked(basis, intent, turns, filter)
        if found.result is None or not found.result.unknown or self._answers(found):
            return found
        words = self._library.respelled(found.result, filter)
        if not words:
            return found
        text = re.sub(r"[A-Za-z]+", lambda word: words.get(word.group(), word.group()), basis.question.text)
        told = "; ".join(RESPELLED.format(asked=asked, word=word) for asked, word in words.items())
        notice = f"{basis.notice} {told}.".lstrip()
        respelled = replace(basis, question=replace(basis.question, text=text), notice=notice)
        again = self._looked(respelled, intent, turns, filter)
        return again if self._answers(again) else found

    def _looked(self, basis: Basis, intent: Intent, turns: Conversation, filter: Filter | None) -> Basis:
        return self._read(self._sided(self._reordered(self._search(basis, filter), intent, turns), filter))

    def _answers(self, basis: Basis) -> bool:
        result = basis.result
        return result is not None and bool(basis.passages) and basis.confidence >= threshold(self._settings, result)

    def _leaning(self, question: Question, context: str, turns: Conversation) -> Basis:
        """Return the question to search, what it follows on, and what a person should know of that.

        A question without a word to search for, such as "Where?", is searched as one with what it follows on.
        """
        if self._models.writes:
            from bot.question.rewrite import condense

            try:
                condensed = condense(question, _exchanges(turns), model=self._models.chat_model)
            except ModelError as error:
                return Basis(question, context=context, notice=str(error))
            if condensed.rewritten:
                return Basis(replace(question, text=condensed.query))
        if not content_terms(question.text):
            return Basis(replace(question, text=f"{question.text} {context}"))
        return Basis(question, context=context)

    def _search(self, basis: Basis, filter: Filter | None) -> Basis:
        """Return what was found, and how likely it is that it holds an answer."""
        limit = max(SEEN, self._settings.passages)
        question = self._subject(basis.question)
        result = self._library.search(question.text, context=basis.context, limit=limit, filter=filter)
        told = (basis.notice, "" if result.dense else WORDS_ALONE)
        return replace(
            basis,
            result=result,
            confidence=confidence(question, result),
            notice=" ".join(part for part in told if part),
        )

    def _subject(self, question: Question) -> Question:
        """Return what is searched for: without the words of its form, where a chat model can give it that form."""
        if not self._models.writes or question.form.is_plain:
            return question
        return replace(question, text=question.form.subject)

    def _sided(self, basis: Basis, filter: Filter | None) -> Basis:
        """Return the passages of a comparison: of what was found for both, and for each, in turn."""
        sides = self._subject(basis.question) is not basis.question and basis.question.form.sides
        if not sides or basis.context:
            return basis
        limit = self._settings.passages
        found = [self._library.search(side, limit=limit, filter=filter).passages for side in sides]
        rows = zip_longest(*found, basis.passages)
        passages = {(p.document, p.start): p for row in rows for p in row if p is not None}
        return replace(basis, passages=tuple(passages.values())[:limit])

    def _reordered(self, basis: Basis, intent: Intent, turns: Conversation) -> Basis:
        """Return the passages to answer from: in the reranker's order, and after "why?" those with a reason."""
        result = basis.result
        assert result is not None  # it was searched
        if reranker := self._models.reranker:
            from bot.passages.rerank import reranked

            result = reranked(result, basis.question, reranker)
        if intent.kind == "why" and turns.turns and not self._models.writes:
            from bot.question.fit import reasons

            result = reasons(result, {statement.text for statement in turns.turns[-1].answer.statements})
        return replace(basis, result=result, passages=result.passages[: self._settings.passages])

    def _read(self, basis: Basis) -> Basis:
        """Return how likely an answer is, and in which words, once the passages were read.

        Nothing is read for a question that follows on another, nor where reading could not make an answer likely.
        """
        result = basis.result
        assert result is not None  # it was searched
        if basis.context or not may_answer(basis.confidence, threshold(self._settings, result), result):
            return basis
        reader = self._models.reader
        if reader is None:
            told = (basis.notice, self._models.reader_notice)
            return replace(basis, notice=" ".join(part for part in told if part))
        from bot.passages.reading import read_first

        readings = read_first(reader, self._subject(basis.question).text, result.passages)
        if readings is None:
            return basis
        likely = confidence_read(basis.confidence, readings.best, result)
        if plain_answers(basis.question, result.passages[:SEEN]):
            likely = max(likely, IDENTIFIED)  # the reader knows prose
        return replace(basis, confidence=likely, readings=readings)


def _exchanges(conversation: Conversation) -> list[Exchange]:
    from bot.question.turn import Exchange

    return [
        Exchange(
            question=turn.answer.searched_for or turn.question,
            answer=" ".join(statement.text for statement in turn.answer.statements),
            statements=tuple(statement.text for statement in turn.answer.statements),
        )
        for turn in conversation.turns
    ]
