"""The answerer that needs no chat model: it picks the sentences that answer and shows them verbatim.

As few as answer, at most as many as the setting says, in reading order. Nothing is resolved by
invention: a sentence that begins with "This" or "It" brings the one before it along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.conflict import disagreement
from bot.question import answer_type, fits
from bot.suspect import tainted
from vectorstore.passage import Passage
from vectorstore.search import PLACES, TITLE_COVERAGE, SearchResult
from vectorstore.words import tokens

TYPE_WEIGHT = 0.12
"""What it is worth that a sentence holds the kind of answer asked for (evals/fit_ranking)."""
LIST_WEIGHT = 0.4
"""The same where a list is asked for: its items are seldom the question's words."""
SENTENCE_COVERAGE = 0.25
"""Weight of the share of the question's words in the sentence itself, beside its chunk's score."""
MARGIN = 0.12
"""A further sentence is shown when it scores within this of the best."""
A_LIST = 0.9
"""Where a list is asked for and the best sentence is one this clearly, only other lists stand beside it …"""
LIKE_A_LIST = 0.6
"""… sentences that are one at least so far."""
RIVALS = 12
"""Sentences that are held against the best one for a different value."""
RIVAL_MARGIN = 0.6
"""How far below the best one such a sentence may score."""
CONSIDERED = 8
"""Passages whose sentences are considered."""

_PRONOUN = re.compile(
    r"^[\"'“‘(]*(?:(?:however|but|and|also|moreover|furthermore|in addition|instead),? )?"
    r"(?:this|that|these|those|it|its|they|their|he|she|his|her|such|both|the (?:former|latter))\b"
    r"|^(?:これ|それ|この|その|彼|彼女|同)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """One sentence that was chosen: text[start:end] of the passage's document."""

    passage: Passage
    start: int
    end: int
    score: float
    leading: bool = False
    """Whether it came along because the next one leans on it."""

    @property
    def text(self) -> str:
        """The verbatim sentence; it lies inside its passage."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


Before = Callable[[Passage], Passage | None]
"""Returns the passage that stands before another in its document, if one does."""


def choose(question: str, result: SearchResult, *, limit: int = 3, before: Before | None = None) -> list[Quoted]:
    """Return the sentences that answer, in reading order; empty when no passage can be quoted.

    Args:
        question: As it was searched.
        result: What the search found.
        limit: Sentences, at most; one that came along for a pronoun counts.
        before: Looks up the passage before one, for sentences that lean on it; None to leave that out.
    """
    ranked = rank(question, result)
    if not ranked:
        return []
    best = ranked[0]
    listed = answer_type(question) == "list" and fits("list", best.text, question) >= A_LIST
    chosen = [best]
    for other in ranked[1:]:
        if len(chosen) >= limit or other.score < best.score - MARGIN:
            break
        if listed and fits("list", other.text, question) < LIKE_A_LIST:
            continue
        if not any(_repeats(other, kept) for kept in chosen):
            chosen.append(other)
    rival = _rival(question, best, ranked)
    if rival is not None and rival not in chosen:
        chosen = [*chosen[: max(1, limit - 1)], rival]
    if before is not None:
        chosen = _with_antecedents(chosen, before, limit)
    return _in_reading_order(chosen)


def rank(question: str, result: SearchResult) -> list[Quoted]:
    """Return the sentences of the first passages, best first."""
    kind = answer_type(question)
    worth = LIST_WEIGHT if kind == "list" else TYPE_WEIGHT
    weights = dict(zip(result.terms, result.weights, strict=True))
    found: list[Quoted] = []
    for passage in [p for p in result.passages if p.kind not in PLACES][:CONSIDERED]:
        title = set(tokens(passage.title))
        orders = tainted(passage)
        for start, end in passage.sentences or ((passage.start, passage.end),):
            if (start, end) in orders:
                continue  # it speaks to the assistant; it says nothing
            text = passage.text[start - passage.start : end - passage.start]
            held = set(tokens(text))
            covered = sum(w if t in held else TITLE_COVERAGE * w * (t in title) for t, w in weights.items())
            score = passage.score + SENTENCE_COVERAGE * covered + worth * (fits(kind, text, question) - 0.5)
            found.append(Quoted(passage, start, end, score))
    return sorted(found, key=lambda quoted: -quoted.score)


def _rival(question: str, best: Quoted, ranked: Sequence[Quoted]) -> Quoted | None:
    """Return the best sentence of another document that answers with another value, if one does."""
    for other in ranked[1:RIVALS]:
        near = other.passage.document != best.passage.document and other.score >= best.score - RIVAL_MARGIN
        if near and disagreement(question, best.text, other.text):
            return other
    return None


def _repeats(one: Quoted, other: Quoted) -> bool:
    """Tell whether two sentences say the same words, as copies in two documents do."""
    return tokens(one.text) == tokens(other.text)


def _with_antecedents(chosen: Sequence[Quoted], before: Before, limit: int) -> list[Quoted]:
    kept: list[Quoted] = []
    for quoted in chosen:
        lead = _antecedent(quoted, before) if _PRONOUN.match(quoted.text) else None
        spans = {(q.passage.document, q.start) for q in (*kept, *chosen)}
        if lead and (lead.passage.document, lead.start) not in spans and len(kept) + 2 <= max(limit, 2):
            kept.append(lead)
        if len(kept) < max(limit, 1 + bool(lead)):
            kept.append(quoted)
    return kept


def _antecedent(quoted: Quoted, before: Before) -> Quoted | None:
    passage = quoted.passage
    earlier = [span for span in passage.sentences if span[1] <= quoted.start]
    if earlier:
        return Quoted(passage, *earlier[-1], score=quoted.score, leading=True)
    previous = before(passage)
    if previous is None or previous.kind in PLACES or not previous.sentences:
        return None
    return Quoted(previous, *previous.sentences[-1], score=quoted.score, leading=True)


def _in_reading_order(chosen: Sequence[Quoted]) -> list[Quoted]:
    """Order by document (the best one first), then by place."""
    first: dict[str, int] = {}
    for quoted in sorted(chosen, key=lambda q: -q.score):
        first.setdefault(quoted.passage.document, len(first))
    return sorted(chosen, key=lambda q: (first[q.passage.document], q.start))
