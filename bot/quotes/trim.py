"""Of the sentences chosen for an answer, those are left out that a reader finds to answer far less than the best one.

They stand near the question in words and say something else: the padding of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.quotes.quoted import Quoted
from vectorstore.passage import Passage

BELOW = 1.5
"""How far below the best logit a sentence's may lie. On squad2 1.74 sentences an answer became 1.27, and the share of
them with an accepted answer rose from 58 to 77 %, while as many answers held one (91.9 %); at 1.0 a point was lost on
clapnq (docs/decisions/0017-padding.md)."""
NOT_PROSE = frozenset({"table", "code"})
"""Kinds of passage that the reader was not trained on: their rows and lines stay."""

Read = Callable[[Sequence[tuple[str, Passage]]], Sequence[float]]
"""Returns for each text, with the passage that it stands in, the logit that it answers the question."""


def trimmed(quotes: Sequence[Quoted], read: Read) -> list[Quoted]:
    """Return the quotes without those that answer far less than the best, in the same order.

    A sentence that came along because the next one needs it is read, kept and left out with that one. Lists, tables,
    code and what answers by its form are kept. What disagrees with a sentence answers as much as it does, and so stays.
    """
    groups = _groups(quotes)
    if len(groups) < 2 or any(_is_no_prose(quoted) for quoted in quotes):
        return list(quotes)
    logits = read([(" ".join(quoted.text for quoted in group), group[-1].passage) for group in groups])
    least = max(logits) - BELOW
    return [quoted for group, logit in zip(groups, logits, strict=True) if logit >= least for quoted in group]


def _is_no_prose(quoted: Quoted) -> bool:
    return quoted.plain or quoted.passage.kind in NOT_PROSE or "\n" in quoted.text.strip()


def _groups(quotes: Sequence[Quoted]) -> list[list[Quoted]]:
    groups: list[list[Quoted]] = []
    for quoted in quotes:
        if groups and groups[-1][-1].leading:
            groups[-1].append(quoted)
        else:
            groups.append([quoted])
    return groups
