"""Reader: reads passages for a question, in batches, and remembers what it read."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from bot.reader.errors import ReaderDamaged
from bot.reader.network import Network
from bot.reader.pairs import Window, best_span, can_read, windows
from bot.reader.reading import Readable, Reading, Support

WEIGHTS = Path(__file__).with_name("weights") / "reader.onnx"
SHA256 = ""
"""Of the weights that come with the package."""
BATCH = 4
"""Passages read at once: so many fill two cores, and reading can stop after each batch."""
REMEMBERED = 4096
"""Readings that are remembered; each takes about a kilobyte with its passage."""
SPAN = 48
"""Word pieces of the longest answer."""
_Key = tuple[str, str, str, str]
_Said = TypeVar("_Said", Reading, Support)


def load(weights: Path | None = None, *, threads: int = 0) -> tuple[Reader | None, str]:
    """Return a reader that was opened, or None and the sentence that says why there is none.

    Args:
        weights: An ONNX file with its tokenizer.json beside it; None for the weights in the package.
        threads: Cores that a batch may use; 0 for all, four at most.
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
        threads: Cores that a batch may use; 0 for all, four at most.
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
            enough: The logit from which on nothing more is read after the batch that holds it; None to read all.

        Returns:
            A reading for each passage, in order; fewer where reading stopped.

        Raises:
            ReaderDamaged: The weights cannot be used.
        """
        readings: list[Reading] = []
        for begin in range(0, len(passages), BATCH):
            readings += self._recalled("read", question, passages[begin : begin + BATCH], self._read)
            if enough is not None and max(reading.answers for reading in readings) >= enough:
                break
        return readings

    def supports(self, statement: str, passages: Sequence[Readable]) -> list[Support]:
        """Return for each passage whether it bears a statement out.

        Of a passage that is read in several windows, the one counts that says most, for or against.

        Raises:
            ReaderDamaged: The weights cannot be used.
        """
        found: list[Support] = []
        for begin in range(0, len(passages), BATCH):
            found += self._recalled("supports", statement, passages[begin : begin + BATCH], self._judge)
        return found

    def _recalled(
        self,
        task: str,
        text: str,
        passages: Sequence[Readable],
        work: Callable[[str, Sequence[Readable]], Iterator[_Said]],
    ) -> list[_Said]:
        """Return what is remembered of passages, doing the work for those of which nothing is."""
        keys: list[_Key] = [(task, text, passage.title, passage.text) for passage in passages]
        with self._lock:
            said = {key: self._known[key] for key in keys if key in self._known}
        fresh = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in said}
        if fresh:
            said |= dict(zip(fresh, work(text, list(fresh.values())), strict=True))
        with self._lock:
            for key in keys:
                self._known[key] = said[key]
                self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return [cast(_Said, said[key]) for key in keys]

    def _read(self, question: str, passages: Sequence[Readable]) -> Iterator[Reading]:
        for found in self._windows(question, passages):
            readings = [_reading(window, answers, start, end) for window, (answers, start, end, _) in found]
            yield max(readings, key=lambda reading: reading.answers)

    def _judge(self, statement: str, passages: Sequence[Readable]) -> Iterator[Support]:
        for found in self._windows(statement, passages):
            judged = [Support(*_softmax(supports).tolist()) for _, (_, _, _, supports) in found]
            yield min(judged, key=lambda support: support.neither)

    def _windows(self, text: str, passages: Sequence[Readable]) -> Iterator[list[tuple[Window, _Row]]]:
        """Yield for each passage its windows with what the network says of each; like lengths are run together."""
        cut = [list(windows(self._network.tokenizer, text, passage)) for passage in passages]
        flat = sorted((len(w.ids), place, i) for place, ws in enumerate(cut) for i, w in enumerate(ws))
        rows: dict[tuple[int, int], _Row] = {}
        for begin in range(0, len(flat), BATCH):
            chosen = [(place, i) for _, place, i in flat[begin : begin + BATCH]]
            results = self._network.run([cut[place][i] for place, i in chosen])
            for row, key in enumerate(chosen):
                rows[key] = (float(results[0][row]), results[1][row], results[2][row], results[3][row])
        for place, ws in enumerate(cut):
            yield [(window, rows[place, i]) for i, window in enumerate(ws)]


_Array = npt.NDArray[np.float32]
_Row = tuple[float, _Array, _Array, _Array]


def _reading(window: Window, answers: float, start: _Array, end: _Array) -> Reading:
    """Return the best span of a window among the passage's own pieces."""
    if not window.spans:
        return Reading(answers, 0, 0, 0.0)
    inside = slice(window.first, window.first + len(window.spans))
    begins, ends = start[inside], end[inside]
    first, last = best_span(begins.tolist(), ends.tolist(), SPAN)
    chance = float(_softmax(begins)[first] * _softmax(ends)[last])
    return Reading(answers, window.spans[first][0], window.spans[last][1], chance)


def _softmax(logits: _Array) -> _Array:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
