"""Work that lets others go first."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress


def step_back() -> None:
    """Let this thread, and what it starts, compute on what others leave of the processor. It cannot be undone.

    A thread that holds a lock must not: whoever waits for the lock would wait for the processor too.
    """
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + 10))
