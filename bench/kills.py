"""Kill every command that writes, at any moment, and see that nothing is lost, doubled, torn, or in need of a hand.

    python -m bench.kills --kills 200 --json kills.json
    python -m bench.kills --kills 12          # a try: each command once

Real commands, each in a process of its own, on one library that lives through all of it. Each is killed by SIGKILL when
the files of the library have changed for the n-th time, n drawn by chance, so that the moment does not hang on how busy
the machine is. Then the library is opened: every document must be there once, as before or as after, whole and found.
The same command is run again and must end as if nothing had been: no other command mends in between. Printed is a
table; the exit status is 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import psutil

from bench.kill_plans import COMMANDS, PASSWORD, Contents, Plan, World, ingest_new
from vectorstore.library import Library
from vectorstore.passage import Filter

_processes = multiprocessing.get_context("forkserver")
LARGEST_FILE = 512 << 20
"""Bytes that a command may write into one file: a torn Chroma index once grew to 37 GB."""
PATIENCE = 300.0
"""Seconds after which a command that has not ended, or a worker that has not gone, is a fault."""
SAMPLE = 3
"""Documents that are looked for by a question after each kill."""
FEWEST = 15
"""Documents below which new ones are read in first: an empty folder is another matter."""
QUIET = 5.0
"""Seconds without a change after which a server that is asked nothing more is at rest."""
TOKEN = "kills-" + "t" * 24
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
UPLOAD = "serve, uploads and deletes"


@dataclass
class Row:
    """What came of one kind of command: how often, and what was wrong.

    Attributes:
        kills: How often it was killed.
        ended: How often it had ended before.
        changes: Most changes of files that were seen while it ran.
        states: What the kills left, with how often.
        faults: What was lost, doubled, torn or in need of a hand.
    """

    kills: int = 0
    ended: int = 0
    changes: int = 3
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


# ---- killing


@dataclass
class Running:
    """A command in a process of its own.

    Attributes:
        process: The process.
        out: File that it prints into.
    """

    process: BaseProcess
    out: Path

    def end(self) -> tuple[int, str]:
        """Wait for it; return its exit status and what it printed."""
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, "it does not end"
        return self.process.exitcode, self.out.read_text(encoding="utf-8")


def start(world: World, plan: Plan) -> Running:
    """Start a command, from a server of processes that has imported everything and used nothing."""
    _processes.set_forkserver_preload(["chromadb", "ingest.__main__", "bot.surfaces.cli.app"])
    out = world.files.with_name("printed.txt")
    out.unlink(missing_ok=True)
    process = _processes.Process(
        target=_command, args=([*plan.arguments, "--library", str(world.library)], plan.said, out)
    )
    process.start()
    return Running(process, out)


def _command(arguments: list[str], said: str, out: Path) -> None:
    """Be `footnote` in a process of its own: with its input, its output, and a limit of file size."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    sys.stdin = io.StringIO(said)
    sys.stdout = sys.stderr = out.open("w", encoding="utf-8", buffering=1)
    os.environ["FOOTNOTE_ACCESS_TOKEN"] = TOKEN
    from bot.surfaces.cli.app import run as footnote

    sys.exit(footnote(arguments))


def kill_at(
    process: BaseProcess, folder: Path, change: int, pause: float, *, idle: Callable[[], bool] = lambda: False
) -> tuple[bool, int]:
    """Kill a process a moment after the files of a folder changed so many times.

    Args:
        process: What is killed.
        folder: Where the files are.
        change: How many changes are waited for, while the process runs.
        pause: Seconds from the last of them to the kill.
        idle: Whether nothing more is asked of it: then it is killed once nothing changes for a while.

    Returns:
        Whether it was killed and had not ended before; how many changes were seen.
    """
    seen, last, since = 0, _look(folder), time.monotonic()
    while process.is_alive() and seen < change and not (idle() and time.monotonic() > since + QUIET):
        time.sleep(0.002)
        now = _look(folder)
        if now != last:
            seen, last, since = seen + 1, now, time.monotonic()
    time.sleep(pause)
    if not process.is_alive():
        return False, seen
    workers: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):  # it ended this moment
        workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.join()
    _, left = psutil.wait_procs(workers, timeout=PATIENCE)
    assert not left, f"{len(left)} processes that it had started were left"
    return process.exitcode == -signal.SIGKILL, seen


def _look(folder: Path) -> tuple[tuple[str, int, int], ...]:
    found = []
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                status = os.stat(os.path.join(path, name))  # noqa: PTH116, PTH118  # hundreds of times a second
            except FileNotFoundError:
                continue
            found.append((name, status.st_size, status.st_mtime_ns))
    return tuple(found)


# ---- what must hold


