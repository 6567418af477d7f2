"""Time the newcomer's path by a person's steps: `python scripts/newcomer.py`.

Three paths of two commands each: from the repository to the first answer; from a folder of one's own to the first
answer; from that folder to the page. The commands are those of README.md. With --here nothing is cloned or installed:
the second and the third path are timed with the environment that this runs in.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bot.surfaces.cli.app import main; main()",
]
OWN = ("memorandum-of-cooperation.md", "investment-figures.pdf", "who-signed-what.docx")
"""The files of the folder of one's own: a text, a PDF, a Word document."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a person types, and how long it is until they have what they wanted of it.

    Attributes:
        typed: The command.
        seconds: On the clock.
        processor: Of processor time, which a busy machine lengthens little.
    """

    typed: str
    seconds: float
    processor: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--here", action="store_true", help="leave out cloning and installing")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        paths: list[tuple[str, list[Step]]] = []
        footnote = HERE
        if not options.here:
            paths.append(("clone → first answer", first_answer(place)))
            footnote = [str(place / "footnote" / ".venv" / "bin" / "footnote")]
        paths += own_folder(place, footnote)
    print("| path | commands | seconds | of the processor |")
    print("| --- | --- | --- | --- |")
    for name, steps in paths:
        typed = ", then ".join(f"`{step.typed}`" for step in steps)
        seconds, processor = (" + ".join(f"{n:.0f}" for n in column) for column in _columns(steps))
        print(f"| {name} | {typed} | {seconds} | {processor} |")


def _columns(steps: Sequence[Step]) -> tuple[list[float], list[float]]:
    return [step.seconds for step in steps], [step.processor for step in steps]


def _spent() -> float:
    """Return the processor time of the commands that have ended, in seconds."""
    spent = os.times()
    return spent.children_user + spent.children_system


def first_answer(place: Path) -> list[Step]:
    """Clone this repository and ask the samples."""
    cloned = timed(["git", "clone", "--quiet", str(ROOT), "footnote"], place, "git clone …")
    return [cloned, timed(["make", "ask"], place / "footnote", "make ask")]


def own_folder(place: Path, footnote: Sequence[str]) -> list[tuple[str, list[Step]]]:
    """Read a folder and ask it; read it anew and open the page."""
    folder = place / "reports"
    folder.mkdir()
    for name in OWN:
        shutil.copy(ROOT / "documents" / name, folder)
    found = []
    for name, last in (("own folder → first answer", "ask"), ("own folder → page", "serve")):
        work = place / last
        work.mkdir()
        steps = [timed([*footnote, "ingest", str(folder)], work, "footnote ingest FOLDER")]
        if last == "ask":
            steps.append(timed([*footnote, "ask", "Who signed the memorandum?"], work, 'footnote ask "…"'))
        else:
            steps.append(page([*footnote, "serve", "--port", "0"], work))
        found.append((name, steps))
    return found


def timed(command: Sequence[str], folder: Path, typed: str) -> Step:
    """Run a command to its end.

    Raises:
        CalledProcessError: It failed.
    """
    began, spent = time.monotonic(), _spent()
    subprocess.run(command, cwd=folder, check=True, env=_environment(), stdout=subprocess.DEVNULL)
    return Step(typed, time.monotonic() - began, _spent() - spent)


def page(command: Sequence[str], folder: Path) -> Step:
    """Start the server and wait until the page comes.

    Raises:
        RuntimeError: It does not start; the message is what it said.
    """
    began, spent = time.monotonic(), _spent()
    with subprocess.Popen(command, cwd=folder, env=_environment(), stderr=subprocess.PIPE, text=True) as server:
        try:
            said = ""
            while (found := re.search(r"Footnote is at (\S+)", said)) is None:
                line = server.stderr.readline() if server.stderr else ""
                if not line:
                    raise RuntimeError(f"the server did not start: {said}")
                said += line
            urllib.request.urlopen(found.group(1)).read()
            seconds = time.monotonic() - began
        finally:
            server.terminate()
    return Step("footnote serve", seconds, _spent() - spent)


def _environment() -> dict[str, str]:
    """Return this environment without what would change which code runs, or how."""
    return {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_") and key != "PYTHONPATH"}


if __name__ == "__main__":
    main()
