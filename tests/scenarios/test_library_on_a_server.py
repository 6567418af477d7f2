"""Commands and the HTTP API over a library in PostgreSQL, as a person uses them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.web.app import create_app
from vectorstore.embedding.model_files import cache_folder
from vectorstore.library import Library

pytestmark = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
GATE = "# The gate\n\nThe gate opens at nine in the morning. It closes at six in the evening.\n"
LEASE = "# The lease\n\nThe lease was signed in May by Petra Vogel. The rent is 900 euros a month.\n"


@pytest.fixture
def documents(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two documents, in a folder that is the current one; only models come from the user's own cache."""
    own = Path(os.environ["FOOTNOTE_CACHE"])
    own.mkdir()
    monkeypatch.delenv("FOOTNOTE_CACHE")
    for path in cache_folder().iterdir():
        if path.name != "libraries":
            (own / path.name).symlink_to(path)
    monkeypatch.setenv("FOOTNOTE_CACHE", str(own))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "gate.md").write_text(GATE)
    (folder / "lease.md").write_text(LEASE)
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command; return its exit status and all that it printed."""
    status = run(list(words))
    found = capsys.readouterr()
    return status, found.out + found.err


def test_commands_take_an_address(
    documents: Path, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each does what it does for a folder, and none tells the password."""
    named = place.replace("footnote@", "footnote:hushhush@")
    here = ("--library", named)
    everything = []

    def does(*words: str) -> str:
        status, said = told(capsys, *words, *here)
        assert status == 0, said
        everything.append(said)
        return said

    status, said = told(capsys, "ask", "When does the gate open?", *here)
    assert status != 0 and "There is no library in postgresql://" in said and "hushhush" not in said
    assert "added" in does("ingest", str(documents))
    assert "unchanged" in does("ingest", str(documents))
    assert "nine in the morning" in does("ask", "When does the gate open?")
    assert "The lease" in does("list")
    assert "Library:    postgresql://footnote@" in does("status")
    does("remove", "lease.md", "--yes")
    assert "The lease" not in does("list")
    does("restore", "lease.md")
    assert "All is well." in does("doctor")
    does("compact")
    assert json.loads(does("status", "--json"))["library"]["documents"] == 2
    assert not any("hushhush" in said for said in everything)
    assert not [path.name for path in tmp_path.iterdir() if "postgres" in path.name]


def test_the_api_answers_from_it_and_takes_uploads(documents: Path, place: str) -> None:
    """A question is answered, an upload is found, and a removed document is not."""
    with Library.open(place, create=True) as library, Bot(library) as bot:
        with TestClient(create_app(bot, Settings(library=place)), base_url="http://127.0.0.1:8000") as client:
            files = [("files", (path.name, path.read_bytes())) for path in sorted(documents.iterdir())]
            job = client.post("/v1/documents", files=files).json()["job"]
            while client.get(f"/v1/jobs/{job['id']}").json()["finished"] is None:
                pass
            assert [d["name"] for d in client.get("/v1/documents").json()["documents"]] == ["gate.md", "lease.md"]
            answer = client.post("/v1/ask", json={"question": "When does the gate open?"}).json()
            assert "nine in the morning" in answer["answer"]
            gate = answer["citations"][0]["document"]
            assert client.delete(f"/v1/documents/{gate}").status_code in (200, 204)
            assert client.post("/v1/ask", json={"question": "When does the gate open?"}).json()["abstained"]
        assert (library.folder / "uploads").is_dir()
        library.close(update_index=False)
