"""Files that go wrong: each fails with a sentence and a remedy, none hangs, none stops the others."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from counting_encoder import CountingEncoder

from ingest.document import LoadOptions
from ingest.errors import LoadError, NoText, NothingToIngest, TooLarge, Unreadable, UnsupportedType
from ingest.options import SyncOptions
from ingest.reading.load import format_of, load
from ingest.reading.worker import Limits, Workers
from ingest.report import SyncReport, printable
from ingest.sources.discover import discover
from ingest.sync import sync
from vectorstore.library import Library

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        ("empty.txt", b"", NoText, "is empty"),
        ("empty.pdf", b"", NoText, "is empty"),
        ("blank.txt", b" \n\t\n ", NoText, "holds no text"),
        ("nulls.txt", b"\0" * 4000, UnsupportedType, "binary file"),
        ("program.txt", b"\x7fELF\x02\x01\x01" + bytes(4000), UnsupportedType, "a program"),
        ("random.txt", bytes(range(256)) * 40, UnsupportedType, "binary file"),
        ("picture.md", b"\x89PNG\r\n\x1a\n" + bytes(range(200)), LoadError, "picture"),
        ("archive.txt", b"\x1f\x8b\x08" + bytes(range(250)), Unreadable, "packed"),
        ("torn.pdf", b"%PDF-1.7\nno more than this", Unreadable, "damaged"),
        ("torn.docx", b"PK\x03\x04" + b"\x14\0\x06\0" * 50, Unreadable, "damaged"),
        ("comment.md", b"<!-- nothing to see -->", NoText, "no text"),
        ("scripts.html", b"<html><script>var a = 'words';</script></html>", NoText, "no text"),
    ],
)
def test_a_bad_file_is_a_sentence(tmp_path: Path, name: str, content: bytes, kind: type[LoadError], words: str) -> None:
    """What is wrong is said in words, with what to do, and the error's kind tells programs."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        load(path)
    assert words in str(caught.value)
    assert caught.value.remedy
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("page.md", b"<!DOCTYPE html><title>T</title><p>Words.</p>", "text/html"),
        ("page.txt", b"\xef\xbb\xbf  <html><body><p>Words.</p></body></html>", "text/html"),
        ("page.pdf", b"<!-- saved --><!doctype html><p>Words.</p>", "text/html"),
        ("notes.html", b"Words with a < b and b > c.", "text/plain"),
        ("notes.pdf", b"Just words.", "text/plain"),
        ("README", b"Just words.", "text/plain"),
        ("about.txt", b"Words on formats: a file that begins with %PDF-1.7 is a PDF file.", "text/plain"),
        ("wide.txt", "Just words.".encode("utf-16"), "text/plain"),
        ("readme.md", b'<p align="center">Words</p>\n\n# Title\n', "text/markdown"),
    ],
)
def test_content_decides_the_type(tmp_path: Path, name: str, content: bytes, media_type: str) -> None:
    """A file is what its bytes are; the name decides among the text formats only."""
    path = tmp_path / name
    path.write_bytes(content)
    assert format_of(path).media_type == media_type
    loaded = load(path)
    assert "ords" in loaded.text
    assert loaded.media_type == media_type


def test_a_pdf_named_txt_is_read_as_pdf(tmp_path: Path) -> None:
    """A PDF under another name is a PDF, and the report says so."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    pdf.cell(text="Words on a page.")
    path = tmp_path / "paper.txt"
    pdf.output(str(path))
    loaded = load(path)
    assert loaded.text == "Words on a page."
    assert [(place.kind, place.number) for place in loaded.places] == [("page", 1)]
    assert any("Named .txt" in note for note in loaded.notes)


def test_a_zip_named_docx_without_a_document_is_no_document(tmp_path: Path) -> None:
    """An archive that only pretends to be a Word file is judged by what is in it."""
    path = tmp_path / "fake.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "Words in an archive.")
    assert format_of(path).media_type == "application/zip"


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    """A file larger than the limit is refused by its size, with the limit in the message."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(300 * 1024 * 1024)  # a hole: takes no room on the disk
    with pytest.raises(TooLarge, match=r"larger than 256 MB \(300 MB\)"):
        load(path)
    small = Workers(count=1, limits=Limits(bytes=10))
    (tmp_path / "small.txt").write_text("Eleven byte")
    with small, pytest.raises(TooLarge):
        small.load(tmp_path / "small.txt", LoadOptions())


