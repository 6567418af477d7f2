"""Footnote in Slack, over real sockets to a fake Slack. Each known bug of other bots is a test here."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from chat_answers import abstained, many, notice_period
from fake_slack import BOT_ID, BOT_USER, FakeSlack
from scripted_bot import ScriptedBot, echo
from slack_stage import Stage, shown, slack_stage

from bot.answer import Answer, Citation, Statement
from bot.errors import ModelError
from vectorstore.errors import LibraryDamaged


@pytest.fixture
def stage(tmp_path: Path):
    """A connected surface whose bot echoes."""
    with slack_stage(tmp_path, ScriptedBot(echo)) as stage:
        yield stage


def test_a_mention_is_answered_once_in_its_thread(stage: Stage) -> None:
    """app_mention and message come for one mention, with two event ids: one answer, in the thread."""
    event = stage.slack.mention("C1", "U1", "the notice period")
    (message,) = stage.answers(event)
    assert message["thread_ts"] == event["ts"]
    assert "You asked about the notice period. [1]" in shown(message)
    assert [asked.question for asked in stage.bot.asked] == ["the notice period"]
    assert message["unfurl_links"] is False and message["unfurl_media"] is False


def test_deliveries_are_acknowledged_while_every_worker_is_busy(tmp_path: Path) -> None:
    """No acknowledgement waits for an answer: with all workers held, events and commands are acknowledged."""
    gate = threading.Event()

    def held(question: str) -> Answer:
        gate.wait(60)
        return echo(question)

    with slack_stage(tmp_path, ScriptedBot(held)) as stage:
        for number in range(20):
            stage.slack.mention("C1", f"U{number}", f"question {number}")
        stage.slack.command("C1", "U1", "by command")
        stage.wait(stage.slack.settled)
        assert stage.slack.ours() == []
        assert stage.slack.methods().count("auth.test") == 1  # at the start; not before an acknowledgement
        gate.set()
        stage.idle()
        assert len(stage.slack.ours()) == 20


def test_the_same_event_delivered_again_is_answered_once(stage: Stage) -> None:
    """A retry keeps its event id; eleven deliveries with ids of their own are one question too."""
    event = stage.slack.mention("C1", "U1", "one thing")
    for retry in range(1, 12):
        stage.slack.deliver(stage.slack.envelope(event), retry=retry % 3)
    body = stage.slack.envelope(stage.slack.say("D1", "U2", "another", kind="im"), "EvSame")
    stage.slack.deliver(body)
    stage.slack.deliver(body, retry=1)
    stage.idle()
    assert len(stage.slack.ours()) == 2 and len(stage.bot.asked) == 2


def test_a_retry_whose_first_delivery_was_lost_is_answered(stage: Stage) -> None:
    """Retries are not dropped as such: the first delivery may never have arrived."""
    event = stage.slack.say("C1", "U1", f"<@{BOT_USER}> lost once")
    stage.slack.deliver(stage.slack.envelope({**event, "type": "app_mention"}), retry=2)
    assert len(stage.answers(event)) == 1


def test_one_gesture_sent_twice_by_a_client_is_answered_once(stage: Stage) -> None:
    """Two messages with the same client_msg_id and different timestamps are one question."""
    first = stage.slack.say("D1", "U1", "sent twice", kind="im", client_msg_id="gesture-1")
    second = stage.slack.say("D1", "U1", "sent twice", kind="im", client_msg_id="gesture-1")
    for event in (first, second):
        stage.slack.deliver(stage.slack.envelope(event))
    stage.idle()
    assert len(stage.slack.ours()) == 1


def test_a_restart_does_not_answer_again(tmp_path: Path) -> None:
    """The claims outlive the process: a redelivery to the next one is no new question."""
    with FakeSlack() as slack:
        with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
            event = slack.mention("C1", "U1", "before the restart")
            stage.answers(event)
        with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
            slack.deliver(slack.envelope(event), retry=1)
            stage.idle()
            assert len(slack.ours()) == 1 and not stage.bot.asked


def test_a_retry_that_another_machine_answered_is_not_answered_again(tmp_path: Path) -> None:
    """A process with a library of its own looks into the thread before it answers what Slack sends again."""
    with FakeSlack() as slack:
        with slack_stage(tmp_path / "one", ScriptedBot(echo), slack=slack) as stage:
            event = slack.mention("C1", "U1", "the fee")
            stage.answers(event)
        with slack_stage(tmp_path / "two", ScriptedBot(echo), slack=slack) as stage:
            slack.deliver(slack.envelope(event), retry=1)
            stage.idle()
            assert len(slack.ours()) == 1 and stage.bot.asked == []


def test_what_is_no_new_message_of_a_person_is_never_answered(stage: Stage) -> None:
    """Edits, deletions, joins, our own and other bots' messages, Slackbot: acknowledged, and nothing more."""
    slack = stage.slack
    text = f"<@{BOT_USER}> hello"
    base = slack.say("D1", "U1", text, kind="im")
    edit = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": "D1",
        "channel_type": "im",
        "ts": slack.ts(),
        "message": {**base, "text": text + " edited", "edited": {"user": "U1"}},
        "previous_message": base,
    }
    events = [
        edit,
        {**edit, "subtype": "message_deleted", "deleted_ts": base["ts"], "ts": slack.ts()},
        {**base, "ts": slack.ts(), "edited": {"user": "U1", "ts": slack.ts()}},
        {**base, "ts": slack.ts(), "subtype": "channel_join"},
        {**base, "ts": slack.ts(), "subtype": "bot_message", "bot_id": "B9", "user": None},
        {**base, "ts": slack.ts(), "bot_id": "B9", "user": "U9"},
        {**base, "ts": slack.ts(), "bot_id": BOT_ID, "user": BOT_USER},
        {**base, "ts": slack.ts(), "user": BOT_USER},
        {**base, "ts": slack.ts(), "user": "USLACKBOT"},
        {**base, "ts": slack.ts(), "type": "reaction_added"},
    ]
    for number, event in enumerate(events):
        event = {**event, "client_msg_id": f"none-{number}"}
        slack.deliver(slack.envelope(event))
        if event["type"] == "message":
            slack.deliver(slack.envelope({**event, "type": "app_mention"}))
    stage.idle()
    assert slack.ours() == [] and stage.bot.asked == []


