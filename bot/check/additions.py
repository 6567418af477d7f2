"""Additions without a source: a clause at the end that no sentence holds, a valuing word that none says."""

from __future__ import annotations

import re

from bot.check.alignment import MISSING, Alignment
from bot.check.sentences import hold_stem
from vectorstore.words.tokens import tokens

LEAST_IN_TAIL = 2
"""Units that a clause at the end must have to claim something."""
LITTLE_OF_A_TAIL = 0.3
"""Share of such a clause below which its sources do not hold it. At 0.45 one true statement in fifty more was
flagged."""
LITTLE_IN_ONE = 0.5
"""The same of what any one sentence holds of it, supporting or not."""

_TAIL = re.compile(
    r",\s(?=(?:thereby |thus |further |also |ultimately )*\w{3,}ing\b)|,\s(?=(?:which|who|because|while|as this)\b)|"
    r",?\s(?=(?:and|but) (?:it|they|he|she|this|that|the|its|their)\b)|\s[—–]\s|;\s"
)
_VALUES = frozenset(
    stem
    for word in (
        "crucial vital pivotal critical historic landmark groundbreaking remarkable unprecedented impressive "
        "innovative robust notable iconic renowned prestigious seamless beautiful stunning extraordinary exceptional "
        "outstanding transformative revolutionary fascinating celebrated beloved legendary invaluable indispensable "
        "prominent controversial tragic shocking surprising disappointing generous ambitious bold sophisticated "
        "breathtaking monumental tremendous immense significant"
    ).split()
    for stem in tokens(word)[:1]
)
_BEFORE_VALUE = re.compile(r"\b(?:an?|the|its|their|his|her|this|that)\s$", re.IGNORECASE)
"""Said of a thing ("a crucial step"); "it is crucial to" says nothing of one."""
_CLAIMS_NOTHING = re.compile(r"\s(?:role|part|impact|effect|amount|number|time|difference|change)s?\b")


def unheld_tail(alignment: Alignment) -> tuple[int, int] | None:
    """Return the clause at the end of a statement, (start, end), that its sources do not hold; None where they do."""
    statement = alignment.statement
    for match in reversed(list(_TAIL.finditer(statement))):
        units = [i for i, unit in enumerate(alignment.units) if unit.start >= match.start()]
        if len(units) < LEAST_IN_TAIL:
            continue
        total = sum(alignment.weights[i] for i in units)
        held = sum(alignment.weights[i] * alignment.held[i] for i in units)
        in_one = max(sum(alignment.weights[i] * row[i].degree for i in units) for row in alignment.grid)
        if held < LITTLE_OF_A_TAIL * total and in_one < LITTLE_IN_ONE * total:
            return match.start(), len(statement)
    return None


def unsaid_values(alignment: Alignment) -> tuple[tuple[int, int], ...]:
    """Return the valuing words of a statement, (start, end) each, that no supporting sentence says."""
    statement = alignment.statement
    return tuple(
        (term.start, term.end)
        for term in alignment.terms
        if term.stem in _VALUES
        and _BEFORE_VALUE.search(statement, 0, term.start)
        and not _CLAIMS_NOTHING.match(statement, term.end)
        and all(hold_stem(term.stem, sentence).degree < MISSING for sentence in alignment.support)
    )
