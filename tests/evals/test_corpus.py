"""The judge of public files: each verdict has a file that gets it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from evals.corpus import VERDICTS, Entry, Judged, content, entries, judge, section, section_of, table, with_section
from ingest.document import Loaded
from ingest.errors import LoadError, NoText, PasswordNeeded


def _entry(*passages: str, never: tuple[str, ...] = (), refused: str = "", note: str = "") -> Entry:
    spellings = tuple((passage,) for passage in passages)
    return Entry("a/b", "c" * 40, "t/a.txt", "0" * 64, "plain text", "order", spellings, never, refused, note)


@pytest.mark.parametrize(
    ("entry", "text", "notes", "verdict"),
    [
        (_entry("one two", "three"), "one\ttwo\n\nthree", (), "right"),
        (_entry("one | two"), "one | two", (), "right"),
        (_entry("one", "two", note="picture"), "one two", ("1 picture was not read.",), "right"),
        (_entry("one", "two", note="picture"), "one two", (), "silent loss"),
        (_entry("one", "two", "three"), "one three two", (), "partly"),
        (_entry("one two three"), "three two one", (), "wrong"),
        (_entry("one", "two", "gone"), "one two", (), "silent loss"),
        (_entry("one", "two", "gone"), "one two", ("A page is damaged.",), "partly"),
        (_entry("one", never=("secret",)), "one secret", (), "junk"),
        (_entry(refused="NoText"), "66-78", (), "junk"),
        (_entry("one", refused="NoText"), "one", (), "right"),
    ],
)
def test_verdicts_of_what_was_read(entry: Entry, text: str, notes: tuple[str, ...], verdict: str) -> None:
    """Order, loss, junk and notes are told apart."""
    assert judge(entry, Loaded(text, "text/plain", notes=notes)).verdict == verdict


@pytest.mark.parametrize(
    ("entry", "error", "verdict"),
    [
        (_entry(refused="NoText"), NoText("Empty.", remedy="None."), "refused rightly"),
        (_entry(refused="NoText"), PasswordNeeded("Locked.", remedy="Open."), "wrong"),
        (_entry("one"), NoText("Empty.", remedy="None."), "refused"),
    ],
)
def test_verdicts_of_what_was_refused(entry: Entry, error: LoadError, verdict: str) -> None:
    """A refusal is right only where the manifest says so, and for its reason."""
    assert judge(entry, None, error).verdict == verdict


def test_a_file_that_has_changed_counts_as_absent(tmp_path: Path) -> None:
    """Only the bytes that the manifest names are judged."""
    path = tmp_path / "a" / "b" / "t" / "a.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"one")
    entry = _entry("one")
    assert content(entry, tmp_path) is None
    same = Entry(entry.repository, entry.commit, entry.path, hashlib.sha256(b"one").hexdigest(), "plain text", "")
    assert content(same, tmp_path) == b"one"


def test_the_table_counts_each_file_once() -> None:
    """A row for each format and one for all; the section is written in place of the old one."""
    found = [Judged(_entry("one"), "right"), Judged(_entry("two"), "partly", "not there: 'two'")]
    lines = table(found)
    assert lines[0] == "| format | files | right | partly |"
    assert lines[2:] == ["| plain text | 2 | 1 | 1 |", "| all | 2 | 1 | 1 |"]
    document = with_section("# Formats\n\nText.\n", section(found))
    assert with_section(document, section(found)) == document
    assert section_of(document) == section(found)
    assert "1 are right (50%)" in document


def test_the_manifest_is_whole() -> None:
    """At least sixty files of many kinds, none twice, each with a truth that can fail."""
    found = entries()
    assert len(found) >= 60 and len({entry.format for entry in found}) >= 15
    assert len({entry.sha256 for entry in found}) == len({(entry.repository, entry.path) for entry in found})
    for entry in found:
        assert re.fullmatch("[0-9a-f]{40}", entry.commit) and re.fullmatch("[0-9a-f]{64}", entry.sha256)
        assert entry.passages or entry.refused, entry.name
        assert judge(entry, Loaded("nothing of it", "text/plain")).verdict in VERDICTS[2:], entry.name
