"""What all tests need of the process that runs them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from postgresql import CannotStart, PostgresqlServer

# Hypothesis fails an example that takes longer than 200 ms; tests measure no time, and machines are busy.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell, Ctrl-C is ignored, and so it would be in every program that tests stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server of this run's own; where none can be started, what needs it is skipped."""
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    try:
        server = PostgresqlServer()
    except CannotStart as error:
        pytest.skip(f"no PostgreSQL server can be started: {error}")
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a library can be made that there is not yet: once a folder, once an address.

    A test that looks at a catalog's file takes the first alone: `@pytest.mark.parametrize("place", ["sqlite"],
    indirect=True)`.
    """
    if request.param == "sqlite":
        return str(tmp_path / "library")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    for name, folder in (("XDG_DATA_HOME", "data"), ("FOOTNOTE_CACHE", "cache")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    return server.library()
