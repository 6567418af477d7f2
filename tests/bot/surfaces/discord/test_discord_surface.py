"""Footnote on Discord, over real sockets to a fake Discord. Each known bug of other bots is a test here."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chat_answers import abstained, many, notice_period
from discord_stage import Stage, discord_stage
from fake_discord import BOT, CATEGORY, FORUM, GENERAL, SERVER, STAFF, SUPPRESS_EMBEDS, FakeDiscord, user
from scripted_bot import ScriptedBot, echo

from bot.answer import Answer, Citation, Statement
from bot.errors import ModelError, SettingError
from bot.settings.settings import Settings
from bot.surfaces.chat.store import ChatStore
from bot.surfaces.discord.serve import require_token

DIRECT = "901"


@pytest.fixture
def stage(tmp_path: Path):
    """A connected surface whose bot echoes."""
    with discord_stage(tmp_path, ScriptedBot(echo)) as stage:
        yield stage


def test_a_mention_is_answered_in_a_thread_of_its_own(stage: Stage) -> None:
    """A question in a channel opens a thread; the answer pings nobody and previews nothing."""
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    (sent,) = stage.answers(stage.discord.thread_of(message))
    assert sent.content.startswith("You asked about the fee. \\[1]\n\n-# \\[1] Echo: ")
    assert sent.body["allowed_mentions"]["parse"] == [] and sent.body["flags"] & SUPPRESS_EMBEDS
    assert stage.discord.threads == {message["id"]: GENERAL}
    typing = ("POST", f"channels/{message['id']}/typing")
    posted = ("POST", f"channels/{message['id']}/messages")
    assert stage.discord.requests.index(typing) < stage.discord.requests.index(posted)


def test_without_the_right_to_make_threads_it_replies(stage: Stage) -> None:
    """Where Discord refuses the thread the answer is a reply in the channel."""
    stage.discord.refuse_threads = True
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    (sent,) = stage.answers(GENERAL)
    assert sent.body["message_reference"]["message_id"] == int(message["id"])


def test_threads_can_be_switched_off(tmp_path: Path) -> None:
    """With discord_threads off the answer is a reply, and a reply to it goes on with the conversation."""
    with discord_stage(tmp_path, ScriptedBot(echo), discord_threads=False) as stage:
        stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
        (first,) = stage.answers(GENERAL)
        stage.discord.say(GENERAL, "2", "and when is it due?", answers=first)
        stage.answers(GENERAL, 2)
        assert not stage.discord.threads
        assert [turn[0] for turn in stage.bot.asked[1].turns] == ["the fee"]


def test_a_follow_up_in_our_thread_needs_no_mention(stage: Stage) -> None:
    """In a thread that we answered in the next message is a question, unless it talks to somebody else."""
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    thread = stage.discord.thread_of(message)
    stage.answers(thread)
    stage.discord.say(thread, "1", "<@7> have you seen this?")
    stage.discord.say(thread, "2", "and when is it due?")
    stage.answers(thread, 2)
    assert [asked.question for asked in stage.bot.asked] == ["the fee", "and when is it due?"]
    assert [turn[0] for turn in stage.bot.asked[1].turns] == ["the fee"]


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    """The next process knows the thread and its turns."""
    with FakeDiscord() as discord:
        with discord_stage(tmp_path, ScriptedBot(echo), discord=discord) as stage:
            message = discord.say(GENERAL, "1", f"<@{BOT}> the fee")
            thread = discord.thread_of(message)
            stage.answers(thread)
        with discord_stage(tmp_path, ScriptedBot(echo), discord=discord) as stage:
            discord.dispatch("THREAD_CREATE", discord._thread_object(thread, GENERAL))
            discord.dispatch("MESSAGE_CREATE", message)
            discord.say(thread, "1", "and when is it due?")
            stage.answers(thread, 2)
            assert [asked.question for asked in stage.bot.asked] == ["and when is it due?"]
            assert stage.bot.asked[0].turns[0][0] == "the fee"
            assert discord.syncs == 1


def test_questions_left_by_a_killed_process_are_answered_by_the_next(tmp_path: Path) -> None:
    """A process that died while it answered leaves its questions behind; each is answered once after the restart."""
    with FakeDiscord() as discord:
        fresh = discord.say(GENERAL, "1", f"<@{BOT}> fresh", deliver=False)
        begun = discord.say(GENERAL, "1", f"<@{BOT}> begun", deliver=False)
        posted = discord.say(GENERAL, "1", f"<@{BOT}> posted", deliver=False)
        gone = {"id": "999999"}
        discord.threads |= {begun["id"]: GENERAL, posted["id"]: GENERAL}  # made before the process died
        discord._send(posted["id"], {"content": "the answer"})
        with subprocess.Popen([sys.executable, "-c", ""]) as dead:
            dead.wait()
        store = ChatStore(tmp_path / "chats.sqlite", owner=f"{platform.node()}:{dead.pid}")
        for message in (fresh, begun, posted, gone):
            kept = {"channel": int(GENERAL), "message": int(message["id"])}
            assert store.claim([f"discord:message:{message['id']}"], surface="discord", payload=kept)
        store.close()
        with discord_stage(tmp_path, ScriptedBot(echo), discord=discord) as stage:
            for message in (fresh, begun):
                (sent,) = stage.answers(discord.thread_of(message))
                assert "You asked about" in sent.content
            discord.dispatch("MESSAGE_CREATE", fresh)
            stage.idle()
            assert sorted(asked.question for asked in stage.bot.asked) == ["begun", "fresh"]
            assert len(discord.in_channel(posted["id"])) == 1
            assert not stage.store.database.rows("SELECT 1 FROM jobs")


def test_direct_messages_need_no_mention(stage: Stage) -> None:
    """A direct message is a question and is answered there."""
    stage.discord.dispatch("CHANNEL_CREATE", stage.discord._channel(DIRECT))
    stage.discord.say(DIRECT, "1", "the fee")
    (sent,) = stage.answers(DIRECT)
    assert "the fee" in sent.content


def test_what_is_not_for_us_is_left_alone(stage: Stage) -> None:
    """Chatter, bots, webhooks, system messages, edits and our own messages get no answer and no typing."""
    say = stage.discord.say
    say(GENERAL, "1", "no mention here")
    say(GENERAL, "1", f"<@{BOT}> from a bot", author=user("66", "b", bot=True))
    say(GENERAL, "1", f"<@{BOT}> from a webhook", webhook_id="77")
    say(GENERAL, "1", f"<@{BOT}> joined", type=7)
    say(GENERAL, BOT, f"<@{BOT}> myself", author=user(BOT, "Footnote", bot=True))
    edited = say(GENERAL, "1", f"<@{BOT}> edited", deliver=False)
    stage.discord.dispatch("MESSAGE_UPDATE", {**edited, "edited_timestamp": "2026-11-25T10:00:00+00:00"})
    say(GENERAL, "1", "@everyone hello", mention_everyone=True)
    stage.idle()
    assert stage.discord.sent == [] and stage.bot.asked == []
    assert not [path for _, path in stage.discord.requests if path.endswith("typing")]


def test_other_bots_are_answered_only_where_that_is_set(tmp_path: Path) -> None:
    """With chat_bots another bot that mentions us gets an answer."""
    with discord_stage(tmp_path, ScriptedBot(echo), chat_bots=True) as stage:
        message = stage.discord.say(GENERAL, "66", f"<@{BOT}> hello", author=user("66", "b", bot=True))
        stage.answers(stage.discord.thread_of(message))


def test_mentions_in_a_question_are_read_as_names(stage: Stage) -> None:
    """Our own mention is left out, other people's and channels' become names."""
    stage.discord.say(GENERAL, "1", f"<@!{BOT}> <@{BOT}> what did <@7> decide?")
    stage.wait(lambda: bool(stage.bot.asked))
    assert stage.bot.asked[0].question == "what did @user7 decide?"


def test_a_mention_without_a_question_is_asked_for_one(stage: Stage) -> None:
    """A bare mention gets a friendly sentence, no thread and no search."""
    stage.discord.say(GENERAL, "1", f"<@{BOT}>")
    (sent,) = stage.answers(GENERAL)
    assert "What would you like to know?" in sent.content and not stage.bot.asked and not stage.discord.threads


def _long(question: str, length: int) -> Answer:
    sentences = [f"Sentence number {n} of the answer." for n in range(max(1, length // 32))]
    code = "```py\n" + "x = 1  # @everyone\n" * 40 + "```"
    statements = (
        Statement(" ".join(sentences), (1,)),
        *((Statement(code, (1,), "supported"),) if length > 400 else ()),
    )
    return Answer(question, statements, (Citation(1, "d", "T", "s", None, 0, 1, "x"),), searched="all")


@pytest.mark.parametrize("length", [100, 1_999, 2_001, 7_000, 20_000])
def test_answers_of_every_length_arrive_whole_and_in_order(tmp_path: Path, length: int) -> None:
    """No message is refused, fences are balanced in each, sentences are in order, nobody is pinged."""
    with discord_stage(tmp_path, ScriptedBot(lambda q: _long(q, length))) as stage:
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> it")
        thread = stage.discord.thread_of(message)
        stage.wait(lambda: any("-# \\[1] T" in sent.content for sent in stage.discord.in_channel(thread)))
        parts = stage.answers(thread)
        whole = "\n".join(sent.content for sent in parts)
        numbers = [int(piece.split()[0]) for piece in whole.split("number ")[1:]]
        assert numbers == list(range(max(1, length // 32)))
        assert all(sent.content.count("```") % 2 == 0 and len(sent.content) <= 2_000 for sent in parts)
        assert all(sent.body["allowed_mentions"]["parse"] == [] for sent in parts)
        assert [bool(sent.body.get("components")) for sent in parts] == [False] * (len(parts) - 1) + [True]


@pytest.mark.parametrize("refused", [False, True])
def test_an_answer_of_many_statements_shows_ten_and_sends_the_rest(tmp_path: Path, refused: bool) -> None:
    """Ten with their sources, how many there are, and all in a file; as messages where files are not allowed."""
    with discord_stage(tmp_path, ScriptedBot(many)) as stage:
        stage.discord.refuse_files = refused
        thread = stage.discord.thread_of(stage.discord.say(GENERAL, "1", f"<@{BOT}> which?"))
        stage.wait(lambda: bool(stage.discord.in_channel(thread)))
        first, *others = stage.answers(thread)
        assert "Project 10 is on hold." in first.content and "Project 11 " not in first.content
        assert "34 of 102 projects are on hold. The first 10 of 34 are shown; all 34 are in the file" in first.content
        rest = "\n".join(sent.content for sent in others) if refused else first.files["answer.txt"]
        assert all(f"Project {n} is on hold." in rest and f"[{n}" in rest for n in range(11, 35))
        assert refused or not others
        stage.discord.command(GENERAL, "1", "which?", private=True)
        stage.wait(lambda: bool(stage.discord.in_channel(GENERAL)))
        sent = stage.answers(GENERAL)
        assert all(one.ephemeral for one in sent)
        told = "\n".join(one.content for one in sent) if refused else sent[0].files["answer.txt"]
        assert "Project 34 is on hold." in told


def test_an_abstention_is_worded_plainly(tmp_path: Path) -> None:
    """When the documents don't say, that is said, with what was searched and no source."""
    with discord_stage(tmp_path, ScriptedBot(abstained)) as stage:
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> Who painted the ceiling?")
        (sent,) = stage.answers(stage.discord.thread_of(message))
        assert sent.content == "The documents don't say.\n\n-# Searched all 6 documents."


