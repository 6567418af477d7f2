"""Kill every command that writes, at any moment, and see that nothing is lost, doubled, torn, or in need of a hand.

    python -m bench.kills --kills 200 --json kills.json
    python -m bench.kills --kills 12          # a try: each command once

Real commands in processes of their own, on one library that lives through all of it. Each is killed with SIGKILL when
the files of the library have changed for the n-th time, n drawn by chance, so that the moment does not hang on how busy
the machine is. Then the library is opened: every document must be there once, as before or as after, whole and found.
The same command is run again and must end as if nothing had been: no other command mends in between. Printed is a
table; the exit status is 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from vectorstore.library import Library

ROOT = Path(__file__).parents[1]
FOOTNOTE = (sys.executable, "-m", "bot.surfaces.cli.app")
LARGEST_FILE = 512 << 20
"""Bytes that a command may write into one file: a torn Chroma index once grew to 37 GB."""
PATIENCE = 300.0
"""Seconds after which a command that has not ended, or a worker that has not gone, is a fault."""
SAMPLE = 3
"""Documents that are looked for by a question after each kill."""
PASSWORD = "correct horse battery"

Contents = dict[str, str]
"""Text by source."""


@dataclass
class Plan:
    """One command, and what it is to do.

    Attributes:
        arguments: Of `footnote`.
        before, after: What the library holds before and after it.
        accounts: Names that exist before and after it, where it is about accounts.
        said: What it reads from standard input.
        gone: Whether it may fail when it was done already: what it is to remove is not there any more.
    """

    arguments: list[str]
    before: Contents
    after: Contents
    accounts: tuple[set[str], set[str]] | None = None
    said: str = ""
    gone: bool = False


@dataclass
class Row:
    """What came of one kind of command: how often, and what was wrong."""

    kills: int = 0
    ended: int = 0
    changes: int = 12
    states: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class World:
    """The folders that commands are killed on, and what they should hold.

    Args:
        folder: An empty folder.
        chance: Draws what happens.
    """

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.files, self.library, self.chance = folder / "documents", folder / "library", chance
        self.files.mkdir()
        self.contents: Contents = {}
        self.accounts: set[str] = set()
        self.made = 0
        self.encoder: Any = None

    def new(self, count: int) -> Contents:
        """Write new files and return them."""
        written = {}
        for _ in range(count):
            self.made += 1
            path = self.files / f"file-{self.made}.txt"
            written[str(path)] = self.write(path, self.made)
        return written

    def write(self, path: Path, number: int) -> str:
        """Write another edition of a file and return its text."""
        edition = self.chance.randrange(10**6)
        lines = [f"The code word of file {number} is w{number}x{edition}. It is kept in cabinet {edition % 97}."]
        lines += [
            f"Remark {n} on file {number}: shelf {self.chance.randrange(10**4)} was painted in year {1900 + n}."
            for n in range(30)
        ]
        text = "\n\n".join(lines)
        path.write_text(text, encoding="utf-8")
        return text

    def some(self, count: int) -> list[str]:
        """Return sources of some documents."""
        return self.chance.sample(sorted(self.contents), min(count, len(self.contents)))

    @contextmanager
    def opened(self) -> Iterator[Library]:
        """Open the library without writing anything when it is closed."""
        library = Library.open(self.library, encoder=self.encoder)
        try:
            yield library
            self.encoder = library.encoder
        finally:
            library.close(update_index=False)


# ---- what is done


def ingest_new(world: World) -> Plan:
    return _ingest(world, {**world.contents, **world.new(5)})


def ingest_changed(world: World) -> Plan:
    changed = {source: world.write(Path(source), world.made + 1_000) for source in world.some(5)}
    return _ingest(world, {**world.contents, **changed})


def ingest_moved(world: World) -> Plan:
    after = dict(world.contents)
    for source in world.some(4):
        target = Path(source).with_name(f"moved-{world.chance.randrange(10**9)}.txt")
        Path(source).rename(target)
        after[str(target)] = after.pop(source)
    return _ingest(world, after)


def ingest_removed(world: World) -> Plan:
    after = dict(world.contents)
    for source in world.some(3):
        Path(source).unlink()
        del after[source]
    return _ingest(world, after)


def rebuild(world: World) -> Plan:
    plan = _ingest(world, world.contents)
    return Plan([*plan.arguments, "--reembed"], plan.before, plan.after)


def _ingest(world: World, after: Contents) -> Plan:
    return Plan(["ingest", str(world.files)], world.contents, after)


def remove(world: World) -> Plan:
    gone = world.some(2)
    for source in gone:
        Path(source).unlink()
    after = {source: text for source, text in world.contents.items() if source not in gone}
    return Plan(["remove", *gone, "--yes"], world.contents, after, gone=True)


def compact(world: World) -> Plan:
    return Plan(["compact"], world.contents, world.contents)


def repair(world: World) -> Plan:
    shutil.rmtree(world.library / "chroma", ignore_errors=True)  # something to do
    return Plan(["doctor", "--repair"], world.contents, world.contents)


def add_user(world: World) -> Plan:
    name = f"user{world.chance.randrange(10**9)}"
    plan = Plan(["users", "add", name], world.contents, world.contents, said=f"{PASSWORD}\n")
    plan.accounts = (world.accounts, world.accounts | {name})
    return plan


def add_token(world: World) -> Plan:
    plan = add_user(world)
    return Plan([*plan.arguments, "--token"], plan.before, plan.after, plan.accounts)


def remove_user(world: World) -> Plan:
    if not world.accounts:
        return add_user(world)
    name = world.chance.choice(sorted(world.accounts))
    accounts = (world.accounts, world.accounts - {name})
    return Plan(["users", "remove", name], world.contents, world.contents, accounts, gone=True)


COMMANDS: dict[str, Callable[[World], Plan]] = {
    "ingest, new files": ingest_new,
    "ingest, changed files": ingest_changed,
    "ingest, moved files": ingest_moved,
    "ingest, vanished files": ingest_removed,
    "ingest --reembed": rebuild,
    "remove": remove,
    "compact": compact,
    "doctor --repair": repair,
    "users add": add_user,
    "users add --token": add_token,
    "users remove": remove_user,
}


# ---- killing


def start(world: World, plan: Plan) -> subprocess.Popen[str]:
    """Start a command."""
    command = [*FOOTNOTE, *plan.arguments, "--library", str(world.library)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, text=True, env=environment, cwd=world.files.parent, stdin=-1, stdout=-1, stderr=-1, preexec_fn=_limited
    )
    assert process.stdin is not None
    process.stdin.write(plan.said)
    process.stdin.close()
    process.stdin = None
    return process


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def kill_at(process: subprocess.Popen[str], folder: Path, change: int, pause: float) -> tuple[bool, int]:
    """Kill a process a moment after the files of a folder changed so many times.

    Returns:
        Whether it was killed and had not ended before; how many changes were seen.
    """
    seen, last = 0, _look(folder)
    while process.poll() is None and seen < change:
        time.sleep(0.002)
        now = _look(folder)
        seen, last = seen + (now != last), now
    time.sleep(pause)
    if process.poll() is not None:
        return False, seen
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _, left = psutil.wait_procs(workers, timeout=PATIENCE)
    if left:
        raise AssertionError(f"{len(left)} processes that it had started were left")
    return True, seen


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
        infos = library.documents()
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


def signs_in(world: World, plan: Plan, printed: str) -> bool:
    """Tell whether an account that was added can sign in by what it was given."""
    from bot.surfaces.web.storage.accounts import Accounts
    from bot.surfaces.web.storage.database import Database

    database = Database(world.library)
    try:
        accounts = Accounts(database)
        if plan.arguments[-1] == "--token":
            return accounts.by_token(printed.strip()) is not None
        return accounts.by_password(plan.arguments[2], PASSWORD) is not None
    finally:
        database.close()


def once(world: World, plan: Plan, row: Row) -> None:
    """Kill one command, look, run it again, look."""
    process = start(world, plan)
    change, pause = world.chance.randint(1, max(2, row.changes)), world.chance.choice((0, 0, 0.005, 0.05, 0.3))
    killed, seen = kill_at(process, world.library, change, pause)
    row.changes = max(row.changes if row.kills + row.ended else 1, seen)
    row.kills, row.ended = row.kills + killed, row.ended + (not killed)
    out, _ = process.communicate(timeout=PATIENCE)
    if killed:
        state = look_after_kill(world, plan)
        row.states[state] += 1
        print(f"{' '.join(plan.arguments)[:40]}: killed after {seen} changes, {state}", file=sys.stderr, flush=True)
        if "--token" in plan.arguments and out.endswith("\n"):
            assert signs_in(world, plan, out), "a token that was printed is none"
        process = start(world, plan)
        out, err = process.communicate(timeout=PATIENCE)
    else:
        err = ""
    assert process.returncode == 0 or plan.gone, f"run again: {(out + err)[-300:]}"
    assert contents_of(world) == plan.after, "run again, it is not as after"
    world.contents = plan.after
    if plan.accounts:
        assert accounts_of(world) == plan.accounts[1], "run again, the accounts are not as after"
        world.accounts = plan.accounts[1]
        assert plan.arguments[1] == "remove" or signs_in(world, plan, out), "an account cannot sign in"


def run(folder: Path, kills: int, seed: int) -> dict[str, Row]:
    """Kill commands in turn until there were so many kills; return a row for each kind."""
    world = World(folder, random.Random(seed))
    first = Plan(["ingest", str(world.files)], {}, world.new(30))
    process = start(world, first)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out + err
    world.contents = contents_of(world)
    assert world.contents == first.after, "a plain ingest does not hold what was written"
    rows = {name: Row() for name in COMMANDS}
    while sum(row.kills for row in rows.values()) < kills:
        name = min(rows, key=lambda name: rows[name].kills + rows[name].ended / 3)
        plan = COMMANDS[name](world)
        try:
            once(world, plan, rows[name])
        except AssertionError as fault:
            rows[name].faults.append(str(fault))
            print(f"{name}: {fault}", flush=True)
            world.contents = contents_of(world)
    last = start(world, ingest_new(world))
    out, err = last.communicate(timeout=PATIENCE)
    with Library.open(world.library) as library:
        if last.returncode or (findings := library.verify()):
            rows["ingest, new files"].faults.append(f"at the end: {out + err or findings}")
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
