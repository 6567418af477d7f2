"""Whether a statement says yes where its sources say no, or the contrary of what they say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.check.alignment import Alignment
from bot.check.contraries import contradicted
from bot.check.sentences import Sentence, terms
from bot.text import facts

CLAIMED_SCOPE = 3
"""Words after a negation of the statement that it negates, for a negation of the source to be the same."""
NEXT_WORDS = 2
"""Words after a negation of the source that must all be in the statement for it to have been dropped there."""
LOOKED_BEFORE = 60
"""Characters before a negation of the source in which the word before it is looked for."""


@dataclass(frozen=True, slots=True)
class Polarity:
    """The negations of a statement beside those of the sentences that support it.

    Attributes:
        added: A negation of the statement negates nothing that one of the source does (one that may negate anything,
            anything).
        added_to_none: The statement has a negation and the source none at all.
        dropped: The statement has none, where the best sentence negates the same words.
        fewer: The best sentence has more negations than the statement.
        contradicted: (start, end) of the statement's words whose contrary the source says, or that have changed
            places there.
    """

    added: bool
    added_to_none: bool
    dropped: bool
    fewer: bool
    contradicted: tuple[tuple[int, int], ...]


def read_polarity(alignment: Alignment) -> Polarity:
    """Return the signs of the statement's negations and contraries."""
    support = alignment.support
    claimed = [set(negation.scope[:CLAIMED_SCOPE]) for negation in alignment.facts.negations]
    theirs = [set(negation.scope) for sentence in support for negation in sentence.facts.negations]
    first = support[0].facts.negations if support else ()
    return Polarity(
        added=any(not any(not scope or scope & other for other in theirs) for scope in claimed),
        added_to_none=bool(claimed) and not theirs,
        dropped=not claimed and any(_is_dropped(negation, support[0], alignment) for negation in first),
        fewer=len(first) > len(claimed),
        contradicted=_contradicted(alignment, support),
    )


def _is_dropped(negation: facts.Negation, sentence: Sentence, alignment: Alignment) -> bool:
    """Tell whether the words on both sides of a source's negation are all in a statement that has none."""
    mine = {stem for unit in alignment.units for stem in unit.stems}
    before = sentence.text[max(0, negation.start - LOOKED_BEFORE) : negation.start]
    content = [term.stem for term in terms(before) if term.content]
    words = [*content[-1:], *negation.scope[:NEXT_WORDS]]
    return bool(negation.scope) and all(stem in mine for stem in words)


def _contradicted(alignment: Alignment, support: list[Sentence]) -> tuple[tuple[int, int], ...]:
    """Return the places of contrary words; of a statement with more or fewer negations they say nothing."""
    if not support or len(alignment.facts.negations) != len(support[0].facts.negations):
        return ()
    return tuple((term.start, term.end) for term in contradicted(alignment.terms, alignment.statement, support))
