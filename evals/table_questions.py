"""How many questions of a set over tables are answered from rows, and how many of those rightly.

    python -m evals.table_questions [--half even|odd]

The set is `eval/wtq` of the folder of public sets: each question with its table and its answers. The table is given;
nothing is searched. An answer is right when its values are the accepted ones as a set, numbers and dates by value.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

from bot.computed.tables.weighed import weighed
from bot.evaluation.sets import rows, shared_folder
from vectorstore.tables.cells import moment, number
from vectorstore.tables.parse import SEPARATOR
from vectorstore.tables.table import InMemory, Table

HALVES = ("even", "odd")
"""By the number in a question's id: the even ones were looked at while the grammar was made."""
Value = tuple[str, object]


def main() -> None:
    """Print a line for each half, and one for each operation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES)
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None or not (shared / "eval" / "wtq").is_dir():
        print("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.", file=sys.stderr)
        raise SystemExit(1)
    for half in [options.half] if options.half else HALVES:
        outcomes = asked(shared / "eval" / "wtq", half)
        count = sum(outcomes.values())
        right = sum(n for (_, good), n in outcomes.items() if good)
        answered = sum(n for (operation, _), n in outcomes.items() if operation)
        share = 100 * right / answered if answered else 0.0
        print(f"{half}: {count} questions, {100 * answered / count:.1f} % answered, {share:.1f} % of those right")
        for operation in sorted({operation for operation, _ in outcomes if operation}):
            print(f"  {operation}: {outcomes[operation, True]} right, {outcomes[operation, False]} wrong")


def asked(folder: Path, half: str) -> Counter[tuple[str, bool]]:
    """Return how often each (operation, right) came; the operation of what is not answered is ""."""
    outcomes: Counter[tuple[str, bool]] = Counter()
    for row in rows(folder / "questions.jsonl"):
        if not is_of_half(row["id"], half):
            continue
        table = read_table(folder / "tables" / row["table"])
        found = weighed(row["question"], table, given=True)
        if found is None:
            outcomes["", False] += 1
            continue
        right = {value_of(value) for value in found.worked.values} == {value_of(answer) for answer in row["answers"]}
        outcomes[found.plan.operation, right] += 1
    return outcomes


def is_of_half(question: str, half: str) -> bool:
    """Tell whether a question, by its id, is of a half."""
    return (int(question.split("-")[1]) % 2 == 0) == (half == "even")


@cache
def read_table(path: Path) -> Table:
    """Return the table of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [[cell.replace("\\n", " ").replace("\n", " ").strip() for cell in line] for line in csv.reader(file)]
    text = "\n".join(SEPARATOR.join(cell.replace(SEPARATOR, " ") or " " for cell in line) for line in lines)
    (table,) = InMemory().add(text)
    return table


def value_of(value: str | float) -> Value:
    """Return a value so that equal ones compare equal: a number, a whole date, or words without notes and signs."""
    found = value if isinstance(value, float) else number(value)
    if found is not None:
        return "number", round(found, 4)
    day = moment(str(value))
    if day and all(day):
        return "date", day
    text = re.sub(r"\s*\([^)]*\)", "", str(value)) or str(value)
    return "words", re.sub(r"\W+", " ", text.casefold()).strip()


if __name__ == "__main__":
    main()
