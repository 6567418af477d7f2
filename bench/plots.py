"""Draw the figures of a benchmark as SVG: `python -m bench.plots --growth growth.json --compare compare.json`.

Each JSON file is what `bench/search_growth.py --json` and `bench.compare` printed. Written to docs/ beside
benchmarks.md, which names the machine.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.plot import Plot, standalone

DOCS = Path(__file__).parents[1] / "docs"
CURVES = (
    ("warm_p50_ms", "Footnote, median", "blue", ""),
    ("warm_p95_ms", "Footnote, 95 of 100", "blue", "5 4"),
    ("bare_chroma_p50_ms", "bare Chroma, 150 nearest", "amber", ""),
    ("bare_fts5_p50_ms", "bare FTS5, rows that match", "green", ""),
)


def main() -> None:
    """Draw what is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", type=Path, help="figures of bench/search_growth.py")
    parser.add_argument("--compare", type=Path, help="figures of bench.compare")
    options = parser.parse_args()
    if options.growth:
        rows = json.loads(options.growth.read_text(encoding="utf-8"))
        (DOCS / "search-growth.svg").write_text(standalone(growth(rows)), encoding="utf-8")
    if options.compare:
        found = json.loads(options.compare.read_text(encoding="utf-8"))["ratios"]
        (DOCS / "ratios.svg").write_text(standalone(ratios(found)), encoding="utf-8")


def growth(rows: Sequence[Mapping[str, float]]) -> str:
    """Return time of a search against chunks in the library, a row for each size."""
    plot = Plot("Milliseconds of a search as the library grows", height=320, right=210, top=28)
    sizes = [math.log10(row["chunks"]) for row in rows]
    most = max(row[name] for row in rows for name, *_ in CURVES)
    step = next(step for step in (5, 10, 20, 50, 100, 200, 500) if most / step <= 6)
    top = step * math.ceil(most / step)
    plot.x_range, plot.y_range = (min(sizes) - 0.1, max(sizes) + 0.1), (0, top)
    plot.y_axis(range(0, top + 1, step))
    plot.words(plot.left - 8, 14, "ms", anchor="end", kind="muted")
    plot.x_axis(sizes, lambda size: f"{round(10**size):,}", name="chunks")
    for number, (name, said, colour, dash) in enumerate(CURVES):
        plot.curve([(size, row[name]) for size, row in zip(sizes, rows, strict=True)], colour=colour, dash=dash)
        y = plot.top + 20 * number + 10
        more = f'style="stroke: var(--{colour}); stroke-width: 2.25"' + (f' stroke-dasharray="{dash}"' if dash else "")
        plot.segment(plot.width - 196, y, plot.width - 172, y, kind="key", more=more)
        plot.words(plot.width - 166, y + 4, said)
    return plot.svg()


def ratios(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return each ratio to its yardstick, with least and most of the rounds; the line is the yardstick."""
    plot = Plot("Ratios to the yardsticks; less is better", height=36 * len(found) + 52, left=270, right=56, top=8)
    plot.x_range = (0, 0.25 * math.ceil(4 * max(1.05, *(row["most"] for row in found.values()))))
    ticks = [0.25 * n for n in range(round(4 * plot.x_range[1]) + 1)]
    for tick in ticks:
        kind = "axis" if tick == 1 else "grid"
        plot.segment(plot.x(tick), plot.top, plot.x(tick), plot.height - plot.bottom, kind=kind)
    plot.x_axis(ticks, name="ratio; 1 is the yardstick, less is better")
    for number, (name, row) in enumerate(found.items()):
        y = plot.top + 36 * number + 8
        plot.words(plot.left - 12, y + 14, name, anchor="end")
        plot.rectangle(plot.left, y, plot.x(row["median"]) - plot.left, 20, colour="blue")
        more = 'style="stroke: var(--ink); stroke-width: 2"'
        plot.segment(plot.x(row["least"]), y + 10, plot.x(row["most"]), y + 10, kind="whisker", more=more)
        plot.words(plot.width - 8, y + 14, f"{row['median']:.2f}", anchor="end", more='font-weight="600"')
    return plot.svg()


if __name__ == "__main__":
    main()
