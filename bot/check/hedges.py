"""Hedges turned to facts: the source says that something may be, the statement says that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.check.alignment import Alignment
from bot.check.sentences import Holding, Sentence, hold_stem, read_sentence

SAME_WORD = 0.8
"""Degree from which a statement has the verb that the source hedges: itself, or one with most of its letters."""
AS_WELL = 0.85
"""Share of what the hedged sentence holds of the statement from which another sentence says it as well."""
RESTS_ON_IT = 0.75
"""Share of what the sentence holds of the statement that must stand in the hedged clause for the statement to rest on
it, where it has another verb: the source only says that there may be something of the kind."""
LONGEST_AFTER_ADVERB = 60
"""Characters after "possibly" and the like that it hedges, at most."""

_MODAL = re.compile(r"\b(?:may|might|could)\b(?! well be| not only)")
_ADVERB = re.compile(
    r"\b(?:perhaps|possibly|probably|likely|potentially|reportedly|allegedly|supposedly|apparently|presumably|"
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
    r"\b(?:plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|intend(?:s|ed|ing)?|hop(?:e|es|ed|ing)|want(?:s|ed|ing)?|"
    r"seek(?:s|ing)?|sought|propos(?:e|es|ed|ing)|threaten(?:s|ed|ing)?|promis(?:e|es|ed|ing)|pledg(?:e|es|ed|ing)|"
    r"tr(?:y|ies|ied)|attempt(?:s|ed|ing)?) to\b",
    re.IGNORECASE,
)
_HEDGES = (_MODAL, _ADVERB, _SEEMS, _INTENDS)
_KEPT = re.compile(
    r"\b(?:can|would|should|whether|if|risks?|risky|fear(?:s|ed)?|worr(?:y|ies|ied)|warn(?:s|ed)?|suggest(?:s|ed|ing)?|"
    r"consider(?:s|ed)?|argu(?:e|es|ed)|claim(?:s|ed)?|say(?:s)?|said|according to|believe(?:s|d)?|think(?:s)?|thought|"
    r"expect(?:s|ed|ations?)?|possib(?:le|ility|ilities)|potential|probab(?:le|ility)|uncertain|unclear|unlikely|chance|"
    r"estimat(?:e|es|ed)|assum(?:e|es|ed)|suppos(?:e|es|ed)|rumou?r(?:s|ed)?|alleg(?:e|es|ed|ations?)|predict(?:s|ed)?|"
    r"forecast|aim(?:s|ed)?|goals?|plan(?:s|ned)?|intention|hope(?:s|d)?|prospect|proposal|wants?|wanted|tends?|"
    r"able to|capable of|"
    r"kann|können|soll(?:en)?|peut|peuvent)\b",
    re.IGNORECASE,
)
"""What a statement may have instead of the source's own hedge."""
_WILL = re.compile(r"\b(?:will|shall|to)\b", re.IGNORECASE)
"""What it may have instead of an intention."""
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
    if not alignment.best or is_hedged(alignment.statement) or alignment.facts.negations:
        return ""
    for s in alignment.best:
        sentence, row = alignment.sentences[s], alignment.grid[s]
        for hedge in _hedges(sentence.text):
            if hedge.intends and _WILL.search(alignment.statement):
                continue
            if _asserts(hedge, sentence, row, alignment) and not _said_elsewhere(s, hedge, alignment):
                return sentence.text[hedge.start : hedge.end]
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


def _asserts(hedge: _Hedge, sentence: Sentence, row: Sequence[Holding], alignment: Alignment) -> bool:
    """Tell whether a statement says as a fact what a hedge leaves open."""
    after = [t for t in sentence.order if hedge.end <= t.start < hedge.stop and t.content and t.stem != "not"]
    if not after:
        return False
    mine = read_sentence(alignment.statement)
    verb = hold_stem(after[0].stem, mine).degree >= SAME_WORD
    rest = [term for term in after[1:4] if hold_stem(term.stem, mine).degree >= SAME_WORD]
    if verb and (rest or len(after) == 1):
        return True
    if hedge.adverb:
        return False
    inside = whole = 0.0
    for holding, weight in zip(row, alignment.weights, strict=True):
        if holding.degree and holding.places:
            whole += weight * holding.degree
            inside += weight * holding.degree * (hedge.begin <= holding.places[0] < hedge.stop)
    return whole > 0 and inside >= RESTS_ON_IT * whole


def _said_elsewhere(s: int, hedge: _Hedge, alignment: Alignment) -> bool:
    """Tell whether another sentence without such a hedge holds nearly as much of the statement."""
    mine = _held(alignment.grid[s], alignment.weights)
    return any(
        other != s
        and _held(row, alignment.weights) >= AS_WELL * mine
        and not any(
            _asserts(h, alignment.sentences[other], row, alignment) for h in _hedges(alignment.sentences[other].text)
        )
        for other, row in enumerate(alignment.grid)
    )


def _held(row: Sequence[Holding], weights: Sequence[float]) -> float:
    return sum(holding.degree * weight for holding, weight in zip(row, weights, strict=True))
