"""Train the reader.

    python -m training.reader.train --examples examples.jsonl.gz --base FOLDER --out FOLDER [--minutes 60]

`--base` is the folder of the int8 cross-encoder (model.onnx, tokenizer.json). It uses a GPU where there is one, else
the cores that --threads names. The learning rate falls to nothing over --minutes, so that a run of any length ends
well. A checkpoint is written every few minutes; the same command goes on from it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer
from torch.nn import functional

from training.reader.model import ReaderModel, from_cross_encoder, from_reader

LONGEST = 224
"""Tokens of an example; longer ones are left out."""
QUESTION = 64
BATCH = 24
RATE = 7e-5
WARM = 0.06
"""Share of the time in which the learning rate rises."""
FIXED = 2
"""So many of the first layers stay as they are, as the embeddings do."""
SUPPORTS_WEIGHT = 0.5
SPAN_WEIGHT = 0.5
CHECKPOINT_SECONDS = 240
TITLE = " | "
"""What stands between a title and its passage."""


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="an int8 reader of training.reader.export, not the base")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = load_tokenizer(options.base / "tokenizer.json")
    encoded = encode(options.examples, tokenizer)
    print(f"{len(encoded)} examples of {sum(len(e['ids']) for e in encoded) / len(encoded):.0f} tokens", flush=True)
    model = (from_reader(options.start) if options.start else from_cross_encoder(options.base / "model.onnx")).to(
        device
    )
    model.bert.set_attn_implementation("eager")
    for part in (model.bert.embeddings, *list(model.bert.encoder.layer)[:FIXED]):
        part.requires_grad_(False)
    run(model, encoded, options.out, seconds=60 * options.minutes, seed=options.seed, device=device)


def load_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer without the truncation and padding that its file carries."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(path: Path, tokenizer: Tokenizer) -> list[dict[str, Any]]:
    """Return the examples as token numbers, with spans as places of tokens; those that are too long are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    pairs = [(row["question"], (row["title"] + TITLE if row["title"] else "") + row["passage"]) for row in rows]
    encoded = []
    for row, found in zip(rows, tokenizer.encode_batch(pairs), strict=True):
        if len(found.ids) > LONGEST or found.type_ids.index(1) > QUESTION + 2:
            continue
        shift = len(row["title"] + TITLE) if row["title"] else 0
        start, end = _places(found, row["start"] + shift, row["end"] + shift) if row["start"] >= 0 else (-1, -1)
        encoded.append(
            {
                "ids": found.ids,
                "types": found.type_ids,
                "answers": row["answers"],
                "start": start,
                "end": end,
                "supports": row["supports"],
            }
        )
    return encoded


def _places(found: Encoding, start: int, end: int) -> tuple[int, int]:
    inside = [i for i, (a, b) in enumerate(found.offsets) if found.type_ids[i] == 1 and a < b and a < end and start < b]
    return (inside[0], inside[-1]) if inside else (-1, -1)


def batches(encoded: list[dict[str, Any]], chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Yield all examples once, those of one length together, in any order."""
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]["ids"]) + chance.uniform(0, 12))
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    for group in groups:
        yield [encoded[i] for i in group]


def tensors(batch: list[dict[str, Any]], device: torch.device) -> dict[str, torch.Tensor]:
    """Return a batch, padded to its longest."""
    longest = max(len(e["ids"]) for e in batch)
    ids = np.zeros((len(batch), longest), dtype=np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    for row, e in enumerate(batch):
        ids[row, : len(e["ids"])], types[row, : len(e["ids"])], mask[row, : len(e["ids"])] = e["ids"], e["types"], 1
    known = {key: torch.tensor([e[key] for e in batch]) for key in ("answers", "start", "end", "supports")}
    inputs = {"ids": torch.from_numpy(ids), "types": torch.from_numpy(types), "mask": torch.from_numpy(mask)}
    return {key: value.to(device) for key, value in {**inputs, **known}.items()}


def loss_of(model: ReaderModel, t: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the loss of a batch, and its parts (answers, span, supports)."""
    answers, start, end, supports = (output.float() for output in model(t["ids"], t["mask"], t["types"]))
    total = [answers.sum() * 0.0] * 3
    known = t["answers"] >= 0
    if known.any():
        total[0] = functional.binary_cross_entropy_with_logits(answers[known], t["answers"][known].float())
    outside = (t["types"] == 0) | (t["mask"] == 0)
    spanned = t["start"] >= 0
    if spanned.any():
        total[1] = (
            sum(
                functional.cross_entropy(logits.masked_fill(outside, -1e4)[spanned], t[key][spanned])
                for logits, key in ((start, "start"), (end, "end"))
            )
            * 0.5
        )
    judged = t["supports"] >= 0
    if judged.any():
        total[2] = functional.cross_entropy(supports[judged], t["supports"][judged])
    shares = [known.float().mean(), spanned.float().mean(), judged.float().mean()]
    loss = shares[0] * total[0] + SPAN_WEIGHT * shares[1] * total[1] + SUPPORTS_WEIGHT * shares[2] * total[2]
    return loss, torch.stack([part.detach() for part in total])


def run(
    model: ReaderModel, encoded: list[dict[str, Any]], out: Path, *, seconds: float, seed: int, device: torch.device
) -> None:
    """Train for so many seconds, counting those before a checkpoint that is gone on from."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=RATE, weight_decay=0.01)
    kept, done, steps = out / "checkpoint.pt", 0.0, 0
    if kept.exists():
        state = torch.load(kept, map_location=device)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        done, steps, seed = state["seconds"], state["steps"], seed + state["steps"]
        print(f"goes on after {steps} steps", flush=True)
    chance = random.Random(seed)
    began = written = time.monotonic()
    seen: list[torch.Tensor] = []
    model.train()
    while True:
        for batch in batches(encoded, chance):
            elapsed = done + time.monotonic() - began
            if elapsed >= seconds:
                save(model, optimiser, kept, elapsed, steps)
                return
            share = elapsed / seconds
            for group in optimiser.param_groups:
                group["lr"] = RATE * (share / WARM if share < WARM else max(0.02, (1 - share) / (1 - WARM)))
            # Half as many bits, and attention written out: 3.6 times as fast on a core that has bf16 (0.99 for 3.58 s
            # of 24 examples of 100 tokens).
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss, parts = loss_of(model, tensors(batch, device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            steps += 1
            seen.append(parts)
            if steps % 50 == 0:
                mean = torch.stack(seen[-50:]).mean(0).tolist()
                print(
                    f"{steps} steps, {elapsed / 60:.1f} min: answers {mean[0]:.3f} span {mean[1]:.3f} "
                    f"supports {mean[2]:.3f}",
                    flush=True,
                )
            if time.monotonic() - written > CHECKPOINT_SECONDS:
                save(model, optimiser, kept, elapsed, steps)
                written = time.monotonic()


def save(model: ReaderModel, optimiser: torch.optim.Optimizer, path: Path, seconds: float, steps: int) -> None:
    """Write a checkpoint beside the old one and put it in its place."""
    fresh = path.with_suffix(".new")
    torch.save(
        {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "seconds": seconds, "steps": steps}, fresh
    )
    fresh.replace(path)


if __name__ == "__main__":
    main()
