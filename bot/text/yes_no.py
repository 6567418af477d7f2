"""Yes and no, by language, as they stand alone or begin a sentence."""

from __future__ import annotations

YES = {"en": "yes", "de": "ja", "fr": "oui", "es": "sí", "ja": "はい"}
NO = {"en": "no", "de": "nein", "fr": "non", "es": "no", "pt": "não", "ja": "いいえ"}
EITHER = "|".join(dict.fromkeys((*YES.values(), *NO.values())))
"""Alternatives of a pattern."""
