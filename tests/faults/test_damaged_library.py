"""A library damaged in any file and any way: every command names it, none quotes what was not read, repair brings back.

Own files, an upload and an account lie in one library; each case damages a copy of it for real.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.ask import Bot
from bot.settings.settings import Settings
from bot.surfaces.cli.app import run
from bot.surfaces.web.app import create_app, serve_bot
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database
from bot.surfaces.web.storage.jobs import Incoming
from bot.surfaces.web.storage.reader import LibraryReader
from bot.surfaces.web.storage.uploads import Uploads
from vectorstore.errors import FootnoteError
from vectorstore.library import Library

pytestmark = pytest.mark.slow

LEASE = "The lease ends with a notice period of 30 days. The rent is 12 percent of the turnover.\n"
BRIEF = "The plan is worth 550 billion dollars. It was signed in Tokyo on 28 October 2025.\n"
MINUTES = "The committee met in Oslo on 3 May 2024. Its chair was Ada Berg.\n"
TEXTS = LEASE + BRIEF + MINUTES
QUESTIONS = {"What is the notice period of the lease?": "30 days", "Where did the committee meet?": "Oslo"}

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with papers and a library of them, of an upload and of an account; a copy of the library beside it."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "papers").mkdir()
    (folder / "papers" / "lease.md").write_text(LEASE)
    (folder / "papers" / "brief.md").write_text(BRIEF)
    library_folder = folder / ".footnote"
    assert run(["ingest", str(folder / "papers"), "--library", str(library_folder)]) == 0
    database = Database(library_folder)
    Accounts(database).add("ada", password="a long password", role="editor")
    path = Uploads(library_folder, database).save(io.BytesIO(MINUTES.encode()), "default", "minutes.txt")
    database.close()
    with Library.open(library_folder) as library:
        reader = LibraryReader(library, Settings(library=str(library_folder)))
        reader([Incoming(path, "minutes.txt")], "default", lambda *_, **__: None, again=False, stop=threading.Event())
        library.update_index(force=True)
    shutil.copytree(library_folder, folder / "sound")
    return folder


@pytest.fixture
def library(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library in its place, sound again; no setting from outside."""
    for name in [name for name in os.environ if name.startswith("FOOTNOTE_") and name != "FOOTNOTE_CACHE"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(place)
    shutil.rmtree(place / ".footnote")
    shutil.copytree(place / "sound", place / ".footnote")
    return place / ".footnote"


def cut(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """Leave nothing in a file."""
    path.write_bytes(b"")


def zero(path: Path) -> None:
    """Make every byte of a file 0."""
    path.write_bytes(bytes(path.stat().st_size))


def garbage(place: float) -> Damage:
    """Return a damage that overwrites a page of a file: at its front (0) or so far into it."""

    def spoil(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        start = int(len(raw) * place) // 4096 * 4096
        raw[start : start + 4096] = b"\xa5" * len(raw[start : start + 4096])
        path.write_bytes(raw)

    return spoil


def gone(path: Path) -> None:
    """Delete a file."""
    path.unlink()


def folder_instead(path: Path) -> None:
    """Put a folder in the place of a file."""
    path.unlink()
    path.mkdir()


WAYS: dict[str, Damage] = {
    "cut": cut,
    "empty": empty,
    "zeros": zero,
    "garbage in front": garbage(0),
    "garbage after a third": garbage(1 / 3),
    "garbage after two thirds": garbage(2 / 3),
    "gone": gone,
    "a folder": folder_instead,
}
STATEMENTS = {
    "other words": "UPDATE pieces SET text = CAST(replace(replace(replace(text, '30', '99'), '550', '990'), 'Oslo',"
    " 'Rome') AS BLOB)",
    "no text": "DELETE FROM pieces",
    "no digests": "DELETE FROM digests",
    "short vectors": "UPDATE chunk_vectors SET vector = substr(vector, 1, 100)",
    "no vectors of sections": "DELETE FROM section_vectors",
    "no meta": "DELETE FROM meta",
    "no model": "DELETE FROM meta WHERE key = 'model'",
    "garbage in meta": "UPDATE meta SET value = 'garbage'",
    "no documents": "DELETE FROM documents",
    "no chunks": "DELETE FROM chunks",
    "no sections": "DELETE FROM sections",
    "no outlines": "DELETE FROM outlines",
    "no table of words": "DROP TABLE words",
    "garbage in sentences": "UPDATE chunks SET sentences = '[[garbage'",
    "no numbers": "DELETE FROM sqlite_sequence",
}


def told(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    """Run a command; return its status and all that it said, which is never an error without words."""
    status = run(list(command))
    said = capsys.readouterr()
    text = said.out + said.err
    assert "Something went wrong" not in text, text
    assert "Traceback" not in text, text
    return status, text


def assert_asks_safely(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Ask: each quote stands in the documents as they were, or the damage is said; return the right answers."""
    right = set()
    for question, words in QUESTIONS.items():
        status, text = told(capsys, "ask", question, "--json")
        if status:
            assert "damaged" in text or "There is no" in text or "holds no documents" in text, text
            continue
        answer = json.loads(text.splitlines()[0])
        for citation in answer["citations"]:
            assert citation["quote"].strip()
            assert citation["quote"] in TEXTS
        if words in json.dumps(answer["citations"], ensure_ascii=False):
            right.add(question)
    return right


def assert_serves_safely(folder: Path) -> None:
    """The server does not start, with words, or is ready or says why not; no request is an internal error."""
    try:
        with Bot(str(folder), settings=Settings(library=str(folder))) as bot:
            app = create_app(bot, Settings(library=str(folder)))
            with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
                for path in ("/readyz", "/v1/session", "/v1/documents", "/v1/status"):
                    assert client.get(path).status_code != 500, path
    except FootnoteError as error:
        assert str(error)


def damaged_and_repaired(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check what every command says of a damaged catalog, and that nothing is missing once it was repaired."""
    status, text = told(capsys, "doctor")
    assert status == 1
    assert "PROBLEM" in text
    assert_asks_safely(capsys)
    assert_serves_safely(library)
    told(capsys, "doctor", "--repair")
    status, text = told(capsys, "ingest", "papers")
    assert status == 0, text
    status, text = told(capsys, "doctor")
    assert status == 0, text
    assert assert_asks_safely(capsys) == set(QUESTIONS)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_damaged_catalog_file(way: Damage, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named by doctor and ingest, quoted by nobody; repair keeps what is whole and reads uploads again."""
    way(library / "catalog.sqlite3")
    status, text = told(capsys, "ingest", "papers", "--dry-run")
    assert status == 1 or "doctor" in text or "It is read again" in text, text
    damaged_and_repaired(library, capsys)
    assert (library / "conversations.db").read_bytes() == (library.parent / "sound" / "conversations.db").read_bytes()


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_damage_inside_the_catalog(statement: str, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows that were changed or lost, table by table: the same holds."""
    database = sqlite3.connect(library / "catalog.sqlite3")
    with database:
        database.execute(statement)
    database.close()
    status, text = told(capsys, "ingest", "papers", "--dry-run")
    assert status == 1 or "doctor" in text or "It is read again" in text, text
    damaged_and_repaired(library, capsys)


@pytest.mark.parametrize(
    "statement",
    [STATEMENTS[name] for name in ("other words", "no text", "no chunks")],
)
def test_an_ingest_reads_damaged_documents_again(
    statement: str, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of its own folder; of others it says that they are damaged, and what to do."""
    database = sqlite3.connect(library / "catalog.sqlite3")
    with database:
        database.execute(statement)
    database.close()
    status, text = told(capsys, "ingest", "papers")
    assert status == 0
    assert "0 unchanged" in text
    assert "2 changed" in text
    assert text.count("It is read again.") >= 2
    assert "Run: footnote doctor --repair" in text  # the upload lies elsewhere
    assert_asks_safely(capsys)
    status, text = told(capsys, "doctor", "--repair")
    assert status == 0
    assert "read again: minutes" in text
    assert assert_asks_safely(capsys) == set(QUESTIONS)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_damaged_conversations_file(way: Damage, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named by doctor, by ingest and by serve, with what is kept in it; documents are answered from all the same."""
    way(library / "conversations.db")
    if not (library / "conversations.db").exists():
        assert told(capsys, "doctor")[0] == 0  # as in a library that nobody ever served
        return
    for command in (("doctor",), ("doctor", "--repair"), ("ingest", "papers")):
        status, text = told(capsys, *command)
        assert status == (command[0] == "doctor")
        assert "Accounts, conversations, feedback and the names of uploads are kept in it." in text
    with pytest.raises(FootnoteError, match=r"conversations\.db"):
        serve_bot(Settings(library=str(library), port=0))
    assert_serves_safely(library)
    assert assert_asks_safely(capsys) == set(QUESTIONS)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_damaged_files_of_the_index(way: Damage, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file of Chroma's in turn: answers stay right, doctor names it, and repair writes the index again."""
    for path in sorted(path for path in (library / "chroma").rglob("*") if path.is_file() and path.stat().st_size):
        way(path)
    assert told(capsys, "doctor")[0] == 1
    assert assert_asks_safely(capsys) == set(QUESTIONS)
    assert_serves_safely(library)
    assert told(capsys, "doctor", "--repair")[0] == 0
    assert told(capsys, "doctor")[0] == 0


@pytest.mark.parametrize("way", [cut, empty, zero, garbage(0), gone])
def test_a_damaged_lock_file(way: Damage, library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is only there to be held: nothing is wrong."""
    way(library / "writer.lock")
    assert told(capsys, "doctor")[0] == 0
    assert told(capsys, "ingest", "papers")[0] == 0
