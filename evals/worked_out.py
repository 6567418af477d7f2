"""How many questions that code must work out are answered rightly: lists, counts, sums, versions, durations, parts.

    python -m evals.worked_out [--half seen|kept] [--kind KIND]… [--show]

Two hundred questions over forty made documents (`worked_out_documents.py`). Those of the half that is kept aside were
written before the code, and only their figures are looked at: `--show` prints what went wrong in the other half.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evals.made_library import bot_over
from evals.worked_out_documents import write

if TYPE_CHECKING:
    from bot.answer import Answer

QUESTIONS = Path(__file__).with_suffix(".tsv")
HALVES = ("seen", "kept")
Outcome = Literal["right", "wrong", "refused"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what its answer must hold.

    Attributes:
        half: "seen" while building, or "kept" aside.
        kind: What it takes.
        question: As it is asked.
        holds: Words that must be shown, "#12" a count that must be, "!word" what must not; empty where nothing says it.
    """

    half: str
    kind: str
    question: str
    holds: tuple[str, ...]


def main() -> None:
    """Print a line for each kind, and one for each half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--kind", action="append", default=[])
    parser.add_argument("--show", action="store_true", help="what is not right of the half that may be looked at")
    options = parser.parse_args()
    outcomes: dict[str, Counter[tuple[str, Outcome]]] = {half: Counter() for half in HALVES}
    for asked, answer in answers(options.half, options.kind):
        outcome = judged(asked, answer)
        outcomes[asked.half][asked.kind, outcome] += 1
        if options.show and asked.half == "seen" and outcome != "right":
            print(f"{outcome}: {asked.question}\n    {shown(answer)[:300]!r}\n    wanted {asked.holds}", flush=True)
    for half, counted in outcomes.items():
        if counted:
            for kind in dict.fromkeys(kind for kind, _ in counted):
                print(f"  {half} {kind}: {_figures(counted, kind)}")
            print(f"{half}: {_figures(counted, '')}")


def _figures(counted: Counter[tuple[str, Outcome]], kind: str) -> str:
    of = {o: sum(n for (k, outcome), n in counted.items() if outcome == o and kind in ("", k)) for o in OUTCOMES}
    return ", ".join(f"{count} {outcome}" for outcome, count in of.items()) + f" of {sum(of.values())}"


OUTCOMES: tuple[Outcome, ...] = ("right", "wrong", "refused")


def questions() -> list[Asked]:
    """Return all questions."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return [
            Asked(row["half"], row["kind"], row["question"], tuple(filter(None, row["holds"].split(";"))))
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def answers(half: str | None, kinds: list[str]) -> list[tuple[Asked, Answer]]:
    """Ask the questions of a half, or all, of a library made for it."""
    with bot_over(write) as bot:
        return [
            (asked, bot.ask(asked.question))
            for asked in questions()
            if half in (None, asked.half) and (not kinds or asked.kind in kinds)
        ]


def judged(asked: Asked, answer: Answer) -> Outcome:
    """Tell whether an answer is right, wrong, or refused though something says it."""
    if not asked.holds:
        return "wrong" if answer.statements else "right"
    if answer.abstained or not answer.text:
        return "refused"
    text = _plain(shown(answer))
    everything = _plain(" ".join([text, *(f"{c.title} {Path(c.source).name} {c.quote}" for c in answer.citations)]))
    sources = _plain(" ".join([text, *(Path(c.source).name for c in answer.citations)]))
    for wanted in asked.holds:
        if wanted.startswith("#"):
            number = rf"(?<![\w.,-]){re.escape(_plain(wanted[1:]))}(?![\w-]|[.,]\d)"
            found = re.search(number, text) is not None or len(answer.statements) == int(wanted[1:])
        elif wanted.startswith("!"):
            found = _plain(wanted[1:]) not in sources
        else:
            found = _plain(wanted) in everything
        if not found:
            return "wrong"
    return "right"


def shown(answer: Answer) -> str:
    """Return the words of an answer without its footnotes."""
    return " ".join([answer.notice, *(statement.text for statement in answer.statements)])


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", text.casefold())


if __name__ == "__main__":
    main()
