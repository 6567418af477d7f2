"""What code works out is shown whole on each surface: lists, counts, sums, documents asked, compared, counted, places.

The page has the same questions in `tests/browser/test_page_kinds.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL
from fastapi.testclient import TestClient
from kinds_of_answers import KINDS, Kind, office_library
from mcp.client.client import Client
from slack_stage import shown, slack_stage

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.mcp.server import FootnoteServer
from bot.surfaces.web.app import create_app

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's documents."""
    return office_library(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def bot(library: Path) -> Iterator[Bot]:
    """A bot that quotes."""
    with Bot(settings=Settings(library=str(library), questions_per_minute=0)) as opened:
        yield opened


def plain(text: str) -> str:
    """Return a text without what a chat's markup, a terminal's lines and JSON add to it."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"\s+", " ", re.sub(r"[*_>`\\\u200b]", "", text))


def assert_told(kind: Kind, text: str) -> None:
    """Check that all that an answer must show stands in a text, with its footnotes."""
    told = plain(text)
    missing = [words for words in (*kind.shown, *kind.quotes) if plain(words) not in told]
    assert not missing, f"{missing} in {text[:3_000]}"


@each_kind
def test_python(kind: Kind, bot: Bot) -> None:
    """`Bot.ask`: every footnote is verbatim."""
    answer = bot.ask(kind.question)
    assert not answer.abstained
    assert_told(kind, answer.text)
    for citation in answer.citations:
        assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote


@each_kind
def test_the_command_line(kind: Kind, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`footnote ask`, as text and as JSON."""
    for options in ([], ["--json"]):
        assert run(["ask", "--library", str(library), *options, "--", kind.question]) == 0
        out = capsys.readouterr().out
        assert_told(kind, json.dumps(json.loads(out), ensure_ascii=False) if options else out)


@each_kind
def test_http(kind: Kind, bot: Bot) -> None:
    """POST /v1/ask, at once and as events, and the form of other programs."""
    with TestClient(create_app(bot, bot.settings), base_url="http://127.0.0.1:8000") as client:
        whole = client.post("/v1/ask", json={"question": kind.question})
        assert whole.status_code == 200
        events = client.post("/v1/ask", json={"question": kind.question}, headers={"accept": "text/event-stream"})
        message = {"role": "user", "content": kind.question}
        other = client.post("/v1/chat/completions", json={"model": "footnote", "messages": [message]}).json()
    for text in (whole.text, events.text, json.dumps(other, ensure_ascii=False)):
        assert_told(kind, text)


def test_slack(bot: Bot, tmp_path: Path) -> None:
    """In a channel's thread, of a long list ten items above and the others below."""
    with slack_stage(tmp_path, bot) as stage:
        asked = [(kind, stage.slack.mention("C1", "U1", kind.question)) for kind in KINDS.values()]
        for kind, event in asked:
            assert_told(kind, "\n".join(map(shown, stage.answers(event))))


def test_discord(bot: Bot, tmp_path: Path) -> None:
    """In a thread, a long list whole in its file."""
    with discord_stage(tmp_path, bot) as stage:
        asked = [(kind, stage.discord.say(GENERAL, "1", f"<@{BOT}> {kind.question}")) for kind in KINDS.values()]
        for kind, message in asked:
            sent = stage.answers(stage.discord.thread_of(message))
            assert_told(kind, "\n".join(text for one in sent for text in (one.content, *one.files.values())))


def test_mcp(bot: Bot) -> None:
    """The tool `ask`: what a model reads, and what a program does."""

    async def call() -> list[tuple[Kind, str, str]]:
        found = []
        async with Client(FootnoteServer(bot)) as client:
            for kind in KINDS.values():
                done = await client.call_tool("ask", {"question": kind.question})
                read = "\n".join(getattr(part, "text", "") for part in done.content)
                found.append((kind, read, json.dumps(done.structured_content, ensure_ascii=False)))
        return found

    for kind, read, structured in anyio.run(call):
        assert_told(kind, read)
        assert_told(kind, structured)
