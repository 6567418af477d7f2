"""Load on `footnote serve`, on loopback: how many questions a second, how long each takes, what it costs.

    python -m bench.serve_load --json load.json     # everything, about ten minutes on two quiet cores
    python -m bench.serve_load --only rate --seconds 60 --connections 50
    python -m bench.serve_load --only memory --questions 20000
    python -m bench.serve_load --only ingest --files 500

The library is made up: projects with a budget, a place, a date and a lead each, about 10,000 chunks. Every
answer is checked: the number in it must be the one of the project that was asked for. The client speaks
HTTP/1.1 over kept connections with nothing but asyncio, since a comfortable client would take as much of
two cores as the server. Each part is printed as JSON when it is done, last all as a Markdown table; say with
the figures which machine it was. `load_before` tells how busy it was with other things.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
NAMES = "Falcon Heron Osprey Kestrel Merlin Plover Curlew Dunlin Godwit Avocet Bittern Egret".split()
PLACES = "Lisbon Osaka Tampere Quito Leeds Accra Perth Oslo Turin Busan Porto Gdansk".split()
LEADS = "Ana Silva,Ken Mori,Liisa Virtanen,Rosa Vega,Tom Hale,Esi Mensah,Jo Park,Nils Berg".split(",")
TOPICS = "harbour bridge clinic library tramway reservoir school orchard museum workshop".split()
NEW = 1_000_000
"""Projects from this number on are not in the library before the ingest."""
SLOWEST = 500
"""A rate is held when there is no error and p95 is no more than this, in milliseconds."""
TRIAL = 10.0
"""Seconds that a rate is tried before it is held for the whole time."""


def project(number: int) -> tuple[str, str, str]:
    """Return (name, text of the document, budget) of a project."""
    chance = random.Random(number)
    name = f"{NAMES[number % len(NAMES)]} {number}"
    budget = f"{chance.randrange(100, 99_000) * 10 + number % 10:,} euros"
    topic, place = chance.choice(TOPICS), chance.choice(PLACES)
    lines = [
        f"# Project {name}",
        f"Project {name} renews the {topic} of {place}. It took {chance.randrange(3, 40)} meetings.",
        f"The budget of project {name} is {budget}. It is paid in {chance.randrange(2, 9)} parts.",
        "## People",
        f"Project {name} is led by {chance.choice(LEADS)}. The team has {chance.randrange(4, 60)} members.",
        f"The office of project {name} is on floor {chance.randrange(1, 30)} of the {chance.choice(TOPICS)}.",
        "## Dates",
        f"Work on project {name} begins on {chance.randrange(1, 28)} May 20{chance.randrange(26, 40)}. "
        f"It ends {chance.randrange(10, 60)} months later.",
        f"The group of {name} meets every {chance.randrange(2, 9)} weeks in {chance.choice(PLACES)}.",
    ]
    return name, "\n\n".join(lines) + "\n", budget


def make_library(folder: Path, chunks: int) -> int:
    """Make a library of at least `chunks` chunks; return how many projects it holds."""
    from ingest.splitting.split import split
    from vectorstore.document import Document
    from vectorstore.library import Library

    count = made = 0
    with Library.open(folder, create=True) as library:
        while made < chunks:
            batch = []
            for _ in range(64):
                name, text, _ = project(count)
                plain = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
                id, source = f"{count:016x}", f"/projects/{count}.md"
                document = Document(id, source, f"Project {name}", "text/markdown", plain, "")
                batch.append((document, split(plain)))
                made += len(batch[-1][1])
                count += 1
            library.add(batch)
    return count


def question(number: int) -> str:
    """Return the question whose answer is the budget of a project."""
    return f"What is the budget of project {project(number)[0]}?"


@dataclass
class Tally:
    """What came back.

    Attributes:
        seconds: Time of each answer.
        errors: Statuses and broken connections.
        wrong: Questions whose answer was another project's, or none.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def report(self, wall: float) -> dict[str, Any]:
        """Return the figures, times in milliseconds."""
        times = sorted(self.seconds) or [0.0]

        def at(share: float) -> float:
            return round(times[min(len(times) - 1, int(share * len(times)))] * 1000, 1)

        return {
            "questions": len(self.seconds),
            "rate": round(len(self.seconds) / wall, 1),
            "p50": at(0.5),
            "p95": at(0.95),
            "p99": at(0.99),
            "errors": len(self.errors),
            "wrong": len(self.wrong),
            "samples": [*self.errors[:3], *self.wrong[:3]],
        }


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, text: str) -> tuple[int, bytes]:
        """Send a question and return status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = json.dumps({"question": text}).encode()
        writer.write(
            b"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split(" ", 2)[1]), await reader.readexactly(length)

    def close(self) -> None:
        """Close it."""
        if self._streams:
            self._streams[1].close()


async def ask_one(connection: Connection, number: int, tally: Tally) -> None:
    """Ask for one project and check the answer."""
    began = time.perf_counter()
    try:
        status, body = await connection.ask(question(number))
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        tally.errors.append(type(error).__name__)
        return
    if status != 200:
        tally.errors.append(str(status))
        return
    tally.seconds.append(time.perf_counter() - began)
    if project(number)[2].encode() not in body.partition(b'"passages"')[0]:
        tally.wrong.append(question(number))


async def closed(port: int, connections: int, projects: int, *, seconds: float = 0, questions: int = 0) -> Tally:
    """Keep every connection busy for a time, or until so many questions are asked."""
    tally, chance = Tally(), random.Random(1)
    deadline = time.perf_counter() + seconds
    left = questions

    async def busy() -> None:
        nonlocal left
        connection = Connection(port)
        while (left > 0) if questions else (time.perf_counter() < deadline):
            left -= 1
            await ask_one(connection, chance.randrange(projects), tally)
        connection.close()

    await asyncio.gather(*(busy() for _ in range(connections)))
    return tally


async def paced(port: int, connections: int, projects: int, *, seconds: float, rate: float) -> Tally:
    """Ask `rate` questions a second whatever the answers take; waiting for a connection counts as waiting."""
    tally, chance = Tally(), random.Random(2)
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(Connection(port))

    async def one(number: int) -> None:
        began = time.perf_counter()
        connection = await free.get()
        waited = time.perf_counter() - began
        count = len(tally.seconds)
        await ask_one(connection, number, tally)
        if len(tally.seconds) > count:
            tally.seconds[-1] += waited
        free.put_nowait(connection)

    tasks = []
    began = time.perf_counter()
    for step in range(int(seconds * rate)):
        await asyncio.sleep(max(0.0, began + step / rate - time.perf_counter()))
        tasks.append(asyncio.ensure_future(one(chance.randrange(projects))))
    await asyncio.gather(*tasks)
    return tally


@contextlib.contextmanager
def server(folder: Path, **variables: str) -> Any:
    """Run `footnote serve` over the library, with variables of the environment, and yield (port, process)."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FOOTNOTE_QUESTIONS_PER_MINUTE": "0", **variables}
    command = [sys.executable, "-m", "bot.surfaces.cli.app", "serve", "--library", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=folder.parent) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise SystemExit("the server did not start")
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        try:
            yield int(found[1]), process
        finally:
            process.terminate()
            process.wait(60)