def test_a_failure_says_one_sentence_with_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A person reads what went wrong and an id that the log has too; no question is logged."""

    def fail(question: str) -> Answer:
        if "model" in question:
            raise ModelError("The model timed out.", remedy="Try again.")
        raise RuntimeError(question)

    with discord_stage(tmp_path, ScriptedBot(fail)) as stage:
        stage.discord.say(GENERAL, "1", f"<@{BOT}> model secretword")
        known = stage.answers(GENERAL)[0].content
        stage.discord.command(GENERAL, "1", "other secretword")
        unknown = stage.answers(GENERAL, 2)[1].content
    assert known.startswith("The model timed out. Try again. (reference ")
    assert "Something went wrong while I answered" in unknown and "secretword" not in unknown + caplog.text
    for said in (known, unknown):
        assert said.split("reference ")[1].rstrip(").") in caplog.text
    assert "RuntimeError" in caplog.text


def test_the_command_is_deferred_and_answered(stage: Stage) -> None:
    """/ask restates the question; a private one is shown to its sender only."""
    stage.discord.command(GENERAL, "1", "the fee")
    (sent,) = stage.answers(GENERAL)
    assert sent.content.startswith("> the fee\nYou asked about the fee.") and not sent.ephemeral
    assert sent.body["allowed_mentions"]["parse"] == [] and sent.body["flags"] & SUPPRESS_EMBEDS
    stage.discord.command(GENERAL, "1", "in private", private=True)
    assert stage.answers(GENERAL, 2)[1].ephemeral
    stage.discord.say(GENERAL, "2", "and then?", answers=sent)
    stage.wait(lambda: len(stage.bot.asked) == 3)
    assert stage.bot.asked[2].turns[0][0] == "the fee"


def test_the_command_answers_its_sender_alone_unless_asked_otherwise(stage: Stage) -> None:
    """What somebody asks of the documents is shown to all only where they say so."""
    stage.discord.command(GENERAL, "1", "the fee", private=None)
    assert stage.answers(GENERAL)[0].ephemeral
    stage.discord.command(GENERAL, "1", "the fee", private=False)
    assert not stage.answers(GENERAL, 2)[1].ephemeral


@pytest.mark.parametrize(
    ("public", "servers", "warned"), [(True, (), True), (False, (), False), (True, (SERVER,), False)]
)
def test_a_bot_that_anybody_may_add_is_warned_of(
    public: bool, servers: tuple[str, ...], warned: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A public bot without named servers answers strangers: the start says so, with both ways out."""
    with FakeDiscord(public=public) as fake:
        with discord_stage(tmp_path, ScriptedBot(echo), discord=fake, discord_servers=servers) as stage:
            stage.discord.command(GENERAL, "1", "the fee")
            stage.answers(GENERAL)
        said = capfd.readouterr().out
    assert "Footnote is on Discord" in said
    for words in ("Anybody can add this bot", "Public Bot: off", f"discord_servers = ['{SERVER}']"):
        assert (words in said) == warned


