"""The MCP server through the SDK's own client: in memory, over standard input and output, over HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from chat_answers import abstained
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from scripted_bot import ScriptedBot, echo
from small_library import BRIEF, LEASE, small_library
from starlette.testclient import TestClient

from bot.answer import Answer
from bot.errors import ModelError, SettingError
from bot.settings.settings import Settings
from bot.surfaces.mcp.serve import WRONG_TOKENS, http_app, serve
from bot.surfaces.mcp.server import FootnoteServer
from vectorstore.library import Library

ROOT = Path(__file__).parents[4]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A real library of three documents."""
    with Library.open(small_library(tmp_path)) as opened:
        yield opened


def with_client(server: Any, work: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """Run `work` with a client that is connected to a server or transport."""

    async def run() -> Any:
        async with Client(server, **options) as client:
            return await work(client)

    return anyio.run(run)


def call(server: Any, tool: str, **arguments: Any) -> Any:
    """Call one tool in memory and return its result."""
    return with_client(server, lambda client: client.call_tool(tool, arguments))


@contextmanager
def over_http(server: FootnoteServer, *, token: str = "") -> Iterator[str]:
    """Serve over streamable HTTP on loopback; yield the address."""
    import uvicorn

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(http_app(server, token=token), host="127.0.0.1", port=port, log_level="error")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        running.should_exit = True
        thread.join(10)


def test_the_tools_have_typed_schemas_and_are_read_only() -> None:
    """Six tools, each with input and output schema, a title, and the hint that nothing is changed."""
    tools = with_client(FootnoteServer(ScriptedBot(echo)), lambda client: client.list_tools()).tools  # type: ignore[arg-type]
    assert [tool.name for tool in tools] == [
        *("ask", "search", "read_document", "list_documents", "list_collections", "survey")
    ]
    for tool in tools:
        assert tool.title and tool.description and tool.output_schema["properties"]
        assert tool.annotations.read_only_hint is True
        assert all("description" in p for p in tool.input_schema["properties"].values())
        assert tool.input_schema["title"] == f"{tool.name}Arguments"
    assert set(tools[0].input_schema["required"]) == {"question"}
    assert "self-contained" in tools[0].input_schema["properties"]["question"]["description"]


def test_ask_keeps_footnotes_and_offsets(library: Library) -> None:
    """The structured answer names its footnotes, and read_document returns each quote at its offsets."""
    from chat_answers import cite

    from bot.answer import Statement

    quote = "Either party may end it with a notice period of 30 days."
    lease = library.find("lease.pdf")
    citation = cite(1, LEASE, quote, document=lease.id)
    bot = ScriptedBot(lambda q: Answer(q, (Statement(quote, (1,)),), (citation,)), opened=library)
    server = FootnoteServer(bot)  # type: ignore[arg-type]
    called = call(server, "ask", question="How long is the notice period?")
    result = called.structured_content
    assert result["abstained"] is False and result["statements"][0]["citations"] == [1]
    note = result["citations"][0]
    assert note["quote"] == quote and note["uri"] == f"footnote://document/{lease.id}"
    read = call(server, "read_document", document=note["document"], start=note["start"], length=len(quote))
    assert read.structured_content["text"] == quote and read.structured_content["end"] == note["end"]
    assert "[1]" in called.content[0].text


def test_an_abstention_is_marked_as_one() -> None:
    """The program that asks is told that the documents don't say, and gets no sources."""
    called = call(FootnoteServer(ScriptedBot(abstained)), "ask", question="Who?")  # type: ignore[arg-type]
    result = called.structured_content
    assert result["abstained"] is True and result["citations"] == [] and result["statements"] == []
    assert called.content[0].text == "The documents don't say. Searched all 6 documents."


def test_search_finds_passages_with_offsets(library: Library) -> None:
    """Passages equal the document's text at their offsets, and a collection restricts them."""
    server = FootnoteServer(ScriptedBot(echo, opened=library))  # type: ignore[arg-type]
    found = call(server, "search", query="notice period", limit=3).structured_content["passages"]
    assert found and LEASE[found[0]["start"] : found[0]["end"]] == found[0]["text"]
    deals = call(server, "search", query="notice period", collections=["deals"]).structured_content["passages"]
    assert {hit["collection"] for hit in deals} <= {"deals"}


def test_a_collection_that_does_not_exist_is_a_mistake_and_no_abstention(library: Library) -> None:
    """A misspelt collection is told with the names there are: "the documents don't say" would mislead."""
    server = FootnoteServer(ScriptedBot(echo, opened=library))  # type: ignore[arg-type]
    for tool, arguments in (
        ("ask", {"question": "the fee", "collections": ["dealz"]}),
        ("search", {"query": "the fee", "collections": ["deals", "dealz"]}),
        ("list_documents", {"collection": "dealz"}),
    ):
        result = call(server, tool, **arguments)
        assert result.is_error and "no collection 'dealz'. Collections: deals, default." in result.content[0].text


def test_documents_are_listed_read_in_parts_and_found_by_any_name(library: Library) -> None:
    """Listing pages through the library; a document is found by id, uri, file name or title; parts join."""
    server = FootnoteServer(ScriptedBot(echo, opened=library))  # type: ignore[arg-type]
    first = call(server, "list_documents", limit=2).structured_content
    assert first["total"] == 3 and first["next_offset"] == 2 and len(first["documents"]) == 2
    rest = call(server, "list_documents", limit=2, offset=2).structured_content
    assert rest["next_offset"] is None and len(rest["documents"]) == 1
    brief = call(server, "list_documents", query="brief").structured_content["documents"][0]
    parts, start = "", 0
    for name in (brief["document"], brief["uri"], "brief.md", "Brief") * 3:
        part = call(server, "read_document", document=name, start=start, length=30).structured_content
        parts, start = parts + part["text"], part["end"]
    assert parts == BRIEF and part["more"] is False and part["length"] == len(BRIEF)


def test_documents_are_resources(library: Library) -> None:
    """Each document is listed as a resource and read as text; an unknown one is a protocol error in words."""
    server = FootnoteServer(ScriptedBot(echo, opened=library))  # type: ignore[arg-type]

    async def work(client: Client) -> None:
        listed = (await client.list_resources()).resources
        assert {resource.title for resource in listed} >= {"Brief", "Lease of the house"}
        brief = next(resource for resource in listed if resource.title == "Brief")
        assert (await client.read_resource(brief.uri)).contents[0].text == BRIEF  # type: ignore[union-attr]
        templates = (await client.list_resource_templates()).resource_templates
        assert [template.uri_template for template in templates] == ["footnote://document/{document}"]
        with pytest.raises(MCPError, match="nowhere"):
            await client.read_resource("footnote://document/nowhere")

    with_client(server, work)


def test_errors_are_tool_errors_in_words(caplog: pytest.LogCaptureFixture, library: Library) -> None:
    """Known failures say what to do, unknown ones name their type only; the server lives on."""

    def fail(question: str) -> Answer:
        if "model" in question:
            raise ModelError("The model timed out.", remedy="Try again.")
        raise RuntimeError(f"secret: {question}")

    server = FootnoteServer(ScriptedBot(fail, opened=library))  # type: ignore[arg-type]

    async def work(client: Client) -> None:
        known = await client.call_tool("ask", {"question": "model"})
        assert known.is_error and known.content[0].text.endswith("The model timed out. Try again.")  # type: ignore[union-attr]
        unknown = await client.call_tool("ask", {"question": "boom"})
        assert unknown.is_error and "RuntimeError" in unknown.content[0].text  # type: ignore[union-attr]
        assert "secret" not in unknown.content[0].text  # type: ignore[union-attr]
        missing = await client.call_tool("read_document", {"document": "nowhere"})
        assert missing.is_error and "nowhere" in missing.content[0].text  # type: ignore[union-attr]
        for arguments in ({}, {"question": 5}, {"question": "x", "collections": "y"}):
            assert (await client.call_tool("ask", arguments)).is_error
        assert (await client.call_tool("add_documents", {"paths": ["/etc"]})).is_error
        assert (await client.call_tool("list_documents", {})).is_error is not True

    with_client(server, work)
    assert "secret" not in caplog.text and "Traceback" not in caplog.text


def test_progress_is_reported_while_it_works() -> None:
    """A client that wants progress hears of the search, of what was found, and of each statement."""
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async def work(client: Client) -> None:
        await client.call_tool("ask", {"question": "the fee"}, progress_callback=hear)

    with_client(FootnoteServer(ScriptedBot(echo, delay=0.01)), work)  # type: ignore[arg-type]
    assert [message for _, message in heard] == [
        "Searching",
        "1 passages found; answering",
        "Sentence 1 checked",
    ]
    assert [progress for progress, _ in heard] == sorted(progress for progress, _ in heard)


def test_nothing_can_be_changed_unless_it_is_allowed(library: Library, tmp_path: Path) -> None:
    """--allow-ingest adds tools that add and remove documents, marked as what they are."""
    note = tmp_path / "note.md"
    note.write_text("# Parking\n\nThe garage has 12 places for bicycles.", encoding="utf-8")
    server = FootnoteServer(ScriptedBot(echo, opened=library), allow_ingest=True)  # type: ignore[arg-type]

    async def work(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["remove_document"].annotations.destructive_hint is True  # type: ignore[union-attr]
        added = await client.call_tool("add_documents", {"paths": [str(note)]})
        assert added.structured_content and added.structured_content["added"] == [str(note)]
        read = await client.call_tool("read_document", {"document": "note.md"})
        assert "12 places" in read.structured_content["text"]  # type: ignore[index]
        bad = await client.call_tool("add_documents", {"paths": [str(tmp_path / "none")]})
        assert bad.is_error and "There is no file or folder" in bad.content[0].text  # type: ignore[union-attr]
        gone = await client.call_tool("remove_document", {"document": "note.md"})
        assert gone.structured_content["source"] == "note.md" and note.exists()  # type: ignore[index]
        unknown = await client.call_tool("read_document", {"document": "zzz"})
        assert unknown.is_error and "list_documents shows" in unknown.content[0].text  # type: ignore[union-attr]

    with_client(server, work)


def slow_bot() -> ScriptedBot:
    """A bot whose answers take fifty steps."""
    from bot.answer import Statement

    return ScriptedBot(lambda q: Answer(q, tuple(Statement(f"Step {n}.", ()) for n in range(50))), delay=0.05)


def stopped(bot: ScriptedBot) -> bool:
    """Wait until the bot's work was given up; False if it never is."""
    end = time.monotonic() + 60
    while not bot.stopped and time.monotonic() < end:
        time.sleep(0.02)
    return bot.stopped == 1


async def _give_up(client: Client) -> None:
    with anyio.move_on_after(0.4) as scope:
        await client.call_tool("ask", {"question": "slow"})
    assert scope.cancelled_caught
    assert (await client.list_tools()).tools  # the server goes on


def test_a_cancelled_call_stops_its_work() -> None:
    """When the client gives up, no further statement is made, in memory and over HTTP; the server goes on."""
    bot = slow_bot()
    with_client(FootnoteServer(bot), _give_up)  # type: ignore[arg-type]
    assert stopped(bot)
    bot = slow_bot()
    with over_http(FootnoteServer(bot)) as address:  # type: ignore[arg-type]
        with_client(address, _give_up)
        assert stopped(bot)


def test_calls_that_wait_their_turn_can_be_cancelled_too() -> None:
    """More calls than work at once: those that are cancelled before their turn never start."""
    gate = threading.Event()

    def held(question: str) -> Answer:
        gate.wait(30)
        return echo(question)

    bot = ScriptedBot(held)

    async def work(client: Client) -> None:
        with anyio.move_on_after(0.5):
            async with anyio.create_task_group() as group:
                for number in range(20):
                    group.start_soon(client.call_tool, "ask", {"question": f"q{number}"})
        gate.set()
        result = await client.call_tool("ask", {"question": "last"})
        assert result.structured_content["question"] == "last"  # type: ignore[index]

    with_client(FootnoteServer(bot), work)  # type: ignore[arg-type]
    assert len(bot.asked) <= 9


async def _hundred(client: Client) -> None:
    answers: dict[int, str] = {}

    async def one(number: int) -> None:
        result = await client.call_tool("ask", {"question": f"question {number}"})
        answers[number] = result.structured_content["statements"][0]["text"]  # type: ignore[index]

    async with anyio.create_task_group() as group:
        for number in range(100):
            group.start_soon(one, number)
    assert answers == {n: f"You asked about question {n}." for n in range(100)}


def test_a_hundred_calls_at_once_over_http() -> None:
    """A hundred calls at once each get their own answer."""
    with over_http(FootnoteServer(ScriptedBot(echo, delay=0.005))) as address:  # type: ignore[arg-type]
        with_client(address, _hundred)


SCRIPTED = "from mcp_scripted import main; main()"


def _stdio() -> StdioServerParameters:
    env = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}{os.pathsep}{Path(__file__).parents[1]}",
        "PATH": os.environ["PATH"],
    }
    return StdioServerParameters(command=sys.executable, args=["-c", SCRIPTED], env=env)


