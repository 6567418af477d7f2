"""Long tables: a sample of their rows goes through the model, the vectors of the others are estimated.

A row of figures and names says little that its words don't: it is found by them, and computed with. To run 200,000 such
rows through the model takes half an hour of a processor and makes nothing easier to find. So of the sections of a
document's tables an even sample is run; from it is learnt what each word piece is like in this document on average, and
the vector of another section is the mean over its word pieces, as its own would be the mean over their states. Rows
that hold a sentence which no row before them holds mean something of their own, and are always run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.passage import Chunk

RUN = 512
"""Sections of a document's tables that are run, at most: some 4,000 rows of seven columns, half a minute of a core."""
SENTENCE_WORDS = 8
"""Words in a row of which a cell says something, rather than being a name, an address or a few terms."""

_SENTENCE = re.compile(
    rf"(?<![^\W\d_])(?:[^\W\d_]+[^\w\n|]{{1,3}}){{{SENTENCE_WORDS - 1}}}[^\W\d_]+"
    r"|[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{20,}"  # scripts that write no blanks, or few
)

Vectors = npt.NDArray[np.float32]


def estimated_sections(text: str, chunks: Sequence[Chunk]) -> frozenset[int]:
    """Return the numbers of the sections of a document whose vectors are estimated: none where its tables are short."""
    others = {chunk.section for chunk in chunks if chunk.kind != "table"}
    rows = sorted({chunk.section for chunk in chunks} - others)
    if len(rows) <= RUN:
        return frozenset()
    telling = _telling(text, chunks)
    plain = [section for section in rows if section not in telling]
    if len(plain) <= RUN:
        return frozenset()
    run = {plain[i * len(plain) // RUN] for i in range(RUN)}
    return frozenset(plain) - run


def _telling(text: str, chunks: Sequence[Chunk]) -> set[int]:
    """Return the sections with a sentence that stands in none before: a long column's name stands in all."""
    seen: set[str] = set()
    found: set[int] = set()
    for chunk in chunks:
        for match in _SENTENCE.finditer(text, chunk.start, chunk.end):
            if match.group() not in seen:
                seen.add(match.group())
                found.add(chunk.section)
    return found


class PieceMeans:
    """What each word piece is like on average in the sections that were run.

    Args:
        dimension: Of the model's states.
    """

    def __init__(self, dimension: int) -> None:
        self._numbers: dict[int, int] = {}
        self._sums = np.zeros((256, dimension), np.float32)
        self._counts = np.zeros(256, np.float32)

    def learn(self, ids: Sequence[int], states: Vectors) -> None:
        """Take in the word pieces of a section, and their states: (pieces, dimension)."""
        at = np.array([self._numbers.setdefault(piece, len(self._numbers)) for piece in ids])
        while len(self._numbers) > len(self._sums):
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
        np.add.at(self._sums, at, states)
        np.add.at(self._counts, at, 1)

    def table(self) -> Vectors:
        """Return the mean state of each word piece that was met, by its number, and in the last row that of all."""
        sums, counts = self._sums[: len(self._numbers)], self._counts[: len(self._numbers), None]
        every = sums.sum(0, keepdims=True) / max(1.0, float(counts.sum()))
        means: Vectors = np.concatenate([sums / np.maximum(counts, 1), every])
        return means

    def rows(self, ids: Sequence[int]) -> list[int]:
        """Return the row of `table` for each word piece."""
        return [self._numbers.get(piece, len(self._numbers)) for piece in ids]
