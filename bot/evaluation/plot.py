"""Small charts as SVG, written by hand: axes, lines, bars, whiskers and words; no script, no library.

Colours are CSS variables, so that a chart follows the page that it stands in, light, dark or printed; `standalone`
gives it a style of its own for a file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

LIGHT = {
    "ink": "#1d2023",
    "muted": "#5b6067",
    "rule": "#dedfd8",
    "paper": "#fcfcfa",
    "panel": "#f4f4f0",
    "blue": "#1d4f91",
    "amber": "#b5720a",
    "green": "#1e6b3a",
    "red": "#a02420",
    "soft": "#c9d8ec",
}
DARK = {
    "ink": "#e8e7e2",
    "muted": "#a5aab1",
    "rule": "#32373d",
    "paper": "#15171a",
    "panel": "#1c1f23",
    "blue": "#93baf0",
    "amber": "#e6bd78",
    "green": "#83ca9b",
    "red": "#f09d95",
    "soft": "#2f4663",
}
CHART_STYLE = """
svg.chart { display: block; width: 100%; height: auto; font: 12px system-ui, "Segoe UI", "Noto Sans", sans-serif; }
svg.chart text { fill: var(--ink); }
svg.chart .muted { fill: var(--muted); }
svg.chart .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg.chart .grid { stroke: var(--rule); }
svg.chart .axis { stroke: var(--muted); }
svg.chart .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
"""


def colour_rules(*, dark: bool = True) -> str:
    """Return CSS that sets the colours, and the dark ones where the reader prefers them."""
    light = ":root {" + "".join(f" --{name}: {value};" for name, value in LIGHT.items()) + " }"
    if not dark:
        return light
    night = "".join(f" --{name}: {value};" for name, value in DARK.items())
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{ :root {{{night} }} }}"


def standalone(svg: str) -> str:
    """Return a chart as a file of its own."""
    style = f"<style>{colour_rules()}{CHART_STYLE}svg {{ background: var(--paper); }}</style>"
    head, rest = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'


@dataclass(slots=True)
class Plot:
    """A chart in the making.

    Attributes:
        title: What it shows, for readers who do not see it.
        width, height: Size in units of the drawing; it scales to the page.
        left, right, top, bottom: Margins.
        x_range, y_range: Values at the edges of the plot.
    """

    title: str
    width: float = 640
    height: float = 300
    left: float = 48
    right: float = 16
    top: float = 16
    bottom: float = 40
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 100.0)
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Return where a value lies from left to right."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Return where a value lies from top to bottom."""
        low, high = self.y_range
        return self.height - self.bottom - (value - low) / (high - low) * (self.height - self.top - self.bottom)

    def segment(self, x1: float, y1: float, x2: float, y2: float, *, kind: str = "grid", more: str = "") -> None:
        """Draw a straight line between two points of the drawing."""
        self.parts.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {more}/>')

    def words(
        self, x: float, y: float, text: str, *, anchor: str = "start", kind: str = "", more: str = "", colour: str = ""
    ) -> None:
        """Write at a point of the drawing."""
        style = f' style="fill: var(--{colour})"' if colour else ""
        kind = f' class="{kind}"' if kind else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}{style} {more}>{escape(text)}</text>'
        )

    def y_axis(self, ticks: Sequence[float], label: Callable[[float], str] = "{:g}".format) -> None:
        """Draw horizontal grid lines with their values."""
        for tick in ticks:
            self.segment(self.left, self.y(tick), self.width - self.right, self.y(tick))
            self.words(self.left - 8, self.y(tick) + 4, label(tick), anchor="end", kind="muted")

    def x_axis(self, ticks: Sequence[float], label: Callable[[float], str] = "{:g}".format, *, name: str = "") -> None:
        """Draw the axis at the bottom with its values and its name."""
        floor = self.height - self.bottom
        self.segment(self.left, floor, self.width - self.right, floor, kind="axis")
        for tick in ticks:
            self.words(self.x(tick), floor + 16, label(tick), anchor="middle", kind="muted")
        if name:
            middle = (self.left + self.width - self.right) / 2
            self.words(middle, self.height - 4, name, anchor="middle", kind="muted")

    def curve(self, points: Sequence[tuple[float, float]], *, colour: str, dash: str = "") -> None:
        """Draw a line through values."""
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline class="line" style="stroke: var(--{colour})"{dashed} points="{path}"/>')

    def bar(self, x1: float, x2: float, y: float, *, colour: str, base: float = 0.0) -> None:
        """Draw an upright bar between two values of x, from `base` to `y`."""
        height = max(0.0, self.y(base) - self.y(y))
        left, width = self.x(x1), self.x(x2) - self.x(x1)
        self.rectangle(left, self.y(y), width, height, colour=colour)

    def rectangle(self, x: float, y: float, width: float, height: float, *, colour: str) -> None:
        """Draw a filled rectangle in units of the drawing."""
        place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        self.parts.append(f'<rect {place} rx="2" style="fill: var(--{colour})"/>')

    def dot(self, x: float, y: float, *, colour: str, radius: float = 4.5) -> None:
        """Draw a dot at a point of the drawing."""
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" style="fill: var(--{colour}); stroke: var(--paper)"/>'
        )

    def svg(self) -> str:
        """Return the chart."""
        return _svg(self.title, self.width, self.height, "".join(self.parts))


def side_by_side(title: str, plots: Sequence[Plot], *, columns: int) -> str:
    """Return several charts of one size as one, in rows."""
    width, height = plots[0].width, plots[0].height
    placed = "".join(
        f'<g transform="translate({width * (n % columns):g} {height * (n // columns):g})">{"".join(plot.parts)}</g>'
        for n, plot in enumerate(plots)
    )
    return _svg(title, width * min(columns, len(plots)), height * -(-len(plots) // columns), placed)


def _svg(title: str, width: float, height: float, drawn: str) -> str:
    name = escape(title, quote=True)
    return f'<svg class="chart" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{name}">{drawn}</svg>'
