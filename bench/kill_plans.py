"""What `bench.kills` does to a library: each command that writes, with what the library holds before and after it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vectorstore.library import Library

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
        gone: Whether it may fail when it was done already: what it is to move is not where it was any more.
    """

    arguments: list[str]
    before: Contents
    after: Contents
    accounts: tuple[set[str], set[str]] | None = None
    said: str = ""
    gone: bool = False


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
        self.sent: Contents = {}  # by the name under which it was uploaded
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
        text = self.text(number)
        path.write_text(text, encoding="utf-8")
        return text

    def text(self, number: int) -> str:
        """Return another edition of the text of a file."""
        edition = self.chance.randrange(10**6)
        lines = [f"The code word of file {number} is w{number}x{edition}. It is kept in cabinet {edition % 97}."]
        lines += [
            f"Remark {n} on file {number}: shelf {self.chance.randrange(10**4)} was painted in year {1900 + n}."
            for n in range(30)
        ]
        return "\n\n".join(lines)

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


def restore(world: World) -> Plan:
    back = world.some(2)
    with world.opened() as library:
        library.remove([library.find(source).id for source in back])
    before = {source: text for source, text in world.contents.items() if source not in back}
    return Plan(["restore", *back], before, world.contents, gone=True)


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
    "restore": restore,
    "compact": compact,
    "doctor --repair": repair,
    "users add": add_user,
    "users add --token": add_token,
    "users remove": remove_user,
}
