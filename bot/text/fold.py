"""Text with digits, dashes, quotes and blanks in one form, every character in its place."""

from __future__ import annotations

import unicodedata
from typing import ClassVar


class _Fold(dict[int, int]):
    """One-to-one character folding, so that offsets stay: digits of every script, wide forms, dashes, quotes."""

    _PAIRS: ClassVar = dict(
        zip("–—−‑‒―～〜‘’‛′“”„‟″´`·٫٬、　\u00a0\u2009\u202f", "------~~''''\"\"\"\"\"''.. ,   \u0020", strict=False)
    )

    def __missing__(self, code: int) -> int:
        char = chr(code)
        mapped = self._PAIRS.get(char)
        if mapped is None:
            digit = unicodedata.decimal(char, None)
            if digit is not None:
                mapped = str(digit)
            elif 0xFF01 <= code <= 0xFF5E:
                mapped = chr(code - 0xFEE0)
        self[code] = ord(mapped or char)
        return self[code]


_FOLD = _Fold()


def fold(text: str) -> str:
    """Return `text` with digits, dashes, quotes and blanks in their ASCII form, every offset kept."""
    return text if text.isascii() else text.translate(_FOLD)
