"""Move each threshold of `bot/check` by a fifth, one at a time, and count which statements are judged otherwise.

    python -m evals.grounding_thresholds                     # all; a table on the screen
    python -m evals.grounding_thresholds --only slots --originals 200

Coefficients stay as they are, so this says how much hangs on a number as the product stands, not what a fit with
another number would give. Statements are those of the development half of `evals.grounding`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import bot.check
from bot.check.statement import check
from evals.grounding import Case, cases

MOVED = 0.2
"""Share of itself by which a number is moved up and down; a whole number by one at least."""
WITHOUT = {"contraries", "weights"}
"""Modules left out: their numbers guard a list of words, or are fitted."""
NO_THRESHOLDS = {"PASSAGES_KEPT", "STEMS_KEPT", "BEGINNING", "TIE", "LARGEST_LOGIT", "MOST_NAMED"}
"""Numbers that move no verdict, or are built into what is read once."""


def modules() -> dict[str, ModuleType]:
    """Return the modules of the check by their short names."""
    names = [module.name for module in pkgutil.iter_modules(bot.check.__path__)]
    return {name: importlib.import_module(f"bot.check.{name}") for name in names}


def thresholds(module: ModuleType) -> list[str]:
    """Return the names of the numbers that a module sets at its top."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return [n for n in names if type(getattr(module, n)) in (int, float) and n not in NO_THRESHOLDS]


@contextmanager
def moved(owner: ModuleType, name: str, value: float) -> Iterator[None]:
    """Set a number where it is defined and wherever it was imported from there."""
    users = [
        owner,
        *(m for m in modules().values() if m is not owner and name in vars(m) and name not in thresholds(m)),
    ]
    before = getattr(owner, name)
    for module in users:
        setattr(module, name, value)
    try:
        yield
    finally:
        for module in users:
            setattr(module, name, before)


def flagged(items: Sequence[Case]) -> list[bool]:
    """Return which statements are not supported."""
    return [check(case.statement, case.passages).verdict != "supported" for case in items]


def chosen(originals: int) -> list[Case]:
    """Return true statements of the development half, evenly over the sets, with all that was made from them."""
    true = [case for case in cases() if case.half == "development" and case.kind == "true"]
    kept = {case.original for case in true[:: max(1, len(true) // originals)]}
    return [case for case in cases() if case.half == "development" and case.original in kept]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(modules()), help="only the numbers of this file")
    parser.add_argument("--originals", type=int, default=100, help="true statements, besides what is made from them")
    options = parser.parse_args()
    items = chosen(options.originals)
    true = [case.kind in ("true", "rewritten") for case in items]
    before = flagged(items)
    print(f"{sum(true)} true and {len(true) - sum(true)} false statements; changed: false flagged / true flagged\n")
    print("| number | value | down | up |\n| --- | --- | --- | --- |")
    for name, module in modules().items():
        if name in WITHOUT or options.only not in (None, name):
            continue
        for number in thresholds(module):
            value = getattr(module, number)
            step = max(1, round(MOVED * value)) if isinstance(value, int) else MOVED * value
            cells = []
            for other in (value - step, value + step):
                with moved(module, number, other):
                    after = flagged(items)
                more = [
                    sum(a - b for a, b, t in zip(after, before, true, strict=True) if t is kind)
                    for kind in (False, True)
                ]
                cells.append(f"{other:.4g}: {more[0]:+d} / {more[1]:+d}")
            print(f"| `{name}.{number}` | {value} | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()
