"""What is written of answers, the same in every format: questions, sentences, footnotes with their quotes and links.

Everything in a sheet is plain text that has passed through `visible`; each format escapes it for itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.answer import (
    ABSTAINED,
    Answer,
    Citation,
    Statement,
    opening,
    paragraphs,
    quoted_words,
    remarks,
    searched_words,
    shown,
    statement_words,
    where,
    written_by,
)
from bot.text.shown import one_line, shown_source

OUT_OF_REACH = "Its sources are out of your reach."
ANSWER, CONVERSATION = "Answer", "Conversation"
"""Titles of what has no question and no title of its own."""

Link = Callable[[Citation], str]
"""Returns the address at which a footnote can be read, or ""."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    Attributes:
        text: It, with line ends where it is code, a list or a table.
        bold: (start, end) of the words in `text` that answer the question; (0, 0) for none.
        notes: Numbers of its footnotes.
        verdict: What stands before it and is none of it: "Yes.", "No.", or "".
    """

    text: str
    bold: tuple[int, int]
    notes: tuple[int, ...]
    verdict: str = ""

    def pieces(self) -> tuple[str, str, str]:
        """Return what stands before the bold words, these, and what stands after them."""
        start, end = self.bold
        return self.text[:start], self.text[start:end], self.text[end:]


@dataclass(frozen=True, slots=True)
class Note:
    """One footnote.

    Attributes:
        number: From 1, through the whole sheet.
        quote: The verbatim words, without quotation marks.
        where: Title and place: "Lease, p. 14, Notice".
        source: File or address; "" where the title says the same.
        link: Where it can be read, or "".
    """

    number: int
    quote: str
    where: str
    source: str
    link: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer.

    Attributes:
        question: On one line.
        paragraphs: The answer's sentences; none where the documents don't say.
        said: What is said instead of sentences, or "".
        remarks: Sentences to be read with the answer: disagreements, what was withheld, a notice.
        about: What was searched, and who wrote.
        notes: The footnotes, in order.
    """

    question: str
    paragraphs: tuple[tuple[Sentence, ...], ...] = ()
    said: str = ""
    remarks: tuple[str, ...] = ()
    about: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What becomes one file.

    Attributes:
        title: Of the conversation, or the only question.
        entries: In order.
        single: Whether the title stands for the only question.
    """

    title: str
    entries: tuple[Entry, ...]
    single: bool

    @property
    def notes(self) -> tuple[Note, ...]:
        """All footnotes, numbered from 1 without a gap, in the order in which the text first points at them."""
        return tuple(note for entry in self.entries for note in entry.notes)


def sheet_of_answer(answer: Answer, *, link: Link, folder: str = "") -> Sheet:
    """Return the sheet of one answer.

    Args:
        answer: The answer.
        link: Where its footnotes can be read.
        folder: Sources inside this folder are shown relative to it.
    """
    entry = _entry(answer.question, answer, first=1, link=link, folder=folder)
    return Sheet(entry.question or ANSWER, (entry,), single=True)


def sheet_of_turns(title: str, turns: Iterable[tuple[str, Answer | None]], *, link: Link, folder: str = "") -> Sheet:
    """Return the sheet of a conversation, its footnotes numbered through.

    Args:
        title: Of the conversation; one that only repeats the first question is not taken.
        turns: Questions with their answers; None for an answer that may not be seen.
        link, folder: As for `sheet_of_answer`.
    """
    entries: list[Entry] = []
    count = 0
    for question, answer in turns:
        if answer is None:
            entries.append(Entry(one_line(question), said=OUT_OF_REACH))
            continue
        entries.append(_entry(question, answer, first=count + 1, link=link, folder=folder))
        count += len(entries[-1].notes)
    if len(entries) == 1:
        return Sheet(entries[0].question or ANSWER, tuple(entries), single=True)
    title = one_line(title)
    repeated = bool(entries) and entries[0].question.startswith(title.removesuffix("…"))
    return Sheet(CONVERSATION if repeated else title or CONVERSATION, tuple(entries), single=False)


def numbered(answer: Answer, first: int) -> Answer:
    """Return an answer with its footnotes numbered from `first` in the order in which its sentences use them.

    Word processors number by that order. What no sentence uses is no footnote, and is left out.
    """
    known = {citation.number: citation for citation in answer.citations}
    used = dict.fromkeys(n for statement in answer.statements for n in statement.citations if n in known)
    new = {number: first + index for index, number in enumerate(used)}
    return replace(
        answer,
        statements=tuple(
            replace(statement, citations=tuple(new[n] for n in dict.fromkeys(statement.citations) if n in new))
            for statement in answer.statements
        ),
        citations=tuple(replace(known[number], number=new[number]) for number in used),
    )


def right_to_left(text: str) -> bool:
    """Return whether a text's first letter that has a direction is one of a script written from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _entry(question: str, answer: Answer, *, first: int, link: Link, folder: str) -> Entry:
    answer = numbered(shown(answer), first)
    return Entry(
        one_line(question),
        paragraphs=tuple(tuple(_sentence(answer, statement) for statement in part) for part in paragraphs(answer)),
        said=ABSTAINED if answer.abstained else "",
        remarks=remarks(answer),
        about=_about(answer),
        notes=tuple(_note(answer, citation, link=link, folder=folder) for citation in answer.citations),
    )


def _sentence(answer: Answer, statement: Statement) -> Sentence:
    text = statement_words(answer, statement)
    words = one_line(statement.answer.text) if statement.answer else ""
    start = text.find(words) if words else -1
    bold = (start, start + len(words)) if start >= 0 else (0, 0)
    return Sentence(text, bold, statement.citations, opening(answer, statement))


def _note(answer: Answer, citation: Citation, *, link: Link, folder: str) -> Note:
    source = shown_source(citation.source, folder=folder)
    placed = citation if citation.place or not citation.page else replace(citation, place=f"p. {citation.page}")
    found = where(placed)
    quote = quoted_words(answer, citation.quote)
    return Note(citation.number, quote, found, "" if source == found else source, link(citation))


def _about(answer: Answer) -> str:
    if not (answer.statements or answer.abstained):
        return ""
    wrote = written_by(answer) if answer.writes else "No model wrote this."
    return " ".join(part for part in (one_line(searched_words(answer)), wrote) if part)
