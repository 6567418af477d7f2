"""Scope widened: the source says it of some, of most, up to so many; the statement of all, of so many."""

from __future__ import annotations

import re

from bot.check.alignment import HELD, Alignment
from bot.check.sentences import Sentence

REACH = 40
"""Characters after "some" and the like in which the word stands that they restrict."""

_SOME = re.compile(
    r"\b(?:some|several|many|most|few|a number of|certain|numerous|parts? of|portions? of|half(?: of)?|"
    r"(?:the |a )?majority of|a minority of|two thirds of|einige|manche|viele|die meisten|certains|quelques|"
    r"la plupart)\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:often|sometimes|usually|generally|typically|frequently|mostly|mainly|largely|partly|partially|primarily|"
    r"occasionally|normally|commonly|rarely|in (?:some|many|most) cases|tends? to|almost always|nearly always|manchmal|"
    r"meistens|oft|parfois|souvent)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:up to|at most|at least|no more than|no less than|no fewer than|not more than|as (?:many|much|few|little) as|"
    r"nearly|almost|more than|less than|fewer than|(?:a )?maximum of|(?:a )?minimum of|bis zu|höchstens|mindestens|"
    r"jusqu'à|au plus|au moins)(?=\s+(?:[$€£¥]\s?)?(?:\d|a\b|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|half))",
    re.IGNORECASE,
)
_SAME_LIMIT = re.compile(
    r"\b(?:up to|most|least|maximum|minimum|more|less|fewer|over|under|above|below|nearly|almost|exceed(?:s|ed|ing)?|"
    r"about|around|approximately|roughly|some|close to|within|until|limit(?:s|ed)?|cap(?:s|ped)?|beyond|several|"
    r"as (?:many|much|few|little) as|bis zu|höchstens|mindestens|über|unter|jusqu'à|plus|moins|no later|by)\b|[<>≤≥+~]",
    re.IGNORECASE,
)
_ONE_OF = re.compile(
    r"\b(?:one|some|two|three|four|five|many|several) of (?:the|its|their|his|her|our)\b|\bamong (?:the|its)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\bthe (?:(?:\w+) )?(?:most \w+|\w{2,}est|best|first|last|main|only|leading|top|major|key)\b", re.IGNORECASE
)
_SINGLE = re.compile(
    r"\b(?:is|was|became|becomes|remains|as) (?:also )?the (?:\w+ )?(?:most \w+|\w{2,}est|best|main|leading|only|key)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|every|each|entire(?:ly)?|whole|everyone|everybody|everything|alle[rn]?|jede[rsn]?|tous|toutes|chaque)\b",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"\b(?:always|invariably|in (?:all|every) cases?|without exception|at all times|immer|stets|toujours)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|solely|exclusively|merely|just|alone|nothing but)\b", re.IGNORECASE)
_FULLY = re.compile(r"\b(?:completely|fully|totally|wholly|entirely|100 ?%|one hundred percent)\b", re.IGNORECASE)
_WIDE = {
    "all": re.compile(
        f"{_ALL.pattern}|{_ALWAYS.pattern}|{_FULLY.pattern}|\\b(?:any|both|none|no|nobody|never|nothing|whenever|throughout|universal(?:ly)?|any(?:one|thing|body)|whoever|whatever|complete|full|total|together|combined|overall|various|different|wherever)\\b",
        re.IGNORECASE,
    )
}
_OF_FEW = re.compile(
    r"\b(?:all|each|every|every one|each one)\s+(?:of\s+)?(?:the\s+|its\s+|their\s+|these\s+|those\s+)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)\b|\bafter all\b|\bat all\b|\bin all\b|\beach other\b|\babove all\b|\bfirst of all\b",
    re.IGNORECASE,
)


def widened(alignment: Alignment) -> str:
    """Return the word of the source, or of the statement, by which the scope became wider; "" where it did not."""
    if not alignment.best:
        return ""
    statement, support = alignment.statement, alignment.support
    return (
        _limit_dropped(alignment)
        or _some_to_all(statement, support)
        or _one_of_many(statement, support)
        or _all_put_in(statement, support)
    )


def _limit_dropped(alignment: Alignment) -> str:
    """Return the "up to" of a source whose number the statement has without any."""
    if _SAME_LIMIT.search(alignment.statement):
        return ""
    s = alignment.best[0]
    text = alignment.sentences[s].text
    for match in _LIMIT.finditer(text):
        for i in alignment.indexes("number"):
            holding = alignment.grid[s][i]
            if holding.degree >= HELD and any(match.end() <= place <= match.end() + 4 for place in holding.places):
                return match.group()
    return ""


def _some_to_all(statement: str, support: list[Sentence]) -> str:
    """Return the "some" or "often" of the best sentence where the statement says "all" or "always"."""
    text = support[0].text
    for few, wide in (
        (_SOME, _ALL),
        (_OFTEN, _ALWAYS),
        (_OFTEN, _ALL),
        (_SOME, _ALWAYS),
        (_OFTEN, _FULLY),
        (_SOME, _ONLY),
    ):
        restricted, claimed = few.search(text), wide.search(_without_counts(statement))
        if restricted and claimed and not few.search(statement) and not wide.search(text):
            return restricted.group()
    return ""


def _one_of_many(statement: str, support: list[Sentence]) -> str:
    """Return the "one of the" of the best sentence where the statement says "the largest"."""
    text = support[0].text
    match = _ONE_OF.search(text)
    if match is None or _ONE_OF.search(statement) or re.search(r"\b(?:a|an|one) \w", statement[:0]):
        return ""
    best = _SUPERLATIVE.search(text, max(0, match.end() - 4))
    single = _SINGLE.search(statement)
    if best is None or single is None or best.start() > match.end() + REACH:
        return ""
    words = {word.lower() for word in re.findall(r"\w+", best.group())} - {"the", "most"}
    return match.group() if words & {word.lower() for word in re.findall(r"\w+", single.group())} else ""


def _all_put_in(statement: str, support: list[Sentence]) -> str:
    """Return the "all", "always" or "only" of a statement where no sentence that supports it says so."""
    plain = _without_counts(statement)
    for wide, same in ((_ALL, _WIDE["all"]), (_ALWAYS, _WIDE["all"]), (_FULLY, _WIDE["all"])):
        claimed = wide.search(plain)
        if claimed and not any(same.search(sentence.text) for sentence in support):
            return claimed.group()
    return ""


def _without_counts(statement: str) -> str:
    """Return a statement without "all three" and the like, which widen nothing."""
    return _OF_FEW.sub(" ", statement)