def test_an_answer_that_took_too_long_for_its_token_still_arrives(stage: Stage) -> None:
    """After fifteen minutes the answer goes to the channel, and a private one to the person."""
    stage.discord.command(GENERAL, "1", "slow", minutes=16)
    assert "slow" in stage.answers(GENERAL)[0].content
    stage.discord.command(GENERAL, "1", "slow and private", private=True, minutes=16)
    assert "slow and private" in stage.answers("91")[0].content
    assert ("POST", f"channels/{GENERAL}/messages") in stage.discord.requests


def test_fifty_commands_at_once_are_all_deferred_in_time(tmp_path: Path) -> None:
    """While every worker is busy each of fifty interactions is deferred; none expires, all are answered."""
    with discord_stage(tmp_path, ScriptedBot(echo, delay=0.2)) as stage:
        for number in range(50):
            stage.discord.command(GENERAL, f"{1000 + number}", f"question {number}")
        stage.wait(lambda: len(stage.discord.sent) == 50, seconds=60)
        assert stage.discord.unknown == 0 and len(stage.discord.seconds) == 50
        answered = Counter(sent.content.split("\n")[0] for sent in stage.discord.sent)
        assert answered == Counter(f"> question {number}" for number in range(50))


def test_buttons_take_feedback_and_show_whole_quotes(stage: Stage) -> None:
    """A thumb is stored once a person; the quote button shows the whole quotation to its presser only."""
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    thread = stage.discord.thread_of(message)
    (sent,) = stage.answers(thread)
    stage.discord.press(sent, "👍", "1")
    stage.answers(thread, 2)
    stage.discord.press(sent, "👎", "1")
    stage.answers(thread, 3)
    stage.discord.press(sent, "Quote [1]", "2")
    thanks, _, quote = stage.answers(thread, 4)[1:]
    assert thanks.ephemeral and "Thank you" in thanks.content
    assert quote.ephemeral and quote.content == "\\[1] Echo\nYou asked about the fee."
    (rating,) = stage.store.ratings()
    assert (rating["person"], rating["thumb"], rating["question"]) == ("discord:1", "down", "the fee")


