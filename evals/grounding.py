"""Measure `bot.check.statement.check` on true statements and on honest corruptions of them.

    python -m evals.grounding            # both halves, table on the screen
    python -m evals.grounding --half development --show name --limit 20

True statements are sentences of the reference answers of clapnq and mtrag (people's words, checked against
the passages that they were written from, among look-alike passages), sentences of squad2 and jaquad as they
stand, and rewritings of those (number words, date formats, passive, a clause dropped). Each corruption
changes one thing. Documents are split in two halves by the hash of their group, before anything else:
thresholds and coefficients are fitted on "development" only; "untouched" is only ever reported.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.check.alignment import align
from bot.check.sentences import read_passages
from bot.check.signs import Signs, read_signs
from bot.check.statement import Verdict, check, plain_statement
from evals import corruptions
from ingest.splitting.split import sentences
from vectorstore.passage import Passage
from vectorstore.words.tokens import query_terms

if TYPE_CHECKING:
    from bot.models.entailment import Entailment

SETS = ("clapnq", "mtrag", "squad2", "jaquad")


@dataclass(frozen=True, slots=True)
class Case:
    """One statement to check.

    Attributes:
        statement: What is claimed.
        passages: What it is held against.
        kind: "true", "rewritten", or the kind of corruption.
        set: Name of the public set.
        half: "development" or "untouched".
        original: The true statement that it was made from.
    """

    statement: str
    passages: tuple[Passage, ...]
    kind: str
    set: str
    half: str
    original: str


def shared_folder() -> Path:
    """Return the folder of the public sets: FOOTNOTE_SHARED, else `shared` beside the repository."""
    given = os.environ.get("FOOTNOTE_SHARED")
    return Path(given) if given else Path(__file__).resolve().parents[2] / "shared"


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def half_of(group: str) -> str:
    """Return the half that a group of documents falls in."""
    return "development" if hashlib.sha256(group.encode()).digest()[0] % 2 == 0 else "untouched"


def _passage(document: dict[str, Any], start: int, end: int, rank: int) -> Passage:
    text = document["text"]
    return Passage(
        document=document["id"], title=document["title"], source=document["id"], start=start, end=end,
        text=text[start:end], score=1.0 / rank, rank=rank, sentences=tuple(sentences(text, start, end)),
    )  # fmt: skip


class Near:
    """Finds the documents that share most rare words with a text: look-alikes to stand beside the right ones."""

    def __init__(self, documents: Sequence[dict[str, Any]]) -> None:
        self._documents = documents
        self._holders: dict[str, list[int]] = defaultdict(list)
        for i, document in enumerate(documents):
            for term in set(query_terms(document["text"])):
                self._holders[term].append(i)

    def __call__(self, text: str, count: int, *, without: set[str]) -> list[dict[str, Any]]:
        """Return `count` documents nearest to `text`, leaving out the ids in `without`."""
        scores: Counter[int] = Counter()
        for term in query_terms(text):
            holders = self._holders.get(term, ())
            if 0 < len(holders) <= len(self._documents) // 10:
                for i in holders:
                    scores[i] += 1
        best = [self._documents[i] for i, _ in scores.most_common(count + len(without))]
        return [d for d in best if d["id"] not in without][:count]


_NO_CLAIM = re.compile(
    r"\?\s*$|^(?:hi|hello|yes|no|sure|sorry|thank|i\b|you are welcome)\b[^.]{0,12}$|"
    r"\b(?:i am|i'm|i do|i don't|i can|i cannot|i'd|i have)\b"
    r"|\b(?:document|documents|passage|passages|context|provided information)\b|don't "
    r"have|not (?:specif|mention|provid)|please|let me know",
    re.IGNORECASE,
)


def _claims(answer: str) -> Iterator[str]:
    """Yield the sentences of an answer that claim something about the sources."""
    text = re.sub(r"\s+", " ", re.sub(r"(?m)^\s*(?:[-*•]|\d+[.)])\s+", "", answer)).strip()
    for start, end in sentences(text):
        sentence = re.sub(r"^\d{1,2}[.)]\s+|(?<=[.:])\s\d{1,2}\.$", "", text[start:end].strip())
        sentence = re.sub(r"^[^.]*(?<![\d.])\b\d{1,2}\.$", "", sentence)  # a list's next number, glued on
        if len(query_terms(sentence)) >= 4 and not _NO_CLAIM.search(sentence):
            yield sentence


def _answered(name: str) -> Iterator[tuple[str, str, tuple[Passage, ...]]]:
    """Yield (half, statement, passages) for the reference answers of clapnq or mtrag."""
    folder = shared_folder() / "eval" / name
    documents = {d["id"]: d for d in _lines(folder / "documents.jsonl")}
    questions = [q for q in _lines(folder / "questions.jsonl") if q["kind"] == "answerable" and q["references"]]
    groups = _groups(documents, questions)
    pools: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for id_, document in documents.items():
        pools[half_of(groups[id_])].append(document)
    near = {half: Near(pool) for half, pool in pools.items()}
    for question in questions:
        ids = list(dict.fromkeys(r["doc_id"] for r in question["references"]))
        half = half_of(groups[ids[0]])
        beside = near[half](question["question"] + " " + question["answers"][0], 2, without=set(ids))
        chosen = [documents[i] for i in ids[:4]] + beside
        random.Random(question["id"]).shuffle(chosen)
        passages = tuple(_passage(d, 0, len(d["text"]), rank) for rank, d in enumerate(chosen, 1))
        for answer in question["answers"][:2]:
            for statement in _claims(answer):
                yield half, statement, passages


def _groups(documents: dict[str, dict[str, Any]], questions: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Name a group for each document, so that documents of one title or one answer never part."""
    parent = {id_: id_ for id_ in documents}

    def root(id_: str) -> str:
        while parent[id_] != id_:
            parent[id_] = parent[parent[id_]]
            id_ = parent[id_]
        return id_

    first: dict[str, str] = {}
    for id_, document in documents.items():
        if document["title"]:
            parent[root(id_)] = root(first.setdefault(document["title"], id_))
    for question in questions:
        ids = [r["doc_id"] for r in question["references"]]
        for id_ in ids[1:]:
            parent[root(id_)] = root(ids[0])
    return {id_: documents[root(id_)]["title"] or root(id_) for id_ in documents}


