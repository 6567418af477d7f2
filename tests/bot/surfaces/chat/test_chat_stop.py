"""Ending `footnote slack`, `discord` and `mcp`: answers under way are finished, and no traceback is seen."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from fake_discord import BOT, GENERAL, FakeDiscord
from fake_discord import TOKEN as DISCORD_TOKEN
from fake_slack import APP_TOKEN, BOT_TOKEN, SECRET, FakeSlack, signed
from mcp.client.client import Client

from bot.errors import SettingError
from bot.surfaces.listen import listen

ROOT = Path(__file__).parents[4]
STOPPED = {signal.SIGTERM: 0, signal.SIGINT: 130}
BOTH = pytest.mark.parametrize("how", STOPPED, ids=lambda how: how.name)


@contextmanager
def running(folder: Path, address: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command in a process of its own; it is killed if it has not ended by itself."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parents[1]}",
        "FOOTNOTE_SLACK_BOT_TOKEN": BOT_TOKEN,
        "FOOTNOTE_SLACK_APP_TOKEN": APP_TOKEN,
        "FOOTNOTE_SLACK_SIGNING_SECRET": SECRET,
        "FOOTNOTE_DISCORD_TOKEN": DISCORD_TOKEN,
    }
    command = [sys.executable, "-m", "surface_process", address, *arguments, "--library", str(folder)]
    process = subprocess.Popen(command, env=env, cwd=folder, text=True, stdin=-1, stdout=-1, stderr=-1)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait(until: Callable[[], bool]) -> None:
    """Wait until something holds; fail after a time that is only there to end a hung test."""
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def ended(process: subprocess.Popen[str], how: signal.Signals) -> str:
    """Ask the process to stop; return what it printed."""
    process.send_signal(how)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == STOPPED[how], errors
    assert "Traceback" not in out + errors
    return out + errors


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@BOTH
def test_slack_finishes_the_answers_under_way(tmp_path: Path, how: signal.Signals) -> None:
    """Socket Mode: the question that is being answered and those that wait behind it get their answers."""
    with FakeSlack() as slack, running(tmp_path, slack.address, "slack") as process:
        wait(lambda: slack.connections == 1)
        events = [slack.mention("C1", "U1", "the fee")]
        events.append(slack.say("C1", "U1", "and the rent?", thread=events[0]["ts"]))
        slack.deliver(slack.envelope(events[1]))
        wait(slack.settled)
        wait((tmp_path / "asked").exists)
        assert "Finishing the questions under way" in ended(process, how)
        assert len(slack.replies("C1", events[0]["ts"])) == 2


@BOTH
def test_slack_over_http_finishes_the_answers_under_way(tmp_path: Path, how: signal.Signals) -> None:
    """HTTP mode: the same, after the server has stopped listening."""
    port = free_port()
    with FakeSlack() as slack, running(tmp_path, slack.address, "slack", "--http", "--port", str(port)) as process:
        address = f"http://127.0.0.1:{port}/slack/events"
        wait(lambda: _listens(port))
        event = slack.say("C1", "U1", "<@U0BOT> the fee")
        body = json.dumps(slack.envelope({**event, "type": "app_mention"}))
        assert httpx.post(address, content=body, headers=signed(body) | {"Content-Type": "application/json"}).is_success
        ended(process, how)
        assert len(slack.replies("C1", event["ts"])) == 1


@BOTH
def test_discord_finishes_the_answers_under_way(tmp_path: Path, how: signal.Signals) -> None:
    """The question that is being answered gets its answer before the client leaves."""
    with FakeDiscord() as discord, running(tmp_path, f"http://127.0.0.1:{discord.port}", "discord") as process:
        wait(lambda: discord.identifies == 1)
        message = discord.say(GENERAL, "1", f"<@{BOT}> the fee")
        wait(lambda: any(path.endswith("typing") for _, path in discord.requests))
        ended(process, how)
        assert len(discord.in_channel(discord.thread_of(message))) == 1


@BOTH
def test_mcp_over_http_finishes_the_call_under_way(tmp_path: Path, how: signal.Signals) -> None:
    """The call that is being answered gets its result before the server is gone."""
    port = free_port()
    results = []

    async def ask() -> None:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            results.append(await client.call_tool("ask", {"question": "the fee"}))

    with running(tmp_path, "", "mcp", "--http", "--port", str(port)) as process:
        wait(lambda: _listens(port))
        asking = threading.Thread(target=lambda: anyio.run(ask))
        asking.start()
        wait((tmp_path / "asked").exists)
        ended(process, how)
        asking.join(30)
    assert results and "You asked about the fee." in results[0].content[0].text


@BOTH
def test_mcp_over_standard_input_ends_quietly(tmp_path: Path, how: signal.Signals) -> None:
    """Stopped by a signal while it waits for its client, it prints nothing."""
    with running(tmp_path, "", "mcp") as process:
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
        call = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(call) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(how)
        out, errors = process.communicate(timeout=60)
        assert out == "" and "Traceback" not in errors


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    """Another program listens there already: a sentence, exit status 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments in (("slack", "--http", "--port", port), ("mcp", "--http", "--port", port)):
            with running(tmp_path, "", *arguments) as process:
                _, errors = process.communicate(timeout=60)
                assert process.returncode == 2
                assert f"cannot listen on 127.0.0.1 port {port}" in errors and "--port" in errors
                assert "('127.0.0.1'" not in errors


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_elsewhere_is_told_from_a_taken_port(host: str) -> None:
    """A host that is not this machine's is named as that, not as a port that somebody uses."""
    with pytest.raises(SettingError, match="no address of this machine") as refused:
        listen(host, 0)
    assert "--port" not in str(refused.value)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
