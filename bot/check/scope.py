"""Scope widened: the source says it of some, of most, often, up to so many; the statement of all, always, so many."""

from __future__ import annotations

import re

from bot.check.alignment import HELD, Alignment
from bot.check.sentences import Sentence, Term

BEFORE = 35
"""Characters before a word in which the "some" stands that restricts it."""
BEFORE_NUMBER = 30
"""The same of a number and its "up to", in the statement."""

_SOME = re.compile(
    r"\b(?:some|several|many|most|few|a number of|certain|numerous|various|parts? of|portions? of|half|"
    r"majority of|minority of|almost all|nearly all|virtually all|not all|"
    r"einige|manche|viele|die meisten|certains|quelques|la plupart)\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\b(?:often|sometimes|usually|generally|typically|frequently|mostly|mainly|largely|partly|partially|primarily|"
    r"occasionally|normally|commonly|rarely|almost always|nearly always|not always|manchmal|meistens|oft|parfois|"
    r"souvent)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:up to|at most|at least|no more than|no less than|no fewer than|not more than|nearly|almost|more than|"
    r"less than|fewer than|as (?:many|much|few|little) as|maximum of|minimum of|bis zu|höchstens|mindestens|jusqu'à|"
    r"au plus|au moins)\s+(?:the |an? |about |[$€£¥]\s?)?$",
    re.IGNORECASE,
)
_LIMITED = re.compile(
    r"\b(?:up to|most|least|maximum|minimum|more|less|fewer|over|under|above|below|nearly|almost|exceed\w*|"
    r"about|around|approximately|roughly|some|close to|within|limit\w*|caps?|capped|beyond|"
    r"as (?:many|much|few|little) as|bis zu|höchstens|mindestens|über|unter|jusqu'à|plus|moins)\b|[<>≤≥~]",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"^\W{0,3}(?:\w+\s){0,2}(?:or (?:more|less|fewer)|at (?:most|least)|plus|\+)", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|each|alle[rn]?|jede[rsn]?|tous|toutes|chaque)\b", re.IGNORECASE)
_ALWAYS = re.compile(r"\b(?:always|invariably|in (?:all|every) cases?|immer|stets|toujours)\b", re.IGNORECASE)
_WIDE = re.compile(
    rf"{_ALL.pattern}|{_ALWAYS.pattern}|"
    r"\b(?:any|both|none|no|nobody|never|nothing|whenever|throughout|universal\w*|anyone|anything|anybody|whoever|"
    r"whatever|entire\w*|whole|complete\w*|total\w*|full\w*|everyone|everything|everybody|together|various|different|"
    r"must|only)\b",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"\b(?:not|nearly|almost|virtually|at|after|above|in|of|first of|are|were|them|they|us|we|you)\s$", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\s(?:of )?(?:the |its |their |these |those |our )?(?:\d|two|three|four|five|six|seven|eight|nine|ten|other)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = r"(?:most (\w+)|(\w{2,}est|best|main|leading))\b"
_ONE_OF = re.compile(
    rf"\b(?:one|some|two|three|four|five|many|several) of (?:the|its|their) (?:\w+ ){{0,2}}?{_SUPERLATIVE}",
    re.IGNORECASE,
)
_THE_ONE = re.compile(rf"(?<!of )(?<!among )\b(?:the|its|their) (?:\w+ )?{_SUPERLATIVE}", re.IGNORECASE)


def widened(alignment: Alignment) -> str:
    """Return the word of the source, or of the statement, by which the scope became wider; "" where it did not."""
    if not alignment.best:
        return ""
    return (
        _limit_dropped(alignment)
        or _one_of_many(alignment)
        or _of_all(alignment, _ALL, _SOME)
        or _of_all(alignment, _ALWAYS, _OFTEN)
    )


def _limit_dropped(alignment: Alignment) -> str:
    """Return the "up to" of a source whose number the statement has without any."""
    for i in alignment.indexes("number"):
        unit = alignment.units[i]
        before = alignment.statement[max(0, unit.start - BEFORE_NUMBER) : unit.end]
        if unit.soft or _LIMITED.search(before) or _OR_MORE.match(alignment.statement[unit.end :]):
            continue
        limits = [_limit(alignment.sentences[s], place) for s in alignment.best for place in _at(alignment, s, i)]
        if limits and all(limits):
            return limits[0]
    return ""


def _at(alignment: Alignment, s: int, i: int) -> list[int]:
    """Return the offsets at which a sentence has a number."""
    holding = alignment.grid[s][i]
    return list(holding.places) if holding.degree >= HELD else []


def _limit(sentence: Sentence, place: int) -> str:
    """Return the "up to" before a number, or ""."""
    start = next((n.start for n in sentence.facts.numbers if n.start <= place < n.end), place)
    match = _LIMIT.search(sentence.text, 0, start) or _LIMIT.match(sentence.text, start)
    if match is None:  # it may be part of what was read as the number
        within = re.match(
            r"(?:up to|at least|at most|more than|less than|nearly|almost)\b", sentence.text[start:], re.I
        )
        return within.group() if within else ""
    return match.group().strip()


def _of_all(alignment: Alignment, wide: re.Pattern[str], few: re.Pattern[str]) -> str:
    """Return the "some" of the sources where the statement has an "all", or that "all" where they have nothing like
    it."""
    statement = alignment.statement
    for claimed in wide.finditer(statement):
        if _NOT_BEFORE.search(statement, 0, claimed.start()) or _COUNTED.match(statement, claimed.end()):
            continue
        after = next((t for t in alignment.terms if t.start >= claimed.end() and t.content), None)
        if after is None or after.start - claimed.end() > BEFORE:
            continue
        restricting = [found for s in alignment.support if (found := _before(s, after, few))]
        same = any(_before(s, after, _WIDE, without=few) for s in alignment.support)
        if restricting and not same:
            return restricting[0]
        if not restricting and not any(_WIDE.search(sentence.text) for sentence in alignment.support):
            return claimed.group()
    return ""


def _before(sentence: Sentence, term: Term, pattern: re.Pattern[str], *, without: re.Pattern[str] | None = None) -> str:
    """Return what of a pattern stands shortly before a word of a sentence, or ""."""
    for place in sentence.places.get(term.stem, ()):
        window = sentence.text[max(0, place - BEFORE) : place]
        if without is not None:
            window = without.sub(" ", window)
        if match := pattern.search(window):
            return match.group()
    return ""


def _one_of_many(alignment: Alignment) -> str:
    """Return the "one of the" of the best sentence where the statement says "the largest"."""
    text = alignment.support[0].text
    ones = {(m[1] or m[2]).lower(): m.group() for m in _ONE_OF.finditer(text)}
    if not ones or _ONE_OF.search(alignment.statement):
        return ""
    single = {(m[1] or m[2]).lower() for m in _THE_ONE.finditer(text)}
    for match in _THE_ONE.finditer(alignment.statement):
        word = (match[1] or match[2]).lower()
        if word in ones and word not in single:
            return ones[word]
    return ""
