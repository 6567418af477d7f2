"""Reading settings: environment variables, footnote.toml, types, ranges and spelling mistakes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from bot.errors import SettingError
from bot.loopback import is_loopback

FILE_NAME = "footnote.toml"

PREFIX = "FOOTNOTE_"


def plain_value(value: object) -> str:
    """Return a value in the form in which it is written in the environment."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


NOT_BY_FILE = ("model_url", "oidc_issuer")
"""Settings whose address a file may give for this machine only: a folder that somebody else wrote must neither redirect
questions, documents and keys to their server, nor say who is let in."""
NOT_SETTINGS = frozenset({"FOOTNOTE_CONFIG", "FOOTNOTE_DEBUG", "FOOTNOTE_SHARED"})
"""Variables that begin like settings and are none: the file to read, tracebacks, folder of test data."""

# A Kubernetes service named "footnote" puts these into every pod of its namespace.
_KUBERNETES = re.compile(r"FOOTNOTE_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)")
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})

Found = dict[str, tuple[Any, str]]
"""Value and origin by the name of the setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as its reader sees it.

    Attributes:
        name: Of the field of `Settings`.
        hint: Its type.
        metadata: What `setting()` noted: check, secret, path, also.
    """

    name: str
    hint: Any
    metadata: Mapping[str, Any]


Known = Mapping[str, Setting]
"""All settings by name."""


def read_environment(environ: Mapping[str, str], known: Known) -> Found:
    """Return the settings in the environment. An empty variable counts as not set.

    Raises:
        SettingError: A FOOTNOTE_ variable is no setting, or its text does not fit the type.
    """
    fields = {PREFIX + item.name.upper(): item for item in known.values()}
    found: Found = {}
    for variable in sorted(name for name in environ if name.upper().startswith(PREFIX)):
        if variable in NOT_SETTINGS or _KUBERNETES.fullmatch(variable):
            continue
        if variable not in fields:
            raise _unknown(variable, fields, origin="the environment")
        text = environ[variable]
        if variable == "FOOTNOTE_PORT" and text.startswith(("tcp://", "udp://")):  # Kubernetes again
            continue
        if text:
            item = fields[variable]
            found[item.name] = (_from_text(item, text, origin=variable), variable)
    for item in fields.values():
        for variable in item.metadata["also"]:
            if item.name not in found and environ.get(variable):
                found[item.name] = (environ[variable], variable)
    return found


def read_file(folder: Path, environ: Mapping[str, str], known: Known) -> Found:
    """Return the settings of the footnote.toml that holds in `folder`; none where there is no file.

    Raises:
        SettingError: The file cannot be read, is no TOML, or has a key that is no setting.
    """
    path = file_for(folder, environ)
    if path is None:
        return {}
    data = read_toml(path)
    reject_unknown(data, known, origin=str(path))
    found: Found = {}
    for name, value in data.items():
        item = known[name]
        if item.metadata["secret"]:
            raise SettingError(
                f"{name} in {path} is a secret, and secrets are not read from files.",
                remedy=f"Remove it there and set the environment variable {PREFIX}{name.upper()}.",
            )
        value = checked(item, value, origin=str(path))
        if name in NOT_BY_FILE and not _on_this_machine(value):
            raise _foreign_address(path, name, f" ({value[:80]})")
        if name == "library" and "://" in value and not _on_this_machine(value):
            raise _foreign_address(path, name, "")  # a password may stand in it
        if item.metadata["path"] and value and "://" not in value:
            value = str(path.parent / Path(value).expanduser())
        found[name] = (value, str(path))
    return found


def checked(item: Setting, value: Any, *, origin: str) -> Any:
    """Return `value` in the type of the setting `item`.

    Raises:
        SettingError: It has another type or is out of range; the message names `origin`.
    """
    hint = item.hint
    secret = bool(item.metadata["secret"])
    if isinstance(value, Path):
        value = str(value)
    if hint == tuple[str, ...]:
        if isinstance(value, str):
            value = tuple(part.strip() for part in value.split(",") if part.strip())
        elif isinstance(value, list | tuple):
            value = tuple(value)
    if _is_float(hint) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not _fits(hint, value):
        raise _wrong(item.name, value, _expected(hint), origin=origin, secret=secret)
    check = item.metadata["check"]
    expected = check(value) if check else ""
    if expected:
        raise _wrong(item.name, value, expected, origin=origin, secret=secret)
    return value


