"""Examples for the reader, from question sets with spans, sentences with labels, and pairs of statements.

    python -m training.reader.data --train ../shared/train --out examples.jsonl.gz

Each example holds a question or statement, a title ("" where none), a passage, and what is known of it:
answers (1, 0, or -1 unknown), start and end in the passage (-1 unknown), supports (0 entails, 1 contradicts,
2 neither, -1 unknown). Only the sets named here are read: those whose licences allow shipped weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

from ingest.splitting.split import sentences
from training.reader.negatives import NAME, exchanged
from training.reader.templates import templates

SPANS = {
    "squad_train_part": 12900,
    "squad_routerlens": 3900,
    "squadshifts_newwiki": 7700,
    "squadshifts_reddit": 2500,
    "squadshifts_amazon": 2000,
    "qamr": 2000,
    "fairytaleqa_span": 3000,
    "friendsqa": 1400,
    "policyqa": 1200,
    "evidence_inference": 2800,
    "qed_dev": 1346,
    "tatqa_text": 638,
}
"""Positives taken of each set of spans."""
OWN_SUBJECT = frozenset(
    {"squad_train_part", "squad_routerlens", "squadshifts_newwiki", "qed_dev", "tatqa_text", "evidence_inference"}
)
"""Sets whose questions name what they are about, so that passages of other articles do not answer them."""
SENTENCES = {
    "sent_selqa": 2358,
    "sent_medquad": 1800,
    "sent_conditionalqa": 900,
    "sent_epqa_dev": 700,
    "sent_hetpqa_dev": 500,
}
STATEMENTS = {"nli_snli_devtest": 5000, "nli_mnli_matched_dev": 6000, "nli_fever_mini": 8000, "nli_fm2": 2500}
SUPPORTS = {"entailment": 0, "contradiction": 1, "neutral": 2}
WINDOW_NEGATIVES = 0.6
EXCHANGED = 0.75
WITH_TITLE = 0.35
TYPED = 0.2
"""Share of the questions that are in small letters and without their mark, as people type them into a search field."""
ASKED = 0.7
"""Share of the statements that are asked too, where that can be done."""


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn from; see the module."""

    question: str
    title: str
    passage: str
    answers: int
    start: int
    end: int
    supports: int
    kind: str


def main() -> None:
    """Write the examples, shuffled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    examples: list[Example] = []
    for name, count in SPANS.items():
        examples += spans(name, read(options.train, name), count, chance)
    for name, count in SENTENCES.items():
        examples += labelled(name, read(options.train, name), count, chance)
    for name, count in STATEMENTS.items():
        examples += statements(name, read(options.train, name), count, chance)
    examples += [Example(*row) for row in templates(chance)]
    examples = [typed(example) if chance.random() < TYPED else example for example in examples]
    chance.shuffle(examples)
    with gzip.open(options.out, "wt", encoding="utf-8") as out:
        for example in examples:
            out.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    report(examples)


def typed(example: Example) -> Example:
    """Return an example with its question in small letters and without its mark; a statement stays as it is."""
    if example.answers < 0:
        return example
    return replace(example, question=example.question.lower().rstrip("? "))


def report(examples: Sequence[Example]) -> None:
    """Print how many examples of each kind there are, and how many of them answer."""
    for kind in sorted({example.kind for example in examples}):
        chosen = [example for example in examples if example.kind == kind]
        print(
            f"{kind}: {len(chosen)}, answers {sum(e.answers == 1 for e in chosen)}, "
            f"not {sum(e.answers == 0 for e in chosen)}"
        )


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the records of a set."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def spans(name: str, records: list[dict[str, Any]], count: int, chance: random.Random) -> Iterator[Example]:
    """Yield a set's questions with the passage that answers, and passages and questions made to fit badly."""
    contexts = list(dict.fromkeys(record["context"] for record in records))
    windows = [(number, text) for number, context in enumerate(contexts) for text in _windows(context)]
    of_context: dict[int, list[int]] = {}
    for place, (number, _) in enumerate(windows):
        of_context.setdefault(number, []).append(place)
    model = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(text for _, text in windows)
    matrix = model.transform([text for _, text in windows])
    number_of = {context: number for number, context in enumerate(contexts)}
    chosen = chance.sample(records, min(count, len(records)))
    chosen += [r for r in records if not r["answers"] and r not in chosen]
    scores = model.transform([r["question"] for r in chosen]) @ matrix.T
    for row, record in enumerate(chosen):
        found = scores.getrow(row)
        near = [int(found.indices[i]) for i in (-found.data).argsort()[:14]]
        title = _title(record["context"], chance)
        if not record["answers"]:
            yield Example(record["question"], title, _cut(record["context"], 0, 1, chance)[0], 0, -1, -1, -1, name)
            continue
        answer = _answer(record)
        passage, moved = _cut(record["context"], answer["start"], answer["start"] + len(answer["text"]), chance)
        yield Example(
            record["question"],
            title,
            passage,
            1,
            answer["start"] - moved,
            answer["start"] - moved + len(answer["text"]),
            -1,
            name,
        )
        mine = of_context[number_of[record["context"]]]
        pool = near if name in OWN_SUBJECT else [p for p in near if p in mine] or mine
        wrong = [
            windows[p][1] for p in pool if windows[p][1] not in passage and not _holds(windows[p][1], record["answers"])
        ]
        if wrong and chance.random() < WINDOW_NEGATIVES + (0.2 if name in OWN_SUBJECT else 0):
            pick = wrong[0] if chance.random() < 0.6 else chance.choice(wrong[:6])
            yield Example(record["question"], _title(pick, chance), pick, 0, -1, -1, -1, name)
        if chance.random() < EXCHANGED:
            others = [record["context"]] * 2 + [windows[p][1] for p in near[:6]]
            made = exchanged(record["question"], others, chance)
            if made:
                yield Example(made, title, passage, 0, -1, -1, -1, name)


