"""The charts of a run: figures, outcomes, threshold, reliability, ranks and seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import numpy as np

from bot.evaluation.bootstrap import Array, wilson
from bot.evaluation.cases import Outcome, outcome, rank_of
from bot.evaluation.compare import Difference
from bot.evaluation.plot import Plot
from bot.evaluation.results import LESS_IS_BETTER, Figure, Results
from bot.settings.checks import LEVELS

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "right": ("right", "green"),
    "shown": ("answered", "blue"),
    "wrong": ("wrong", "red"),
    "refused": ("refused", "soft"),
    "rightly refused": ("rightly refused", "green"),
    "answered in vain": ("answered in vain", "red"),
}
RANGES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 40))
BINS = 10
WIDE, HALF = 920.0, 440.0
"""Widths of a chart that stands alone and of one that stands beside another."""
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def figures_chart(figures: Sequence[Figure], names: Mapping[str, str]) -> str:
    """Return each figure as a dot with its interval."""
    kept = [figure for figure in figures if not figure.name.startswith("seconds")]
    plot = Plot(
        "Figures with their 95 % intervals, in per cent",
        width=WIDE,
        height=22 * len(kept) + 44,
        left=140,
        right=64,
        top=8,
        bottom=36,
        x_range=(0, 100),
    )
    for tick in range(0, 101, 20):
        plot.segment(plot.x(tick), plot.top, plot.x(tick), plot.height - plot.bottom)
    plot.x_axis(range(0, 101, 20), name="per cent")
    for row, figure in enumerate(kept):
        y = plot.top + 22 * row + 11
        colour = "red" if figure.name in LESS_IS_BETTER else "blue"
        plot.words(plot.left - 12, y + 4, names[figure.name], anchor="end")
        if figure.low is not None and figure.high is not None:
            stroke = f'style="stroke: var(--{colour}); stroke-width: 5; stroke-linecap: round; opacity: .35"'
            plot.segment(plot.x(figure.low), y, plot.x(figure.high), y, kind="whisker", more=stroke)
        plot.dot(plot.x(figure.value), y, colour=colour)
        plot.words(plot.width - 8, y + 4, f"{figure.value:.1f}", anchor="end", more='font-weight="600"')
    return plot.svg()


def differences_chart(differences: Sequence[Difference], names: Mapping[str, str]) -> str:
    """Return each difference between two runs as a dot with its interval, beside the line of no difference."""
    kept = [difference for difference in differences if not difference.name.startswith("seconds")]
    ends = [abs(end) for d in kept for end in (d.low, d.high, d.difference) if end is not None]
    reach = max(5.0, *ends) * 1.05
    plot = Plot("Differences between two runs, in points", width=WIDE, height=22 * len(kept) + 44, left=140, right=150)
    plot.top, plot.bottom, plot.x_range = 8, 36, (-reach, reach)
    step = _step(2 * reach)
    ticks = [n * step for n in range(-int(reach / step), int(reach / step) + 1)]
    for tick in ticks:
        kind = "axis" if tick == 0 else "grid"
        plot.segment(plot.x(tick), plot.top, plot.x(tick), plot.height - plot.bottom, kind=kind)
    plot.x_axis(ticks, lambda tick: f"{tick:+g}" if tick else "0", name="points")
    for row, difference in enumerate(kept):
        y = plot.top + 22 * row + 11
        colour = {"better": "green", "worse": "red"}.get(difference.verdict, "blue")
        plot.words(plot.left - 12, y + 4, names[difference.name], anchor="end")
        if difference.low is not None and difference.high is not None:
            stroke = f'style="stroke: var(--{colour}); stroke-width: 5; stroke-linecap: round; opacity: .35"'
            plot.segment(plot.x(difference.low), y, plot.x(difference.high), y, kind="whisker", more=stroke)
        plot.dot(plot.x(difference.difference), y, colour=colour)
        words = f"{difference.first:.1f} → {difference.second:.1f}"
        plot.words(plot.width - 8, y + 4, words, anchor="end", more='font-weight="600"')
    return plot.svg()


def outcomes_chart(results: Results) -> str:
    """Return what became of the questions: a bar for those that the documents answer, one for the others."""
    counts = Counter(outcome(question, results.run(question)) for question in results.questions)
    groups: tuple[tuple[str, tuple[Outcome, ...]], ...] = (
        ("answered by the documents", ("right", "shown", "wrong", "refused")),
        ("not answered by them", ("rightly refused", "answered in vain")),
    )
    shown = [(name, kinds) for name, kinds in groups if sum(counts[kind] for kind in kinds)]
    plot = Plot(
        "What became of the questions", width=WIDE, height=64 * len(shown) + 4, left=0, right=0, top=4, bottom=0
    )
    for row, (name, kinds) in enumerate(shown):
        y = 64 * row + 18
        whole = sum(counts[kind] for kind in kinds)
        plot.words(plot.left, y, f"{name}: {whole:,}", kind="muted")
        x = plot.left
        for kind in kinds:
            count = counts[kind]
            width = plot.width * count / whole
            word, colour = OUTCOMES[kind]
            if count:
                plot.rectangle(x, y + 8, width - 2, 24, colour=colour)
                label = f"{word} {count:,}"
                inside = len(label) * 6.6 + 12 < width
                text = label if inside else f"{count:,}" if width > 22 else ""
                plot.words(x + 7, y + 24, text, colour="ink" if colour == "soft" else "paper", more='font-weight="600"')
            x += width
    return plot.svg()


def threshold_chart(results: Results, absent: Results | None = None) -> str:
    """Return what would be answered and refused at every threshold; "" where the run does not tell."""
    holds, lacks, own = _confidences(results, True), _confidences(results, False), None
    if absent is not None:
        own, lacks = lacks, _confidences(absent, False)
    if not len(holds):
        return ""
    plot = Plot("Answered and refused at every threshold, in per cent", width=HALF, height=330, left=36, top=30)
    plot.y_axis(range(0, 101, 25))
    grid = np.linspace(0, 1, 201)
    for name, level in _levels(results):
        plot.segment(
            plot.x(level), plot.top - 4, plot.x(level), plot.height - plot.bottom, more='stroke-dasharray="3 4"'
        )
        plot.words(plot.x(level), plot.top - 10, name, anchor="middle", kind="muted")
    lines = [("answered, of what the documents answer", "blue", "", [(t, 100 * (holds >= t).mean()) for t in grid])]
    if len(lacks):
        what = "the answer's documents left out" if absent is not None else "what they don't answer"
        lines.append((f"refused, of {what}", "amber", "7 4", [(t, 100 * (lacks < t).mean()) for t in grid]))
    if own is not None and len(own):
        lines.append(("refused, of what they don't answer", "red", "2 4", [(t, 100 * (own < t).mean()) for t in grid]))
    for _, colour, dash, points in lines:
        plot.curve(points, colour=colour, dash=dash)
    plot.x_axis(FIFTHS, "{:.1f}".format, name="least confidence at which an answer is shown")
    return plot.svg() + legend([(words, colour, dash) for words, colour, dash, _ in lines])


def legend(entries: Sequence[tuple[str, str, str]]) -> str:
    """Return the key of a chart's lines, as HTML: words, colour, dash."""
    items = []
    for words, colour, dash in entries:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        line = f'<line x1="2" y1="7" x2="30" y2="7" class="line" style="stroke: var(--{colour})"{dashed}/>'
        items.append(f'<li><svg class="key" viewBox="0 0 32 14" aria-hidden="true">{line}</svg>{escape(words)}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def reliability_chart(results: Sequence[Results]) -> str:
    """Return how often the documents did hold the answer at each confidence; "" where the runs do not tell."""
    holds, lacks = (np.concatenate([_confidences(r, kind) for r in results]) for kind in (True, False))
    if not len(holds) or not len(lacks):
        return ""
    return reliability_plot(holds, lacks).svg()


def reliability_plot(holds: Array, lacks: Array, *, name: str = "", width: float = HALF) -> Plot:
    """Return the reliability plot of the confidences where the documents hold an answer and where they lack one."""
    confidence = np.concatenate([holds, lacks])
    truth = np.arange(len(confidence)) < len(holds)
    plot = Plot(f"Confidence against how often it was right {name}".strip(), width, 360, left=44, top=14, bottom=92)
    plot.top += 18
    style = "font-weight: 600; font-size: 14px; fill: var(--ink)" if name else ""
    plot.words(plot.left, 18, name or "per cent that the documents do answer", kind="muted", more=f'style="{style}"')
    plot.y_axis(range(0, 101, 25))
    plot.curve([(0, 0), (1, 100)], colour="muted", dash="2 5")
    edges = np.linspace(0, 1, BINS + 1)
    points, tallest = [], max(1, int(np.histogram(confidence, edges)[0].max()))
    for low, high in pairwise(edges):
        inside = (confidence >= low) & ((confidence < high) | (high == 1))
        count = int(inside.sum())
        base = plot.height - 40
        height = 36 * count / tallest
        x = plot.x(low) + 2
        plot.rectangle(x, base - height, plot.x(high) - x - 2, height, colour="soft")
        if not count:
            continue
        mean, (bottom, top) = float(confidence[inside].mean()), wilson(float(truth[inside].sum()), count)
        points.append((mean, 100 * float(truth[inside].mean())))
        stroke = 'style="stroke: var(--blue); stroke-width: 4; stroke-linecap: round; opacity: .35"'
        plot.segment(plot.x(mean), plot.y(bottom), plot.x(mean), plot.y(top), kind="whisker", more=stroke)
        plot.words((plot.x(low) + plot.x(high)) / 2, plot.height - 26, f"{count:,}", anchor="middle", kind="muted")
    plot.curve(points, colour="blue")
    for mean, value in points:
        plot.dot(plot.x(mean), plot.y(value), colour="blue")
    floor = plot.height - plot.bottom
    plot.segment(plot.left, floor, plot.width - plot.right, floor, kind="axis")
    for tick in FIFTHS:
        plot.words(plot.x(tick), plot.height - 8, f"{tick:.1f}", anchor="middle", kind="muted")
    plot.words(plot.left - 8, plot.height - 26, "count", anchor="end", kind="muted")
    return plot


def ranks_chart(results: Results) -> str:
    """Return at which rank the passage with the answer stood; "" where no question says where that is."""
    ranks = [rank_of(q, results.run(q)) for q in results.questions if q.answerable and (q.references or q.answers)]
    if not ranks:
        return ""
    counts = [sum(rank is not None and low <= rank <= high for rank in ranks) for low, high in RANGES]
    names = [str(low) if low == high else f"{low}–{high}" for low, high in RANGES]
    counts.append(sum(rank is None for rank in ranks))
    names.append("not found")
    plot = Plot("Rank of the passage that holds the answer", width=HALF, height=260, top=40)
    plot.x_range, plot.y_range = (0, len(counts)), (0, max(counts))
    plot.left = plot.right = 12
    for index, (name, count) in enumerate(zip(names, counts, strict=True)):
        colour = "red" if name == "not found" else "blue"
        plot.bar(index + 0.12, index + 0.88, count, colour=colour)
        middle = plot.x(index + 0.5)
        plot.words(middle, plot.y(count) - 20, f"{count:,}", anchor="middle", more='font-weight="600"')
        plot.words(middle, plot.y(count) - 6, f"{100 * count / len(ranks):.0f} %", anchor="middle", kind="muted")
        plot.words(middle, plot.height - plot.bottom + 16, name, anchor="middle", kind="muted")
    floor = plot.height - plot.bottom
    plot.segment(plot.left, floor, plot.width - plot.right, floor, kind="axis")
    plot.words(plot.width / 2, plot.height - 4, "rank", anchor="middle", kind="muted")
    return plot.svg()


def seconds_chart(results: Results) -> str:
    """Return how long answers took; "" where the run does not tell."""
    found = [run["seconds"] for q in results.questions if "seconds" in (run := results.run(q))]
    if not found:
        return ""
    values = 1000 * np.array(found, dtype=float)
    end = max(float(np.percentile(values, 99)) * 1.15, 1e-3)
    counts, edges = np.histogram(np.minimum(values, end), bins=36, range=(0, end))
    plot = Plot("How long answers took, in milliseconds", width=HALF, height=260, top=40)
    plot.x_range, plot.y_range = (0, end), (0, float(counts.max()))
    plot.left = plot.right = 16
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        plot.bar(low, high - end / 240, float(count), colour="soft")
    for name, share in (("median", 50), ("95 %", 95)):
        value = float(np.percentile(values, share))
        x = plot.x(min(value, end))
        plot.segment(x, plot.top - 4, x, plot.height - plot.bottom, kind="axis")
        anchor = "end" if x > plot.width - 90 else "start" if share == 95 else "end"
        plot.words(x + (-4 if anchor == "end" else 4), plot.top - 10, f"{name} {value:.3g} ms", anchor=anchor)
    step = _step(end)
    plot.x_axis([n * step for n in range(int(end / step) + 1)], name="milliseconds; the last bar holds all longer ones")
    return plot.svg()


def _step(end: float) -> float:
    """Return a round distance of about six ticks up to `end`."""
    power = 10 ** np.floor(np.log10(end / 6))
    return float(next(power * factor for factor in (1, 2, 5, 10) if end / (power * factor) <= 8))


def _confidences(results: Results, answerable: bool) -> Array:
    runs = [results.run(question) for question in results.questions if question.answerable == answerable]
    return np.array([run["confidence"] for run in runs if run.get("confidence") is not None], dtype=float)


def _levels(results: Results) -> list[tuple[str, float]]:
    """Return the named levels and, where another was set, the threshold of the run."""
    from bot.passages.confidence import threshold_for
    from bot.settings.settings import Settings

    single = len({p["doc_id"] for run in results.runs.values() for p in run.get("passages") or ()}) == 1
    levels = [(name, threshold_for(Settings(threshold=name), single=single)) for name in LEVELS]  # type: ignore[arg-type]
    used = {run["threshold"] for run in results.runs.values() if "threshold" in run} - {level for _, level in levels}
    return levels + [(f"set: {value:g}", value) for value in sorted(used)[:1]]
