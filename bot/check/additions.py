"""Additions without a source: a clause at the end that no sentence holds, a valuing word that none says."""

from __future__ import annotations

import re

from bot.check.alignment import MISSING, Alignment
from bot.check.sentences import hold_stem
from vectorstore.words.tokens import tokens

LEAST_IN_TAIL = 2
"""Units that a clause at the end must have to claim something."""
LITTLE_OF_A_TAIL = 0.45
"""Share of such a clause below which the sources do not hold it."""

_TAIL = re.compile(
    r",\s(?:(?:and |but |while |thereby |thus |further |also |hence |in turn |ultimately )*"
    r"(?:\w{3,}ing|which|who|and|but|because|while|as|so|since|where|making|with|a|an|the)\b)|\s[—–]\s|;\s",
)
_VALUES = frozenset(
    stem
    for word in (
        "crucial vital pivotal essential critical significant significantly important importantly historic landmark groundbreaking "
        "remarkable remarkably unprecedented impressive innovative robust notable notably iconic renowned "
        "prestigious successful successfully seamless comprehensive major key famous popular beautiful stunning "
        "extraordinary exceptional outstanding transformative revolutionary fascinating powerful profound substantial "
        "substantially dramatic dramatically rapid rapidly strategic lasting enduring unique uniquely influential "
        "celebrated beloved legendary invaluable indispensable prominent critically cutting-edge world-class "
        "controversial tragic shocking surprising surprisingly disappointing dangerous generous ambitious bold "
        "sophisticated breathtaking monumental massive enormous tremendous immense widely fundamental"
    ).split()
    for stem in tokens(word)[:1]
)


def unheld_tail(alignment: Alignment) -> tuple[int, int] | None:
    """Return the clause at the end of a statement, (start, end), that its sources do not hold; None where they do."""
    statement = alignment.statement
    for match in reversed(list(_TAIL.finditer(statement))):
        units = [i for i, unit in enumerate(alignment.units) if unit.start >= match.start()]
        if len(units) < LEAST_IN_TAIL:
            continue
        total = sum(alignment.weights[i] for i in units)
        held = sum(alignment.weights[i] * alignment.held[i] for i in units)
        if held < LITTLE_OF_A_TAIL * total:
            return match.start(), len(statement)
    return None


def unsaid_values(alignment: Alignment) -> tuple[tuple[int, int], ...]:
    """Return the valuing words of a statement, (start, end) each, that no supporting sentence says."""
    found = []
    for term in alignment.terms:
        if term.stem in _VALUES and all(hold_stem(term.stem, s).degree < MISSING for s in alignment.support):
            found.append((term.start, term.end))
    return tuple(found)
