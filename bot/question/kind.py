"""What kind of answer a question asks for, and whether a sentence holds one of that kind."""

from __future__ import annotations

import re
from typing import Literal

from bot.text.number_words import FEW
from bot.text.question_words import ENGLISH, asking

AnswerType = Literal["when", "who", "where", "number", "why", "definition", "list", "yes-no", "other"]

_FIRST = rf"^(?:(?!\b(?:{'|'.join(ENGLISH)})\b).)*"
"""Before the word that asks; "when" in "Who led them when they came?" asks nothing."""
_PATTERNS: tuple[tuple[AnswerType, str], ...] = (
    (
        "when",
        _FIRST + r"\bwhen\b|\b(?:what|which|in what|in which) (?:\w+ )?(?:year|date|day|month|century|decade"
        r"|time)\b|\bhow (?:long ago|recently)\b"
        rf"|{asking('when')}",
    ),
    (
        "number",
        r"\bhow (?:many|much|long|old|far|tall|large|big|high|deep|wide|heavy|fast|often|expensive)\b"
        r"|\bwhat (?:\w+ ){0,2}?(?:percent|percentage|number|amount|share|proportion|fraction|population"
        r"|price|cost|rate|size|age|sum|total"
        rf"|value|length|height|distance|score|speed|temperature)\b|{asking('number')}",
    ),
    (
        "who",
        r"\bwho(?:se|m)?\b|\b(?:what|which) (?:\w+ )?(?:person|people|president|minister|author|actor"
        r"|singer|scientist|leader|king|queen|"
        rf"company|companies|organi[sz]ation|team|group)\b|{asking('who')}",
    ),
    (
        "where",
        _FIRST + r"\bwhere\b|\b(?:what|which|in what|in which) (?:\w+ )?(?:city|cities|country|countries|state"
        r"|states|place|location|town|region|"
        rf"continent|river|island|county|province)\b|{asking('where')}",
    ),
    (
        "why",
        r"^\W*why\b|\bwhat (?:is|was|are|were) the (?:reason|cause)|\bfor what reason"
        rf"|{asking('why')}",
    ),
    (
        "list",
        _FIRST + r"(?:\b(?:what|which) (?:\w+ ){0,2}?(?:are|were) (?:the |some |all )?(?:\w+ ){0,3}?\w+s\b"
        rf"|\bwhich (?:\w+ )?\w+s\b|\b(?:list|name) (?:the|all|some|{'|'.join(FEW)})\b"
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
