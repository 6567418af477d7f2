"""How many passages a chat model needs to be sent, in the order of the search and in that of the reader.

    python -m evals.found_passages --sets squad2,clapnq --libraries DIR --out FOUND
    python -m evals.prompt_passages --found FOUND --sets squad2,clapnq --questions 200

For each number of passages: the share of answerable questions for which one of them holds a reference, and the mean
size of the whole prompt in word pieces of the embedding model (a chat model's own tokens are about as many).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.sets import rows
from bot.passages.answering_first import answering_first
from bot.reader.reader import Reader, load
from bot.written.prompts import write_messages
from vectorstore.embedding.open import open_encoder
from vectorstore.passage import Passage

COUNTS = (1, 2, 3, 4, 5, 6, 8)


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--found", type=Path, required=True, help="folder that evals.found_passages wrote")
    parser.add_argument("--sets", default="squad2,clapnq")
    parser.add_argument("--questions", type=int, default=200, help="the first so many answerable ones of each set")
    options = parser.parse_args()
    reader, notice = load(None, threads=1)
    if reader is None:
        parser.error(notice)
    count = open_encoder("").count_tokens
    for name in options.sets.split(","):
        asked = [row for row in rows(options.found / f"{name}.jsonl") if row["kind"] == "present"][: options.questions]
        print(f"\n{name}, {len(asked)} questions\n")
        print("| passages | search's order, held | reader's order, held | word pieces of the prompt |")
        print("| --- | --- | --- | --- |")
        table = _measure(asked, reader, count)
        for number, (by_search, by_reader, pieces) in table.items():
            print(f"| {number} | {by_search:.1f} | {by_reader:.1f} | {pieces:.0f} |", flush=True)


def _measure(asked: Sequence[dict[str, Any]], reader: Reader, count: Any) -> dict[int, tuple[float, float, float]]:
    """Return for each number of passages both shares, in percent, and the mean size of the prompt."""
    held = {number: [0, 0] for number in COUNTS}
    pieces = dict.fromkeys(COUNTS, 0)
    for row in asked:
        found = [_passage(passage, rank) for rank, passage in enumerate(row["passages"], 1)]
        ordered = answering_first(reader, row["question"], found)
        for number in COUNTS:
            for column, passages in enumerate((found, ordered)):
                held[number][column] += any(_holds(passage, row["references"]) for passage in passages[:number])
            messages = write_messages(row["question"], ordered[:number])
            pieces[number] += sum(count([text for _, text in messages]))
    total = len(asked) or 1
    return {n: (100 * held[n][0] / total, 100 * held[n][1] / total, pieces[n] / total) for n in COUNTS}


def _passage(kept: dict[str, Any], rank: int) -> Passage:
    names = ("document", "source", "title", "heading", "start", "end", "text", "score", "kind")
    return Passage(**{name: kept[name] for name in names}, rank=rank)


def _holds(passage: Passage, references: Sequence[dict[str, Any]]) -> bool:
    return any(
        passage.source == r["doc_id"] and passage.start < r["end"] and r["start"] < passage.end for r in references
    )


if __name__ == "__main__":
    main()
