"""`python -m ingest` as a person or a program runs it: output, exit statuses, signals, speed of starting."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

from vectorstore.library import Library

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("FOOTNOTE_")} | {
    "PYTHONPATH": str(ROOT),
    "PYTHONIOENCODING": "utf-8",
}


def ingest(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=cwd,
        env=ENVIRONMENT | environment,
    )


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """A folder of two documents."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "roof.md").write_text("# Roof\n\nThe roof was mended in March. It cost 4,200 euros.")
    (folder / "garden.txt").write_text("The garden has nine apple trees.")
    return folder


def test_a_first_ingest_and_the_next(papers: Path) -> None:
    """The report counts and names files; a library appears in the current folder; nothing else is printed."""
    home = papers.parent
    ran = ingest("papers", cwd=home)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("2 added, 0 changed, 0 removed, 0 unchanged, ")
    assert f"papers{os.sep}roof.md" in ran.stdout
    assert ran.stderr == ""
    assert (home / ".footnote").is_dir()
    (papers / "garden.txt").unlink()
    (papers / "roof.md").write_text("# Roof\n\nThe roof leaks again.")
    (papers / "attic.txt").write_text("The attic is dry.")
    ran = ingest("papers", cwd=home)
    assert ran.stdout.startswith("1 added, 1 changed, 1 removed, 0 unchanged, ")
    with Library.open(home / ".footnote", read_only=True) as library:
        assert {info.title for info in library.documents()} == {"Roof", "attic"}


def test_json_is_all_of_standard_output(papers: Path) -> None:
    """With --json standard output is one object with the five lists, failures with reasons, status 3."""
    (papers / "bad.bin").write_bytes(bytes(range(256)) * 10)
    ran = ingest("papers", "--json", cwd=papers.parent)
    assert ran.returncode == 3
    report = json.loads(ran.stdout)
    assert {key: len(report[key]) for key in ("added", "changed", "removed", "unchanged", "failed")} == {
        "added": 2,
        "changed": 0,
        "removed": 0,
        "unchanged": 0,
        "failed": 1,
    }
    assert report["added"] == [str(papers / name) for name in ("garden.txt", "roof.md")]
    assert report["failed"][0]["source"] == str(papers / "bad.bin")
    assert "binary file" in report["failed"][0]["reason"]
    assert ran.stderr == ""


def test_some_failed_is_status_3_with_reason_and_remedy(papers: Path) -> None:
    """A failure is shown with its reason and what to do, and the others go on."""
    (papers / "empty.txt").touch()
    ran = ingest("papers", cwd=papers.parent)
    assert ran.returncode == 3
    assert "2 added" in ran.stdout
    assert "1 failed" in ran.stdout
    assert "empty.txt is empty." in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing"], "no file or folder 'missing'"),
        (["papers", "--no-such-option"], "unrecognized arguments"),
        ([], "required"),
        (["papers", "--wait", "soon"], "invalid float"),
        (["void"], "nothing to read in void"),
    ],
)
def test_wrong_use_is_status_2(papers: Path, arguments: list[str], words: str) -> None:
    """A path that does not exist, an empty folder or a bad option is said on standard error."""
    (papers.parent / "void").mkdir()
    ran = ingest(*arguments, cwd=papers.parent)
    assert ran.returncode == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_wrong_use_with_json_is_json(papers: Path) -> None:
    """A program gets an object also when the path is wrong, with the error in it."""
    ran = ingest("missing", "--json", cwd=papers.parent)
    assert ran.returncode == 2
    report = json.loads(ran.stdout)
    assert "no file or folder" in report["error"]
    assert report["added"] == []
    assert not (papers.parent / ".footnote").exists()


def test_a_dry_run_makes_no_library(papers: Path) -> None:
    """--dry-run says what would be, and leaves no trace."""
    ran = ingest("papers", "--dry-run", cwd=papers.parent)
    assert ran.returncode == 0
    assert ran.stdout.startswith("Would be: 2 added")
    assert [path.name for path in papers.parent.iterdir()] == ["papers"]


def test_library_and_collection_by_option_and_environment(papers: Path) -> None:
    """Options go before the environment, which goes before the defaults."""
    home = papers.parent
    ingest("papers", cwd=home, FOOTNOTE_LIBRARY="mine", FOOTNOTE_COLLECTION="house")
    ingest("papers", "--library", "yours", "--collection", "home", cwd=home, FOOTNOTE_LIBRARY="mine")
    for name, collection in (("mine", "house"), ("yours", "home")):
        with Library.open(home / name, read_only=True) as library:
            assert library.collections() == {collection: 2}
    assert not (home / ".footnote").exists()


def test_passwords_open_encrypted_files(papers: Path) -> None:
    """Without its password a PDF fails and says how to give one; with it, it is read."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_encryption("owner", "sesame")
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.cell(text="Hidden words.")
    pdf.output(str(papers / "locked.pdf"))
    ran = ingest("papers", "--dry-run", cwd=papers.parent)
    assert ran.returncode == 3
    assert "--password" in ran.stdout
    ran = ingest("papers", "--dry-run", "--password", "wrong", "--password", "sesame", cwd=papers.parent)
    assert ran.returncode == 0, ran.stdout
    assert "sesame" not in ran.stdout + ran.stderr


def test_nothing_heavy_is_imported_when_nothing_changed(papers: Path) -> None:
    """An ingest that finds nothing new imports no model, no Chroma, no numpy, no worker."""
    ingest("papers", cwd=papers.parent)
    code = (
        "import sys\nfrom ingest.__main__ import main\nstatus = main(['papers'])\n"
        "heavy = {'torch', 'chromadb', 'numpy', 'onnxruntime', 'tokenizers', 'rich', 'watchfiles',\n"
        "         'ingest.reading.worker', 'pypdfium2', 'charset_normalizer'}\n"
        "print(status, sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=papers.parent,
        env=ENVIRONMENT,
    )
    assert ran.stdout.splitlines()[-1] == "0 []"


def start(*arguments: object, cwd: Path) -> subprocess.Popen[str]:
    """Start the command and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=ENVIRONMENT,
    )


