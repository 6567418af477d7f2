"""The README's commands do what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample documents and their library, made by the README's own command."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "documents", folder / "documents")
    run(folder, "footnote ingest documents")
    return folder


def run(folder: Path, command: str, *, status: int = 0) -> str:
    words = re.findall(r'"[^"]*"|\S+', command)
    arguments = [word.strip('"') for word in words[1:]]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_real_answer_is_still_what_is_printed(here: Path) -> None:
    """The answer that the README shows is the answer that the sample documents give, word for word."""
    question = re.search(r'make ask Q="([^"]+)"', README)
    shown = re.search(r"```text\n(Japan's commitment.*?)```", README, re.DOTALL)
    assert question and shown
    assert words(run(here, f'footnote ask "{question[1]}"')) == words(shown[1])


def test_the_abstention_is_still_what_is_printed(here: Path) -> None:
    """So is the one that it refuses."""
    shown = re.search(r'```text\n\$ (footnote ask "[^"]+")\n(.*?)```', README, re.DOTALL)
    assert shown
    assert words(run(here, shown[1])) == words(shown[2])


def test_every_command_of_the_readme_exists(here: Path) -> None:
    """Each `footnote …` that the README names has a help text."""
    for command in sorted(set(re.findall(r"\.venv/bin/footnote (\w+)", README))):
        assert "Usage" in run(here, f"footnote {command} --help")


def test_every_target_of_the_readme_is_in_the_makefile() -> None:
    """`make ask`, `make test` and the others are targets."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^make ([\w-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_python_of_the_readme_runs(here: Path) -> None:
    """The Python that it shows runs against the sample library."""
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code
    done = subprocess.run(
        [sys.executable, "-c", code[1]],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
