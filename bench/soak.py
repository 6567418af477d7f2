"""A soak of `footnote serve`, on loopback: hours of mixed use, and whether memory, files and threads stay flat.

    python -m bench.soak --minutes 60 --json soak.json
    python -m bench.soak --minutes 2          # a try

People ask (plainly, streaming, in OpenAI's form, in conversations), look around, upload and delete files, hang up
in the middle of a request or an answer, send and read a byte at a time, and guess passwords. Every answer is
checked: the number in it must be the one of the project that was asked for, also of files that were just uploaded,
and never of one that was just deleted. Printed are a table of what was done, one of the process over time, and a
verdict; the exit status is 1 where the verdict is bad. Nothing is measured but what this process itself caused.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench.serve_load import NEW, ROOT, make_library, project, question, server

TOKEN = "soak-" + "t" * 24
NAME, PASSWORD = "ana", "correct horse battery"
AT_HOME, ELSEWHERE = "127.0.0.1", "127.0.0.2"
"""Where people and who guesses come from. The access token, which a person may have chosen, waits after ten wrong
tokens a minute from one address, so from the guesser's the right one would wait too."""
SAMPLES = 40
"""How often the process is looked at."""
FLAT = {"memory MiB": (0.05, 24.0), "open files": (0.0, 12.0), "threads": (0.0, 6.0), "children": (0.0, 1.0)}
"""How much the last fifth may lie above the second: a share of it, and as much in any case."""
PATIENCE = 300.0
"""Seconds after which a request or an ingest that has not ended counts as a fault."""


@dataclass
class Tally:
    """What came of one kind of use.

    Attributes:
        seconds: Time of each request that was let come to its end.
        statuses: How often each HTTP status came.
        faults: What should not have been, in words, with how often.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass
class Soak:
    """One server under mixed use.

    Attributes:
        port: Where it listens.
        projects: How many projects its library holds from the start.
        deadline: When nothing new is begun, on the clock of `time.monotonic`.
        tallies: By kind of use.
    """

    port: int
    projects: int
    deadline: float
    tallies: dict[str, Tally] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    uploaded: int = NEW

    async def send(
        self,
        kind: str,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        body: bytes = b"",
        media_type: str = "application/json",
        token: str = TOKEN,
        accept: str = "*/*",
        expected: tuple[int, ...] = (200,),
        pause: float = 0.0,
        address: str = AT_HOME,
    ) -> tuple[int, bytes]:
        """Send one request on a connection of its own; return status and body.

        Args:
            kind: Where it is counted.
            pause: Seconds between the bytes that are sent, and between the pieces that are read.
            address: Where it comes from.
            expected: Statuses that are right; 503 with Retry-After is counted and not a fault.
        """
        tally = self.tallies.setdefault(kind, Tally())
        body = json.dumps(json_body).encode() if json_body is not None else body
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", f"Accept: {accept}"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        lines += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"] if body else []
        raw = "\r\n".join([*lines, "", ""]).encode() + body
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._exchange(raw, pause, address)
        except (OSError, TimeoutError) as error:
            tally.faults[f"{method} {path.partition('?')[0][:40]}: {type(error).__name__}"] += 1
            return 0, b""
        head, _, rest = answer.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1]) if head else 0
        tally.statuses[status] += 1
        if not pause:
            tally.seconds.append(time.monotonic() - began)
        waits = status == 503 and b"retry-after" in head.lower()
        if status not in expected and not waits:
            tally.faults[
                f"{method} {path.partition('?')[0][:40]}: {status} {rest[:120].decode('utf-8', 'replace')}"
            ] += 1
        return status, rest

    async def _exchange(self, raw: bytes, pause: float, address: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        try:
            if not pause:
                writer.write(raw)
                await writer.drain()
                return await reader.read()
            for at in range(0, len(raw), 16):
                writer.write(raw[at : at + 16])
                await writer.drain()
                await asyncio.sleep(pause)
            answer = b""
            while piece := await reader.read(256):
                answer += piece
                await asyncio.sleep(pause)
            return answer
        finally:
            writer.close()

    async def broken_off(self, kind: str, raw: bytes, *, after: float) -> None:
        """Send something, wait a moment, and hang up."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        await asyncio.sleep(after)
        writer.close()
        self.tallies.setdefault(kind, Tally()).statuses[0] += 1

    def fault(self, kind: str, words: str) -> None:
        """Count something that should not have been."""
        self.tallies.setdefault(kind, Tally()).faults[words] += 1


