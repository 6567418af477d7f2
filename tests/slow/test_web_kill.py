"""kill -9 under load: what was acknowledged is there after a restart."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_library import small_library
from web_process import Server, process

ROUNDS = 6


class Load:
    """Asks, continues conversations, gives feedback and uploads until the server is gone.

    Attributes:
        turns: Answers that were received whole, by id.
        uploads: (name, job) of every acknowledged upload.
        leaving: Conversations whose deletion was asked for; the kill may come before its answer.
        deleted: Conversations whose deletion was acknowledged.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.turns: dict[str, dict[str, Any]] = {}
        self.feedback: set[str] = set()
        self.uploads: list[tuple[str, str]] = []
        self.leaving: set[str] = set()
        self.deleted: set[str] = set()
        self._lock = threading.Lock()

    def start(self, round_: int) -> list[threading.Thread]:
        """Begin with six who ask and one who uploads."""
        threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(6)]
        threads.append(threading.Thread(target=self._upload, args=(round_,)))
        for thread in threads:
            thread.start()
        return threads

    def _ask(self, number: int) -> None:
        conversation = "new"
        count = 0
        with httpx.Client(base_url=self.address, timeout=30) as client:
            try:
                while True:
                    count += 1
                    body = {"question": f"notice {number}.{count}?", "conversation": conversation}
                    answer = client.post("/v1/ask", json=body).raise_for_status().json()
                    with self._lock:
                        self.turns[answer["id"]] = answer
                    conversation = answer["conversation"]
                    if count % 3 == 0:
                        given = client.post("/v1/feedback", json={"answer": answer["id"], "thumb": "up"})
                        self.feedback.add(given.raise_for_status().json()["id"])
                    if count % 10 == 0 and number == 0:
                        self.leaving.add(conversation)
                        client.delete(f"/v1/conversations/{conversation}").raise_for_status()
                        self.deleted.add(conversation)
                        conversation = "new"
            except httpx.HTTPError:
                return

    def _upload(self, round_: int) -> None:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            for number in range(10_000):
                name = f"file-{round_}-{number}.md"
                content = f"# File {round_} {number}\n\nThe code word of file {round_} {number} is w{number}x.\n"
                try:
                    done = client.post("/v1/documents", files={"files": (name, content.encode())})
                    self.uploads.append((name, done.raise_for_status().json()["job"]["id"]))
                    time.sleep(0.05)
                except httpx.HTTPError:
                    return


def check(server: Server, loads: list[Load]) -> None:
    """Look for everything that was acknowledged."""
    with httpx.Client(base_url=server.address, timeout=60) as client:
        deleted = set().union(*(load.deleted for load in loads))
        leaving = set().union(*(load.leaving for load in loads))
        turns = {key: turn for load in loads for key, turn in load.turns.items()}
        for conversation in {turn["conversation"] for turn in turns.values()} - deleted:
            found = client.get(f"/v1/conversations/{conversation}")
            if found.status_code == 404 and conversation in leaving:
                continue
            kept = found.raise_for_status().json()["turns"]
            expected = [turn for turn in turns.values() if turn["conversation"] == conversation]
            there = {turn["id"]: turn["answer"] for turn in kept}
            for turn in expected:
                assert there[turn["id"]] == turn
            # One more turn may be kept whose answer never arrived; none is there twice.
            assert len(there) == len(kept) <= len(expected) + 1
        for conversation in deleted:
            assert client.get(f"/v1/conversations/{conversation}").status_code == 404
        exported = client.get("/v1/feedback/export").text
        assert all(feedback in exported for load in loads for feedback in load.feedback)
        for name, job in [upload for load in loads for upload in load.uploads]:
            deadline = time.monotonic() + 240
            while True:
                found = client.get(f"/v1/jobs/{job}")
                if found.status_code == 404:  # older than the jobs that are remembered
                    break
                if found.json()["finished"]:
                    assert found.json()["state"] == "done", found.json()
                    break
                assert time.monotonic() < deadline
                time.sleep(0.2)
            documents = client.get("/v1/documents", params={"query": name}).json()["documents"]
            assert [d["name"] for d in documents] == [name]
            words = name.removeprefix("file-").removesuffix(".md").split("-")
            text = client.get(f"/v1/documents/{documents[0]['id']}/text").json()["text"]
            assert f"The code word of file {words[0]} {words[1]} is w{words[1]}x." in text


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Rounds of load and SIGKILL: conversations, feedback, deletions and documents are as acknowledged."""
    chance = random.Random(4)
    folder = small_library(tmp_path)
    loads: list[Load] = []
    for round_ in range(ROUNDS):
        with process(folder) as server:
            load = Load(server.address)
            loads.append(load)
            threads = load.start(round_)
            time.sleep(chance.uniform(1.0, 5.0))
            server.kill()
            for thread in threads:
                thread.join(60)
        with process(folder) as server:
            check(server, loads)
    assert sum(len(load.turns) for load in loads) > 100 and sum(len(load.uploads) for load in loads) > 10
    from vectorstore.library import Library

    with Library.open(folder) as library:
        assert not [finding for finding in library.verify() if not finding.repairable]
