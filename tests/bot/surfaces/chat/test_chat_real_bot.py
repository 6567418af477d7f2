"""The real bot over a real library, on every surface: one conversation each, from question to footnote."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from slack_stage import shown, slack_stage
from small_library import LEASE, small_library

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.text.shown import one_line

pytestmark = pytest.mark.slow

QUOTE = "Either party may end it with a notice period of 30 days."


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """A bot over a library of three short documents."""
    with Bot(settings=Settings(library=str(small_library(tmp_path)))) as bot:
        yield bot


def test_slack_from_question_to_footnote(bot: Bot, tmp_path: Path) -> None:
    """A question, a follow-up in its thread, an abstention, a pleasantry, in Slack."""
    with slack_stage(tmp_path / "slack", bot) as stage:
        event = stage.slack.mention("C1", "U1", "How long is the notice period?")
        (message,) = stage.answers(event)
        assert f"{QUOTE} [1]" in shown(message).replace("*", "") and "*30 days*" in shown(message)
        assert "Lease of the house" in shown(message)
        kept = stage.store.conversation(f"slack:T0TEAM:C1:{event['ts']}")[0].citations[0]
        assert LEASE[kept.start : kept.end] == kept.quote == QUOTE
        follow = stage.slack.say("C1", "U2", "and how much is the rent?", thread=event["ts"])
        stage.slack.deliver(stage.slack.envelope(follow))
        stage.wait(lambda: len(stage.slack.replies("C1", event["ts"])) == 2)
        assert "4,200 EUR" in shown(stage.slack.replies("C1", event["ts"])[1])
        (unknown,) = stage.answers(stage.slack.mention("C1", "U1", "Who painted the Sistine ceiling?"))
        assert shown(unknown).startswith("The documents don't say.") and "[1]" not in shown(unknown)
        (polite,) = stage.answers(stage.slack.mention("C1", "U1", "thank you!"))
        assert "(👍)" not in shown(polite)


def test_the_suggested_questions_of_the_panel_have_answers(bot: Bot, tmp_path: Path) -> None:
    """Who presses a prompt in Slack's assistant panel gets an answer from the document that it names."""
    with slack_stage(tmp_path / "slack", bot) as stage:
        panel = {"user_id": "U1", "channel_id": "D1", "thread_ts": stage.slack.ts(), "context": {}}
        stage.slack.deliver(stage.slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
        stage.wait(lambda: "assistant.threads.setSuggestedPrompts" in stage.slack.methods())
        (call,) = [call for call in stage.slack.calls if call.method == "assistant.threads.setSuggestedPrompts"]
        assert call.arguments["prompts"][0]["title"] == "Lease of the house"
        for prompt in call.arguments["prompts"]:
            assert prompt["title"] in {one_line(citation.title) for citation in bot.ask(prompt["message"]).citations}


def test_discord_from_question_to_footnote(bot: Bot, tmp_path: Path) -> None:
    """A question in a thread of its own and its whole quotation, on Discord."""
    with discord_stage(tmp_path / "discord", bot) as stage:
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> How long is the notice period?")
        thread = stage.discord.thread_of(message)
        (sent,) = stage.answers(thread)
        assert "**30 days**" in sent.content  # the words that answer
        assert sent.content.replace("**", "").startswith(f"{QUOTE} \\[1]\n\n-# \\[1] Lease of the house, p. 1")
        stage.discord.press(sent, "Quote [1]", "2")
        assert stage.answers(thread, 2)[1].content.endswith(QUOTE)


def test_mcp_from_question_to_footnote(tmp_path: Path) -> None:
    """`footnote mcp` in a process of its own: the answer's quote is the document's text at its offsets."""
    library = small_library(tmp_path)
    root = Path(__file__).parents[4]
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bot.surfaces.cli.app", "mcp", "--library", str(library)],
        env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"]},
        cwd=str(root),
    )

    async def run() -> None:
        async with Client(server) as client:
            answer = await client.call_tool("ask", {"question": "How long is the notice period?"})
            assert answer.structured_content is not None
            (note,) = answer.structured_content["citations"]
            assert note["quote"] == QUOTE and note["page"] == 1
            where = {"document": note["document"], "start": note["start"], "length": note["end"] - note["start"]}
            read = await client.call_tool("read_document", where)
            assert read.structured_content is not None and read.structured_content["text"] == QUOTE
            abstained = await client.call_tool("ask", {"question": "Who painted the Sistine ceiling?"})
            assert abstained.structured_content is not None and abstained.structured_content["abstained"]

    anyio.run(run)
