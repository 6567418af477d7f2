"""Small GGUF files as other programs leave them: a header, and no weights."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path


def text(value: str) -> bytes:
    """Return a string as GGUF writes it."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def pair(key: str, kind: int, value: bytes) -> bytes:
    """Return one key-value pair."""
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str, *shape: int) -> bytes:
    """Return what a header says of one tensor."""
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, 0)


def gguf(
    path: Path,
    *,
    architecture: str = "qwen3",
    name: str = "",
    kind: str = "model",
    context: int = 8_192,
    template: str = "{{ messages }}",
    width: int = 1_000_000,
    more: Sequence[bytes] = (),
) -> Path:
    """Write a file of one tensor of `width` times 1,000 numbers; `more` are further pairs. Returns `path`."""
    pairs = [
        pair("general.architecture", 8, text(architecture)),
        pair("general.type", 8, text(kind)),
        pair("general.name", 8, text(name)),
        pair(f"{architecture}.context_length", 4, struct.pack("<I", context)),
        *([pair("tokenizer.chat_template", 8, text(template))] if template else []),
        *more,
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs))
    path.write_bytes(head + b"".join(pairs) + tensor("token_embd.weight", width, 1_000))
    return path
