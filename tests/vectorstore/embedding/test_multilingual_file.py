"""multilingual-e5-small out of its package: the numbers that the file holds are the numbers that are computed with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from packed_model import HEADS, LAYERS, LINEAR, MIDDLE, PIECES, PLACES, WIDTH, packed_model, rounded, tensors
from transformers import BertConfig, BertModel

from vectorstore.embedding.model_files import find_model
from vectorstore.embedding.multilingual import MEAN, unpack
from vectorstore.embedding.open import open_encoder

TEXTS = [
    "Der Vertrag.",
    "a",
    "Wo wurde der Vertrag in Tokio unterzeichnet? " * 20,
    "e\u0301te\u00a0\u00a0ab",
    "\U0001f600",
]
NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, unpacked."""
    place = tmp_path_factory.mktemp("packed") / "multilingual-e5-tiny"
    packed = place.with_suffix(".bin")
    packed.write_bytes(packed_model())
    unpack(packed, place)
    return place


def reference() -> BertModel:
    """transformers' own network with the rounded weights."""
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=MIDDLE,
        max_position_embeddings=PLACES,
    )
    held = {}
    for name, weight in tensors().items():
        if weight.ndim == 2:
            numbers, scales = rounded(weight)
            weight = ((numbers.astype(np.float32) - 8) * scales[..., None].astype(np.float32)).reshape(weight.shape)
        held[name] = torch.from_numpy(weight.copy())
    state = {
        "embeddings.word_embeddings.weight": held["emb.word"],
        "embeddings.position_embeddings.weight": held["emb.pos"].view(PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": held["emb.type"].view(2, WIDTH),
        "embeddings.LayerNorm.weight": held["emb.ln.w"],
        "embeddings.LayerNorm.bias": held["emb.ln.b"],
    }
    for layer in range(LAYERS):
        for short in (*LINEAR, "aln", "oln"):
            for part, ending in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{NAMES[short]}.{ending}"] = held[f"l{layer}.{short}.{part}"]
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(state)
    return model.eval()


def test_vectors_are_those_of_the_rounded_weights(folder: Path, tmp_path: Path) -> None:
    """Four bits are kept in the file, and what is computed from them is what transformers computes in float, less the
    mean of all passages."""
    encoder = open_encoder(str(folder), cache=str(tmp_path))
    model = reference()
    made = encoder.encode_texts(TEXTS)
    for text, vector in zip(TEXTS, made, strict=True):
        ids = torch.tensor([encoder._ids("passage: " + text)])  # type: ignore[attr-defined]
        with torch.no_grad():
            mean = model(input_ids=ids).last_hidden_state[0].mean(0) - torch.from_numpy(np.load(MEAN))
        wanted = torch.nn.functional.normalize(mean, dim=0).numpy()
        assert float(wanted @ vector) > 0.99999
    assert (folder / "model.onnx").stat().st_size < sum(weight.nbytes for weight in tensors().values())


def test_pieces_prefixes_and_window_are_the_models(folder: Path, tmp_path: Path) -> None:
    """Words are cut into the file's pieces after NFKC, blanks joined; offsets are those of the text as it was given."""
    source = find_model(str(folder))
    assert (source.pooling, source.query_prefix, source.document_prefix) == ("mean", "query: ", "passage: ")
    encoder = open_encoder(str(folder), cache=str(tmp_path))
    text = "\uff21b\u00a0\u00a0 de."
    found = encoder._tokenizer.encode(text)  # type: ignore[attr-defined]
    assert found.tokens[0] == "<s>" and found.tokens[-1] == "</s>"
    assert [text[start:end] for start, end in found.offsets[1:-1]][-1] == "."
    assert encoder._tokenizer.encode("ab de").ids == encoder._tokenizer.encode("ab\u00a0 de").ids  # type: ignore[attr-defined]
    assert json.loads((folder / "config.json").read_text())["num_hidden_layers"] == LAYERS


def test_another_file_is_refused(tmp_path: Path) -> None:
    """Of another form it is told by its first bytes, and nothing is written."""
    packed = tmp_path / "model.bin"
    packed.write_bytes(packed_model(magic=b"E6S1"))
    with pytest.raises(ValueError, match="not a packed e5 model"):
        unpack(packed, tmp_path / "folder")
    assert not (tmp_path / "folder").exists()
