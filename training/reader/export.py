"""Write the trained reader as ONNX, in float and in int8, and say how far int8 is from float.

    python -m training.reader.export --checkpoint RUN/checkpoint.pt --base FOLDER --out FOLDER [--start FILE]

`--out` gets reader.onnx (int8, per channel, reduced range: what ships), tokenizer.json, and `float/` with reader.onnx
and the same tokenizer, to compare with. Prints the sha256 that `bot/reader/reader.py` holds.

With `--start`, the reader that training began with, what is written lies between both: TRAINED of the way from it to
the checkpoint, in every weight. So the words are found as well as after the whole training, and texts unlike those that
were trained on are judged as soberly as before (Wortsman et al., arXiv 2109.01903; figures in docs/reader.md).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from training.reader.model import ReaderModel, from_reader

TRAINED = 0.6
"""How far from the reader that training began with: 0.3, 0.5, 0.6, 0.7 and 1 were compared (docs/reader.md)."""
NAMES = ("answers", "start", "end", "supports")


class _Exported(nn.Module):
    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        return tuple(self.model(input_ids, attention_mask, token_type_ids))


def main() -> None:
    """Export a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="the int8 reader that training began with")
    options = parser.parse_args()
    state = torch.load(options.checkpoint, map_location="cpu")
    model = ReaderModel()
    weights = state["model"]
    if options.start:
        begun = from_reader(options.start).state_dict()
        weights = {name: begun[name].lerp(value.to(begun[name].dtype), TRAINED) for name, value in weights.items()}
    model.load_state_dict(weights)
    print(f"{state['steps']} steps, {state['seconds'] / 60:.0f} minutes")
    plain, small = options.out / "float" / "reader.onnx", options.out / "reader.onnx"
    plain.parent.mkdir(parents=True, exist_ok=True)
    for folder in (options.out, plain.parent):
        shutil.copyfile(options.base / "tokenizer.json", folder / "tokenizer.json")
    export(model, plain)
    quantize_dynamic(plain, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    content = small.read_bytes()
    print(json.dumps({"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}))


def export(model: ReaderModel, path: Path) -> None:
    """Write the network in float, with free numbers of rows and pieces."""
    model.eval()
    model.bert.set_attn_implementation("eager")
    example = torch.ones((2, 9), dtype=torch.long)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "rows", 1: "pieces"} for name in [*names, "start", "end"]} | {
        name: {0: "rows"} for name in ("answers", "supports")
    }
    torch.onnx.export(
        _Exported(model),
        (example, example, example),
        str(path),
        input_names=names,
        output_names=list(NAMES),
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
