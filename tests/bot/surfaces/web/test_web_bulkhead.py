"""Work that may wait has its own place: removals and uploads never keep those who read from their answers."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from small_library import small_library
from web_process import process
from web_site import site

from bot.surfaces.web.bulkhead import Bulkhead
from bot.surfaces.web.errors import Refused
from vectorstore.catalog.homes.sqlite import SqliteHome
from vectorstore.catalog.lock import LibraryLock
from vectorstore.library import Library

READS = ("/healthz", "/readyz", "/v1/status", "/v1/documents", "/v1/collections")


def bulkhead(**given: float) -> Bulkhead:
    """Return one with a thread, two places to wait, and a short patience."""
    options = {"threads": 1, "queued": 2, "seconds": 0.3, **given}
    return Bulkhead("test", message="Nothing was done.", **options)  # type: ignore[arg-type]


def test_what_waits_too_long_is_refused_and_never_done() -> None:
    """503 with a time to come again; what had begun comes to its end, however long that takes."""
    place, free, done = bulkhead(), threading.Event(), []

    def work(name: str) -> str:
        free.wait(30)
        done.append(name)
        return name

    async def all_of_them() -> list[object]:
        jobs = [asyncio.ensure_future(place.run(work, name)) for name in ("first", "second", "third", "fourth")]
        await asyncio.wait(jobs[1:])
        free.set()
        return list(await asyncio.gather(*jobs, return_exceptions=True))

    first, *others = asyncio.run(all_of_them())
    place.close()
    assert first == "first" and done == ["first"]
    for refused in others:
        assert isinstance(refused, Refused)
        assert (refused.status, refused.code, refused.retry_after) == (503, "library_busy", 5)


def test_an_error_of_the_work_comes_through_and_frees_the_place() -> None:
    """What fails leaves nothing behind."""
    place = bulkhead()

    def fail() -> None:
        raise ValueError("no")

    async def often() -> None:
        for _ in range(10):
            with pytest.raises(ValueError, match="no"):
                await place.run(fail)
        assert await place.run(lambda: 1) == 1

    asyncio.run(often())
    place.close()


def test_a_removal_that_cannot_be_had_is_told_and_removes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process writes: 503 with Retry-After and a sentence; afterwards the same request does it."""
    monkeypatch.setattr("bot.surfaces.web.routes.documents.LOCK_SECONDS", 0.3)
    with site(tmp_path) as here:
        document = here.document("Party")
        with LibraryLock(SqliteHome(here.folder)).held():
            refused = here.client.delete(f"/v1/documents/{document}")
        assert refused.status_code == 503 and int(refused.headers["retry-after"]) > 0
        error = refused.json()["error"]
        assert error["code"] == "library_busy" and "writing to the library" in error["message"]
        assert here.client.get(f"/v1/documents/{document}").status_code == 200
        assert here.client.delete(f"/v1/documents/{document}").status_code == 204
        assert here.client.get(f"/v1/documents/{document}").status_code == 404


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_removals_that_wait_keep_nobody_from_reading(tmp_path: Path) -> None:
    """100 removals while somebody else holds the lock: every other route answers, and a stop ends the server."""
    folder = small_library(tmp_path)
    with Library.open(folder) as library:
        documents = [info.id for info in library.documents()]
    with (
        process(folder) as server,
        LibraryLock(SqliteHome(folder)).held(),
        ThreadPoolExecutor(100) as people,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):

        def remove(number: int) -> int:
            address = f"{server.address}/v1/documents/{documents[number % len(documents)]}"
            return httpx.delete(address, timeout=120).status_code

        removals = [people.submit(remove, number) for number in range(100)]
        time.sleep(2)
        for path in READS:
            assert client.get(path).status_code == 200
        assert client.post("/v1/ask", json={"question": "notice?"}).status_code == 200
        assert not any(removal.done() for removal in removals)  # all of that was answered while they waited
        server.stop()
        assert server.process.wait(60) == 0
        assert {removal.result() for removal in removals} <= {503}
    with Library.open(folder) as library:
        assert [info.id for info in library.documents()] == documents


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.timeout(1_200)
def test_a_large_upload_and_many_removals(tmp_path: Path) -> None:
    """While 2 MB of text are read 60 documents are removed at once; a stop tears nothing, and the job goes on."""
    folder = small_library(tmp_path)
    chance = random.Random(5)
    words = "notice contract lease party tokyo agreement signed period clause tenant river weather market".split()
    large = "\n\n".join(" ".join(chance.choice(words) for _ in range(90)) + "." for _ in range(3_500))
    small = [("files", (f"small-{number}.md", f"# Small {number}\n\nText {number}.".encode())) for number in range(60)]
    with process(folder) as server, httpx.Client(base_url=server.address, timeout=300) as client:
        job = client.post("/v1/documents", files=small).raise_for_status().json()["job"]["id"]
        wait_for(client, job)
        found = client.get("/v1/documents", params={"query": "small-", "limit": 100}).json()["documents"]
        assert len(found) == 60
        job = client.post("/v1/documents", files=[("files", ("large.txt", large.encode()))]).json()["job"]["id"]
        time.sleep(5)
        with ThreadPoolExecutor(60) as people:
            removals = [
                people.submit(httpx.delete, f"{server.address}/v1/documents/{one['id']}", timeout=120) for one in found
            ]
            for path in READS:
                assert client.get(path).status_code == 200
            assert {removal.result().status_code for removal in removals} == {204}
        assert client.get(f"/v1/jobs/{job}").json()["state"] == "running", "the upload must be larger for this test"
        server.stop()
        began = time.monotonic()
        assert server.process.wait(120) == 0
        assert time.monotonic() - began < 30
    with Library.open(folder) as library:
        assert not [finding for finding in library.verify() if not finding.repairable]
        assert not [info for info in library.documents() if info.title.startswith("small")]
    with process(folder) as server, httpx.Client(base_url=server.address, timeout=300) as client:
        # That it goes on to the end, and whole: tests/slow/test_web_kill.py.
        again = client.get(f"/v1/jobs/{job}").json()
        assert again["finished"] is None and again["files"][0]["state"] in ("waiting", "loading")


def wait_for(client: httpx.Client, job: str) -> None:
    """Wait until a job is done."""
    deadline = time.monotonic() + 900
    while not (found := client.get(f"/v1/jobs/{job}").json())["finished"]:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert found["state"] == "done", found
