"""What all tests need of the process that runs them."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell, Ctrl-C is ignored, and so it would be in every program that tests stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
