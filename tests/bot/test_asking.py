"""Asking a real library: footnotes, abstention, follow-ups, refusals. The real model, on three short documents."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import Answer, Bot, Citation, Conversation, Found, Settings, Statement, ask
from bot.errors import QuestionRefused
from ingest.splitting.split import split
from vectorstore.document import Document, Place
from vectorstore.errors import LibraryMissing
from vectorstore.library import Library
from vectorstore.passage import Filter

MILL = (
    "The old mill on the Ouse was built by Thomas Brown in 1780. It ground corn for the whole valley until 1903. "
    "Since then it has stood empty. The parish council wants to turn it into a library, which would "
    "cost 450,000 pounds."
)
FERRY = (
    "The ferry across the Ouse runs from April to October. A crossing takes ten minutes and costs "
    "two pounds for adults. "
    "Dogs travel free 🐕, and bicycles cost fifty pence. 日本語の案内もあります。"
)
SCHOOL = (
    "The village school has 84 pupils and six teachers. Lessons begin at nine. Lunch is cooked in the school kitchen."
)


def document(name: str, text: str, **more: object) -> Document:
    return Document(
        id=name.ljust(16, "0"),
        source=f"/village/{name}.txt",
        title=name.capitalize(),
        media_type="text/plain",
        text=text,
        sha256=name,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("village") / "library", create=True) as opened:
        documents = [
            document("mill", MILL, places=(Place(0, "page", 1), Place(MILL.index("Since"), "page", 2))),
            document("ferry", FERRY),
            document("school", SCHOOL, collection="schools"),
        ]
        opened.add([(d, split(d.text, count_tokens=opened.encoder.count_tokens)) for d in documents])
        yield opened


@pytest.fixture(scope="module")
def bot(library: Library) -> Bot:
    return Bot(library, settings=Settings())


def test_every_statement_carries_a_verbatim_footnote(bot: Bot, library: Library) -> None:
    """Statements are quotes, and each quote is the stored text at its place."""
    answer = bot.ask("Who built the mill?")
    assert not answer.abstained and "Thomas Brown" in answer.statements[0].text
    numbers = {citation.number for citation in answer.citations}
    for statement in answer.statements:
        assert statement.support == "quoted" and statement.citations
        assert set(statement.citations) <= numbers
    for citation in answer.citations:
        assert library.text(citation.document, citation.start, citation.end) == citation.quote
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_a_footnote_names_its_page(bot: Bot) -> None:
    """The page is the one where the quote stands."""
    answer = bot.ask("How much would turning the mill into a library cost?")
    citation = next(c for c in answer.citations if "450,000" in c.quote)
    assert citation.page == 2


def test_what_the_documents_do_not_hold_is_not_answered(bot: Bot) -> None:
    """An abstention shows nothing and no source, and says what was searched."""
    answer = bot.ask("Which football club won the cup in 1998?")
    assert answer.abstained
    assert answer.statements == () and answer.citations == ()
    assert answer.searched == "all 3 documents"
    assert bot.nearest("Which football club won the cup in 1998?", limit=2)


def test_an_empty_library_is_said(tmp_path: Path) -> None:
    """Without a document the answer says why the documents don't say."""
    with Library.open(tmp_path / "new", create=True) as opened:
        answer = Bot(opened, settings=Settings()).ask("Who built the mill?")
    assert answer.text == "The documents don't say. Searched no documents: the library is empty."


def test_levels_move_the_threshold(library: Library) -> None:
    """A threshold of 1 answers nothing, of 0 everything that can be quoted."""
    question = "Who built the mill?"
    assert Bot(library, settings=Settings(threshold=1.0)).ask(question).abstained
    assert not Bot(library, settings=Settings(threshold=0.0)).ask("Which planet is red?").abstained


def test_streaming_ends_with_the_answer_that_asking_returns(bot: Bot) -> None:
    """What was found comes first, then each statement, then the whole answer."""
    told: list[Citation] = []
    items = []
    for item in bot.stream("How long does a crossing take?", on_citation=told.append):
        items.append(item)
        if isinstance(item, Statement):  # its footnotes are known when it comes
            assert set(item.citations) <= {citation.number for citation in told}
    assert isinstance(items[0], Found) and isinstance(items[-1], Answer)
    statements = tuple(item for item in items[1:-1] if isinstance(item, Statement))
    assert statements == items[-1].statements and tuple(told) == items[-1].citations
    asked = bot.ask("How long does a crossing take?")
    assert replace(asked, seconds=0, timings={}) == replace(items[-1], seconds=0, timings={})


def test_a_follow_up_is_searched_with_what_it_follows_on(bot: Bot) -> None:
    """A question that names nothing leans on the last one, and what was searched is said."""
    first = bot.ask("What does a crossing on the ferry cost?")
    talk = Conversation().add("What does a crossing on the ferry cost?", first)
    answer = bot.ask("And for bicycles?", conversation=talk)
    assert any("fifty pence" in statement.text for statement in answer.statements)
    assert "crossing on the ferry" in answer.searched_for


