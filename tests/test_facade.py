"""`from footnote import …`: what it offers, and that no name of a person's own files gets in its way."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import footnote

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
from footnote import Bot, Conversation, Filter, FootnoteError, __version__, ask
try:
    ask("When was it signed?", library="nowhere")
except FootnoteError as error:
    print(type(error).__name__, error.message)
import ingest.sync, vectorstore.library
print(ingest.sync.sync.__name__, vectorstore.library.Library.__name__)
"""


def run(folder: Path, program: str, **environment: str) -> list[str]:
    """Run a program in a folder, as a person does; return the lines it prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run([sys.executable, program], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def told(lines: list[str]) -> bool:
    """Whether PROGRAM came to its end: the error is ours and so are the packages."""
    return lines[0].startswith("LibraryMissing There is no library in ") and lines[1] == "sync Library"


def test_all_names_are_there() -> None:
    """What the documentation imports, and the version of the package."""
    assert {"ask", "Bot", "Conversation", "Filter", "FootnoteError", "__version__"} <= set(footnote.__all__)
    assert all(hasattr(footnote, name) for name in footnote.__all__)
    assert footnote.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_older_name_stays() -> None:
    """`from bot import ask` is the same function."""
    import bot

    assert bot.ask is footnote.ask


@pytest.mark.parametrize("beside", ["", "evals", "vectorstore"])
def test_a_program_called_bot_asks(tmp_path: Path, beside: str) -> None:
    """All Discord bots are called bot.py; folders of evaluations and stores are common beside them."""
    (tmp_path / "bot.py").write_text(PROGRAM)
    if beside:
        (tmp_path / beside).mkdir()
        (tmp_path / beside / "__init__.py").write_text("raise ImportError('this is the person’s own')\n")
    assert told(run(tmp_path, "bot.py"))
    assert told(run(tmp_path, "bot.py", PYTHONPATH=f".{os.pathsep}{ROOT}"))


def test_a_module_called_bot_that_is_imported_asks(tmp_path: Path) -> None:
    """Its own names stay its own."""
    (tmp_path / "bot.py").write_text(PROGRAM + "\nTOKEN = 'mine'\n")
    (tmp_path / "main.py").write_text("import bot\nprint(bot.TOKEN)\n")
    lines = run(tmp_path, "main.py", PYTHONPATH=f".{os.pathsep}{ROOT}")
    assert told(lines)
    assert lines[-1] == "mine"
