"""Few pools of memory: by default glibc makes up to eight a core, and threads that come and go leave each half full."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

MOST = 2
"""Pools that all threads share. Under mixed use a server then held 640 MiB instead of 850 (docs/benchmarks.md)."""
_M_ARENA_MAX = -8
"""Its number in glibc's malloc.h."""


def use_few() -> None:
    """Let threads that start from now on share a few pools; does nothing where the C library is another one.

    MALLOC_ARENA_MAX in the environment says the same, but only before the process starts.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, MOST)
