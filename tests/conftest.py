"""What all tests need of the process that runs them."""

from __future__ import annotations

import signal

from hypothesis import settings

# Hypothesis fails an example that takes longer than 200 ms; tests measure no time, and machines are busy.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell, Ctrl-C is ignored, and so it would be in every program that tests stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
