"""Hold a statement against sentences, piece by piece, and say in numbers how well it stands.

A statement is cut into units: numbers, dates, names, and the other words that carry content. Each sentence of
the passages holds each unit to a degree. From that grid come the signs that `ground.py` weighs: how much is
covered by the best one to three sentences, what is missing, whether a number stands beside the same words in
the source (a right number of another subject is a swapped fact), whether the source has another value in the
same slot, and whether a negation was added or dropped.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from bot.check.sentences import Sentence, read_facts, terms
from bot.check.signs import Alignment, _signs
from bot.check.units import Cells, Unit, _weights, _without_year, hold, units_of


def _best_sentences(
    grid: list[list[float]], weights: list[float], sentences: Sequence[Sentence], preferred: Set[int]
) -> list[int]:
    """Return up to three sentences that hold most together; nearness to the best counts a little."""
    total = sum(weights) or 1.0
    chosen: list[int] = []
    held = [0.0] * len(weights)
    for _ in range(3):
        best, gain = -1, 0.0
        for s, row in enumerate(grid):
            if s in chosen:
                continue
            new = sum(w * max(0.0, r - h) for w, r, h in zip(weights, row, held, strict=True)) / total
            if chosen:
                apart = abs(s - chosen[0]) if sentences[s].passage == sentences[chosen[0]].passage else 9
                new *= 1.0 if apart <= 2 else 0.9 if apart < 9 else 0.75
            if sentences[s].passage in preferred:
                new *= 1.02
            if new > gain + 1e-9:
                best, gain = s, new
        if best < 0 or (chosen and gain < 0.06):
            break
        chosen.append(best)
        held = [max(h, r) for h, r in zip(held, grid[best], strict=True)]
    return chosen


def align(
    statement: str, sentences: Sequence[Sentence], *, titles: Sequence[str] = (), preferred: Set[int] = frozenset()
) -> Alignment:
    """Hold `statement` against `sentences`.

    Args:
        statement: One sentence, without markers or Markdown.
        sentences: Of the passages, from `read_passages`.
        titles: Title and headings of each passage: context that needs no repeating.
        preferred: Indexes of the passages that the writer cited; of equal support they come first.
    """
    found = read_facts(statement)
    units = units_of(statement, found)
    cells = [[hold(unit, sentence) for unit in units] for sentence in sentences]
    if cells:
        _without_year(units, cells, sentences)
        _entitle(units, cells, sentences, titles)
    grid = [[degree for degree, _ in row] for row in cells]
    weights = _weights(units, grid)
    result = Alignment(units, weights, negations=found.negations)
    if not units or not sentences:
        result.held = [0.0] * len(units)
        result.anywhere = [0.0] * len(units)
        result.missing = list(units)
        return result
    best = _best_sentences(grid, weights, sentences, preferred)
    result.best = best
    for i in range(len(units)):
        result.anywhere.append(max(row[i] for row in grid))
        result.held.append(max((grid[s][i] for s in best), default=0.0))
    result.missing = [u for u, h in zip(units, result.held, strict=True) if h < 0.3]
    result.signs = _signs(statement, found, result, sentences, cells)
    return result


def _entitle(units: Sequence[Unit], cells: Cells, sentences: Sequence[Sentence], titles: Sequence[str]) -> None:
    """Count what stands in the title or headings of a passage as nearly said by each of its sentences."""
    stems = [{term.stem for term in terms(title)} for title in titles]
    for i, unit in enumerate(units):
        if not unit.stems:
            continue
        entitled = [all(stem in title for stem in unit.stems) for title in stems]
        if any(entitled):
            for row, sentence in zip(cells, sentences, strict=True):
                if sentence.passage < len(stems) and entitled[sentence.passage] and row[i][0] < 0.7:
                    row[i] = (0.7, row[i][1])


# Facts beside their words -----------------------------------------------------------------------------------


# Polarity ---------------------------------------------------------------------------------------------------
