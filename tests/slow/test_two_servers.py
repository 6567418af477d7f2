"""Two servers of one library in PostgreSQL, behind any proxy: what one does the other knows, either may die."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from postgresql import PostgresqlServer
from small_library import small_library_at
from web_process import ROOT, Server, process

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import open_people
from vectorstore.library import Library

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("place", ["postgresql"], indirect=True),
]
PASSWORD = "correct horse battery"


@pytest.fixture
def address(place: str) -> str:
    """A library with an editor and a reader."""
    made = small_library_at(place)
    people = open_people(made)
    Accounts(people).add("ana", password=PASSWORD, role="editor")
    Accounts(people).add("ben", password=PASSWORD)
    people.close()
    return made


class Proxy:
    """A browser behind a proxy that sends each request to the next server."""

    def __init__(self, *servers: Server) -> None:
        self._servers = cycle(servers)
        self.client = httpx.Client(timeout=60)

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to the next server."""
        return self.client.request(method, f"{next(self._servers).address}{path}", **more)

    def signed_in(self, name: str) -> Proxy:
        """Sign in."""
        assert self("POST", "/v1/session", json={"name": name, "password": PASSWORD}).status_code == 200
        return self


@pytest.fixture
def servers(address: str) -> Iterator[tuple[Server, Server]]:
    """Two that run."""
    with process(address) as first, process(address) as second:
        yield first, second


def files(count: int, *, round_: int = 0) -> list[tuple[str, tuple[str, bytes]]]:
    """Return files for an upload, each with a word of its own."""
    return [
        ("files", (f"file-{round_}-{number}.md", f"# File\n\nThe code word is w{round_}x{number}x.\n".encode()))
        for number in range(count)
    ]


