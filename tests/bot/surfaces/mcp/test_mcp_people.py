"""What people meet through an MCP client: readable text, links, no folders of the server, prompts, lines to paste."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chat_answers import cite
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from scripted_bot import ScriptedBot, echo
from small_library import LEASE, documents, small_library
from test_mcp_server import call, with_client

from bot.answer import Answer, Statement
from bot.settings.settings import Settings
from bot.surfaces.mcp.server import FootnoteServer
from ingest.splitting.split import split
from vectorstore.library import Library

ROOT = Path(__file__).parents[4]
QUOTE = "Either party may end it with a notice period of 30 days."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A real library of three documents."""
    with Library.open(small_library(tmp_path)) as opened:
        yield opened


def server_of(library: Library, statement: Statement, *, page: str = "") -> Any:
    """Return a server whose bot says one statement about the lease."""
    citation = cite(1, LEASE, QUOTE, document=documents()[0].id)
    bot = ScriptedBot(lambda q: Answer(q, (statement,), (citation,)), opened=library, settings=Settings(page_url=page))
    return FootnoteServer(bot, allow_ingest=True)  # type: ignore[arg-type]


def test_the_content_is_text_that_says_each_quote_once(library: Library) -> None:
    """A client that shows the content shows an answer: no JSON, and a quoted sentence is not quoted again below."""
    result = call(server_of(library, Statement(QUOTE, (1,))), "ask", question="How long is the notice period?")
    text = result.content[0].text
    assert len(result.content) == 1 and not text.startswith("{")
    assert text.count("notice period of 30 days") == 1
    assert text.splitlines()[0] == f"{QUOTE} [1]"
    assert "[1] Contract, p. 4, Termination" in text
    written = Statement("The notice period is 30 days.", (1,), "supported")
    text = call(server_of(library, written), "ask", question="How long?").content[0].text
    assert text.count(QUOTE) == 1  # what a chat model wrote is shown beside the words it rests on


def test_footnotes_and_passages_link_to_the_page(library: Library) -> None:
    """With `page_url` both text and structure lead to the page; without it the text names the resource and offsets."""
    server = server_of(library, Statement(QUOTE, (1,)), page="https://docs.example.org")
    lease = library.find("lease.pdf").id
    start = LEASE.index(QUOTE)
    link = f"https://docs.example.org/#document={lease}&start={start}&end={start + len(QUOTE)}"
    result = call(server, "ask", question="How long?")
    assert link in result.content[0].text and result.structured_content["citations"][0]["link"] == link
    found = call(server, "search", query="notice period")
    for passage in found.structured_content["passages"]:
        assert (
            passage["link"].startswith("https://docs.example.org/#document=")
            and passage["link"] in found.content[0].text
        )
    result = call(server_of(library, Statement(QUOTE, (1,))), "ask", question="How long?")
    assert f"(footnote://document/{lease}, {start} to {start + len(QUOTE)})" in result.content[0].text


def test_no_folder_of_the_server_is_told(library: Library) -> None:
    """Neither answers nor lists, resources, removals nor errors name the folder that a document was read from."""
    twin = replace(documents()[0], id="f" * 16, source="/papers/other/lease.pdf")
    library.add([(twin, split(twin.text, headings=twin.headings))])
    server = server_of(library, Statement(QUOTE, (1,)))

    async def work(client: Client) -> str:
        told: list[Any] = [(await client.list_resources()).model_dump_json()]
        for tool, arguments in (
            ("ask", {"question": "How long is the notice period?"}),
            ("search", {"query": "notice period"}),
            ("list_documents", {}),
            ("list_documents", {"query": "papers"}),
            ("read_document", {"document": "brief.md"}),
            ("read_document", {"document": "lease.pdf"}),  # there are two
            ("remove_document", {"document": "brief.md"}),
        ):
            result = await client.call_tool(tool, arguments)
            told.append(result.model_dump_json())
        assert '"is_error":true' in told[6] and "f" * 16 in told[6] and "2 documents are called" in told[6]
        return "\n".join(told)

    told = with_client(server, work)
    assert "lease.pdf" in told and "/papers" not in told


