"""Opens an embedding model by name."""

from __future__ import annotations

from vectorstore.embedding.encoder import Encoder, OnnxEncoder
from vectorstore.embedding.model_files import find_model
from vectorstore.embedding.onnx_form import onnx_form


def open_encoder(name: str | None = None, *, cache: str | None = None, threads: int = 0) -> Encoder:
    """Open an embedding model.

    Args:
        name: Any sentence-transformers name or folder; None or "" for the default.
        cache: Folder for ONNX forms and the default model; None or "" for the user's cache folder.
        threads: Threads of the encoder; 0 for one a core.

    Raises:
        ModelMissing: The model is not on this machine. Nothing is ever downloaded here.
    """
    return OnnxEncoder(onnx_form(find_model(name, cache=cache), cache=cache), threads=threads)
