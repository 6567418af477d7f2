"""Reader: reads passages for a question, best first, and remembers what it read."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar, cast

import numpy as np

from bot.reader.errors import ReaderDamaged
from bot.reader.network import Array, Network
from bot.reader.pairs import Window, best_span, can_read, windows
from bot.reader.reading import Readable, Reading, Support

WEIGHTS = Path(__file__).with_name("weights") / "reader.onnx"
SHA256 = "9c46fe4f1f2b1a84f3e7515a6fe72ea73ed55272c950af38e51c492f11b9417f"
"""Of the weights that come with the package."""
REMEMBERED = 4096
"""Readings that are remembered; each takes about a kilobyte with its passage."""
SPAN = 48
"""Word pieces of the longest answer."""
_Key = tuple[str, str, str, str]
"""Task, question or statement, title, text."""
_Row = tuple[float, Array, Array, Array]
"""Logits: answers, start and end of each piece, supports."""
_Said = TypeVar("_Said", Reading, Support)


def load(weights: Path | None = None, *, threads: int = 0) -> tuple[Reader | None, str]:
    """Return a reader that was opened, or None and the sentence that says why there is none.

    Args:
        weights: An ONNX file with its tokenizer.json beside it; None for the weights in the package.
        threads: Cores that it may use; 0 for all, four at most.
    """
    reader = Reader(weights or WEIGHTS, threads=threads, checked=weights is None)
    try:
        reader.check()
    except ReaderDamaged as error:
        return None, str(error)
    return reader, ""


class Reader:
    """Says of passages whether they answer a question and in which words. Threads may share one.

    Args:
        weights: The ONNX file; tokenizer.json lies beside it.
        threads: Cores that it may use; 0 for all, four at most.
        checked: Whether the file must be the one that came with the package.
    """

    def __init__(self, weights: Path = WEIGHTS, *, threads: int = 0, checked: bool = True) -> None:
        threads = threads or min(4, os.cpu_count() or 1)
        self._network = Network(weights, threads=threads, sha256=SHA256 if checked else "")
        self._known: OrderedDict[_Key, Reading | Support] = OrderedDict()
        self._lock = Lock()

    def check(self) -> None:
        """Open the weights now rather than at the first question.

        Raises:
            ReaderDamaged: They cannot be used.
        """
        self._network.check()

    def can_read(self, question: str) -> bool:
        """Return whether the question is in a script and language that the reader knows; if not, do not ask it."""
        return can_read(self._network.tokenizer, question)

    def read(self, question: str, passages: Sequence[Readable], *, enough: float | None = None) -> list[Reading]:
        """Read passages for a question.

        Args:
            question: What is asked, whole: what it leaves to an earlier question must have been put in.
            passages: Best first.
            enough: The logit from which on nothing more is read; None to read all.

        Returns:
            A reading for each passage, in order; fewer where reading stopped.

        Raises:
            ReaderDamaged: The weights cannot be used.
        """
        readings: list[Reading] = []
        for passage in passages:
            reading = self._recalled(("read", question, passage.title, passage.text), passage, _reading, _surest)
            readings.append(reading)
            if enough is not None and reading.answers >= enough:
                break
        return readings

    def supports(self, statement: str, passages: Sequence[Readable]) -> list[Support]:
        """Return for each passage whether it bears a statement out.

        Of a passage that is read in several windows, the one counts that says most, for or against.

        Raises:
            ReaderDamaged: The weights cannot be used.
        """
        return [
            self._recalled(("supports", statement, passage.title, passage.text), passage, _support, _plainest)
            for passage in passages
        ]

    def _recalled(
        self,
        key: _Key,
        passage: Readable,
        said_of: Callable[[Window, _Row], _Said],
        chosen: Callable[[list[_Said]], _Said],
    ) -> _Said:
        """Return what is remembered, or read the passage window by window and choose one of them.

        Windows are run one by one: on two cores that is as fast as together, and in int8 a number would depend a
        little on what else is in its batch.
        """
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return cast(_Said, self._known[key])
        cut = windows(self._network.tokenizer, key[1], passage)
        said = chosen([said_of(window, self._network.run(window)) for window in cut])
        with self._lock:
            self._known[key] = said
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return said


def _reading(window: Window, row: _Row) -> Reading:
    """Return the best span of a window among the passage's own pieces."""
    answers, start, end, _ = row
    if not window.spans:
        return Reading(answers, 0, 0, 0.0)
    inside = slice(window.first, window.first + len(window.spans))
    begins, ends = start[inside], end[inside]
    first, last = best_span(begins.tolist(), ends.tolist(), SPAN)
    chance = float(_softmax(begins)[first] * _softmax(ends)[last])
    return Reading(answers, window.spans[first][0], window.spans[last][1], chance)


def _surest(readings: list[Reading]) -> Reading:
    return max(readings, key=lambda reading: reading.answers)


def _support(_window: Window, row: _Row) -> Support:
    return Support(*_softmax(row[3]).tolist())


def _plainest(supports: list[Support]) -> Support:
    return min(supports, key=lambda support: support.neither)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
