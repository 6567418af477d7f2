"""Where programs keep GGUF files on this machine: Ollama, LM Studio, llama.cpp, the model hub's cache, and Footnote.

Only names and places are read here; what a file is, its header says (`gguf.py`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.models.catalogue import models_folder
from bot.models.gguf import parts_of

_DEEPEST = 6
_MOST = 2_000
"""Folders deeper and files more than this are no collection of models."""
_MODEL_LAYER = "application/vnd.ollama.image.model"
_PROJECTOR_LAYER = "application/vnd.ollama.image.projector"
_LONGEST_MANIFEST = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file, or the first part of one that is split.

    Attributes:
        name: What its owner calls it: Ollama's name with its tag, else the file's without its ending.
        path: Where it lies.
        where: Whose folder that is, in words.
        pictures: Whether a second file beside it reads pictures for it.
    """

    name: str
    path: Path
    where: str
    pictures: bool = False


def model_files(
    cache: str = "", *, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> list[ModelFile]:
    """Return the GGUF files of all the usual folders, each once, whoever links to it.

    Args:
        cache: Footnote's own cache folder; "" for the user's.
        environ: Variables that say where programs keep their files; those of the process if None.
        home: The person's home folder.
    """
    environ = os.environ if environ is None else environ
    home = home or _home()
    found: dict[Path, ModelFile] = {}
    for file in (
        *_gguf_files(models_folder(cache), "Footnote"),
        *_ollama(environ, home),
        *(file for folder in _lm_studio(home) for file in _gguf_files(folder, "LM Studio")),
        *_gguf_files(_llama_cpp(environ, home), "llama.cpp"),
        *_gguf_files(_hub(environ, home), "the hub's cache"),
    ):
        found.setdefault(_resolved(file.path), file)
    return list(found.values())


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a container whose user has no entry and no HOME
        return Path("/")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _gguf_files(folder: Path, where: str) -> Iterator[ModelFile]:
    """Yield the GGUF files below a folder; of a split model only what stands for it, the first of its parts here."""
    top = len(folder.parts)
    seen: set[Path] = set()
    left = _MOST
    for place, folders, names in os.walk(folder):  # a folder that is closed to us is passed over
        folders.sort()
        if len(Path(place).parts) - top >= _DEEPEST:
            folders.clear()
        for name in sorted(names):
            if not name.lower().endswith(".gguf"):
                continue
            path = Path(place) / name
            first = parts_of(path)[0]
            if first in seen or not path.is_file() or not left:
                continue
            left -= 1
            seen.add(first)
            yield ModelFile(path.name[:-5], path, where)


def _ollama(environ: Mapping[str, str], home: Path) -> Iterator[ModelFile]:
    """Yield Ollama's models. Its files are named by their digests; manifests say which model is which file."""
    folders = [Path(environ["OLLAMA_MODELS"]).expanduser()] if environ.get("OLLAMA_MODELS") else []
    folders += [home / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models"), Path("/var/lib/ollama/models")]
    for folder in folders:
        manifests = folder / "manifests"
        for place, inner, names in os.walk(manifests):
            inner.sort()
            for tag in sorted(names):
                manifest = Path(place) / tag
                layers = _layers(manifest)
                digest = layers.get(_MODEL_LAYER, "")
                path = folder / "blobs" / digest.replace(":", "-")
                if digest.startswith("sha256:") and "/" not in digest and path.is_file():
                    name = _ollama_name(manifest.relative_to(manifests).parts)
                    yield ModelFile(name, path, "Ollama's files", pictures=_PROJECTOR_LAYER in layers)


def _layers(manifest: Path) -> dict[str, str]:
    """Return the digest of each kind of layer; empty for a file that is no manifest."""
    try:
        if manifest.stat().st_size > _LONGEST_MANIFEST:
            return {}
        read = json.loads(manifest.read_text(encoding="utf-8"))
        return {str(layer["mediaType"]): str(layer["digest"]) for layer in read["layers"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _ollama_name(parts: tuple[str, ...]) -> str:
    """Return the name by which Ollama calls the model of a manifest: "qwen3:4b", "somebody/model:latest"."""
    *place, tag = parts
    if place[:2] == ["registry.ollama.ai", "library"]:
        place = place[2:]
    elif place[:1] == ["registry.ollama.ai"]:
        place = place[1:]
    return f"{'/'.join(place)}:{tag}"


def _lm_studio(home: Path) -> list[Path]:
    """Return LM Studio's folders: the one that was chosen there, and those of its newer and older versions."""
    folders = [home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"]
    try:
        base = Path((home / ".lmstudio-home-pointer").read_text(encoding="utf-8").strip())
        folders.append(base / "models")
    except (OSError, ValueError):
        base = home / ".lmstudio"
    try:
        chosen = json.loads((base / "settings.json").read_text(encoding="utf-8")).get("downloadsFolder")
        folders += [Path(chosen)] if isinstance(chosen, str) and chosen else []
    except (OSError, ValueError, AttributeError, RecursionError):
        pass
    return list(dict.fromkeys(folders))


def _llama_cpp(environ: Mapping[str, str], home: Path) -> Path:
    if environ.get("LLAMA_CACHE"):
        return Path(environ["LLAMA_CACHE"]).expanduser()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "llama.cpp"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "llama.cpp"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "llama.cpp"


def _hub(environ: Mapping[str, str], home: Path) -> Path:
    """Return the model hub's cache, as huggingface_hub finds it."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environ.get(variable):
            return Path(environ[variable]).expanduser()
    if environ.get("HF_HOME"):
        return Path(environ["HF_HOME"]).expanduser() / "hub"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "huggingface" / "hub"
