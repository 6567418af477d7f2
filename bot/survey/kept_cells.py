"""Cells of a survey kept as they come, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from bot.errors import SettingError

if TYPE_CHECKING:
    from vectorstore.records import DocumentInfo

Key = tuple[str, str, str, str]
"""Id and digest of a document, the question, who answers: one that changed is asked anew."""

_BEGINS = '{"key": ['


def key_of(document: DocumentInfo, question: str, model: str) -> Key:
    """Return what a cell is kept under."""
    return (document.id, document.sha256, question, model)


class KeptCells:
    """A file of JSON lines, each a key and a cell; whoever may read it reads what the documents say.

    Args:
        path: The file, which is made for its owner alone where there is none.

    Raises:
        SettingError: It cannot be opened, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._cells: dict[Key, dict[str, Any]] = {}
        self._writing = Lock()
        try:
            before = path.read_bytes() if path.exists() else b""
            opened = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError as error:
            raise SettingError(f"{path} cannot be opened: {error.strerror}.", remedy="Name another file.") from error
        self._file: IO[str] = os.fdopen(opened, "a", encoding="utf-8")
        try:
            self._read(path, before)
        except SettingError:
            self._file.close()
            raise
        if before and not before.endswith(b"\n"):
            self._file.write("\n")

    def _read(self, path: Path, before: bytes) -> None:
        for number, line in enumerate(before.decode("utf-8", "replace").splitlines(), 1):
            try:
                kept = json.loads(line)
                document, sha256, question, model = kept["key"]
                self._cells[document, sha256, question, model] = dict(kept["cell"])
            except (ValueError, KeyError, TypeError):
                if not (line.startswith(_BEGINS) or _BEGINS.startswith(line)):  # else a run was killed while it wrote
                    raise SettingError(
                        f"{path} is no file of kept cells: line {number} is none.", remedy="Name another file."
                    ) from None

    def __enter__(self) -> KeptCells:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def get(self, key: Key) -> dict[str, Any] | None:
        """Return the cell that was kept under a key, if one was."""
        return self._cells.get(key)

    def put(self, key: Key, cell: dict[str, Any]) -> None:
        """Keep a cell; it is in the file when this returns."""
        line = json.dumps({"key": key, "cell": cell}) + "\n"
        with self._writing:
            self._cells[key] = cell
            self._file.write(line)
            self._file.flush()


class LatestCells:
    """The latest cells, in memory: for programs that run on. Threads may share one.

    Args:
        most: So many are kept; those that were not used for longest go first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._cells: OrderedDict[Key, dict[str, Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> dict[str, Any] | None:
        """Return the cell that was kept under a key, if it still is."""
        with self._lock:
            if key in self._cells:
                self._cells.move_to_end(key)
            return self._cells.get(key)

    def put(self, key: Key, cell: dict[str, Any]) -> None:
        """Keep a cell."""
        with self._lock:
            self._cells[key] = cell
            self._cells.move_to_end(key)
            if len(self._cells) > self._most:
                self._cells.popitem(last=False)
