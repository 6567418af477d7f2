"""docs/python.md: the blocks of what is installed run as they stand; of the others the syntax and our part."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from small_library import small_library

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^## ([^\n]+)\n\n```python\n(.*?)```", PAGE, flags=re.DOTALL | re.MULTILINE))

NOTEBOOK = """
shown = answer._repr_markdown_()
assert "28 October 2025" in shown and "- \\\\[1\\\\] **Brief" in shown, shown
from footnote import FootnoteError
try:
    bot.ask("When was it signed?", filter=Filter(collections=("dealz",)))
except FootnoteError as error:
    assert str(error) == "There is no collection 'dealz'. Collections: deals, default.", error
else:
    raise AssertionError("a collection that is not there was searched")
"""

FASTAPI = """
from fastapi.testclient import TestClient
with TestClient(app) as client:
    answer = client.get("/ask", params={"question": "When was the deal signed?"}).json()
assert "It was signed in Tokyo on 28 October 2025." in [c["quote"] for c in answer["citations"]], answer
"""

CELERY_STANDS_IN = """
import sys, types
celery, signals = types.ModuleType("celery"), types.ModuleType("celery.signals")
class Celery:
    def __init__(self, name, broker): pass
    def task(self, function): return function
class Signal:
    def connect(self, function): self.function = function; return function
celery.Celery, celery.signals, signals.worker_process_init = Celery, signals, Signal()
sys.modules |= {"celery": celery, "celery.signals": signals}
"""
CELERY = """
import json
worker_process_init.function(sender=None)
assert "28 October 2025" in json.dumps(ask("When was the deal signed?"))
"""

LLAMA_STANDS_IN = """
import sys, types
from types import SimpleNamespace
core = {name: types.ModuleType(f"llama_index.core.{name}") for name in ("retrievers", "schema", "tools")}
class BaseRetriever:
    def __init__(self): pass
class FunctionTool:
    @staticmethod
    def from_defaults(fn): return fn
core["retrievers"].BaseRetriever, core["tools"].FunctionTool = BaseRetriever, FunctionTool
core["schema"].NodeWithScore = core["schema"].TextNode = SimpleNamespace
sys.modules |= {name: types.ModuleType(name) for name in ("llama_index", "llama_index.core")}
sys.modules |= {f"llama_index.core.{name}": module for name, module in core.items()}
"""
LLAMA = """
nodes = retriever._retrieve(SimpleNamespace(query_str="When was the deal signed?"))
assert "28 October 2025" in nodes[0].node.text and nodes[0].score > nodes[-1].score
assert "[1] Brief" in tool("When was the deal signed?")
"""

HAYSTACK_STANDS_IN = """
import sys, types
from types import SimpleNamespace
haystack = types.ModuleType("haystack")
def component(kind): return kind
component.output_types = lambda **kinds: lambda function: function
haystack.component, haystack.Document = component, SimpleNamespace
sys.modules["haystack"] = haystack
"""
HAYSTACK = """
found = retriever.run("When was the deal signed?")["documents"]
assert "28 October 2025" in found[0].content and found[0].meta["title"] == "Brief"
"""

AROUND = {
    "A notebook": ("", NOTEBOOK),
    "FastAPI": ("", FASTAPI),
    "Celery": (CELERY_STANDS_IN, CELERY),
    "LlamaIndex": (LLAMA_STANDS_IN, LLAMA),
    "Haystack": (HAYSTACK_STANDS_IN, HAYSTACK),
}


def test_every_block_is_tested() -> None:
    """A block that is added to the page is added here."""
    assert set(BLOCKS) == set(AROUND) and PAGE.count("```python") == len(BLOCKS)


@pytest.mark.parametrize("name", AROUND)
def test_the_python_page_runs(name: str, tmp_path: Path) -> None:
    """Each block, beside a library, does what the page says of it."""
    if name == "FastAPI":
        pytest.importorskip("fastapi")
    small_library(tmp_path)
    (tmp_path / ".git").mkdir()
    before, after = AROUND[name]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    done = subprocess.run(
        [sys.executable, "-c", before + BLOCKS[name] + after],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