def test_our_own_edits_do_not_start_a_loop(tmp_path: Path) -> None:
    """The message_changed events of an answer that is edited while it grows are not answered."""
    bot = ScriptedBot(lambda q: _long(q, 6), delay=0.05)
    with slack_stage(tmp_path, bot, patience=0.0, chat_follow_ups=True) as stage:
        stage.slack.refuse["chat.startStream"] = "unknown_method"
        event = stage.slack.say("D1", "U1", "grow", kind="im")
        stage.slack.deliver(stage.slack.envelope(event))
        stage.answers(event)
        for call in list(stage.slack.calls):
            if call.method == "chat.update":
                changed = {
                    "type": "message",
                    "subtype": "message_changed",
                    "channel": "D1",
                    "ts": stage.slack.ts(),
                }
                changed |= {
                    "message": {**call.arguments, "user": BOT_USER, "bot_id": BOT_ID},
                    "channel_type": "im",
                }
                stage.slack.deliver(stage.slack.envelope(changed))
        stage.idle()
        assert len(stage.slack.ours()) == 1 and len(bot.asked) == 1


def test_other_bots_are_answered_only_where_that_is_set(tmp_path: Path) -> None:
    """With chat_bots another bot that mentions us gets an answer, and one that does not gets none."""
    with slack_stage(tmp_path, ScriptedBot(echo), chat_bots=True) as stage:
        slack = stage.slack
        asked = slack.say("C1", "U9", f"<@{BOT_USER}> from a bot", bot_id="B9", subtype="bot_message")
        slack.deliver(slack.envelope(asked))
        assert len(stage.answers(asked)) == 1
        slack.deliver(slack.envelope(slack.say("C1", "U9", "chatter", bot_id="B9", thread=asked["ts"])))
        slack.deliver(slack.envelope(slack.say("D1", "U9", "direct chatter", bot_id="B9", kind="im")))
        stage.idle()
        assert len(slack.ours()) == 1


def test_messages_that_are_not_for_us_are_left_alone(stage: Stage) -> None:
    """Chatter in a channel, and replies in threads that we are not in, get no answer and cost no call."""
    slack = stage.slack
    opening = slack.say("C1", "U1", "Lunch?")
    for event in (
        opening,
        slack.say("C1", "U2", "Yes", thread=opening["ts"]),
        slack.say("C1", "U2", "<@U3> you?"),
    ):
        slack.deliver(slack.envelope(event))
    stage.idle()
    assert slack.ours() == [] and "conversations.replies" not in slack.methods()


def test_a_follow_up_in_our_thread_needs_no_mention(stage: Stage) -> None:
    """In a thread that we answered in the next message is a question; its answer knows the turn before."""
    first = stage.slack.mention("C1", "U1", "the fee")
    stage.answers(first)
    second = stage.slack.say("C1", "U1", "and when is it due?", thread=first["ts"])
    stage.slack.deliver(stage.slack.envelope(second))
    stage.wait(lambda: len(stage.slack.replies("C1", first["ts"])) == 2)
    assert stage.bot.asked[1].question == "and when is it due?"
    assert [turn[0] for turn in stage.bot.asked[1].turns] == ["the fee"]


