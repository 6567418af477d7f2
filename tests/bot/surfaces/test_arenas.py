"""Threads of a server share a few pools of memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COUNTED = """
import ctypes, sys, threading
from bot.surfaces import arenas
if sys.argv[1] == "few":
    arenas.use_few()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.fopen.argtypes, libc.fclose.argtypes = [ctypes.c_char_p] * 2, [ctypes.c_void_p]
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
together = threading.Barrier(12)
def work():
    together.wait()
    libc.malloc(100_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


def pools(how: str) -> int:
    """Return how many pools a dozen threads at once make in a process of their own."""
    done = subprocess.run([sys.executable, "-c", COUNTED, how], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc is Linux'")
def test_a_dozen_threads_share_two_pools() -> None:
    """More threads do not mean more pools; without it they do."""
    if (usual := pools("usual")) <= 2:
        pytest.skip("this C library keeps few pools by itself")
    assert pools("few") <= 2 < usual
