"""The pieces of a statement that its sources do not hold, in its own words: what a person is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from bot.check.alignment import HELD, Alignment
from bot.check.signs import Signs
from bot.check.units import FACT_KINDS, FactKind, Unit
from bot.check.weigh import Factor

MOST_NAMED = 3
"""Missing pieces that are named, at most."""
WORDS_BETWEEN = 3
"""Words without content between two missing words, at most, for both to be named as one piece."""
_EDGES = " ,.;:"


def missing_pieces(alignment: Alignment, signs: Signs, down: Collection[Factor]) -> tuple[str, ...]:
    """Return what is missing, facts first, at most `MOST_NAMED` pieces.

    Args:
        alignment: The statement held against its sources.
        signs: Of the same.
        down: The factors that do not stand.
    """
    text = alignment.statement
    spans = [
        (unit.start, unit.end) for kind in FACT_KINDS for unit in _wrong_facts(kind, alignment, signs, kind in down)
    ]
    more = signs.overstatement
    added = [*more.values, *([more.tail] if more.tail else [])]
    pieces = [text[start:end].strip(_EDGES) for start, end in (*spans, *signs.polarity.contradicted, *more.roles)]
    if "polarity" in down:
        negations = [f"“{text[n.start : n.end].strip()}”" for n in alignment.facts.negations[:1]]
        pieces += negations or ["a “not” that the source has"]
    pieces += [text[start:end].strip(_EDGES + "—–") for start, end in added]
    if "coverage" in down or not (pieces or more.changes):
        pieces += _stretches(text, alignment.missing)
    return tuple(dict.fromkeys(piece for piece in pieces if piece))[:MOST_NAMED]


def why_not(signs: Signs, missing: Sequence[str]) -> str:
    """Return why a statement is not supported, in words for a person: what it changed first, then what is missing."""
    more, named = signs.overstatement, ", ".join(missing)
    if more.hedge:
        return f"the sources say only “{more.hedge}”"
    if more.scope:
        return f"it says more than the sources: “{more.scope}”"
    if more.roles:
        return f"the sources have the parts the other way round: {named}"
    if signs.polarity.contradicted:
        return f"the sources say the contrary: {named}"
    return f"not found in the sources: {named}" if named else "not supported by the sources"


def _wrong_facts(kind: FactKind, alignment: Alignment, signs: Signs, fails: bool) -> list[Unit]:
    """Return the facts of a kind that are not held; where all are but the kind fails, those that it fails for."""
    units = alignment.units
    indexes = alignment.indexes(kind)
    absent = [units[i] for i in indexes if not units[i].soft and alignment.held[i] < HELD]
    if absent or not fails:
        return absent
    return [units[i] for i in signs.of(kind).suspects or indexes[:1]]


def _stretches(text: str, missing: Sequence[Unit]) -> list[str]:
    """Return the longest stretches of the statement whose words are missing."""
    runs: list[tuple[int, int]] = []
    for unit in missing:
        between = text[runs[-1][1] : unit.start] if runs else ""
        if runs and len(re.findall(r"\w+", between)) <= WORDS_BETWEEN and "." not in between:
            runs[-1] = (runs[-1][0], unit.end)
        else:
            runs.append((unit.start, unit.end))
    longest = sorted(runs, key=lambda run: run[0] - run[1])
    return [text[start:end].strip(_EDGES) for start, end in longest[:MOST_NAMED]]
