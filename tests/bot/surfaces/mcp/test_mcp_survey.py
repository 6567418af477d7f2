"""The tool `survey`: rows with footnotes, page by page, within collections, with conditions; refusals in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from small_library import small_library

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.mcp.server import FootnoteServer

NOTICE, SIGNED = "How long is the notice period?", "Where was the deal signed?"


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """The real bot over a library of three documents."""
    with Bot(settings=Settings(library=str(small_library(tmp_path)))) as opened:
        yield opened


def call(bot: Bot, **arguments: Any) -> Any:
    """Call the tool in memory and return its result."""

    async def run() -> Any:
        async with Client(FootnoteServer(bot)) as client:
            return await client.call_tool("survey", arguments)

    return anyio.run(run)


def test_each_document_has_a_row_with_verbatim_footnotes(bot: Bot) -> None:
    """In structured content and in the text; folders of the machine are not told."""
    result = call(bot, questions=[NOTICE, SIGNED])
    table = result.structured_content
    assert table["questions"] == [NOTICE, SIGNED] and table["asked"] == len(table["rows"]) == 3
    assert table["says"] == [1, 1] and table["next_offset"] is None
    for row in table["rows"]:
        assert "/" not in row["source"]
        for cell in row["cells"]:
            assert cell["says"] == bool(cell["citations"])
            for note in cell["citations"]:
                assert note["document"] == row["document"]
                assert bot.library.text(note["document"], note["start"], note["end"]) == note["quote"]
    text = result.content[0].text
    assert "doesn't say" in text and "[1]" in text and "1 of 3 documents say." in text


def test_rows_are_filtered_and_come_in_pages(bot: Bot) -> None:
    """Counts stay those of all; where it goes on is said in the text too."""
    kept = call(bot, questions=[NOTICE], where=["1 says"]).structured_content
    assert (kept["asked"], kept["total"]) == (3, 1) and kept["rows"][0]["title"] == "Lease of the house"
    first = call(bot, questions=[NOTICE], limit=2, sort=1)
    assert first.structured_content["next_offset"] == 2 and "go on with offset 2" in first.content[0].text
    assert first.structured_content["rows"][0]["cells"][0]["says"]
    assert len(call(bot, questions=[NOTICE], limit=2, offset=2).structured_content["rows"]) == 1


def test_a_collection_has_its_rows_only(bot: Bot) -> None:
    """A person limited to it sees nothing of the others, not even their number."""
    table = call(bot, questions=[NOTICE], collections=["deals"]).structured_content
    assert table["asked"] == 1 and table["rows"][0]["title"] == "Brief" and table["says"] == [0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"questions": [" "]}, "empty"),
        ({"questions": [NOTICE], "where": ["soon"]}, "1=2026"),
        ({"questions": [NOTICE], "sort": 2}, "There is 1 question"),
        ({"questions": [NOTICE], "collections": ["none"]}, "none"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(bot: Bot, arguments: dict[str, Any], words: str) -> None:
    """An error that says what to do, before any document is asked."""
    result = call(bot, **arguments)
    assert result.is_error and words in result.content[0].text
