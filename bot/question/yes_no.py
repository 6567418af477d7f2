"""Whether a question asks for yes or no, and unmistakably so. English, as the reader that answers it."""

from __future__ import annotations

import re

from bot.question.kind import answer_type

_EITHER_WAY = re.compile(r",? or (?:not|no)\b", re.IGNORECASE)
"""“Is it binding or not?” asks what “Is it binding?” does."""
_REQUEST = re.compile(
    r"^\W*(?:(?:can|could|would|will) you (?:please |kindly |briefly |quickly )?(?:tell|give|show|explain|list|name"
    r"|find|help|say|describe|summari[sz]e|provide|compare|write|draft|define|clarify|quote|look|check|read)\b"
    r"|do you (?:know|have|think|remember|see)\b|do (?:please |not )?(?:tell|give|show|explain|list|name|describe)\b"
    r"|have a\b|may (?:i ask|\d))",
    re.IGNORECASE,
)
"""Begins like one and asks for something else."""
_MORE_THAN_YES = re.compile(r"\bor\b|\b(?:what|how|why|whether|whom?|whose)\b|\?.*\w", re.IGNORECASE | re.DOTALL)
"""Alternatives, a question within it (“Does it say how …?”), another question after it."""
_NEGATED = re.compile(
    r"\b(?:not(?! only| just| merely)|never|no(?!\.? ?\d)|none|nobody|nothing|nowhere|neither|nor|cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
"""To “Is it not allowed?” both “Yes” and “No” may mean the same."""


def asks_yes_or_no(question: str) -> bool:
    """Tell whether a question is answered by yes or no, and each of them can mean one thing only."""
    if answer_type(question) != "yes-no":
        return False
    text = _EITHER_WAY.sub("", question)
    return not (_REQUEST.match(text) or _MORE_THAN_YES.search(text) or _NEGATED.search(text))