def odd_tree(tmp_path: Path) -> Path:
    """Make a folder with everything that is not a plain file, and one that is."""
    folder = tmp_path / "odd"
    (folder / "dir.txt").mkdir(parents=True)
    (folder / "deep").mkdir()
    (folder / "fine.txt").write_text("Fine words.")
    (folder / "dangling.txt").symlink_to("gone.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "ping.txt").symlink_to("pong.txt")
    (folder / "pong.txt").symlink_to("ping.txt")
    (folder / "deep" / "up").symlink_to("..")
    (folder / "again.txt").symlink_to("fine.txt")
    (folder / "out.txt").symlink_to("/etc/hostname")
    (folder / "outside").symlink_to("/etc")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the address of a socket is short
        try:
            server.bind("socket.txt")
        finally:
            os.chdir(here)
    return folder


def test_links_pipes_and_sockets_never_hang(tmp_path: Path) -> None:
    """Links are followed to files once and never out of the folder; what is no file is named."""
    folder = odd_tree(tmp_path)
    with Library.open(tmp_path / "library", create=True, encoder=CountingEncoder()) as library:
        report = sync(library, [folder])
    assert report.added == (str(folder / "fine.txt"),)
    failed = {Path(source).name: reason for source, reason in report.failed}
    assert set(failed) == {"dangling.txt", "loop.txt", "ping.txt", "pong.txt"}
    assert "is a link to gone.txt, which is gone" in failed["dangling.txt"]
    assert "leads back to itself" in failed["loop.txt"]
    skipped = {Path(source).name for source, _ in report.skipped}
    assert skipped == {"pipe.txt", "socket.txt", "out.txt", "outside"}


def test_a_pipe_named_as_a_path_fails(tmp_path: Path) -> None:
    """A pipe that a person names is said to be one."""
    os.mkfifo(tmp_path / "pipe")
    found = discover([tmp_path / "pipe"])
    assert [reason for _, reason in found.failed] == ["A pipe, socket or device, not a file."]
    with pytest.raises(Unreadable, match="pipe"):
        load(tmp_path / "pipe")


def test_a_link_named_as_a_path_is_followed(tmp_path: Path) -> None:
    """A link that a person names may lead anywhere: they meant it."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("Words.")
    (tmp_path / "link.txt").symlink_to("real/a.txt")
    (tmp_path / "folder").symlink_to("real")
    assert list(discover([tmp_path / "link.txt"]).files) == [str(tmp_path / "link.txt")]
    assert list(discover([tmp_path / "folder"]).files) == [str(tmp_path / "real" / "a.txt")]


CHILD = """
import json, sys
sys.path[:0] = sys.argv[3:]
from counting_encoder import CountingEncoder
from ingest.sync import sync
from vectorstore.library import Library
with Library.open(sys.argv[1], create=True, encoder=CountingEncoder()) as library:
    print(json.dumps(sync(library, [sys.argv[2]]).to_json()))
"""


def without_override() -> None:
    """Take from root, before a program starts, the right to read files against their permissions."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if os.geteuid() == 0 and libc.prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "cannot drop a capability")


def sync_without_override(library: Path, folder: Path) -> dict[str, list[Any]]:
    """Sync in a process to which permissions apply, and return its report."""
    command = [sys.executable, "-c", CHILD, library, folder, ROOT, Path(__file__).parents[1]]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, preexec_fn=without_override)
    assert ran.returncode == 0, ran.stderr
    report: dict[str, list[Any]] = json.loads(ran.stdout)
    return report


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="drops capabilities of Linux")
def test_files_that_may_not_be_read_fail(tmp_path: Path) -> None:
    """Without permission a file fails; a folder that cannot be listed keeps its documents."""
    library, folder = tmp_path / "library", tmp_path / "papers"
    (folder / "locked").mkdir(parents=True)
    (folder / "open.txt").write_text("Open words.")
    (folder / "secret.txt").write_text("Secret words.")
    (folder / "locked" / "inner.txt").write_text("Inner words.")
    assert len(sync_without_override(library, folder)["added"]) == 3
    (folder / "secret.txt").write_text("Other words.")
    (folder / "secret.txt").chmod(0)
    (folder / "locked").chmod(0)
    report = sync_without_override(library, folder)
    failed = {Path(entry["source"]).name: entry["reason"] for entry in report["failed"]}
    assert "may not be read" in failed["secret.txt"]
    assert "keeps the version from before" in failed["secret.txt"]
    assert "may not be read" in failed["locked"]
    assert report["removed"] == []
    (folder / "locked").chmod(0o755)
    (folder / "secret.txt").chmod(0o644)
    report = sync_without_override(library, folder)
    assert [Path(source).name for source in report["changed"]] == ["secret.txt"]
    assert len(report["unchanged"]) == 2


