"""What a release is made of: the wheel from a clean copy, the workflow that tries it, the page that says how."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

import footnote

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
INSTALL = (ROOT / "docs/install.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as docs/install.md says, with the build tools that are here."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*line, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True, timeout=300)
    (made,) = folder.glob("footnote_bot-*.whl")
    return made


def test_the_wheel_answers_by_itself(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere it reads a file and answers: models, page and all that is no Python come with it."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
        names = packed.namelist()
    assert any(name.startswith("bot/surfaces/web/page/") and name.endswith(".js") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "evals/", "training/", "documents/"))]
    (tmp_path / "gate.md").write_text("# Gate\n\nThe gate closes at nine in the evening.\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    for arguments in (["ingest", "gate.md"], ["ask", "When does the gate close?"]):
        done = subprocess.run(
            [sys.executable, "-m", "bot.surfaces.cli.app", *arguments],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
    assert "nine in the evening" in done.stdout


def test_the_version_is_told_once() -> None:
    """The package and its metadata agree; the page names the wheel that is built."""
    assert footnote.__version__ == PROJECT["version"]
    assert f"footnote_bot-{PROJECT['version']}-py3-none-any.whl" in INSTALL


def test_the_page_has_the_packages_of_every_extra() -> None:
    """The table of docs/install.md is that of pyproject.toml."""
    rows = re.findall(r"^\| `([a-z]+)` \| [^|]+ \|([^|]*)\|$", INSTALL, flags=re.MULTILINE)
    told = {extra: re.findall(r'"([^"]+)"', packages) for extra, packages in rows}
    assert told == PROJECT["optional-dependencies"]


def test_pages_do_not_send_people_to_an_index_that_has_nothing() -> None:
    """`pip install "footnote-bot…"` without its environment's pip stands on no page but the one that explains it."""
    pages = [*ROOT.glob("docs/*.md"), ROOT / "README.md"]
    wrong = [
        page.name
        for page in pages
        if page.name != "install.md"
        and re.search(r'(?<!bin/)pip install "?footnote-bot', page.read_text(encoding="utf-8"))
    ]
    assert not wrong


def test_the_workflow_publishes_only_what_was_tried_and_only_when_turned_on() -> None:
    """Three systems try the wheel before it may go; no secret is used, and the checkout is not what is tried."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["try"]["needs"] == "build" and len(jobs["try"]["strategy"]["matrix"]["os"]) == 3
    assert jobs["publish"]["needs"] == "try" and "vars.PUBLISH == 'true'" in jobs["publish"]["if"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in str(jobs)
    lines = [step["run"] for step in jobs["try"]["steps"] if "run" in step]
    assert not [line for line in lines if "pip install" in line and "--no-deps" not in line]
    for path in re.findall(r"source/([\w./-]+)", str(lines)):
        assert (ROOT / path).exists()
