"""Two lists of clauses held side by side: which stand in both, which changed, which are new, gone or elsewhere.

Clauses that are equal with their number are matched first. What lies between two such is matched by its number and by
the words that it shares, in order; what is left on both sides with the same words has moved. The longest of texts are
matched more roughly, yet completely: each clause is in exactly one pair.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from bot.computed.changes.clauses import Clause
from bot.text.fold import fold

Kind = Literal["same", "changed", "added", "removed", "moved", "renumbered"]

SAME_NUMBER = 0.5
"""What it is worth that two clauses have one number, beside the share of their words that both have."""
ALIKE = 0.5
"""Share of words from which on two clauses are one that changed …"""
ALIKE_NUMBERED = 0.3
"""… where they have the same number …"""
ALIKE_ELSEWHERE = 0.75
"""… and where they stand in different places."""
MOST_PAIRS = 300_000
"""Pairs of clauses that are held against each other word by word."""

Pair = tuple[Clause | None, Clause | None]


@dataclass(frozen=True, slots=True)
class Edit:
    """Words that became others: old[old_start:old_end] and new[new_start:new_end] of two clauses' texts."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Change:
    """One clause on both sides.

    Attributes:
        kind: "same"; "changed": other words; "added", "removed"; "moved": the same words in another place;
            "renumbered": the same words under another number.
        old, new: The clause; None where that side has none.
        moved: Whether it stands in another place; words may have changed too.
    """

    kind: Kind
    old: Clause | None
    new: Clause | None
    moved: bool = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The words that changed, in order; none where one side is missing."""
        return edits(self.old.text, self.new.text) if self.old and self.new else ()


def align(old: Sequence[Clause], new: Sequence[Clause]) -> list[Change]:
    """Return every clause of both sides once, in the order of the new text; what is gone stands where it was."""
    pairs = list(_pairs(old, new))
    gone = [index for index, (_, after) in enumerate(pairs) if after is None]
    come = [index for index, (before, _) in enumerate(pairs) if before is None]
    moves = dict(_moves(pairs, come, gone))
    taken = set(moves.values())
    changes = []
    for index, (before, after) in enumerate(pairs):
        if index in taken:
            continue
        moved = index in moves
        before = pairs[moves[index]][0] if moved else before
        changes.append(Change(_kind(before, after, moved=moved), before, after, moved))
    return changes


def _kind(old: Clause | None, new: Clause | None, *, moved: bool) -> Kind:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old.bare != new.bare:
        return "changed"
    if moved:
        return "moved"
    numbers = [re.findall(r"\w+", side.text[: side.lead].casefold()) for side in (old, new)]
    return "same" if numbers[0] == numbers[1] else "renumbered"


def likeness(old: Clause, new: Clause) -> float:
    """Return the share of words that two clauses have in common (Dice), 0 to 1."""
    if old.bare == new.bare:
        return 1.0
    both = len(old.words) + len(new.words)
    return 2 * len(old.words & new.words) / both if both else 0.0


def _pairs(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Pair]:
    """Yield the clauses of both sides in order, those that belong together as one pair."""
    keys = [[(clause.number, clause.bare) for clause in side] for side in (old, new)]
    for equal, a, b, c, d in _blocks(*keys):
        yield from zip(old[a:b], new[c:d], strict=True) if equal else _between(old[a:b], new[c:d])


def _blocks(old: Sequence[object], new: Sequence[object]) -> Iterator[tuple[bool, int, int, int, int]]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield tag == "equal", a, b, c, d


def _between(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Pair]:
    if len(old) * len(new) <= MOST_PAIRS:
        yield from _best(old, new)
        return
    for equal, a, b, c, d in _blocks([clause.bare for clause in old], [clause.bare for clause in new]):
        if equal:
            yield from zip(old[a:b], new[c:d], strict=True)
        elif (b - a) * (d - c) <= MOST_PAIRS:
            yield from _best(old[a:b], new[c:d])
        else:
            yield from ((clause, None) for clause in old[a:b])
            yield from ((None, clause) for clause in new[c:d])


def _best(old: Sequence[Clause], new: Sequence[Clause]) -> Iterator[Pair]:
    """Yield the pairs, in order on both sides, that are most alike in all (Needleman and Wunsch)."""
    worth = [[_worth(before, after) for after in new] for before in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = worth[i][j] + best[i + 1][j + 1] if worth[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from ((clause, None) for clause in old[i:])
    yield from ((None, clause) for clause in new[j:])


def _worth(old: Clause, new: Clause) -> float:
    """Return how good a pair two clauses are; 0 where they are none."""
    alike = likeness(old, new)
    if old.number and old.number == new.number:
        return alike + SAME_NUMBER if alike >= ALIKE_NUMBERED else 0.0
    return alike if alike >= ALIKE else 0.0


def _moves(pairs: Sequence[Pair], come: Sequence[int], gone: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the index of what is new and of what is gone, where both are one clause in two places."""
    places: dict[str, list[int]] = defaultdict(list)
    for index in reversed(gone):
        before = pairs[index][0]
        assert before is not None
        places[before.bare].append(index)
    open_, taken = [], set()
    for index in come:
        after = pairs[index][1]
        assert after is not None
        if same := places[after.bare]:
            taken.add(same[-1])
            yield index, same.pop()
        else:
            open_.append((index, after))
    left = [(index, pairs[index][0]) for index in gone if index not in taken]
    if len(left) * len(open_) > MOST_PAIRS:
        return
    for index, after in open_:
        best, at = max(((likeness(b, after), i) for i, b in left if b and i not in taken), default=(0.0, -1))
        if best >= ALIKE_ELSEWHERE:
            taken.add(at)
            yield index, at


_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|\w+(?:['-]\w+)*|\S")


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return the words that differ between two texts; runs with one word between them are one."""
    sides = [[match.span() for match in _TOKEN.finditer(fold(text))] for text in (old, new)]
    words = [[fold(text[a:b]) for a, b in spans] for text, spans in zip((old, new), sides, strict=True)]
    runs: list[list[int]] = []
    for tag, *span in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if runs and span[0] - runs[-1][1] <= 1 and span[2] - runs[-1][3] <= 1:
            runs[-1] = [runs[-1][0], span[1], runs[-1][2], span[3]]
        else:
            runs.append(span)
    return tuple(
        Edit(*_characters(sides[0], len(old), a, b), *_characters(sides[1], len(new), c, d)) for a, b, c, d in runs
    )


def _characters(spans: Sequence[tuple[int, int]], length: int, first: int, last: int) -> tuple[int, int]:
    """Return the offsets of tokens [first:last); an empty run stands before the token that follows."""
    start = spans[first][0] if first < len(spans) else length
    return start, spans[last - 1][1] if last > first else start
