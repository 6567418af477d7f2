"""Misspelled questions: how many are still answered, and how many still refused where the documents don't say.

    python -m evals.misspelled squad2 clapnq covidqa

In each answerable question one content word of six letters or more gets one slip of the hand: a letter left out,
added, exchanged, or swapped with the next; the same ones at each run. It is asked as it was written, misspelled and
searched as it stands, and misspelled as Footnote asks it (`vectorstore/search/spelling.py`).
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from pathlib import Path

from bot import Bot, Settings
from bot.evaluation.sets import Question, absent_filter, build_library, read_questions, shared_folder
from bot.passages.confidence import SEEN, confidence, threshold
from bot.question.question import Question as Asked
from vectorstore.passage import Filter
from vectorstore.words.tokens import query_terms

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[A-Za-z]{6,}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--folder", type=Path, default=Path(".footnote-evals"), help="libraries, kept between runs")
    options = parser.parse_args(arguments)
    shared = shared_folder()
    if shared is None:
        raise SystemExit("The public sets are not here. Set FOOTNOTE_SHARED.")
    print("| set | questions | answered: as written | misspelled | spelled anew | refused: misspelled | spelled anew |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in options.sets:
        with build_library(shared / "eval" / name, options.folder / name) as library:
            questions = [q for q in read_questions(shared / "eval" / name) if q.answerable and q.references]
            figures = measure(Bot(library, settings=Settings()), questions)
        print(f"| {name} | {' | '.join(figures)} |", flush=True)


def measure(bot: Bot, questions: Sequence[Question]) -> list[str]:
    """Return the number of questions that were misspelled, and five shares in per cent."""
    slips = random.Random(1)
    pairs = [(q, slip) for q in questions if (slip := misspelled(q.text, slips)) != q.text]
    shown = [
        (
            _is_answered(bot, question.text),
            _is_answered(bot, slip),
            not bot.ask(slip).abstained,
            not _is_answered(bot, slip, absent_filter(question)),
            bot.ask(slip, filter=absent_filter(question)).abstained,
        )
        for question, slip in pairs
    ]
    return [str(len(shown)), *(f"{100 * sum(column) / len(shown):.1f}" for column in zip(*shown, strict=True))]


def misspelled(question: str, slips: random.Random) -> str:
    """Return a question with one slip of the hand in one of its long content words; the same where it has none."""
    words = [match for match in _WORD.finditer(question) if query_terms(match.group())]
    if not words:
        return question
    start, end = slips.choice(words).span()
    at, letter = slips.randrange(start + 1, end - 1), slips.choice(LETTERS)
    here, following = question[at], question[at + 1]
    old, new = slips.choice(((here, ""), (here, letter + here), (here, letter), (here + following, following + here)))
    return question[:at] + new + question[at + len(old) :]


def _is_answered(bot: Bot, question: str, filter: Filter | None = None) -> bool:
    """Tell whether a question is answered as it stands."""
    result = bot.library.search(question, limit=max(SEEN, bot.settings.passages), filter=filter)
    return confidence(Asked(question), result) >= threshold(bot.settings, result)


if __name__ == "__main__":
    main()
