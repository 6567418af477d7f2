"""Rows of tables on PDF pages whose cells a file draws in another order than they stand in."""

from __future__ import annotations

from itertools import pairwise

from ingest.loaders.pdf.line import Line


def woven(lines: list[Line]) -> list[Line]:
    """Return lines with those made one that are cells of a row in turn: a name, its number, then what is between.

    Args:
        lines: Of an upright page, their cells marked.
    """
    kept: list[Line] = []
    for line in lines:
        last = kept[-1] if kept else None
        if last is not None and line.x0 < last.x1 and last.gaps and _in_one_row(last, line):
            first, second = _cells(last), _cells(line)
            cells = sorted([*first, *second])
            if first and second and all(b[0] > a[1] for a, b in pairwise(cells)):
                last.text = "\t".join(words for *_, words in cells)
                last.gaps = tuple((a[1], b[0]) for a, b in pairwise(cells))
                last.x0, last.x1 = cells[0][0], cells[-1][1]
                continue
        kept.append(line)
    return kept


def _in_one_row(last: Line, line: Line) -> bool:
    return abs(last.y0 - line.y0) < 0.2 * last.size and abs(last.size - line.size) < 0.1 * last.size


def _cells(line: Line) -> list[tuple[float, float, str]]:
    """Return left, right and words of each cell; none where it is not known how wide they are."""
    words = line.text.split("\t")
    if len(words) != len(line.gaps) + 1:
        return []
    begins = [line.x0, *(right for _, right in line.gaps)]
    ends = [*(left for left, _ in line.gaps), line.x1]
    return list(zip(begins, ends, words, strict=True))
