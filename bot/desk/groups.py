"""Questions that ask the same in other words, brought together.

By the cosine of their vectors, and never across another name or number: "When was Acme founded?" and "When was Zenith
founded?" are two gaps, however near they lie. Where the encoder does not know the language, words stand for the vector.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.search.query import is_readable
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from vectorstore.embedding.encoder import Encoder, Vectors

SAME = 0.62
"""Mean cosine to a group from which on a question is one of it: set on `tests/bot/desk/test_groups.py`."""
SAME_WORDS = 0.6
"""The share of words in common that stands for it where words alone can be compared."""
MOST = 1_000
"""Different questions that are grouped, those asked most often first."""

_NAMES = re.compile(r"(?<!^)(?<![.?!]\s)\b(?!I\b)[A-Z][\w’'.-]*|\b[A-Z]{2,}\b|\b\w*\d[\w.,]*")
"""Names and numbers: a capital inside a question (but "I"), an acronym, what has a digit."""


def names_in(text: str) -> frozenset[str]:
    """Return the stems of the names and numbers of a question."""
    return frozenset(term for name in _NAMES.findall(text) for term in tokens(name))


@dataclass(slots=True)
class _Group:
    """Members by their index, and what a further one is compared with."""

    members: list[int]
    names: frozenset[str]
    sum: Vectors
    terms: set[str] = field(default_factory=set)


def grouped(texts: Sequence[str], encoder: Encoder) -> list[list[int]]:
    """Return groups of indexes into `texts`, the largest group first; what was asked most often leads its group.

    Args:
        texts: Questions, each as often as it was asked.
        encoder: The library's embedding model.
    """
    by_words: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        by_words.setdefault(" ".join(tokens(text)) or text, []).append(index)
    different = sorted(by_words.values(), key=lambda same: (-len(same), same[0]))[:MOST]
    vectors = encoder.encode_texts([texts[same[0]] for same in different])
    groups: list[_Group] = []
    for same, vector in zip(different, vectors, strict=True):
        text = texts[same[0]]
        names, terms = names_in(text), set(query_terms(text))
        readable = is_readable(encoder, text)
        fitting = [group for group in groups if group.names == names]
        near = [(_likeness(group, vector if readable else None, terms), group) for group in fitting]
        likeness, best = max(near, key=lambda pair: pair[0], default=(0.0, None))
        if best is None or likeness < (SAME if readable else SAME_WORDS):
            groups.append(_Group([*same], names, vector.copy(), terms))
        else:
            best.members += same
            best.sum += vector
            best.terms |= terms
    return sorted((group.members for group in groups), key=lambda members: (-len(members), members[0]))


def _likeness(group: _Group, vector: Vectors | None, terms: set[str]) -> float:
    """Return the cosine to the middle of a group, or without a vector the share of words in common."""
    if vector is None:
        return len(terms & group.terms) / (len(terms | group.terms) or 1)
    return float(vector @ group.sum / (np.linalg.norm(group.sum) or 1.0))


def most_asked(texts: Sequence[str]) -> str:
    """Return what stands for a group: the question that was asked most often, the first of several."""
    return Counter(texts).most_common(1)[0][0]
