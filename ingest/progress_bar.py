"""The progress bar of an ingest, on standard error: files, chunks, rate, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from ingest.progress import Progress


class ProgressBar:
    """Draws what `sync` reports. Nothing is drawn until there is something to tell."""

    def __init__(self) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[words]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None
        self._began = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take the bar off the screen, until there is more to tell."""
        if self._task is not None:
            self._bars.stop()
            self._bars.remove_task(self._task)
            self._task = None

    def __call__(self, progress: Progress) -> None:
        """Draw how far the sync is."""
        if self._task is None:
            self._task = self._bars.add_task("", total=1.0, words="")
            self._bars.start()
        if progress.found:
            self._began = 0.0
            self._bars.update(self._task, description="Looking", words=f"{progress.found:,} files found")
            return
        self._began = self._began or time.monotonic()
        words = words_for(progress, time.monotonic() - self._began)
        self._bars.update(self._task, description="Reading", completed=progress.share, words=words)

    def embedding(self, done: int, total: int) -> None:
        """Draw how much of the library is embedded anew, in chunks."""
        if self._task is None:
            self._task = self._bars.add_task("", total=1.0, words="")
            self._bars.start()
        words = f"{done:,} of {total:,} passages"
        self._bars.update(self._task, description="Embedding anew", completed=done / max(1, total), words=words)
        if done >= total:
            self.clear()


def words_for(progress: Progress, seconds: float) -> str:
    """Return what stands beside the bar."""
    words = [f"{progress.files:,} of {progress.total:,} files"]
    if progress.chunks:
        words.append(f"{progress.chunks:,} chunks")
        if seconds >= 1:
            words.append(f"{progress.chunks / seconds:,.0f} a second")
    if progress.share > 0.01 and seconds >= 2:
        left = round(seconds * (1 - progress.share) / progress.share)
        words.append(f"{left // 60}:{left % 60:02} left")
    return " · ".join(words)