def test_buttons_of_an_answer_that_is_gone_say_so(stage: Stage) -> None:
    """A button of an answer that is no longer kept is answered in words."""
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    (sent,) = stage.answers(stage.discord.thread_of(message))
    stage.store.database.run("DELETE FROM answers")
    stage.discord.press(sent, "👍", "1")
    assert "too old" in stage.answers(sent.channel, 2)[1].content


def test_who_asks_too_fast_waits(tmp_path: Path) -> None:
    """A second question within the cool-down is answered with how long to wait, not with a search."""
    with discord_stage(tmp_path, ScriptedBot(echo), chat_cooldown=600) as stage:
        stage.discord.command(GENERAL, "1", "one")
        stage.answers(GENERAL)
        stage.discord.command(GENERAL, "1", "two")
        stage.discord.command(GENERAL, "2", "three")
        contents = [sent.content for sent in stage.answers(GENERAL, 3)]
        assert any("you can ask again in" in content for content in contents)
        assert [asked.question for asked in stage.bot.asked] == ["one", "three"]


def test_commands_are_registered_once(tmp_path: Path) -> None:
    """The slash command is synced at the first start and not at the next."""
    with FakeDiscord() as discord:
        for _ in range(3):
            with discord_stage(tmp_path, ScriptedBot(echo), discord=discord):
                pass
        assert discord.syncs == 1