# ---- what people do: each is one visit


async def asks(soak: Soak) -> None:
    """Ask plainly, streaming or in OpenAI's form; the number must be the right one."""
    number = soak.chance.randrange(soak.projects)
    right = project(number)[2].encode()
    way = soak.chance.choice(("plain", "plain", "stream", "openai"))
    body: dict[str, Any] = {"question": question(number)}
    if way == "openai":
        body = {"messages": [{"role": "user", "content": question(number)}], "stream": soak.chance.random() < 0.5}
    path = "/v1/chat/completions" if way == "openai" else "/v1/ask"
    accept = "text/event-stream" if way == "stream" else "application/json"
    status, answer = await soak.send(f"ask, {way}", "POST", path, json_body=body, accept=accept)
    if status == 200 and right not in answer:
        soak.fault(f"ask, {way}", f"wrong answer to {question(number)}")


async def talks(soak: Soak) -> None:
    """Begin a conversation, follow up, give feedback, export it, search for it, and delete it."""
    number = soak.chance.randrange(soak.projects)
    body = {"question": question(number), "conversation": "new"}
    status, answer = await soak.send("conversation", "POST", "/v1/ask", json_body=body)
    if status != 200:
        return
    begun = json.loads(answer)
    body = {"question": "Who leads it?", "conversation": begun["conversation"]}
    await soak.send("conversation", "POST", "/v1/ask", json_body=body)
    thumb = {"answer": begun["id"], "thumb": "up", "comment": "right"}
    await soak.send("conversation", "POST", "/v1/feedback", json_body=thumb, expected=(201,))
    path = f"/v1/conversations/{begun['conversation']}"
    await soak.send("conversation", "GET", f"{path}/export")
    await soak.send("conversation", "GET", "/v1/conversations?query=budget")
    await soak.send("conversation", "DELETE", path, expected=(204,))


async def looks_around(soak: Soak) -> None:
    """Open the page, list and read documents, look at status and metrics."""
    for path in ("/", "/v1/status", "/metrics", "/v1/collections", "/readyz"):
        await soak.send("look around", "GET", path)
    _, listed = await soak.send("look around", "GET", f"/v1/documents?limit=5&cursor={soak.chance.randrange(50)}")
    for document in json.loads(listed or b'{"documents": []}')["documents"][:2]:
        # Another visitor may delete it in between.
        await soak.send("look around", "GET", f"/v1/documents/{document['id']}/text", expected=(200, 404))


async def uploads_and_deletes(soak: Soak) -> None:
    """Upload files, one of them garbage; ask for what they say; delete them; what they said must be gone."""
    numbers = [*range(soak.uploaded, soak.uploaded + 4)]
    soak.uploaded += 4
    files = [(f"new-{n}.md", project(n)[1].encode()) for n in numbers] + [("broken.pdf", b"%PDF-1.7\nno pdf")]
    status, answer = await soak.send("upload", "POST", "/v1/documents", **_form(files), expected=(202,))
    if status != 202:
        return
    job = json.loads(answer)["job"]["id"]
    found = await _finished(soak, job)
    states = Counter(file["state"] for file in found["files"])
    if found["state"] != "done" or states["added"] != len(numbers):
        reasons = sorted({file["message"] for file in found["files"] if file["state"] == "failed"})
        soak.fault("upload", f"job {found['state']}, files {dict(states)}: {' '.join(reasons)}")
    body = {"question": question(numbers[0]), "filter": {"collections": ["new"]}}
    status, answer = await soak.send("upload", "POST", "/v1/ask", json_body=body)
    if status == 200 and project(numbers[0])[2].encode() not in answer:
        soak.fault("upload", "what was uploaded is not found")
    for file in found["files"]:
        if file["document"]:
            await _deleted(soak, file["document"])
    status, answer = await soak.send("delete", "POST", "/v1/ask", json_body={"question": question(numbers[0])})
    if project(numbers[0])[2].encode() in answer:
        soak.fault("delete", "what was deleted is still answered")


async def _finished(soak: Soak, job: str) -> dict[str, Any]:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        status, answer = await soak.send("upload", "GET", f"/v1/jobs/{job}")
        found: dict[str, Any] = json.loads(answer) if status == 200 else {"finished": None}
        if found["finished"]:
            return found
        await asyncio.sleep(0.5)
    soak.fault("upload", "a job did not end")
    return {"state": "unfinished", "files": []}


