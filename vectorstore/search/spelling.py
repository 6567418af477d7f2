"""A word that the library does not know, spelled as the nearest one that it does.

Only what is no word: a word that the embedding model's tokenizer knows whole is meant as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vectorstore.catalog.layout import Ids, members
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.search.view import View

SHORTEST = 5
"""Letters of a word that is spelled anew, at least: between shorter ones one letter is too much."""
TWO_EDITS = 8
"""Letters from which two edits are allowed, else one."""
CLEARLY = 3
"""The nearest word is meant if it stands in so many times as many chunks as another one as near."""
LOOKED_AT = 20
"""Chunks in which a word as it is written is looked for."""
_WORD = re.compile(r"[A-Za-z]+")


def respelled(view: View, query: str, unknown: tuple[str, ...], allowed: Ids | None) -> dict[str, str]:
    """Return for words of a query that stand nowhere what the nearest word of the library is.

    Args:
        view: One state of the library.
        query: As it was searched.
        unknown: Its terms that stand nowhere.
        allowed: Ids of the chunks that are searched, ascending; None for all.

    Returns:
        Words as the query has them, each with a word as a document has it; without those that have none near.
    """
    found = {}
    for word in dict.fromkeys(_WORD.findall(query)):
        terms = tokens(word)
        if len(word) < SHORTEST or word.isupper() or len(terms) != 1 or terms[0] not in unknown:
            continue
        if view.encoder.count_tokens([word.lower()])[0] < 2:
            continue
        near = _nearest(view, terms[0], allowed)
        if near and (written := _as_written(view, near, word, allowed)):
            found[word] = written
    return found


def _nearest(view: View, term: str, allowed: Ids | None) -> str:
    """Return the indexed term nearest to one, "" where none is near or several are.

    What stands outside the chunks that are searched neither is found nor decides between two that do.
    """
    most = _most(term)
    near: list[tuple[int, int, str]] = []
    for known, count in view.catalog.vocabulary(term[0]):
        if abs(len(known) - len(term)) <= most and known.isalpha():
            edits = distance(term, known, most)
            if edits <= most and (held := count if allowed is None else _held(view, known, allowed)):
                near.append((edits, -held, known))
    near.sort()
    if not near or (len(near) > 1 and near[1][0] == near[0][0] and -near[0][1] < CLEARLY * -near[1][1]):
        return ""
    return near[0][2]


def _held(view: View, term: str, allowed: Ids) -> int:
    """Return how many of the chunks that are searched hold a term."""
    return int(members(view.catalog.postings(term), allowed).sum())


def _most(word: str) -> int:
    return 2 if len(word) >= TWO_EDITS else 1


def _as_written(view: View, term: str, asked: str, allowed: Ids | None) -> str:
    """Return a word of a document that is indexed as a term and near to the one that was asked, "" where none is.

    One that ends as the one that was asked is taken before others.
    """
    ids = view.catalog.postings(term)
    ids = ids if allowed is None else ids[members(ids, allowed)]
    texts = (f"{passage.text} {passage.heading}" for passage in view.catalog.passages(ids[:LOOKED_AT]))
    words = dict.fromkeys(word for text in texts for word in _WORD.findall(text) if tokens(word) == [term])
    most = _most(asked)
    singular = asked.lower().removesuffix("s")
    written = [word for word in words if distance(singular, word.lower().removesuffix("s"), most) <= most]
    alike = [word for word in written if word[-1].lower() == asked[-1].lower()]
    return next(iter((*alike, *written)), "")


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were left out, added, exchanged or swapped; a letter doubled or not counts once in all.

    Args:
        one, other: Two words.
        most: Where there are more edits than this, any greater number is returned.
    """
    single = _undoubled(one), _undoubled(other)
    return min(_edits(one, other, most), 1 + _edits(*single, most - 1) if single != (one, other) else most + 1)


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _edits(one: str, other: str, most: int) -> int:
    """Return the optimal string alignment distance (Damerau 1964), or more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]
