"""bot → ingest → vectorstore: imports go one way, and importing the bot is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FORBIDDEN = {"vectorstore": {"bot", "ingest", "evals"}, "ingest": {"bot", "evals"}, "bot": {"evals"}}
ALLOWED = {("bot/surfaces/cli/eval.py", "evals"), ("bot/surfaces/cli/eval_tables.py", "evals")}
"""`footnote eval` runs the evaluation where the repository is at hand."""


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_no_package_imports_one_above_it() -> None:
    """vectorstore knows no files and no people, ingest no people."""
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for package, above in FORBIDDEN.items()
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path) & above
    ]
    assert set(wrong) <= ALLOWED


def test_importing_the_bot_loads_no_model_and_no_chat_sdk() -> None:
    """`import bot` stays light: what is heavy is imported where it is used."""
    heavy = "torch sentence_transformers transformers chromadb onnxruntime langchain langchain_core fastapi slack_bolt discord mcp openai numpy pydantic"
    code = f"import sys, bot; print(*[m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() in ([], ["numpy"])