def test_a_hundred_calls_at_once_over_standard_input_and_output() -> None:
    """The same through a process of its own, which prints to its standard output besides."""
    with_client(_stdio(), _hundred)


def test_both_protocol_generations_are_served() -> None:
    """Clients of the handshake generation and of the newest get tools and answers, on both transports."""

    async def work(client: Client) -> str:
        assert len((await client.list_tools()).tools) == 6
        assert (await client.call_tool("ask", {"question": "x"})).structured_content
        return str(client.protocol_version)

    versions = set()
    with over_http(FootnoteServer(ScriptedBot(echo))) as address:  # type: ignore[arg-type]
        for target in (address, _stdio()):
            for mode in ("legacy", "auto"):
                versions.add(with_client(target, work, mode=mode))
    assert len(versions) == 2


def test_http_with_a_token_lets_nobody_else_in() -> None:
    """With an access token a request without it gets 401; with it the tools work."""
    with over_http(FootnoteServer(ScriptedBot(echo)), token="s3cret") as address:  # type: ignore[arg-type]
        assert httpx.post(address, json={}).status_code == 401
        assert httpx.post(address, json={}, headers={"Authorization": "Bearer wrong"}).status_code == 401

        async def run() -> None:
            import httpx2

            async with (
                httpx2.AsyncClient(headers={"Authorization": "Bearer s3cret"}) as http,
                Client(streamable_http_client(address, http_client=http)) as client,
            ):
                assert len((await client.list_tools()).tools) == 6

        asyncio.run(run())


