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
SENDING = "connect,sendto,sendmsg,sendmmsg"
MAKING = "open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
OUTSIDE = re.compile(r"AF_INET6?[,}]")
HERE = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
MADE = re.compile(r"(?:\bO_CREAT\b|\b(?:mkdir|rename|link|symlink)\w*\().*")
PATH = re.compile(r'"(/[^"]*)"')
HARMLESS = ("/dev/", "/proc/")
"""Devices and shared memory: gone with the process."""
KEPT = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TMPDIR")
"""Where programs keep things; each command is given folders of its own for all of them."""

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


def traced(folder: Path, arguments: list[str]) -> list[str]:
    """Run a command as a person does, with folders of its own; return each call that sends or makes something."""
    record = folder / "calls"
    env = {
        "PATH": os.environ["PATH"],
        **{name: str(folder / name) for name in KEPT},
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["strace", "-f", "-qq", "-s", "400", "-e", f"trace={SENDING},{MAKING}", "-o", str(record)]
    command += [sys.executable, "-m", "bot.surfaces.cli.app", *arguments, "--library", "library"]
    work = folder / "work"
    process = subprocess.Popen(command, cwd=work, env=env, stdout=-1, stderr=-1, text=True, start_new_session=True)
    if arguments[0] == "serve":
        assert process.stderr is not None
        assert "Nothing leaves this machine" in process.stderr.readline()
        time.sleep(20)  # what reports, reports soon after the start
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    else:
        out, err = process.communicate(timeout=280)
        assert process.returncode in (0, 2), out + err
    return record.read_text(errors="replace").splitlines()


def test_no_command_sends_or_writes_anything_elsewhere(tmp_path: Path) -> None:
    """Every command in turn, on a library of its own: loopback alone is spoken to; nothing is made, not even for a
    moment, outside the folders that it is given; there nothing stays but the library and our own cache."""
    for name in (*KEPT, "work", "work/documents"):
        (tmp_path / name).mkdir()
    (tmp_path / "work" / "documents" / "lease.txt").write_text(TEXT)
    for arguments in COMMANDS:
        calls = traced(tmp_path, arguments)
        sent = [line for line in calls if OUTSIDE.search(line) and not HERE.search(line)]
        assert not sent, arguments
        made = {path for line in calls if (found := MADE.search(line)) for path in PATH.findall(found.string)}
        outside = {path for path in made if not path.startswith((str(tmp_path), *HARMLESS))}
        assert not outside, arguments
    (tmp_path / "calls").unlink()
    left = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    allowed = ("XDG_CACHE_HOME/footnote/", "work/library/", "work/documents/lease.txt")
    assert not [path for path in map(Path.as_posix, left) if not path.startswith(allowed)]


def test_the_libraries_below_are_told_before_they_are_imported() -> None:
    """Whichever package of Footnote comes first, the variables stand; what a person set stays."""
    code = "import os, {}; print(os.environ['ORT_DISABLE_TELEMETRY'], os.environ['DO_NOT_TRACK'])"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "0"}
    for name in ("footnote", "bot.ask", "ingest.reading.worker", "vectorstore.embedding.encoder"):
        done = subprocess.run([sys.executable, "-c", code.format(name)], env=env, capture_output=True, text=True)
        assert done.stdout.split() == ["1", "0"], done.stderr


@pytest.mark.parametrize("name", ["", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
def test_tracing_is_on_only_where_a_person_has_set_it(name: str) -> None:
    """Whichever part of Footnote brings LangChain in, it sends nothing to LangSmith, unless the environment says so."""
    code = "import {}; from langsmith.utils import tracing_is_enabled; print(tracing_is_enabled())"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **({name: "true"} if name else {})}
    for module in ("footnote", "bot.surfaces.langchain", "bot.models.hosted", "bot.models.open"):
        done = subprocess.run([sys.executable, "-c", code.format(module)], env=env, capture_output=True, text=True)
        assert done.stdout.split() == [str(bool(name))], (module, done.stderr)
