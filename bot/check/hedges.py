"""Hedges turned to facts: the source says that something may be, the statement says that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.check.alignment import Alignment
from bot.check.sentences import Holding

SAME_WORD = 0.8
"""Degree from which a statement has the verb that the source hedges: itself, or one with most of its letters."""
AS_WELL = 0.85
"""Share of what the hedged sentence holds of the statement from which another sentence says it as well."""
RESTS_ON_IT = 0.75
"""Share of what the sentence holds of the statement that must stand in the hedged clause for the statement to rest on
it, where it has another verb: the source only says that there may be something of the kind."""
FIRST_AFTER = 30
"""Characters after a hedge in which the first word stands that it leaves open."""
LONGEST_AFTER_ADVERB = 60
"""Characters after "possibly" and the like that it hedges, at most."""

OPEN_BEFORE, OPEN_AFTER = 50, 25
"""Characters before and after the verb of a statement within which a hedge of its own leaves it open."""

_IN_FRONT = re.compile(
    r"^(?:according to|.{0,40}\b(?:says?|said|believes?|believed|thinks?|thought|argues?|argued|claims?|claimed|"
    r"suggests?|suggested|considers|considered|warns?|warned|fears?|worries|expects?|expected)\b)",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|did|does|do|will|can|ist|sind|war|est|sont)\b", re.IGNORECASE
)
_PART_BEGINS = re.compile(r"[,;:]\s|\s(?:that|which|who|and|or|but|as|because|while|although)\s", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:may|might|could)\b(?! well be| not only)")
_ADVERB = re.compile(
    r"\b(?:perhaps(?! (?:his|her|its|their|the|one|most)\b)|possibly|probably|"
    r"likely|potentially|reportedly|allegedly|supposedly|apparently|presumably|"
    r"seemingly|maybe|conceivably|purportedly|vielleicht|möglicherweise|wahrscheinlich|vermutlich|peut-être|"
    r"probablement|sans doute)\b",
    re.IGNORECASE,
)
_SEEMS = re.compile(
    r"\b(?:seem(?:s|ed)? to|appear(?:s|ed)? to|(?:is|are|was|were|be|been)(?: also| widely| generally)? "
    r"(?:said|thought|believed|expected|rumou?red|alleged|reported|likely|supposed|projected|forecast|predicted|"
    r"suspected|assumed) to|könnten?|dürften?|pourrai(?:t|ent))\b",
    re.IGNORECASE,
)
_INTENDS = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|intend(?:s|ed|ing)?|hop(?:e|es|ed|ing)|wants|wanted|"
    r"seek(?:s|ing)?|sought|propos(?:e|es|ed|ing)|threaten(?:s|ed|ing)?|promis(?:e|es|ed|ing)|pledg(?:e|es|ed|ing)|"
    r"tr(?:y|ies|ied)|attempt(?:s|ed|ing)?) to\b",
    re.IGNORECASE,
)
_HEDGES = (_MODAL, _ADVERB, _SEEMS, _INTENDS)
_KEPT = re.compile(
    r"\b(?:can|would|should|whether|risks?|risky|fear(?:s|ed)?|worr(?:y|ies|ied)|warn(?:s|ed)?|suggest(?:s|ed|ing)?|"
    r"considers|considered|argu(?:e|es|ed)|claim(?:s|ed)?|says?|said|according to|believe(?:s|d)?|thinks?|thought|"
    r"expect(?:s|ed|ations?)?|possib(?:le|ility|ilities)|potential|probab(?:le|ility)|uncertain|unclear|unlikely|chance|"
    r"estimat(?:e|es|ed)|assum(?:e|es|ed)|suppos(?:e|es|ed)|rumou?r(?:s|ed)?|alleg(?:e|es|ed|ations?)|predict(?:s|ed)?|"
    r"forecast|prospect|kann|können|soll(?:en)?|peut|peuvent)\b",
    re.IGNORECASE,
)
"""What a statement may have instead of the source's own hedge."""
_WILL = re.compile(r"\b(?:will|shall|to)\b", re.IGNORECASE)
"""What it may have instead of an intention."""
_INTENTION = re.compile(
    r"\b(?:aim|goal|plan|intention|hope|want|proposal|wish|effort|attempt|purpose|promise|pledge|meant)(?:s|ed|ned|ing)?\b",
    re.IGNORECASE,
)
"""The same, anywhere in the statement."""
_CLAUSE_BEGINS = re.compile(
    r"[;:—]\s|,\s(?:and|but|so|which|who|while|although|though|because|where|when|whereas|or)\s|"
    r"\s(?:because|although|though|while|whereas|but)\s|\.\s",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(
    r"[;:—]\s|,\s|\s(?:because|although|though|while|whereas|but|unless|which|who)\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Hedge:
    """A hedge of a sentence: text[start:end], and the clause that it stands in, text[begin:stop]."""

    start: int
    end: int
    begin: int
    stop: int
    intends: bool
    adverb: bool


def is_hedged(statement: str) -> bool:
    """Tell whether a statement leaves open whether it is so."""
    return any(pattern.search(statement) for pattern in _HEDGES) or bool(_KEPT.search(statement))


def dropped_hedge(alignment: Alignment) -> str:
    """Return the hedge of the source, in its words, that a statement turned to a fact; "" where it did not."""
    for s in alignment.best:
        text = alignment.sentences[s].text
        for hedge in _hedges(text):
            kept = re.search(rf"\b{re.escape(text[hedge.start : hedge.end])}\b", alignment.statement, re.IGNORECASE)
            if not kept and _is_dropped(hedge, s, alignment):
                return text[hedge.start : hedge.end]
    return ""


def _hedges(text: str) -> list[_Hedge]:
    found = []
    for pattern in _HEDGES:
        for match in pattern.finditer(text):
            begin = max((m.end() for m in _CLAUSE_BEGINS.finditer(text, 0, match.start())), default=0)
            ends = _CLAUSE_ENDS.search(text, match.end() + 1)
            stop = ends.start() if ends else len(text)
            adverb = pattern is _ADVERB
            if adverb:
                begin, stop = match.end(), min(stop, match.end() + LONGEST_AFTER_ADVERB)
            found.append(_Hedge(match.start(), match.end(), begin, stop, pattern is _INTENDS, adverb))
    return found


def _is_dropped(hedge: _Hedge, s: int, alignment: Alignment) -> bool:
    """Tell whether a statement says as a fact what a hedge of sentence `s` leaves open, and no other sentence does."""
    row = alignment.grid[s]
    held = [i for i, h in enumerate(row) if h.degree >= SAME_WORD and _inside(h, hedge.begin, hedge.stop)]
    first = [i for i in held if _inside(row[i], hedge.end, hedge.end + FIRST_AFTER)]
    if first and (len(held) > 1 or len(alignment.units) == 1):
        i = first[0]
        return not _is_open(alignment.statement, alignment.units[i].start, hedge) and not _said_elsewhere(
            s, i, alignment
        )
    if hedge.adverb or hedge.intends or is_hedged(alignment.statement) or alignment.facts.negations:
        return False
    if _PREDICATE.search(alignment.sentences[s].text, hedge.begin, hedge.start):
        return False  # the clause says something else as well, before its hedge
    return _rests_on(hedge, row, alignment.weights) and not _said_elsewhere(s, None, alignment)


def _inside(holding: Holding, start: int, end: int) -> bool:
    return any(start <= place < end for place in holding.places)


def _rests_on(hedge: _Hedge, row: Sequence[Holding], weights: Sequence[float]) -> bool:
    """Tell whether nearly all that a sentence holds of a statement stands in the hedged clause."""
    inside = whole = 0.0
    for holding, weight in zip(row, weights, strict=True):
        if holding.degree and holding.places:
            whole += weight * holding.degree
            inside += weight * holding.degree * (hedge.begin <= holding.places[0] < hedge.stop)
    return whole > 0 and inside >= RESTS_ON_IT * whole


def _is_open(statement: str, place: int, hedge: _Hedge) -> bool:
    """Tell whether a statement leaves open what its verb says: by a hedge near it, or in front of it all."""
    begin = max((m.end() for m in _PART_BEGINS.finditer(statement, 0, place)), default=0)
    near = statement[max(begin, place - OPEN_BEFORE) : place + OPEN_AFTER]
    if hedge.intends and (_WILL.search(near) or _INTENTION.search(statement)):
        return True
    return is_hedged(near) or bool(_IN_FRONT.match(statement))


def _said_elsewhere(s: int, unit: int | None, alignment: Alignment) -> bool:
    """Tell whether another sentence holds nearly as much of the statement, and the hedged word, without a hedge."""
    mine = _held(alignment.grid[s], alignment.weights)
    for other, row in enumerate(alignment.grid):
        if other == s or _held(row, alignment.weights) < AS_WELL * mine:
            continue
        if unit is not None and row[unit].degree < SAME_WORD:
            continue
        hedges = _hedges(alignment.sentences[other].text)
        if unit is None and not any(_rests_on(hedge, row, alignment.weights) for hedge in hedges):
            return True
        if unit is not None and not any(_inside(row[unit], hedge.end, hedge.stop) for hedge in hedges):
            return True
    return False


def _held(row: Sequence[Holding], weights: Sequence[float]) -> float:
    return sum(holding.degree * weight for holding, weight in zip(row, weights, strict=True))