@pytest.mark.parametrize(
    ("rules", "answered"),
    [
        ({}, {"general", "forum"}),
        ({"discord_servers": ("999",)}, set()),
        ({"discord_servers": (SERVER,)}, {"general", "forum"}),
        ({"discord_channels": (GENERAL,)}, {"general"}),
        ({"discord_channels": (FORUM,)}, {"forum"}),
        ({"discord_channels": (CATEGORY,)}, {"general"}),
    ],
)
def test_allow_lists_know_threads_forums_and_categories(
    tmp_path: Path, rules: dict[str, Any], answered: set[str]
) -> None:
    """A thread counts as its channel, a post as its forum, a channel as its category."""
    with discord_stage(tmp_path, ScriptedBot(echo), **rules) as stage:
        stage.discord.say(GENERAL, "1", f"<@{BOT}> general")
        post = stage.discord.open_thread(FORUM)
        stage.discord.say(post, "1", f"<@{BOT}> forum")
        stage.wait(lambda: len(stage.discord.sent) >= len(answered))
        stage.idle()
        assert {asked.question for asked in stage.bot.asked} == answered


def test_a_private_collection_is_never_searched_from_a_public_channel(tmp_path: Path) -> None:
    """Who can read a channel decides; a private collection needs a private channel that is named."""
    bot = ScriptedBot(echo, collection_names=("handbook", "legal"))
    rules = {
        "chat_collections": (f"{STAFF}=legal", f"{GENERAL}=handbook+legal"),
        "private_collections": ("legal",),
    }
    with discord_stage(tmp_path, bot, **rules) as stage:
        for channel in (GENERAL, STAFF):
            stage.discord.say(channel, "1", f"<@{BOT}> in {channel}")
        stage.wait(lambda: len(stage.discord.sent) == 2)
        searched = {asked.question: asked.filter.collections for asked in bot.asked if asked.filter}
        assert searched == {f"in {GENERAL}": ("handbook",), f"in {STAFF}": ("legal",)}