def test_collections_are_listed(library: Library) -> None:
    """A model sees which collections there are before it names one."""
    result = call(server_of(library, Statement(QUOTE, (1,))), "list_collections")
    listed = {entry["name"]: entry["documents"] for entry in result.structured_content["collections"]}
    assert listed == library.collections() and "deals" in result.content[0].text


def test_prompts_are_offered() -> None:
    """Each prompt has a title and a description of its arguments, and becomes a message that holds what was given."""
    server = FootnoteServer(ScriptedBot(echo))  # type: ignore[arg-type]

    async def work(client: Client) -> None:
        prompts = {prompt.name: prompt for prompt in (await client.list_prompts()).prompts}
        assert set(prompts) == {"ask_documents", "summarise_document", "check_text"}
        assert all(
            p.title and p.description and all(a.description for a in p.arguments or ()) for p in prompts.values()
        )
        asked = await client.get_prompt("ask_documents", {"question": "How long is {the} notice?"})
        text = asked.messages[0].content.text  # type: ignore[union-attr]
        assert "How long is {the} notice?" in text and "`ask`" in text and "footnote numbers" in text
        everything = await client.get_prompt("summarise_document", {})
        assert "What are these documents about?" in everything.messages[0].content.text  # type: ignore[union-attr]

    with_client(server, work)


def configured(client: str, folder: Path) -> str:
    """Return what `footnote mcp --config` prints, run in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "mcp", "--config", client],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    assert done.stderr.strip()
    return done.stdout


def test_the_lines_for_a_client_start_the_server_from_any_folder(tmp_path: Path) -> None:
    """The command of each client, run elsewhere, finds the library and the settings of the folder it was printed in."""
    home, elsewhere = tmp_path / "home of mine", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    small_library(home)
    (home / "footnote.toml").write_text('page_url = "https://docs.example.org"\n', encoding="utf-8")
    servers = {
        "claude-desktop": json.loads(configured("claude-desktop", home))["mcpServers"]["footnote"],
        "cursor": json.loads(configured("cursor", home))["mcpServers"]["footnote"],
        "vscode": json.loads(configured("vscode", home))["servers"]["footnote"],
    }
    assert servers["vscode"].pop("type") == "stdio"
    assert servers["claude-desktop"] == servers["cursor"] == servers["vscode"]
    server = servers["cursor"]
    assert Path(server["command"]).is_absolute() and str(home / ".footnote") in server["args"]
    line = shlex.split(configured("claude-code", home))
    assert line[:6] == ["claude", "mcp", "add", "--scope", "user", "footnote"]
    assert line[line.index("--") + 1 :] == [server["command"], *server["args"]]

    async def work(client: Client) -> Any:
        return await client.call_tool("search", {"query": "notice period"})

    environment = {**server["env"], "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    started = StdioServerParameters(command=server["command"], args=server["args"], env=environment, cwd=str(elsewhere))
    found = with_client(started, work).structured_content["passages"]
    assert found and found[0]["link"].startswith("https://docs.example.org/#document=")


def test_a_verdict_begins_the_text_and_is_a_field(library: Library) -> None:
    """Programs read it; people see it before the quotation, which has its marks."""
    citation = cite(1, LEASE, QUOTE, document=documents()[0].id)
    said = (Statement(QUOTE, (1,), verdict="yes"),)
    bot = ScriptedBot(lambda q: Answer(q, said, (citation,), verdict="yes", short="short" in q), opened=library)
    server = FootnoteServer(bot)  # type: ignore[arg-type]
    result = call(server, "ask", question="May they end it?")
    assert result.structured_content["verdict"] == "yes"
    assert result.content[0].text.splitlines()[0] == f"Yes. “{QUOTE}” [1]"
    short = call(server, "ask", question="In short?").content[0].text
    assert short.splitlines()[0] == "Yes. [1]" and f"“{QUOTE}”" in short
