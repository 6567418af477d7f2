"""What stands in the margin of a PDF page: stamps that run up its side, and numbers of lines."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.loaders.pdf.line import Line

LEAST = 4
"""Numbers, one under the other and counting on, that are taken for numbers of lines."""
_NUMBER = re.compile(r"\d{1,4}")
_NUMBERED = re.compile(r"(\d{1,4})[ \t]+(?=\S)")


def without_margin(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines of a page without its margin, and stamps that run up or down the page.

    Numbers of lines are left out: they count the lines of the paper, and say nothing.
    """
    stamps = [line for line in lines if _sideways(line)]
    if len(stamps) > 0.3 * len(lines):
        stamps = []
    rest = [line for line in lines if not any(line is stamp for stamp in stamps)] if stamps else lines
    numbers = _margin_numbers(rest)
    return [line for line in rest if id(line) not in numbers] if numbers else rest, stamps


def _sideways(line: Line) -> bool:
    return len(line.text) > 3 and (line.slanted or line.y1 - line.y0 > 2 * (line.x1 - line.x0))


def _margin_numbers(lines: list[Line]) -> set[int]:
    """Return the lines (by identity) that are numbers beside all other text of the page, counting on."""
    numbers = [line for line in lines if len(line.text) <= 4 and _NUMBER.fullmatch(line.text)]
    if len(numbers) < LEAST or len(numbers) == len(lines):
        return set()
    others = [line for line in lines if not _NUMBER.fullmatch(line.text)]
    left, right = min(line.x0 for line in others), max(line.x1 for line in others)
    found: set[int] = set()
    for side in (
        [line for line in numbers if line.x1 <= left],
        [line for line in numbers if line.x0 >= right],
    ):
        down = sorted(side, key=lambda line: line.y0)
        steps = {int(b.text) - int(a.text) for a, b in pairwise(down)}
        beside = sum(any(abs(a.y1 - b.y1) < 0.6 * b.size for b in others) for a in down)
        if len(down) >= LEAST and len(steps) == 1 and steps <= {1, 2, 5, 10} and beside >= 0.8 * len(down):
            found.update(map(id, down))
    return found


def strip_line_numbers(lines: list[Line], starts: list[int]) -> list[int]:
    """Take numbers of lines off the words behind them, and return where the words begin then.

    Only where sentences run on from one numbered line to the next; a numbered list begins anew each time.
    """
    matches = [_NUMBERED.match(line.text) for line in lines]
    run: list[int] = []
    moved = list(starts)
    for index in range(len(lines) + 1):
        match = matches[index] if index < len(lines) else None
        before = matches[run[-1]] if run else None
        follows = match and before and int(match[1]) == int(before[1]) + 1 and _below(lines[run[-1]], lines[index])
        if not follows:
            if len(run) >= LEAST and _runs_on([lines[i] for i in run]):
                for i in run:
                    _strip(lines[i], moved, i)
            run = []
        if match:
            run.append(index)
    return moved


def _below(above: Line, line: Line) -> bool:
    return abs(above.x0 - line.x0) < 1.5 * line.size and 0 < line.y0 - above.y0 < 4 * line.size


def _runs_on(lines: list[Line]) -> bool:
    """Tell whether most lines but the first go on with the sentence of the line before."""
    goes_on = 0
    for above, line in pairwise(lines):
        words = _NUMBERED.sub("", line.text, count=1)
        goes_on += words[:1].islower() and not above.text.rstrip().endswith((".", "!", "?", ":", ";", ","))
    return goes_on >= 0.6 * (len(lines) - 1)


def _strip(line: Line, starts: list[int], index: int) -> None:
    match = _NUMBERED.match(line.text)
    if match:
        room = (line.x1 - line.x0) / len(line.text)
        starts[index] += match.end()
        line.text = line.text[match.end() :]
        line.x0 = min(line.x0 + match.end() * room, line.x1)