def test_a_reply_to_somebody_else_in_our_thread_is_no_question(stage: Stage) -> None:
    """Who mentions another person in our thread is talking to that person."""
    first = stage.slack.mention("C1", "U1", "the fee")
    stage.answers(first)
    stage.slack.deliver(stage.slack.envelope(stage.slack.say("C1", "U1", "<@U2> see above", thread=first["ts"])))
    stage.idle()
    assert len(stage.bot.asked) == 1


def test_follow_ups_can_be_switched_off(tmp_path: Path) -> None:
    """With chat_follow_ups off only a mention is answered, in our threads too."""
    with slack_stage(tmp_path, ScriptedBot(echo), chat_follow_ups=False) as stage:
        first = stage.slack.mention("C1", "U1", "the fee")
        stage.answers(first)
        stage.slack.deliver(stage.slack.envelope(stage.slack.say("C1", "U1", "and then?", thread=first["ts"])))
        stage.idle()
        assert len(stage.bot.asked) == 1


def test_a_new_process_reads_the_thread_back_from_slack(tmp_path: Path) -> None:
    """The conversation survives a restart, on another machine too, where only Slack knows what was said."""
    with FakeSlack() as slack:
        with slack_stage(tmp_path / "a", ScriptedBot(echo), slack=slack) as stage:
            first = slack.mention("C1", "U1", "the fee")
            stage.answers(first)
        with slack_stage(tmp_path / "b", ScriptedBot(echo), slack=slack) as stage:
            slack.mention("C1", "U2", "and when is it due?", thread=first["ts"])
            stage.wait(lambda: len(slack.replies("C1", first["ts"])) == 2)
            assert stage.bot.asked[0].turns == (("the fee", "You asked about the fee."),)
        with slack_stage(tmp_path / "a", ScriptedBot(echo), slack=slack) as stage:
            slack.mention("C1", "U2", "who says so?", thread=first["ts"])
            stage.wait(lambda: len(slack.replies("C1", first["ts"])) == 3)
            turns = stage.bot.asked[0].turns
            assert [turn[0] for turn in turns] == ["the fee", "and when is it due?"]
            assert "[1]" in turns[0][1]  # kept on this machine, with its footnotes


def test_a_mention_in_a_running_thread_knows_what_it_is_about(stage: Stage) -> None:
    """Called into other people's thread, we take its first message as what is talked about."""
    opening = stage.slack.say("C1", "U1", "The Acme contract is up for renewal.")
    stage.slack.say("C1", "U2", "Oh no.", thread=opening["ts"])
    event = stage.slack.mention("C1", "U2", "what is its notice period?", thread=opening["ts"])
    (message,) = stage.answers(event)
    assert message["thread_ts"] == opening["ts"]
    assert stage.bot.asked[0].turns[0][0] == "The Acme contract is up for renewal."


def test_a_long_thread_is_read_back_to_its_end(tmp_path: Path) -> None:
    """Slack returns a thread in pages, the oldest first: the latest turns are on the last one."""
    with FakeSlack() as slack:
        with slack_stage(tmp_path / "a", ScriptedBot(echo), slack=slack) as stage:
            first = slack.mention("C1", "U1", "the fee")
            stage.answers(first)
            for number in range(40):
                slack.say("C1", "U3", f"<@U4> chatter {number}", thread=first["ts"])
            slack.mention("C1", "U1", "the deposit", thread=first["ts"])
            stage.wait(lambda: len(slack.replies("C1", first["ts"])) == 2)
        with slack_stage(tmp_path / "b", ScriptedBot(echo), slack=slack) as stage:
            slack.mention("C1", "U2", "and when is it due?", thread=first["ts"])
            stage.wait(lambda: len(slack.replies("C1", first["ts"])) == 3)
            assert [question for question, _ in stage.bot.asked[0].turns] == ["the fee", "the deposit"]


def test_a_thread_that_cannot_be_read_back_is_answered_all_the_same(stage: Stage) -> None:
    """Without the scope for a channel's history a question in a running thread still gets its answer."""
    stage.slack.refuse["conversations.replies"] = "missing_scope"
    opening = stage.slack.say("C1", "U1", "Something else.")
    (message,) = stage.answers(stage.slack.mention("C1", "U2", "the fee", thread=opening["ts"]))
    assert "You asked about the fee." in shown(message)


