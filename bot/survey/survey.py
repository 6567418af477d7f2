"""Each document asked the same questions: a table of documents by questions, with a footnote in each cell.

>>> with Bot() as bot:  # doctest: +SKIP
...     print(survey(bot, ["When does the lease end?", "Who is the tenant?"]).markdown())

A cell is the ordinary answer, asked of that document alone; where it does not say, the cell says so.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from bot.answer import Answer, Citation, Statement
from bot.computed.value import Value, date_beside, value_in
from bot.errors import CollectionMissing
from bot.question.kind import answer_type
from bot.survey.cell import Cell
from bot.survey.kept_cells import Key, key_of
from bot.survey.table import Row, Survey, numbered
from bot.text.facts import Date, Number, dates, numbers
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from bot.ask import Bot
    from vectorstore.records import DocumentInfo

WORKERS = min(4, os.cpu_count() or 1)
"""Documents that are asked at the same time: asking one is computing, most of it on one core."""
AHEAD = 2
"""Documents for each worker that are begun before the first of them is taken."""


class Cells(Protocol):
    """Where the cells of earlier runs are kept."""

    def get(self, key: Key) -> dict[str, Any] | None:
        """Return the cell that was kept under a key, if one was."""

    def put(self, key: Key, cell: dict[str, Any]) -> None:
        """Keep a cell. Threads may call it at the same time."""


def survey(
    bot: Bot,
    questions: Sequence[str],
    *,
    filter: Filter | None = None,
    kept: Cells | None = None,
    on_document: Callable[[int, int], None] | None = None,
) -> Survey:
    """Ask each document each question.

    Args:
        bot: Who answers.
        questions: In plain words; one asked twice is asked once.
        filter: Which documents to ask; None for all.
        kept: Cells of an earlier run, which are taken and added to; None to keep nothing.
        on_document: Told after each document how many are done, and of how many.

    Raises:
        QuestionRefused: There is no question, or one is empty or too long.
        CollectionMissing: The filter names a collection that is not in the library.
    """
    asked = questions_of(bot, questions, filter)
    documents = bot.library.documents(filter)
    rows = []
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="survey") as workers:
        for row in ask_each(bot, documents, asked, workers=workers, kept=kept):
            rows.append(row)
            if on_document:
                on_document(len(rows), len(documents))
    return numbered(asked, rows)


def questions_of(bot: Bot, questions: Sequence[str], filter: Filter | None = None) -> tuple[str, ...]:
    """Return the questions that are asked, each once.

    Raises:
        QuestionRefused, CollectionMissing: As `survey`.
    """
    asked = tuple(dict.fromkeys(question.strip() for question in questions))
    for question in asked or ("",):
        bot.refuse(question, filter)
    return asked


def ask_each(
    bot: Bot,
    documents: Sequence[DocumentInfo],
    questions: Sequence[str],
    *,
    workers: Executor,
    kept: Cells | None = None,
) -> Generator[Row, None, None]:
    """Yield a row for each document as it is done, in the order of the documents.

    Several surveys may share the workers. One that is closed early leaves what it has not begun.

    Args:
        bot: Who answers.
        documents: Whom to ask.
        questions: As `questions_of` returns them.
        workers: Threads that ask.
        kept: As in `survey`.
    """
    waiting: deque[Future[Row]] = deque()
    try:
        for document in documents:
            waiting.append(workers.submit(_row, bot, document, questions, kept))
            if len(waiting) > AHEAD * WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _row(bot: Bot, document: DocumentInfo, questions: Sequence[str], kept: Cells | None) -> Row:
    return Row(document, tuple(_cell(bot, document, question, kept) for question in questions))


def _cell(bot: Bot, document: DocumentInfo, question: str, kept: Cells | None) -> Cell:
    key = key_of(document, question, bot.model_name)
    if kept is not None and (found := kept.get(key)) is not None:
        value = None if found["value"] is None else Value(found["value"], found["unit"])
        citations = tuple(Citation(**citation) for citation in found["citations"])
        return Cell(question, found["words"], value, citations, found["notice"])
    # In its collection: one that was moved since, perhaps to where the person may not look, says nothing.
    alone = Filter(collections=(document.collection,), documents=(document.id,))
    try:
        cell = from_answer(question, bot.ask(question, filter=alone))
    except CollectionMissing:  # the last document of it went away meanwhile
        return Cell(question)
    stood_in = bot.writes and bool(cell.notice)  # the model may answer the next time
    if kept is not None and not stood_in:
        kept.put(key, cell.as_dict())
    return cell


def from_answer(question: str, answer: Answer) -> Cell:
    """Return the cell of an answer that one document gave."""
    if answer.abstained:
        return Cell(question, notice=answer.notice)
    named = [statement for statement in answer.statements if statement.answer]
    shown = named or answer.statements
    words = "; ".join(_named(s) for s in named) or " ".join(s.text for s in shown) or answer.notice
    used = {number for statement in shown for number in statement.citations}
    citations = tuple(citation for citation in answer.citations if citation.number in used)
    kind = answer_type(question)
    value = value_in(words, kind)
    if value is None and kind == "when" and len(shown) == 1:
        value = date_beside(shown[0].text, question)
    return Cell(question, words, value, citations, answer.notice if words != answer.notice else "")


def _named(statement: Statement) -> str:
    """Return the words that answer; of a part of a date or amount ("2027", "975") the whole of it."""
    if statement.answer is None:
        return ""
    start, end = statement.answer.start, statement.answer.end
    found = dates(statement.text)
    facts: list[Date | Number] = [*found, *numbers(statement.text, except_in=found)]
    whole = [fact.text for fact in facts if fact.start <= start and end <= fact.end]
    return whole[0] if whole else statement.answer.text
