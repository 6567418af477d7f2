"""Writes the ONNX form of a BERT encoder straight from its weights: no torch, and a sixth of the time.

The model that comes with Footnote is one, in float; `multilingual.py` has another, four bits a weight. Other
architectures, and other models, go through `export.py`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

OPSET = 20
"""The first with Gelu; every onnxruntime that Footnote allows reads it."""
IR_VERSION = 9
"""The one of that opset: the newest that the package onnx knows may be too new for onnxruntime."""

FOURBIT = "com.microsoft"
"""Where onnxruntime keeps the operators that read four bits a weight."""
FOURBIT_OPSET = 21
"""The first that has numbers of four bits."""
FOURBIT_IR_VERSION = 10


@dataclass(frozen=True, slots=True)
class Fourbit:
    """A matrix of four bits a weight: (number − 8) × the scale of its block.

    Attributes:
        pairs: uint8 of (rows, blocks, half a block): two numbers a byte, the first in its lower half.
        scales: float32 of (rows, blocks).
    """

    pairs: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float32]

    @property
    def block(self) -> int:
        """Weights that share a scale."""
        return int(2 * self.pairs.shape[2])


Weights = dict[str, npt.NDArray[np.float32] | Fourbit]


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
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    usual = ("bert", "gelu", "absolute")
    if (config["model_type"], config["hidden_act"], config.get("position_embedding_type", "absolute")) != usual:
        raise ValueError(f"{source} is not a BERT of the usual form")
    write_graph(config, _weights(source / "model.safetensors"), target)


def write_graph(config: dict[str, Any], weights: Weights, target: Path) -> None:
    """Write the encoder with these weights to the file `target`, as `write_bert` does.

    Args:
        config: As in a model's config.json.
        weights: By their names in transformers' BertModel; word embeddings and products may be of four bits.
        target: The ONNX file.
    """
    import onnx
    from onnx import TensorProto, helper

    graph = _Graph(config, weights)
    fourbit = any(isinstance(weight, Fourbit) for weight in weights.values())
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
        opset_imports=[
            helper.make_opsetid("", FOURBIT_OPSET if fourbit else OPSET),
            *([helper.make_opsetid(FOURBIT, 1)] if fourbit else []),
        ],
        ir_version=FOURBIT_IR_VERSION if fourbit else IR_VERSION,
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
        places = self._float(f"{prefix}.position_embeddings.weight")
        places = places + self._float(f"{prefix}.token_type_embeddings.weight")[0]
        zero = self.constant(np.array([0], np.int64))
        words = self._words(f"{prefix}.word_embeddings.weight")
        tokens = self.add("Shape", "input_ids", start=1, end=2)
        here = self.add("Slice", self.constant(places), zero, tokens, zero)
        shown = self.add("Cast", "attention_mask", to=1)  # float32
        padding = self.add("Sub", self.constant(np.array(1, np.float32)), shown)
        far_below = self.add("Mul", padding, self.constant(np.array(np.finfo(np.float32).min)))
        # To (batch, 1, 1, tokens): the same for every head and every asking token.
        self._hidden_from_padding = self.add("Unsqueeze", far_below, self.constant(np.array([1, 2], np.int64)))
        return self._normalised(self.add("Add", words, here), f"{prefix}.LayerNorm")

    def _float(self, name: str) -> npt.NDArray[np.float32]:
        weight = self._weights[name]
        if isinstance(weight, Fourbit):
            raise ValueError(f"{name} has four bits a weight, which is not known of it")
        return weight

    def _words(self, name: str) -> str:
        weight = self._weights[name]
        if not isinstance(weight, Fourbit):
            return self.add("Gather", self.constant(weight), "input_ids")
        rows, blocks = weight.scales.shape
        middle = np.full((rows * blocks + 1) // 2, 0x88, np.uint8)  # eight in both halves: what stands for nought
        numbers, zeros = (
            self._packed(pairs, [rows, columns])
            for pairs, columns in ((weight.pairs, blocks * weight.block), (middle, blocks))
        )
        attributes: dict[str, Any] = {"gather_axis": 0, "quantize_axis": 1, "block_size": weight.block}
        scales = self.constant(weight.scales)
        return self.add("GatherBlockQuantized", numbers, "input_ids", scales, zeros, domain=FOURBIT, **attributes)

    def _packed(self, pairs: npt.NDArray[np.uint8], shape: list[int]) -> str:
        """Add a constant of numbers of four bits; return its name."""
        from onnx import TensorProto, helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(helper.make_tensor(name, TensorProto.UINT4, shape, pairs.tobytes(), raw=True))
        return name

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
        weight, bias = self._weights[f"{prefix}.weight"], self.constant(self._float(f"{prefix}.bias"))
        if not isinstance(weight, Fourbit):
            return self.add("Add", self.add("MatMul", states, self.constant(weight.T)), bias)
        rows, blocks = weight.scales.shape
        sizes: dict[str, Any] = {"K": blocks * weight.block, "N": rows, "bits": 4, "block_size": weight.block}
        held = (self.constant(weight.pairs), self.constant(weight.scales.reshape(-1)))
        return self.add("MatMulNBits", states, *held, "", "", bias, domain=FOURBIT, **sizes)

    def _normalised(self, states: str, prefix: str) -> str:
        scale, shift = (self.constant(self._float(f"{prefix}.{part}")) for part in ("weight", "bias"))
        return self.add("LayerNormalization", states, scale, shift, epsilon=self._config["layer_norm_eps"])
