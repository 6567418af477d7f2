"""Stay and sync whenever files change, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch as changes_below

from ingest.discover import IGNORE_FILE, is_below, is_left_out

_DEBOUNCE = 800  # milliseconds: an editor that saves in several steps gives one sync


def watch(paths: Sequence[str | Path], sync: Callable[[bool], int], *, leave_out: str | Path) -> int:
    """Sync now and after every change; return the exit status.

    Args:
        paths: Files and folders.
        sync: Syncs once and prints its report; told whether to be quiet when there is nothing to say.
        leave_out: A folder whose changes mean nothing: the library's own.
    """
    status = sync(False)
    if status not in (0, 3) and not all(map(os.path.lexists, paths)):
        return status
    roots = [os.path.realpath(path) for path in paths]
    library = os.path.realpath(leave_out)
    print("Watching. Ctrl-C to end.", file=sys.stderr, flush=True)
    # A file is watched through its folder: editors replace files, which ends a watch on the file itself.
    folders = {root if Path(root).is_dir() else os.fspath(Path(root).parent) for root in roots}
    try:
        for _ in changes_below(
            *folders,
            watch_filter=lambda _change, path: _matters(path, roots, library),
            debounce=_DEBOUNCE,
            raise_interrupt=True,
        ):
            if sync(True) == 130:
                break
    except KeyboardInterrupt:
        pass
    print("Ended.", file=sys.stderr)
    return 0


def _matters(path: str, roots: Sequence[str], library: str) -> bool:
    """Tell whether a change at `path` can change what a sync finds."""
    if is_below(path, [library]) or not is_below(path, roots):
        return False
    root = max((root for root in roots if is_below(path, [root])), key=len)
    *folders, name = Path(path).relative_to(root).parts or (Path(path).name,)
    if any(is_left_out(folder, folder=True) for folder in folders):
        return False
    return name == IGNORE_FILE or path in roots or not is_left_out(name, folder=False)
