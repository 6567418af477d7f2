"""`footnote ingest`: its options and settings reach the ingest, and its status is the ingest's."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.surfaces.cli.app import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_files_to_an_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ingest a file, ask about it, change nothing: added once, quoted, then unchanged."""
    (folder / "note.md").write_text("# Note\n\nThe bridge was opened on 4 May 1932.\n", encoding="utf-8")
    assert run(["ingest", "note.md", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["added"] == [str(folder / "note.md")]
    assert run(["ask", "When was the bridge opened?"]) == 0
    assert "The bridge was opened on 4 May 1932. [1]" in capsys.readouterr().out
    assert run(["ingest", "note.md", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["unchanged"] == [str(folder / "note.md")]
    assert {"added", "changed", "removed", "failed"} <= set(report)


def test_a_file_that_fails_is_status_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The good file is in, the bad one has its reason."""
    (folder / "good.txt").write_text("Some words that can be read.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 torn")
    assert run(["ingest", ".", "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["added"] == [str(folder / "good.txt")]
    assert [Path(each["source"]).name for each in report["failed"]] == ["bad.pdf"]
    assert report["failed"][0]["reason"]


def test_a_dry_run_makes_no_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--dry-run says what would be added and leaves the folder as it was."""
    (folder / "good.txt").write_text("Some words that can be read.")
    assert run(["ingest", ".", "--dry-run", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["added"]) == 1
    assert not (folder / ".footnote").exists()


def test_options_and_settings_reach_the_ingest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option and every setting on reading files is handed on; the status comes back."""
    calls: list[Any] = []

    def noted(paths: Sequence[str], how: Any) -> int:
        calls.append((list(paths), how))
        return 3

    monkeypatch.setattr(importlib.import_module("ingest.__main__"), "run", noted)
    monkeypatch.setenv("FOOTNOTE_FILE_MEGABYTES", "5")
    monkeypatch.setenv("FOOTNOTE_FILE_SECONDS", "7")
    monkeypatch.setenv("FOOTNOTE_FILE_MEMORY_MEGABYTES", "100")
    monkeypatch.setenv("FOOTNOTE_OCR_LANGUAGES", "eng,jpn")
    monkeypatch.setenv("FOOTNOTE_CHROMA", "http://localhost:9999")
    line = "ingest a b --library L --collection C --watch --password x --password y --comments --wait 2"
    assert run(line.split()) == 3
    paths, how = calls[0]
    assert paths == ["a", "b"]
    assert (how.library, how.collection, how.chroma, how.wait) == ("L", "C", "http://localhost:9999", 2.0)
    assert (how.watch, how.dry_run, how.as_json, how.reembed) == (True, False, False, False)
    assert how.load.passwords == ("x", "y")
    assert how.load.comments
    assert how.load.ocr_languages == ("eng", "jpn")
    assert (how.limits.bytes, how.limits.seconds, how.limits.memory) == (5 << 20, 7, 100 << 20)
