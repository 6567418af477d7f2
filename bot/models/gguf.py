"""Read the header of a GGUF file: what the model is, how large, how long its context, which tokens control it.

The format is that of llama.cpp: magic, version, counts, key-value pairs, then name and shape of each tensor.
The tensors themselves are not read.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.errors import ModelError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_CONTROL, _USER_DEFINED = 3, 4
_LONGEST = 1 << 28
_MARKUP = re.compile(r"[<\[(|].*[>\])|]", re.DOTALL)
_ATTENTION_DEFAULT_HEADS = 32
_PART = re.compile(r"-(?P<number>\d{5})-of-(?P<of>\d{5})\.gguf$")

Value = int | float | bool | str | list[int | float | bool | str]


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a GGUF file says.

    Attributes:
        name: The model's own name, or "".
        architecture: For example "llama", "qwen3".
        context: Longest context in tokens that the model was trained for; 0 where it is not said.
        size: Bytes of the file, or of all its parts together.
        parameters: Numbers in all tensors together.
        cache_bytes_per_token: Memory of the key-value cache for one token, in bytes (16 bits a value).
        control_tokens: Texts that the tokenizer turns into control tokens, longest first.
        template: The chat template, or "" where the file holds none.
        kind: What the file says that it is: "model", "mmproj", "adapter", …; "" in older files.
        pooled: Whether its vectors are pooled into one: an embedding model or a reranker.
        sees: Whether it holds an encoder of pictures of its own, as Ollama's files of such models do.
        split: Files that the model is split into; 1 for a whole one.
    """

    name: str
    architecture: str
    context: int
    size: int
    parameters: int
    cache_bytes_per_token: int
    control_tokens: tuple[str, ...]
    template: str = ""
    kind: str = ""
    pooled: bool = False
    sees: bool = False
    split: int = 1

    @property
    def chat(self) -> bool:
        """Whether the file holds a chat template."""
        return bool(self.template)


def parts_of(path: Path) -> list[Path]:
    """Return the files of a model that is split, in order, whether they are there or not; of another, itself."""
    found = _PART.search(path.name)
    if not found:
        return [path]
    count = int(found["of"])
    return [path.with_name(f"{path.name[: found.start()]}-{i:05}-of-{count:05}.gguf") for i in range(1, count + 1)]


def read_header(path: Path) -> Header:
    """Return the header of the GGUF file at `path`, with the sizes of all parts where the model is split.

    Raises:
        ModelError: The file is missing, cannot be read, or is no whole GGUF file.
    """
    try:
        with path.open("rb") as file:
            values, tensors = _read_values(file)
            parameters = sum(_read_shape(file) for _ in range(tensors))
        size = path.stat().st_size
        for part in parts_of(path):
            if part != path and part.is_file():
                with part.open("rb") as file:
                    parameters += sum(_read_shape(file) for _ in range(_read_values(file)[1]))
                size += part.stat().st_size
    except FileNotFoundError:
        raise ModelError(
            f"There is no model file at {path}.",
            remedy="Check the path, or run `footnote models` to see which models can be fetched.",
        ) from None
    except (OSError, struct.error, ValueError, UnicodeDecodeError, MemoryError) as error:
        raise ModelError(
            f"{path.name} is not a whole GGUF file.", remedy="Fetch the file again; it may be cut short."
        ) from error
    architecture = str(values.get("general.architecture", ""))
    return Header(
        name=str(values.get("general.name", "")),
        architecture=architecture,
        context=_whole(values.get(f"{architecture}.context_length")),
        size=size,
        parameters=parameters,
        cache_bytes_per_token=_cache_bytes(values, architecture),
        control_tokens=_control_tokens(values),
        template=str(values.get("tokenizer.chat_template", "")),
        kind=str(values.get("general.type", "")),
        pooled=bool(_whole(values.get(f"{architecture}.pooling_type"))),
        sees=f"{architecture}.vision.block_count" in values,
        split=max(1, _whole(values.get("split.count"))),
    )


def _read_values(file: BinaryIO) -> tuple[dict[str, Value], int]:
    """Return the key-value pairs, and how many tensors follow them."""
    if file.read(4) != b"GGUF":
        raise ValueError("wrong magic")
    version, tensors, pairs = struct.unpack("<IQQ", file.read(20))
    if not 2 <= version <= 3 or pairs > 100_000 or tensors > 100_000:
        raise ValueError("unknown version")
    values: dict[str, Value] = {}
    for _ in range(pairs):
        key = _read_string(file)
        (kind,) = struct.unpack("<I", file.read(4))
        values[key] = _read_value(file, kind)
    if not values:
        raise ValueError("empty header")
    return values, tensors


def _read_shape(file: BinaryIO) -> int:
    """Read what the header says of one tensor, and return how many numbers it holds."""
    _read_string(file)
    (dimensions,) = struct.unpack("<I", file.read(4))
    if dimensions > 8:
        raise ValueError("too many dimensions")
    shape = struct.unpack(f"<{dimensions}Q", file.read(8 * dimensions))
    file.read(12)  # type and offset
    return math.prod(shape)


def _read_string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _LONGEST:
        raise ValueError("string too long")
    data = file.read(length)
    if len(data) < length:
        raise ValueError("file cut short")
    return data.decode("utf-8", "replace")


def _read_value(file: BinaryIO, kind: int) -> Value:
    if kind == _STRING:
        return _read_string(file)
    if kind != _ARRAY:
        code = _SCALARS[kind] if kind in _SCALARS else _unknown(kind)
        value: int | float | bool = struct.unpack("<" + code, file.read(struct.calcsize("<" + code)))[0]
        return value
    inner, count = struct.unpack("<IQ", file.read(12))
    if count > _LONGEST:
        raise ValueError("array too long")
    if inner == _STRING:
        return [_read_string(file) for _ in range(count)]
    code = _SCALARS[inner] if inner in _SCALARS else _unknown(inner)
    return list(struct.unpack(f"<{count}{code}", file.read(count * struct.calcsize("<" + code))))


def _unknown(kind: int) -> str:
    raise ValueError(f"unknown value type {kind}")


def _whole(value: Value | None) -> int:
    if isinstance(value, list):
        return max((int(item) for item in value if isinstance(item, int)), default=0)
    return int(value) if isinstance(value, int) else 0


def _cache_bytes(values: dict[str, Value], architecture: str) -> int:
    layers = _whole(values.get(f"{architecture}.block_count"))
    width = _whole(values.get(f"{architecture}.embedding_length"))
    heads = _whole(values.get(f"{architecture}.attention.head_count")) or _ATTENTION_DEFAULT_HEADS
    kept = _whole(values.get(f"{architecture}.attention.head_count_kv")) or heads
    length = _whole(values.get(f"{architecture}.attention.key_length")) or width // heads
    return 2 * 2 * layers * kept * length


def _control_tokens(values: dict[str, Value]) -> tuple[str, ...]:
    tokens = values.get("tokenizer.ggml.tokens")
    kinds = values.get("tokenizer.ggml.token_type")
    if not isinstance(tokens, list) or not isinstance(kinds, list):
        return ()
    found = {
        str(token)
        for token, kind in zip(tokens, kinds, strict=False)
        if len(str(token)) > 1 and (kind == _CONTROL or (kind == _USER_DEFINED and _MARKUP.fullmatch(str(token))))
    }
    return tuple(sorted(found, key=lambda token: (-len(token), token)))
