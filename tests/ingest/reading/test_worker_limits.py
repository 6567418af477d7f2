"""The worker process: whatever a file does to its reader, the ingest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.document import LoadOptions
from ingest.errors import LoadError, NoText, TooLarge, Unreadable
from ingest.reading.worker import Limits, Workers

HOSTILE = """
import os, sys, time
from ingest.document import Loaded
from ingest.reading.load import Format

def load(path, options):
    order = path.read_text().split()
    if order[1] == "hang":
        while True: time.sleep(1)
    if order[1] == "spin":
        while True: pass
    if order[1] == "crash": os.abort()
    if order[1] == "exit": sys.exit(7)
    if order[1] == "swallow": return [bytearray(1 << 24) for _ in range(1 << 16)]
    if order[1] == "recurse": return load_again(0)
    if order[1] == "raise": raise RuntimeError("secret words of the document")
    if order[1] == "print":
        print("noise"); os.write(1, b"noise"); sys.stdout.flush()
    if order[1] == "fill":
        with open(os.environ["TMPDIR"] + "/filled", "wb") as file:
            while True: file.write(bytes(1 << 20))
    if order[1] == "work":
        while time.process_time() < 1: pass
    if order[1] == "long":
        for _ in range(3):
            options.more_time(30)
            time.sleep(1)
    if order[1] == "late":
        options.more_time(0.1)
        while True: time.sleep(1)
    if order[1] == "env": return Loaded(text=repr(sorted(os.environ)), media_type="text/x-hostile")
    if order[1] == "ctrl": os.kill(os.getpid(), 2)
    text = "fine " + str(os.getpid())
    return Loaded(text=text, media_type="text/x-hostile", title=options.extra.get("t", ""))

def load_again(depth): return load_again(depth + 1)

FORMAT = Format("hostile", "text/x-hostile", (".hostile",), "hostile_format:load", text=True)
"""


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A format of another package, found through its entry point, that does what its files say."""
    site = tmp_path / "site"
    info = site / "hostile_format-1.dist-info"
    info.mkdir(parents=True)
    (site / "hostile_format.py").write_text(textwrap.dedent(HOSTILE))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile-format\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[footnote.loaders]\nhostile = hostile_format:FORMAT\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    folder = tmp_path / "files"
    folder.mkdir()
    yield folder
    sys.modules.pop("hostile_format", None)


def write(folder: Path, order: str) -> Path:
    """Write a file that tells its loader what to do."""
    path = folder / f"{order}.hostile"
    path.write_text(f"do {order} please")
    return path


@pytest.mark.parametrize(
    ("order", "kind", "words"),
    [
        ("hang", TooLarge, "given up after 1.5 seconds"),
        ("spin", TooLarge, "given up after 1.5 seconds"),
        ("crash", Unreadable, "SIGABRT"),
        ("exit", Unreadable, "status 7"),
        ("swallow", TooLarge, "memory"),
        ("recurse", Unreadable, "RecursionError"),
        ("raise", Unreadable, "RuntimeError"),
        ("fill", Unreadable, "cannot be read"),
    ],
)
def test_a_hostile_file_fails_alone(hostile: Path, order: str, kind: type[LoadError], words: str) -> None:
    """A hang, a crash or a memory bomb is a sentence for that file; the next file is read."""
    # Only what never ends may run into the limit of time, however busy the machine is.
    limits = Limits(seconds=1.5 if order in ("hang", "spin") else 60, memory=256 * 2**20, written=4 * 2**20)
    with Workers(count=1, limits=limits) as workers:
        with pytest.raises(kind) as caught:
            workers.load(write(hostile, order), LoadOptions())
        assert words in str(caught.value)
        assert caught.value.remedy
        assert "secret words" not in str(caught.value)
        if order not in ("hang", "spin"):
            assert workers.load(write(hostile, "nothing"), LoadOptions()).text.startswith("fine")


def test_after_a_file_that_never_ends_the_next_one_is_read(hostile: Path) -> None:
    """The worker that was ended is replaced."""
    with Workers(count=1, limits=Limits(seconds=8)) as workers:
        with pytest.raises(TooLarge):
            workers.load(write(hostile, "spin"), LoadOptions())
        assert workers.load(write(hostile, "nothing"), LoadOptions()).text.startswith("fine")


def test_a_loader_that_bounds_its_steps_gets_time_for_them(hostile: Path) -> None:
    """A scan of many pages takes longer than the limit, page by page; what hangs after that is still ended."""
    with Workers(count=1, limits=Limits(seconds=1.5)) as workers:
        assert workers.load(write(hostile, "long"), LoadOptions()).text.startswith("fine")
        with pytest.raises(TooLarge, match="given up"):
            workers.load(write(hostile, "late"), LoadOptions())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not say how long a process waited")
def test_waiting_for_a_processor_is_not_the_files_time(hostile: Path) -> None:
    """A second's work is done within a limit of two though others leave a fifth of the processor; spinning ends."""
    core = min(os.sched_getaffinity(0))
    others = [
        subprocess.Popen(["taskset", "-c", str(core), sys.executable, "-c", "while True: pass"]) for _ in range(4)
    ]
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})  # workers inherit it
    try:
        with Workers(count=1, limits=Limits(seconds=2)) as workers:
            assert workers.load(write(hostile, "work"), LoadOptions()).text.startswith("fine")
            with pytest.raises(TooLarge, match="given up"):
                workers.load(write(hostile, "spin"), LoadOptions())
    finally:
        os.sched_setaffinity(0, before)
        for other in others:
            other.kill()
            other.wait()