def _quoted(name: str, limit: int) -> Iterator[tuple[str, str, tuple[Passage, ...]]]:
    """Yield (half, sentence, passages) for sentences that hold an answer of squad2 or jaquad."""
    folder = shared_folder() / "eval" / name
    documents = {d["id"]: d for d in _lines(folder / "documents.jsonl")}
    seen: set[tuple[str, int]] = set()
    for question in _lines(folder / "questions.jsonl"):
        if not question["answerable"] or len(seen) >= limit:
            continue
        document, context, answer = (
            documents[question["references"][0]["doc_id"]],
            question["context"],
            question["references"][0],
        )
        passage = _passage(document, context["start"], context["end"], 1)
        for start, end in passage.sentences:
            if (
                start <= answer["start"] < end
                and (document["id"], start) not in seen
                and 40 < end - start < 400 // (1 + (name == "jaquad"))
            ):
                seen.add((document["id"], start))
                paragraphs = [
                    (m.start(), m.end())
                    for m in re.finditer(r"[^\n]{200,}", document["text"])
                    if not m.start() <= start < m.end()
                ]
                others = random.Random(question["id"]).sample(paragraphs, min(2, len(paragraphs)))
                passages = (passage, *(_passage(document, s, e, rank) for rank, (s, e) in enumerate(others, 2)))
                yield half_of(document["title"]), document["text"][start:end].strip(), passages


