"""The header of a GGUF file: read right, and refused when it is damaged."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from gguf_files import gguf, pair, tensor, text
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ModelError
from bot.models.gguf import read_header
from bot.models.memory import gigabytes, memory_needed


def header(*, version: int = 3) -> bytes:
    """Return the header of a small model with two control tokens."""
    tokens = ["a", "<|end|>", "\n\n", "<tool>", "b"]
    pairs = [
        pair("general.architecture", 8, text("llama")),
        pair("general.name", 8, text("Tiny")),
        pair("llama.context_length", 4, struct.pack("<I", 8_192)),
        pair("llama.block_count", 4, struct.pack("<I", 30)),
        pair("llama.embedding_length", 4, struct.pack("<I", 576)),
        pair("llama.attention.head_count", 4, struct.pack("<I", 9)),
        pair("llama.attention.head_count_kv", 4, struct.pack("<I", 3)),
        pair("llama.rope.freq_base", 6, struct.pack("<f", 1.5)),
        pair("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 5) + b"".join(text(t) for t in tokens)),
        pair("tokenizer.ggml.token_type", 9, struct.pack("<IQ5i", 5, 5, 1, 3, 4, 4, 1)),
        pair("tokenizer.chat_template", 8, text("{{ x }}")),
    ]
    tensors = [tensor("token_embd.weight", 576, 49_152), tensor("output_norm.weight", 576)]
    return b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs)) + b"".join(pairs + tensors)


def test_a_header_is_read(tmp_path: Path) -> None:
    """Name, context, memory of the cache and control tokens come from the header."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(header())
    found = read_header(path)
    assert (found.name, found.architecture, found.context, found.chat) == ("Tiny", "llama", 8_192, True)
    assert found.control_tokens == ("<|end|>", "<tool>")
    assert found.parameters == 576 * 49_152 + 576
    assert found.cache_bytes_per_token == 2 * 2 * 30 * 3 * 64
    assert memory_needed(found, 1_000) > 1_000 * found.cache_bytes_per_token


@pytest.mark.parametrize(
    "damage", [b"", b"GGUF", b"nope" + b"\0" * 99, header(version=9), header()[:100], header()[:-20]]
)
def test_a_damaged_header_is_refused(damage: bytes, tmp_path: Path) -> None:
    """A file that is cut short or of another kind is an error in words."""
    path = tmp_path / "bad.gguf"
    path.write_bytes(damage)
    with pytest.raises(ModelError, match="not a whole GGUF"):
        read_header(path)


@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_crash_the_reader(noise: bytes, at: int) -> None:
    """Whatever bytes stand in the file, the reader ends in a header or in our error."""
    import tempfile

    data = header()
    with tempfile.NamedTemporaryFile(suffix=".gguf") as file:
        file.write(data[:at] + noise + data[at + len(noise) :])
        file.flush()
        try:
            read_header(Path(file.name))
        except ModelError as error:
            assert error.remedy


def test_a_split_model_counts_as_a_whole(tmp_path: Path) -> None:
    """Size and parameters are those of all parts together, so that its memory is not taken for a third of it."""
    whole = tmp_path / "m-00001-of-00003.gguf"
    for number in (1, 2, 3):
        gguf(tmp_path / f"m-{number:05}-of-00003.gguf", more=[pair("split.count", 2, struct.pack("<H", 3))])
    found = read_header(whole)
    one = gguf(tmp_path / "one.gguf", more=[pair("split.count", 2, struct.pack("<H", 3))])
    assert (found.split, found.size) == (3, 3 * one.stat().st_size)
    assert found.parameters == 3 * read_header(one).parameters


def test_sizes_are_written_for_people() -> None:
    """Sizes read as a person writes them."""
    assert gigabytes(98_362_432) == "98 MB"
    assert gigabytes(2_500_000_000) == "2.5 GB"
