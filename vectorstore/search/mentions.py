"""Where words stand, all places of them: counted, not ranked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.passage import Filter, Passage
from vectorstore.words.tokens import tokens

if TYPE_CHECKING:
    from vectorstore.search.view import View

MOST_READ = 20_000
"""Passages that are read to see whether the words stand there as they were asked for; of more, the first ones."""
READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Mentions:
    """The passages that hold some words side by side.

    Attributes:
        passages: In the order of the library: by document as it was stored, then by place.
        complete: Whether every passage was looked at.
    """

    passages: tuple[Passage, ...]
    complete: bool


def phrase_pattern(words: str) -> re.Pattern[str]:
    """Return a pattern for words side by side, in any case, over line ends too, not inside longer words."""
    parts = [re.escape(word) for word in words.split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)", re.IGNORECASE)


def mentions(view: View, words: str, filter: Filter) -> Mentions:
    """Return all passages, of any kind, in which `words` stand side by side.

    Args:
        view: One state of the library.
        words: A name or a few words, as they are written.
        filter: Which documents are looked at.
    """
    terms = list(dict.fromkeys(tokens(words)))
    if not terms:
        return Mentions((), complete=True)
    allowed = view.catalog.chunks_matching(filter)
    ids = view.catalog.postings(terms[0])
    for term in terms[1:]:
        ids = np.intersect1d(ids, view.catalog.postings(term), assume_unique=True)
    if allowed is not None:
        ids = np.intersect1d(ids, allowed, assume_unique=True)
    pattern = phrase_pattern(words)
    found: list[Passage] = []
    for first in range(0, min(len(ids), MOST_READ), READ_AT_ONCE):
        chosen = ids[first : min(first + READ_AT_ONCE, MOST_READ)]
        found += [passage for passage in view.catalog.passages(chosen) if pattern.search(passage.text)]
    return Mentions(tuple(found), complete=len(ids) <= MOST_READ)
