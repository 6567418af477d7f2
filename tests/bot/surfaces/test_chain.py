"""Footnote in LangChain: the retriever's contract, and a Runnable whose runs callbacks can see."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Iterator
from contextlib import aclosing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from cli_script import ScriptBot, answer_from, passage
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnableParallel, RunnablePassthrough
from langchain_tests.integration_tests import RetrieversIntegrationTests
from small_library import documents, small_library

from bot.answer import Answer, Statement
from bot.errors import CollectionMissing, QuestionRefused
from bot.question.conversation import Conversation
from bot.surfaces.langchain import FootnoteRetriever, as_retriever, as_runnable, as_tool, conversation_of, read_input
from vectorstore.library import Library
from vectorstore.passage import Filter

TEXT = "The rent is 4,200 EUR a month. The lease begins on 1 March 2026."
RENT = answer_from(TEXT, "The rent is 4,200 EUR a month.")
LEASE_ID = documents()[0].id


@pytest.fixture
def bot() -> ScriptBot:
    """A bot that knows the rent."""
    return ScriptBot(
        {"What is the rent?": RENT, "": QuestionRefused("The question is empty.")},
        near=(passage(TEXT, 0, 30),),
    )


class Runs(BaseCallbackHandler):
    """Keeps what callbacks are told: kind of run, its name, and the run that it belongs to."""

    def __init__(self) -> None:
        self.started: dict[UUID, tuple[str, str, UUID | None]] = {}
        self.documents: list[Document] = []
        self.outputs: list[Any] = []
        self.errors: list[str] = []
        self.tags: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **more: Any) -> None:
        """Note a chain."""
        self.started[run_id] = ("chain", str(more.get("name")), more.get("parent_run_id"))
        self.tags += more.get("tags") or []

    def on_chain_end(self, outputs: Any, **more: Any) -> None:
        """Note what it gave."""
        self.outputs.append(outputs)

    def on_chain_error(self, error: BaseException, **more: Any) -> None:
        """Note that it failed."""
        self.errors.append("chain")

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **more: Any) -> None:
        """Note a search."""
        self.started[run_id] = ("retriever", query, more.get("parent_run_id"))

    def on_retriever_end(self, documents: Any, **more: Any) -> None:
        """Note what it found."""
        self.documents += documents

    def on_retriever_error(self, error: BaseException, **more: Any) -> None:
        """Note that it failed."""
        self.errors.append("retriever")


@cache
def opened_library() -> Library:
    """Open the small library once; its folder goes with the process."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Library.open(small_library(Path(folder.name)))


class TestRetrieverContract(RetrieversIntegrationTests):
    """LangChain's own suite for retrievers, on a real library."""

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        """Return the class under test."""
        return FootnoteRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        """Return a library to search."""
        return {"source": opened_library()}

    @property
    def retriever_query_example(self) -> str:
        """Return a question that many passages answer a little."""
        return "What does the lease say about the tenant and the rent?"


# The suite may not be overridden, and leaves it to its user to say how its async test is run.
pytest.mark.asyncio(RetrieversIntegrationTests.test_ainvoke_returns_documents)


def test_documents_point_into_the_stored_text(tmp_path: Path) -> None:
    """page_content is the stored text between start and end, best first, with title, source and page."""
    with Library.open(small_library(tmp_path)) as library:
        found = as_retriever(library, k=3).invoke("What is the notice period?")
        assert "30 days" in found[0].page_content
        for document in found:
            where = document.metadata
            text = library.document(where["document"]).text
            assert text[where["start"] : where["end"]] == document.page_content
        assert found[0].metadata["title"] == "Lease of the house"
        assert found[0].metadata["source"] == "/papers/lease.pdf"
        assert found[0].metadata["page"] == 1
        scores = [document.metadata["score"] for document in found]
        assert scores == sorted(scores, reverse=True)
        only = as_retriever(library, filter=Filter(collections=("deals",))).invoke("What is the notice period?")
        assert {document.metadata["title"] for document in only} == {"Brief"}


