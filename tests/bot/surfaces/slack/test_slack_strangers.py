"""Whom Footnote does not answer in Slack, and what it suggests in the agent experience, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_slack import FakeSlack
from scripted_bot import ScriptedBot, echo
from slack_stage import Stage, shown, slack_stage

PROMPTS = "assistant.threads.setSuggestedPrompts"
REFUSAL = "I answer members of this workspace"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A Slack with a guest and a channel that another workspace shares; the app has the scope to tell guests."""
    scopes = "chat:write,commands,users:read,channels:read"
    with FakeSlack(scopes=scopes, guests={"UGUEST"}, shared_channels={"CSHARED"}) as fake:
        yield fake


def prompts_of(stage: Stage) -> list[dict[str, Any]]:
    """Return the arguments of each call that set prompts."""
    return [call.arguments for call in stage.slack.calls if call.method == PROMPTS]


def test_strangers_are_refused_and_members_answered(slack: FakeSlack, tmp_path: Path) -> None:
    """A guest anywhere, and anybody where other workspaces read along, gets a sentence and no search; a member gets
    the answer."""
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
        for channel, person in (("C1", "UGUEST"), ("CSHARED", "U1")):
            (refused,) = stage.answers(slack.mention(channel, person, "the fee"))
            assert REFUSAL in shown(refused)
        assert stage.bot.asked == []
        (answered,) = stage.answers(slack.mention("C1", "U1", "the fee"))
        assert "You asked about the fee." in shown(answered)


def test_a_channel_that_is_named_is_open_to_strangers(slack: FakeSlack, tmp_path: Path) -> None:
    """`slack_guest_channels` opens exactly the channels that it names."""
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack, slack_guest_channels=("CSHARED", "C2")) as stage:
        for channel, person in (("CSHARED", "U1"), ("C2", "UGUEST")):
            (answered,) = stage.answers(slack.mention(channel, person, "the fee"))
            assert "You asked about the fee." in shown(answered)
        (refused,) = stage.answers(slack.mention("C1", "UGUEST", "the fee"))
        assert REFUSAL in shown(refused)


def test_a_refused_thread_is_left(slack: FakeSlack, tmp_path: Path) -> None:
    """What is said below a refusal, without a mention, is not refused again and again."""
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
        event = slack.mention("CSHARED", "U1", "the fee")
        stage.answers(event)
        slack.deliver(slack.envelope(slack.say("CSHARED", "U2", "what is that?", thread=event["ts"])))
        stage.idle()
        assert len(slack.replies("CSHARED", event["ts"])) == 1


def test_the_command_and_its_share_button_refuse_strangers(slack: FakeSlack, tmp_path: Path) -> None:
    """A guest's /ask is refused; a member's is answered in a shared channel too, but not put there for all."""
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
        slack.command("C1", "UGUEST", "the fee")
        stage.wait(lambda: len(slack.ephemeral) == 1)
        assert REFUSAL in shown(slack.ephemeral[0]) and stage.bot.asked == []
        slack.command("C1", "U1", "the fee")
        stage.wait(lambda: len(slack.ephemeral) == 2)
        slack.press(slack.ephemeral[1], "footnote_share", "U1", "CSHARED")
        stage.wait(lambda: len(slack.ephemeral) == 3)
        assert REFUSAL in slack.ephemeral[2]["text"] and slack.ours() == []


def test_who_cannot_be_looked_up_is_taken_for_a_guest(slack: FakeSlack, tmp_path: Path) -> None:
    """With the scope and without an answer from Slack, nobody is let in by mistake."""
    slack.refuse["users.info"] = "internal_error"
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
        (refused,) = stage.answers(slack.mention("C1", "U1", "the fee"))
        assert REFUSAL in shown(refused)


def test_opening_the_messages_suggests_questions_without_a_thread(slack: FakeSlack, tmp_path: Path) -> None:
    """In the agent experience Slack ignores prompts that name a thread; the home tab brings none, a guest neither."""
    with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
        for person, channel, tab in (("U1", "D0", "home"), ("UGUEST", "D2", "messages"), ("U1", "D1", "messages")):
            slack.deliver(slack.envelope({"type": "app_home_opened", "user": person, "channel": channel, "tab": tab}))
        stage.wait(lambda: bool(prompts_of(stage)))
        stage.idle()
        (call,) = prompts_of(stage)
        assert call["channel_id"] == "D1" and "thread_ts" not in call and call["title"]
        assert call["prompts"] == [{"title": "The default", "message": "What does “The default” say?"}]
        assert slack.ours() == []  # it opens often: nothing is posted
        panel = {"user_id": "U1", "channel_id": "D1", "thread_ts": slack.ts(), "context": {}}
        slack.deliver(slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
        stage.wait(lambda: len(prompts_of(stage)) == 2)
        assert prompts_of(stage)[1]["thread_ts"] == panel["thread_ts"]
