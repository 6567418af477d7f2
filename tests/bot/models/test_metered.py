"""What a chat model uses is counted and held to budgets, and a reply that was given before is not paid for again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel

from bot import Answer, Bot, Settings
from bot.models import ledger as ledger_module
from bot.models.errors import BudgetSpent
from bot.models.ledger import Ledger, digest
from bot.models.metered import Meter, MeteredModel
from bot.models.usage import Usage, usage_of
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

MILL = "The old mill on the Ouse was built by Thomas Brown in 1780. It ground corn for the whole valley until 1903."
INN = "The inn beside the mill was opened in 1812. Its cellar holds forty barrels."
SAYS = "The old mill on the Ouse was built by Thomas Brown in 1780 [1]."
ASKED = "Who built the old mill on the Ouse, and when?"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Return a library of a document that anybody may ask and one in the collection "house"."""
    with Library.open(tmp_path / "library", create=True) as opened:
        for name, text, collection in (("mill", MILL, "default"), ("inn", INN, "house")):
            document = Document(
                id=name.ljust(16, "0"),
                source=f"/{name}.txt",
                title=name.capitalize(),
                media_type="text/plain",
                text=text,
                sha256=name,
                collection=collection,
            )
            pieces = split(text, count_tokens=opened.encoder.count_tokens)
            opened.add([(document, pieces)])
        yield opened


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """Return the model that is opened for the name `scripted`."""
    model = ScriptedModel(SAYS)
    monkeypatch.setattr("bot.models.open.open_model", lambda *_, **__: model)
    return model


def ask(library: Library, question: str = ASKED, **settings: Any) -> Answer:
    """Ask the named model in a bot of its own, as after a restart."""
    return Bot(library, settings=Settings(model="scripted", **settings)).ask(question)


def test_what_was_used_is_told_and_counted_for_the_day(library: Library, named: ScriptedModel) -> None:
    """An answer says what it used, estimated where the provider tells none; the day's count outlives the bot."""
    first = ask(library, model_cache=False)
    assert first.usage is not None and first.usage.estimated
    assert first.usage.calls == 1 and first.usage.written == len(SAYS.split()) and first.usage.read > 20
    assert usage_of(first.as_dict()["usage"]) == first.usage
    second = ask(library, model_cache=False)
    used = Ledger(library.folder).used()
    assert second.usage and used.total == first.usage.total + second.usage.total and used.calls == 2
    quoted = Bot(library, settings=Settings()).ask(ASKED)
    assert quoted.usage is None and quoted.as_dict()["usage"] is None


def test_a_day_that_is_spent_is_answered_with_quotes_that_say_so(library: Library, named: ScriptedModel) -> None:
    """The model is not asked when its call could go beyond the day's budget, also by a bot that starts anew."""
    spent = ask(library, model_cache=False).usage
    assert spent is not None
    named.prompts.clear()
    answer = ask(library, model_cache=False, model_daily_tokens=spent.total + 100)
    assert not named.prompts
    assert {statement.by for statement in answer.statements} == {"documents"} and "1780" in answer.text
    assert f"The day's {spent.total + 100:,} tokens for chat models are spent: 100 are left" in answer.notice
    assert "FOOTNOTE_MODEL_DAILY_TOKENS" in answer.notice and "These are quotes instead." in answer.notice
    assert ask(library, model_cache=False, model_daily_tokens=spent.total * 9 + 2_000).usage is not None


def test_many_questions_at_once_never_use_more_than_is_left(tmp_path: Path) -> None:
    """Tokens are set aside before a call, so that of ten calls of 100 tokens a budget of 450 lets four through."""
    ledger = Ledger(tmp_path)
    with ThreadPoolExecutor(10) as threads:
        numbers = list(threads.map(lambda _: ledger.reserve(100, 450), range(10)))
    assert sum(map(bool, numbers)) == 4
    given = [number for number in numbers if number]
    for number in given:
        ledger.count("m", Usage(read=10, written=5, calls=1), reservation=number)
    assert ledger.used() == Usage(read=40, written=20, calls=4)
    assert ledger.reserve(390, 450) and not ledger.reserve(1, 450)


def test_another_day_begins_at_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used or set aside yesterday is none of today's."""
    ledger = Ledger(tmp_path)
    monkeypatch.setattr(ledger_module, "today", lambda: "2026-01-01")
    ledger.count("m", Usage(read=90, calls=1))
    assert ledger.reserve(5, 100)
    monkeypatch.setattr(ledger_module, "today", lambda: "2026-01-02")
    assert ledger.used() == Usage() and ledger.reserve(100, 100)
    assert ledger.used("2026-01-01").read == 90


