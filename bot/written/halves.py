"""The supported half of a sentence: what is left of it when the clause that no source holds is cut off.

A cut never takes a condition or a hedge away ("if", "unless", "may"): what is left must be as true as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.written.pertinence import is_too_short
from bot.written.reply_text import ended

_SUBJECT = r"(?:it|they|he|she|this|that|these|those|the|a|an|its|their|his|her|there|[A-Z]\w+)"
_BOUNDARY = re.compile(
    r",\s(?=(?:thereby |thus |further |also )?\w{3,}ing\b)|"
    r",\s(?=(?:which|who|because|while|whereas|although|so that)\b)"
    rf"|,?\s(?=(?:and|but)\s{_SUBJECT}\s)|;\s|\s[—–]\s|,?\s(?=because\b)"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|except|only|until|without|provided|may|might|could|perhaps|possibly|probably|not|never|when|"
    r"wenn|falls|si|sauf)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|shall|should|does|do|did|\w{2,}ed|"
    r"won|beat|sold|bought|gave|sent|paid|wrote|made|took|built|led|left|met|told|began|became|rose|fell|grew|held|"
    r"kept|found|ran|saw|set|cut|put|cost|costs|[a-z]{3,}s)\b"
)
_JOINED = re.compile(r"^(?:and|but)\s+")


def halves(sentence: str) -> list[str]:
    """Return what can stand for itself of a sentence, the longest first: its beginning, or what a clause after it says.

    Args:
        sentence: One sentence, plain.
    """
    body = sentence.rstrip().rstrip(".")
    found = []
    for match in _BOUNDARY.finditer(body):
        head, tail = body[: match.start()], body[match.end() :]
        if not _CONDITION.search(tail):
            found.append(head)
        joined = _JOINED.sub("", tail)
        if (joined != tail or ";" in match.group()) and not _CONDITION.search(head):
            found.append(joined[:1].upper() + joined[1:])
    whole = [half for half in dict.fromkeys(found) if _FINITE.search(half) and not is_too_short(half)]
    return [ended(half) for half in sorted(whole, key=len, reverse=True)]


def supported_half(sentence: str, stands: Callable[[str], bool]) -> str:
    """Return the longest half of a sentence that its sources hold, or "".

    Args:
        sentence: One sentence that they do not hold whole.
        stands: Tells of a sentence whether they do.
    """
    return next((half for half in halves(sentence) if stands(half)), "")
