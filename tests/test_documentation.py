"""The documents that people read: their links lead somewhere, and their Python runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_library import small_library

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:bot|ingest|vectorstore|evals|docs|tests|bench)/[\w/.-]*)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page is a file or folder of the repository."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    missing = [
        target
        for target in LINK.findall(text)
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert not missing


@pytest.mark.parametrize("name", ["GLOSSARY.md", "CONTRIBUTING.md"])
def test_named_files_exist(name: str) -> None:
    """A file that the glossary or the guide names is there."""
    named = PATH.findall((ROOT / name).read_text(encoding="utf-8"))
    assert named
    assert not [path for path in named if not (ROOT / path).exists()]


TASK = re.compile(r"^\| (?P<task>[^|]+) \| (?P<where>[^|]+) \| `(?P<file>[\w/.-]+)`: `(?P<name>\w+)` \|$", re.MULTILINE)


def tasks() -> list[tuple[str, str, str, str]]:
    """Return the rows of the table of tasks: what to do, where, and the file and name to begin with."""
    return TASK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def test_every_row_of_the_table_of_tasks_is_read() -> None:
    """No row has another form than the tests below read."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| --- | --- | --- |\n")[2]
    assert len(tasks()) == len(table.partition("\n\n")[0].splitlines()) >= 20


@pytest.mark.parametrize(("task", "where", "file", "name"), tasks(), ids=lambda cell: cell[:40])
def test_a_task_is_done_where_the_guide_says(task: str, where: str, file: str, name: str) -> None:
    """What a task begins with is defined in the file named for it, and that stands in the folder named for it."""
    place = ROOT / PATH.findall(where)[0]
    code = (place / file if place.is_dir() else place).read_text(encoding="utf-8")
    defined = rf"^(?:(?:async )?def |(?:export )?(?:class|function|const) )?{name}\b(?:\(|:| =| \{{)"
    assert re.search(defined, code, re.MULTILINE), task


def python_of(page: str) -> list[str]:
    """Return the Python blocks of a page."""
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("code", python_of("docs/langchain.md"), ids=["retriever", "runnable", "tool"])
def test_the_langchain_page_runs(code: str, tmp_path: Path) -> None:
    """The examples of docs/langchain.md run beside a library, and are at most ten lines each."""
    small_library(tmp_path)
    (tmp_path / ".git").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert "28 October 2025" in done.stdout
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
