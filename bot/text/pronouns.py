"""Words that stand for something said before: pronouns and the like."""

from __future__ import annotations

import re

_PERSON = "he|him|his|she|her|hers"
A_PERSON = re.compile(rf"\b(?:{_PERSON})\b", re.IGNORECASE)
"""Finds a pronoun that stands for one person."""

_CJK = "それ|これ|あれ|その|この|あの|彼|彼女|そこ|では|他に|它|他们|她|这|那|그것|이것|그는|그녀"
REFERS_BACK = re.compile(
    r"^\s*(?:and|but|or|so|also|then|what about|how about|what else|who else|where else|anything else|any other|why|"
    r"how so|how come|really|in what|by whom|since when|which one|for example|for instance|such as|else)\b"
    rf"|\b(?:it|its|they|them|their|theirs|{_PERSON}|this|that|these|those|there|then|the (?:same|former|latter|"
    r"other|others|first|second|third|last)|one|ones|such|so)\b"
    rf"|{_CJK}",
    re.IGNORECASE,
)
"""Finds, in a question, a word that means something only after another question, or that opens such a question."""

STANDS_FOR = re.compile(
    r"^[\"'“‘(]*(?:(?:however|but|and|also|moreover|furthermore|in addition|instead),? )?"
    r"(?:this|that|these|those|it|its|they|their|he|she|his|her|such|both|the (?:former|latter))\b"
    r"|^(?:これ|それ|この|その|彼|彼女|同)",
    re.IGNORECASE,
)
"""Finds, at the beginning of a sentence, a word that stands for something in the sentence before."""
