"""A PostgreSQL server of the tests' own: started when it is first asked for, gone with the last test."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

_USUAL = "/usr/lib/postgresql"
"""Where Debian puts the programs of a server, which it leaves out of PATH."""


class CannotStart(Exception):
    """No server can be started here; the message says why."""


class PostgresqlServer:
    """A server on loopback with an empty folder, which anybody on this machine may use."""

    def __init__(self) -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="footnote-postgresql-"))
        self._as = _unprivileged(self._folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        data = str(self._folder / "data")
        words = ["-D", data, "-A", "trust", "-U", "footnote", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        try:
            self._run("initdb", *words)
            self.start()
        except CannotStart:
            self.remove()
            raise

    @property
    def address(self) -> str:
        """The address of its database."""
        return f"postgresql://footnote@127.0.0.1:{self.port}/postgres"

    def library(self) -> str:
        """Return the address of a library that there is not yet: a schema of its own."""
        return f"{self.address}?schema=library_{uuid.uuid4().hex[:12]}"

    def start(self) -> None:
        """Start it; returns once it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, *, mode: str = "fast") -> None:
        """Stop it at once: connections are cut."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop it and remove its folder."""
        with suppress(CannotStart):
            self.stop(mode="immediate")  # nothing of it is needed any more
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        # No pipe: the server would hold it open for as long as it runs.
        command = [*self._as, str(self._programs / program), *words]
        quiet = subprocess.DEVNULL
        found = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd="/", check=False)
        if found.returncode:
            raise CannotStart(f"{program} ends with {found.returncode}")


def _programs() -> Path:
    """Return the folder of initdb and pg_ctl."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path(_USUAL).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise CannotStart("PostgreSQL is not installed")
    return versions[-1].parent


def _unprivileged(folder: Path) -> list[str]:
    """Return how to run its programs as somebody else than root, whom they refuse; the folder is given away."""
    if os.name != "posix" or os.getuid() != 0:
        return []
    try:
        shutil.chown(folder, "postgres")
    except LookupError:
        raise CannotStart(f"it does not run as {getpass.getuser()}, and there is no user postgres") from None
    return ["runuser", "-u", "postgres", "--"]
