"""`footnote serve` in a process: it starts, finishes what streams, stops, and refuses what is not safe."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from small_library import small_library
from web_process import ROOT, process

from bot.surfaces.web import log as web_log


def footnote(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FOOTNOTE_")}
    return subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        input=environment.get("STDIN", ""),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_will_not_listen_for_strangers_without_a_lock(tmp_path: Path) -> None:
    """Status 2 with the reason, before anything listens; nothing is created."""
    done = footnote(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2 and "FOOTNOTE_ACCESS_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / ".footnote").exists()


def test_more_workers_are_refused_with_the_reason(tmp_path: Path) -> None:
    """Status 2."""
    done = footnote(tmp_path, "serve", "--workers", "4")
    assert done.returncode == 2 and "one process" in done.stderr


def test_a_taken_port_is_said_in_words(tmp_path: Path) -> None:
    """Status 2, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = footnote(small_library(tmp_path).parent, "serve", "--port", port)
    assert done.returncode == 2 and "--port" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_a_model_that_is_none_stops_the_start(tmp_path: Path, command: str) -> None:
    """A mistyped model is told before anything is served, not to whoever asks first."""
    done = footnote(small_library(tmp_path).parent, command, "--model", "nosuchprovider")
    assert done.returncode == 2 and "names no provider" in done.stderr


def test_no_traceback_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """What uvicorn logs as a traceback is cut to the error's type; what a second Ctrl-C interrupts is left out."""
    stream = io.StringIO()
    for name in ("footnote", "uvicorn", "uvicorn.error"):
        for what in ("handlers", "propagate", "level"):  # put back afterwards
            monkeypatch.setattr(logging.getLogger(name), what, getattr(logging.getLogger(name), what))
    web_log.configure("warning")
    (handler,) = logging.getLogger("uvicorn").handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    for error in ("asyncio.exceptions.CancelledError", "ValueError: words of a document"):
        logging.getLogger("uvicorn.error").error('Traceback (most recent call last):\n  File "x"\n%s\n', error)
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["message"] == "ValueError"


def test_users_are_added_listed_and_removed(tmp_path: Path) -> None:
    """A password by standard input, a token printed once, and neither in the list."""
    assert "no users" in footnote(tmp_path, "users", "list").stderr
    assert not (tmp_path / ".footnote").exists()
    arguments = ("users", "add", "ana", "--role", "editor", "--collection", "legal")
    added = footnote(tmp_path, *arguments, STDIN="correct horse battery\n")
    assert added.returncode == 0 and added.stderr == "There is no collection 'legal' yet.\n"
    token = footnote(tmp_path, "users", "add", "robot", "--token").stdout.strip()
    assert token.startswith("fnt_")
    listed = footnote(tmp_path, "users", "list").stdout
    assert listed.splitlines()[0].startswith("ana\teditor\tlegal\tpassword")
    assert "robot\treader\tall\t1 token" in listed and token not in listed
    # A token for one who is there changes nothing else: not the password, not the role, not what it may see.
    second = footnote(tmp_path, "users", "add", "ana", "--token")
    assert second.stdout.startswith("fnt_") and "as editor and sees legal" in second.stderr
    (row,) = [line for line in footnote(tmp_path, "users", "list").stdout.splitlines() if line.startswith("ana")]
    assert row.split("\t")[1:4] == ["editor", "legal", "password, 1 token"]
    widened = footnote(tmp_path, "users", "add", "ana", "--all-collections", STDIN="another horse battery\n")
    assert "as editor and sees everything" in widened.stdout
    assert footnote(tmp_path, "users", "add", "ben", STDIN="short\n").returncode == 2
    assert footnote(tmp_path, "users", "add", "ben").returncode == 2
    assert footnote(tmp_path, "users", "remove", "ana").returncode == 0
    assert footnote(tmp_path, "users", "remove", "ana").returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_stop_lets_streams_finish(tmp_path: Path) -> None:
    """SIGTERM in the middle of a stream: the stream ends with done, new connections are refused, status 0."""
    with process(small_library(tmp_path), pause=1.5) as server:
        lines: list[str] = []
        begun = threading.Event()

        def read() -> None:
            with httpx.stream(
                "POST",
                f"{server.address}/v1/ask",
                json={"question": "notice?"},
                headers={"Accept": "text/event-stream"},
                timeout=60,
            ) as response:
                for line in response.iter_lines():
                    lines.append(line)
                    begun.set()

        reader = threading.Thread(target=read)
        reader.start()
        assert begun.wait(30)
        server.stop()
        reader.join(30)
        assert [line for line in lines if line.startswith("event: ")][-1] == "event: done"
        assert server.process.wait(30) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/healthz")