def test_a_budget_that_cannot_be_counted_is_not_spent(tmp_path: Path) -> None:
    """A damaged file refuses calls where there is a budget, with what to do; without one it stops nothing."""
    (tmp_path / "model.db").write_bytes(b"this is no database, and is long enough to be taken for one" * 20)
    model = ScriptedModel("It is so [1].")
    messages = [("user", "Is it so?")]
    with pytest.raises(Exception, match="cannot be counted"):
        list(MeteredModel(model, Meter(Ledger(tmp_path), daily=1_000)).stream(messages, max_tokens=10))  # type: ignore[arg-type]
    free = MeteredModel(model, Meter(Ledger(tmp_path), keeps=True))
    assert "".join(free.stream(messages, max_tokens=10)) == "It is so [1]."  # type: ignore[arg-type]


def test_an_answer_has_a_budget_of_its_own(library: Library, named: ScriptedModel) -> None:
    """Passages that do not fit are left out and it is said; a second call beyond the budget is refused."""
    named.context = 4_096
    meter = Meter(Ledger(library.folder), each=600)
    model = MeteredModel(named, meter)
    assert model.context == 600
    list(model.stream([("user", "word " * 300)], max_tokens=100))
    assert model.context < 300
    with pytest.raises(BudgetSpent, match="may use 600 tokens for one answer"):
        list(model.stream([("user", "word " * 300)], max_tokens=100))
    assert len(named.prompts) == 1


def test_the_same_is_asked_once(library: Library, named: ScriptedModel) -> None:
    """The very same question, passages and model take the kept reply, checked as the first was; else it is asked."""
    first, again = ask(library), ask(library)
    assert len(named.prompts) == 1
    assert again.statements == first.statements and again.citations == first.citations
    assert again.usage == Usage(kept=1) and Ledger(library.folder).used().kept == 1
    ask(library, question="Who built the mill on the Ouse, and when?")
    ask(library, passages=1)
    assert len(named.prompts) == 3


def test_replies_from_private_collections_are_not_kept(library: Library, named: ScriptedModel) -> None:
    """Where a passage is of a collection that is named private, nothing of the reply is written down."""
    for _ in range(2):
        ask(library, private_collections=("house",))
    assert len(named.prompts) == 2
    assert b"Thomas" not in b"".join(path.read_bytes() for path in library.folder.glob("model.db*"))


def test_a_model_object_may_change_so_its_replies_are_not_kept(library: Library) -> None:
    """Of an object that a program passes in nothing tells that it is still the same."""
    model = ScriptedModel(SAYS)
    bot = Bot(library, settings=Settings(), model=model)
    bot.ask(ASKED)
    bot.ask(ASKED)
    assert len(model.prompts) == 2


def test_replies_are_bounded_and_can_be_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The least lately asked go first; after `forget` nothing of them can be read in the file."""
    monkeypatch.setattr(ledger_module, "MOST_REPLIES", 3)
    ledger = Ledger(tmp_path)
    clock = iter(f"2026-01-01T00:00:{second:02}" for second in range(60))
    monkeypatch.setattr(ledger_module, "moment", lambda days=0: "2025-12-01" if days else next(clock))
    for name in "abc":
        ledger.keep(name, f"secret {name}")
    assert ledger.reply("a") == "secret a"
    ledger.keep("d", "secret d")
    assert [name for name in "abcd" if ledger.reply(name)] == ["a", "c", "d"]
    assert ledger.path.stat().st_mode & 0o077 == 0
    assert ledger.forget() == 3 and ledger.reply("a") is None
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_damaged_file_is_forgotten_whole(tmp_path: Path) -> None:
    """What cannot be read may still hold words: to forget deletes the file."""
    (tmp_path / "model.db").write_bytes(b"this is no database, and is long enough to be taken for one" * 20)
    assert Ledger(tmp_path).forget() == 0
    assert not list(tmp_path.iterdir())


def test_replies_go_with_time(tmp_path: Path) -> None:
    """A reply is not taken after thirty days, as the bin keeps nothing longer."""
    ledger = Ledger(tmp_path)
    ledger.keep("a", "old")
    with sqlite3.connect(ledger.path) as connection:
        connection.execute("UPDATE replies SET written = '2020-01-01'")
    assert ledger.reply("a") is None


def test_a_reply_that_was_cut_or_failed_is_not_kept(tmp_path: Path) -> None:
    """Only a whole reply is taken again; what a failing call had written counts as used."""
    told = [("user", "Is it so?")]
    for model in (
        ScriptedModel("It is", finish="length"),
        ScriptedModel("It is so.", break_after=1, error=BudgetSpent("no")),
    ):
        meter = Meter(Ledger(tmp_path), keeps=True)
        reply = MeteredModel(model, meter).stream(told, max_tokens=10)  # type: ignore[arg-type]
        try:
            list(reply)
        except BudgetSpent:
            assert meter.used.written == 2
        assert Ledger(tmp_path).reply(digest("scripted", told, None)) is None  # type: ignore[arg-type]
    reply = MeteredModel(ScriptedModel("It is so. " * 200), Meter(Ledger(tmp_path), keeps=True)).stream(
        told, max_tokens=10
    )  # type: ignore[arg-type]
    next(iter(reply))
    reply.close()
    assert reply.finish == "closed" and Ledger(tmp_path).reply(digest("scripted", told, None)) is None  # type: ignore[arg-type]