def test_twenty_threads_at_once_do_not_mix(tmp_path: Path) -> None:
    """Each thread's answers stand in it, and each question sees the turns of its own thread only."""
    with slack_stage(tmp_path, ScriptedBot(echo, delay=0.01)) as stage:
        slack = stage.slack
        roots = [slack.mention("C1", f"U{n}", f"topic {n}") for n in range(20)]
        for step in range(1, 4):
            for n, root in enumerate(roots):
                slack.deliver(slack.envelope(slack.say("C1", f"U{n % 3}", f"topic {n} step {step}", thread=root["ts"])))
            stage.wait(lambda step=step: len(slack.ours()) == 20 * (step + 1))  # type: ignore[misc]
        for n, root in enumerate(roots):
            texts = [shown(message) for message in slack.replies("C1", root["ts"])]
            assert len(texts) == 4 and all(f"topic {n}" in text.split(".")[0].split(" step")[0] for text in texts)
        for asked in stage.bot.asked:
            topic = asked.question.split(" step")[0]
            assert all(question.split(" step")[0] == topic for question, _ in asked.turns)


def test_direct_messages_need_no_mention(stage: Stage) -> None:
    """A direct message is a question; links, channels and entities in it are read as words."""
    text = f"is <https://a.example|this> &lt; <@{BOT_USER}> <#C9|general>?"
    event = stage.slack.say("D1", "U1", text, kind="im")
    stage.slack.deliver(stage.slack.envelope(event))
    stage.answers(event)
    assert stage.bot.asked[0].question == "is this < #general?"


def test_a_mention_without_a_question_is_asked_for_one(stage: Stage) -> None:
    """A bare mention gets a friendly sentence and costs no search."""
    event = stage.slack.mention("C1", "U1", "")
    (message,) = stage.answers(event)
    assert "What would you like to know?" in shown(message) and stage.bot.asked == []


def test_an_abstention_is_worded_plainly(tmp_path: Path) -> None:
    """When the documents don't say, that is said, with what was searched and no source."""
    with slack_stage(tmp_path, ScriptedBot(abstained)) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", "Who painted the ceiling?"))
        assert shown(message) == "The documents don't say.\nSearched all 6 documents.\n(👍) (👎)"


