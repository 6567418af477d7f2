"""Intervals by resampling questions: how much of a figure, or of a difference, is the luck of the draw.

A figure is a sum over questions above the line divided by one below it, so a resample is a row of counts (how
often each question was drawn) times the two columns of `tallies`. All resamples are one product of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot.evaluation.score import Tally

RESAMPLES = 10_000
SEED = 20251028
LEVEL = 95
_AT_ONCE = 1_000
Array = npt.NDArray[np.float64]
Interval = tuple[float, float]


def draws(questions: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> Iterator[Array]:
    """Yield blocks of resamples: (block, questions) counts of how often each question was drawn."""
    random = np.random.default_rng(seed)
    even = np.full(questions, 1 / questions)
    for start in range(0, resamples, _AT_ONCE):
        yield random.multinomial(questions, even, size=min(_AT_ONCE, resamples - start)).astype(float)


def columns(tallies: Sequence[Mapping[str, Tally]], names: Sequence[str]) -> tuple[Array, Array]:
    """Return what each question adds above and below the line of each figure: two (questions, figures) arrays."""
    pairs = np.array([[tally.get(name, (0.0, 0.0)) for name in names] for tally in tallies], dtype=float)
    pairs = pairs.reshape(len(tallies), len(names), 2)
    return pairs[:, :, 0], pairs[:, :, 1]


def ratios(counts: Array, above: Array, below: Array) -> Array:
    """Return figures in per cent of each resample, (resamples, figures); NaN where nothing was drawn for one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * (counts @ above) / (counts @ below))


def medians(counts: Array, values: Array) -> Array:
    """Return the median of each resample; `values` (questions,) may hold NaN for questions without one."""
    kept = ~np.isnan(values)
    if not kept.any():
        return np.full(len(counts), np.nan)
    ordered = np.sort(values[kept])
    summed = np.cumsum(counts[:, kept][:, np.argsort(values[kept])], axis=1)
    half = summed[:, -1:] / 2
    middle = (ordered[np.argmax(summed >= half, axis=1)] + ordered[np.argmax(summed > half, axis=1)]) / 2
    return np.where(summed[:, -1] > 0, middle, np.nan)


def aurocs(counts: Array, scores: Array, positive: npt.NDArray[np.bool_]) -> Array:
    """Return the AUROC of each resample, in per cent; ties count half; NaN where one kind was not drawn.

    Args:
        counts: (resamples, questions).
        scores: (questions,), may hold NaN for questions without one.
        positive: Which questions are answerable.
    """
    good = positive & ~np.isnan(scores)
    bad = ~positive & ~np.isnan(scores)
    if not good.any() or not bad.any():
        return np.full(len(counts), np.nan)
    order = np.argsort(scores[bad])
    ascending = scores[bad][order]
    below = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts[:, bad][:, order], axis=1)], axis=1)
    low = np.searchsorted(ascending, scores[good], side="left")
    high = np.searchsorted(ascending, scores[good], side="right")
    won = (counts[:, good] * (below[:, low] + below[:, high])).sum(axis=1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * won / (counts[:, good].sum(axis=1) * below[:, -1]))


def interval(values: Array) -> Interval | None:
    """Return the middle 95 % of resampled values; None where fewer than half of the resamples have one."""
    kept = values[~np.isnan(values)]
    if len(kept) * 2 < len(values) or not len(kept):
        return None
    tail = (100 - LEVEL) / 2
    low, high = np.percentile(kept, [tail, 100 - tail])
    return float(low), float(high)


def wilson(yes: float, of: float) -> Interval:
    """Return the 95 % interval of a share of yes or no, in per cent; honest also for a handful, and at 0 and 100."""
    z, share = 1.959964, yes / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    low = 0.0 if yes == 0 else 100 * float(middle - half)
    return low, 100.0 if yes == of else 100 * float(middle + half)
