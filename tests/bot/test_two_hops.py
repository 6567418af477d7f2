"""A question with a description in it is answered by two searches, both footnoted, else refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted_model import ScriptedModel

from bot import Answer, Bot, Conversation
from evals.two_hops import DOCUMENTS
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("hops")
    (folder / "documents").mkdir()
    for name, text in DOCUMENTS.items():
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        sync(opened, [folder / "documents"])
        yield opened


@pytest.fixture
def bot(library: Library) -> Iterator[Bot]:
    with Bot(library) as opened:
        yield opened


def told(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


def test_what_is_described_is_found_first(bot: Bot) -> None:
    """Each hop is a sentence with its footnote, and the answer says what the description was taken for."""
    answer = bot.ask("Where did the man who signed the purchase agreement of the Old Mill study?")
    assert told(answer)[0] == "Karl Brenner signed the purchase agreement on 12 May 2021 in Lunden."
    assert "He studied law in Vienna and lives in Tarn." in told(answer)[1:]
    assert answer.notice == "“the man who signed the purchase agreement of the Old Mill”: Karl Brenner."
    assert len({citation.document for citation in answer.citations}) == 2
    for citation in answer.citations:
        assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote != ""


def test_the_second_hop_may_be_worked_out(bot: Bot) -> None:
    """An age is counted from the day of birth of whoever was found first."""
    answer = bot.ask("How old is the man who signed the purchase agreement?")
    assert [statement.support for statement in answer.statements] == ["quoted", "computed"]
    assert told(answer)[1].endswith("born on 3 March 1968.")
    assert len(answer.citations) == 2


def test_what_the_second_search_does_not_find_is_refused(bot: Bot) -> None:
    """The sentence of the first hop alone is no answer."""
    answer = bot.ask("Where was the founder of the rowing club born?")
    assert answer.abstained
    assert not answer.statements
    assert answer.notice == "“the founder of the rowing club”: Jorun Vik. Not said: “Where was Jorun Vik born?”"


def test_two_that_may_be_meant_are_named(bot: Bot) -> None:
    """Where two signed, neither is chosen."""
    answer = bot.ask("When was the person who signed the loan born?")
    assert answer.abstained
    assert answer.notice == "“the person who signed the loan” may be Petra Holl or Uwe Lang."


def test_neither_hop_leaves_the_filter(bot: Bot) -> None:
    """What stands in documents that may not be seen is found by no hop, and a name from them is not told."""
    people = next(info.id for info in bot.library.documents() if info.source.endswith("people.md"))
    mill = next(info.id for info in bot.library.documents() if info.source.endswith("mill-purchase.md"))
    question = "Where was the man who signed the purchase agreement born?"
    first = bot.ask(question, filter=Filter(without_documents=(people,)))
    assert first.abstained or people not in {citation.document for citation in first.citations}
    second = bot.ask(question, filter=Filter(without_documents=(mill,)))
    assert mill not in {citation.document for citation in second.citations}
    assert "Brenner" not in second.notice


def test_the_first_hop_may_lean_on_the_conversation(bot: Bot) -> None:
    """ "It" in the description is what was asked about before."""
    first = bot.ask("What did the Old Mill cost?")
    turns = Conversation().add("What did the Old Mill cost?", first)
    answer = bot.ask("Where was the man who signed the purchase of it born?", conversation=turns)
    assert "born in Graz" in " ".join(told(answer))
    assert answer.notice.endswith(": Karl Brenner.")


def test_a_chat_model_writes_from_both_hops(library: Library) -> None:
    """The model reads the passages of both, and its sentence is checked against them."""
    model = ScriptedModel("Karl Brenner, who signed the purchase agreement, was born in Graz. [1][2]")
    with Bot(library, model=model) as bot:
        answer = bot.ask("Where was the man who signed the purchase agreement born?")
    prompt = " ".join(str(message) for message in model.prompts[0])
    assert "Karl Brenner signed the purchase agreement" in prompt
    assert "born in Graz" in prompt
    assert "Graz" in answer.text