def test_a_question_that_stands_alone_is_not_mixed_with_the_last(bot: Bot) -> None:
    """A whole question after another is searched as it is."""
    talk = Conversation().add("Who built the mill?", bot.ask("Who built the mill?"))
    answer = bot.ask("How many pupils does the village school have?", conversation=talk)
    assert answer.searched_for == ""
    assert any("84 pupils" in statement.text for statement in answer.statements)


@pytest.mark.parametrize("before", ["Who won the football world cup in 1998?", "How long does a crossing take?"])
def test_a_short_question_is_asked_alone_first(bot: Bot, before: str) -> None:
    """Not after what was asked about something else, or refused: as it is answered without a conversation."""
    asked = "Who built the mill?"
    talk = Conversation().add(before, bot.ask(before))
    answer = bot.ask(asked, conversation=talk)
    assert answer.searched_for == "" and "Thomas Brown" in answer.statements[0].text
    unknown = bot.ask("What does TDS stand for?", conversation=talk)
    assert unknown.abstained and unknown.searched_for == ""


def test_a_question_without_words_of_its_own_is_asked_with_the_one_before(bot: Bot) -> None:
    """ "By whom?" is searched as part of the question that it goes on with."""
    talk = Conversation().add("When was the old mill built?", bot.ask("When was the old mill built?"))
    answer = bot.ask("By whom?", conversation=talk)
    assert answer.searched_for == "By whom? When was the old mill built?"
    assert "Thomas Brown" in answer.statements[0].text


def test_a_greeting_is_answered_without_a_search(bot: Bot) -> None:
    """Courtesies are no questions."""
    answer = bot.ask("hello")
    assert answer.notice and not answer.abstained and answer.passages == ()


def test_a_filter_restricts_the_answer(bot: Bot) -> None:
    """What is outside the filter is not in the answer."""
    assert bot.ask("Who built the mill?", filter=Filter(collections=("schools",))).abstained


@pytest.mark.parametrize("question", ["", "  \n ", "?" * 5_000, "why " * 25_000])
def test_empty_and_endless_questions_are_refused_in_words(bot: Bot, question: str) -> None:
    """Nothing to ask, or far too much, is an error with what to do."""
    with pytest.raises(QuestionRefused) as refused:
        bot.ask(question)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "question",
    ['"', "*", "NEAR", "-", "a OR b", "😀😀😀", "水車は誰が建てましたか", "من بنى الطاحونة", "'; DROP TABLE documents"],
)
def test_odd_questions_get_an_answer_or_none(bot: Bot, question: str) -> None:
    """Operators, emoji and other scripts are questions like any other."""
    assert isinstance(bot.ask(question), Answer)


def test_the_short_form(library: Library) -> None:
    """`from bot import ask` is the function, whatever was imported before, and its text has the footnotes."""
    import bot.ask  # noqa: F401  # must not put the module where the function stands
    from bot import ask as again

    assert again is ask
    assert "[1]" in ask("Who built the mill?", library=library).text


def test_no_library_says_what_to_run(tmp_path: Path) -> None:
    """Without a library the error names the command that makes one."""
    with pytest.raises(LibraryMissing) as missing:
        ask("Who built the mill?", library=tmp_path / "nothing")
    assert "ingest" in str(missing.value)


def test_as_dict_is_json(bot: Bot) -> None:
    """What the command line prints and the API sends can be written as JSON and holds what is documented."""
    import json

    data = json.loads(json.dumps(bot.ask("Who built the mill?").as_dict()))
    assert {"question", "answer", "abstained", "statements", "citations", "passages", "model", "seconds"} <= set(data)
    assert {"number", "document", "title", "source", "page", "start", "end", "quote"} <= set(data["citations"][0])
    assert {"document", "start", "end", "page", "score"} <= set(data["passages"][0])


def test_a_footnote_names_the_page_and_row_on_which_its_own_words_stand(tmp_path: Path) -> None:
    """One chunk may run over a page or hold several rows; the page shown is that of the quote, not of the chunk."""
    first, second = "The mast is 61 metres high. ", "The anchor weighs two tonnes."
    rows = [f"Station {number} | {number * 3} metres" for number in range(5)]
    starts = [sum(len(row) + 1 for row in rows[:number]) for number in range(5)]
    with Library.open(tmp_path / "library", create=True) as library:
        pages = document("ship", first + second, places=(Place(0, "page", 1), Place(len(first), "page", 2)))
        sheet = document("sheet", "\n".join(rows), places=tuple(Place(s, "row", n + 1) for n, s in enumerate(starts)))
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in (pages, sheet)])
        bot = Bot(library, settings=Settings())
        (citation,) = bot.ask("How much does the anchor weigh?").citations
        assert (citation.page, citation.place) == (2, "p. 2")
        assert bot.ask("How high is the mast?").citations[0].page == 1
        assert [c.place for c in bot.ask("How many metres is Station 3?").citations if "Station 3" in c.quote] == [
            "row 4"
        ]
        assert library.place_at("nothing", 0) is None


