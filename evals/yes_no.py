"""How often a yes or no that an answer would begin with is right, over statements of public sets asked as questions.

    python -m evals.yes_no [--train ../shared/train] [--limit 150]

The sets may not be trained on (`../shared/train/README.md`) and were not: claims on health and climate, RTE, and
statements of which single words were exchanged. Each is asked of its evidence.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

from bot.evaluation.sets import shared_folder
from bot.question.question import Question
from bot.quotes.verdict import verdict_of
from bot.reader import Readable, load
from training.reader.data import asked

SETS = ("nli_healthver", "nli_climatefever", "nli_rte_train", "nli_counterfactual")
MEANT = {"entailment": "yes", "contradiction": "no"}
"""What a label says to the question; any other: that the evidence does not say."""
LONGEST = 500
SEED = 3


def main() -> None:
    """Print for each set how many yes and no are right, wrong, and not said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, default=(shared_folder() or Path("../shared")) / "train")
    parser.add_argument("--limit", type=int, default=150)
    options = parser.parse_args()
    reader, notice = load()
    if reader is None:
        parser.error(notice)
    print("| set | asked | said | right | wrong |")
    print("| --- | --- | --- | --- | --- |")
    for name in SETS:
        with gzip.open(options.train / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        counted: Counter[bool] = Counter()
        chosen = questions(records, options.limit)
        for question, evidence, meant in chosen:
            (support,) = reader.supports(question, [Readable(evidence)])
            if word := verdict_of(Question(question), evidence, support):
                counted[word == meant] += 1
        print(f"| {name} | {len(chosen)} | {counted.total()} | {counted[True]} | {counted[False]} |", flush=True)


def questions(records: list[dict[str, Any]], limit: int) -> list[tuple[str, str, str]]:
    """Return (question, evidence, what is meant: "yes", "no", "") of statements that can be asked."""
    random.Random(SEED).shuffle(records)
    words = {word for record in records for word in re.findall(r"[a-z]+", record["premise"])}
    found = []
    for record in records:
        question = asked(record["hypothesis"], words)
        if question and len(record["premise"]) <= LONGEST:
            found.append((question, record["premise"], MEANT.get(record["label"], "")))
    return found[:limit]


if __name__ == "__main__":
    main()
