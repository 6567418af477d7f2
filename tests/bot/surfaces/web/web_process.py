"""A server in a process of its own, to be stopped and killed: `python web_process.py LIBRARY PAUSE`.

LIBRARY is a folder or an address. Questions a minute are not limited unless the environment says so.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[3]


class Server:
    """A running server.

    Attributes:
        address: Where it is.
        process: The process.
    """

    def __init__(self, address: str, process: subprocess.Popen[str]) -> None:
        self.address = address
        self.process = process

    def kill(self) -> None:
        """End it without a word of warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop."""
        self.process.send_signal(signal.SIGTERM)


@contextmanager
def process(library: Path | str, *, pause: float = 0.0, **environment: str) -> Iterator[Server]:
    """Run a server over a library until the block ends; settings may come by the environment."""
    code = [sys.executable, str(HERE / "web_process.py"), str(library), str(pause)]
    path = os.pathsep.join(map(str, (ROOT, HERE, HERE.parent)))
    environment = {**os.environ, "PYTHONPATH": path, **environment}
    with subprocess.Popen(code, stderr=subprocess.PIPE, text=True, env=environment) as running:
        try:
            yield Server(_address(running), running)
        finally:
            if running.poll() is None:
                running.kill()


def _address(running: subprocess.Popen[str]) -> str:
    assert running.stderr is not None
    deadline = time.monotonic() + 60
    seen = ""
    while time.monotonic() < deadline:
        line = running.stderr.readline()
        seen += line
        found = re.search(r"http://[\d.:]+", line)
        if found:
            return found[0]
        if not line and running.poll() is not None:
            break
    raise AssertionError(f"the server did not start: {seen}")


def main() -> None:
    """Serve with the scripted bot on a free port."""
    import threading

    from web_site import ScriptedBot

    from bot.settings.settings import Settings
    from bot.surfaces.web.app import serve
    from vectorstore.library import Library

    folder, pause = sys.argv[1], float(sys.argv[2])

    class Pausing(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            time.sleep(pause)
            return True

    with Library.open(folder) as library:
        bot = ScriptedBot(library, pause=Pausing() if pause else None)
        free = {} if "FOOTNOTE_QUESTIONS_PER_MINUTE" in os.environ else {"questions_per_minute": 0}
        settings = Settings.load(library=folder, port=0, streams_each=64, **free)
        serve(bot, settings)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
