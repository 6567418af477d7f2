"""Does what the passages say support this statement? Decided by code, without a chat model.

    verdict = check("It opened in 1889.", passages, cited=(0,))

Numbers, dates, names, quotations and negations of the statement must stand in the sentences that support it,
beside the words that they belong to; the rest must be covered. The best one to three sentences are its
citations, whatever markers the writer set: missing ones are attached, wrong ones are gone. Sentences that
give orders to the assistant support nothing (`suspect.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.check.alignment import align
from bot.check.sentences import Sentence, read_passages
from bot.check.signs import Alignment
from bot.check.units import Unit
from bot.check.weigh import certainly_false, fallen, weigh
from bot.passages.instructions import is_instruction, tainted
from vectorstore.passage import Passage

__all__ = ["Verdict", "check", "plain_statement"]

MOST_NAMED = 3
"""Missing pieces that are named, at most."""
PARTLY_COVERED = 0.55
"""Share of a statement that must be covered for the rest to be called an addition."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found.

    Attributes:
        verdict: "supported"; "partly": supported but for the pieces in `missing`; "unsupported".
        citations: (index of the passage, start, end) of each supporting run of sentences; offsets into the
            document's text. Empty when unsupported.
        missing: The pieces of the statement that the sources do not hold, in the statement's own words.
        score: Probability that the statement is supported, 0 to 1.
    """

    verdict: Literal["supported", "partly", "unsupported"]
    citations: tuple[tuple[int, int, int], ...] = ()
    missing: tuple[str, ...] = ()
    score: float = 0.0


class Entails(Protocol):
    """A deeper check: how likely it is that a premise entails a statement.

    Attributes:
        threshold: Probability from which a statement passes.
    """

    threshold: float

    def entails(self, premise: str, statement: str) -> float:
        """Return the probability that `premise` entails `statement`, 0 to 1."""


_MARKERS = re.compile(
    r"\s?(?:\[\^?\d+(?:\s?[,–-]\s?\^?\d+)*\]|【\d+[^】]{0,20}】|\((?:source|passage|ref\.?)s? \d+\)|[¹²³⁴-⁹]+)",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]{0,200})\]\([^)\s]{0,500}\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)(.{1,400}?)(?<=\S)\1(?![\w*])")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•+]\s+|#{1,6}\s+|>\s+|\d{1,2}[.)]\s+)")


def plain_statement(statement: str) -> str:
    """Return `statement` without citation markers, Markdown and list numbers."""
    text = _LINK.sub(r"\1", statement)
    text = _LIST_ITEM.sub("", text)
    text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text)).replace("`", "")
    return re.sub(r"\s+", " ", _MARKERS.sub("", text)).strip()


def marked(statement: str, count: int) -> tuple[int, ...]:
    """Return the indexes (from 0) of the passages that markers in `statement` name, made-up ones left out."""
    found = [int(n) for run in _MARKERS.findall(statement) for n in re.findall(r"\d+", run)]
    return tuple(dict.fromkeys(n - 1 for n in found if 1 <= n <= count))


def check(
    statement: str,
    passages: Sequence[Passage],
    *,
    cited: Sequence[int] = (),
    nli: Entails | None = None,
    least_covered: float = 0.0,
) -> Verdict:
    """Hold one statement against the passages.

    Args:
        statement: One sentence, with or without markers and Markdown.
        passages: What was found.
        cited: Indexes (from 0) of the passages that the writer cited; markers in the text count as well. They
            decide between sources that support alike, never whether a statement is supported.
        nli: A deeper check by a cross-encoder, asked only about statements that pass this one.
        least_covered: Share of a statement, by weight, that one sentence of the sources must hold. Much of
            what a small model writes is false and strewn together from many (docs/models.md).

    Returns:
        The verdict; about 5 ms for 60 sentences of passages.
    """
    text = plain_statement(statement)
    if is_instruction(statement):
        return Verdict("unsupported")
    kept_out = [tainted(passage) for passage in passages]
    sentences = [s for s in read_passages(passages) if (s.start, s.end) not in kept_out[s.passage]]
    preferred = {i for i in (*cited, *marked(statement, len(passages))) if 0 <= i < len(passages)}
    titles = [f"{p.title} {p.heading}" for p in passages]
    found = align(text, sentences, titles=titles, preferred=preferred)
    if not found.units or not found.best:
        return Verdict("unsupported", missing=tuple(_named(text, found, ["coverage"])))
    weighed = weigh(found.signs)
    score = math.prod(weighed.values())
    down = fallen(weighed)
    certain = certainly_false(found.signs)
    citations = _citations(found.best, sentences, passages)
    if found.signs["covered_first"] < least_covered:
        return Verdict("unsupported", (), tuple(_named(text, found, down)) if down else (), score)
    if nli is not None and not down and not certain:
        return _deeper(text, found, sentences, passages, nli, score)
    if not down and not certain:
        return Verdict("supported", citations, score=score)
    missing = tuple(_named(text, found, down))
    addition = not certain and set(down) == {"coverage"} and found.signs["covered"] >= PARTLY_COVERED and missing
    if addition:
        return Verdict("partly", citations, missing, score)
    return Verdict("unsupported", (), missing, score)


def _deeper(
    text: str,
    found: Alignment,
    sentences: Sequence[Sentence],
    passages: Sequence[Passage],
    nli: Entails,
    score: float,
) -> Verdict:
    """Ask the cross-encoder whether the supporting sentences, in reading order, entail the statement."""
    citations = _citations(found.best, sentences, passages)
    premise = " ".join(sentences[i].text for i in sorted(found.best))
    entailed = nli.entails(premise, text)
    if entailed < nli.threshold:
        return Verdict("unsupported", (), (), min(score, entailed))
    return Verdict("supported", citations, score=min(score, entailed))


def _citations(
    best: Sequence[int], sentences: Sequence[Sentence], passages: Sequence[Passage]
) -> tuple[tuple[int, int, int], ...]:
    """Return the supporting sentences as runs, neighbours joined, in the order of their support."""
    runs: list[list[int]] = []
    for index in best:
        sentence = sentences[index]
        for run in runs:
            gap = _gap(run, sentence, passages)
            if run[0] == sentence.passage and gap is not None and not gap.strip():
                run[1], run[2] = min(run[1], sentence.start), max(run[2], sentence.end)
                break
        else:
            runs.append([sentence.passage, sentence.start, sentence.end])
    return tuple((p, s, e) for p, s, e in runs)


def _gap(run: Sequence[int], sentence: Sentence, passages: Sequence[Passage]) -> str | None:
    """Return the text between a run and a sentence of the same passage."""
    if run[0] != sentence.passage:
        return None
    passage = passages[sentence.passage]
    start, end = sorted((min(run[2], sentence.end), max(run[1], sentence.start)))
    return passage.text[start - passage.start : end - passage.start]


def _named(text: str, found: Alignment, down: Sequence[str]) -> list[str]:
    """Name what is missing in the statement's own words, the weightiest pieces first."""
    pieces: list[str] = []
    for kind in ("number", "date", "name"):
        absent = [
            u for u, held in zip(found.units, found.held, strict=True) if u.kind == kind and not u.soft and held < 0.55
        ]
        if not absent and kind in down:
            suspects = found.suspects.get(kind) or [i for i, u in enumerate(found.units) if u.kind == kind][:1]
            absent = [found.units[i] for i in suspects]
        pieces += [text[u.start : u.end].strip(" ,.;:") for u in absent]
    pieces += [text[start:end].strip(" ,.;:") for start, end in found.contradicted]
    if "polarity" in down:
        pieces += [f"“{text[n.start : n.end].strip()}”" for n in found.negations[:1]] or ["a “not” that the source has"]
    if "coverage" in down or not pieces:
        pieces += _runs(text, found.missing)
    return list(dict.fromkeys(piece for piece in pieces if piece))[:MOST_NAMED]


def _runs(text: str, missing: Sequence[Unit]) -> list[str]:
    """Return the longest stretches of the statement whose words are missing."""
    runs: list[list[int]] = []
    for unit in missing:
        if (
            runs
            and len(re.findall(r"\w+", text[runs[-1][1] : unit.start])) <= 3
            and "." not in text[runs[-1][1] : unit.start]
        ):
            runs[-1][1] = unit.end
        else:
            runs.append([unit.start, unit.end])
    ordered = sorted(runs, key=lambda run: run[0] - run[1])
    return [text[s:e].strip(" ,.;:") for s, e in ordered[:MOST_NAMED]]
