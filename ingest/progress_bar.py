"""The progress bar of an ingest, on standard error: files, chunks, rate, time left."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ingest.sync import Progress


class ProgressBar:
    """Draws what `sync` reports. Nothing is drawn until there is something to read."""

    def __init__(self) -> None:
        self._bars = Bars(
            TextColumn("Reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files · {task.fields[chunks]:,} chunks{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Draw how far the sync is."""
        if self._task is None:
            self._bars.start()
            self._task = self._bars.add_task("", total=progress.total, chunks=0, rate="")
        elapsed = self._bars.tasks[0].elapsed or 0.0
        rate = f" · {progress.chunks / elapsed:,.0f} a second" if progress.chunks and elapsed > 1 else ""
        self._bars.update(self._task, completed=progress.files, chunks=progress.chunks, rate=rate)
