"""Search: which chunks answer a query. The only place that ranks.

Small to find, large to decide. A chunk (one to three sentences) is scored with the section of about 250
tokens around it:

    cosine + 0.6 · coverage + 0.5 · section cosine + 0.5 · section coverage

Coverage is the share of the query's IDF weight whose words stand in the chunk, half of it where they only
stand in the document's title; for the section, in the section or the title. Every part means the same in a
library of any size, so the score needs no standardising, and its best value is by itself a good sign that an
answer is there.

A name in the query that stands in the titles of some documents, or that they are about (subjects.py), tells which
document is meant: passages of others fall, and those of that one need not say the name.

Then neighbours help each other: a chunk rises towards the best chunk of its section and towards its
better neighbour, never the other way, so the best chunk stays first and the text around it follows.
What was tried, and what each part is worth: docs/decisions/0003-search.md.

Where the encoder cannot read the query, because it knows English and the query is Japanese, its cosines are
noise: then words alone find and rank, and a multiple of each coverage stands for the cosine beside it. In other
languages in Latin letters a word is found by its first letters, whatever its ending (docs/languages.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vectorstore.catalog.layout import cosines, members
from vectorstore.passage import Filter, Passage, Signals
from vectorstore.search.query import Term, chunks_asked_about, is_readable, query_vector, read_terms, telling_names

if TYPE_CHECKING:
    from vectorstore.catalog.lookup import Ids, Lookup, Places, Vectors
    from vectorstore.search.view import View

COVERAGE = 0.7
SECTION_COSINE = 0.5
SECTION_COVERAGE = 0.2
TITLE_COVERAGE = 0.5
"""What a word of the title counts as covered by each chunk of the document, beside 1 in the chunk itself: a
document about Japan need not say Japan in every sentence. All of it, where the word tells which document is meant."""
ANOTHER = 0.4
"""What a chunk loses whose section and document hold none of the query's names, where other documents are
about them."""
SECTION_LIFT = 0.15
"""How far a chunk rises towards the best chunk of its section."""
NEIGHBOUR_LIFT = 0.4
"""How far a chunk rises towards the better of its two neighbours."""
NEIGHBOUR_STEPS = 2
"""How many chunks away such a lift is felt, weaker with each."""
PLACE_PENALTY = 1.0
"""What a heading, caption, byline or menu loses: it shows a place and answers nothing."""
CANDIDATES = 150
"""Chunks taken from the dense and from the keyword side each, at least."""
COMMON = 0.1
"""In a library above COMMON_FROM chunks, a word in more than this share finds no candidates by itself."""
COMMON_FROM = 20_000

COVERAGE_AS_COSINE = 1.3
"""What stands for the cosine of a chunk, and of a section, where words alone are searched: so much of its coverage.
The ranks hardly depend on it; it says how much coverage is as good as an answer (docs/languages.md)."""

PLACES = frozenset({"heading", "caption", "byline", "navigation"})
"""Kinds of chunks that are found but never quoted."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    Attributes:
        query: The query.
        passages: Best first; scores are absolute, higher is better.
        terms: The query's words that carry content, as they are indexed.
        weights: Share of the query's IDF weight of each term; they sum to 1.
        rarity: How rare each term is among the chunks searched: near 0 in all of them, 1 in none.
        unknown: Terms that stand nowhere in the library.
        held: For each passage, the terms that its section or its document's title holds.
        another: For each passage, the share of the query's names, of those that some documents are about, that
            neither its section nor its document holds: 0 where it is of the document asked about.
        rival_score, rival_cosine: Best score and best cosine outside the document of the best passage, None
            where no other document was searched.
        chunks: Chunks that were searched.
        dense: Whether the encoder took part; if not, words alone were searched.
    """

    query: str
    passages: tuple[Passage, ...] = ()
    terms: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    rarity: tuple[float, ...] = ()
    unknown: tuple[str, ...] = ()
    held: tuple[frozenset[str], ...] = ()
    another: tuple[float, ...] = ()
    rival_score: float | None = None
    rival_cosine: float | None = None
    chunks: int = 0
    dense: bool = True


@dataclass(slots=True)
class _Candidates:
    """Chunks in consideration: ascending ids, where they stand, and what they scored."""

    ids: Ids
    places: Places
    penalised: npt.NDArray[np.bool_]
    signals: npt.NDArray[np.float64]  # (n, 4): in the order of Signals' fields
    held: npt.NDArray[np.bool_]  # (n, terms): in the section or the title
    base: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


def search(
    view: View,
    query: str,
    *,
    context: str = "",
    limit: int = 10,
    filter: Filter = Filter(),  # noqa: B008  # frozen
    dense: bool | None = None,
) -> SearchResult:
    """Return the best passages for a query.

    Args:
        view: One state of the library.
        query: In plain words; any operators of the index are only words here.
        context: What the query follows on; it counts for less than the query.
        limit: Passages wanted, at most.
        filter: Which documents to search.
        dense: Whether the encoder takes part; None for where it can read the query.
    """
    dense = is_readable(view.encoder, query) if dense is None else dense
    total = view.catalog.chunk_count()
    allowed = view.catalog.chunks_matching(filter)
    searched = total if allowed is None else len(allowed)
    if not searched or not query.strip():
        return SearchResult(query, chunks=searched, dense=dense)
    terms = read_terms(view.catalog, query, context, allowed, searched)
    telling = telling_names(view.catalog, terms, query, filter, allowed)
    vector = query_vector(view, query, context, telling) if dense else None
    wanted = max(CANDIDATES, 4 * limit)
    asked = chunks_asked_about(view.catalog, telling)
    ids = _by_words(terms, wanted, searched, asked)
    if vector is not None:
        near = [view.index.nearest(vector, wanted, among=among)[0] for among in (allowed, *asked)]
        ids = np.concatenate([ids, *near])
    ids = _with_neighbours(view.catalog, np.unique(ids))
    if not len(ids):
        return SearchResult(query, chunks=searched, dense=dense)
    found = _scored(view.catalog, ids, vector, terms, telling)
    another = _of_another(found, terms, telling)
    found.base -= ANOTHER * another
    score = _lifted(found)
    best = np.lexsort((found.ids, -score))[:limit]
    passages = tuple(
        replace(passage, score=float(score[i]), rank=rank, signals=Signals(*map(float, found.signals[i])))
        for rank, (i, passage) in enumerate(zip(best, view.catalog.passages(found.ids[best]), strict=True), start=1)
    )
    rival_score, rival_cosine = _rival(found, score, int(best[0]), searched)
    return SearchResult(
        query=query,
        passages=passages,
        terms=tuple(term.text for term in terms),
        weights=tuple(term.weight for term in terms),
        rarity=tuple(term.rarity for term in terms),
        unknown=tuple(term.text for term in terms if not len(term.postings) and not len(term.titles)),
        held=tuple(
            frozenset(term.text for term, there in zip(terms, found.held[i], strict=True) if there) for i in best
        ),
        another=tuple(map(float, another[best])),
        rival_score=rival_score,
        rival_cosine=rival_cosine,
        chunks=searched,
        dense=dense,
    )


def _rival(
    found: _Candidates, score: npt.NDArray[np.float64], best: int, searched: int
) -> tuple[float | None, float | None]:
    """Return the best score and cosine outside the best chunk's document, None where it is the only one."""
    places = found.places
    if places.document_last[best] - places.document_first[best] + 1 >= searched:
        return None, None
    outside = places.document != places.document[best]
    if not outside.any():  # nothing of another document came near: its best is below all that did
        return float(score.min()), float(found.signals[:, 0].min())
    return float(score[outside].max()), float(found.signals[outside, 0].max())