def test_a_failure_says_one_sentence_with_a_reference(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A person reads what went wrong and an id that the log has too; no question is logged."""

    def fail(question: str) -> Answer:
        raise (
            ModelError("The model timed out.", remedy="Try again.") if "model" in question else RuntimeError(question)
        )

    with slack_stage(tmp_path, ScriptedBot(fail)) as stage:
        (known,) = stage.answers(stage.slack.mention("C1", "U1", "model secretword"))
        (unknown,) = stage.answers(stage.slack.mention("C1", "U1", "other secretword"))
    assert shown(known).startswith("The model timed out. Try again. (reference ")
    assert shown(unknown).startswith("Something went wrong while I answered; whoever runs me finds out why in the log")
    for message in (known, unknown):
        assert shown(message).split("reference ")[1].rstrip(").") in caplog.text
    assert "RuntimeError" in caplog.text and "secretword" not in caplog.text + shown(unknown)


def test_a_failure_names_no_folder_of_the_server(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What only whoever runs it can mend is in the log, with its remedy, and not in the channel."""

    def fail(question: str) -> Answer:
        raise LibraryDamaged(f"The catalog in {tmp_path} cannot be read.", remedy="Restore it from a copy.")

    with slack_stage(tmp_path, ScriptedBot(fail)) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", "the fee"))
    assert str(tmp_path) not in shown(message) and "(reference " in shown(message)
    assert str(tmp_path) in caplog.text and "Restore it" in caplog.text


def test_a_status_shows_while_it_works_and_a_reaction_where_there_is_none(stage: Stage) -> None:
    """The thread has a status; where Slack refuses that, a reaction is added and taken away again."""
    stage.answers(stage.slack.mention("C1", "U1", "with status"))
    assert "assistant.threads.setStatus" in stage.slack.methods() and "reactions.add" not in stage.slack.methods()
    stage.slack.refuse["assistant.threads.setStatus"] = "missing_scope"
    stage.answers(stage.slack.mention("C1", "U1", "without status"))
    stage.wait(lambda: "reactions.remove" in stage.slack.methods())
    assert stage.slack.methods().count("reactions.add") == 1


def _long(question: str, count: int, size: int = 1) -> Answer:
    statements = tuple(Statement(f"Part {n} of {question}. " * size, (1,)) for n in range(count))
    return Answer(question, statements, (Citation(1, "d", "T", "s", None, 0, 1, "x"),), searched="all")


def test_a_slow_answer_is_streamed_and_stands_there_once(tmp_path: Path) -> None:
    """Streamed statements become the answer; the sources close it; nothing is posted a second time."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 5), delay=0.1), patience=0.0) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", "it"))
        assert [f"Part {n}" in message["text"] for n in range(5)] == [True] * 5
        assert message["text"].count("Part 0") == 1 and message["streaming"] is False
        assert shown(message) == "[1] *T*: “x”\n(👍) (👎)"
        assert "chat.postMessage" not in stage.slack.methods()
        start = next(call for call in stage.slack.calls if call.method == "chat.startStream")
        assert start.arguments["recipient_user_id"] == "U1" and start.arguments["recipient_team_id"] == "T0TEAM"


def test_quotations_are_posted_whole(tmp_path: Path) -> None:
    """What comes all at once is not streamed, however long the search took."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 3), delay=0.05, writes=False), patience=0.0) as stage:
        stage.answers(stage.slack.mention("C1", "U1", "it"))
        assert "chat.startStream" not in stage.slack.methods()


def test_without_streaming_one_message_is_edited_now_and_then(tmp_path: Path) -> None:
    """Where Slack refuses to stream, one message is edited, never faster than the pause."""
    bot = ScriptedBot(lambda q: _long(q, 10), delay=0.05)
    with slack_stage(tmp_path, bot, patience=0.0, pause=0.2) as stage:
        stage.slack.refuse["chat.startStream"] = "method_not_supported_for_channel_type"
        (message,) = stage.answers(stage.slack.mention("C1", "U1", "it"))
        assert "Part 9 of it." in shown(message) and "(👍)" in shown(message)
        updates = [call.at for call in stage.slack.calls if call.method == "chat.update"]
        gaps = [later - earlier for earlier, later in pairwise(updates[:-1])]
        assert 1 <= len(updates) < 12 and all(gap > 0.15 for gap in gaps)
        assert stage.slack.methods().count("chat.startStream") == 1


def test_a_stream_that_slack_ends_is_replaced_by_the_whole_answer(tmp_path: Path) -> None:
    """When the stream cannot be closed the answer takes the place of what was streamed: still one, still whole."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 4), delay=0.1), patience=0.0) as stage:
        stage.slack.refuse["chat.stopStream"] = "message_not_in_streaming_state"
        event = stage.slack.mention("C1", "U1", "it")
        stage.wait(lambda: any("(👍)" in shown(m) for m in stage.slack.ours()))
        (message,) = stage.answers(event)
        assert "Part 3 of it." in shown(message) and "[1] *T*" in shown(message)


def test_a_streamed_answer_whose_sources_slack_refuses_is_put_as_text(tmp_path: Path) -> None:
    """Blocks that Slack refuses at the end of a stream lose neither answer nor sources, and double nothing."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 3), delay=0.1), patience=0.0) as stage:
        for name in ("_chat_stopStream", "_chat_update", "_chat_postMessage"):
            real = getattr(stage.slack, name)
            refusing = lambda a, real=real: {"ok": False, "error": "invalid_blocks"} if a.get("blocks") else real(a)  # noqa: E731
            setattr(stage.slack, name, refusing)
        event = stage.slack.mention("C1", "U1", "it")
        stage.wait(lambda: any("[1] *T*" in shown(m) for m in stage.slack.ours()))
        (message,) = stage.answers(event)
        assert message["text"].count("Part 0 of it.") == message["text"].count("[1] *T*") == 1


def test_an_answer_is_posted_anew_where_the_first_words_of_it_were_deleted(tmp_path: Path) -> None:
    """Somebody deletes the growing message: the answer still arrives, once and whole."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 8), delay=0.05), patience=0.0) as stage:
        stage.slack.refuse["chat.startStream"] = "unknown_method"
        event = stage.slack.mention("C1", "U1", "it")
        stage.wait(lambda: bool(stage.slack.ours()))
        stage.slack._chat_delete({"channel": "C1", "ts": stage.slack.ours()[0]["ts"]})
        stage.wait(lambda: any("(👍)" in shown(m) for m in stage.slack.ours()))
        (message,) = stage.answers(event)
        assert "Part 0 of it." in shown(message) and "Part 7 of it." in shown(message)


def test_a_long_answer_that_was_streamed_in_part_is_not_doubled(tmp_path: Path) -> None:
    """Beyond what one streamed message holds the rest is posted; every part stands there once."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 12, 80), delay=0.03), patience=0.0) as stage:
        messages = stage.answers(stage.slack.mention("C1", "U1", "it"))
        stage.wait(lambda: "(👍)" in shown(stage.slack.ours()[-1]))
        whole = "\n".join(shown(message) for message in messages)
        assert len(messages) > 1
        assert [whole.count(f"Part {n} of") for n in range(12)] == [80] * 12


def test_a_very_long_answer_arrives_whole_in_several_messages(tmp_path: Path) -> None:
    """40,000 characters come in order, the sources with the last part, none refused by Slack."""
    with slack_stage(tmp_path, ScriptedBot(lambda q: _long(q, 20, 100))) as stage:
        event = stage.slack.mention("C1", "U1", "it")
        stage.wait(lambda: bool(stage.slack.ours()) and "(👍)" in shown(stage.slack.ours()[-1]))
        messages = stage.slack.replies("C1", event["ts"])
        assert len(messages) > 3 and "[1] *T*" in shown(messages[-1])
        whole = "\n".join(shown(message) for message in messages)
        assert [whole.count(f"Part {n} of") for n in range(20)] == [100] * 20


def test_blocks_that_slack_refuses_are_sent_as_text(stage: Stage) -> None:
    """An answer is never lost to a rule of Slack's that we did not know: it comes as text, with its sources."""
    real = stage.slack._chat_postMessage
    stage.slack._chat_postMessage = lambda a: (  # type: ignore[method-assign]
        {"ok": False, "error": "invalid_blocks"} if a.get("blocks") else real(a)
    )
    (message,) = stage.answers(stage.slack.mention("C1", "U1", "the fee"))
    assert message["text"] == "You asked about the fee. [1]\n\n[1] *Echo*: “You asked about the fee.”"


def test_rate_limits_are_honoured_and_nothing_is_lost(stage: Stage) -> None:
    """After a 429 the next try waits as long as Retry-After says, and the answer arrives once."""
    stage.slack.limited["chat.postMessage"] = 2
    event = stage.slack.mention("C1", "U1", "limited")
    stage.wait(lambda: bool(stage.slack.replies("C1", event["ts"])))
    times = [call.at for call in stage.slack.calls if call.method == "chat.postMessage"]
    assert len(times) == 3 and all(later - earlier >= 1.0 for earlier, later in pairwise(times))
    assert len(stage.slack.ours()) == 1


def test_a_limited_status_is_skipped_until_its_time_is_over(stage: Stage) -> None:
    """What does no harm when it is missing is not called again before Retry-After."""
    stage.slack.limited["assistant.threads.setStatus"] = 1
    stage.slack.retry_after = 60
    for number in range(3):
        stage.answers(stage.slack.mention("C1", "U1", f"question {number}"))
    assert stage.slack.methods().count("assistant.threads.setStatus") == 1


def test_a_lost_reply_to_a_post_does_not_double_the_answer(stage: Stage) -> None:
    """When only Slack's reply was cut, the message is found in the thread and not sent again."""
    stage.slack.cut_after["chat.postMessage"] = 1
    event = stage.slack.mention("C1", "U1", "cut")
    assert len(stage.answers(event)) == 1
    assert stage.slack.methods().count("chat.postMessage") == 1


def test_feedback_is_stored_with_question_and_answer(stage: Stage) -> None:
    """A thumb is acknowledged, stored once a person, replaced by a second one, and thanked for privately."""
    (message,) = stage.answers(stage.slack.mention("C1", "U1", "the fee"))
    stage.slack.press(message, "footnote_up", "U1", "C1")
    stage.slack.press(message, "footnote_down", "U2", "C1")
    stage.wait(lambda: len(stage.slack.ephemeral) == 2)
    stage.slack.press(message, "footnote_down", "U1", "C1")
    stage.wait(lambda: len(stage.slack.ephemeral) == 3)
    ratings = stage.store.ratings()
    assert sorted((r["person"], r["thumb"]) for r in ratings) == [
        ("slack:T0TEAM:U1", "down"),
        ("slack:T0TEAM:U2", "down"),
    ]
    assert ratings[0]["question"] == "the fee" and ratings[0]["answer"]["passages"][0]["document"] == "e0"
    assert {e["response_type"] for e in stage.slack.ephemeral} == {"ephemeral"}


def test_a_command_is_answered_privately_and_can_be_shared_once(stage: Stage) -> None:
    """/ask restates the question and answers its sender only; "Share" posts it for all, once."""
    stage.slack.command("C1", "U1", "the fee", trigger="trigger-1")
    stage.slack.command("C1", "U1", "the fee", trigger="trigger-1")
    stage.wait(lambda: bool(stage.slack.ephemeral))
    stage.idle()
    (private,) = stage.slack.ephemeral
    assert private["to"] == "U1" and private["response_type"] == "ephemeral" and stage.slack.ours() == []
    assert shown(private).startswith("Question: the fee\nYou asked about the fee. [1]")
    for _ in range(2):
        stage.slack.press(private, "footnote_share", "U1", "C1")
    stage.wait(lambda: len(stage.slack.ours()) == 1 and len(stage.slack.ephemeral) == 2)
    assert stage.slack.ephemeral[1]["delete_original"] is True
    (shared,) = stage.slack.ours()
    assert "(Share in channel)" in shown(private) and "(Share in channel)" not in shown(shared)
    follow = stage.slack.say("C1", "U2", "why?", thread=shared["ts"])
    stage.slack.deliver(stage.slack.envelope(follow))
    stage.wait(lambda: len(stage.bot.asked) == 2)
    assert stage.bot.asked[1].turns[0][0] == "the fee"


def test_an_answer_of_many_statements_shows_ten_and_the_rest_in_the_thread(tmp_path: Path) -> None:
    """The first message has ten, with their sources and how many there are; the rest follows in the same thread."""
    with slack_stage(tmp_path, ScriptedBot(many)) as stage:
        stage.slack.mention("C1", "U1", "which?")
        stage.wait(lambda: any("Project 34 is on hold." in shown(m) for m in stage.slack.ours()))
        first, *others = [shown(message) for message in stage.slack.ours()]
        assert "Project 10 is on hold." in first and "Project 11 " not in first
        assert "34 of 102 projects are on hold. The first 10 of 34 are shown; the rest follows." in first
        rest = "\n".join(others)
        assert all(f"Project {n} is on hold." in rest and f"[{n}] *Records" in rest for n in range(11, 35))
        assert len({message["thread_ts"] for message in stage.slack.ours()}) == 1


def test_a_command_shows_ten_of_many_and_says_how_to_read_all(tmp_path: Path) -> None:
    """There is no thread for the rest: nothing is cut without a word."""
    with slack_stage(tmp_path, ScriptedBot(many)) as stage:
        stage.slack.command("C1", "U1", "which?")
        stage.wait(lambda: bool(stage.slack.ephemeral))
        told = "\n".join(map(shown, stage.slack.ephemeral))
        assert "Project 10 is on hold." in told and "Project 11 " not in told
        assert "The first 10 of 34 are shown; mention me with the question to read all." in told


def test_a_command_that_fails_says_so_to_its_sender(tmp_path: Path) -> None:
    """/ask is never met with silence: a failure is a sentence with a reference."""

    def fail(question: str) -> Answer:
        raise RuntimeError(question)

    with slack_stage(tmp_path, ScriptedBot(fail)) as stage:
        stage.slack.command("C1", "U1", "the fee")
        stage.wait(lambda: bool(stage.slack.ephemeral))
        assert "Something went wrong" in shown(stage.slack.ephemeral[0])
        assert "(reference " in shown(stage.slack.ephemeral[0])


def test_a_command_whose_blocks_slack_refuses_is_answered_as_text(stage: Stage) -> None:
    """A refused late reply comes again as text, with its sources."""
    stage.slack.refuse_blocks_of_replies = True
    stage.slack.command("C1", "U1", "the fee")
    stage.wait(lambda: bool(stage.slack.ephemeral))
    assert "[1] *Echo*" in stage.slack.ephemeral[0]["text"] and stage.slack.ephemeral[0]["to"] == "U1"


def test_sharing_where_we_are_not_a_member_says_so(stage: Stage) -> None:
    """A share that Slack refuses is told to the person, who can try again after an invitation."""
    stage.slack.command("C1", "U1", "the fee")
    stage.wait(lambda: bool(stage.slack.ephemeral))
    stage.slack.refuse["chat.postMessage"] = "not_in_channel"
    stage.slack.press(stage.slack.ephemeral[0], "footnote_share", "U1", "C1")
    stage.wait(lambda: len(stage.slack.ephemeral) == 2)
    assert "Invite me" in stage.slack.ephemeral[1]["text"]
    stage.slack.refuse.clear()
    stage.slack.press(stage.slack.ephemeral[0], "footnote_share", "U1", "C1")
    stage.wait(lambda: len(stage.slack.ours()) == 1)


def test_the_assistant_panel_greets_and_suggests_questions(stage: Stage) -> None:
    """Opening the panel brings a greeting and prompts, once; its messages are questions in that thread."""
    ts = stage.slack.ts()
    panel = {"user_id": "U1", "channel_id": "D1", "thread_ts": ts, "context": {}}
    for _ in range(2):
        stage.slack.deliver(stage.slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
    stage.slack.deliver(stage.slack.envelope({"type": "assistant_thread_context_changed", "assistant_thread": panel}))
    stage.wait(lambda: "assistant.threads.setSuggestedPrompts" in stage.slack.methods())
    stage.idle()
    assert len(stage.slack.replies("D1", ts)) == 1
    event = stage.slack.say("D1", "U1", "the fee", kind="im", thread=ts)
    stage.slack.deliver(stage.slack.envelope(event))
    stage.wait(lambda: len(stage.slack.replies("D1", ts)) == 2)
    assert stage.bot.asked[0].question == "the fee"


def test_the_suggested_questions_are_about_documents_that_may_be_searched(tmp_path: Path) -> None:
    """Prompts name documents of the collections of direct messages; with none to search there are no prompts."""
    bot = ScriptedBot(echo, collection_names=("handbook", "legal"))
    panel = {"user_id": "U1", "channel_id": "D1", "thread_ts": "1764000000.9", "context": {}}
    with slack_stage(tmp_path, bot, private_collections=("legal",)) as stage:
        stage.slack.deliver(stage.slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
        stage.wait(lambda: "assistant.threads.setSuggestedPrompts" in stage.slack.methods())
        (call,) = [call for call in stage.slack.calls if call.method == "assistant.threads.setSuggestedPrompts"]
        assert call.arguments["prompts"] == [{"title": "The handbook", "message": "What does “The handbook” say?"}]
    with slack_stage(tmp_path / "none", bot, chat_collections=("C1=handbook", "direct=")) as stage:
        stage.slack.deliver(stage.slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
        stage.wait(lambda: "chat.postMessage" in stage.slack.methods())
        stage.idle()
        assert "assistant.threads.setSuggestedPrompts" not in stage.slack.methods()


def test_a_private_collection_is_never_searched_from_a_public_channel(tmp_path: Path) -> None:
    """The map of channels decides; a private collection needs a private channel that is named."""
    bot = ScriptedBot(echo, collection_names=("handbook", "legal"))
    rules = {
        "chat_collections": ("CPUB=handbook+legal", "GLEG=legal", "direct=legal"),
        "private_collections": ("legal",),
    }
    with slack_stage(tmp_path, bot, **rules) as stage:
        slack = stage.slack
        slack.private_channels.add("GLEG")
        slack.private_channels.add("GOTHER")
        searched = {}
        for channel in ("CPUB", "CELSE", "GLEG", "GOTHER"):
            event = slack.say(channel, "U1", f"<@{BOT_USER}> asked in {channel}")
            slack.deliver(
                slack.envelope({k: v for k, v in event.items() if k != "channel_type"} | {"type": "app_mention"})
            )
            stage.answers(event)
        for asked in bot.asked:
            searched[asked.question.split()[-1]] = asked.filter.collections if asked.filter else None
        assert searched == {
            "CPUB": ("handbook",),
            "CELSE": ("handbook",),
            "GLEG": ("legal",),
            "GOTHER": ("handbook",),
        }
        direct = slack.say("D1", "U1", "asked directly", kind="im")
        slack.deliver(slack.envelope(direct))
        (message,) = stage.answers(direct)
        assert "No documents may be searched from here" in shown(message) and len(bot.asked) == 4


def test_a_channel_that_cannot_be_looked_up_counts_as_public(tmp_path: Path) -> None:
    """Without the scope to look, nothing private is risked."""
    bot = ScriptedBot(echo, collection_names=("handbook", "legal"))
    with slack_stage(tmp_path, bot, chat_collections=("GLEG=legal+handbook",), private_collections=("legal",)) as stage:
        stage.slack.refuse["conversations.info"] = "missing_scope"
        event = stage.slack.say("GLEG", "U1", f"<@{BOT_USER}> asked")
        stage.slack.deliver(stage.slack.envelope({k: v for k, v in event.items() if k != "channel_type"}))
        stage.answers(event)
        assert bot.asked[0].filter is not None and bot.asked[0].filter.collections == ("handbook",)


def test_a_page_address_puts_a_button_under_the_answer(tmp_path: Path) -> None:
    """The button opens the page at that footnote; pressing it is acknowledged."""
    with slack_stage(
        tmp_path, ScriptedBot(lambda q: replace(notice_period(), question=q)), page_url="https://ask.example"
    ) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", "the notice period"))
        assert "(Open [1])" in shown(message)
        stage.slack.press(message, "footnote_open_1", "U1", "C1")
        stage.idle()


def test_a_verdict_arrives_before_the_quotation(tmp_path: Path) -> None:
    """In bold, once, in its thread."""

    def script(question: str) -> Answer:
        (statement,) = notice_period().statements
        return replace(notice_period(question), statements=(replace(statement, verdict="yes"),), verdict="yes")

    with slack_stage(tmp_path, ScriptedBot(script, writes=False)) as stage:
        event = stage.slack.mention("C1", "U1", "may they end it?")
        (message,) = stage.answers(event)
        assert "*Yes.* “Either party may end it" in shown(message)
