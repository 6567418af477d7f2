"""Hold a statement against sentences, piece by piece: which ones support it together, and how well.

A statement is cut into units: numbers, dates, names, and the other words that carry content. Each sentence of
the passages holds each unit to a degree. From that grid come the one to three sentences that hold most together
here, and the signs (`signs.py`) that `weigh.py` weighs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from bot.check.holding import Grid, hold_all
from bot.check.sentences import Facts, Sentence, Term, read_facts, terms
from bot.check.units import Unit, UnitKind, read_units, weigh_units

HELD = 0.55
"""Degree from which a fact counts as held. Between half a name (0.45) and two thirds of one, or a date whose year
stands elsewhere (0.6); set by hand."""
MISSING = 0.3
"""Degree below which a unit counts as missing. Related words and strewn names (0.5 and more) are not; set by hand."""

MOST_SUPPORT = 3
"""Sentences that support one statement, at most: a person has to read them to believe it."""
LEAST_GAIN = 0.06
"""Share of the statement's weight that a further sentence must add: about one word in fifteen."""
NEAR = 2
"""Sentences up to which another is as good as its neighbour."""
FAR = 9
"""Sentences from which another counts as if it stood in another passage."""
FURTHER_OFF = 0.9
"""Factor on what a further sentence adds that is not near the first."""
ELSEWHERE = 0.75
"""The same where it is far from it, or in another passage."""
CITED = 1.02
"""Factor on what a sentence adds whose passage the writer cited: it decides between equals only."""
NOT_KIN: frozenset[int] = frozenset()
TIE = 1e-9
"""Gain in share by which a later sentence must be better, so that rounding does not choose."""


@dataclass(frozen=True)
class Alignment:
    """A statement with the sentences that it is held against; made once by `align`.

    Attributes:
        statement: Its text.
        facts: Its numbers, dates, names, negations and quotations.
        terms: Its words, in order.
        units: What a source must hold of it.
        weights: Weight of each unit.
        sentences: What it is held against.
        grid: For each sentence and each unit how well it is held, and where.
        best: Indexes of the one to three sentences that support best together, the best first; none where none does.
        held: For each unit how well the sentences in `best` hold it, 0 to 1.
        anywhere: For each unit how well any sentence holds it, 0 to 1.
        kin: Index of a piece that stands around passages (bot/passages/evidence.py) → indexes of these.
    """

    statement: str
    facts: Facts = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    units: tuple[Unit, ...]
    weights: tuple[float, ...]
    sentences: Sequence[Sentence] = field(repr=False)
    grid: Grid = field(repr=False)
    best: tuple[int, ...]
    held: tuple[float, ...]
    anywhere: tuple[float, ...]
    kin: Mapping[int, frozenset[int]] = field(default_factory=dict, repr=False)

    @property
    def missing(self) -> list[Unit]:
        """The units that no sentence in `best` holds."""
        return [unit for unit, held in zip(self.units, self.held, strict=True) if held < MISSING]

    @property
    def support(self) -> list[Sentence]:
        """The sentences in `best`."""
        return [self.sentences[s] for s in self.best]

    def indexes(self, kind: UnitKind) -> list[int]:
        """Return the indexes of the units of a kind."""
        return [i for i, unit in enumerate(self.units) if unit.kind == kind]

    def above(self) -> list[Sentence]:
        """Return what stands around the support and says a fact that the support has from its headings only."""
        here = {self.sentences[s].passage for s in self.best}
        found: list[Sentence] = []
        for i, unit in enumerate(self.units):
            if unit.kind == "word" or unit.soft or max((self.grid[s][i].degree for s in self.best), default=1.0) >= 1.0:
                continue
            for s, sentence in enumerate(self.sentences):
                if self.grid[s][i].degree >= 1.0 and self.kin.get(sentence.passage, NOT_KIN) & here:
                    if sentence not in found:
                        found.append(sentence)
                    break
        return found

    def around(self, s: int) -> list[int]:
        """Return the sentences of the support to whose passages the piece belongs in which sentence `s` stands."""
        passages = self.kin.get(self.sentences[s].passage, NOT_KIN)
        return [other for other in self.best if self.sentences[other].passage in passages]

    def neighbour(self, s: int, step: int) -> int | None:
        """Return the index of the sentence before (-1) or after (1) sentence `s` in its passage, or None."""
        other = s + step
        if 0 <= other < len(self.sentences) and self.sentences[other].passage == self.sentences[s].passage:
            return other
        return None


def align(
    statement: str,
    sentences: Sequence[Sentence],
    *,
    titles: Sequence[str] = (),
    preferred: Set[int] = frozenset(),
    kin: Mapping[int, frozenset[int]] | None = None,
) -> Alignment:
    """Hold `statement` against `sentences`.

    Args:
        statement: One sentence, without markers or Markdown.
        sentences: Of the passages, from `read_passages`.
        titles: Title and headings of each passage: context that needs no repeating.
        preferred: Indexes of the passages that the writer cited; of equal support they come first.
        kin: As in `Alignment`.
    """
    kin = kin or {}
    found, words = read_facts(statement), tuple(terms(statement))
    units = read_units(words, found)
    grid = hold_all(units, sentences, titles)
    degrees = [[holding.degree for holding in row] for row in grid]
    weights = weigh_units(units, degrees)
    best = _best_sentences(degrees, weights, sentences, preferred, kin)
    return Alignment(
        statement,
        found,
        words,
        tuple(units),
        tuple(weights),
        sentences,
        grid,
        tuple(best),
        held=tuple(max((degrees[s][i] for s in best), default=0.0) for i in range(len(units))),
        anywhere=tuple(max((row[i] for row in degrees), default=0.0) for i in range(len(units))),
        kin=kin,
    )


def _best_sentences(
    degrees: Sequence[Sequence[float]],
    weights: Sequence[float],
    sentences: Sequence[Sentence],
    preferred: Set[int],
    kin: Mapping[int, frozenset[int]],
) -> list[int]:
    """Return up to three sentences that hold most together; nearness to the best counts a little."""
    total = sum(weights) or 1.0
    chosen: list[int] = []
    held = [0.0] * len(weights)
    for _ in range(MOST_SUPPORT):
        best, gain = -1, 0.0
        for s, row in enumerate(degrees):
            if s in chosen:
                continue
            new = sum(w * max(0.0, r - h) for w, r, h in zip(weights, row, held, strict=True)) / total
            if chosen:
                new *= _nearness(sentences[s], s, sentences[chosen[0]], chosen[0], kin)
            if sentences[s].passage in preferred:
                new *= CITED
            if new > gain + TIE:
                best, gain = s, new
        if best < 0 or (chosen and gain < LEAST_GAIN):
            break
        chosen.append(best)
        held = [max(h, r) for h, r in zip(held, degrees[best], strict=True)]
    return chosen


def _nearness(sentence: Sentence, s: int, first: Sentence, f: int, kin: Mapping[int, frozenset[int]]) -> float:
    """Return the factor on what a further sentence adds, by its distance from the first in sentences.

    What stands around a passage is near to all of it.
    """
    if first.passage in kin.get(sentence.passage, NOT_KIN) or sentence.passage in kin.get(first.passage, NOT_KIN):
        return 1.0
    if sentence.passage != first.passage or abs(s - f) >= FAR:
        return ELSEWHERE
    return 1.0 if abs(s - f) <= NEAR else FURTHER_OFF
