"""Words that stand for something said before: pronouns and the like."""

from __future__ import annotations

import re

from bot.text.number_words import FIRST_THREE

PERSON = ("he", "him", "his", "she", "her", "hers")
IT = ("it", "its")
THEY = ("they", "them", "their", "theirs")
THIS = ("this", "that", "these", "those")
SPEAKERS = ("i", "me", "my", "we", "us", "our", "you", "your")
_EAST_ASIAN = (
    *("それ", "これ", "あれ", "その", "この", "あの", "彼", "彼女", "そこ", "では", "他に"),
    *("它", "他们", "她", "这", "那"),
    *("그것", "이것", "그는", "그녀"),
)
_OTHERS = "|".join(("same", "former", "latter", "other", "others", *FIRST_THREE, "last"))
"""What "the" makes stand for one of several. No further ordinal: "the fifth president" is named by it."""

_THERE = "(?<!^is )(?<!^are )(?<!^was )(?<!^were )there"
"""Of a place that was spoken of; "Is there …?" speaks of none."""

A_PERSON = re.compile(rf"\b(?:{'|'.join(PERSON)})\b", re.IGNORECASE)
"""Finds a pronoun that stands for one person."""

REFERS_BACK = re.compile(
    r"^\s*(?:and|but|or|so|also|then|what about|how about|what else|who else|where else|anything else|any other|why|"
    r"how so|how come|really|in what|by whom|since when|which one|for example|for instance|such as|else)\b"
    rf"|\b(?:{'|'.join((*IT, *THEY, *PERSON, *THIS))}|{_THERE}|then|the (?:{_OTHERS})|one|ones|such|so)\b"
    rf"|{'|'.join(_EAST_ASIAN)}",
    re.IGNORECASE,
)
"""Finds, in a question, a word that means something only after another question, or that opens such a question."""

_FRAGMENT = re.compile(
    r"^\W*(?:(?:for|in|by|from|to|with|at|on|of|before|after|since|until|under)(?: [\w.'’-]+){1,4}"
    r"|(?:who|what|which|whose|when|where|how(?: many| much| long)?) [\w-]+)\W*$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\b",
    re.IGNORECASE,
)


def is_fragment(text: str) -> bool:
    """Tell whether a question is a part of a sentence that goes on with another: "For Japan?", "Which year?"."""
    return bool(_FRAGMENT.match(text)) and not _VERB.search(text)


STANDS_FOR = re.compile(
    r"^[\"'“‘(]*(?:(?:however|but|and|also|moreover|furthermore|in addition|instead),? )?"
    rf"(?:{'|'.join((*THIS, *IT))}|they|their|he|she|his|her|such|both|the (?:former|latter))\b"
    r"|^(?:これ|それ|この|その|彼|彼女|同)",
    re.IGNORECASE,
)
"""Finds, at the beginning of a sentence, a word that stands for something in the sentence before."""
