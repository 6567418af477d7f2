"""Slack under load and under cuts: nothing lost, nothing doubled, nothing mixed."""

from __future__ import annotations

import json
import platform
import random
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
from fake_slack import BOT_USER, FakeSlack
from scripted_bot import ScriptedBot, echo
from slack_stage import shown, slack_stage

from bot.surfaces.chat.store import ChatStore


@pytest.mark.slow
def test_a_thousand_events_redelivered_reordered_and_doubled_are_each_answered_once(tmp_path: Path) -> None:
    """1,000 questions: 30 % redelivered, every mention doubled as a message, in any order."""
    chance = random.Random(5)
    with slack_stage(tmp_path, ScriptedBot(echo)) as stage:
        slack = stage.slack
        events, bodies = [], []
        for number in range(1_000):
            direct = number % 2 == 0
            channel = f"D{number % 7}" if direct else f"C{number % 7}"
            text = f"question {number}" if direct else f"<@{BOT_USER}> question {number}"
            event = slack.say(channel, f"U{number % 9}", text, kind="im" if direct else "channel")
            events.append(event)
            bodies.append(slack.envelope(event))
            if not direct:
                bodies.append(slack.envelope({**event, "type": "app_mention"}))
        bodies += chance.sample(bodies, 300)
        chance.shuffle(bodies)
        for body in bodies:
            slack.deliver(body, retry=chance.choice((0, 0, 1)))
        stage.wait(lambda: len(slack.ours()) == 1_000, seconds=240)
        stage.idle()
        assert len(slack.ours()) == 1_000
        assert Counter(asked.question for asked in stage.bot.asked) == Counter(f"question {n}" for n in range(1_000))
        for number, event in enumerate(events):
            (message,) = slack.replies(event["channel"], event["ts"])
            assert f"You asked about question {number}." in shown(message)


@pytest.mark.slow
def test_a_socket_cut_ten_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """The socket is cut ten times midway: what was not acknowledged comes again, each is answered once."""
    with slack_stage(tmp_path, ScriptedBot(echo, delay=0.02)) as stage:
        slack = stage.slack
        events = []
        for number in range(60):
            events.append(slack.mention("C1", f"U{number % 5}", f"question {number}"))
            if number % 6 == 3:
                before = slack.connections
                slack.cut()
                stage.wait(lambda before=before: slack.connections > before)  # type: ignore[misc]
        stage.wait(lambda: len(slack.ours()) >= 60)
        stage.idle()
        assert slack.connections >= 11
        for number, event in enumerate(events):
            (message,) = slack.replies("C1", event["ts"])
            assert f"You asked about question {number}." in shown(message)


def test_a_follow_up_right_behind_its_question_is_answered_after_it(tmp_path: Path) -> None:
    """Both come in one burst, as after a lost socket: the follow-up, which mentions nobody, is known as one."""
    with slack_stage(tmp_path, ScriptedBot(echo)) as stage:
        slack = stage.slack
        threads = []
        for number in range(40):
            first = slack.mention("C1", "U1", f"question {number}")
            slack.deliver(slack.envelope(slack.say("C1", "U1", f"and {number}?", thread=first["ts"])))
            threads.append(first["ts"])
        stage.wait(lambda: len(slack.ours()) == 80)
        stage.idle()
        for number, thread in enumerate(threads):
            answers = [shown(message) for message in slack.replies("C1", thread)]
            assert [f"question {number}." in answers[0], f"and {number}?" in answers[1]] == [True, True]


def test_a_question_left_by_a_killed_process_is_answered_by_the_next(tmp_path: Path) -> None:
    """A process that is killed while it answers leaves its question behind; the next one answers it, once."""
    with FakeSlack() as slack:
        lost = slack.say("D1", "U1", "lost", kind="im")
        posted = slack.say("D1", "U1", "posted", kind="im")
        _die_with(tmp_path, lost, posted)
        # The dead process had posted one of the two answers, and died before it could note that.
        key = {"event_type": "footnote_answer", "event_payload": {"key": f"{posted['ts']}/ref/0"}}
        reply = {
            "ts": slack.ts(),
            "thread_ts": posted["ts"],
            "user": BOT_USER,
            "text": "done",
            "metadata": key,
        }
        slack.messages["D1"].append(reply)
        with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
            assert stage.surface.resume() == 2
            stage.wait(lambda: bool(slack.replies("D1", lost["ts"])))
            slack.deliver(slack.envelope(lost), retry=1)
            stage.idle()
            assert [asked.question for asked in stage.bot.asked] == ["lost"]
            assert len(slack.replies("D1", lost["ts"])) == len(slack.replies("D1", posted["ts"])) == 1
            assert stage.surface.resume() == 0


def test_a_command_left_by_a_killed_process_is_answered_by_the_next(tmp_path: Path) -> None:
    """A slash command that was being answered when the process died is answered after the restart, once."""
    with FakeSlack() as slack:
        address = f"http://127.0.0.1:{slack.port}/response/C1/U1"
        kept = {"text": "the fee", "channel_id": "C1", "user_id": "U1", "team_id": "T0TEAM", "trigger_id": "t1"}
        dead = ChatStore(tmp_path / "chats.sqlite", owner=f"{platform.node()}:{_dead_process()}")
        assert dead.claim(["slack:command:t1"], surface="slack", payload={**kept, "response_url": address})
        dead.close()
        with slack_stage(tmp_path, ScriptedBot(echo), slack=slack) as stage:
            assert stage.surface.resume() == 1
            stage.wait(lambda: bool(slack.ephemeral))
            slack.command("C1", "U1", "the fee", trigger="t1")
            stage.idle()
            assert len(slack.ephemeral) == 1 and "You asked about the fee." in shown(slack.ephemeral[0])
            assert stage.surface.resume() == 0


def _dead_process() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_living_process_keeps_its_questions(tmp_path: Path) -> None:
    """A second process that starts beside the first does not take over what the first is working on."""
    first, second = ChatStore(tmp_path / "c.sqlite"), ChatStore(tmp_path / "c.sqlite")
    job = first.claim(["slack:event:1"], surface="slack", payload={"text": "x"})
    assert job and second.claim(["slack:event:1"], surface="slack", payload={}) == ""
    assert second.unfinished("slack", seconds=900) == []


def _die_with(folder: Path, *events: dict[str, object]) -> None:
    """Claim events in another process that ends without finishing them."""
    program = """
        import os, sys, json, pathlib
        from bot.surfaces.chat.store import ChatStore
        from bot.surfaces.slack.events import Me, claim_keys, read_question
        store = ChatStore(pathlib.Path(sys.argv[1]) / "chats.sqlite")
        for event in json.loads(sys.argv[2]):
            body = {"team_id": "T0TEAM", "event": event}
            question = read_question(body, Me("T0TEAM", "U0BOT", "B0BOT"), in_thread=lambda key: False)
            assert store.claim(claim_keys(body, question), surface="slack", payload=question.as_dict())
        os._exit(9)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(program), str(folder), json.dumps(events)]
    assert subprocess.run(arguments, check=False, cwd=Path(__file__).parents[4]).returncode == 9
