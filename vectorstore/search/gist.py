"""What a document is about as a whole: the chunks nearest to the mean of all its chunks, the first ones before others.

Centroid and lead are the two plain methods of extractive summaries (Radev et al. 2004; leads are the baseline that is
hard to beat in news).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog.layout import Ids
from vectorstore.passage import Filter, Passage
from vectorstore.search.search import PLACES

if TYPE_CHECKING:
    from vectorstore.search.view import View

LEAD = 0.25
"""What the first chunk of a document is worth, beside a cosine; it falls to nothing over LEAD_SHARE of the chunks."""
LEAD_SHARE = 0.08
LEAST_LEAD = 6
"""Chunks over which it falls, at least."""
LOOKED_AT = 10_000
"""Chunks of a longer document that are looked at: as many of its first as evenly of all of it."""
_UNTOLD = PLACES | {"table", "code"}


def central_passages(view: View, document: str, limit: int) -> tuple[Passage, ...]:
    """Return the passages that say most of what a document is about, best first; tables and code are left out.

    Args:
        view: One state of the library.
        document: Its id.
        limit: Passages wanted, at most.

    Returns:
        Passages whose score is their cosine with the mean of the document's chunks, and what their place is worth.
    """
    catalog = view.catalog
    ids = _looked_at(catalog.chunks_matching(Filter(documents=(document,))))
    if ids is None or not len(ids):
        return ()
    vectors = catalog.chunk_vectors(ids)
    middle = vectors.mean(0)
    middle /= np.linalg.norm(middle) or 1.0
    lead = np.maximum(0.0, 1.0 - np.arange(len(ids)) / max(LEAST_LEAD, LEAD_SHARE * len(ids)))
    score = vectors @ middle + LEAD * lead
    score[catalog.kinds_in(ids, _UNTOLD)] = -np.inf
    best = np.argsort(-score, kind="stable")[:limit]
    best = best[np.isfinite(score[best])]
    return tuple(
        replace(passage, score=float(score[i]), rank=rank)
        for rank, (i, passage) in enumerate(zip(best, catalog.passages(ids[best]), strict=True), start=1)
    )


def _looked_at(ids: Ids | None) -> Ids | None:
    if ids is None or len(ids) <= LOOKED_AT:
        return ids
    first = LOOKED_AT // 2
    return np.concatenate([ids[:first], ids[first :: len(ids[first:]) // (LOOKED_AT - first) + 1]])
