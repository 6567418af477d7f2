"""Ranges of scripts, as they stand between the brackets of a pattern: `re.compile(f"[{HAN}]+")`."""

from __future__ import annotations

HIRAGANA = "\u3040-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
"""Without the middle dot, which stands between words."""
KANA = "\u3040-\u30ff\u31f0-\u31ff"
"""Both, with the dot."""
HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
HANGUL = "\uac00-\ud7af"
CJK = f"{KANA}{HAN}{HANGUL}"
"""Chinese, Japanese and Korean."""
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer: written without blanks between words, as CJK is."""
