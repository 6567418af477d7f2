"""Texts for the encoder: sections as ingest makes them, cut into chunks, with the questions that a chunk answers.

    python -m training.encoder.data --train ../shared/train --documents documents --out sections.jsonl.gz

Each line holds a section's text, its chunks as (start, end) in it, and questions as (text, number of the chunk that
answers). Only sets whose licences allow shipped weights are read (`training.reader.data`), and none that anything is
scored on. Short texts of a set are joined, so that a section holds several, as the sections of a real document do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ingest.splitting.split import split
from training.reader.data import SENTENCES, SPANS, read
from training.reader.templates import templates
from vectorstore.embedding.open import open_encoder

DOCUMENT = 1_000
"""Characters up to which texts of a set are joined into one."""
QUESTIONS = 4
"""Questions taken of a chunk, at most: qamr asks dozens of one sentence."""
SHARES = {
    "squadshifts_reddit": 0.4,
    "squadshifts_amazon": 0.4,
    "fairytaleqa_span": 0.5,
    "sent_medquad": 0.12,
    "sent_conditionalqa": 0.2,
    "sent_epqa_dev": 0.5,
    "sent_selqa": 0.4,
}
"""Share of a set's texts that is taken, where not all: reviews, tales and leaflets would be most of it."""

Question = tuple[str, int]
Text = tuple[str, list[Question]]
"""A text, and questions with the place of their answer in it."""


def main() -> None:
    """Write the sections, shuffled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    count_tokens = open_encoder().count_tokens
    rows = []
    sources: list[tuple[str, Iterable[Text]]] = [
        *((name, with_spans(options.train, name)) for name in SPANS),
        *((name, with_sentences(options.train, name)) for name in SENTENCES),
        ("templates", ((passage, [(question, start)]) for question, _, passage, answers, start, *_ in templates(chance)
                       if answers == 1)),
        ("documents", ((file.read_text(encoding="utf-8"), []) for file in sorted(options.documents.glob("*.md")))),
    ]  # fmt: skip
    for name, texts in sources:
        kept = [text for text in texts if chance.random() < SHARES.get(name, 1.0)]
        made = [row for document in joined(kept) for row in sections(document, count_tokens)]
        print(f"{name}: {len(made)} sections, {sum(len(row['questions']) for row in made)} questions", flush=True)
        rows += made
    chance.shuffle(rows)
    with gzip.open(options.out, "wt", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def with_spans(folder: Path, name: str) -> Iterator[Text]:
    """Yield the contexts of a set, each once, with the questions that it answers."""
    asked: dict[str, list[Question]] = {}
    for record in read(folder, name):
        questions = asked.setdefault(record["context"], [])
        if record["answers"]:
            questions.append((record["question"], record["answers"][0]["start"]))
    yield from asked.items()


def with_sentences(folder: Path, name: str) -> Iterator[Text]:
    """Yield the sentences of each record as one text, with its question at the first that answers."""
    for record in read(folder, name):
        place, questions = 0, []
        for sentence in record["sentences"]:
            if sentence["label"] and not questions:
                questions.append((record["question"], place))
            place += len(sentence["text"]) + 1
        yield "\n".join(sentence["text"] for sentence in record["sentences"]), questions


def joined(texts: Sequence[Text]) -> Iterator[Text]:
    """Yield the texts, those that follow each other joined while they are short."""
    whole, questions = "", list[Question]()
    for text, asked in texts:
        if whole and len(whole) + len(text) > DOCUMENT:
            yield whole, questions
            whole, questions = "", []
        begin = len(whole) + 2 if whole else 0
        whole = f"{whole}\n\n{text}" if whole else text
        questions += [(question, begin + place) for question, place in asked]
    if whole:
        yield whole, questions


def sections(document: Text, count_tokens: object) -> Iterator[dict[str, object]]:
    """Yield the sections of a text as ingest would cut it."""
    text, questions = document
    groups: dict[int, list[tuple[int, int]]] = {}
    for chunk in split(text, count_tokens=count_tokens):  # type: ignore[arg-type]
        groups.setdefault(chunk.section, []).append((chunk.start, chunk.end))
    for chunks in groups.values():
        begin, end = chunks[0][0], chunks[-1][1]
        asked: dict[int, list[str]] = {}
        for question, place in questions:
            number = next((n for n, (start, stop) in enumerate(chunks) if start <= place < stop), -1)
            if number >= 0 and len(asked.setdefault(number, [])) < QUESTIONS:
                asked[number].append(question)
        yield {
            "text": text[begin:end],
            "chunks": [(start - begin, stop - begin) for start, stop in chunks],
            "questions": [(question, number) for number, several in asked.items() for question in several],
        }


if __name__ == "__main__":
    main()
