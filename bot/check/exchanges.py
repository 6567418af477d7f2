"""A statement lined up word for word with its sources: what was exchanged, put in or left out.

Where the words on both sides are the same, another value between them contradicts the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.check.alignment import Alignment
from bot.check.sentences import Holding, Term
from bot.check.units import FactKind

NEGATING = frozenset({"not", "never", "no", "without", "neither", "nor", "none", "nobodi", "noth"})
"""Stems of words that negate, in English: where words are compared one by one, others are not told apart."""

# A change counts only where enough words beside it are the same on both sides, else the two merely differ.
ALIKE_BOTH_SIDES = 3
"""Equal words that must stand around a change, where some stand on either side."""
ALIKE_AT_END = 2
"""The same where the change ends the statement: nothing can follow it."""
ALIKE_ONE_SIDE = 4
"""The same where equal words stand on one side only."""
ALIKE_FOR_CERTAIN = 8
"""Equal words around a change that make its sign 1.0; fewer make it that share of it."""
LONGEST_NEGATION = 4
"""Words of a change, at most, for a "not" among them to be what was changed."""
LONGEST_REPLACED = 6
"""Words of the statement that stand for others of the source, at most: above it the passage is put differently."""
LONGEST_REPLACING = 8
"""Words of the source for which they stand, at most: names and numbers are longer written out."""
LONGEST_WORD_REPLACED = 4
"""Words of the statement, at most, for one without a fact to have been exchanged."""
SURE_AT_PLACE = 0.8
"""Degree from which a fact that the sentence has at that place is the same in other words: "two" for "2"."""
BEFORE_PLACE = 2
"""Characters by which that may begin earlier than the words: a currency sign and a blank."""
LEAST_COPIED = 2
"""Equal words in a row that make a fact among them certainly the source's."""