def reject_unknown(names: Iterable[str], known: Known, *, origin: str) -> None:
    """Raise SettingError, with the nearest name, if one of `names` is no setting."""
    for name in names:
        if name not in known:
            raise _unknown(name, known, origin=origin)


def file_for(folder: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the file named by FOOTNOTE_CONFIG, else the nearest up to the git root or the home folder."""
    named = environ.get("FOOTNOTE_CONFIG")
    if named:
        return Path(named).expanduser().resolve()
    folder = folder.resolve()
    try:
        home = Path.home()
    except RuntimeError:  # a container whose user has no entry and no HOME
        home = folder
    for parent in (folder, *folder.parents):
        path = parent / FILE_NAME
        with suppress(OSError):  # a folder above may be closed to us
            if path.is_file() and (parent == folder or _is_ours(path)):
                return path
            if (parent / ".git").exists():
                return None
        if parent == home:
            return None
    return None


def _is_ours(path: Path) -> bool:
    """Return whether a file belongs to this user or root: in /tmp, anybody may lay one above our folder."""
    return not hasattr(os, "getuid") or path.stat().st_uid in (0, os.getuid())


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises:
        SettingError: It cannot be read, or is no TOML.
    """
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            f"{path} cannot be read as TOML: {error}.",
            remedy='Write one `name = value` a line, text in "quotes".',
        ) from error
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SettingError(f"The settings file {path} cannot be read ({reason}).") from error


def _from_text(item: Setting, text: str, *, origin: str) -> Any:
    """Turn the text of an environment variable into the type of the setting, as far as it goes."""
    hint = item.hint
    text = text.strip()
    if hint is bool:
        if text.lower() in _YES | _NO:
            return text.lower() in _YES
    elif hint is int or (_is_float(hint) and text not in _names(hint)):
        try:
            return int(text.replace("_", "")) if hint is int else float(text)
        except ValueError:
            pass
    else:
        return checked(item, text, origin=origin)
    raise _wrong(item.name, text, _expected(hint), origin=origin, secret=item.metadata["secret"])


def _is_float(hint: Any) -> bool:
    return hint is float or float in get_args(hint)


def _names(hint: Any) -> tuple[str, ...]:
    """Return the words that a setting takes; a number may stand beside them."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return tuple(name for part in get_args(hint) for name in _names(part))


def _fits(hint: Any, value: object) -> bool:
    if _names(hint):
        return value in _names(hint) or (_is_float(hint) and isinstance(value, float))
    if hint == tuple[str, ...]:
        return isinstance(value, tuple) and all(isinstance(part, str) for part in value)
    if type(None) in get_args(hint):
        return value is None or isinstance(value, float)
    return type(value) is hint


def _expected(hint: Any) -> str:
    if _names(hint):
        return "one of " + ", ".join(_names(hint)) + (", or a number from 0 to 1" if _is_float(hint) else "")
    if hint == tuple[str, ...]:
        return "a list of texts"
    if _is_float(hint):
        return "a number"
    names = {bool: "true or false", int: "a whole number", str: "a text"}
    return names[hint]


def _wrong(name: str, value: object, expected: str, *, origin: str, secret: bool) -> SettingError:
    hidden = secret or not str(value).strip() or "@" in str(value)  # a password may stand in an address
    shown = "" if hidden else f", not {plain_value(value)[:80]!r}"
    where = "" if origin in ("default", "given") else f" (from {origin})"
    return SettingError(f"The setting {name}{where} must be {expected}{shown}.")


def _unknown(name: str, known: Iterable[str], *, origin: str) -> SettingError:
    from difflib import get_close_matches

    # The prefix that all share would make every name look alike.
    names = {other.removeprefix(PREFIX).lower(): other for other in known}
    spelled = name.replace("-", "_").upper().removeprefix(PREFIX).lower()
    near = get_close_matches(spelled, list(names), n=1, cutoff=0.6)
    remedy = f"Did you mean {names[near[0]]}?" if near else "`footnote status` lists the settings."
    return SettingError(f"{name} in {origin} is not a setting.", remedy=remedy)


def _on_this_machine(address: str) -> bool:
    from urllib.parse import urlsplit

    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return not address or is_loopback(host)


def _foreign_address(path: Path, name: str, address: str) -> SettingError:
    # A folder that somebody else wrote must not redirect questions, documents and keys to their server.
    return SettingError(
        f"{name} in {path} is the address of another machine{address}, which a file cannot set.",
        remedy=f"If you trust it, set the environment variable {PREFIX}{name.upper()}.",
    )
