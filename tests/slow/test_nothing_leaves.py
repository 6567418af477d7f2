"""No command looks up a name, opens a connection or leaves a file outside the library and its own cache."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The lease ends on 28 February 2027. It was signed in Tokyo by Ada Byron, who is the landlord.\n"
CALLS = "connect,sendto,sendmsg,sendmmsg"
OUTSIDE = re.compile(r"AF_INET6?[,}]")
HERE = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: it records what is called"),
]

COMMANDS = [
    ["ingest", "documents"],
    ["ask", "When does the lease end?"],
    ["list"],
    ["status"],
    ["doctor"],
    ["remove", "lease.txt", "--yes"],
    ["serve", "--port", "0"],
]


def traced(folder: Path, arguments: list[str]) -> str:
    """Run a command as a person does, with a home of its own; return each call that sends something somewhere."""
    record = folder / "calls"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "home" / ".cache"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["strace", "-f", "-qq", "-e", f"trace={CALLS}", "-o", str(record)]
    command += [sys.executable, "-m", "bot.surfaces.cli.app", *arguments, "--library", "library"]
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True)
    if arguments[0] == "serve":
        time.sleep(20)  # what reports, reports soon after the start
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    else:
        out, err = process.communicate(timeout=200)
        assert process.returncode in (0, 2), out + err
    return record.read_text(errors="replace")


def test_no_command_sends_or_writes_anything_elsewhere(tmp_path: Path) -> None:
    """Every command in turn, on a library of its own; loopback alone may be spoken to."""
    (tmp_path / "home").mkdir()
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "lease.txt").write_text(TEXT)
    for arguments in COMMANDS:
        calls = [line for line in traced(tmp_path, arguments).splitlines() if OUTSIDE.search(line)]
        assert not [line for line in calls if not HERE.search(line)], arguments
    written = {path.relative_to(tmp_path / "home").parts[:2] for path in (tmp_path / "home").rglob("*")}
    assert written <= {(".cache",), (".cache", "footnote")}


def test_the_libraries_below_are_told_before_they_are_imported() -> None:
    """Whichever package of Footnote comes first, the variables stand; what a person set stays."""
    code = "import os, {}; print(os.environ['ORT_DISABLE_TELEMETRY'], os.environ['DO_NOT_TRACK'])"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "0"}
    for name in ("footnote", "bot.ask", "ingest.reading.worker", "vectorstore.embedding.encoder"):
        done = subprocess.run([sys.executable, "-c", code.format(name)], env=env, capture_output=True, text=True)
        assert done.stdout.split() == ["1", "0"], done.stderr
