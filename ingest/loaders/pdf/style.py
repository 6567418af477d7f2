"""What is usual in a PDF document: the size and weight of its text, of its headings, and how it writes words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from ingest.loaders.pdf.line import Line

WORD_END = re.compile(r"[^\W_]+$")
WORD_BEGIN = re.compile(r"[^\W_]+")
HYPHENS = "-‐"


@dataclass(slots=True)
class Style:
    """What is usual in a document.

    Attributes:
        size, weight: Of the body's font.
        sizes: Sizes of headings by rank, largest first.
        hyphened: How often each word with a hyphen stands in it, in lower case.
        text: All of it in lower case, where words are broken in it.
        outline: (page, title) of bookmarks to their level.
    """

    size: float
    weight: int
    sizes: list[float] = field(default_factory=list)
    hyphened: Counter[str] = field(default_factory=Counter)
    text: str = ""
    outline: dict[tuple[int, str], int] = field(default_factory=dict)


def style_of(pages: list[list[Line]], outline: dict[tuple[int, str], int]) -> Style:
    """Return what is usual in a document."""
    heights: Counter[float] = Counter()
    weights: Counter[int] = Counter()
    broken = False
    for lines in pages:
        for line in lines:
            heights[line.size] += len(line.text)
            if line.weight:
                weights[line.weight] += len(line.text)
            broken = broken or line.broken or line.text[-1] in HYPHENS
    sizes: Counter[float] = Counter()
    for height, count in heights.items():
        sizes[rounded(height)] += count
    body = max(sizes, key=lambda size: (sizes[size], size), default=10.0)
    style = Style(body, max(weights, key=lambda weight: weights[weight], default=400), outline=outline)
    style.sizes = sorted((size for size in sizes if size >= 1.12 * body), reverse=True)[:5]
    if broken:
        style.text = "\n".join(line.text for lines in pages for line in lines).lower()
        style.hyphened = _hyphened(style.text)
    return style


def _hyphened(text: str) -> Counter[str]:
    """Return how often each word with a hyphen stands in a text."""
    found: Counter[str] = Counter()
    at = text.find("-")
    while at >= 0:
        left = WORD_END.search(text, max(0, at - 40), at)
        right = WORD_BEGIN.match(text, at + 1)
        if left and right:
            found[f"{left.group()}-{right.group()}"] += 1
        at = text.find("-", at + 1)
    return found


def rounded(size: float) -> float:
    """Return the size of a font to half a point: the boxes of its characters differ by less."""
    return round(size * 2) / 2