async def _deleted(soak: Soak, document: str) -> None:
    for _ in range(20):
        status, _ = await soak.send("delete", "DELETE", f"/v1/documents/{document}", expected=(204,))
        if status != 503:
            return
        await asyncio.sleep(1)
    soak.fault("delete", "busy twenty times in a row")


async def hangs_up(soak: Soak) -> None:
    """Leave in the middle: of the head, of a body, of an upload, of an answer."""
    body = json.dumps({"question": question(soak.chance.randrange(soak.projects))}).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += f"Content-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    whole = head.encode() + body
    form = _form([("half.md", b"x" * 100_000)])
    upload = f"POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
    upload += f"Content-Type: {form['media_type']}\r\nContent-Length: {len(form['body'])}\r\n\r\n"
    ways = (whole[:40], whole[:-5], upload.encode() + form["body"][:50_000], whole)
    await soak.broken_off("hang up", soak.chance.choice(ways), after=soak.chance.uniform(0, 0.3))


async def crawls(soak: Soak) -> None:
    """Send a request and read its answer slowly; the server may give up on it in its own words."""
    body = {"question": question(soak.chance.randrange(soak.projects))}
    expected = (0, 200, 408)
    await soak.send("slow client", "POST", "/v1/ask", json_body=body, expected=expected, pause=0.5)


async def guesses(soak: Soak) -> None:
    """Guess a password, a token, and none at all; sign in rightly now and then."""

    async def guess(method: str, path: str, token: str, body: Any = None) -> None:
        wrong = (401, 429)
        await soak.send("wrong sign-in", method, path, json_body=body, token=token, expected=wrong, address=ELSEWHERE)

    await guess("POST", "/v1/session", "", {"name": NAME, "password": f"wrong {soak.chance.random()}"})
    await guess("GET", "/v1/documents", "guessed")
    await guess("POST", "/v1/ask", "", {"question": "x?"})
    right = {"name": NAME, "password": PASSWORD}
    await soak.send("sign-in", "POST", "/v1/session", json_body=right, token="", expected=(200, 429))


VISITORS: tuple[tuple[Callable[[Soak], Awaitable[None]], int, float], ...] = (
    (asks, 4, 0.8),
    (talks, 1, 3.0),
    (looks_around, 1, 2.0),
    (uploads_and_deletes, 2, 4.0),
    (hangs_up, 2, 1.0),
    (crawls, 4, 1.0),
    (guesses, 1, 5.0),
)
"""Who comes: what they do, how many of them at once, and the mean seconds between two visits of each."""


def _form(files: list[tuple[str, bytes]]) -> dict[str, Any]:
    """Return body and media type of a form that uploads files into the collection "new"."""
    mark = "soak-boundary"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="collection"\r\n\r\nnew\r\n'.encode()]
    for name, content in files:
        said = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        parts.append(said.encode() + content + b"\r\n")
    return {
        "body": b"".join([*parts, f"--{mark}--\r\n".encode()]),
        "media_type": f"multipart/form-data; boundary={mark}",
    }


# ---- the run


async def mixed_use(soak: Soak, look: Callable[[], None], every: float) -> None:
    """Let everybody come until the time is over; look at the process now and then."""

    async def comes(visit: Callable[[Soak], Awaitable[None]], pause: float) -> None:
        while time.monotonic() < soak.deadline:
            try:
                await visit(soak)
            except Exception as error:  # a visitor who fails is a finding, and the others go on
                soak.fault(visit.__name__, f"{type(error).__name__}: {error}")
            await asyncio.sleep(soak.chance.expovariate(1 / pause))

    async def watches() -> None:
        while time.monotonic() < soak.deadline:
            look()
            await asyncio.sleep(every)

    visitors = [comes(visit, pause) for visit, count, pause in VISITORS for _ in range(count)]
    await asyncio.gather(watches(), *visitors)
    look()


