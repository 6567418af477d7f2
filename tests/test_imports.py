"""Imports go one way and never in a circle, wherever in a file they stand; importing the product is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("vectorstore", "ingest", "bot", "footnote")
FORBIDDEN = {
    "vectorstore": {"ingest", "bot", "footnote", "evals", "training"},
    "ingest": {"bot", "footnote", "evals", "training"},
    "bot": {"footnote", "evals", "training"},
    "footnote": {"ingest", "evals", "training"},
}
INSIDE = {
    "bot.text": ("bot.",),
    "bot.kept": ("bot.",),
    "bot.quotes": ("bot.models", "bot.written", "bot.surfaces", "bot.check"),
    "bot.check": ("bot.models", "bot.written", "bot.surfaces", "bot.quotes"),
    "bot.question": ("bot.surfaces", "bot.quotes", "bot.written", "bot.check"),
    "bot.passages": ("bot.surfaces", "bot.quotes", "bot.written", "bot.check"),
    "bot.models": ("bot.surfaces", "bot.quotes", "bot.written", "bot.check", "bot.question", "bot.passages"),
    "bot.written": ("bot.surfaces",),
    "bot.settings": ("bot.surfaces", "bot.models", "bot.text", "bot.question"),
    "bot.computed": ("bot.models", "bot.written", "bot.surfaces", "bot.check", "bot.passages"),
    "bot.evaluation": ("bot.surfaces",),
    "bot.exports": ("bot.surfaces", "bot.models", "bot.written", "bot.check", "bot.passages"),
}
"""What the folders of `bot/` may not import."""
PLATFORMS = ("web", "slack", "discord", "mcp")


@cache
def modules() -> dict[str, Path]:
    """Return the file of every module by its name."""
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imported(path: Path) -> set[str]:
    """Return all that a file imports: at its top, inside functions, and for type checkers only."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def imports() -> dict[str, set[str]]:
    """Return for each module the modules of ours that it imports."""
    known = modules()
    found: dict[str, set[str]] = {}
    for module, path in known.items():
        targets = {name if name in known else name.rpartition(".")[0] for name in imported(path)}
        found[module] = {target for target in targets if target in known and target != module}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that reach one another (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        order[module] = low[module] = len(order)
        stack.append(module)
        for target in graph[module]:
            if target not in order:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in stack:
                low[module] = min(low[module], order[target])
        if low[module] == order[module]:
            group = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(group) > 1:
                found.append(sorted(group))

    for module in graph:
        if module not in order:
            visit(module)
    return found


def test_no_modules_import_one_another_in_a_circle() -> None:
    """Neither at the top of a file nor inside a function nor for type checkers; the message names the files."""
    told = [f"{module} -> {sorted(imports()[module] & set(group))}" for group in circles(imports()) for module in group]
    assert not told, "\n".join(told)


def test_a_circle_would_be_found() -> None:
    """The search itself: two that import each other, and one beside them that only imports."""
    assert circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [["a", "b"]]


def test_no_package_imports_one_above_it() -> None:
    """vectorstore knows no files and no people, ingest no people, and no product file the research beside it."""
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for package, above in FORBIDDEN.items()
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path)
        if name.split(".")[0] in above
    ]
    assert not wrong


@pytest.mark.parametrize("folder", INSIDE)
def test_the_folders_of_the_bot_import_only_downwards(folder: str) -> None:
    """`text` takes nothing of the bot, `quotes` and `check` take no model, and nothing takes a surface."""
    wrong = [
        (module, target)
        for module, targets in imports().items()
        if module == folder or module.startswith(f"{folder}.")
        for target in targets
        if target.startswith(INSIDE[folder]) and not f"{target}.".startswith(f"{folder}.")
    ]
    assert not wrong


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_surface_imports_another(platform: str) -> None:
    """Each takes the core, `chat/` and `listen.py`; the command line alone starts them."""
    others = tuple(f"bot.surfaces.{other}" for other in (*PLATFORMS, "cli") if other != platform)
    own = f"bot.surfaces.{platform}"
    wrong = [
        (module, target)
        for module, targets in imports().items()
        if f"{module}.".startswith(f"{own}.")
        for target in targets
        if f"{target}.".startswith(tuple(f"{other}." for other in others))
    ]
    assert not wrong


@pytest.mark.parametrize("name", ["bot", "footnote"])
def test_importing_the_product_loads_no_model_and_no_chat_sdk(name: str) -> None:
    """It stays light: what is heavy is imported where it is used."""
    heavy = (
        "torch sentence_transformers transformers chromadb onnxruntime langchain langchain_core fastapi slack_bolt "
        "discord mcp openai numpy pydantic"
    )
    code = f"import sys, {name}; print(*[m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() in ([], ["numpy"])