def true_statements() -> list[Case]:
    """Return the true statements of all sets, as they stand."""
    found = []
    sources: list[tuple[str, Iterator[tuple[str, str, tuple[Passage, ...]]]]] = [
        ("clapnq", _answered("clapnq")), ("mtrag", _answered("mtrag")), ("squad2", _quoted("squad2", 400)), ("jaquad", _quoted("jaquad", 250)),
    ]  # fmt: skip
    for name, items in sources:
        kept: Counter[str] = Counter()
        for half, statement, passages in items:
            chosen = (
                name != "mtrag" or hashlib.sha256(statement.encode()).digest()[1] < 80
            )  # a third: as many as the others
            if chosen and kept[half] < 500:
                kept[half] += 1
                found.append(Case(statement, passages, "true", name, half, statement))
    return found


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Return true, rewritten and corrupted statements. The same on every run."""
    true = true_statements()
    found = list(true)
    by_half: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in true:
        by_half[case.set, case.half].append(case)
    for case in true:
        chance = random.Random(hashlib.sha256((case.statement + case.set).encode()).hexdigest())
        material = corruptions.Material(
            statement=case.statement, passages=[p.text for p in case.passages],
            strangers=[c.statement for c in chance.sample(by_half[case.set, case.half], 8) if c.passages != case.passages],
            sentences=[p.text[s - p.start : e - p.start] for p in case.passages for s, e in p.sentences], chance=chance,
        )  # fmt: skip
        for kind, make in corruptions.KINDS.items():
            made = make(material)
            if made and made != case.statement:
                found.append(Case(made, case.passages, kind, case.set, case.half, case.statement))
    return tuple(found)


def signs_of(items: Sequence[Case]) -> list[Signs | None]:
    """Return the signs of each case, as `check` sees them; None where nothing is claimed or nothing is there."""
    found: list[Signs | None] = []
    for case in items:
        titles = [f"{passage.title} {passage.heading}" for passage in case.passages]
        alignment = align(plain_statement(case.statement), read_passages(case.passages), titles=titles)
        found.append(read_signs(alignment) if alignment.units and alignment.sentences else None)
    return found


KINDS = ("number", "date", "name", "negation", "swapped subject", "another passage", "addition", "word",
         "roles exchanged", "hedge dropped", "scope widened", "characterisation")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with its verdict and the seconds that the check took, passages read before."""

    case: Case
    verdict: Verdict
    seconds: float


def run(items: Sequence[Case], *, nli: Entailment | None = None) -> list[Outcome]:
    """Check every case."""
    found = []
    for case in items:
        read_passages(case.passages)
        began = time.thread_time()
        verdict = check(case.statement, case.passages, nli=nli)
        found.append(Outcome(case, verdict, time.thread_time() - began))
    return found


def _rate(outcomes: Sequence[Outcome], test: Callable[[Outcome], bool]) -> str:
    return f"{100 * sum(map(test, outcomes)) / len(outcomes):5.1f} % of {len(outcomes):4}" if outcomes else "-"


def report(outcomes: Sequence[Outcome]) -> str:
    """Return the table: recall by kind and false alarms, by half."""
    lines = []
    for half in ("development", "untouched"):
        mine = [o for o in outcomes if o.case.half == half]
        lines += [f"## {half}", "", "| kind | flagged | of them withheld |", "| --- | --- | --- |"]
        false = [o for o in mine if o.case.kind in KINDS]
        groups = [(kind, [o for o in false if o.case.kind == kind]) for kind in KINDS] + [("all kinds", false)]
        for kind in ("true", "rewritten"):
            of_kind = [o for o in mine if o.case.kind == kind]
            groups.append((kind, of_kind))
            groups += [(f"{kind}, {name}", [o for o in of_kind if o.case.set == name]) for name in SETS]
        for name, group in groups:
            flagged = _rate(group, lambda o: o.verdict.verdict != "supported")
            withheld = _rate(group, lambda o: o.verdict.verdict == "unsupported")
            lines.append(f"| {name} | {flagged} | {withheld} |")
        seconds = sorted(o.seconds for o in mine)
        lines += ["", f"Check: mean {1000 * sum(seconds) / len(seconds):.1f} ms, 95th percentile "
                  f"{1000 * seconds[int(0.95 * len(seconds))]:.1f} ms of processor time.", ""]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Run the check over the test set and print the table, or single cases with --show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("development", "untouched"))
    parser.add_argument("--show", help="print the cases of this kind that the check got wrong")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--nli", default="", help="name or folder of a cross-encoder for the deeper check")
    options = parser.parse_args()
    if not (shared_folder() / "eval" / "clapnq").is_dir():
        print(f"The public sets are not at {shared_folder()}; nothing measured. Set FOOTNOTE_SHARED to their folder.")
        return
    items = [c for c in cases() if options.half in (None, c.half) and options.show in (None, c.kind)]
    nli = None
    if options.nli:
        from bot.models.entailment import Entailment

        nli = Entailment(options.nli)
    outcomes = run(items, nli=nli)
    if options.show:
        wrong = [o for o in outcomes if (o.verdict.verdict != "supported") == (options.show in ("true", "rewritten"))]
        print(f"{len(wrong)} of {len(outcomes)} wrong")
        for o in random.Random(0).sample(wrong, min(options.limit, len(wrong))):
            print(
                f"\n{o.case.set}: {o.case.statement}\n  was: {o.case.original}\n  "
                f"{o.verdict.verdict} {o.verdict.score:.2f} {o.verdict.missing}"
            )
        return
    print(report(outcomes))


if __name__ == "__main__":
    main()