def test_a_dropped_gateway_is_resumed_and_doubles_nothing(tmp_path: Path) -> None:
    """Messages sent while the gateway is down come after the resume; none is asked twice."""
    with discord_stage(tmp_path, ScriptedBot(echo)) as stage:
        questions = []
        for number in range(12):
            questions.append(stage.discord.say(GENERAL, "1", f"<@{BOT}> question {number}"))
            if number % 4 == 1:
                stage.discord.cut()
        stage.wait(lambda: len(stage.discord.sent) >= 12)
        for message in questions[:3]:
            stage.discord.dispatch("MESSAGE_CREATE", message)
        stage.idle()
        assert stage.discord.resumes >= 1 and stage.discord.identifies == 1
        assert Counter(a.question for a in stage.bot.asked) == Counter(f"question {n}" for n in range(12))
        assert len(stage.discord.sent) == 12


def test_a_rate_limit_is_waited_for(stage: Stage) -> None:
    """After a 429 the message is sent again, once."""
    stage.discord.limited = 2
    message = stage.discord.say(GENERAL, "1", f"<@{BOT}> the fee")
    assert len(stage.answers(stage.discord.thread_of(message))) == 1
    assert set(stage.discord.nonces.values()) == {1}


def test_a_missing_content_intent_is_explained_and_lived_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the intent is off the start says so and where to turn it on; mentions work all the same."""
    with (
        FakeDiscord(content_intent=False) as discord,
        discord_stage(tmp_path, ScriptedBot(echo), discord=discord) as stage,
    ):
        message = discord.say(GENERAL, "1", f"<@{BOT}> the fee")
        assert len(stage.answers(discord.thread_of(message))) == 1
    assert "Message Content Intent" in capsys.readouterr().out


def test_a_missing_token_is_named_with_the_place_to_get_it() -> None:
    """Without a token the error says which, where to get it, and the command exits with 2."""
    with pytest.raises(SettingError, match="FOOTNOTE_DISCORD_TOKEN"):
        require_token(Settings())
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "discord"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[4],
        check=False,
    )
    assert done.returncode == 2 and "discord.com/developers" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refused_token_is_said_in_words() -> None:
    """A token that Discord does not know ends in a sentence."""
    import asyncio

    import discord as library

    from bot.surfaces.discord.serve import run

    with FakeDiscord() as fake, fake.patched(), pytest.raises(SettingError, match="refuses the token"):
        asyncio.run(run(lambda content: library.Client(intents=library.Intents.none()), "wrong"))


def test_a_verdict_arrives_before_the_quotation(tmp_path: Path) -> None:
    """Short, where that is set: the word with its mark, and the source that quotes the sentence."""

    def script(question: str) -> Answer:
        answer = notice_period(question)
        said = (replace(answer.statements[0], verdict="yes"),)
        return replace(answer, statements=said, verdict="yes", short="short" in question)

    with discord_stage(tmp_path, ScriptedBot(script)) as stage:
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> may they end it?")
        (sent,) = stage.answers(stage.discord.thread_of(message))
        assert sent.content.startswith("**Yes.** “Either party may end it with a notice period of 30 days.” \\[1]\n")
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> in short?")
        (sent,) = stage.answers(stage.discord.thread_of(message))
        assert sent.content.startswith("Yes. \\[1]\n") and "30 days" in sent.content
