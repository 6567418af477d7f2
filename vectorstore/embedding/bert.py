"""Writes the ONNX form of a BERT encoder straight from its weights: no torch, and a sixth of the time.

The model that comes with Footnote is one. Other architectures, and other models, go through `export.py`.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

OPSET = 20
"""The first with Gelu; every onnxruntime that Footnote allows reads it."""
IR_VERSION = 9
"""The one of that opset: the newest that the package onnx knows may be too new for onnxruntime."""

Weights = dict[str, npt.NDArray[np.float32]]


def write_bert(source: Path, target: Path) -> None:
    """Write the encoder of the folder `source` to the file `target`.

    Inputs are `input_ids` and `attention_mask`, int64 of (batch, tokens); the output is `hidden`, the last layer's
    states, float32 of (batch, tokens, hidden size). All tokens are of type 0.

    Args:
        source: Folder with config.json and model.safetensors.
        target: The ONNX file.

    Raises:
        ValueError: The model is not a BERT of the usual form.
    """
    import onnx
    from onnx import TensorProto, helper

    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    usual = ("bert", "gelu", "absolute")
    if (config["model_type"], config["hidden_act"], config.get("position_embedding_type", "absolute")) != usual:
        raise ValueError(f"{source} is not a BERT of the usual form")
    graph = _Graph(config, _weights(source / "model.safetensors"))
    hidden = graph.embeddings()
    for number in range(config["num_hidden_layers"]):
        hidden = graph.layer(number, hidden)
    graph.add("Identity", hidden, output="hidden")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    shape = ["batch", "tokens", config["hidden_size"]]
    outputs = [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape)]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "bert", inputs, outputs, initializer=graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.save(made, str(target))


def _weights(file: Path) -> Weights:
    from safetensors import safe_open

    with safe_open(str(file), framework="numpy") as held:
        return {name: held.get_tensor(name).astype(np.float32) for name in held.keys()}  # noqa: SIM118


class _Graph:
    """Nodes and constants of the encoder, in the order in which they are computed."""

    def __init__(self, config: dict[str, Any], weights: Weights) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._config = config
        self._weights = weights
        self._width: int = config["hidden_size"]
        self._heads: int = config["num_attention_heads"]
        self._hidden_from_padding = ""

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node of one output; return the output's name."""
        from onnx import helper

        name = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, value: npt.NDArray[Any]) -> str:
        """Add a constant; return its name."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def embeddings(self) -> str:
        """Add word, position and type embeddings, and the mask that keeps attention off the padding."""
        prefix = "embeddings"
        places = self._weights[f"{prefix}.position_embeddings.weight"]
        places = places + self._weights[f"{prefix}.token_type_embeddings.weight"][0]
        zero = self.constant(np.array([0], np.int64))
        words = self.add("Gather", self.constant(self._weights[f"{prefix}.word_embeddings.weight"]), "input_ids")
        tokens = self.add("Shape", "input_ids", start=1, end=2)
        here = self.add("Slice", self.constant(places), zero, tokens, zero)
        shown = self.add("Cast", "attention_mask", to=1)  # float32
        padding = self.add("Sub", self.constant(np.array(1, np.float32)), shown)
        far_below = self.add("Mul", padding, self.constant(np.array(np.finfo(np.float32).min)))
        # To (batch, 1, 1, tokens): the same for every head and every asking token.
        self._hidden_from_padding = self.add("Unsqueeze", far_below, self.constant(np.array([1, 2], np.int64)))
        return self._normalised(self.add("Add", words, here), f"{prefix}.LayerNorm")

    def layer(self, number: int, states: str) -> str:
        """Add one layer over `states` (batch, tokens, width); return the name of its output, of the same shape."""
        prefix = f"encoder.layer.{number}"
        attended = self._linear(self._attention(states, f"{prefix}.attention.self"), f"{prefix}.attention.output.dense")
        states = self._normalised(self.add("Add", attended, states), f"{prefix}.attention.output.LayerNorm")
        wide = self.add("Gelu", self._linear(states, f"{prefix}.intermediate.dense"))
        narrow = self._linear(wide, f"{prefix}.output.dense")
        return self._normalised(self.add("Add", narrow, states), f"{prefix}.output.LayerNorm")

    def _attention(self, states: str, prefix: str) -> str:
        size = self._width // self._heads
        split = self.constant(np.array([0, 0, self._heads, size], np.int64))
        query, key, value = (
            self.add(
                "Transpose", self.add("Reshape", self._linear(states, f"{prefix}.{part}"), split), perm=permutation
            )
            for part, permutation in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
        )
        scale = self.constant(np.array(1 / math.sqrt(size), np.float32))
        scores = self.add("Mul", self.add("MatMul", query, key), scale)
        shares = self.add("Softmax", self.add("Add", scores, self._hidden_from_padding), axis=-1)
        mixed = self.add("Transpose", self.add("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self.add("Reshape", mixed, self.constant(np.array([0, 0, self._width], np.int64)))

    def _linear(self, states: str, prefix: str) -> str:
        product = self.add("MatMul", states, self.constant(self._weights[f"{prefix}.weight"].T))
        return self.add("Add", product, self.constant(self._weights[f"{prefix}.bias"]))

    def _normalised(self, states: str, prefix: str) -> str:
        scale, shift = (self.constant(self._weights[f"{prefix}.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", states, scale, shift, epsilon=self._config["layer_norm_eps"])
