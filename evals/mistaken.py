"""How many ordinary questions of the public sets are taken for a list, a survey, arithmetic, two parts or the like.

    python -m evals.mistaken [SET]… [--libraries FOLDER] [--show]

Nothing is answered: only the ways that code works out (`bot/computed/compute.py`) and the grammars of two parts and of
two hops are tried, on the library of each set. What is taken is not wrong for that: `--show` prints it, to be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bot.evaluation.sets import build_library, read_questions, shared_folder

if TYPE_CHECKING:
    from vectorstore.library import Library

SETS = ("squad2", "clapnq", "covidqa", "chroma_chunking", "mtrag")
KINDS = {
    "curated_answer": "editor",
    "author_answer": "library",
    "documents_answer": "library",
    "place_answer": "place",
    "changes_answer": "comparison",
    "holds_answer": "version",
    "duration_answer": "duration",
    "age_answer": "duration",
    "each_answer": "survey",
    "rows_answer": "arithmetic",
    "list_answer": "list",
}
"""What a way is called in the table, by the name of its function."""
COLUMNS = (*dict.fromkeys(kind for kind in KINDS.values() if kind != "editor"), "two parts", "two hops")


def main() -> None:
    """Print one table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help=f"of {' '.join(SETS)}; all if none")
    parser.add_argument(
        "--libraries", type=Path, default=Path(".footnote-evals"), help="where their libraries are kept"
    )
    parser.add_argument("--show", action="store_true", help="print the questions that are taken")
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None:
        sys.exit("The public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/.")
    print(f"| set | questions | {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * (len(COLUMNS) + 1)}")
    for name in options.sets or SETS:
        questions = [question.text for question in read_questions(shared / "eval" / name)]
        counted: Counter[str] = Counter()
        with build_library(shared / "eval" / name, options.libraries / name) as library:
            for question in questions:
                if kind := taken(question, library):
                    counted[kind] += 1
                    if options.show:
                        print(f"    {kind}: {question}")
        figures = " | ".join(str(counted[kind]) for kind in COLUMNS)
        print(f"| {name} | {len(questions):,} | {figures} |", flush=True)


def taken(text: str, library: Library) -> str:
    """Return the kind that a question is taken for; "" where it goes the ordinary way."""
    from bot.computed.compute import WAYS
    from bot.question.described import described
    from bot.question.parts import parts
    from bot.question.question import Question
    from bot.question.turn import classify

    if parts(text):
        return "two parts"
    if described(text):
        return "two hops"
    if classify(text, []).reply:
        return ""
    question = Question(text)
    way = next((way for way in WAYS if way(question, library, None) is not None), None)
    return KINDS[getattr(way, "__name__", "")] if way else ""


if __name__ == "__main__":
    main()
