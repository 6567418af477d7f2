"""Changing footnote.toml by program: single lines, comments and order as the person left them."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SettingError
from bot.settings.reading import FILE_NAME, PREFIX, file_for, read_toml

Plain = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Change:
    """What was written.

    Attributes:
        path: The file.
        made: Whether it is new.
        before: What the named settings were in it; those that stood nowhere are absent.
    """

    path: Path
    made: bool
    before: Mapping[str, Any]


def write_settings(values: Mapping[str, Plain | None], folder: Path, environ: Mapping[str, str]) -> Change:
    """Write settings into the footnote.toml that holds in `folder`, or into a new one there.

    Args:
        values: By name; None takes the line out.
        folder: Where the search for the file begins.
        environ: Environment variables; FOOTNOTE_CONFIG names a file.

    Raises:
        SettingError: The file cannot be read or written, or its lines are written in a way that is left to a person.
    """
    path = file_for(folder, environ) or folder / FILE_NAME
    path = path.resolve()
    made = not path.exists()
    old = {} if made else read_toml(path)
    text = "" if made else path.read_bytes().decode("utf-8-sig")  # line ends as they are
    for name, value in values.items():
        text = _with_line(text, name, None if value is None else f"{name} = {_written(value)}")
    wanted = {name: value for name, value in {**old, **values}.items() if value is not None}
    if _parsed(text) != wanted:
        lines = ", ".join(f"{name} = {_written(value)}" for name, value in values.items() if value is not None)
        raise SettingError(f"{path} is written in a way that Footnote does not change.", remedy=f"Write: {lines}")
    if not (made and not text):
        _replace(path, text, values)
    return Change(path, made, {name: old[name] for name in values if name in old})


def _with_line(text: str, name: str, line: str | None) -> str:
    found = re.search(rf"^[ \t]*{name}[ \t]*=.*(?:\n|\Z)", text, re.MULTILINE)
    if found:
        return text[: found.start()] + (f"{line}\n" if line else "") + text[found.end() :]
    if not line:
        return text
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"


def _written(value: Plain) -> str:
    # TOML writes these as JSON does, but for one character, which it wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _replace(path: Path, text: str, values: Mapping[str, Plain | None]) -> None:
    """Put the new text in place at once, with the old file's permissions."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        variables = " ".join(f"{PREFIX}{name.upper()}={value}" for name, value in values.items() if value is not None)
        raise SettingError(
            f"{path} cannot be written: {error.strerror or type(error).__name__}.",
            remedy=f"Set it in the environment: {variables}",
        ) from error
