"""Write the trained encoder as ONNX, in float and in int8.

    python -m training.encoder.export --checkpoint RUN/checkpoint.pt --out FOLDER

`--out` gets model.onnx (int8, per channel, reduced range), tokenizer.json and what tells Footnote how it pools, so that
the folder is an embedding model by itself; `--out`/float is the same with model.onnx in float.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.encoder.model import EncoderModel
from vectorstore.embedding.model_files import DEFAULT, WINDOW, find_model

FILES = ("tokenizer.json", "config.json")
KINDS = ("Transformer", "Pooling", "Normalize")


def main() -> None:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    base = find_model(DEFAULT).folder
    state = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    model = EncoderModel()
    model.load_state_dict(state["model"])
    print(f"{state['steps']} steps, {state['seconds'] / 60:.0f} minutes")
    plain = options.out / "float"
    for folder in (options.out, plain):
        describe(base, folder)
    export(model, plain / "model.onnx")
    quantize_dynamic(
        plain / "model.onnx",
        options.out / "model.onnx",
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
    content = (options.out / "model.onnx").read_bytes()
    print(json.dumps({"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}))


def describe(base: Path, folder: Path) -> None:
    """Write what a sentence-transformers folder has beside its weights."""
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(base / name, folder / name)
    modules = [
        {"idx": n, "name": str(n), "path": f"{n}_{kind}" if n else "", "type": f"sentence_transformers.models.{kind}"}
        for n, kind in enumerate(KINDS)
    ]
    (folder / "modules.json").write_text(json.dumps(modules, indent=1) + "\n", encoding="utf-8")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "mean"}) + "\n", encoding="utf-8")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": WINDOW}) + "\n", encoding="utf-8")


def export(model: EncoderModel, path: Path) -> None:
    """Write the network in float, with free numbers of texts and tokens."""
    model.eval()
    model.bert.set_attn_implementation("eager")
    example = torch.ones((2, 9), dtype=torch.long)
    names = ["input_ids", "attention_mask"]
    torch.onnx.export(
        model,
        (example, example),
        str(path),
        input_names=names,
        output_names=["hidden"],
        dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*names, "hidden"]},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
