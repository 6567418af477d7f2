"""What was uploaded is called by the name that it was given, on every surface: never by that of our file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from mcp.client.client import Client
from typer.testing import CliRunner

from bot.answer import markdown
from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.cli.app import app as cli
from bot.surfaces.langchain import FootnoteRetriever
from bot.surfaces.mcp.server import FootnoteServer
from bot.surfaces.web.app import create_app
from bot.surfaces.web.storage.database import Database
from bot.surfaces.web.storage.uploads import Uploads
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter

LONG = (
    b"The harbour at Skarvik was dredged in 1974 at a cost of 12 million kroner. "
    b"The work of dredging the harbour took two summers, and the pilots of Skarvik asked for it.\n\n"
    b"The lighthouse at Skarvik was built of granite in 1891. Its keeper lived in the tower with his family."
)
FERRY = b"The ferry to Molde leaves Skarvik at seven in the morning, and takes forty minutes.\n"
HASH = re.compile(r"[0-9a-f]{24}")
"""What the names of our own files look like."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library into which two files were sent over HTTP, one of them with the folder that it lay in."""
    folder = tmp_path_factory.mktemp("uploads") / ".footnote"
    with (
        Library.open(folder, create=True) as library,
        Bot(library, settings=Settings(library=str(folder))) as bot,
        TestClient(create_app(bot, bot.settings), base_url="http://127.0.0.1:8000") as client,
    ):
        files = [("files", ("long.md", LONG)), ("files", ("timetables/ferry.txt", FERRY))]
        job = client.post("/v1/documents", files=files).json()["job"]
        events = client.get(f"/v1/jobs/{job['id']}/events").text  # until it is done
        assert events.count('"added"') >= 2, events
        answer = client.post("/v1/ask", json={"question": "When was the harbour at Skarvik dredged?"}).json()
        assert [c["source"] for c in answer["citations"]] == ["long.md"] * len(answer["citations"])
        listed = client.get("/v1/documents").json()["documents"]
        assert [d["source"] for d in listed] == ["timetables/ferry.txt", "long.md"]
        assert all(d["uploaded"] and d["original"] for d in listed)
    return folder


@pytest.fixture
def bot(folder: Path) -> Iterator[Bot]:
    """Asks that library, without the server."""
    with Bot(folder, settings=Settings(library=str(folder))) as opened:
        yield opened


def run(folder: Path, *words: str) -> str:
    """Return what a command prints, which holds no name of ours."""
    result = CliRunner().invoke(cli, [*words, "--library", str(folder)])
    assert result.exit_code == 0, result.output
    assert not HASH.search(result.output), result.output
    return result.output


def test_documents_and_footnotes_are_called_by_it(bot: Bot) -> None:
    """In the library's list, in footnotes, in an answer as Markdown and as JSON; its words find it."""
    assert [(i.source, i.title) for i in bot.library.documents()] == [
        ("long.md", "long"),
        ("timetables/ferry.txt", "ferry"),
    ]
    answer = bot.ask("When was the harbour at Skarvik dredged?")
    assert answer.citations and {c.source for c in answer.citations} == {"long.md"}
    assert not HASH.search(markdown(answer)) and "long.md" in markdown(answer)
    assert not HASH.search(json.dumps([p.source for p in answer.passages]))
    assert bot.library.search("ferry to Molde").passages[0].source == "timetables/ferry.txt"


@pytest.mark.parametrize("name", ["long.md", "long"])
def test_it_can_be_summarised_by_its_name(bot: Bot, name: str) -> None:
    """ "Summarise long.md" is an overview of that document."""
    answer = bot.ask(f"Summarise {name}")
    assert answer.statements and {c.source for c in answer.citations} == {"long.md"}
    assert "overview" in answer.notice


def test_questions_about_documents_name_it(bot: Bot) -> None:
    """Which there are, and how long the one of that name is."""
    listed = " ".join(statement.text for statement in bot.ask("Which documents do you have?").statements)
    assert "long.md" in listed and "ferry.txt" in listed and not HASH.search(listed)
    assert bot.ask("How long is long.md?").statements[0].text.startswith("long.md has")


@pytest.mark.parametrize("pattern", ["long.md", "*/long.md", "lo*"])
def test_filters_match_it(bot: Bot, pattern: str) -> None:
    """By the name, by a pattern on it, and by one that would find such a file in any folder."""
    assert [i.source for i in bot.library.documents(Filter(sources=(pattern,)))] == ["long.md"]


def test_it_is_found_by_its_name_with_and_without_its_folder(bot: Bot) -> None:
    """As a command names documents."""
    assert bot.library.find("ferry.txt") == bot.library.find("timetables/ferry.txt")
    assert bot.library.find("long.md").path != "long.md" and Path(bot.library.find("long.md").path).is_file()


def test_the_command_line_shows_and_takes_it(folder: Path) -> None:
    """`list`, `show`, `ask` with `--source`, and `remove` with `restore`."""
    assert "long.md" in run(folder, "list") and "timetables/ferry.txt" in run(folder, "list")
    assert run(folder, "show", "long.md").startswith("The harbour at Skarvik")
    assert "long.md" in run(folder, "show", "long.md", "--at", "4")
    asked = run(folder, "ask", "When was the harbour at Skarvik dredged?", "--source", "long.md")
    assert "1974" in asked and "long.md" in asked
    assert "timetables/ferry.txt" in run(folder, "list", "--source", "timetables")
    assert "Removed long.md" in run(folder, "remove", "long.md", "--yes")
    assert "long.md" in run(folder, "restore", "--list")
    assert "Restored long.md" in run(folder, "restore", "long.md")
    with Library.open(folder) as library:
        assert Path(library.find("long.md").path).is_file()


def test_mcp_and_langchain_tell_it(bot: Bot) -> None:
    """The tools of the MCP server and the metadata of a retriever's documents."""

    async def told() -> list[dict[str, Any]]:
        async with Client(FootnoteServer(bot)) as client:
            listed = await client.call_tool("list_documents", {})
            asked = await client.call_tool("ask", {"question": "When was the harbour at Skarvik dredged?"})
            return [listed.structured_content or {}, asked.structured_content or {}]

    listed, asked = anyio.run(told)
    assert [d["source"] for d in listed["documents"]] == ["ferry.txt", "long.md"]
    assert {c["source"] for c in asked["citations"]} == {"long.md"}
    assert FootnoteRetriever(source=bot, k=1).invoke("harbour dredged")[0].metadata["source"] == "long.md"


def test_reading_it_again_or_making_the_library_again_keeps_it(folder: Path, tmp_path: Path) -> None:
    """A damaged library that is made again, and the file that is sent again, have the name they had."""
    copy = tmp_path / ".footnote"
    shutil.copytree(folder, copy)
    Library.recover(copy)
    with Library.open(copy) as library:
        assert [i.source for i in library.documents()] == ["long.md", "timetables/ferry.txt"]


def test_libraries_of_before_are_given_the_names_when_they_are_served(tmp_path: Path) -> None:
    """An upload that an older version stored under our name has the given one after the next start."""
    folder = tmp_path / ".footnote"
    with Library.open(folder, create=True) as library:
        database = Database(folder)
        uploads = Uploads(folder, database)
        path = uploads.save(BytesIO(FERRY), "default", "ferry.txt")
        sync(library, [path])
        assert library.documents()[0].source == str(path)
        uploads.name_documents(library)
        (info,) = library.documents()
        assert (info.source, info.path) == ("ferry.txt", str(path))
        database.close()