def test_a_bot_is_a_retriever_as_well(bot: ScriptBot) -> None:
    """as_retriever(bot) gives the bot's nearest passages."""
    assert [d.page_content for d in as_retriever(bot).invoke("rent")] == [TEXT[:30]]  # type: ignore[arg-type]


def test_the_runnable_answers_and_composes(bot: ScriptBot) -> None:
    """A text goes in, an Answer comes out, and `|` works on both sides."""
    answerer = as_runnable(bot)  # type: ignore[arg-type]
    assert answerer.invoke("What is the rent?").statements == RENT.statements
    chain = RunnablePassthrough() | (lambda text: text.strip()) | answerer | (lambda answer: answer.text)
    assert chain.invoke(" What is the rent? ").startswith("The rent is 4,200 EUR a month. [1]")
    both = RunnableParallel(answer=answerer, question=RunnablePassthrough()).invoke("What is the rent?")
    assert both["answer"].statements == RENT.statements
    assert both["question"] == "What is the rent?"


def test_the_search_is_a_run_of_its_own(bot: ScriptBot) -> None:
    """Callbacks see a retriever run inside the chain run, with the passages; config passes through."""
    runs = Runs()
    config = {"callbacks": [runs], "tags": ["mine"], "run_name": "rent"}
    as_runnable(bot).invoke("What is the rent?", config)  # type: ignore[arg-type]
    chain, search = runs.started.items()
    assert chain[1] == ("chain", "rent", None)
    assert search[1] == ("retriever", "What is the rent?", chain[0])
    assert [document.page_content for document in runs.documents] == [TEXT[:30]]
    assert runs.outputs[-1].statements == RENT.statements
    assert "mine" in runs.tags
    assert not runs.errors


@pytest.mark.parametrize("way", ["invoke", "stream", "ainvoke", "astream"])
def test_a_failure_is_told_and_raised(bot: ScriptBot, way: str) -> None:
    """An error before anything was found fails both runs and reaches the caller as it is."""
    runs = Runs()
    answerer = as_runnable(bot)  # type: ignore[arg-type]

    async def collect() -> list[Answer]:
        return [answer async for answer in answerer.astream("", {"callbacks": [runs]})]

    with pytest.raises(QuestionRefused):
        if way == "astream":
            asyncio.run(collect())
        elif way == "ainvoke":
            asyncio.run(answerer.ainvoke("", {"callbacks": [runs]}))
        else:
            list(getattr(answerer, way)("", {"callbacks": [runs]}))
    assert runs.errors == ["retriever", "chain"]


def test_streaming_grows_and_ends_with_the_answer(bot: ScriptBot) -> None:
    """`stream` yields unfinished answers, then the finished one, which is also what is traced."""
    runs = Runs()
    first, last = as_runnable(bot).stream("What is the rent?", {"callbacks": [runs]})  # type: ignore[arg-type]
    assert first.statements == RENT.statements
    assert not first.citations
    assert last.citations == RENT.citations
    assert runs.outputs[-1].citations == RENT.citations
    chain = as_runnable(bot) | RunnableLambda(lambda answer: answer.text)  # type: ignore[arg-type]
    assert "".join(chain.stream("What is the rent?")).count("[1]") == 2


def test_async_and_batch(bot: ScriptBot) -> None:
    """ainvoke, astream and batch give what invoke gives; the search is traced there too."""
    answerer = as_runnable(bot)  # type: ignore[arg-type]
    runs = Runs()

    async def both() -> tuple[Answer, list[Answer]]:
        once = await answerer.ainvoke("What is the rent?", {"callbacks": [runs]})
        return once, [answer async for answer in answerer.astream("What is the rent?", {"callbacks": [runs]})]

    once, streamed = asyncio.run(both())
    assert once.statements == streamed[-1].statements == RENT.statements
    assert [kind for kind, _, _ in runs.started.values()] == ["chain", "retriever"] * 2
    answers = answerer.batch(["What is the rent?", "Who?"], {"max_concurrency": 2})
    assert [answer.abstained for answer in answers] == [False, True]
    failed = answerer.batch(["", "Who?"], return_exceptions=True)
    assert isinstance(failed[0], QuestionRefused)


