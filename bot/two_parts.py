"""A question that asks two things: each is answered, or named as not said.

The second is asked of the documents that answered the first. What is asked of a time or a place also stands in the
headings above an answer, which are footnotes like any other text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answer import Answer, Citation, Statement
from bot.question.fit import says
from bot.question.kind import answer_type
from bot.question.question import Question
from bot.text.dates import dates
from bot.text.shown import one_line
from vectorstore.passage import Filter

if TYPE_CHECKING:
    from vectorstore.library import Library

Ask = Callable[[str, Filter | None], Answer]


def both(library: Library, asked: tuple[str, str], written: str, filter: Filter | None, ask: Ask) -> Answer | None:
    """Return the answers to two questions as one; None where neither is answered.

    Args:
        library: Where the headings are.
        asked: The two questions, each standing alone.
        written: The question as the person wrote it.
        filter: Which documents to ask.
        ask: Answers one question.
    """
    first = ask(asked[0], filter)
    heading = _telling_heading(library, first, asked[1])
    if heading is not None:
        second = heading
    elif any(_tells(statement.text, asked[1]) for statement in first.statements):
        second = replace(first, question=asked[1], statements=(), citations=())
    else:
        cited = tuple(dict.fromkeys(citation.document for citation in first.citations))
        second = ask(asked[1], Filter(documents=cited) if cited else filter)
    said = [not answer.abstained and bool(answer.text or answer.notice) for answer in (first, second)]
    if not any(said):
        return None
    missing = [one_line(question).rstrip("?") for question, answered in zip(asked, said, strict=True) if not answered]
    notice = [a.notice for a, answered in zip((first, second), said, strict=True) if answered and a.notice]
    notice += [f"Not said: {question}?" for question in missing]
    answered = [answer for answer, holds in zip((first, second), said, strict=True) if holds]
    statements, citations = merged(answered)
    return replace(
        answered[0],
        question=written,
        statements=statements,
        citations=citations,
        passages=tuple(dict.fromkeys(passage for answer in answered for passage in answer.passages)),
        confidence=min(answer.confidence for answer in answered),
        conflicts=(),
        notice=" ".join(dict.fromkeys(notice)),
    )


def merged(answers: Sequence[Answer]) -> tuple[tuple[Statement, ...], tuple[Citation, ...]]:
    """Return the statements of several answers with their footnotes numbered through, each sentence once."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    statements: dict[str, Statement] = {}
    for answer in answers:
        own = {citation.number: citation for citation in answer.citations}
        for statement in answer.statements:
            if statement.text in statements:
                continue
            cited = []
            for citation in (own[number] for number in statement.citations):
                place = (citation.document, citation.start, citation.end)
                if place not in numbers:
                    numbers[place] = len(numbers) + 1
                    citations.append(replace(citation, number=numbers[place]))
                cited.append(numbers[place])
            statements[statement.text] = replace(statement, citations=tuple(cited))
    return tuple(statements.values()), tuple(citations)


def _tells(text: str, question: str) -> bool:
    """Tell whether a text gives the time, or the place, that a question asks for."""
    match answer_type(question):
        case "when":
            return any(date.year for date in dates(text))
        case "where":
            return says("where", text, Question(question))
    return False


def _telling_heading(library: Library, first: Answer, question: str) -> Answer | None:
    """Return the heading above the first answer that gives what is asked for, as an answer of its own."""
    if first.abstained or not first.citations or any(_tells(said.text, question) for said in first.statements):
        return None
    cited = first.citations[0]
    document = library.document(cited.document)
    above: dict[int, tuple[int, int]] = {}
    for heading in document.headings:
        if heading.start <= cited.start:
            above = {level: span for level, span in above.items() if level < heading.level}
            above[heading.level] = (heading.start, heading.end)
    for start, end in reversed(list(above.values())):
        words = document.text[start:end]
        if _tells(words, question):
            citation = Citation(1, document.id, document.title, document.source, None, start, end, words)
            return replace(
                first, question=question, statements=(Statement(words, (1,)),), citations=(citation,), passages=(),
                notice="", conflicts=(),
            )  # fmt: skip
    return None
