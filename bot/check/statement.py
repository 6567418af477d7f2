"""Does what the passages say support this statement? Decided by code, without a chat model.

    verdict = check("It opened in 1889.", passages, cited=(0,))

Numbers, dates, names, quotations and negations of the statement must stand in the sentences that support it,
beside the words that they belong to; the rest must be covered. The best one to three sentences are its
citations, whatever markers the writer set: missing ones are attached, wrong ones are gone. Sentences that
give orders to the assistant support nothing (`bot/passages/instructions.py`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bot.check.alignment import Alignment, align
from bot.check.missing import missing_pieces, why_not
from bot.check.sentences import Sentence, read_passages
from bot.check.signs import Signs, read_signs
from bot.check.weigh import failing, weigh
from bot.passages.evidence import Evidence
from bot.passages.instructions import HEADINGS_JOINED_BY, is_instruction, is_named_as_instruction, tainted
from vectorstore.passage import Passage

__all__ = ["Verdict", "check", "plain_statement"]

PARTLY_COVERED = 0.55
"""Share of a statement, by weight, that must be held for the rest to be called an addition and shown as such."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found.

    Attributes:
        verdict: "supported"; "partly": supported but for the pieces in `missing`; "unsupported".
        citations: (index of the passage, start, end) of each supporting run of sentences; offsets into the
            document's text. Empty when unsupported.
        missing: The pieces of the statement that the sources do not hold, in the statement's own words.
        score: Probability that the statement is supported, 0 to 1.
        reason: Why it is not supported, for a person; "" where it is.
    """

    verdict: Literal["supported", "partly", "unsupported"]
    citations: tuple[tuple[int, int, int], ...] = ()
    missing: tuple[str, ...] = ()
    score: float = 0.0
    reason: str = ""


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
    around: Sequence[Evidence] = (),
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
        around: What stands around the passages; in citations these pieces follow the passages in number.

    Returns:
        The verdict; about 5 ms for 60 sentences of passages.
    """
    if is_instruction(statement):
        return Verdict("unsupported", reason="it speaks to the assistant")
    sources = [*passages, *(piece.passage for piece in around)]
    kept_out = [tainted(source) for source in sources]
    sentences = [s for s in read_passages(sources) if (s.start, s.end) not in kept_out[s.passage]]
    preferred = {i for i in (*cited, *marked(statement, len(passages))) if 0 <= i < len(passages)}
    titles = [_titles(passage) for passage in passages] + [""] * len(around)
    kin = {number: piece.of for number, piece in enumerate(around, len(passages))}
    alignment = align(plain_statement(statement), sentences, titles=titles, preferred=preferred, kin=kin)
    signs = read_signs(alignment)
    if not alignment.best:
        missing = missing_pieces(alignment, signs, ["coverage"])
        return Verdict("unsupported", missing=missing, reason=why_not(signs, missing))
    verdict = _judge(alignment, signs, sources, least_covered)
    return _deepen(verdict, alignment, nli) if nli is not None and verdict.verdict == "supported" else verdict


def _judge(alignment: Alignment, signs: Signs, passages: Sequence[Passage], least_covered: float) -> Verdict:
    """Return the verdict that the signs of a statement allow which some sentence supports."""
    weighed = weigh(signs)
    score = math.prod(weighed.values())
    down = failing(weighed)
    missing = missing_pieces(alignment, signs, down)
    if signs.coverage.by_best < least_covered:
        return Verdict(
            "unsupported", missing=missing if down else (), score=score, reason="no one sentence of the sources says it"
        )
    citations = _citations(alignment, passages)
    if not down and not signs.certainly_false and not signs.overstatement.adds:
        return Verdict("supported", citations, score=score)
    reason = why_not(signs, missing)
    only_more = down in ([], ["coverage"]) and not signs.certainly_false
    if only_more and signs.coverage.together >= PARTLY_COVERED and missing:
        return Verdict("partly", citations, missing, score, reason)
    return Verdict("unsupported", missing=missing, score=score, reason=reason)


def _titles(passage: Passage) -> str:
    """Return the title and the headings that count for each sentence of a passage, those left out that give orders."""
    names = (passage.title, *passage.heading.split(HEADINGS_JOINED_BY))
    return " ".join(name for name in names if not is_named_as_instruction(name))


def _deepen(verdict: Verdict, alignment: Alignment, nli: Entails) -> Verdict:
    """Ask the cross-encoder whether the supporting sentences, in reading order, entail the statement."""
    premise = " ".join(alignment.sentences[s].text for s in sorted(alignment.best))
    entailed = nli.entails(premise, alignment.statement)
    score = min(verdict.score, entailed)
    if entailed >= nli.threshold:
        return replace(verdict, score=score)
    return Verdict("unsupported", score=score, reason="its sources do not entail it")


def _citations(alignment: Alignment, passages: Sequence[Passage]) -> tuple[tuple[int, int, int], ...]:
    """Return the supporting sentences as runs, neighbours joined, in the order of their support."""
    runs: list[list[int]] = []
    for sentence in (*alignment.support, *alignment.above()):
        for run in runs:
            if run[0] == sentence.passage and not _gap(run, sentence, passages[sentence.passage]).strip():
                run[1], run[2] = min(run[1], sentence.start), max(run[2], sentence.end)
                break
        else:
            runs.append([sentence.passage, sentence.start, sentence.end])
    return tuple((passage, start, end) for passage, start, end in runs)


def _gap(run: Sequence[int], sentence: Sentence, passage: Passage) -> str:
    """Return the text between a run and a sentence of the same passage."""
    start, end = sorted((min(run[2], sentence.end), max(run[1], sentence.start)))
    return passage.text[start - passage.start : end - passage.start]