def test_wrong_tokens_over_http_are_counted() -> None:
    """After ten wrong ones every token from that address waits; to send none is no guess."""
    with over_http(FootnoteServer(ScriptedBot(echo)), token="s3cret") as address:  # type: ignore[arg-type]
        for _ in range(20):
            assert httpx.post(address, json={}).status_code == 401
        for _ in range(20):
            assert httpx.post(address, json={}, headers={"Authorization": "Bearer s3cret"}).status_code not in (
                401,
                429,
            )
        told: list[int] = []
        while len(told) < 200 and 429 not in told:
            wrong = {"Authorization": f"Bearer guess {len(told)}"}
            told.append((last := httpx.post(address, json={}, headers=wrong)).status_code)
        assert told[-1] == 429 and set(told[:-1]) == {401} and len(told) > WRONG_TOKENS
        assert int(last.headers["retry-after"]) > 0 and "too many" in last.json()["error"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "[::1]", "LOCALHOST"])
def test_every_address_of_this_machine_is_guarded_against_web_pages(host: str) -> None:
    """Whichever way loopback is written, its own name is answered and a foreign one is not."""
    app = http_app(FootnoteServer(ScriptedBot(echo)), host=host)  # type: ignore[arg-type]
    sent = {"Accept": "application/json, text/event-stream"}
    with TestClient(app, base_url=f"http://{host}:8765") as client:
        assert client.post("/mcp", json={"jsonrpc": "2.0"}, headers=sent).status_code not in (403, 421)
        evil = client.post("/mcp", json={"jsonrpc": "2.0"}, headers={**sent, "Host": "evil.example:8765"})
        assert evil.status_code in (403, 421)


def test_a_web_page_cannot_reach_the_server_of_this_machine() -> None:
    """A foreign Host (DNS rebinding) or Origin is refused."""
    with over_http(FootnoteServer(ScriptedBot(echo))) as address:  # type: ignore[arg-type]
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
            sent = {"Accept": "application/json, text/event-stream", **headers}
            assert httpx.post(address, json={"jsonrpc": "2.0"}, headers=sent).status_code in (403, 421)


def test_http_beyond_this_machine_needs_a_token() -> None:
    """Listening on the network without an access token is refused before anything starts."""
    with pytest.raises(SettingError, match="FOOTNOTE_ACCESS_TOKEN"):
        serve(Settings(), http=True, host="0.0.0.0")


def test_the_command_without_a_library_says_so() -> None:
    """`footnote mcp` without a library exits with words on standard error and nothing on standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "mcp", "--library", "/nonexistent"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1 and "no library" in done.stderr and done.stdout == ""
