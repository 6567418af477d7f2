"""Who does what to whom: two names of a statement that have changed places around a verb of the source.

A pair of names, or of words without which nothing happens, stands on both sides of a verb in the statement and in the
sentence that supports it. The two have changed places where their order differs and the voice does not ("Brazil
defeated Germany"), or where the voice differs and their order does not ("Germany was defeated by Brazil").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from bot.check.alignment import Alignment
from bot.check.sentences import Sentence, Term

HELD_AS = 0.8
"""Degree from which a unit has its place in the sentence: itself, or nearly all of its words."""
REACH = 90
"""Characters between the two, at most, on either side: farther apart they belong to different verbs."""

_IRREGULAR = frozenset(
    "won beat sold bought gave sent paid wrote made took built led left met told taught brought lent lost got kept "
    "held found began became saw shot drew drove overthrew threw struck fought sued hired fired joined chose caught "
    "cut put set ran read let hit wed fed bred bid owes owe owed written given taken beaten sold sent known shown "
    "chosen drawn thrown driven overthrown seen grown".split()
)
_BEFORE_NOUN = re.compile(
    r"(?:\b(?:the|a|an|its|his|her|their|of|this|that|these|those|in|on|at|with|from|for)|[’']s)\s+$", re.IGNORECASE
)
_BY = re.compile(r"\bby\b", re.IGNORECASE)
_APART = re.compile(
    r"[;:]|,\s(?:and|but|while|which|who)\b|\b(?:while|whereas|and|or|although|because|when|if)\b", re.IGNORECASE
)
_EQUAL = re.compile(r"\b(?:is|are|was|were|became|and|between|with|both|met|married|joined|or|as)\b", re.IGNORECASE)
_PAIRED = re.compile(r"\b(?:from|to|into|over|than|against|before|after|for|of)\b", re.IGNORECASE)


def exchanged_roles(alignment: Alignment) -> tuple[tuple[int, int], ...]:
    """Return the places, (start, end) in the statement, of two names that have changed places; none where none have."""
    if not alignment.best:
        return ()
    sentence, row = alignment.sentences[alignment.best[0]], alignment.grid[alignment.best[0]]
    placed = [i for i, h in enumerate(row) if h.degree >= HELD_AS and len(h.places) == 1 and _is_actor(i, alignment)]
    for i, j in combinations(placed, 2):
        one, other = alignment.units[i], alignment.units[j]
        mine = alignment.statement[one.end : other.start]
        if len(mine) > REACH or _APART.search(mine):
            continue
        p, q = row[i].places[0], row[j].places[0]
        first, last = min(p, q), max(p, q)
        if last - first > REACH + len(alignment.statement[one.start : other.end]):
            continue
        if _exchanged(alignment, sentence, (i, j), (first, last), turned=q < p):
            return ((one.start, one.end), (other.start, other.end))
    return ()


def _is_actor(i: int, alignment: Alignment) -> bool:
    return alignment.units[i].kind == "name"


def _exchanged(
    alignment: Alignment,
    sentence: Sentence,
    pair: tuple[int, int],
    theirs: tuple[int, int],
    *,
    turned: bool,
) -> bool:
    one, other = (alignment.units[i] for i in pair)
    between = sentence.text[slice(*theirs)]
    if _APART.search(between):
        return False
    for mine, their in _verbs(alignment, sentence, (one.end, other.start), theirs):
        here = _voice(alignment.statement, mine, other.start)
        there = _voice(sentence.text, their, theirs[1])
        return turned != (here != there)
    return turned and _turned_between(alignment.statement[one.end : other.start], between)


def _turned_between(mine: str, theirs: str) -> bool:
    """Tell whether the same word of direction stands between the two on both sides ("from A to B")."""
    here, there = (set(map(str.lower, _PAIRED.findall(text))) for text in (mine, theirs))
    return bool(here & there) and not _EQUAL.search(mine)


def _verbs(
    alignment: Alignment, sentence: Sentence, mine: tuple[int, int], theirs: tuple[int, int]
) -> Iterator[tuple[Term, Term]]:
    """Yield the verbs that stand between the pair on both sides, in the statement and in the sentence."""
    here = [t for t in alignment.terms if mine[0] <= t.start < mine[1] and _is_verb(alignment.statement, t)]
    there = [t for t in sentence.order if theirs[0] <= t.start < theirs[1] and _is_verb(sentence.text, t)]
    for term in here:
        for other in there:
            if term.stem == other.stem:
                yield term, other


def _is_verb(text: str, term: Term) -> bool:
    """Tell whether a word is a verb, as far as its form and the word before it tell."""
    word = text[term.start : term.end].lower()
    if not term.content or text[term.start : term.start + 1].isupper() or _BEFORE_NOUN.search(text, 0, term.start):
        return False
    return word in _IRREGULAR or word.endswith(("ed", "es", "s", "ing")) and len(word) > 3


def _voice(text: str, verb: Term, end: int) -> bool:
    """Tell whether a verb is in the passive, with who does it after it."""
    return bool(_BY.search(text, verb.end, end))
