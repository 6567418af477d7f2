"""How much memory there is, and how much a local model needs. Bytes throughout."""

from __future__ import annotations

import os
from pathlib import Path

from bot.models.gguf import Header

COMPUTE_BYTES = 200 << 20
"""Working memory of llama.cpp beside weights and cache, for small models."""


def memory_needed(header: Header, context: int) -> int:
    """Return about how many bytes a model needs with `context` tokens."""
    return header.size + header.cache_bytes_per_token * context + COMPUTE_BYTES


def memory_total() -> int | None:
    """Return the bytes of memory of this machine, or None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def memory_free() -> int | None:
    """Return the bytes that a program can take without swapping, or None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def gigabytes(size: int) -> str:
    """Return a size for a person: "98 MB", "2.5 GB"."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
