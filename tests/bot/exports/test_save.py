"""`save`: the ending says how; what cannot be saved is said, and leaves what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_answers import notice, refused

import footnote
from bot.errors import ExportError, SettingError
from bot.exports.save import FORMATS, SUFFIXES
from bot.question.conversation import Conversation


@pytest.mark.parametrize("suffix", [suffix for suffix, format in SUFFIXES.items() if format != "pdf"])
def test_the_ending_says_how(suffix: str, tmp_path: Path) -> None:
    """In either case of letters; an answer, a conversation and several answers."""
    first = {"docx": b"PK", "html": b"<!DOCTYPE html>", "markdown": b"# "}[SUFFIXES[suffix]]
    talk = Conversation().add("How long?", notice()).add("Who?", refused())
    for what in (notice(), talk, [notice(), refused()]):
        file = tmp_path / f"answer{suffix.upper()}"
        assert footnote.save(what, file, title="Talk") == file
        assert file.read_bytes().startswith(first)
    assert [file.name for file in tmp_path.iterdir()] == [f"answer{suffix.upper()}"]


def test_sources_are_shown_from_here_and_link_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a page a footnote leads to the file or address itself; with one to its place on the page."""
    monkeypatch.chdir(tmp_path)
    footnote.save(notice(), "answer.md")
    assert "[Contract, row 7](<https://example.org/a%20b.html>)" in Path("answer.md").read_text(encoding="utf-8")
    footnote.save(notice(), "answer.md", page="https://page.example")
    assert Path("answer.md").read_text(encoding="utf-8").count("<https://page.example/#document=") == 3


@pytest.mark.parametrize("name", ["answer", "answer.xlsx", "answer.doc"])
def test_an_unknown_ending_is_refused(name: str, tmp_path: Path) -> None:
    """The remedy lists those that are known, and nothing is written."""
    with pytest.raises(SettingError, match=r"\.docx, \.pdf, \.html"):
        footnote.save(notice(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """A folder that is not there, a file for a folder, a folder for a file."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.md").mkdir()
    for place in ("nowhere/a.md", "file/a.md", "folder.md"):
        with pytest.raises(ExportError, match="cannot be written"):
            footnote.save(notice(), tmp_path / place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.md"]


def test_every_format_has_an_ending() -> None:
    """And the first of each is the one that downloads have."""
    assert set(SUFFIXES.values()) == set(FORMATS)
