"""Stay and sync whenever files change, until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import watch as changes_below

from ingest.sources.discover import IGNORE_FILE, is_below, is_left_out

_DEBOUNCE = 800  # milliseconds: an editor that saves in several steps gives one sync
_PATIENCE = 250  # milliseconds between looks at what has happened
_STOPPED = 130


def watch(paths: Sequence[str | Path], sync: Callable[[bool], int], *, leave_out: str | Path) -> int:
    """Sync now and after every change; return the exit status.

    Args:
        paths: Files and folders.
        sync: Syncs once and prints its report; told whether to be quiet when there is nothing to say.
        leave_out: A folder whose changes mean nothing: the library's own.
    """
    roots = [os.path.realpath(path) for path in paths]
    if not all(map(os.path.lexists, roots)):
        return sync(False)  # which says what is missing
    library = os.path.realpath(leave_out)
    # A file is watched through its folder: editors replace files, which ends a watch on the file itself.
    folders = {root if Path(root).is_dir() else os.fspath(Path(root).parent) for root in roots}
    changes = changes_below(
        *folders,
        watch_filter=lambda _change, path: _matters(path, roots, library),
        debounce=_DEBOUNCE,
        rust_timeout=_PATIENCE,
        yield_on_timeout=True,
        raise_interrupt=True,
        recursive=any(Path(root).is_dir() for root in roots),
    )
    try:
        # Watching begins before the first sync, so that what changes meanwhile is not missed.
        next(changes)
        if sync(False) != _STOPPED:
            print("Watching. Ctrl-C to end.", file=sys.stderr, flush=True)
            for changed in changes:
                if changed and sync(True) == _STOPPED:
                    break
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(f"These folders cannot be watched: {error}", file=sys.stderr)
        return 1
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