def sample(process: psutil.Process, folder: Path, began: float) -> dict[str, float]:
    """Return what a process holds now; memory without that of its children, which come and go."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        "minute": round((time.monotonic() - began) / 60, 1),
        "memory MiB": round(process.memory_info().rss / 2**20, 1),
        "open files": process.num_fds(),
        "threads": process.num_threads(),
        "children": len(process.children(recursive=True)),
        "connections": len(process.net_connections("tcp")),
        "library files": len(files),
        "library MB": round(sum(path.stat().st_size for path in files if path.exists()) / 1e6, 1),
    }


def add_account(folder: Path) -> None:
    """Make the account whose password is guessed."""
    command = [sys.executable, "-m", "bot.surfaces.cli.app", "users", "add", NAME, "--library", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, env=environment, capture_output=True)


def run(folder: Path, projects: int, minutes: float) -> dict[str, Any]:
    """Soak a server over a library; return tallies, samples, how it ended and what is wrong with the library."""
    samples: list[dict[str, float]] = []
    with server(folder, FOOTNOTE_ACCESS_TOKEN=TOKEN, FOOTNOTE_STREAMS_EACH="64") as (port, child):
        watched, began = psutil.Process(child.pid), time.monotonic()
        soak = Soak(port, projects, began + minutes * 60)
        every = minutes * 60 / SAMPLES
        asyncio.run(mixed_use(soak, lambda: samples.append(sample(watched, folder, began)), every))
        stopping = time.monotonic()
        child.terminate()
        child.wait(120)
    from bot.surfaces.web.storage.uploads import kept_uploads
    from vectorstore.library import Library

    with Library.open(folder) as library:
        findings = [finding.message for finding in library.verify()]
        left = library.count_documents() - projects
    return {
        "minutes": minutes,
        "tallies": soak.tallies,
        "samples": samples,
        "stopped after s": round(time.monotonic() - stopping, 1),
        "exit status": child.returncode,
        "library": findings,
        "documents left over": left,
        "uploads left over": len([path for path, _, _ in kept_uploads(folder)]),
    }


def verdict(done: dict[str, Any]) -> list[str]:
    """Return what was not as it should be; nothing for a good run."""
    wrong = [
        f"{kind}: {count} × {words}" for kind, tally in done["tallies"].items() for words, count in tally.faults.items()
    ]
    fifth = max(1, len(done["samples"]) // 5)
    for name, (share, most) in FLAT.items():
        early = median(one[name] for one in done["samples"][fifth : 2 * fifth] or done["samples"][:1])
        late = median(one[name] for one in done["samples"][-fifth:])
        if late - early > max(share * early, most):
            wrong.append(f"{name} grew from {early:g} to {late:g}")
    if done["exit status"]:
        wrong.append(f"the server ended with status {done['exit status']}")
    wrong += [f"the library: {finding}" for finding in done["library"]]
    wrong += [f"{name}: {done[name]}" for name in ("documents left over", "uploads left over") if done[name]]
    return wrong


def tables(done: dict[str, Any]) -> str:
    """Return what was done, and the process over time, as Markdown."""
    lines = ["| use | requests | statuses | p50 ms | p99 ms | slowest ms |", "| --- | --- | --- | --- | --- | --- |"]
    for kind, tally in done["tallies"].items():
        times = sorted(tally.seconds)
        at = [f"{times[int(share * (len(times) - 1))] * 1000:,.0f}" if times else "" for share in (0.5, 0.99, 1)]
        statuses = ", ".join(f"{count:,} × {status or 'none'}" for status, count in sorted(tally.statuses.items()))
        lines.append(f"| {kind} | {sum(tally.statuses.values()):,} | {statuses} | {' | '.join(at)} |")
    names = list(done["samples"][0])
    lines += ["", f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    step = max(1, len(done["samples"]) // 10)
    shown = [*done["samples"][::step], done["samples"][-1]]
    lines += [f"| {' | '.join(f'{one[name]:g}' for name in names)} |" for one in shown]
    return "\n".join(lines)


def main() -> None:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--chunks", type=int, default=4_000)
    parser.add_argument("--json", type=Path, help="Also write everything there.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "library"
        projects = make_library(folder, options.chunks)
        add_account(folder)
        done = run(folder, projects, options.minutes)
    wrong = verdict(done)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{done['minutes']:g} minutes; stopped after {done['stopped after s']} s; load at the end {load}\n")
    print(tables(done))
    print(
        "\n"
        + ("\n".join(["Not as it should be:", *(f"- {line}" for line in wrong)]) if wrong else "All as it should be.")
    )
    if options.json:
        plain = {**done, "tallies": {kind: vars(tally) for kind, tally in done["tallies"].items()}, "wrong": wrong}
        options.json.write_text(json.dumps(plain) + "\n", encoding="utf-8")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
