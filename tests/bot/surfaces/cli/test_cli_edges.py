"""How every command begins and ends: light start, exit status, pipes, Ctrl-C, errors, documentation."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from small_library import small_library

from bot.surfaces.cli import library as cli_library
from bot.surfaces.cli.app import app, run

ROOT = Path(__file__).parents[4]
HEAVY = {"torch", "chromadb", "numpy", "langchain_core", "onnxruntime", "fastapi", "rich.console"}


def environment(**more: str) -> dict[str, str]:
    """Return the environment without settings, in which the packages are found."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "SLACK_", "DISCORD_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def footnote(*arguments: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in `folder`."""
    (folder / ".git").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def test_starting_imports_nothing_heavy() -> None:
    """The command line itself loads no model, no Chroma, no LangChain, not even numpy or rich."""
    code = "import sys; import bot.surfaces.cli.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & HEAVY


def test_without_a_library_ask_says_what_to_run(tmp_path: Path) -> None:
    """A fresh user gets one sentence with the command that makes a library, and status 1."""
    done = footnote("ask", "When", "was", "it", "signed?", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"There is no library at {tmp_path / '.footnote'}. Make one from your documents: footnote ingest FOLDER\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["frob"], ["ask", "--frob"], ["ask", "--sentences", "many", "x"], ["ask", "--sentences", "99", "x"],
     ["show"], ["list", "--until", "never"], ["ingest"]],
)  # fmt: skip
def test_wrong_use_is_status_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing or wrong argument ends with 2 and without a traceback."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    assert output.out + output.err


def test_a_mistake_in_a_setting_is_status_2_and_names_it(tmp_path: Path) -> None:
    """A misspelt variable stops every command with the nearest name."""
    done = footnote("list", folder=tmp_path, FOOTNOTE_LIBRAY="x")
    assert done.returncode == 2
    assert done.stderr.strip().endswith("Did you mean FOOTNOTE_LIBRARY?")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints one line, --help of each command an example."""
    assert run(["--version"]) == 0
    assert re.fullmatch(r"footnote[ ,].+\n", capsys.readouterr().out)
    for info in app.registered_commands:
        assert info.name
        assert run([info.name, "--help"]) == 0
        assert f"footnote {info.name}" in capsys.readouterr().out


def test_an_error_inside_is_words_unless_debugging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug shows its type and how to see more; its text, which may quote a document, is not shown."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("secret words of a document")

    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    small_library(tmp_path)
    monkeypatch.setattr(cli_library, "open_library", broken)
    assert run(["collections"]) == 1
    error = capsys.readouterr().err
    assert "ValueError" in error
    assert "FOOTNOTE_DEBUG=1" in error
    assert "secret" not in error
    monkeypatch.setenv("FOOTNOTE_DEBUG", "1")
    with pytest.raises(ValueError, match="secret"):
        run(["collections"])


def test_a_reader_that_leaves_early_is_no_failure(tmp_path: Path) -> None:
    """`footnote show … | head -c 1` ends quietly."""
    library = small_library(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.surfaces.cli.app", "show", "lease.pdf", "--library", str(library)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()  # before a word was written
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_is_status_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a command ends with 130 and without a traceback."""

    def interrupted(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    small_library(tmp_path)
    monkeypatch.setattr(cli_library, "open_library", interrupted)
    assert run(["collections"]) == 130


@pytest.mark.parametrize("command", [(), ("users",), ("users", "add"), ("users", "tokens"), ("ask",), ("eval",)])
@pytest.mark.parametrize("columns", [60, 80])
def test_help_is_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], columns: int
) -> None:
    """No option is cut off in a narrow window, no summary of a command in a usual one, no switch has a type."""
    monkeypatch.setenv("COLUMNS", str(columns))
    run([*command, "--help"])
    out, _ = capsys.readouterr()
    assert "Options:" in out
    assert "<bool>" not in out and "…" not in out
    assert columns < 80 or not re.search(r"\.\.\.$", out.partition("Commands:")[2], re.MULTILINE)


def every_command() -> dict[str, Any]:
    """Return all commands, those of groups as "users add", "users tokens list"."""

    def inside(group: Any, before: str = "") -> dict[str, Any]:
        found = {}
        for name, command in getattr(group, "commands", {}).items():
            found[f"{before}{name}"] = command
            found |= inside(command, f"{before}{name} ")
        return found

    return inside(typer.main.get_command(app))


def test_every_command_and_option_is_documented() -> None:
    """docs/command-line.md names each command, of every surface, and each of its options."""
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    for name, command in every_command().items():
        assert f"footnote {name}" in text
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in text or f" {option}" in text, f"{name} {option}"


def test_every_command_takes_a_library() -> None:
    """--library is on every command that has to do with one; `move` names two."""
    without = {name for name, c in every_command().items() if not any("--library" in p.opts for p in c.params)}
    assert without == {"move", "users", "users tokens", "models", "models pull", "models remove", "models use"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell: str, tmp_path: Path) -> None:
    """The completion script of each shell is printed."""
    done = footnote(folder=tmp_path, _FOOTNOTE_COMPLETE=f"source_{shell}")
    assert done.returncode == 0
    assert "_FOOTNOTE_COMPLETE" in done.stdout


def test_the_library_may_be_named_before_the_command(tmp_path: Path) -> None:
    """`footnote --library DIR list` is what people type; behind the command it counts for more."""
    there, nowhere = str(small_library(tmp_path / "there")), str(tmp_path / "nowhere")
    assert footnote("--library", there, "list", folder=tmp_path).returncode == 0
    assert footnote("--library", nowhere, "list", folder=tmp_path).returncode == 1
    assert footnote("--library", nowhere, "list", "--library", there, folder=tmp_path).returncode == 0
    assert "no users" in footnote("--library", nowhere, "users", "list", folder=tmp_path).stderr.lower()
