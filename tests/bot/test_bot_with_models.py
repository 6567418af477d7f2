"""The bot and its chat model: opened with every setting, and never a worse answer than the quotes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel

from bot import Answer, Bot, Conversation, Settings, Statement
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

TEXT = (
    "The old mill on the Ouse was built by Thomas Brown in 1780. It ground corn for the whole valley until 1903. "
    "Grinding corn stopped because the river ran dry. Since then the mill has stood empty."
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Return a library of one document about a mill."""
    with Library.open(tmp_path_factory.mktemp("mill") / "library", create=True) as opened:
        document = Document(
            id="mill".ljust(16, "0"),
            source="/mill.txt",
            title="Mill",
            media_type="text/plain",
            text=TEXT,
            sha256="mill",
        )
        opened.add([(document, split(TEXT, count_tokens=opened.encoder.count_tokens))])
        yield opened


def test_a_model_is_opened_with_every_setting(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address, key, context, silence, the model's own threads and the folder of fetched models all reach it."""
    asked: dict[str, Any] = {}

    def opened(name: str, **options: Any) -> ScriptedModel:
        asked.update(options, name=name)
        return ScriptedModel("x")

    monkeypatch.setattr("bot.models.open.open_model", opened)
    settings = Settings(
        model="some-model",
        model_url="http://127.0.0.1:9/v1",
        model_key="for that server only",
        model_context=2_000,
        model_seconds=7,
        model_threads=3,
        threads=5,
        cache="/models",
    )
    assert Bot(library, settings=settings).chat_model.place == "this machine"
    assert asked == {
        "name": "some-model",
        "url": "http://127.0.0.1:9/v1",
        "key": "for that server only",
        "context": 2_000,
        "seconds": 7,
        "threads": 3,
        "cache": "/models",
    }


def test_a_program_is_offline_where_its_setting_says_so(library: Library, tmp_path: Path) -> None:
    """FOOTNOTE_OFFLINE counts for a Bot that a program makes, not for the command line alone."""
    program = f"""
from bot import Bot
from bot.offline import is_offline
with Bot({str(library.folder)!r}):
    print(is_offline())
"""
    for value in ("1", "0"):
        environment = {**os.environ, "FOOTNOTE_OFFLINE": value, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )
        assert done.stdout.strip() == str(value == "1"), done.stderr


def test_why_is_answered_with_a_reason_or_not_at_all(library: Library) -> None:
    """Quotes never repeat the fact that is asked about; what the documents give as a reason is quoted."""
    bot = Bot(library, settings=Settings())
    for said, reason in (
        ("It ground corn for the whole valley until 1903.", "because the river ran dry"),
        ("Grinding corn stopped because the river ran dry.", ""),
    ):
        asked = Conversation().add("What of the mill?", Answer("What of the mill?", (Statement(said, (1,)),)))
        answer = bot.ask("why?", conversation=asked)
        assert answer.abstained is (reason == ""), answer.text
        assert reason in answer.text


def test_an_answer_beside_the_point_is_followed_by_the_quotes(library: Library) -> None:
    """A true sentence that does not say when the mill was built is followed by the one that does."""
    beside = ScriptedModel("It ground corn for the whole valley until 1903 [1].")
    answer = Bot(library, settings=Settings(), model=beside).ask("Who built the old mill on the Ouse, and when?")
    assert answer.statements[0].support == "supported"
    assert answer.statements[-1].support == "quoted"
    assert any("built by Thomas Brown in 1780" in s.text for s in answer.statements)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))


def test_the_time_of_a_model_counts_where_quotes_stand_in(library: Library) -> None:
    """Nothing of what it wrote is shown, yet it was waited for: no less than the time it took is told."""
    took = 0.0

    def slow(_: object) -> str:
        nonlocal took
        began = time.perf_counter()
        time.sleep(0.05)
        took = time.perf_counter() - began
        return "The mill was built by an emperor of Peru in 2011 [1]."

    answer = Bot(library, settings=Settings(), model=ScriptedModel(slow)).ask("Who built the old mill on the Ouse?")
    assert answer.withheld
    assert answer.statements[0].support == "quoted"
    assert answer.timings["answer"] >= took > 0


def test_an_answer_to_the_point_stands_alone(library: Library) -> None:
    """What says what the best quote says gets nothing added."""
    right = ScriptedModel("The old mill on the Ouse was built by Thomas Brown in 1780 [1].")
    answer = Bot(library, settings=Settings(), model=right).ask("Who built the old mill on the Ouse, and when?")
    assert [s.support for s in answer.statements] == ["supported"]