def look_after_kill(world: World, plan: Plan) -> str:
    """Check what a kill left; return how much had been done.

    Raises:
        AssertionError: Something is lost, doubled or torn.
    """
    there = contents_of(world)
    for source in {*plan.before, *plan.after}:
        allowed = {plan.before.get(source), plan.after.get(source)}
        assert there.get(source) in allowed, f"{Path(source).name} is neither as before nor as after"
    stays = Counter(plan.before.values()) & Counter(plan.after.values())
    texts = Counter(there.values())
    assert not stays - texts, "a document that only moved is lost"
    assert max(texts.values(), default=1) == 1, "a document is there twice"
    if plan.accounts:
        accounts = accounts_of(world)
        assert plan.accounts[0] & plan.accounts[1] <= accounts <= plan.accounts[0] | plan.accounts[1], "accounts"
        done, old = accounts == plan.accounts[1], accounts == plan.accounts[0]
    else:
        done, old = there == plan.after, there == plan.before
    return "as before" if old else "as after" if done else "in part"


def contents_of(world: World) -> Contents:
    """Return what a library holds, after checking that all of it is whole, and some of it found."""
    with world.opened() as library:
        findings = [finding.message for finding in library.verify() if finding.part != "index"]
        assert not findings, findings
        infos = library.documents(Filter(collections=("default",)))
        assert len({info.source for info in infos}) == len(infos), "a source is there twice"
        for info in world.chance.sample(infos, min(SAMPLE, len(infos))):
            text = library.text(info.id)
            found = library.search(text.partition(".")[0], limit=3).passages
            assert any(passage.document == info.id for passage in found), f"{info.source} is not found"
            assert all(library.text(p.document, p.start, p.end) == p.text for p in found), "a passage is not its text"
        return {info.source: library.text(info.id).strip() for info in infos}


def accounts_of(world: World) -> set[str]:
    """Return the names of all accounts, after checking their file."""
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import Database

    database = Database(world.library)
    try:
        assert database.rows("PRAGMA integrity_check")[0][0] == "ok", "conversations.db is damaged"
        return {user.name for user in Accounts(database).all()}
    finally:
        database.close()


def signs_in(world: World, plan: Plan, token: str) -> bool:
    """Tell whether an account that was added can sign in by what it was given."""
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import Database

    database = Database(world.library)
    try:
        accounts = Accounts(database)
        if "--token" in plan.arguments:
            return accounts.by_token(token) is not None
        return accounts.by_password(plan.arguments[2], PASSWORD) is not None
    finally:
        database.close()


def once(world: World, plan: Plan, row: Row) -> None:
    """Kill one command, look, run it again, look."""
    running = start(world, plan)
    change, pause = world.chance.randint(1, row.changes), world.chance.choice((0, 0, 0, 0.005, 0.05))
    killed, seen = kill_at(running.process, world.library, change, pause)
    row.kills, row.ended = row.kills + killed, row.ended + (not killed)
    row.changes = max(row.changes, seen)
    status, printed = running.end()
    if killed:
        state = look_after_kill(world, plan)
        row.states[state] += 1
        print(f"{' '.join(plan.arguments)[:40]}: killed after {seen} changes, {state}", file=sys.stderr, flush=True)
        if token := _token(printed):
            assert signs_in(world, plan, token), "a token that was printed is none"
        again = start(world, plan)
        row.changes = max(row.changes, kill_at(again.process, world.library, sys.maxsize, 0)[1])
        status, printed = again.end()
    assert status == 0 or plan.gone, f"run again: {printed[-300:]}"
    assert contents_of(world) == plan.after, "run again, it is not as after"
    world.contents = plan.after
    if plan.accounts:
        assert accounts_of(world) == plan.accounts[1], "run again, the accounts are not as after"
        world.accounts = plan.accounts[1]
        assert plan.arguments[1] == "remove" or signs_in(world, plan, _token(printed)), "an account cannot sign in"


def _token(printed: str) -> str:
    """Return the token in what was printed, or ""."""
    return next((line for line in printed.splitlines() if line.startswith("fnt_")), "")


def once_uploading(world: World, row: Row) -> None:
    """Kill a server that takes files in and deletes one; start it again, and look for what it acknowledged."""
    names = [f"sent-{world.made + n}.txt" for n in range(3)] + sorted(world.sent)[:1]
    world.made += 3
    new, gone = {name: world.text(world.made) for name in names}, sorted(world.sent)[1:2]
    with served(world) as (server, address):
        taken: list[str] = []
        sender = threading.Thread(target=_upload, args=(address, new, gone, taken))
        sender.start()
        change, pause = world.chance.randint(1, row.changes), world.chance.choice((0, 0.05))
        killed, seen = kill_at(server, world.library, change, pause, idle=lambda: not sender.is_alive())
        sender.join()
    row.changes = max(row.changes if row.kills else 1, seen)
    row.kills, row.ended = row.kills + killed, row.ended + (not killed)
    with (
        served(world) as (server, address),
        httpx.Client(base_url=address, headers=HEADERS, timeout=PATIENCE) as client,
    ):
        began = time.monotonic()
        while not all(job["finished"] for job in client.get("/v1/jobs").json()["jobs"]):
            assert time.monotonic() - began < PATIENCE, "a job does not end"
            time.sleep(0.2)
        listed = client.get("/v1/documents", params={"collection": "sent", "limit": 500}).json().get("documents", [])
        there = {one["name"]: client.get(f"/v1/documents/{one['id']}/text").json()["text"].strip() for one in listed}
    assert len(there) == len(listed), "an upload is there twice"
    for name in {*new, *world.sent}:
        allowed = {
            world.sent.get(name),
            new.get(name, world.sent.get(name)),
            None if name in gone else world.sent.get(name),
        }
        if name in taken:
            allowed = {new.get(name)}
        assert there.get(name) in allowed, f"{name} is neither as before nor as after"
    row.states["as after" if len(taken) > len(new) else "as before" if there == world.sent else "in part"] += killed
    print(f"serve: killed after {seen} changes, {len(taken)} acknowledged", file=sys.stderr, flush=True)
    world.sent = there
    assert contents_of(world) == world.contents, "other documents changed"


