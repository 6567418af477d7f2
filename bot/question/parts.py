"""The two questions in one: "Who signed it, and when?" """

from __future__ import annotations

import re

_ASKING = r"(?:who|whom|what|when|where|why|how|which)"
_SECOND = rf"(?:(?:in|at|by|for|to|from|on|with) )?{_ASKING}\b[^,]*"
_TWO = re.compile(rf"(?P<first>{_ASKING}\b.{{6,}}?),? and (?P<second>{_SECOND})", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?i:who|what|which \w+) (?P<verb>\w+(?:ed|t|d|k|e|n)) (?P<object>(?:the|a|an|this|our|its)\b .+|[A-Z].+)"
)
_INVERTED = re.compile(
    rf"{_ASKING}(?: \w+)? (?P<rest>(?:does|did|do|is|was|are|were|has|have|will|can)\b .+)", re.IGNORECASE
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|does|did|do|has|have|had|will|can|must|may|\w+ed|paid|made|wrote|led|signed|took)\b"
)
_PARTICIPLES = {"bought": "bought", "sold": "sold", "wrote": "written", "built": "built", "led": "led", "made": "made",
                "took": "taken", "paid": "paid", "won": "won", "founded": "founded"}  # fmt: skip
LONGEST = 300


def parts(question: str) -> tuple[str, str] | None:
    """Return the two questions that a question asks, each standing alone where it can; None where it asks one.

    "Who signed the deal, and when?" is "Who signed the deal?" and "When was the deal signed?"; where the second cannot
    be put so, it stays as it is.
    """
    text = " ".join(question.split()).rstrip("?.! ")
    match = _TWO.fullmatch(text) if len(text) <= LONGEST else None
    if (
        match is None
        or " between " in match["first"]
        or not _VERB.search(match["first"].casefold())
        and not _SUBJECT.fullmatch(match["first"])
    ):
        return None
    first, second = match["first"].strip(" ,"), match["second"].strip()
    return f"{first}?", f"{_whole(first, second)}?"


def _whole(first: str, second: str) -> str:
    """Return the second question with what it leaves out."""
    begins = second[0].upper() + second[1:]
    if _VERB.search(second.casefold()):
        return begins
    if (subject := _SUBJECT.fullmatch(first)) and (done := _participle(subject["verb"])):
        return f"{begins} was {subject['object']} {done}"
    if inverted := _INVERTED.fullmatch(first):
        word, _, preposition = begins.partition(" ")
        if preposition in ("to", "from", "for", "with", "by"):
            return f"{word} {inverted['rest']} {preposition}"
        return f"{begins} {inverted['rest']}"
    return begins


def _participle(verb: str) -> str:
    return verb if verb.endswith("ed") else _PARTICIPLES.get(verb, "")
