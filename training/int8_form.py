"""Float weights of a BERT whose ONNX file holds them in int8: each int8 weight times its scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper

EMBEDDINGS = ("word", "token_type", "position")
PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
"""The products of a layer, in the order in which they are computed."""

Values = Mapping[str, npt.NDArray[np.float32]]


def read(path: Path) -> tuple[Values, list[str]]:
    """Return the tensors of an ONNX file by name, and the names of those that int8 products multiply by, in order."""
    graph = onnx.load(str(path)).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = [node.input[1].removesuffix("_quantized") for node in graph.node if node.op_type == "MatMulInteger"]
    return values, products


def bert_weights(values: Values, products: Sequence[str], *, prefix: str = "") -> dict[str, torch.Tensor]:
    """Return the weights of a `BertModel` by their names in it.

    Args:
        values: Of the file.
        products: Of all layers, six each.
        prefix: What stands before those names in the file.

    Raises:
        ValueError: There are not six products a layer.
    """
    state = {
        name.removeprefix(prefix): torch.from_numpy(value.copy())
        for name, value in values.items()
        if name.startswith(prefix) and value.dtype == np.float32 and value.ndim == 1
    }
    for part in EMBEDDINGS:
        name = f"embeddings.{part}_embeddings.weight"
        state[name] = torch.from_numpy(dequantised(values, prefix + name))
    if len(products) % len(PARTS):
        raise ValueError(f"{len(products)} int8 products are not {len(PARTS)} a layer.")
    for number, name in enumerate(products):
        layer, part_number = divmod(number, len(PARTS))
        weight = torch.from_numpy(dequantised(values, name))
        state[f"encoder.layer.{layer}.{PARTS[part_number]}.weight"] = weight.T.contiguous()
    return state


def dequantised(values: Values, name: str) -> npt.NDArray[np.float32]:
    """Return a tensor in float."""
    quantised = values[f"{name}_quantized"].astype(np.float32)
    zero, scale = values[f"{name}_zero_point"].astype(np.float32), values[f"{name}_scale"].astype(np.float32)
    return np.asarray((quantised - zero) * scale, dtype=np.float32)
