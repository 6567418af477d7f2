"""The reader's network: one BERT encoder with a head for "answers", for the span, and for "supports".

It starts from the int8 cross-encoder ms-marco-MiniLM-L-12-v2 (12 layers of 384, Apache-2.0), whose ONNX file
is turned back into float weights: each int8 weight times its scale.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import BertConfig, BertModel

from training.int8_form import EMBEDDINGS, PARTS, bert_weights, dequantised, read

LAYERS = 12
WIDTH = 384
HEADS = 12
MIDDLE = 1536
VOCABULARY = 30522
CLASSIFIER_SCALE = 0.4
SUPPORTS = ("entails", "contradicts", "neither")


class ReaderModel(nn.Module):
    """Returns (answers [batch], start [batch, tokens], end [batch, tokens], supports [batch, 3])."""

    def __init__(self, layers: int = LAYERS) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=VOCABULARY,
            hidden_size=WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=HEADS,
            intermediate_size=MIDDLE,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.bert = BertModel(config)
        self.classifier = nn.Linear(WIDTH, 1)
        self.span = nn.Linear(WIDTH, 2)
        self.supports = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, len(SUPPORTS)))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Run the encoder once and all heads on it."""
        out = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        hidden = out.last_hidden_state
        span = self.span(hidden)
        answers = self.classifier(out.pooler_output).squeeze(-1)
        return answers, span[..., 0], span[..., 1], self.supports(hidden[:, 0])


def from_cross_encoder(path: Path) -> ReaderModel:
    """Return the network with the weights of the int8 cross-encoder, its own heads fresh.

    Raises:
        ValueError: The file is not of the form that is known (12 layers, six products a layer).
    """
    values, products = read(path)
    inner = LAYERS * len(PARTS)
    if len(products) != inner + 2:
        raise ValueError(f"{path} has {len(products)} int8 products, not {inner + 2}.")
    state = {f"bert.{name}": weight for name, weight in bert_weights(values, products[:inner], prefix="bert.").items()}
    for name in products[inner:]:
        weight = torch.from_numpy(dequantised(values, name))
        key = "bert.pooler.dense.weight" if weight.shape == (WIDTH, WIDTH) else "classifier.weight"
        state[key] = weight.T.contiguous()
    state["classifier.bias"] = torch.from_numpy(values["classifier.bias"].copy())
    model = ReaderModel()
    missing, unexpected = model.load_state_dict(state, strict=False)
    lacking = [name for name in missing if not name.startswith(("span.", "supports.", "bert.embeddings.position_ids"))]
    if lacking or unexpected:
        raise ValueError(f"{path}: missing {lacking}, unexpected {unexpected}.")
    with torch.no_grad():  # its scores reach from -11 to 11, too sure to begin with
        model.classifier.weight *= CLASSIFIER_SCALE
        model.classifier.bias *= CLASSIFIER_SCALE
    return model


def from_reader(path: Path) -> ReaderModel:
    """Return the network with the weights of a reader that `training.reader.export` wrote in int8, to train it on.

    Raises:
        ValueError: The file is not of that form.
    """
    values, products = read(path)
    model = ReaderModel()
    state = {name: values[f"model.{name}"] for name in model.state_dict() if f"model.{name}" in values}
    for name in EMBEDDINGS:
        key = f"bert.embeddings.{name}_embeddings.weight"
        state[key] = dequantised(values, f"model.{key}")
    layers = [f"bert.encoder.{n}" for n, module in model.bert.encoder.named_modules() if isinstance(module, nn.Linear)]
    if len(products) != len(layers) + 5:
        raise ValueError(f"{path} has {len(products)} int8 products, not {len(layers) + 5}.")
    unnamed = [product for product in products if not product.startswith("model.")]
    for name, product in [
        *zip([*layers, "span"], unnamed, strict=True),
        *(
            (product.removeprefix("model.").removesuffix(".weight_Transposed"), product)
            for product in products
            if product not in unnamed
        ),
    ]:
        state[f"{name}.weight"] = dequantised(values, product).T
    missing, unexpected = model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()}, strict=False)
    if missing or unexpected:
        raise ValueError(f"{path}: missing {missing}, unexpected {unexpected}.")
    return model
