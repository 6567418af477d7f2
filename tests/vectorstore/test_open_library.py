"""The one way to open a library from settings: what they say is how it is opened, and "" stands for the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings.settings import Settings
from ingest.__main__ import Run
from vectorstore.errors import LibraryMissing
from vectorstore.open_library import LibrarySettings, open_library


@pytest.mark.parametrize("kind", [Settings, Run])
def test_settings_of_the_bot_and_of_ingest_open_the_same_library(kind: type[LibrarySettings], tmp_path: Path) -> None:
    """Both name it alike; it is made where that is asked for, and missing else."""
    settings = kind(library=str(tmp_path / "library"), chroma=str(tmp_path / "index"), threads=1)  # type: ignore[call-arg]
    with pytest.raises(LibraryMissing):
        open_library(settings)
    with open_library(settings, create=True) as made:
        assert (Path(made.folder), made.chroma) == (tmp_path / "library", str(tmp_path / "index"))
    with open_library(settings, read_only=True) as again:
        assert again.read_only and not again.documents()


def test_empty_settings_are_the_defaults(tmp_path: Path) -> None:
    """No folder called "" is looked for: the index lies inside the library."""
    with open_library(Settings(library=str(tmp_path / "library")), create=True) as library:
        assert library.chroma is None


@pytest.mark.parametrize(
    "address",
    [
        "mysql://reader:secret@db/notes",
        "http://localhost:8000",
        "postgresql:/reader:secret@db/notes",
        "postgresql:notes",
        "postgresql://reader:secret@db",
        "postgresql://reader:secret@db:port/notes",
        "postgresql://reader:secret@db/notes?schema=Not+a+name",
        "postgresql://reader:secret@db/notes?colour=secret",
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """It is refused with what is taken, its password is not said, and no folder of its name is made."""
    pytest.importorskip("psycopg")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LibraryMissing) as refused:
        open_library(Run(library=address), create=True)
    assert "postgresql://user@host/database" in str(refused.value) and "secret" not in str(refused.value)
    assert not list(tmp_path.iterdir())
