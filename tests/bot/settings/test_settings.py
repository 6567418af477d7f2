"""Settings: where values come from, what they may be, and what a mistake says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingError
from bot.settings.reading import PREFIX, plain_value
from bot.settings.reference import reference
from bot.settings.settings import Settings, setting_fields

ROOT = Path(__file__).parents[3]


def write(folder: Path, text: str) -> Path:
    """Write a footnote.toml into `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "footnote.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file_and_no_environment(tmp_path: Path) -> None:
    """Without anything set, every value is its default and says so."""
    settings = Settings.load(folder=tmp_path, environ={})
    assert settings == Settings()
    assert {settings.origin(item.name) for item in setting_fields()} == {"default"}


def test_argument_beats_environment_beats_file_beats_default(tmp_path: Path) -> None:
    """The order of precedence holds, and `origin` names the winner."""
    path = write(tmp_path, 'model = "file:a"\nsentences = 4\npassages = 12\n')
    environ = {"FOOTNOTE_MODEL": "env:b", "FOOTNOTE_SENTENCES": "5"}
    settings = Settings.load(folder=tmp_path, environ=environ, model="arg:c", library=None)
    assert (settings.model, settings.sentences, settings.passages) == ("arg:c", 5, 12)
    assert settings.origin("model") == "given"
    assert settings.origin("sentences") == "FOOTNOTE_SENTENCES"
    assert settings.origin("passages") == str(path)
    assert settings.origin("library") == "default"


def test_file_is_found_in_a_parent_but_not_above_the_git_root(tmp_path: Path) -> None:
    """The search for footnote.toml goes up and stops at the root of the repository."""
    write(tmp_path, "sentences = 9")
    inner = tmp_path / "repository" / "notes"
    inner.mkdir(parents=True)
    assert Settings.load(folder=inner, environ={}).sentences == 9
    (tmp_path / "repository" / ".git").mkdir()
    assert Settings.load(folder=inner, environ={}).sentences == 3
    write(tmp_path / "repository", "sentences = 7")
    assert Settings.load(folder=inner, environ={}).sentences == 7


def test_file_above_the_home_folder_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies above the home folder belongs to somebody else."""
    write(tmp_path, "sentences = 9")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    assert Settings.load(folder=home, environ={}).sentences == 3


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of POSIX")
def test_a_file_of_somebody_else_above_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another user lays into /tmp decides nothing for a folder below it."""
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    monkeypatch.setattr("bot.settings.reading._is_ours", lambda path: path.stat().st_uid == os.getuid())
    write(tmp_path, "sentences = 9")
    below = tmp_path / "below"
    below.mkdir()
    assert Settings.load(folder=below, environ={}).sentences == 3
    assert Settings.load(folder=tmp_path, environ={}).sentences == 9


def test_without_a_home_folder_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's nameless user is no error."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert Settings.load(folder=tmp_path, environ={}) == Settings()


def test_named_file_is_read_instead(tmp_path: Path) -> None:
    """FOOTNOTE_CONFIG names the file, and a missing one is an error rather than a default."""
    write(tmp_path, "sentences = 9")
    other = tmp_path / "other.toml"
    other.write_text("sentences = 2")
    environ = {"FOOTNOTE_CONFIG": str(other)}
    assert Settings.load(folder=tmp_path, environ=environ).sentences == 2
    other.unlink()
    with pytest.raises(SettingError, match=r"other\.toml cannot be read"):
        Settings.load(folder=tmp_path, environ=environ)


def test_folders_in_a_file_start_at_the_file(tmp_path: Path) -> None:
    """A relative library in footnote.toml is the same one from every folder below."""
    write(tmp_path, 'library = "kept"\nchroma = "http://localhost:9000"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    settings = Settings.load(folder=inner, environ={})
    assert settings.library == str(tmp_path.resolve() / "kept")
    assert settings.chroma == "http://localhost:9000"


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"FOOTNOTE_SENTENCE": "3"}, "Did you mean FOOTNOTE_SENTENCES"),
        ({"FOOTNOTE_XYZZY": "3"}, "footnote status"),
        ({"footnote_model": "quotes"}, "footnote_model"),
        ({"FOOTNOTE_SENTENCES": "many"}, "a whole number, not 'many'"),
        ({"FOOTNOTE_SENTENCES": "0"}, "from 1 to 20, not '0'"),
        ({"FOOTNOTE_THRESHOLD": "Strict!"}, "one of strict, balanced, open"),
        ({"FOOTNOTE_THRESHOLD": "1.5"}, "from 0 to 1"),
        ({"FOOTNOTE_THRESHOLD": "nan"}, "from 0 to 1"),
        ({"FOOTNOTE_THRESHOLD": "much"}, "or a number from 0 to 1"),
        ({"FOOTNOTE_OFFLINE": "maybe"}, "true or false"),
        ({"FOOTNOTE_MODEL": "   "}, "more than blanks"),
        ({"FOOTNOTE_MODEL_URL": "localhost:1"}, "http:// or https://"),
        ({"FOOTNOTE_PORT": "70000"}, "from 0 to 65,535"),
        ({"FOOTNOTE_COLLECTION": "legal/2026"}, "must be 1 to 64 letters, digits"),
        ({"FOOTNOTE_LIBRARY": " "}, "(from FOOTNOTE_LIBRARY) must be more than blanks."),
        (
            {"FOOTNOTE_LIBRARY": "mysql://a:secret@b/c"},
            "must be the path of a folder, or postgresql://user@host/database.",
        ),
    ],
)
def test_mistakes_in_the_environment_are_named(environ: dict[str, str], words: str, tmp_path: Path) -> None:
    """A wrong name or value says which variable it was, what it must be, and the nearest name."""
    with pytest.raises(SettingError) as caught:
        Settings.load(folder=tmp_path, environ=environ)
    assert words in str(caught.value)
    assert next(iter(environ)) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sentance = 3", "Did you mean sentences"),
        ("log-level = 'info'", "Did you mean log_level"),
        ("sentences = '3'", "a whole number, not '3'"),
        ("sentences = true", "a whole number, not 'true'"),
        ("offline = 1", "true or false"),
        ("[answers]\nsentences = 3", "answers"),
        ("ocr_languages = [1]", "a list of texts"),
        ("sentences = ", "cannot be read as TOML"),
        ("slack_bot_token = 'xoxb-1'", "is a secret"),
        ("model_url = 'https://example.org/v1'", "another machine"),
    ],
)
def test_mistakes_in_the_file_are_named(text: str, words: str, tmp_path: Path) -> None:
    """A wrong name or value says which file it was."""
    path = write(tmp_path, text)
    with pytest.raises(SettingError) as caught:
        Settings.load(folder=tmp_path, environ={})
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_may_name_a_model_server_on_this_machine(tmp_path: Path) -> None:
    """model_url in a file is accepted for loopback, and from the environment for any address."""
    write(tmp_path, "model_url = 'http://127.0.0.1:11434/v1'")
    assert Settings.load(folder=tmp_path, environ={}).model_url == "http://127.0.0.1:11434/v1"
    environ = {"FOOTNOTE_MODEL_URL": "https://example.org/v1"}
    assert Settings.load(folder=tmp_path, environ=environ).model_url == "https://example.org/v1"


def test_arguments_are_checked_like_the_rest() -> None:
    """A caller's mistake is a SettingError as well; a Path is taken for a folder."""
    assert Settings.load(environ={}, library=Path("kept")).library == "kept"
    assert Settings(ocr_languages="eng, jpn").ocr_languages == ("eng", "jpn")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="Did you mean passages"):
        Settings.load(environ={}, passage=3)
    with pytest.raises(SettingError, match="from 1 to 100"):
        Settings(passages=0)
    with pytest.raises(SettingError, match="no setting called"):
        Settings().origin("passage")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """Compose files pass empty variables for values that nobody gave."""
    write(tmp_path, "model = 'file:a'")
    assert Settings.load(folder=tmp_path, environ={"FOOTNOTE_MODEL": ""}).model == "file:a"


def test_variables_of_a_kubernetes_service_are_no_mistake(tmp_path: Path) -> None:
    """A service called footnote puts variables into every pod; they are not ours."""
    environ = {
        "FOOTNOTE_SERVICE_HOST": "10.0.0.1",
        "FOOTNOTE_SERVICE_PORT": "80",
        "FOOTNOTE_PORT": "tcp://10.0.0.1:80",
        "FOOTNOTE_PORT_80_TCP_ADDR": "10.0.0.1",
    }
    assert Settings.load(folder=tmp_path, environ=environ) == Settings()


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    """A secret is "set" or "not set" in `shown`, absent from repr, and absent from errors."""
    settings = Settings.load(folder=tmp_path, environ={"SLACK_BOT_TOKEN": "xoxb-hidden"})
    assert settings.slack_bot_token == "xoxb-hidden"
    assert settings.origin("slack_bot_token") == "SLACK_BOT_TOKEN"
    assert settings.shown("slack_bot_token") == "set"
    assert settings.shown("discord_token") == "not set"
    assert "hidden" not in repr(settings)
    with pytest.raises(SettingError) as caught:
        Settings(slack_bot_token=b"hidden")  # type: ignore[arg-type]
    assert "hidden" not in str(caught.value)


def test_our_own_name_beats_the_platforms(tmp_path: Path) -> None:
    """FOOTNOTE_DISCORD_TOKEN wins over DISCORD_TOKEN."""
    environ = {"DISCORD_TOKEN": "theirs", "FOOTNOTE_DISCORD_TOKEN": "ours"}
    assert Settings.load(folder=tmp_path, environ=environ).discord_token == "ours"


def test_the_threshold_is_a_level_or_a_number(tmp_path: Path) -> None:
    """A file, the environment and Python take both; another word or a number beyond 0 to 1 is refused."""
    write(tmp_path, "threshold = 1\n")
    assert Settings.load(folder=tmp_path, environ={}).threshold == 1.0
    assert Settings.load(folder=tmp_path, environ={"FOOTNOTE_THRESHOLD": "0.62"}).threshold == 0.62
    assert Settings.load(folder=tmp_path, environ={"FOOTNOTE_THRESHOLD": "open"}).threshold == "open"
    assert Settings(threshold=0).threshold == 0.0
    for wrong in ("loose", 1.1, -0.5, True):
        with pytest.raises(SettingError, match="strict, balanced, open"):
            Settings(threshold=wrong)  # type: ignore[arg-type]


def test_every_setting_is_documented() -> None:
    """docs/settings.md is what the class says; `python -m bot.settings.reference` rewrites it."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == reference()
    for item in setting_fields():
        assert item.metadata["doc"].endswith(".")
        assert item.name.isidentifier()


@given(st.data())
def test_what_is_shown_can_be_set_again(data: st.DataObject) -> None:
    """Every shown value, put into the environment, gives the same setting."""
    whole = {
        "sentences": st.integers(1, 20),
        "port": st.integers(1, 65_535),
        "offline": st.booleans(),
        "threshold": st.sampled_from(["strict", "balanced", "open"]) | st.floats(0, 1),
        "ocr_languages": st.lists(st.from_regex(r"[a-z_]{3,8}", fullmatch=True), min_size=1).map(tuple),
        "model": st.from_regex(r"[a-z]+:[a-z0-9./-]+", fullmatch=True),
    }
    name = data.draw(st.sampled_from(sorted(whole)))
    value = data.draw(whole[name])
    environ = {PREFIX + name.upper(): plain_value(value)}
    settings = Settings.load(folder=Path("/"), environ=environ)
    assert getattr(settings, name) == value
    assert settings.shown(name) == plain_value(value)


@given(st.dictionaries(st.sampled_from([PREFIX + f.name.upper() for f in setting_fields()]), st.text(max_size=20)))
def test_any_text_in_the_environment_is_a_value_or_a_setting_error(environ: dict[str, str]) -> None:
    """No text in a variable raises anything but SettingError."""
    try:
        Settings.load(folder=Path("/"), environ=environ)
    except SettingError as error:
        assert PREFIX in str(error)