def _by_words(terms: list[Term], count: int, searched: int, asked: list[Ids]) -> Ids:
    """Return the chunks that cover most of the query's weight: of all, and of those asked about."""
    telling = [
        term
        for term in terms
        if len(term.postings) and (searched <= COMMON_FROM or len(term.postings) <= COMMON * searched)
    ]
    if not telling:
        return np.empty(0, dtype=np.int64)
    ids, back = np.unique(np.concatenate([term.postings for term in telling]), return_inverse=True)
    weights = np.concatenate([np.full(len(term.postings), term.weight) for term in telling])
    covered = np.bincount(back, weights=weights, minlength=len(ids))
    best = [ids[np.lexsort((ids, -covered))[:count]]]
    for among in asked:
        inside = members(ids, among)
        best.append(ids[inside][np.lexsort((ids[inside], -covered[inside]))[:count]])
    return np.concatenate(best)


def _with_neighbours(catalog: Lookup, ids: Ids) -> Ids:
    """Add the chunks before and after each in its document, which may rise with it.

    Not those of the next document: which one that is hangs on documents that a filter leaves out.
    """
    places = catalog.chunk_places(ids)
    before, after = ids[ids > places.document_first] - 1, ids[ids < places.document_last] + 1
    return np.union1d(ids, np.concatenate([before, after]))


