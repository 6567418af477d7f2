"""Questions about the documents themselves, asked of a real library with the real model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import Answer, Bot, Conversation
from bot.computed.documents import documents_question
from ingest.splitting.split import split
from vectorstore.document import Document, Place
from vectorstore.library import Library
from vectorstore.passage import Filter

TEXTS = {
    "lease.md": (
        "Lease agreement\n\n1. Term\n\n1.1 This lease begins on 1 March 2022.\n\n1.2 The tenant is Amir Nasser.\n\n"
        "2. Rent\n\n2.1 The rent is 2,400 EUR a month."
    ),
    "minutes.txt": "Minutes of 4 May\n\nPresent were Petra Vogel and Amir Nasser. Amir Nasser will write to the bank.",
    "prices.txt": "The crossing costs two pounds for adults. Dogs travel free.",
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with Library.open(tmp_path_factory.mktemp("documents") / "library", create=True) as library:
        documents = [
            Document(
                id=name.replace(".", "").ljust(16, "0"),
                source=f"/office/{name}",
                title=name.partition(".")[0].capitalize(),
                media_type="text/plain",
                text=text,
                sha256=name,
                collection="private" if name == "minutes.txt" else "default",
                modified=f"2026-0{number}-15T10:00:00Z",
                places=(Place(0, "page", 1), Place(20, "page", 2)) if name == "lease.md" else (),
            )
            for number, (name, text) in enumerate(TEXTS.items(), 1)
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
        with Bot(library) as opened:
            yield opened


def texts(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    "question",
    ["What documents do you have?", "list all files", "Which documents are there?", "What is in the library?"],
)
def test_the_documents_are_listed_with_a_footnote_each(bot: Bot, question: str) -> None:
    """Every document is named once, with its file, and its footnote is the verbatim beginning of its text."""
    answer = bot.ask(question)
    assert len(answer.statements) == len(answer.citations) == 3
    assert all(statement.support == "computed" and statement.citations for statement in answer.statements)
    assert [name for name in TEXTS if name in texts(answer)] == list(TEXTS)
    for citation in answer.citations:
        assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote != ""
    assert answer.notice == "There are 3 documents."


def test_documents_are_counted_within_the_filter(bot: Bot) -> None:
    """A person who may see one collection learns of no document outside it, not even their number."""
    assert bot.ask("How many documents are there?").notice == "There are 3 documents."
    only = Filter(collections=("default",))
    assert bot.ask("How many documents do you have?", filter=only).notice == "There are 2 documents."
    assert "minutes" not in texts(bot.ask("What documents do you have?", filter=only)).casefold()


def test_documents_that_mention_a_name_are_counted_exactly(bot: Bot) -> None:
    """One verbatim sentence a document, and how many of all; within the filter only."""
    answer = bot.ask("Which documents mention Amir Nasser?")
    assert answer.notice == "2 of 3 documents mention “Amir Nasser”."
    assert [statement.support for statement in answer.statements] == ["quoted", "quoted"]
    assert "The tenant is Amir Nasser." in texts(answer)
    private = bot.ask("Which documents mention Petra Vogel?", filter=Filter(collections=("default",)))
    assert private.abstained and private.notice == "“Petra Vogel” stands in none of 2 documents."


def test_a_word_is_not_found_inside_a_longer_one(bot: Bot) -> None:
    """ "Rent" stands in the lease, not in "parents"; the count is of whole words in any case."""
    assert bot.ask("Which documents mention rent?").notice == "1 of 3 documents mentions “rent”."
    assert bot.ask("Which documents mention ren?").abstained


def test_all_places_of_a_name_are_counted(bot: Bot) -> None:
    """Times and documents, each place quoted."""
    answer = bot.ask("How often is Amir Nasser mentioned?")
    assert answer.notice == "“Amir Nasser” stands 3 times in 2 documents."


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When was lease.md last changed?", "lease.md was last changed on 15 January 2026."),
        ("How many pages does the lease have?", "lease.md has 2 pages"),
        ("What is the newest document?", "prices.txt"),
        ("Which document is the oldest?", "lease.md"),
        ("What kind of file is minutes.txt?", "minutes.txt is text/plain."),
    ],
)
def test_facts_about_a_document_come_from_the_catalog(bot: Bot, question: str, told: str) -> None:
    """A document is named by its file, with or without its ending, or its title."""
    answer = bot.ask(question)
    assert told in texts(answer)
    assert answer.citations


@pytest.mark.parametrize("question", ["help", "Who are you?", "What can you do?", "What can I ask?"])
def test_it_says_what_it_is(bot: Bot, question: str) -> None:
    """And how to ask, instead of that the documents don't say."""
    answer = bot.ask(question)
    assert not answer.abstained and "Footnote" in answer.notice and "3 documents" in answer.notice


def test_a_conversation_goes_on_after_it(bot: Bot) -> None:
    """What was computed is a turn like any other."""
    conversation = Conversation()
    conversation.add("What documents do you have?", bot.ask("What documents do you have?", conversation=conversation))
    assert "two pounds" in texts(bot.ask("What does the crossing cost for adults?", conversation=conversation))


@pytest.mark.parametrize(
    "question",
    [
        "Which documents must the tenant sign?",
        "When was the law changed?",
        "What documents does the buyer need to provide?",
        "How many reports did the committee publish in 2020?",
        "Where was she mentioned as a candidate?",
        "How long is the lease?",
        "What is the report about?",
    ],
)
def test_questions_about_what_documents_say_go_the_ordinary_way(bot: Bot, question: str) -> None:
    """A question that only speaks of documents is searched like any other."""
    asked = documents_question(question)
    assert asked is None or all(s.support != "computed" for s in bot.ask(question).statements)


def test_a_computed_value_has_its_rows_as_footnotes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The heading and each row that counts, verbatim; a column that is not there is not summed."""
    text = "Region | Revenue\nNorth | 1,200\nSouth | 900\nEast | 1,500"
    with Library.open(tmp_path_factory.mktemp("rows") / "library", create=True) as library:
        document = Document("r" * 16, "/office/revenue.csv", "Revenue", "text/csv", text, "r")
        kept = [replace(chunk, kind="table") for chunk in split(text, count_tokens=library.encoder.count_tokens)]
        library.add([(document, kept)])
        with Bot(library) as opened:
            answer = opened.ask("What is the total revenue?")
            assert texts(answer) == "Total of Revenue: 3,600 (1,200 + 900 + 1,500)."
            assert [citation.quote for citation in answer.citations] == text.split("\n")
            assert not any("3,600" in s.text for s in opened.ask("What is the total revenue in Leeds?").statements)
