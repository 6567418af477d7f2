"""Questions that ask the same in other words, brought together.

By the cosine of their vectors, and never across another name or number: "When was Acme founded?" and "When was Zenith
founded?" are two gaps, however near they lie. Where the encoder does not know the language, words stand for the vector.
The two nearest groups become one as long as their questions are near on average, so the order of asking is no matter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vectorstore.search.query import is_readable
from vectorstore.words.tokens import query_terms, tokens

if TYPE_CHECKING:
    from vectorstore.embedding.encoder import Encoder

Likeness = npt.NDArray[np.float64]

SAME = 0.53
"""Mean cosine from which on groups are one: between 0.46 and 0.56 the most of thirteen gaps, asked in three ways each,
come out as they are."""
SAME_WORDS = 0.6
"""The share of words in common that is worth as much where words alone can be compared."""
MOST = 1_000
"""Different questions that are grouped, those asked most often first."""
_NONE = -2.0
"""Below every cosine: no pair, or one that is merged."""

_NAMES = re.compile(r"(?<!^)(?<![.?!]\s)\b(?!I\b)[A-Z][\w’'.-]*|\b[A-Z]{2,}\b|\b\w*\d[\w.,]*")
"""Names and numbers: a capital inside a question (but "I"), an acronym, what has a digit."""


def names_in(text: str) -> frozenset[str]:
    """Return the stems of the names and numbers of a question."""
    return frozenset(term for name in _NAMES.findall(text) for term in tokens(name))


def same_names(one: str, other: str) -> bool:
    """Return whether two questions speak of the same names and numbers, however they are typed."""
    return names_in(one) <= {*tokens(other)} and names_in(other) <= {*tokens(one)}


def grouped(texts: Sequence[str], encoder: Encoder) -> list[list[int]]:
    """Return groups of indexes into `texts`, ascending, the largest group first.

    Args:
        texts: Questions, each as often as it was asked.
        encoder: The library's embedding model.
    """
    by_words: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        by_words.setdefault(" ".join(tokens(text)) or text, []).append(index)
    different = sorted(by_words.values(), key=lambda same: (-len(same), same[0]))[:MOST]
    likeness = _likeness([texts[same[0]] for same in different], encoder)
    found = [sorted(index for member in group for index in different[member]) for group in _merged(likeness)]
    return sorted(found, key=lambda members: (-len(members), members[0]))


def _likeness(texts: Sequence[str], encoder: Encoder) -> Likeness:
    """Return how like questions are, shape (texts, texts): cosines, or what words say in their place."""
    vectors = encoder.encode_texts(texts)
    likeness: Likeness = (vectors @ vectors.T).astype(np.float64)
    terms = [set(query_terms(text)) for text in texts]
    for i in (index for index, text in enumerate(texts) if not is_readable(encoder, text)):
        common = [len(terms[i] & other) / (len(terms[i] | other) or 1) for other in terms]
        likeness[i, :] = likeness[:, i] = np.array(common) * SAME / SAME_WORDS
    names, words = [names_in(text) for text in texts], [frozenset(tokens(text)) for text in texts]
    for i, j in np.argwhere(likeness >= SAME):
        if not (names[i] <= words[j] and names[j] <= words[i]):
            likeness[i, j] = _NONE
    return likeness


def _merged(likeness: Likeness) -> list[list[int]]:
    """Return the groups of average linkage: members by their index in `likeness`."""
    groups = {index: [index] for index in range(len(likeness))}
    means = likeness.copy()  # of all pairs of two groups
    np.fill_diagonal(means, _NONE)
    while len(groups) > 1:
        kept, gone = divmod(int(means.argmax()), len(means))
        if means[kept, gone] < SAME:
            break
        share = len(groups[gone]) / (len(groups[kept]) + len(groups[gone]))
        groups[kept] += groups.pop(gone)
        means[kept] += share * (means[gone] - means[kept])
        means[kept, kept] = means[kept, gone] = _NONE
        means[:, kept] = means[kept]
        means[gone] = means[:, gone] = _NONE
    return list(groups.values())


def most_asked(texts: Sequence[str]) -> str:
    """Return what stands for a group: the question that was asked most often, the first of several."""
    return Counter(texts).most_common(1)[0][0]