def _scored(catalog: Lookup, ids: Ids, vector: Vectors | None, terms: list[Term], telling: list[Term]) -> _Candidates:
    places = catalog.chunk_places(ids)
    sections, back = np.unique(places.section, return_inverse=True)
    signals = np.zeros((len(ids), 4))
    if vector is not None:
        signals[:, 0] = cosines(catalog.chunk_vectors(ids), vector)
        signals[:, 2] = cosines(catalog.section_vectors(sections), vector)[back]
    held = np.zeros((len(ids), len(terms)), dtype=np.bool_)
    for column, term in enumerate(terms):
        in_title = members(places.document, term.titles)
        in_chunk = _holds(term.postings, ids, ids)
        by_title = 1.0 if term in telling else TITLE_COVERAGE
        signals[:, 1] += term.weight * np.maximum(in_chunk, by_title * in_title)
        held[:, column] = _holds(term.postings, places.section_first, places.section_last) | in_title
    signals[:, 3] = held @ np.array([term.weight for term in terms])
    if vector is None:
        signals[:, [0, 2]] = COVERAGE_AS_COSINE * signals[:, [1, 3]]
    return _Candidates(
        ids=ids,
        places=places,
        penalised=catalog.kinds_in(ids, PLACES),
        signals=signals,
        held=held,
        base=signals @ np.array([1.0, COVERAGE, SECTION_COSINE, SECTION_COVERAGE]),
    )


def _of_another(found: _Candidates, terms: list[Term], telling: list[Term]) -> npt.NDArray[np.float64]:
    """Return for each chunk the share of the telling names that neither its section nor its document holds."""
    if not telling:
        return np.zeros(len(found.ids))
    weights = np.array([term.rarity * (term in telling) for term in terms])
    share: npt.NDArray[np.float64] = 1.0 - found.held @ weights / weights.sum()
    return share


def _holds(postings: Ids, first: Ids, last: Ids) -> npt.NDArray[np.bool_]:
    """Tell for each range of ids (both ends inclusive) whether a posting lies in it."""
    held: npt.NDArray[np.bool_] = np.searchsorted(postings, last, side="right") > np.searchsorted(postings, first)
    return held


def _lifted(found: _Candidates) -> npt.NDArray[np.float64]:
    """Return the final scores: places lowered, others lifted towards section and neighbours."""
    score = np.where(found.penalised, found.base - PLACE_PENALTY, found.base)
    _, back = np.unique(found.places.section, return_inverse=True)
    best = np.full(back.max() + 1, -np.inf)
    np.maximum.at(best, back, score)
    lifted = score + SECTION_LIFT * (best[back] - score)
    result = lifted.copy()
    together = (np.diff(found.ids) == 1) & (np.diff(found.places.document) == 0)
    for _ in range(NEIGHBOUR_STEPS):
        from_before = np.where(together, np.maximum(0.0, result[:-1] - lifted[1:]), 0.0)
        from_after = np.where(together, np.maximum(0.0, result[1:] - lifted[:-1]), 0.0)
        gain = np.maximum(np.append(0.0, from_before), np.append(from_after, 0.0))
        result = np.maximum(result, lifted + NEIGHBOUR_LIFT * gain)
    return np.where(found.penalised, score, result)
