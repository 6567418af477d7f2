"""How sure it is that a question stands for a plan: what speaks for each candidate, weighed.

    candidates ─▶ the likeliest are worked out ─▶ what each comes to is weighed as well ─▶ the surest, or nothing

A candidate's weight is the sum of the weights of its evidence; beside all candidates stands "none of them", of weight
0. What two candidates come to alike, they speak for together. The weights lie in weights.json, written by `python -m
evals.fit_tables`, which also says how sure an answer must be.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.computed.tables.candidates import Candidate, candidates
from bot.computed.tables.plan import Plan
from bot.computed.tables.sight import Evidence
from bot.computed.tables.work import Worked, work
from vectorstore.tables.cells import EMPTY
from vectorstore.tables.keep import LONG
from vectorstore.tables.table import Table

FITTED = Path(__file__).with_name("weights.json")
WORKED_OUT = 12
"""Candidates that are worked out, the likeliest of them."""
WORKED_OUT_OF_LONG = 3
"""The same of a long table, of which each takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a question most likely asks of a table.

    Attributes:
        plan: As it is understood.
        worked: What it comes to.
        sure: How likely it is that this is what is asked, from 0 to 1.
    """

    plan: Plan
    worked: Worked
    sure: float


def weighed(text: str, table: Table, *, about: frozenset[str] = frozenset(), given: bool = False) -> Weighed | None:
    """Return what a question asks of a table; None where no plan is likely enough.

    Args:
        text: The question.
        table: What it may be asked of.
        about: Stems by which a question may speak of the table as a whole.
        given: Whether it is known that this table is asked. Where it is not, every word of the question must have its
            part in the plan: it may well be about something else.
    """
    weights, least = _fitted()
    found = candidates(text, table, about=about)
    if not given:
        found = [candidate for candidate in found if not _left_over(candidate)]
    found.sort(key=lambda candidate: -weight(candidate.evidence, weights))
    most = WORKED_OUT if table.entries < LONG else WORKED_OUT_OF_LONG
    best: dict[tuple[str, ...], list[tuple[float, Plan, Worked]]] = defaultdict(list)
    for candidate in found[:most]:
        worked = work(candidate.plan, table)
        if worked is not None and says_something(worked):
            evidence = candidate.evidence | outcome(candidate.plan, worked, text)
            value = weight(evidence, weights)
            best[tuple(sorted(map(str, worked.values)))].append((value, candidate.plan, worked))
    if not best:
        return None
    total = 1.0 + sum(math.exp(value) for some in best.values() for value, _, _ in some)
    shares = {values: sum(math.exp(value) for value, _, _ in some) / total for values, some in best.items()}
    values = max(shares, key=lambda values: shares[values])
    _, plan, worked = max(best[values], key=lambda one: one[0])
    return Weighed(plan, worked, shares[values]) if shares[values] >= least else None


def weight(evidence: Evidence, weights: Mapping[str, float]) -> float:
    """Return the weight of a candidate."""
    return min(50.0, weights["any"] + sum(weights.get(name, 0.0) * value for name, value in evidence.items()))


def says_something(worked: Worked) -> bool:
    """Tell whether a result is more than empty cells."""
    return any(not isinstance(value, str) or value.strip().casefold() not in EMPTY for value in worked.values)


@cache
def _fitted() -> tuple[dict[str, float], float]:
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    return fitted["weights"], fitted["least"]


_LOOSE = (
    "unused", "unread", "free", "words in", "number anywhere", "cell of many", "compared by guess", "counts all",
    "measure unnamed", "measure alike", "target alike", "order turned", "from words", "between words",
    "cell, in longer",
)  # fmt: skip
"""Evidence that a word has no part, or has it by a guess: what begins so is not taken where no table is given."""


def _left_over(candidate: Candidate) -> bool:
    """Tell whether some words of a question have no part in a candidate, or only by a guess."""
    return bool(candidate.plan.unplaced) or any(name.startswith(_LOOSE) for name in candidate.evidence)


_SEVERAL = re.compile(
    r"\b(?:which|what|who) (?:\w+ )?(?:are|were|have)\b|\b(?:list|all|some|both)\b|\b(?:which|what) \w+s\b"
)


def outcome(plan: Plan, worked: Worked, text: str) -> Evidence:
    """Return what speaks for or against a plan in what it comes to."""
    asked = _SEVERAL.search(text.casefold()) is not None
    several = len(worked.values) > 1
    told = {
        f"several values, {plan.operation}": float(several and not asked),
        "several values are asked": float(several and asked),
        "many values": float(len(worked.values) > 4),
        "one value where several are asked": float(not several and asked),
        "only one is asked": float(several and " only " in f" {text} "),
        "counts none": float(plan.operation == "count" and worked.values == (0.0,)),
        "counts one": float(plan.operation == "count" and worked.values == (1.0,)),
        "answer is in the question": float(
            any(isinstance(v, str) and len(v) > 2 and v.casefold() in text.casefold() for v in worked.values)
            and not plan.choices
        ),
    }
    return {name: value for name, value in told.items() if value}
