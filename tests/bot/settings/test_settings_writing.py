"""Changing footnote.toml by program: the line that is meant, nothing else, and never a file that is not understood."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.settings.settings import Settings
from bot.settings.writing import write_settings

OLD = """# ours
library = "papers"   # the big one
model = "quotes"  # nobody writes
collection = 'notes'
"""


def test_only_the_lines_that_are_meant_change(tmp_path: Path) -> None:
    """Comments, order and other settings stay; what stood there before is returned; None takes a line out."""
    (tmp_path / ".git").mkdir()
    file = tmp_path / "footnote.toml"
    file.write_text(OLD)
    file.chmod(0o640)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    change = write_settings({"model": "m", "model_url": "http://127.0.0.1:1234/v1"}, inner, {})
    assert (change.path, change.made, dict(change.before)) == (file, False, {"model": "quotes"})
    assert (
        file.read_text() == OLD.replace('"quotes"  # nobody writes', '"m"') + 'model_url = "http://127.0.0.1:1234/v1"\n'
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert Settings.load(folder=inner, environ={}).model == "m"
    change = write_settings({"model": "quotes", "model_url": None}, inner, {})
    assert dict(change.before) == {"model": "m", "model_url": "http://127.0.0.1:1234/v1"}
    assert file.read_text() == OLD.replace("  # nobody writes", "")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["footnote.toml"]


def test_a_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    """In the folder itself, or where FOOTNOTE_CONFIG says; taking out what is not there makes nothing."""
    (tmp_path / ".git").mkdir()
    assert write_settings({"model_url": None}, tmp_path, {}).made
    assert not (tmp_path / "footnote.toml").exists()
    assert write_settings({"model": "quotes"}, tmp_path, {}).path == tmp_path / "footnote.toml"
    elsewhere = tmp_path / "config" / "mine.toml"
    assert write_settings({"model": "x"}, tmp_path, {"FOOTNOTE_CONFIG": str(elsewhere)}).path == elsewhere
    assert elsewhere.read_text() == 'model = "x"\n'


@pytest.mark.parametrize("text", ['note = """\nmodel = "x"\n"""\n', "model = [\n]\n", 'a.b = 1\n[c]\nmodel = "z"\n'])
def test_a_file_that_is_not_understood_is_left_alone(text: str, tmp_path: Path) -> None:
    """Where the change would touch anything else the file stays as it is, and the line to write is told."""
    (tmp_path / ".git").mkdir()
    file = tmp_path / "footnote.toml"
    file.write_text(text)
    with pytest.raises(SettingError, match='model = "new"'):
        write_settings({"model": "new"}, tmp_path, {})
    assert file.read_text() == text


def test_a_folder_that_cannot_be_written_says_the_variable(tmp_path: Path) -> None:
    """Where no file can be made, the error names the environment variable."""
    (tmp_path / "closed").write_text("a file, no folder")
    with pytest.raises(SettingError, match="FOOTNOTE_MODEL=quotes"):
        write_settings({"model": "quotes"}, tmp_path, {"FOOTNOTE_CONFIG": str(tmp_path / "closed" / "f.toml")})


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=40))
def test_any_text_is_read_back_as_it_was_written(value: str) -> None:
    """Quotes, backslashes, line breaks, other scripts: TOML gives back what was set."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        environ = {"FOOTNOTE_CONFIG": f"{name}/f.toml"}
        write_settings({"model": value, "model_context": 4_096}, Path(name), environ)
        assert tomllib.loads(Path(f"{name}/f.toml").read_text(encoding="utf-8")) == {
            "model": value,
            "model_context": 4_096,
        }