def read_until(stream: IO[str] | None, words: str) -> str:
    """Read lines until one holds `words`."""
    assert stream is not None
    read = ""
    while words not in read:
        line = stream.readline()
        assert line, f"ended without {words!r}: {read}"
        read += line
    return read


def test_watch_syncs_what_changes_and_ends_with_ctrl_c(papers: Path) -> None:
    """--watch takes up new and deleted files, ignores the library's own writes, and ends with status 0."""
    home = papers.parent
    ran = start(".", "--watch", cwd=home)
    try:
        read_until(ran.stdout, "2 added")
        read_until(ran.stderr, "Watching")
        (papers / "cellar.txt").write_text("The cellar is damp.")
        assert "1 added, 0 changed, 0 removed" in read_until(ran.stdout, "added")
        (papers / "garden.txt").unlink()
        assert "0 added, 0 changed, 1 removed" in read_until(ran.stdout, "removed")
        ran.send_signal(signal.SIGINT)
        output, errors = ran.communicate(timeout=60)
    finally:
        ran.kill()
        ran.wait()
    assert ran.returncode == 0
    assert "Traceback" not in errors
    assert " added" not in output  # its own writes to the library set nothing off


def test_ctrl_c_keeps_what_was_finished(tmp_path: Path) -> None:
    """An interrupted ingest says what it did, with status 130, and the next one does the rest."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(150):
        (folder / f"{number:03}.txt").write_text(f"Paper {number} tells of the house. " * 60)
    ran = start("many", "--json", cwd=tmp_path)
    library = tmp_path / ".footnote"
    try:
        finished = 0
        while not finished and ran.poll() is None:
            time.sleep(0.05)
            if (library / "catalog.sqlite").exists() or any(library.glob("*.db")) or any(library.glob("*sqlite*")):
                finished = count(library)
        ran.send_signal(signal.SIGINT)
        output, errors = ran.communicate(timeout=100)
    finally:
        ran.kill()
        ran.wait()
    assert ran.returncode == 130, errors
    report = json.loads(output)
    assert report["stopped"]
    assert 0 < len(report["added"]) < 150
    assert count(library) == len(report["added"])
    assert "Finishing the documents at hand" in errors
    assert "Traceback" not in errors


def count(folder: Path) -> int:
    """Return how many documents a library holds, 0 while it is being made."""
    from vectorstore.errors import FootnoteError

    try:
        with Library.open(folder, read_only=True) as library:
            return len(library.documents())
    except FootnoteError:
        return 0


def test_a_second_ingest_waits_or_says_who_writes(papers: Path) -> None:
    """While another process writes, the command waits as long as it was told and then names it."""
    home = papers.parent
    with Library.open(home / ".footnote", create=True) as library, library.writing():
        ran = ingest("papers", "--wait", "0.3", cwd=home)
    assert ran.returncode == 1
    assert f"process {os.getpid()}" in ran.stderr
    assert "Waiting for another ingest" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ingest("papers", "--wait", "0.3", cwd=home).returncode == 0


def test_two_ingests_at_once_both_complete(papers: Path) -> None:
    """Started together on the same folder, both succeed, each file is there once, and none was done twice."""
    home = papers.parent
    reports: list[dict[str, Any]] = []
    for ran in [start("papers", "--json", cwd=home) for _ in range(2)]:
        output, errors = ran.communicate(timeout=100)
        assert ran.returncode == 0, errors
        reports.append(json.loads(output))
    assert sorted(len(report["added"]) for report in reports) == [0, 2]
    assert count(home / ".footnote") == 2


def test_the_help_says_what_statuses_mean(tmp_path: Path) -> None:
    """--help lists the options and exit statuses."""
    ran = ingest("--help", cwd=tmp_path)
    assert ran.returncode == 0
    for words in ("--dry-run", "--watch", "--json", "--password", "--collection", "3 some files failed"):
        assert words in " ".join(ran.stdout.split())


def test_removals_are_not_allowed_while_nobody_looks(papers: Path) -> None:
    """An emptied folder is refused with the option that allows it, and with --watch that option is refused."""
    home = papers.parent
    assert ingest("papers", cwd=home).returncode == 0
    for file in papers.iterdir():
        file.unlink()
    ran = ingest("papers", cwd=home)
    assert ran.returncode == 1
    assert "2 of the 2 documents" in ran.stderr and "--allow-removals" in ran.stderr
    assert ingest("papers", "--watch", "--allow-removals", cwd=home).returncode == 2
    ran = ingest("papers", "--allow-removals", cwd=home)
    assert ran.returncode == 0 and "2 removed" in ran.stdout


def test_a_huge_tree_is_not_read_unasked(tmp_path: Path) -> None:
    """Where nobody can be asked the numbers and the option are said, in a dry run too, and nothing is read."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(20_001):
        (tree / f"f{number}.txt").touch()
    for option in ("--dry-run", "--json"):
        ran = ingest("tree", option, cwd=tmp_path)
        assert ran.returncode == 1
        assert "20,001 files" in ran.stderr and "--allow-many" in ran.stderr
    assert count(tmp_path / ".footnote") == 0
