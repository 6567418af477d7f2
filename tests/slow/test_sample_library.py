"""The samples of `make ask` stay out of the library that a person makes of their own documents."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is made already: its `footnote` is this one."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "documents").mkdir()
    shutil.copy(ROOT / "documents" / "deal-analysis.md", tmp_path / "documents")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    footnote = programs / "footnote"
    footnote.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m bot.surfaces.cli.app "$@"\n')
    footnote.chmod(0o755)
    (tmp_path / ".venv" / ".plain").touch()  # newer than what it depends on
    return tmp_path


def run(checkout: Path, *command: str) -> str:
    """Run a command in the checkout and return what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "MAKE"))}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_own_documents_begin_a_library_without_the_samples(checkout: Path) -> None:
    """After `make ask`, `footnote ingest` of one's own folder makes a library that holds that folder alone."""
    assert run(checkout, "make", "ask")
    reports = checkout / "reports"
    reports.mkdir()
    (reports / "lease.md").write_text("# Lease\n\nThe rent of the house is 900 euros a month.\n", encoding="utf-8")
    run(checkout, ".venv/bin/footnote", "ingest", "reports")
    listed = run(checkout, ".venv/bin/footnote", "list")
    assert "lease.md" in listed and "deal-analysis" not in listed
    samples = run(checkout, ".venv/bin/footnote", "list", "--library", ".footnote-samples")
    assert "deal-analysis" in samples and "lease" not in samples