def _answer(record: dict[str, Any]) -> dict[str, Any]:
    """Return the answer that most people gave, the first of those."""
    texts = [answer["text"] for answer in record["answers"]]
    best: dict[str, Any] = max(record["answers"], key=lambda answer: texts.count(answer["text"]))
    return best


def _holds(text: str, answers: Sequence[dict[str, Any]]) -> bool:
    folded = text.casefold()
    return any(answer["text"].strip(" .,").casefold() in folded for answer in answers)


def _windows(context: str, size: int = 280) -> Iterator[str]:
    """Yield a context cut into runs of sentences of about `size` characters."""
    begin = end = -1
    for start, stop in sentences(context):
        if begin >= 0 and stop - begin > size:
            yield context[begin:end]
            begin = -1
        if begin < 0:
            begin = start
        end = stop
    if begin >= 0:
        yield context[begin:end]


def _cut(context: str, start: int, end: int, chance: random.Random) -> tuple[str, int]:
    """Return sentences around [start, end), and where they begin: mostly about as long as our chunks, some longer."""
    found = sentences(context) or [(0, len(context))]
    inside = [i for i, (a, b) in enumerate(found) if a < end and start < b] or [0]
    first, last = inside[0], inside[-1]
    kind = chance.random()
    size = chance.randint(60, 330) if kind < 0.78 else chance.randint(330, 650)
    while True:
        grown = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last + 1 < len(found))
        fits = [(a, b) for a, b in grown if found[b][1] - found[a][0] <= size]
        if not fits:
            break
        first, last = chance.choice(fits)
    begin = min(found[first][0], start)
    return context[begin : max(found[last][1], end)], begin


def _title(context: str, chance: random.Random) -> str:
    """Return now and then a title: the name that the text says most often."""
    if chance.random() > WITH_TITLE:
        return ""
    names = [match.group() for match in NAME.finditer(context)]
    return max(names, key=names.count) if names else ""