def test_a_folder_without_files_is_nothing_to_ingest(tmp_path: Path) -> None:
    """An empty folder, one of hidden files only, and a missing path each say so."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[core]")
    (tmp_path / "notes.txt~").write_text("old")
    with pytest.raises(NothingToIngest, match="nothing to read"):
        sync(None, [tmp_path], SyncOptions(dry_run=True))
    with pytest.raises(NothingToIngest, match="no file or folder"):
        sync(None, [tmp_path / "missing"], SyncOptions(dry_run=True))


def test_ignore_files_hidden_files_and_the_library_are_left_out(tmp_path: Path) -> None:
    """`.footnoteignore` works as .gitignore does, the nearest one decides, and the library is no document."""
    for name in (
        *("a.txt", "b.log", "keep.log", "build/out.txt", "sub/c.txt", "sub/d.log", "sub/only/e.txt"),
        *(".hidden.txt", ".venv/x.txt", "env/y.txt", "node_modules/z.txt", "~$a.docx", "a.txt.swp"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Words.")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / ".footnoteignore").write_text("# comment\n*.log\n!keep.log\nbuild/\n")
    (tmp_path / "sub" / ".footnoteignore").write_text("!d.log\n/only\n")
    with Library.open(tmp_path / "library", create=True, encoder=CountingEncoder()) as library:
        report = sync(library, [tmp_path])
        again = sync(library, [tmp_path])
    assert {str(Path(s).relative_to(tmp_path)) for s in report.added} == {
        "a.txt",
        "keep.log",
        "sub/c.txt",
        "sub/d.log",
    }
    assert again.changes == 0
    assert not again.failed


def test_names_that_are_not_text_or_not_harmless(tmp_path: Path) -> None:
    """A name that is not UTF-8 fails; one with control characters is read, and spelt out when shown."""
    (tmp_path / "fine\x1b[31m\u202e.txt").write_text("Words.")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.txt")).write_text("Words.")
    report = sync(None, [tmp_path], SyncOptions(dry_run=True))
    assert len(report.added) == 1
    assert "not valid UTF-8" in report.failed[0][1]
    shown = report.text()
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31m" in shown
    shown.encode()


def test_long_lists_are_cut_but_failures_are_not() -> None:
    """A report of thousands stays readable; every failure is shown."""
    many = tuple(f"/papers/{number}.txt" for number in range(500))
    shown = SyncReport(added=many, failed=tuple((source, "Broken.") for source in many)).text()
    assert "500 added" in shown
    assert "… and 480 more" in shown
    assert shown.count("Broken.") == 500
    assert printable("tab\tand é") == "tab\\tand é"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_200_megabytes_of_text_are_read_in_bounded_memory(tmp_path: Path) -> None:
    """A text file of 200 MB becomes one document, exactly, beside a small one."""
    import resource

    line = "The quick brown fox jumps over the lazy dog near the river bank today. "
    path = tmp_path / "huge.txt"
    with path.open("w") as file:
        for _ in range(2_900):
            file.write(line * 1_000 + "\n\n")
    assert path.stat().st_size > 200_000_000
    (tmp_path / "small.txt").write_text("Small words.")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    library = Library.open(tmp_path / "library", create=True, encoder=CountingEncoder())
    try:
        report = sync(library, [tmp_path])
        assert len(report.added) == 2
        document = library.find(str(path))
        assert document.characters == path.stat().st_size
        assert library.text(document.id, 10**8, 10**8 + 50) == path.read_text()[10**8 : 10**8 + 50]
    finally:
        library.close(update_index=False)  # a million vectors in Chroma are another test's business
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 3_000_000, f"{grown / 1e6:.1f} GB"