def test_a_misspelled_word_is_searched_as_the_nearest_one(bot: Bot) -> None:
    """It is said which word was taken for which; the footnotes are as exact as ever."""
    answer = bot.ask("How many pupils has the vilage scool?")
    assert "84 pupils" in answer.statements[0].text
    assert "“vilage” is not in your documents; searched for “village”" in answer.notice
    assert answer.searched_for == "How many pupils has the village school?"
    assert answer.question == "How many pupils has the vilage scool?"


@pytest.mark.parametrize(
    "question",
    [
        "How much does the farry cost in winter storms of Norway?",
        "Who is Brownson?",
        "What is a village fête's price in ZZZZZ?",
    ],
)
def test_a_respelling_that_finds_no_answer_is_not_told(bot: Bot, question: str) -> None:
    """Where the documents do not say either way, nothing is claimed about words."""
    answer = bot.ask(question)
    assert answer.abstained and "is not in your documents" not in answer.notice


def test_a_name_beside_its_role_is_an_answer(tmp_path: Path) -> None:
    """Who somebody is, asked in a small library, is told by the sentence that says it, and by no other of the name."""
    texts = {
        "minutes": "The meeting was opened by Ada Byron, chair of the parish council. Byron asked for quiet. It "
        "rained.",
        "letters": "A letter of thanks went to Mr Blum. The council liked what Byron wrote about the mill.",
        "notes": "Blum and Byron met on Sunday. The weather was fine. The ferry was late again.",
    }
    with Library.open(tmp_path / "library", create=True) as library:
        documents = [document(name, text) for name, text in texts.items()]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
        answer = Bot(library, settings=Settings()).ask("Who is Byron?")
    assert [s.text for s in answer.statements] == ["The meeting was opened by Ada Byron, chair of the parish council."]


def test_a_single_word_is_told_that_a_question_finds_more(bot: Bot) -> None:
    """Only where the documents hold the word, and nothing was shown for it."""
    answer = bot.ask("the")
    assert answer.abstained and "whole question" in answer.text
    assert "whole question" not in bot.ask("zebra").text
    assert "whole question" not in bot.ask("Who built the mill?").text


def test_half_a_character_is_no_error(bot: Bot, tmp_path: Path) -> None:
    """A lone surrogate, as a broken program makes them, hurts neither a question nor a document."""
    assert "Thomas Brown" in bot.ask("Who \ud83d built the mill?").text
    with Library.open(tmp_path / "library", create=True) as library:
        broken = document("broken", "The \ud83d mill was built by Ada Byron. It is old.")
        library.add([(broken, split(broken.text, count_tokens=library.encoder.count_tokens))])
        assert "Ada Byron" in Bot(library, settings=Settings()).ask("Who built the mill?").statements[0].text


MILL_QUESTION = "Who built the old mill?"


def test_an_answer_prints_as_its_text(bot: Bot) -> None:
    """`print(answer)` shows what a person reads, not the fields of an object."""
    answer = bot.ask(MILL_QUESTION)
    assert str(answer) == answer.text and "Thomas Brown" in f"{answer}"


def test_asking_from_an_event_loop_gives_the_same_answer(bot: Bot) -> None:
    """`aask` and `astream` answer as `ask` and `stream` do, and let the loop go on meanwhile."""

    async def both() -> tuple[Answer, list[type]]:
        whole = await bot.aask(MILL_QUESTION)
        kinds = [type(item) async for item in bot.astream(MILL_QUESTION)]
        return whole, kinds

    whole, kinds = asyncio.run(both())
    assert whole.statements == bot.ask(MILL_QUESTION).statements
    assert kinds == [type(item) for item in bot.stream(MILL_QUESTION)]


def test_a_stream_that_is_left_early_is_closed(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever leaves `astream` after the passages ends the work behind it."""
    closed = []
    stream = bot.stream

    def watched(*args: object, **more: object) -> object:
        try:
            yield from stream(*args, **more)  # type: ignore[arg-type]
        except GeneratorExit:
            closed.append(True)
            raise

    monkeypatch.setattr(bot, "stream", watched)

    async def leave() -> None:
        items = bot.astream(MILL_QUESTION)
        assert isinstance(await anext(items), Found)
        await items.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    for thread in threading.enumerate():
        if thread.name.startswith("footnote"):
            thread.join(30)
    assert closed == [True]


def test_answers_can_be_pickled_and_a_bot_says_why_not(bot: Bot) -> None:
    """An answer goes to another process as it is; a bot, which holds an open library, names what to do."""
    answer = bot.ask(MILL_QUESTION)
    assert pickle.loads(pickle.dumps(answer)) == answer
    with pytest.raises(TypeError, match="Make one in each process"):
        pickle.dumps(bot)
