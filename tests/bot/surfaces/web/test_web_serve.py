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
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from small_library import small_library
from web_process import ROOT, process

from bot.errors import SettingError
from bot.settings.settings import Settings
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


TOKEN = "a-token-of-more-than-sixteen-characters"


def guess(address: str, *, forwarded: Iterator[str], most: int) -> list[int]:
    """Send wrong tokens, each with the next `X-Forwarded-For`, until one is told to wait; return the statuses."""
    told: list[int] = []
    while len(told) < most and 429 not in told:
        headers = {"Authorization": f"Bearer guess {len(told)}", "X-Forwarded-For": next(forwarded)}
        told.append(httpx.get(f"{address}/v1/status", headers=headers, timeout=60).status_code)
    return told


def test_who_is_asking_is_not_read_from_what_anybody_may_send(tmp_path: Path) -> None:
    """Another X-Forwarded-For with every wrong token evades nothing, whatever uvicorn's own variable says."""
    folder = small_library(tmp_path)
    others = (f"203.0.113.{n}" for n in count(1))
    with process(folder, FOOTNOTE_ACCESS_TOKEN=TOKEN, FORWARDED_ALLOW_IPS="*") as server:
        told = guess(server.address, forwarded=others, most=200)
    assert told[-1] == 429 and set(told[:-1]) == {401} and len(told) > 10


def test_a_trusted_proxy_says_who_is_asking(tmp_path: Path) -> None:
    """Behind a proxy that is named each address has its own tries; what a client wrote before it counts for nothing."""
    folder = small_library(tmp_path)
    right = {"Authorization": f"Bearer {TOKEN}"}
    with process(folder, FOOTNOTE_ACCESS_TOKEN=TOKEN, FOOTNOTE_TRUSTED_PROXIES="127.0.0.0/8") as server:
        many = (f"203.0.113.{n}" for n in count(1))
        assert guess(server.address, forwarded=many, most=30) == [401] * 30
        invented = (f"198.51.100.{n}, 203.0.113.250" for n in count(1))
        assert guess(server.address, forwarded=invented, most=200)[-1] == 429
        other = {**right, "X-Forwarded-For": "203.0.113.251"}
        assert httpx.get(f"{server.address}/v1/status", headers=other, timeout=60).status_code == 200


def test_https_in_front_is_believed_of_a_trusted_proxy_alone(tmp_path: Path) -> None:
    """The session's cookie is Secure where the proxy says https, and is not made so by anybody else."""
    folder = small_library(tmp_path)
    body = {"token": TOKEN}
    for proxies, secure in (("", False), ("127.0.0.1", True)):
        with process(folder, FOOTNOTE_ACCESS_TOKEN=TOKEN, FOOTNOTE_TRUSTED_PROXIES=proxies) as server:
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
            done = httpx.post(f"{server.address}/v1/session", json=body, headers=headers, timeout=60)
            assert done.status_code == 200
            assert ("; secure" in done.headers["set-cookie"].lower()) == secure


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.5/8", "10.0.0.1:80"])
def test_a_proxy_is_named_by_address_or_network(wrong: str) -> None:
    """What would silently match nothing, or everybody, is refused with what is taken."""
    with pytest.raises(SettingError, match="addresses or networks"):
        Settings(trusted_proxies=(wrong,))
    assert Settings(trusted_proxies=("127.0.0.1", "::1", "10.0.0.0/8")).trusted_proxies
