"""`footnote remove` of a whole tree, `footnote restore`, and what `status` and `compact` say of the bin."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from test_cli_library import Terminal, answer_json, call, library  # noqa: F401  (a fixture)

from bot.models.ledger import Ledger
from bot.surfaces.cli import removal
from bot.surfaces.cli.app import run
from bot.surfaces.web.storage.removed_files import place_aside
from ingest.options import SyncOptions
from ingest.sync import sync
from vectorstore.library import Library

LEASE, BRIEF = "/papers/lease.pdf", "/papers/brief.md"


def sources(capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return the sources that are listed."""
    return {info["source"] for info in answer_json(capsys, "list", "--json")["documents"]}


def test_what_was_removed_is_listed_and_comes_back(library: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """By any of its names; until then nothing but `restore --list` and `status` tells of it."""
    before = answer_json(capsys, "list", "--json")
    assert call(capsys, "remove", "brief.md", "lease.pdf", "--yes")[0] == 0
    rows = [line.split("\t") for line in call(capsys, "restore", "--list")[1].splitlines()]
    assert [row[1] for row in rows] == ["Lease of the house", "Brief"]
    listed = answer_json(capsys, "restore", "--list", "--json")["removed"]
    assert [(row["title"], row["present"]) for row in listed] == [("Lease of the house", False), ("Brief", False)]
    assert "Bin:        2 removed, " in call(capsys, "status")[1]
    assert answer_json(capsys, "status", "--json")["library"]["bin"]["documents"] == 2
    assert call(capsys, "show", "brief.md")[0] == 1
    assert call(capsys, "restore", "Brief", "lease.pdf") == (0, f"Restored {BRIEF}\nRestored {LEASE}\n", "")
    assert answer_json(capsys, "list", "--json") == before
    assert "Bin:" not in call(capsys, "status")[1]


def test_all_of_it_comes_back_but_what_is_there_again(library: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """--all passes over a document that the library has again, and says so; naming that one is an error."""
    own = library.parent / "own.txt"
    own.write_text("A file of my own.", encoding="utf-8")
    with Library.open(library) as opened:
        sync(opened, [own])
    call(capsys, "remove", "own.txt", "brief.md", "--yes")
    own.write_text("Another text in its place.", encoding="utf-8")
    with Library.open(library) as opened:
        sync(opened, [own])
    status, _, err = call(capsys, "restore", "own.txt")
    assert status == 1 and "in its place again" in err
    status, out, err = call(capsys, "restore", "--all")
    assert (status, out) == (0, f"Restored {BRIEF}\n") and "1 stay in the bin" in err
    assert call(capsys, "show", "own.txt")[1] == "Another text in its place."


def test_a_restore_that_was_stopped_halfway_is_given_again_as_it_was(
    library: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is back already is said and is no error; the rest is brought back. A name of neither still is one."""
    call(capsys, "remove", "brief.md", "lease.pdf", "--yes")
    call(capsys, "restore", "brief.md")
    said = (0, f"Restored {LEASE}\n", "brief.md is in the library already.\n")
    assert call(capsys, "restore", "brief.md", "lease.pdf") == said
    assert call(capsys, "restore", "brief.md", "lease.pdf")[0] == 0
    status, _, err = call(capsys, "restore", "brief.md", "no-such.pdf")
    assert status == 1 and "no-such.pdf" in err


def test_a_mistaken_tree_is_taken_out_and_put_back(
    library: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`remove --source FOLDER` and `--collection NAME` show numbers and ask; `restore` takes the same."""
    tree = library.parent / "tree"
    tree.mkdir()
    for number in range(25):
        (tree / f"f{number:02}.txt").write_text(f"File {number} was read by mistake.", encoding="utf-8")
    with Library.open(library) as opened:
        sync(opened, [tree], SyncOptions(collection="wrong"))
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    status, out, _ = call(capsys, "remove", "--source", str(tree))
    assert status == 0 and "these 25 documents" in out and "… and 5 more" in out
    assert len(sources(capsys)) == 28
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    status, out, _ = call(capsys, "remove", "--source", str(tree))
    assert status == 0 and "Removed 25 documents. footnote restore brings them back" in out
    assert len(sources(capsys)) == 3
    assert "Restored 25 documents." in call(capsys, "restore", "--collection", "wrong")[1]
    assert call(capsys, "remove", "--collection", "wrong", "--yes")[0] == 0
    assert len(sources(capsys)) == 3
    assert answer_json(capsys, "restore", "--source", str(tree), "--since", "2000-01-01", "--json")["present"] == 0
    assert len(sources(capsys)) == 28
    assert answer_json(capsys, "restore", "--all", "--since", "2999-01-01", "--json")["restored"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["remove"], "Name documents"),
        (["remove", "brief.md", "--collection", "deals"], "Name documents"),
        (["remove", "--collection", "deals"], "Nothing of 1 document was removed"),
        (["restore"], "--list to see them"),
    ],
)
def test_what_is_unclear_removes_nothing(
    library: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """No name at all, names with options, and nobody to ask: status 2 and words."""
    status, _, err = call(capsys, *arguments)
    assert status == 2 and words in " ".join(err.split())
    assert len(sources(capsys)) == 3


def test_names_that_are_none_are_told(library: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """A filter without a document, a name that is not in the bin, one that means several."""
    assert call(capsys, "remove", "--collection", "nowhere", "--yes")[0] == 1
    status, _, err = call(capsys, "restore", "nowhere.md")
    assert status == 1 and "No removed document is called 'nowhere.md'" in err
    assert call(capsys, "restore", "--all")[2] == "There is nothing to restore.\n"
    with Library.open(library) as opened:
        for folder in ("one", "two"):
            (library.parent / folder).mkdir()
            (library.parent / folder / "same.txt").write_text(f"Same name in {folder}.", encoding="utf-8")
            sync(opened, [library.parent / folder])
    call(capsys, "remove", "--source", "same.txt", "--yes")
    status, _, err = call(capsys, "restore", "same.txt")
    assert status == 1 and "names several" in err


def test_for_good_and_compact_leave_nothing_to_restore(library: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """`remove --for-good` keeps nothing, no model's reply either; `compact` says of how many the bin was emptied."""
    ledger = Ledger(library)
    ledger.keep("a" * 64, "The brief says so.")
    call(capsys, "remove", "brief.md", "--for-good", "--yes")
    assert ledger.reply("a" * 64) is None
    assert answer_json(capsys, "restore", "--list", "--json") == {"removed": []}
    call(capsys, "remove", "lease.pdf", "--yes")
    assert answer_json(capsys, "compact", "--json")["forgotten"] == 1
    assert call(capsys, "restore", "lease.pdf")[0] == 1


def test_an_uploaded_file_goes_and_comes_with_its_document(library: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """Set aside by `remove`, back by `restore`, deleted by `compact`; a file of one's own is never touched."""
    upload = library / "uploads" / "default" / "0123.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text("An uploaded file with words.", encoding="utf-8")
    with Library.open(library) as opened:
        sync(opened, [upload], leave_out="/nowhere")
    aside = place_aside(library, str(upload.resolve()))
    assert aside is not None
    call(capsys, "remove", "0123.txt", "--yes")
    assert not upload.exists() and aside.exists()
    assert call(capsys, "restore", "0123.txt")[0] == 0
    assert upload.exists() and not aside.exists()
    call(capsys, "remove", "0123.txt", "--yes")
    call(capsys, "compact")
    assert not upload.exists() and not aside.exists()
    assert place_aside(library, LEASE) is None


def test_few_names_are_shown_of_many() -> None:
    """Up to twenty lines as they are; of more the first twenty and a count."""
    lines = [str(number) for number in range(30)]
    assert removal._few(lines[:20]) == lines[:20]
    assert removal._few(lines) == [*lines[:20], "… and 10 more"]
    assert run(["restore", "--help"]) == 0