def test_a_worker_is_used_again(hostile: Path) -> None:
    """One process reads many files, and an error of one file does not end it."""
    with Workers(count=1) as workers:
        first = workers.load(write(hostile, "nothing"), LoadOptions()).text
        with pytest.raises(Unreadable):
            workers.load(write(hostile, "raise"), LoadOptions())
        assert workers.load(write(hostile, "nothing"), LoadOptions(extra={"t": "Name"})).title == "Name"
        assert workers.load(write(hostile, "nothing"), LoadOptions()).text == first


def test_what_a_loader_prints_does_not_break_the_answer(hostile: Path) -> None:
    """Output of a library on the standard streams is lost, the text is not."""
    with Workers(count=1) as workers:
        assert workers.load(write(hostile, "print"), LoadOptions()).text.startswith("fine")


def test_ctrl_c_reaches_the_ingest_only(hostile: Path) -> None:
    """An interrupt in the terminal goes to all processes of the group; workers leave it to the ingest."""
    with Workers(count=1) as workers:
        assert workers.load(write(hostile, "ctrl"), LoadOptions()).text.startswith("fine")


def test_a_worker_has_no_keys(hostile: Path) -> None:
    """A reader of strange files gets no API key from the environment."""
    with Workers(count=1) as workers:
        text = workers.load(write(hostile, "env"), LoadOptions()).text
    assert "PATH" in text
    assert "OPENAI_API_KEY" not in text


def test_plain_text_needs_no_worker(tmp_path: Path) -> None:
    """A text file is read in this process; something else under its name is not."""
    path = tmp_path / "plain.txt"
    path.write_text("Just words.")
    fake = tmp_path / "page.txt"
    fake.write_text("<!doctype html><title>T</title><p>Words.")
    with Workers(count=1) as workers:
        assert workers.load(path, LoadOptions()).text == "Just words."
        assert not workers.started
        loaded = workers.load(fake, LoadOptions())
        assert loaded.media_type == "text/html"
        assert workers.started == 1


def test_errors_keep_their_kind_across_the_process(tmp_path: Path) -> None:
    """What a loader raises in the worker is raised here, with its message and remedy."""
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    with Workers(count=1) as workers, pytest.raises(NoText, match=r"empty\.pdf is empty"):
        workers.load(path, LoadOptions())


def test_closing_ends_a_reader_at_work(hostile: Path) -> None:
    """Leaving the workers does not wait for a file that hangs."""
    workers = Workers(count=1, limits=Limits(seconds=60))
    caught: list[Exception] = []

    def read() -> None:
        try:
            workers.load(write(hostile, "hang"), LoadOptions())
        except LoadError as error:
            caught.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while not workers.started:
        pass
    workers.close()
    thread.join(20)
    assert not thread.is_alive()
    assert isinstance(caught[0], Unreadable)


class OneAtATime:
    """A pipe that fails, as a buffered one may, when two threads are in it at once."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._inside = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._pipe, name)

        def alone(*values: Any) -> Any:
            if not self._inside.acquire(blocking=False):
                raise RuntimeError(f"{name} while another thread is in the pipe")
            try:
                time.sleep(0.05)
                return method(*values)
            finally:
                self._inside.release()

        return alone


def test_closing_never_closes_a_pipe_under_the_thread_that_uses_it(hostile: Path) -> None:
    """A reader that was ended amid its answer closes its pipes itself; closing the workers waits for that."""
    workers = Workers(count=1)
    workers.load(write(hostile, "nothing"), LoadOptions())
    (worker,) = workers._running
    process: Any = worker._process
    process.stdin, process.stdout = OneAtATime(process.stdin), OneAtATime(process.stdout)
    caught: list[BaseException] = []

    def read() -> None:
        try:
            workers.load(write(hostile, "hang"), LoadOptions())
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.5)
    workers.close()
    thread.join(20)
    assert [type(error) for error in caught] == [Unreadable]


def test_the_documents_folder_is_not_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A json.py among the documents is a document, not a module of the worker."""
    (tmp_path / "json.py").write_text("import os; os.abort()")
    page = tmp_path / "page.html"
    page.write_text("<p>Hello there.</p>")
    monkeypatch.chdir(tmp_path)
    with Workers(count=1) as workers:
        assert workers.load(page, LoadOptions()).text == "Hello there."


@pytest.mark.skipif(os.name == "nt", reason="uses POSIX processes")
def test_workers_end_with_the_ingest(hostile: Path) -> None:
    """When the ingest is killed, its idle workers end by themselves."""
    import subprocess

    page = hostile / "page.html"
    page.write_text("<p>Hello there.</p>")
    code = (
        "import os, sys; from pathlib import Path; from ingest.reading.worker import *\n"
        f"w = Workers(count=1); w.load(Path({str(page)!r}), LoadOptions())\n"
        "print(*[x._process.pid for x in w._running], flush=True); os.kill(os.getpid(), 9)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    worker = int(ran.stdout)
    for _ in range(100):
        try:
            state = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return
        if state == "Z":  # ended; nobody has asked how
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived the ingest")