def labelled(name: str, records: list[dict[str, Any]], count: int, chance: random.Random) -> Iterator[Example]:
    """Yield sentences that answer, and those beside them that are nearest in words and do not."""
    for record in chance.sample(records, min(count, len(records))):
        right = [s["text"] for s in record["sentences"] if s["label"]]
        asked = set(re.findall(r"\w{3,}", record["question"].casefold()))
        wrong = sorted(
            (s["text"] for s in record["sentences"] if not s["label"]),
            key=lambda text: -len(asked & set(re.findall(r"\w{3,}", text.casefold()))),
        )
        title = record.get("title", "") if chance.random() < WITH_TITLE else ""
        for text in chance.sample(right, min(1, len(right))):
            text = _first_part(text)
            short = len(text) < 320 and name != "sent_medquad"
            yield Example(record["question"], title, text, 1, 0 if short else -1, len(text) if short else -1, -1, name)
        picked = wrong[:1] + chance.sample(wrong[1:4], min(1, len(wrong[1:4])))
        for text in picked if name in ("sent_selqa", "sent_medquad") else picked[:1]:
            yield Example(record["question"], title, _first_part(text), 0, -1, -1, -1, name)


def _first_part(text: str) -> str:
    """Return the first sentences of a long passage, up to 500 characters."""
    return next(_windows(text, 500), text)[:900] if len(text) > 500 else text


_CLAIM = re.compile(
    r"^(?P<subject>(?:\S+ ){0,5}\S+?) (?P<verb>is|was|are|were|has been|can|will) (?P<rest>.+?)\s*\.?\s*$"
)
_DID = re.compile(r"^(?P<subject>(?:[A-Z]\S* ){0,4}[A-Z]\S*?) (?P<verb>[a-z]{2,}(?:ed|s)) (?P<rest>.+?)\s*\.?\s*$")
"""A name and a verb of one word; which form of it a question takes is looked up among the words of the set."""


def statements(name: str, records: list[dict[str, Any]], count: int, chance: random.Random) -> Iterator[Example]:
    """Yield statements for "supports", and some of them as yes/no questions: what supports says of these is yes or no.

    Evidence that neither confirms nor denies does not answer. Sets that have none of it are given the evidence of
    another statement that is nearest in words.
    """
    premises = list(dict.fromkeys(record["premise"] for record in records))
    words = {word for premise in premises for word in re.findall(r"[a-z]+", premise)}
    model = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(premises)
    matrix = model.transform(premises)
    for record in chance.sample(records, min(count, len(records))):
        if record["label"] not in SUPPORTS or len(record["premise"]) > 700:
            continue
        supports = SUPPORTS[record["label"]]
        yield Example(record["hypothesis"], "", record["premise"], -1, -1, -1, supports, name)
        question = asked(record["hypothesis"], words) if name != "nli_mnli_matched_dev" else None
        if question is None or chance.random() >= ASKED:
            continue
        yield Example(question, "", record["premise"], int(supports != 2), -1, -1, supports, name + "_asked")
        scores = (model.transform([question]) @ matrix.T).toarray()[0]
        near = [premises[i] for i in (-scores).argsort()[:8] if premises[i][:40] != record["premise"][:40]]
        if supports != 2 and near:
            other = near[0] if chance.random() < 0.5 else chance.choice(near[:4])
            yield Example(question, "", other[:600], 0, -1, -1, 2, name + "_asked")
            yield Example(record["hypothesis"], "", other[:600], -1, -1, -1, 2, name)


def asked(statement: str, words: Set[str]) -> str | None:
    """Return a statement as a yes/no question, or None where its verb is not found.

    Args:
        statement: One sentence.
        words: Words that are known, among which a verb's plain form is looked up ("directed" → "direct").
    """
    if match := _CLAIM.match(statement):
        verb, _, more = match["verb"].partition(" ")
        begin, rest = verb.capitalize(), [more, match["rest"]]
    elif match := _DID.match(statement):
        verb = match["verb"]
        shorter = [verb[:-1], verb[:-2], verb[:-3]]
        plain = next((form for form in shorter if form in words and len(form) > 1), None)
        if plain is None:
            return None
        begin, rest = "Did" if verb.endswith("ed") else "Does", [plain, match["rest"]]
    else:
        return None
    subject = re.sub(r"^(The|A|An|There|This|That|It|He|She|They)\b", lambda m: m.group().lower(), match["subject"])
    return " ".join(filter(None, [begin, subject, *rest])) + "?"


if __name__ == "__main__":
    main()
