"""Words that ask, by language."""

from __future__ import annotations

from typing import Literal

Asked = Literal["when", "who", "where", "number", "why"]

ENGLISH = ("who", "what", "which", "where", "when", "why", "how")
_FROM_WHOM = "(?:(?:à|de|avec|pour|par|chez|contre) )?"
OTHERS: dict[Asked, dict[str, str]] = {
    "when": {"de": "wann", "fr": "quand", "es": "cuándo", "ja": "いつ|何年|何月|何日(?!間)", "zh": "什么时候|哪年"},
    "number": {
        "de": "wie viele?", "fr": "combien", "es": "cuánt[oa]s?", "ja": "いくつ|何人|何個|いくら|何%|何日間",
        "zh": "多少|几个",
    },
    "who": {"de": "wer", "fr": f"^{_FROM_WHOM}qui", "es": "quién(?:es)?", "ja": "誰|だれ", "zh": "谁"},
    "where": {"de": "wo", "fr": "^(?:d['’])?où", "es": "dónde", "ja": "どこ", "zh": "哪里|哪儿"},
    "why": {
        "de": "warum|wieso|weshalb", "fr": "pourquoi", "es": "por qué", "ja": "なぜ|どうして|なんで", "zh": "为什么",
    },
}  # fmt: skip
"""Patterns of the words of other languages than English. French "qui" and "où" ask at the beginning only; elsewhere
they join."""


def asking(kind: Asked) -> str:
    """Return a pattern of all words of other languages than English that ask for a kind of answer."""
    words = OTHERS[kind]
    spaced = "|".join(pattern for language, pattern in words.items() if language not in ("ja", "zh"))
    return rf"\b(?:{spaced})\b|{words['ja']}|{words['zh']}"
