"""`footnote doctor`: each problem is named with its remedy, and --repair mends what it says it mends."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from small_library import small_library

from bot.surfaces.cli.app import run
from vectorstore.catalog.homes.sqlite import SqliteHome
from vectorstore.catalog.lock import WORK, WRITER, LibraryLock
from vectorstore.embedding.model_files import MINILM, find_model
from vectorstore.embedding.onnx_form import onnx_form


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small library in the current folder; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return small_library(tmp_path)


def checks(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Run the doctor; return its status and the checks by name."""
    status = run(["doctor", "--json", *options])
    data = json.loads(capsys.readouterr().out)
    assert data["ok"] == (status == 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for check in data["checks"]:
        found.setdefault(check["name"], []).append(check)
    return status, found


def test_all_is_well(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sound library: every line is ok, status 0."""
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[-1] == "All is well."
    assert all(line.startswith("ok ") for line in lines[:-1])
    for name in ("Python", "SQLite", "Chroma", "Embedding model", "Disk", "Library", "Lock", "Contents"):
        assert f" {name}: " in out


def test_no_library_is_a_problem_with_a_remedy(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first ingest the doctor says which command to run; the other checks still run."""
    shutil.rmtree(library)
    status, found = checks(capsys)
    assert status == 1
    assert found["Library"][0]["remedy"].endswith("footnote ingest FOLDER")
    assert found["Embedding model"][0]["ok"]


def test_a_lost_index_is_written_again(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Chroma's folder is gone: the remedy is --repair, and --repair leaves nothing wrong."""
    for folder in library.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    status, found = checks(capsys)
    assert status == 1
    assert found["Contents"][0]["remedy"] == "Run: footnote doctor --repair"
    status, found = checks(capsys, "--repair")
    assert status == 0
    assert found["Contents"][0]["words"].startswith("mended: ")
    assert checks(capsys)[0] == 0


def test_what_the_next_write_mends_is_a_note(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder of the index that a killed process left, or an index never written: status 0, and a word about it."""
    (library / "chroma" / "9").mkdir(parents=True)
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "note     Contents: An index that was being written when its process ended lies there." in out
    assert out.endswith("All is well.\n")
    with sqlite3.connect(library / "catalog.sqlite3") as connection:
        connection.execute("DELETE FROM meta WHERE key = 'index'")
    connection.close()
    assert checks(capsys)[0] == 0


def test_lost_vectors_are_made_again_from_the_stored_text(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Vectors that are gone or cut short are named; --repair embeds the document again, without its file."""
    for damage in (
        "DELETE FROM chunk_vectors WHERE chunk = (SELECT min(chunk) FROM chunk_vectors)",
        "UPDATE section_vectors SET vector = substr(vector, 1, 9)",
    ):
        with sqlite3.connect(library / "catalog.sqlite3") as connection:
            connection.execute(damage)
        connection.close()
        status, found = checks(capsys)
        assert status == 1
        assert "Vectors of lease.pdf are missing or damaged." in {check["words"] for check in found["Contents"]}
        status, found = checks(capsys, "--repair")
        assert status == 0
        assert any(check["words"].startswith("mended: Vectors of") for check in found["Contents"])
        assert checks(capsys)[0] == 0


def test_a_catalog_that_is_no_database_is_named(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A ruined catalog is one sentence with a remedy, not a traceback."""
    catalog = next(library.glob("*.sqlite*"), None) or next(library.glob("*.db"))
    catalog.write_bytes(b"not a database, but long enough to look like a file " * 100)
    status, found = checks(capsys)
    assert status == 1
    assert not found["Library"][-1]["ok"]
    assert found["Library"][-1]["remedy"]


def test_another_model_than_the_librarys_is_named(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that is not on this machine is said to be missing, with how to get it."""
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", str(library / "no-such-model"))
    status, found = checks(capsys)
    assert status == 1
    assert "not on this machine" in found["Embedding model"][0]["words"]
    assert found["Embedding model"][0]["remedy"]


@pytest.mark.parametrize(
    ("model", "words"),
    [("local:no-such-model", "Known are"), ("local:/no/such.gguf", ""), ("openai:", "")],
)
def test_a_chat_model_that_cannot_be_opened_is_a_problem(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, model: str, words: str
) -> None:
    """The chat model that is set is looked at as well; with quotes there is none to look at."""
    assert "Chat model" not in checks(capsys)[1]
    monkeypatch.setenv("FOOTNOTE_MODEL", model)
    status, found = checks(capsys)
    assert status == 1
    assert not found["Chat model"][0]["ok"]
    assert found["Chat model"][0]["words"]
    assert words in found["Chat model"][0]["remedy"]


@pytest.mark.parametrize("name", [WRITER, WORK])
def test_who_writes_is_said_and_is_no_problem(library: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """While an ingest runs, the doctor names it instead of waiting."""
    with LibraryLock(SqliteHome(library), name).held():
        status, found = checks(capsys)
    assert status == 0
    assert f"process {os.getpid()}" in found["Lock"][0]["words"]


@pytest.mark.slow
def test_a_damaged_converted_model_is_written_anew(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A torn ONNX file is a problem; --repair converts the model again."""
    whole = onnx_form(find_model(MINILM)).onnx.parent
    monkeypatch.setenv("FOOTNOTE_EMBEDDING_MODEL", MINILM)
    torn = tmp_path / "cache" / "models" / whole.name
    shutil.copytree(whole, torn)
    (torn / "model.onnx").write_bytes(b"torn")
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    status, found = checks(capsys)
    assert status == 1
    assert "cannot be used" in found["Embedding model"][0]["words"]
    assert found["Embedding model"][0]["remedy"] == "Run: footnote doctor --repair"
    _, found = checks(capsys, "--repair")
    assert found["Embedding model"][-1]["ok"]
