"""Writes the ONNX form of any sentence-transformers model but the one that comes with Footnote.

The only file of `vectorstore/` that imports torch and sentence-transformers, which the extra `models` installs.
`sentence-transformers[onnx]` cannot be installed beside transformers 5, so the export goes through `torch.onnx`
on a thin wrapper.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vectorstore.embedding.encoder import Vectors

OPSET = 17


def export(source: Path, target: Path, *, texts: Sequence[str], window: int) -> Vectors:
    """Write model.onnx and tokenizer.json of the model in `source` into `target`.

    Returns:
        What sentence-transformers makes of `texts`, an array of (texts, dimension), to hold the form against.

    Raises:
        ModuleNotFoundError: The extra `models` is not installed.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    model.max_seq_length = window
    transformer: Any = model[0]
    inputs = [
        n for n in transformer.tokenizer.model_input_names if n in ("input_ids", "attention_mask", "token_type_ids")
    ]
    # Eager attention is what the exporter of opset 17 can trace.
    transformer.auto_model.config._attn_implementation = "eager"
    transformer.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))

    class LastHiddenState(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = transformer.auto_model

        def forward(self, *tensors: torch.Tensor) -> Any:
            return self.model(**dict(zip(inputs, tensors, strict=True))).last_hidden_state

    example = torch.ones((2, 16), dtype=torch.long)
    axes = {name: {0: "batch", 1: "tokens"} for name in [*inputs, "hidden"]}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            LastHiddenState().eval(),
            tuple(example if name != "token_type_ids" else example * 0 for name in inputs),
            str(target / "model.onnx"),
            input_names=inputs,
            output_names=["hidden"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    made: Vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    return made
