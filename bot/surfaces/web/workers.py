"""Several servers on one machine: one socket, processes that share it, and one that watches over them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings.settings import Settings

Work = Callable[["Settings", socket.socket, bool], None]
LEAST_LIFE = 10.0
"""Seconds; a process that ends sooner is started again only after a pause, and never where it was the first start."""


def watch_over(work: Work, settings: Settings, listener: socket.socket, *, count: int) -> int:
    """Run `work` in some processes until this one is asked to stop; one that dies is started again.

    Args:
        work: Serves at a socket; the first process is told to say where that is.
        settings: Handed on.
        listener: Bound, and shared by all.
        count: How many processes.

    Returns:
        The status to end with: that of a process that would not even start, else 0.
    """
    spawning = multiprocessing.get_context("spawn")
    stopping = threading.Event()
    running: dict[int, tuple[BaseProcess, float]] = {}

    def start(number: int, *, says: bool) -> None:
        process = spawning.Process(target=_serve, args=(work, settings, listener, says), name=f"footnote-{number}")
        process.start()
        running[number] = (process, time.monotonic())

    def ask_to_stop(*_signal: object) -> None:
        stopping.set()
        for process, _since in list(running.values()):
            process.terminate()

    before = {sign: signal.signal(sign, ask_to_stop) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in range(count):
            start(number, says=number == 0)
        while running:
            wait([process.sentinel for process, _ in running.values()], timeout=1.0)
            for number, (process, since) in list(running.items()):
                if process.is_alive():
                    continue
                del running[number]
                soon = time.monotonic() - since < LEAST_LIFE
                if soon and process.exitcode and process.exitcode > 0 and not stopping.is_set():
                    ask_to_stop()
                    for other, _ in running.values():
                        other.join()
                    return process.exitcode
                if not stopping.is_set():
                    print(f"A server ended (process {process.pid}); another one is started.", file=sys.stderr)
                    stopping.wait(1.0 if soon else 0.0)
                    start(number, says=False)
                    if stopping.is_set():
                        ask_to_stop()
        return 0
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _serve(work: Work, settings: Settings, listener: socket.socket, says: bool) -> None:
    """Serve in a process of its own, which Ctrl-C does not reach, and which ends with the one that started it."""
    if hasattr(os, "setsid"):
        os.setsid()
    parent = multiprocessing.parent_process()

    def end_with_it() -> None:
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with_it, name="footnote-parent", daemon=True).start()
    from bot.errors import BotError
    from vectorstore.errors import FootnoteError

    try:
        work(settings, listener, says)
    except (FootnoteError, BotError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