def bare(folder: Path, projects: int, count: int, threads: int) -> dict[str, float]:
    """Return questions a second, and milliseconds of processor a question, of `Bot.ask` in this process."""
    from bot.ask import Bot
    from bot.settings.settings import Settings

    numbers = [random.Random(3).randrange(projects) for _ in range(count)]
    with Bot(folder, settings=Settings(library=str(folder))) as bot:
        for number in numbers[:20]:
            bot.ask(question(number))
        began, used = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda number: bot.ask(question(number)).text, numbers))
        wall, used = time.perf_counter() - began, time.process_time() - used
        return {"rate": round(count / wall, 1), "cpu_ms": round(used / count * 1000, 2)}


def measure_rate(folder: Path, projects: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measure bare ask(), then the highest rate with no error and p95 ≤ 500 ms."""
    result: dict[str, Any] = {"bare": {n: bare(folder, projects, 400, n) for n in (1, 2, 4)}}
    with server(folder) as (port, process):

        def held(rate: float, seconds: float) -> dict[str, Any]:
            began = time.perf_counter()
            tally = asyncio.run(paced(port, options.connections, projects, seconds=seconds, rate=rate))
            return {"asked": round(rate, 1), **tally.report(time.perf_counter() - began)}

        asyncio.run(closed(port, 4, projects, seconds=3))
        watched = psutil.Process(process.pid)
        used, began = sum(watched.cpu_times()[:2]), time.perf_counter()
        tally = asyncio.run(closed(port, options.connections, projects, seconds=options.seconds / 2))
        result["busy"] = busy = tally.report(time.perf_counter() - began)
        used = sum(watched.cpu_times()[:2]) - used
        busy["cpu_ms"] = round(used / max(1, busy["questions"]) * 1000, 2)
        best = max(result["bare"].values(), key=lambda one: one["rate"])
        result["ratio"] = round(busy["rate"] / best["rate"], 2)
        result["ratio_of_cpu"] = round(busy["cpu_ms"] / best["cpu_ms"], 2)
        result["tried"] = []
        for share in (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4):
            report = held(min(100.0, busy["rate"] * share), min(TRIAL, options.seconds))
            if _good(report):
                report = held(report["asked"], options.seconds)
                if _good(report):
                    result["held"] = report
                    break
            result["tried"].append(report)
    return result


def _good(report: dict[str, Any]) -> bool:
    return not report["errors"] and not report["wrong"] and report["p95"] <= SLOWEST


def measure_memory(folder: Path, projects: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measure the server's memory over many questions."""
    sizes = []
    with server(folder) as (port, process):
        watched = psutil.Process(process.pid)
        step = max(1, options.questions // 10)
        wrong = errors = 0
        for _ in range(10):
            tally = asyncio.run(closed(port, options.connections, projects, questions=step))
            wrong, errors = wrong + len(tally.wrong), errors + len(tally.errors)
            sizes.append(round(watched.memory_info().rss / 2**20, 1))
    return {
        "questions": step * 10,
        "mebibytes": sizes,
        "growth_after_first_fifth": round(sizes[-1] - sizes[1], 1),
        "wrong": wrong,
        "errors": errors,
    }


def measure_ingest(folder: Path, projects: int, options: argparse.Namespace) -> dict[str, Any]:
    """Measure p95 alone and while files are uploaded and read; every answer is checked."""
    import httpx

    with server(folder) as (port, _), httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        asyncio.run(closed(port, 4, projects, seconds=3))
        began = time.perf_counter()
        alone = asyncio.run(paced(port, options.connections, projects, seconds=options.seconds / 2, rate=options.rate))
        result: dict[str, Any] = {"alone": alone.report(time.perf_counter() - began)}
        numbers = range(NEW, NEW + options.files)
        files = [("files", (f"new-{n}.md", project(n)[1].encode())) for n in numbers]
        job = client.post("/v1/documents", files=files, data={"collection": "new"}).json()["job"]
        began = time.perf_counter()
        both = Tally()
        while True:
            some = asyncio.run(paced(port, options.connections, projects, seconds=5, rate=options.rate))
            both.seconds += some.seconds
            both.errors += some.errors
            both.wrong += some.wrong
            state = client.get(f"/v1/jobs/{job['id']}").json()
            if state["finished"]:
                break
        wall = time.perf_counter() - began
        result["during"] = both.report(wall)
        result["ratio_of_p95"] = round(result["during"]["p95"] / max(result["alone"]["p95"], 0.1), 2)
        result["ingest_seconds"] = round(wall, 1)
        result["added"] = sum(file["state"] == "added" for file in state["files"])
        new = Tally()
        asyncio.run(_ask_all(port, [*numbers][:100], new))
        result["new_wrong"] = len(new.wrong) + len(new.errors)
        for document in (file["document"] for file in state["files"] if file["document"]):
            client.delete(f"/v1/documents/{document}")  # a kept library stays as it was
    return result


async def _ask_all(port: int, numbers: list[int], tally: Tally) -> None:
    connection = Connection(port)
    for number in numbers:
        await ask_one(connection, number, tally)
    connection.close()


def table(figures: dict[str, Any]) -> str:
    """Return the figures as a Markdown table."""
    rows: list[tuple[str, str]] = []

    def line(name: str, report: dict[str, Any]) -> None:
        rows.append(
            (
                name,
                f"{report['rate']} a second; p50 {report['p50']}, p95 {report['p95']}, p99 {report['p99']} ms; "
                f"{report['errors']} errors, {report['wrong']} wrong of {report['questions']:,}",
            )
        )

    if rate := figures.get("rate"):
        if "held" in rate:
            line("highest rate held", rate["held"])
        line("all connections busy", rate["busy"])
        best = max(rate["bare"].values(), key=lambda one: one["rate"])
        rows.append(("bare `ask()` in process", f"{best['rate']} a second, {best['cpu_ms']} ms of processor each"))
        rows.append(("served to bare, by time", f"{rate['ratio']} of the rate (the client shares the cores)"))
        rows.append(("served to bare, by processor", f"{rate['ratio_of_cpu']} of the processor time a question"))
    if memory := figures.get("memory"):
        first, last = memory["mebibytes"][1], memory["mebibytes"][-1]
        rows.append((f"memory over {memory['questions']:,} questions", f"{first} MiB after a fifth, {last} at the end"))
    if ingest := figures.get("ingest"):
        line("paced, alone", ingest["alone"])
        line(f"paced, while {ingest['added']} files are read", ingest["during"])
        rows.append(("p95 during to p95 alone", str(ingest["ratio_of_p95"])))
    return "\n".join(["| what | figure |", "| --- | --- |", *(f"| {name} | {figure} |" for name, figure in rows)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=("rate", "memory", "ingest"))
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--rate", type=float, default=10.0, help="Questions a second beside the ingest.")
    parser.add_argument("--library", type=Path, help="Keep the library here, or use the one that is there.")
    parser.add_argument("--json", type=Path, help="Also write the figures there.")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.library or Path(scratch) / "library").absolute()
        known = folder / "projects.json"
        if known.exists():
            projects = json.loads(known.read_text())
        else:
            projects = make_library(folder, options.chunks)
            known.write_text(json.dumps(projects))
        for name, measure in (("rate", measure_rate), ("memory", measure_memory), ("ingest", measure_ingest)):
            if options.only in (None, name):
                began, busy = time.perf_counter(), round(os.getloadavg()[0], 1)
                figures[name] = {"load_before": busy, **measure(folder, projects, options)}
                figures[name]["took"] = round(time.perf_counter() - began, 1)
                print(json.dumps({name: figures[name]}), flush=True)
    print(f"\n{table(figures)}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
