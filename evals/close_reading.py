"""How well passages that look alike are read: which answers, which does not, and in a study what came out of it.

    python -m evals.close_reading [--half seen|kept] [--kind KIND]… [--show]

Questions over made documents (`close_reading_documents.py`): yes or no and results of studies, what a note on the very
subject does not say, things of nearly the same name, reports by company and quarter, contracts by party. They were
written before any training or rule that they may lead to; `--show` prints what went wrong in the half that may be
looked at, of the other half only figures are to be read.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.close_reading_documents import write
from evals.made_library import bot_over

if TYPE_CHECKING:
    from bot.answer import Answer

QUESTIONS = Path(__file__).with_suffix(".tsv")
HALVES = ("seen", "kept")
OUTCOMES = ("right", "padded", "beside", "answered though unsaid", "refused")
PADDED = 2
"""Sentences beyond which an answer to these questions, each of which one sentence answers, is padded."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what its answer must hold.

    Attributes:
        half: "seen" while building, or "kept" aside.
        kind: What it takes.
        question: As it is asked.
        verdict: "yes" or "no" where it asks for that.
        holds: What must be shown, "a|b" one of them, "!a" what must not; empty where nothing says it.
    """

    half: str
    kind: str
    question: str
    verdict: str
    holds: tuple[str, ...]


def main() -> None:
    """Print a line for each kind and half, and one for each half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--kind", action="append", default=[])
    parser.add_argument("--show", action="store_true", help="what is not right of the half that may be looked at")
    options = parser.parse_args()
    counted: Counter[tuple[str, str, str]] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    kinds = options.kind or list(dict.fromkeys(asked.kind for asked in questions()))
    for asked, answer in answers([a for a in questions() if a.half in (options.half or HALVES) and a.kind in kinds]):
        outcome = judged(asked, answer)
        counted[asked.half, asked.kind, outcome] += 1
        if asked.verdict and not answer.abstained:
            verdicts[asked.half, verdict(asked, answer)] += 1
        if options.show and asked.half == "seen" and outcome != "right":
            print(f"{outcome}: {asked.question}\n    {answer.text[:300]!r}\n    wanted {asked.holds}", flush=True)
    print("| half | kind | " + " | ".join(OUTCOMES) + " | of |")
    for half in HALVES:
        for kind in [*kinds, "all"]:
            row = [sum(n for (h, k, o), n in counted.items() if (h, o) == (half, outcome) and kind in (k, "all"))
                   for outcome in OUTCOMES]  # fmt: skip
            if sum(row):
                print(f"| {half} | {kind} | " + " | ".join(map(str, [*row, sum(row)])) + " |")
        said = {outcome: verdicts[half, outcome] for outcome in ("right", "wrong", "unsaid")}
        print(f"yes or no, {half}: " + ", ".join(f"{count} {outcome}" for outcome, count in said.items()))


def questions() -> list[Asked]:
    """Return all questions."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return [
            Asked(r["half"], r["kind"], r["question"], r["verdict"], tuple(filter(None, r["holds"].split(";"))))
            for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def answers(asked: Sequence[Asked]) -> Iterator[tuple[Asked, Answer]]:
    """Ask the questions of a library made for them."""
    with bot_over(write) as bot:
        for one in asked:
            yield one, bot.ask(one.question)


def judged(asked: Asked, answer: Answer) -> str:
    """Return which of `OUTCOMES` an answer is."""
    if not asked.holds:
        return "answered though unsaid" if answer.statements else "right"
    if answer.abstained or not answer.statements:
        return "refused"
    text = " ".join(statement.text for statement in answer.statements).casefold()
    for wanted in asked.holds:
        forbidden = wanted.startswith("!")
        found = any(part in text for part in wanted.removeprefix("!").casefold().split("|"))
        if found == forbidden:
            return "beside"
    return "padded" if len(answer.statements) > PADDED else "right"


def verdict(asked: Asked, answer: Answer) -> str:
    """Return whether an answer begins with the right "yes" or "no", with the wrong one, or with neither."""
    if answer.verdict is None:
        return "unsaid"
    return "right" if answer.verdict == asked.verdict else "wrong"


if __name__ == "__main__":
    main()