def finished(ask: Proxy, job: str, *, seconds: float = 240) -> dict[str, Any]:
    """Wait for a job and return it."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask("GET", f"/v1/jobs/{job}").raise_for_status().json()
        if found["finished"]:
            return dict(found)
        assert time.monotonic() < deadline, found
        time.sleep(0.3)


def test_what_one_server_does_the_other_knows(servers: tuple[Server, Server]) -> None:
    """A session, a conversation, feedback, an upload with its progress, a sign-out: begun here, they go on there."""
    here, there = (Proxy(server) for server in servers)
    there.client.cookies = here.signed_in("ana").client.cookies
    first = there("POST", "/v1/ask", json={"question": "notice?", "conversation": "new"}).raise_for_status().json()
    again = {"question": "When was it signed?", "conversation": first["conversation"]}
    second = here("POST", "/v1/ask", json=again).raise_for_status().json()
    for ask in (here, there):
        turns = ask("GET", f"/v1/conversations/{first['conversation']}").raise_for_status().json()["turns"]
        assert [turn["answer"] for turn in turns] == [first, second]
    loose = here("POST", "/v1/ask", json={"question": "notice?"}).json()["id"]
    assert there("POST", "/v1/feedback", json={"answer": loose, "thumb": "up"}).status_code == 201
    assert len(here("GET", "/v1/feedback").json()["feedback"]) == 1

    job = here("POST", "/v1/documents", files=files(3)).raise_for_status().json()["job"]["id"]
    seen = there("GET", f"/v1/jobs/{job}/events").text
    assert "event: job" in seen and seen.rstrip().rpartition("event: ")[2].startswith("done")
    assert finished(there, job)["state"] == "done"
    for ask in (here, there):
        names = [document["name"] for document in ask("GET", "/v1/documents?query=file-0").json()["documents"]]
        assert sorted(names) == ["file-0-0.md", "file-0-1.md", "file-0-2.md"]

    assert there("DELETE", "/v1/session").status_code == 204
    here.client.cookies = httpx.Cookies()
    assert here("GET", "/v1/documents").status_code == 401


def test_limits_count_over_both(address: str) -> None:
    """Ten questions a minute, and ten wrong passwords, wherever they come to."""
    with (
        process(address, FOOTNOTE_QUESTIONS_PER_MINUTE="10") as first,
        process(address, FOOTNOTE_QUESTIONS_PER_MINUTE="10") as second,
    ):
        ask = Proxy(first, second).signed_in("ben")
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda _: ask("POST", "/v1/search", json={"query": "notice"}).status_code, range(20)))
        # One comes back each six seconds, so that a slow machine lets some more through.
        assert 10 <= told.count(200) <= 16 and set(told) == {200, 429}
        wrong = {"name": "ana", "password": "wrong wrong wrong"}
        statuses = [Proxy(first, second)("POST", "/v1/session", json=wrong).status_code for _ in range(1)]
        guessing = Proxy(first, second)
        statuses += [guessing("POST", "/v1/session", json=wrong).status_code for _ in range(24)]
        assert statuses[0] == 401 and 429 in statuses and statuses.count(401) <= 16


def test_one_is_killed_and_nothing_is_lost_or_doubled(address: str) -> None:
    """SIGKILL while it reads an upload and answers: the other one ends the job, and all that was told is there."""
    turns: dict[str, list[dict[str, Any]]] = {}
    with process(address) as first, process(address) as second:
        ask, other = Proxy(first).signed_in("ana"), Proxy(second).signed_in("ana")
        jobs = [ask("POST", "/v1/documents", files=files(12, round_=round_)).json()["job"]["id"] for round_ in (1, 2)]
        jobs.append(other("POST", "/v1/documents", files=files(12, round_=3)).json()["job"]["id"])

        def talk(client: Proxy) -> None:
            conversation = "new"
            try:
                while True:
                    body = {"question": "notice?", "conversation": conversation}
                    answer = client("POST", "/v1/ask", json=body).raise_for_status().json()
                    conversation = answer["conversation"]
                    turns.setdefault(conversation, []).append(answer)
            except httpx.HTTPError:
                return

        talking = threading.Thread(target=talk, args=(Proxy(first).signed_in("ana"),))
        talking.start()
        deadline = time.monotonic() + 120
        while not turns or not any(
            file["state"] == "added" for file in other("GET", f"/v1/jobs/{jobs[0]}").json()["files"]
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        first.kill()
        talking.join(60)
        for job in jobs:
            done = finished(other, job)
            assert done["state"] == "done" and all(file["document"] for file in done["files"]), done
        with process(address) as third:
            both = Proxy(second, third)
            both.client.cookies = other.client.cookies
            names = [
                document["name"]
                for _ in range(2)
                for document in both("GET", "/v1/documents?query=file-&limit=100").json()["documents"]
            ]
            expected = sorted(f"file-{round_}-{number}.md" for round_ in (1, 2, 3) for number in range(12))
            assert sorted(names) == sorted(expected * 2)
            for conversation, answers in turns.items():
                kept = both("GET", f"/v1/conversations/{conversation}").raise_for_status().json()["turns"]
                # One more may be kept whose answer never arrived.
                assert [turn["answer"] for turn in kept][: len(answers)] == answers
                assert len(kept) <= len(answers) + 1
    with Library.open(address) as library:
        assert not [finding for finding in library.verify() if finding.part != "index"]
        library.close(update_index=False)


def test_workers_of_one_machine(address: str, tmp_path: Path) -> None:
    """`--workers 2`: one address, two processes; a killed one is replaced, and all end when the first is told to."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot.surfaces.cli.app", "serve", "--workers", "2", "--port", "0", "--library", address],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        try:
            where = next(found[0] for line in running.stderr if (found := re.search(r"http://[\d.:]+", line)))
            workers = children(running.pid)
            assert len(workers) == 2
            with httpx.Client(base_url=where, timeout=60) as client:
                client.post("/v1/session", json={"name": "ana", "password": PASSWORD}).raise_for_status()
                os.kill(workers[0], signal.SIGKILL)
                deadline = time.monotonic() + 120
                while len(children(running.pid)) < 2 or workers[0] in children(running.pid):
                    assert time.monotonic() < deadline
                    time.sleep(0.2)
                for _ in range(4):
                    assert client.get("/v1/documents").raise_for_status().json()["total"] == 3
            workers = children(running.pid)
            running.terminate()
            assert running.wait(60) == 0
            assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        finally:
            if running.poll() is None:
                running.kill()


def children(pid: int) -> list[int]:
    """Return the processes that serve, of those that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_an_upload_outlives_a_restart_of_the_database(address: str, postgresql: PostgresqlServer) -> None:
    """While it is away requests are told so, and no file of the upload is given up."""
    with process(address) as first, process(address) as second:
        ask = Proxy(first, second).signed_in("ana")
        job = ask("POST", "/v1/documents", files=files(12, round_=4)).raise_for_status().json()["job"]["id"]
        deadline = time.monotonic() + 120
        while not any(file["state"] == "added" for file in ask("GET", f"/v1/jobs/{job}").json()["files"]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        postgresql.stop()
        try:
            away = ask("GET", "/v1/documents")
            assert away.status_code == 503 and away.json()["error"]["code"] == "library_unreachable"
            time.sleep(2)
        finally:
            postgresql.start()
        done = finished(ask, job)
        assert done["state"] == "done" and {file["state"] for file in done["files"]} <= {"added", "unchanged"}, done
        names = [one["name"] for one in ask("GET", "/v1/documents?query=file-4&limit=100").json()["documents"]]
        assert sorted(names) == sorted(f"file-4-{number}.md" for number in range(12))