def _upload(address: str, new: Contents, gone: list[str], taken: list[str]) -> None:
    """Upload files and delete others until the server is gone; note what it acknowledged."""
    with suppress(httpx.HTTPError), httpx.Client(base_url=address, headers=HEADERS, timeout=PATIENCE) as client:
        listed = client.get("/v1/documents", params={"collection": "sent", "limit": 500}).json().get("documents", [])
        files = [("files", (name, text.encode())) for name, text in new.items()]
        if client.post("/v1/documents", files=files, data={"collection": "sent"}).status_code == 202:
            taken += new
        for document in (one for one in listed if one["name"] in gone):
            if client.delete(f"/v1/documents/{document['id']}").status_code == 204:
                taken.append(document["name"])


@contextmanager
def served(world: World) -> Iterator[tuple[BaseProcess, str]]:
    """Run `footnote serve` and yield its process and address; at the end it is asked to stop."""
    running = start(world, Plan(["serve", "--port", "0"], world.contents, world.contents))
    began = time.monotonic()
    while not (found := re.search(r"http://127[\d.:]+", running.out.read_text() if running.out.exists() else "")):
        assert running.process.is_alive() and time.monotonic() - began < PATIENCE, "the server does not start"
        time.sleep(0.05)
    try:
        yield running.process, found[0]
    finally:
        running.process.terminate()
        running.process.join(PATIENCE)
        assert running.process.exitcode in (0, -signal.SIGKILL), "the server does not stop"


def run(folder: Path, kills: int, seed: int) -> dict[str, Row]:
    """Kill commands in turn until there were so many kills; return a row for each kind."""
    world = World(folder, random.Random(seed))
    first = Plan(["ingest", str(world.files)], {}, world.new(30))
    status, printed = start(world, first).end()
    assert status == 0, printed
    world.contents = contents_of(world)
    assert world.contents == first.after, "a plain ingest does not hold what was written"
    rows = {name: Row() for name in (*COMMANDS, UPLOAD)}
    while sum(row.kills for row in rows.values()) < kills:
        name = min(rows, key=lambda name: rows[name].kills + rows[name].ended / 3)
        name = name if len(world.contents) >= FEWEST else next(iter(COMMANDS))
        try:
            if name == UPLOAD:
                once_uploading(world, rows[name])
            else:
                once(world, COMMANDS[name](world), rows[name])
        except AssertionError as fault:
            rows[name].faults.append(str(fault))
            print(f"{name}: {fault}", flush=True)
            world.contents = contents_of(world)
            for left in set(map(str, world.files.iterdir())) - set(world.contents):
                Path(left).unlink()  # or the next ingest reads it, and seems to do too much
    status, printed = start(world, ingest_new(world)).end()
    with Library.open(world.library) as library:
        if status or (findings := library.verify()):
            rows["ingest, new files"].faults.append(f"at the end: {printed if status else findings}")
    return rows


def table(rows: dict[str, Row]) -> str:
    """Return the rows as Markdown."""
    lines = ["| command | kills | left as before / in part / as after | ended before its kill | faults |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for name, row in rows.items():
        states = " / ".join(str(row.states[state]) for state in ("as before", "in part", "as after"))
        lines.append(f"| {name} | {row.kills} | {states} | {row.ended} | {len(row.faults)} |")
    total = sum(row.kills for row in rows.values()), sum(len(row.faults) for row in rows.values())
    return "\n".join([*lines, f"| **all** | {total[0]} | | | {total[1]} |"])


def main() -> None:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="Also write the rows there.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows = run(Path(scratch), options.kills, options.seed)
    print(table(rows))
    for name, row in rows.items():
        for fault in row.faults:
            print(f"- {name}: {fault}")
    if options.json:
        options.json.write_text(json.dumps({name: vars(row) for name, row in rows.items()}) + "\n", encoding="utf-8")
    sys.exit(any(row.faults for row in rows.values()))


if __name__ == "__main__":
    main()