def test_leaving_an_async_stream_early_stops_the_bot(bot: ScriptBot) -> None:
    """The bot's own generator is closed when nobody wants the rest."""
    closed = []

    def watched(question: str, **more: Any) -> Iterator[object]:
        try:
            yield from ScriptBot.stream(bot, question, **more)
        finally:
            closed.append(question)

    bot.stream = watched  # type: ignore[method-assign, assignment]

    async def first() -> Answer:
        answers = as_runnable(bot).astream("What is the rent?")  # type: ignore[arg-type]
        async with aclosing(answers):
            async for answer in answers:
                return answer
        raise AssertionError

    assert asyncio.run(first()).statements == RENT.statements
    assert closed == ["What is the rent?"]


def test_events_of_a_composed_chain(bot: ScriptBot) -> None:
    """astream_events shows the retriever inside Footnote inside the chain."""
    chain = as_runnable(bot) | RunnableLambda(lambda answer: answer.text)  # type: ignore[arg-type]

    async def names() -> list[tuple[str, str]]:
        return [
            (event["event"], event["name"]) async for event in chain.astream_events("What is the rent?", version="v2")
        ]

    seen = asyncio.run(names())
    assert ("on_chain_start", "Footnote") in seen
    assert ("on_retriever_end", "FootnoteRetriever") in seen


def test_a_conversation_goes_in_either_form(bot: ScriptBot) -> None:
    """Our Conversation, LangChain messages, and pairs of role and text all reach the bot as turns."""
    answerer = as_runnable(bot)  # type: ignore[arg-type]
    answerer.invoke({"question": "And then?", "conversation": Conversation().add("What is the rent?", RENT)})
    answerer.invoke(
        {
            "question": "And then?",
            "history": [
                SystemMessage("Be kind."),
                HumanMessage("What is the rent?"),
                AIMessage("4,200 EUR"),
                HumanMessage("Unanswered?"),
            ],
        }
    )
    answerer.invoke({"question": "And then?", "history": [("user", "What is the rent?"), ("ai", "4,200 EUR")]})
    for _, conversation, _ in bot.asked:
        assert conversation is not None
        assert [turn.question for turn in conversation.turns] == ["What is the rent?"]
    last = bot.asked[-1][1]
    assert last is not None
    assert last.turns[0].answer.statements == (Statement("4,200 EUR", ()),)
    assert conversation_of([]) == Conversation()


@pytest.mark.parametrize("wrong", [None, 7, {}, {"question": None}, {"question": "x", "conversation": ["y"]}])
def test_wrong_input_is_a_type_error(wrong: Any) -> None:
    """What is neither a text nor a mapping with a question says what is taken."""
    with pytest.raises(TypeError, match=r"question|conversation"):
        read_input(wrong)


def test_a_tool_gives_a_model_the_answer_as_text(bot: ScriptBot) -> None:
    """The content is what the model reads, the artifact the answer; a refusal is told to the model, not raised."""
    tool = as_tool(bot)  # type: ignore[arg-type]
    assert tool.name == "ask_documents" and "self-contained" in tool.args["question"]["description"]
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"question": "What is the rent?"}}
    message = tool.invoke(call)
    assert message.content == RENT.text and "[1]" in message.content and message.artifact.citations == RENT.citations
    assert asyncio.run(tool.ainvoke({"question": "What is the rent?"})) == RENT.text
    refused = tool.invoke({**call, "args": {"question": ""}})
    assert refused.content == "The question is empty." and refused.artifact is None


def test_a_retriever_says_that_a_collection_is_not_there(tmp_path: Path) -> None:
    """A misspelt collection is an error with the names there are; an empty result would mislead."""
    with Library.open(small_library(tmp_path)) as library:
        retriever = as_retriever(library, filter=Filter(collections=("dealz",)))
        with pytest.raises(CollectionMissing, match=r"no collection 'dealz'\. Collections: deals, default\."):
            retriever.invoke("the fee")
