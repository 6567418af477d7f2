"""What kind of answer a question asks for, and whether a sentence holds one of that kind."""

from __future__ import annotations

import re
from typing import Literal

AnswerType = Literal["when", "who", "where", "number", "why", "definition", "list", "yes-no", "other"]

_FIRST = r"^(?:(?!\b(?:who|what|which|where|when|why|how)\b).)*"
"""Before the word that asks; "when" in "Who led them when they came?" asks nothing."""
_PATTERNS: tuple[tuple[AnswerType, str], ...] = (
    (
        "when",
        _FIRST + r"\bwhen\b|\b(?:what|which|in what|in which) (?:\w+ )?(?:year|date|day|month|century|decade"
        r"|time)\b|\bhow (?:long ago|recently)\b"
        r"|いつ|何年|何月|何日|什么时候|哪年|cuándo|wann\b|quand\b",
    ),
    (
        "number",
        r"\bhow (?:many|much|long|old|far|tall|large|big|high|deep|wide|heavy|fast|often|expensive)\b"
        r"|\bwhat (?:\w+ ){0,2}?(?:percent|percentage|number|amount|share|proportion|fraction|population"
        r"|price|cost|rate|size|age|sum|total"
        r"|value|length|height|distance|score|speed|temperature)\b|いくつ"
        r"|何人|何個|いくら|何%|多少|几个|cuánt|wie viele?\b|combien\b",
    ),
    (
        "who",
        r"\bwho(?:se|m)?\b|\b(?:what|which) (?:\w+ )?(?:person|people|president|minister|author|actor"
        r"|singer|scientist|leader|king|queen|"
        r"company|companies|organi[sz]ation|team|group)\b|誰|だれ|谁|quién|wer\b",
    ),
    (
        "where",
        _FIRST + r"\bwhere\b|\b(?:what|which|in what|in which) (?:\w+ )?(?:city|cities|country|countries|state"
        r"|states|place|location|town|region|"
        r"continent|river|island|county|province)\b|どこ|哪里|哪儿|dónde|wo\b",
    ),
    (
        "why",
        r"^\W*why\b|\bwhat (?:is|was|are|were) the (?:reason|cause)|\bfor what reason|なぜ|どうして|为什么|por "
        r"qué|warum\b|pourquoi\b",
    ),
    (
        "list",
        _FIRST + r"(?:\b(?:what|which) (?:\w+ ){0,2}?(?:are|were) (?:the |some |all )?(?:\w+ ){0,3}?\w+s\b"
        r"|\bwhich (?:\w+ )?\w+s\b|\b(?:list|name) (?:the|all|some|two|three|four|five)\b"
        r"|\bwhat (?:kinds?|types?|sorts?|fields|areas|sectors|technologies|countries|companies|tools"
        r"|products|measures|steps|reasons|examples)\b)",
    ),
    (
        "definition",
        r"^\W*(?:what|who) (?:is|are|was|were) (?:an? |the )?[\w’' -]{2,40}\??\W*$|\bwhat does [\w’' "
        r"-]{2,40} (?:mean|stand for)|\bdefine\b|とは何",
    ),
    (
        "yes-no",
        r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\b"
        r"|ですか[?？]?$|ますか[?？]?$",
    ),
)
_TYPES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)


def answer_type(question: str) -> AnswerType:
    """Return what kind of answer a question asks for."""
    for kind, pattern in _TYPES:
        if pattern.search(question):
            return kind
    return "other"
