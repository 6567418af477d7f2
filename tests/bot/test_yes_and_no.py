"""Yes, no and short answers from the question to the words: a real library, and a reader whose word is written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel
from small_library import small_library

from bot import Answer, Bot, Settings
from bot.reader.reading import Readable, Reading, Support
from vectorstore.library import Library

ASKED = "Can either party end the contract with a notice period of 30 days?"
WORDS = "30 days"


class WrittenReader:
    """Takes every passage for answering, with `WORDS` as the words, and says yes to every question."""

    reads = True

    def can_read(self, question: str) -> bool:
        """As it is set."""
        return self.reads

    def read(self, question: str, passages: Sequence[Readable], *, enough: float | None = None) -> list[Reading]:
        """Return the readings."""
        found = [max(0, passage.text.find(WORDS)) for passage in passages]
        return [Reading(3.0 if at else -3.0, at, at + len(WORDS), 0.9) for at in found]

    def supports(self, statement: str, passages: Sequence[Readable]) -> list[Support]:
        """Return the supports."""
        return [Support(0.97, 0.01, 0.02) for _ in passages]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A real library of three documents."""
    with Library.open(small_library(tmp_path)) as opened:
        yield opened


def asked(library: Library, question: str = ASKED, *, model: object = "quotes", reads: bool = True, **more: object):  # type: ignore[no-untyped-def]
    """Return the answer of a bot with the written reader."""
    bot = Bot(library, settings=Settings(sentences=1, **more), model=model)  # type: ignore[arg-type]
    bot._models._opened.reader = reader = WrittenReader()  # type: ignore[assignment]
    reader.reads = reads
    return bot.ask(question)


def test_an_answer_in_quotes_begins_with_yes(library: Library) -> None:
    """The verdict stands before the quote, which stays verbatim, with the only footnote."""
    answer: Answer = asked(library)
    assert answer.verdict == "yes" and answer.text.startswith("Yes. “")
    (statement,), (citation,) = answer.statements, answer.citations
    assert statement.text == citation.quote == library.text(citation.document, citation.start, citation.end)


def test_where_nobody_reads_nothing_is_said(library: Library) -> None:
    """With the reader off, and of a question in a language that it cannot read."""
    assert asked(library, reader="off").statements and asked(library, reader="off").verdict is None
    unread = asked(library, reads=False)
    assert unread.verdict is None and "Yes" not in unread.text


def test_nothing_is_said_of_what_is_not_asked_for_or_not_answered(library: Library) -> None:
    """Of another kind of question; and of one that the documents do not answer."""
    assert asked(library, "How long is the notice period?").verdict is None
    refused = asked(library, "Did the king of Norway paint the ceiling?")
    assert refused.abstained and refused.verdict is None


def test_a_chat_model_says_it_itself(library: Library) -> None:
    """Neither its sentences nor the quotes that stand in for them begin with the reader's word."""
    for reply in ("Either party may end it with a notice period of 30 days [1].", "The moon is made of cheese [1]."):
        answer = asked(library, model=FakeListChatModel(responses=[reply] * 9))
        assert answer.statements and answer.verdict is None, reply


def test_short_answers_are_a_setting(library: Library) -> None:
    """Shown are the words, or the verdict; the statement is whole and its footnote quotes it."""
    answer = asked(library, "How long is the notice period?", short_answers=True)
    assert answer.text.splitlines()[0] == f"{WORDS} [1]"
    assert answer.statements[0].text == answer.citations[0].quote and answer.citations[0].quote in answer.text
    assert asked(library, short_answers=True).text.splitlines()[0] == "Yes. [1]"
    assert not asked(library).short