@dataclass(frozen=True, slots=True)
class Exchanges:
    """What was changed between the words that statement and source have in common.

    Attributes:
        copied: Share of the statement's words that are, in order, those of a supporting sentence, 0 to 1.
        number, date, name: Another value of that kind stands in the source between the same words: how many such
            words there are, `ALIKE_FOR_CERTAIN` being 1.
        word: The same of a word that the sources do not hold.
        negation_inserted: The statement has a "not" between the same words.
        negation_deleted: The source has one.
    """

    copied: float
    number: float
    date: float
    name: float
    word: float
    negation_inserted: bool
    negation_deleted: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A run of the statement's words that differs from a run of the source's, either of which may be empty.

    Attributes:
        start, end: Indexes of the statement's words.
        mine, theirs: The words.
        left, right: Equal words directly before and after.
        last: The change ends the statement.
    """

    start: int
    end: int
    mine: Sequence[Term]
    theirs: Sequence[Term]
    left: int
    right: int
    last: bool

    @property
    def replaces(self) -> bool:
        return bool(self.mine and self.theirs)

    @property
    def firm(self) -> bool:
        least = ALIKE_BOTH_SIDES if self.left and self.right else ALIKE_AT_END if self.last else ALIKE_ONE_SIDE
        return self.left + self.right >= least

    @property
    def strength(self) -> float:
        return min(1.0, (self.left + self.right) / ALIKE_FOR_CERTAIN)


@dataclass(slots=True)
class _Comparison:
    """What lining the statement up with one sentence after the other has found so far.

    Attributes:
        kept: Indexes of the units that are the source's own.
        exchanged: Index of a unit in whose place the source has another value → how surely, 0 to 1.
        copied, word, inserted, deleted: As in `Exchanges`.
    """

    kept: set[int] = field(default_factory=set)
    exchanged: dict[int, float] = field(default_factory=dict)
    copied: float = 0.0
    word: float = 0.0
    inserted: bool = False
    deleted: bool = False


def read_exchanges(alignment: Alignment) -> Exchanges:
    """Return what was changed against the supporting sentences."""
    facts_at = _facts_at(alignment)
    missing = {unit.start for unit in alignment.missing if unit.kind == "word"}
    found = _Comparison()
    for s in alignment.best:
        same, changes = _line_up(alignment.terms, alignment.sentences[s].order)
        found.copied = max(found.copied, sum(end - start for start, end in same) / max(1, len(alignment.terms)))
        for start, end in same:
            if end - start >= LEAST_COPIED:
                found.kept |= {facts_at[t] for t in range(start, end) if t in facts_at}
        for change in changes:
            if change.firm:
                _note_negation(change, found)
                _note_replacement(change, alignment.grid[s], facts_at, missing, found)
    strengths = _by_kind(alignment, found)
    return Exchanges(
        found.copied, strengths["number"], strengths["date"], strengths["name"], found.word,
        found.inserted, found.deleted,
    )  # fmt: skip


def _facts_at(alignment: Alignment) -> dict[int, int]:
    """Return for each word of the statement that is part of a fact the index of that unit."""
    return {
        t: i
        for i, unit in enumerate(alignment.units)
        if unit.kind != "word"
        for t, term in enumerate(alignment.terms)
        if unit.start <= term.start < unit.end
    }


def _line_up(mine: Sequence[Term], theirs: Sequence[Term]) -> tuple[list[tuple[int, int]], list[_Change]]:
    """Return the runs of equal words, as indexes into `mine`, and the changes between them."""
    matcher = SequenceMatcher(None, [term.stem for term in mine], [term.stem for term in theirs], autojunk=False)
    codes = matcher.get_opcodes()
    same: list[tuple[int, int]] = []
    changes: list[_Change] = []
    for n, (tag, start, end, first, stop) in enumerate(codes):
        if tag == "equal":
            same.append((start, end))
            continue
        left = codes[n - 1][2] - codes[n - 1][1] if n else 0
        right = codes[n + 1][2] - codes[n + 1][1] if n + 1 < len(codes) else 0
        words, others = mine[start:end], theirs[first:stop]
        changes.append(_Change(start, end, words, others, left, right, last=end == len(mine)))
    return same, changes


def _note_negation(change: _Change, found: _Comparison) -> None:
    mine = any(term.stem in NEGATING for term in change.mine)
    theirs = any(term.stem in NEGATING for term in change.theirs)
    if mine and not theirs and len(change.mine) <= LONGEST_NEGATION:
        found.inserted = True
    if theirs and not mine and len(change.theirs) <= LONGEST_NEGATION and change.left and change.right:
        found.deleted = True


def _note_replacement(
    change: _Change, row: Sequence[Holding], facts_at: dict[int, int], missing: set[int], found: _Comparison
) -> None:
    """Note which facts, and whether a missing word, stand in the place of others.

    Args:
        change: What differs from the sentence.
        row: How the sentence holds each unit.
        facts_at: From `_facts_at`.
        missing: Offsets of the statement's words that the sources do not hold.
        found: Where it is noted.
    """
    short = len(change.mine) <= LONGEST_REPLACED and len(change.theirs) <= LONGEST_REPLACING
    if not (change.replaces and short and any(term.content for term in change.theirs)):
        return
    if len(change.mine) <= LONGEST_WORD_REPLACED and any(term.start in missing for term in change.mine):
        found.word = max(found.word, change.strength)
    start, end = change.theirs[0].start - BEFORE_PLACE, change.theirs[-1].end
    for i in {facts_at[t] for t in range(change.start, change.end) if t in facts_at}:
        if row[i].degree >= SURE_AT_PLACE and any(start <= place < end for place in row[i].places):
            found.kept.add(i)
        else:
            found.exchanged[i] = max(found.exchanged.get(i, 0.0), change.strength)


def _by_kind(alignment: Alignment, found: _Comparison) -> dict[FactKind, float]:
    """Return for each kind how surely a fact was exchanged, of those that are nowhere the source's own."""
    strengths: dict[FactKind, float] = {"number": 0.0, "date": 0.0, "name": 0.0}
    for i, strength in found.exchanged.items():
        unit = alignment.units[i]
        if unit.kind != "word" and i not in found.kept and not (unit.soft and unit.kind == "number"):
            strengths[unit.kind] = max(strengths[unit.kind], strength)
    return strengths
